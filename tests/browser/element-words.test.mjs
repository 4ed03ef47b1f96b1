// The languages of <bifocal-search>: its own, that of hits, and the direction of what a reader typed.

import assert from "node:assert/strict";
import * as host from "./host.mjs";
import { box, drawn, hear, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("what a reader typed keeps its direction to itself", async (page) => {
  const text = "\u202egnp.x";
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return text === "old" ? answer(text, { corrections: [{ word: "${text}", meant: ["honey"] }] }) : answer(text, { hits: [] })`,
  });
  await hear(page);
  await box(page).fill(text);
  await page.getByText(`Nothing found for “${text}”.`).waitFor();
  assert.deepEqual(await page.locator(".lead bdi").allTextContents(), [text]);
  await box(page).fill("old");
  await page.locator("#meant", { hasText: `Searched for “honey” in place of “${text}”.` }).waitFor();
  assert.deepEqual(await page.locator("#meant bdi").allTextContents(), ["honey", text]);
  await option(page).first().click();
  await box(page).fill("");
  assert.equal(await page.locator(".again").first().getAttribute("dir"), "auto");
  assert.equal(await box(page).evaluate((input) => getComputedStyle(input).unicodeBidi), "plaintext");
});

for (const [name, about, hits, expected] of [
  ["their own, where that is in their metadata", {}, '[hit({ language: "fr", meta: { lang: "ko" } })]', "ko"],
  ["that which their page states", { languages: [{ code: "fr", pages: 1 }, { code: "pt-br", pages: 1 }] }, '[hit({ language: "pt-br" })]', "pt-br"],
  ["the index's, where it has one only", { languages: [{ code: "fr", pages: 2 }] }, "[hit()]", "fr"],
  ["the page's otherwise", { languages: [{ code: "fr", pages: 1 }, { code: "ko", pages: 1 }] }, "[hit()]", "sv"],
]) {
  story(`hits are in a language, which is ${name}`, async (page) => {
    await show(page, '<bifocal-search lang="de"></bifocal-search>', { lang: "sv", about, play: `return answer(text, { hits: ${hits} })` });
    await box(page).fill("x");
    await drawn(page);
    await page.locator('.desk[lang="de"]').waitFor();
    assert.deepEqual(await page.locator("#hits [lang]").evaluateAll((marked) => marked.map(({ className, lang }) => [className, lang])), [["title", expected], ["place", expected], ["excerpt", expected]]);
  });
}

for (const [lang, search, nothing] of [
  ["de-AT", "Suche", "Nichts gefunden zu „qqzzxx“."],
  ["fr", "Rechercher", "Aucun résultat pour « qqzzxx »."],
  ["es", "Buscar", "No se encontró nada para «qqzzxx»."],
  ["ko", "검색", "“qqzzxx”에 대한 결과가 없습니다."],
  ["ja", "検索", "「qqzzxx」に一致する結果はありません。"],
  ["zh-Hans", "搜索", "没有找到与“qqzzxx”相关的结果。"],
  ["zh-TW", "搜索", "没有找到与“qqzzxx”相关的结果。"],
  ["sv", "Search", "Nothing found for “qqzzxx”."],
]) {
  story(`it speaks ${lang}, and only that is loaded`, async (page) => {
    await show(page, '<bifocal-search shape="dialog"></bifocal-search>', { lang });
    await page.getByRole("button", { name: search }).click();
    await page.getByRole("combobox", { name: search }).fill("qqzzxx");
    await page.getByText(nothing).waitFor();
    const loaded = server.requests.filter((path) => /runtime\/[a-z]{2}-/.test(path));
    assert.equal(loaded.length, lang === "sv" ? 0 : 1);
    const spoken = lang === "sv" ? "en" : lang.startsWith("zh") ? "zh-Hans" : lang.slice(0, 2);
    assert.equal(await page.locator(".desk").getAttribute("lang"), spoken);
  });
}

story("an owner's own words take the place of the language's", async (page) => {
  server.pages["/own.js"] = `
    await customElements.whenDefined("bifocal-search");
    const search = document.createElement("bifocal-search");
    search.words = { search: "Find", nothingFor: (text) => "No " + text + " here" };
    search.setAttribute("placeholder", "Ask me");
    document.querySelector("main").prepend(search);`;
  await show(page, "", { head: '<script type="module" src="/own.js"></script>' });
  await page.getByRole("combobox", { name: "Find" }).fill("qqzzxx");
  await page.getByText("No qqzzxx here").waitFor();
  await page.evaluate(() => (document.querySelector("bifocal-search").words = { search: "Seek" }));
  await page.getByRole("combobox", { name: "Seek" }).waitFor();
  assert.equal(await page.getByText("No qqzzxx here").count(), 0, "what is shown is said anew");
  assert.equal(await box(page).getAttribute("placeholder"), "Ask me");
});
