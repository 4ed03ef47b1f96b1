// <bifocal-search> in pages of a site's own: what readers do with it, and what owners are promised in docs/element.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { actor } from "./actor.mjs";
import { violations } from "./axe.mjs";
import * as host from "./host.mjs";
import { box, drawn, focused, html, option } from "./host.mjs";
import { built, DEVTOOLS, MEDIA, stage, TOUCH, TRUSTED } from "./stage.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

/** Counts the element's events in `window.heard`. */
const hear = (page) =>
  page.evaluate(() => {
    window.heard = [];
    for (const type of ["bifocal-search", "bifocal-no-results", "bifocal-select"]) {
      document.addEventListener(type, (event) => {
        window.heard.push([type, event.detail.query]);
        if (type === "bifocal-select") event.preventDefault();
      });
    }
  });

story("a box is a combobox: focus stays in it while the options are gone through", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  const input = box(page);
  assert.equal(await input.getAttribute("role"), "combobox");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  await input.focus();
  await page.keyboard.type("honey");
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelector("#query").ariaExpanded === "true");
  await page.locator("#hits:not([aria-busy])").waitFor();
  const [first, second] = await option(page).evaluateAll((links) => links.map((link) => link.id));
  await page.keyboard.press("ArrowDown");
  assert.equal(await input.getAttribute("aria-activedescendant"), first);
  await page.keyboard.press("ArrowDown");
  assert.equal(await input.getAttribute("aria-activedescendant"), second);
  assert.equal(await page.locator('[aria-selected="true"]').getAttribute("id"), second);
  assert.equal(await focused(page), "query");
  await page.getByRole("status").getByText(/^\d+ pages?/).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  assert.ok(await page.locator("#panel").isHidden());
  assert.equal(await focused(page), "query");
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.locator("#panel").isVisible());
  await page.locator('#query[aria-expanded="true"]').waitFor();
});

story("nothing is fetched for a box that nobody turns to", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(server.requests.filter((path) => /bifocal\.js(on)?$|\.bin$|worker/.test(path)), []);
});

story("a dialog opens by its button, by / and by Ctrl K, and gives the focus back", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opener = page.getByRole("button", { name: "Search" });
  await opener.focus();
  await opener.press("Enter");
  await page.getByRole("dialog", { name: "Search" }).waitFor();
  assert.equal(await focused(page), "query");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "BUTTON");
  await page.locator("#other").focus();
  await page.keyboard.press("/");
  assert.equal(await page.locator("#other").inputValue(), "/", "what is typed into a field belongs to it");
  await page.keyboard.press("Control+k");
  assert.equal(await focused(page), "query");
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(await focused(page), "other");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  const href = await option(page).first().evaluate((link) => link.href);
  await page.keyboard.press("Enter");
  await page.waitForURL(href.replace(/:~:.*/, "").replace(/#$/, ""));
  // The site's own pages name pictures that are not there.
}, { allowed: /404/ });

story("Escape closes a dialog at once, and what was typed is there the next time", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opener = page.getByRole("button", { name: "Search" });
  await opener.click();
  await page.keyboard.type("honey");
  await drawn(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("dialog").isHidden());
  assert.equal(await focused(page), "BUTTON");
  await opener.click();
  assert.equal(await box(page).inputValue(), "honey");
});

story("the box of a dialog has the focus within the gesture that opens it, and its panel is in the first frame", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opening = () =>
    page.evaluate(async () => {
      const search = document.querySelector("bifocal-search");
      search.shadowRoot.querySelector(".opener").click();
      const focus = search.shadowRoot.activeElement?.id;
      // Called after what the element itself asked to be called before that frame.
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return { focus, panel: search.shadowRoot.querySelector("#panel").checkVisibility() };
    });
  assert.deepEqual(await opening(), { focus: "query", panel: true });
  await page.keyboard.type("honey");
  await drawn(page);
  await page.getByRole("button", { name: "Close" }).click();
  assert.deepEqual(await opening(), { focus: "query", panel: true });
  assert.ok(await option(page).first().isVisible(), "the answer still stands there");
});

story("a page's shortcuts of one key are not pressed by what is typed into the box", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.evaluate(() => {
    window.pressed = [];
    document.addEventListener("keydown", (event) => {
      window.pressed.push(event.key);
      if (event.key === "s") event.preventDefault();
    });
  });
  await page.locator("body").press("s");
  await box(page).click();
  await page.keyboard.type("bees");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+Home");
  assert.equal(await box(page).inputValue(), "bees");
  assert.deepEqual(await page.evaluate(() => window.pressed), ["s", "Control", "Home"]);
});

story("a form that the browser fills in, which it tells by keys without a name, is none of the search's business", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.evaluate(() => {
    const search = document.querySelector("bifocal-search");
    for (const place of [document.getElementById("other"), search.shadowRoot.querySelector("#query")]) {
      place.dispatchEvent(new Event("keydown", { bubbles: true, composed: true, cancelable: true }));
    }
  });
  assert.equal(await focused(page), "BODY");
});

story("with the network off at the first touch it says so, and answers once there is one", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.context().setOffline(true);
  await box(page).fill("honey");
  await page.getByText("You are offline.").waitFor();
  await page.getByText("cannot load the search").waitFor();
  await page.context().setOffline(false);
  await option(page).first().waitFor();
}, { allowed: /net::ERR/, chromiumOnly: DEVTOOLS });

story("a page in the place of the script is a site that can't be reached", async (page) => {
  server.answer = (path) => (path === "/bifocal/bifocal.js" ? { body: "<!doctype html>Pay first", headers: { "Content-Type": "text/html" } } : undefined);
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).fill("honey");
  await page.getByText("The site cannot be reached.").waitFor();
}, { allowed: /MIME|module/ });

story("Enter with Ctrl opens the active hit in another tab", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", { play: "return answer(text)" });
  server.pages["/a.html"] = '<!doctype html><link rel="icon" href="data:,"><title>A page</title>';
  await box(page).fill("x");
  await drawn(page);
  await page.keyboard.press("ArrowDown");
  const other = page.context().waitForEvent("page");
  await page.keyboard.press("Control+Enter");
  assert.match((await other).url(), /^about:blank$|a\.html/);
  assert.match(page.url(), /try\.html/);
  assert.ok(await page.locator("#panel").isVisible());
}, { chromiumOnly: DEVTOOLS });

story("titles and headings have the query's words marked, and what was found in their place", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [hit({ title: "Crème & swarms: crèmes", excerpt: excerpt("Some swarms", [5, 11]), sections: [
      { heading: "Of creme", path: ["Creme"], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("x") }] })] })`,
  });
  await box(page).fill("swarming creme");
  await drawn(page);
  assert.deepEqual(await page.locator(".title mark").allTextContents(), ["Crème", "swarms", "crèmes"]);
  assert.deepEqual(await page.locator(".heading mark").allTextContents(), ["creme"]);
  assert.equal(await page.locator(".title").textContent(), "Crème & swarms: crèmes");
});

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
  ["their own, where that is in their metadata", {}, '[hit({ meta: { lang: "ko" } })]', "ko"],
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

story("what was searched for comes back, on this device and until it is forgotten", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await hear(page);
  await box(page).fill("honey");
  await option(page).first().click();
  await box(page).fill("");
  const recent = page.getByRole("option", { name: "honey", exact: true });
  await recent.waitFor();
  assert.deepEqual(await violations(page), []);
  await box(page).press("ArrowDown");
  await box(page).press("Enter");
  assert.equal(await box(page).inputValue(), "honey");
  await box(page).fill("");
  await page.getByRole("button", { name: "Forget them" }).click();
  assert.equal(await recent.count(), 0);
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith("recent")).length), 0);

  await show(page, '<bifocal-search recent="off"></bifocal-search>');
  await hear(page);
  await box(page).fill("honey");
  await option(page).first().click();
  assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 0);
});

story("where storage is full or forbidden nothing is remembered, and nothing fails", async (page) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await show(page, "<bifocal-search></bifocal-search>", { play: "return answer(text)", about: MODEL });
  await hear(page);
  await box(page).fill("x");
  await drawn(page);
  await option(page).first().click();
  await box(page).click();
  await page.getByRole("button", { name: "Not now" }).click();
  assert.ok(await page.locator("#offer").isHidden());
  await box(page).fill("");
  await page.getByText("Search 2 pages, 3 sections").waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

story("the owner is told of questions that were meant, once each", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await hear(page);
  await box(page).pressSequentially("honey");
  await page.waitForFunction(() => window.heard.length > 0);
  await option(page).first().click();
  await box(page).fill("qqzzxx");
  await page.waitForFunction(() => window.heard.length >= 4);
  assert.deepEqual(await page.evaluate(() => window.heard), [
    ["bifocal-search", "honey"],
    ["bifocal-select", "honey"],
    ["bifocal-search", "qqzzxx"],
    ["bifocal-no-results", "qqzzxx"],
  ]);
  assert.equal(new URL(page.url()).pathname, "/try.html", "preventDefault keeps the page");
});

story("nothing in a hit becomes markup, or a link that runs", async (page) => {
  const evil = "<img src=x onerror=alert(1)>\\u202egnp.exe";
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", url: "javascript:alert(1)", title: "${evil}", excerpt: excerpt("${evil}", [0, 4]) }),
      hit({ id: "2", url: "data:text/html,x", sections: [{ heading: "${evil}", path: ["${evil}"], anchor: "x", url: "javascript:alert(2)", score: 1, excerpt: excerpt("x") }] }),
      hit({ id: "3", url: "http://", title: "no address" }),
      hit({ id: "4", title: "sound" }),
    ] })`,
  });
  await box(page).fill("x");
  await option(page).first().waitFor();
  assert.deepEqual(await option(page).evaluateAll((links) => links.map((link) => link.querySelector(".title").textContent)), ["sound"]);
  assert.equal(await page.locator("#hits img").count(), 0);
  assert.equal(await page.locator("#hits .excerpt mark").first().textContent(), "<img");
  assert.equal(await page.locator("#hits .title").first().getAttribute("dir"), "auto", "a title's own direction stays in it");
});

story("a page's picture and its place in the site are shown, if they are what they say", async (page) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="5" cy="5" r="3"/></svg>';
  server.pages["/jar.svg"] = svg;
  server.answer = (path) => (path === "/gone.svg" ? { body: "no picture" } : undefined);
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", meta: { image: "jar.svg", image_alt: "A jar <b>", breadcrumbs: ["Shop", "Food <i>"] } }),
      hit({ id: "2", meta: { image: "javascript:alert(1)", breadcrumbs: "Guide" } }),
      hit({ id: "3", meta: { image: "data:image/svg+xml,<svg/>" } }),
      hit({ id: "4", meta: { image: "http://", breadcrumbs: 7 } }),
      hit({ id: "5", meta: { image: "/gone.svg" } }),
    ] })`,
  });
  await box(page).fill("x");
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelectorAll(".image").length === 1);
  const jar = page.getByRole("option", { name: /^A jar <b> A page/ }).locator("img");
  assert.equal(await jar.evaluate((image) => image.src), `${server.origin}/jar.svg`);
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelector(".image").naturalWidth > 0);
  await drawn(page);
  assert.deepEqual(await page.locator(".place").allTextContents(), ["Shop › Food <i>", "Guide", "a.html", "a.html", "a.html"]);
  assert.deepEqual(await violations(page), []);
});

story("a newer question drops the answer to an older one", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `await sleep(text === "slow" ? 400 : 10); return answer(text, { hits: [hit({ title: "for " + text })] })`,
  });
  await box(page).fill("slow");
  await page.waitForTimeout(100);
  await box(page).fill("quick");
  await page.getByText("for quick").waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.locator("#hits .title").textContent(), "for quick");
});

story("a link leads to the words that were found, and the browser marks them", async (page) => {
  const phrase = "so a queen (the old one) leaves - with half";
  const text = `…Nothing. The hive is full, ${phrase} of it, bees say`;
  const at = (word) => [text.indexOf(word), text.indexOf(word) + word.length];
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", excerpt: excerpt(${JSON.stringify(text)}, ${JSON.stringify(at("hive"))}, ${JSON.stringify(at("full"))}) }),
      hit({ id: "2", url: "/a.html#top", excerpt: excerpt("well-known, Vec::push & co Next", [5, 10], [12, 15]) }),
      hit({ id: "3", excerpt: excerpt("蜜蜂飞走了", [0, 2]) }),
      hit({ id: "4", excerpt: excerpt("found by meaning alone") }),
      hit({ id: "5", excerpt: excerpt("the page's excerpt", [4, 8]), sections: [{ heading: "Part", path: [], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("the page's excerpt", [4, 8]) }] }),
    ] })`,
  });
  const address = (link) => link.getAttribute("href").replace(/^.*?a\.html/, "");
  await box(page).fill("x");
  await drawn(page);
  const addresses = await option(page).evaluateAll((links, address) => links.map((0, eval)(address)), String(address));
  assert.deepEqual(addresses, [
    "#:~:text=The%20hive%20is%20full%2C%20so%20a",
    "#top:~:text=well%2Dknown%2C%20Vec%3A%3Apush",
    "#:~:text=%E8%9C%9C%E8%9C%82%E9%A3%9E%E8%B5%B0%E4%BA%86",
    "",
    "",
    "#p:~:text=the%20page's%20excerpt",
  ]);
  server.pages["/a.html"] = `<!doctype html><link rel="icon" href="data:,"><title>x</title><p>The hive.<div style="height: 4000px"></div><p>The <b>hive</b> is full, so a queen`;
  await option(page).first().click();
  await page.waitForURL(/a\.html/);
  await page.waitForFunction(() => scrollY > 1000);

  await show(page, '<bifocal-search marks="off"></bifocal-search>', { play: `return answer(text)` });
  await box(page).fill("x");
  assert.doesNotMatch(await option(page).first().getAttribute("href"), /~/);
});

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

story("an address holds the question where that is asked for, and Back returns to the one before", async (page) => {
  await show(page, '<bifocal-search address="find"></bifocal-search>');
  await page.goto(`${server.origin}/try.html?find=honey&page=3`);
  await option(page).first().waitFor();
  assert.equal(await box(page).inputValue(), "honey");
  await box(page).click();
  await box(page).press("End");
  await box(page).fill("queen");
  await page.waitForURL(/\?find=queen&page=3$/);
  await page.goBack();
  await page.waitForURL(/\?find=honey&page=3$/);
  assert.equal(await box(page).inputValue(), "honey");

  await show(page, '<bifocal-search shape="dialog" address></bifocal-search>');
  await page.locator(".opener").waitFor();
  assert.ok(await page.locator("dialog").isHidden());
  await page.goto(`${server.origin}/try.html?q=honey`);
  await option(page).first().waitFor();
  assert.equal(await focused(page), "query");
});

story("an address leaves the page's own history and its scrolling as they were", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  const state = () => page.evaluate(() => [history.state, history.scrollRestoration]);
  for (const [shape, restoration] of [["box", "auto"], ["page", "manual"]]) {
    await page.evaluate((shape) => {
      history.replaceState({ router: 1 }, "", "/try.html");
      document.querySelector("main").innerHTML = `<bifocal-search shape="${shape}" address></bifocal-search><div style="height: 4000px"></div>`;
    }, shape);
    await box(page).fill("honey");
    await page.waitForURL(/\?q=honey$/);
    await box(page).fill("honey bee");
    await page.waitForURL(/\?q=honey\+bee$/);
    assert.deepEqual(await state().then(([{ router }, how]) => [router, how]), [1, restoration]);
    await page.goBack();
    await page.waitForURL(/try\.html$/);
    assert.equal((await state())[0].router, 1);
    await page.evaluate(() => document.querySelector("bifocal-search").remove());
    await page.waitForFunction(() => history.scrollRestoration === "auto");
  }
});

story("a plain form works before the script, hands over what was typed, and is there where the search is not", async (page) => {
  let release;
  server.answer = (path) => (path.endsWith("bifocal-search.js") ? { wait: new Promise((resolve) => (release = resolve)) } : undefined);
  server.pages["/site.css"] = "";
  server.pages["/find.html"] = "<!doctype html><title>Found</title><link rel=icon href=data:,>";
  server.pages["/bifocal/bifocal.js"] = actor();
  server.pages["/try.html"] = html('<bifocal-search><form action="/find.html"><input type="search" name="q" aria-label="Search"></form></bifocal-search>');
  await page.goto(`${server.origin}/try.html`, { waitUntil: "commit" });
  const plain = page.locator("bifocal-search input[name=q]").first();
  await plain.pressSequentially("hon");
  await page.evaluate(() => (window.refuse = "WebAssembly is not allowed here"));
  release();
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot);
  assert.equal(await focused(page), "query");
  assert.equal(await box(page).inputValue(), "hon");
  await page.keyboard.type("ey");
  await page.getByText("The search does not work just now.").waitFor();
  await page.getByText("WebAssembly is not allowed here").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Search without it" }).click();
  await page.waitForURL(`${server.origin}/find.html?q=honey`);
});

story("all results lie behind one link where the owner has a page for them", async (page) => {
  await show(page, '<bifocal-search results="/bifocal/"></bifocal-search>');
  await box(page).fill("honey");
  await page.getByRole("link", { name: "All results" }).waitFor();
  await box(page).press("Enter");
  await page.waitForURL(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit").first().waitFor();
});

story("several boxes share one index; the first has the shortcut", async (page) => {
  await show(page, '<bifocal-search id="one"></bifocal-search><bifocal-search id="two"></bifocal-search>');
  await page.keyboard.press("Control+k");
  assert.equal(await page.evaluate(() => document.activeElement.id), "one");
  await page.keyboard.type("honey");
  await page.locator("#one .hit").first().waitFor();
  await page.locator("#two #query").fill("queen");
  await page.locator("#two .hit").first().waitFor();
  assert.ok(await page.locator("#one #panel").isHidden(), "one panel at a time");
  assert.equal(server.requests.filter((path) => /\/worker-/.test(path)).length, 1);
  await page.evaluate(() => document.getElementById("one").remove());
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "two");
});

story("below a sub-path and under a <base>, addresses are right", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", { path: "/guide/deep/try.html", head: '<base href="/elsewhere/">', script: "/bifocal/bifocal-search.js" });
  await box(page).fill("honey");
  await option(page).first().waitFor();
  const { origin, pathname } = new URL(await option(page).first().evaluate((link) => link.href));
  assert.equal(origin, server.origin);
  assert.doesNotMatch(pathname, /elsewhere|try/);
});

story("the strictest policy is enough: no inline style, no inline script", async (page) => {
  server.headers = { "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:; style-src 'self'" };
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  await page.getByRole("button", { name: "Search" }).click();
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  assert.notEqual(await page.locator("mark").first().evaluate((mark) => getComputedStyle(mark).backgroundColor), "rgb(255, 255, 0)", "it has its colours");
});

for (const [names, workers] of [["bifocal", 1], ["other", 0]]) {
  story(`under trusted types that allow ${names}, ${workers} worker answers`, async (page) => {
    server.headers = { "Content-Security-Policy": `require-trusted-types-for 'script'; trusted-types ${names}` };
    await show(page, "<bifocal-search></bifocal-search>");
    await box(page).fill("honey");
    await option(page).first().waitFor();
    assert.equal(page.workers().length, workers);
  }, { allowed: names === "other" ? /Creating a TrustedTypePolicy/ : null, chromiumOnly: TRUSTED });
}

story("an element that is moved keeps what it shows; one that is removed stops", async (page) => {
  await show(page, '<bifocal-search></bifocal-search><div id="there"></div>');
  await box(page).fill("honey");
  await option(page).first().waitFor();
  await page.evaluate(() => document.getElementById("there").append(document.querySelector("bifocal-search")));
  await page.waitForTimeout(50);
  assert.ok((await option(page).count()) > 0);
  const left = await page.evaluate(async () => {
    const search = document.querySelector("bifocal-search");
    search.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
    document.body.append(search);
    return search.query;
  });
  assert.equal(left, "");
});

story("on a phone the box takes the whole screen, and gives it back", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).tap();
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  const { x, y, width, height } = await page.locator(".desk").boundingBox();
  assert.deepEqual([x, y, width, height], [0, 0, 390, 844]);
  assert.equal(await focused(page), "query");
  const reach = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(reach[0] <= reach[1]);
  await page.getByRole("button", { name: "Close" }).tap();
  assert.ok((await page.locator(".desk").boundingBox()).height < 100);
  assert.equal(await focused(page), "query");
  assert.equal(await box(page).getAttribute("inputmode"), "none", "the keyboard stays away");
  await box(page).tap();
  assert.ok(await option(page).first().isVisible());
  assert.equal(await box(page).getAttribute("inputmode"), "");
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, chromiumOnly: TOUCH });

story("a panel stays within the page, from either end, in either direction", async (page) => {
  for (const dir of ["ltr", "rtl"]) {
    for (const side of ["start", "end"]) {
      await show(page, `<div class="at"><bifocal-search></bifocal-search></div>`, { dir, head: `<style>.at { display: grid; justify-content: ${side}; }</style>` });
      await box(page).fill("honey");
      await option(page).first().waitFor();
      const { x, width } = await page.locator("#panel").boundingBox();
      assert.ok(x >= 0 && x + width <= 900, `${dir} ${side}: ${x} ${width}`);
    }
  }
}, { viewport: { width: 900, height: 700 } });

story("paper has the hits and nothing to press", async (page) => {
  await page.goto(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit").first().waitFor();
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#hits .title").first().isVisible());
  assert.ok(await page.locator("#query").isHidden());
  for (const shape of ["box", "dialog"]) {
    await page.emulateMedia({ media: "screen" });
    await show(page, `<bifocal-search shape="${shape}"></bifocal-search>`);
    await page.keyboard.press("/");
    await page.keyboard.type("honey");
    await option(page).first().waitFor();
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#panel").isHidden(), shape);
    assert.ok(await page.locator("dialog").isHidden());
  }
}, { chromiumOnly: MEDIA });

/** How much a colour stands out from another, both as browsers compute them: 1 to 21. */
function contrast(...colours) {
  const luminance = (colour) => {
    const parts = colour.match(/[\d.]+/g).map((part) => (colour.startsWith("color(") ? part : part / 255));
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((Number(part) + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const colorScheme of ["light", "dark"]) {
  const options = { colorScheme, ...(colorScheme === "dark" && { chromiumOnly: MEDIA }) };

  story(`the border of box and button stands out from what is on either side: ${colorScheme}`, async (page) => {
    const check = async (element) => {
      const colours = await element.evaluate((element) => [getComputedStyle(element).borderTopColor, ...[element, document.documentElement].map((one) => getComputedStyle(one).backgroundColor)]);
      for (const other of colours.slice(1)) assert.ok(contrast(colours[0], other) >= 3, colours.join());
    };
    await show(page, "<bifocal-search></bifocal-search>");
    await check(box(page));
    await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
    await check(page.locator(".opener"));
    await page.goto(`${server.origin}/bifocal/`);
    await box(page).blur();
    await check(box(page));
  }, options);

  story(`axe finds nothing on the search page, all of it: ${colorScheme}`, async (page) => {
    await page.goto(`${server.origin}/bifocal/`);
    await page.getByText(/^Search \d+ pages/).waitFor();
    assert.deepEqual(await violations(page, "html"), []);
    await box(page).fill("honey");
    await drawn(page);
    assert.deepEqual(await violations(page, "html"), []);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
  }, options);
}

const MODEL = { model: { file: { path: "m-*.bin", pieces: 13, bytes: 13_100_000, sha256: "" } } };
const LONG = `return answer(text, { hits: Array.from({ length: 6 }, (_, n) => hit({ id: "h" + n, sections: [1, 2].map((s) => ({ heading: "Part " + s, path: ["Above"], anchor: "p" + s, url: "/a.html#p" + s, score: 1, excerpt: excerpt("Words of part " + s, [0, 5]) })) })) })`;

/** Every state that a reader may meet, and the way there. */
const STATES = {
  "at rest": { play: LONG, reach: async (page) => void (await page.getByText("Search 2 pages, 3 sections").waitFor()) },
  "still loading": { before: () => (globalThis.gate = new Promise(() => {})), play: LONG, reach: (page) => page.getByText("Getting ready …").waitFor() },
  "with hits": { play: LONG, type: "x", reach: (page) => page.locator(".hit").nth(5).waitFor() },
  "with an active hit": {
    play: LONG,
    type: "x",
    reach: async (page) => {
      await page.locator(".hit").nth(5).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
    },
  },
  "while hits are old": { play: `if (text !== "x") await sleep(60_000); ${LONG}`, type: "x", reach: async (page) => {
    await page.locator(".hit").nth(5).waitFor();
    await page.keyboard.type("y");
    await page.waitForTimeout(700);
  } },
  "nothing found": { play: "return answer(text, { hits: [] })", type: "x", reach: (page) => page.getByText("Nothing found for “x”.").waitFor() },
  "another word than was typed": {
    play: `return answer(text, { relaxed: true, corrections: [{ word: "hony", meant: ["honey", "bony"] }] })`,
    type: "x",
    reach: (page) => page.locator("#meant", { hasText: /^No page has just.* “honey” in place of “hony”.$/ }).waitFor(),
  },
  "part missing": { play: `return answer(text, { failures: ["parts/a.bin is missing"] })`, type: "x", reach: (page) => page.getByText("parts/a.bin is missing").waitFor() },
  failed: { before: () => (globalThis.refuse = "no wasm"), play: LONG, reach: (page) => page.getByText("no wasm").waitFor() },
  "with facets": {
    play: `const facet = (field, ...names) => ({ field, kind: "text", more: 3, values: names.map((value) => ({ value, count: 12 })) }); return answer(text, { facets: { section: facet("section", "guide", "reference"), lang: facet("lang", "en", "ko") } })`,
    type: "x",
    reach: async (page) => {
      const filter = page.locator("summary");
      await filter.waitFor();
      if (!(await page.locator("#facets").evaluate((facets) => facets.open))) await filter.click();
      await page.getByRole("checkbox", { name: "guide" }).check();
      await page.getByText("Filter: 1 chosen").waitFor();
    },
  },
  "a model offered": { about: MODEL, play: LONG, type: "x", reach: (page) => page.getByText("a 13 MB model").waitFor() },
  "a model on its way": {
    about: MODEL, play: LONG, type: "x",
    reach: async (page) => {
      await page.getByRole("button", { name: "Load it" }).click();
      await page.getByText("6.6 of 13.1 MB").waitFor();
    },
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const shape of ["box", "dialog", "page"]) {
    story(`axe finds nothing: ${shape}, ${colorScheme}`, async (page) => {
      for (const [name, { before: prepare, play, about, type, reach }] of Object.entries(STATES)) {
        // A page's own list of links takes the keyboard, so nobody types on there.
        if (shape === "page" && name === "while hits are old") continue;
        await page.goto("about:blank");
        if (prepare) await page.addInitScript(prepare);
        else await page.addInitScript(() => (globalThis.gate = globalThis.refuse = undefined));
        await show(page, `<bifocal-search shape="${shape}" modes details facets="section lang" results="/bifocal/"></bifocal-search>`, { play, about });
        assert.deepEqual(await violations(page), [], `${name}, closed`);
        await page.keyboard.press("/");
        if (type) await page.keyboard.type(type);
        await reach(page);
        await page.waitForTimeout(300);
        assert.deepEqual(await violations(page), [], name);
      }
    }, { colorScheme, ...(colorScheme === "dark" && { chromiumOnly: MEDIA }) });
  }
}

story("axe finds nothing in forced colours and from right to left", async (page) => {
  await page.emulateMedia({ forcedColors: "active" });
  await show(page, '<bifocal-search lang="ar" modes></bifocal-search>', { play: LONG, lang: "ar", dir: "rtl" });
  await page.keyboard.press("/");
  await page.keyboard.type("x");
  await page.locator(".hit").nth(5).waitFor();
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.deepEqual(await page.locator("#hits .lenses .on").first().evaluate((lens) => [getComputedStyle(lens).fill, getComputedStyle(lens).fillOpacity]), [ink, "1"]);
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await violations(page), []);
  assert.match(await page.locator('[aria-selected="true"]').evaluate((link) => getComputedStyle(link).outlineStyle), /solid/);
}, { chromiumOnly: MEDIA });

story("with reduced motion nothing moves", async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>', { play: `if (text !== "x") await sleep(60_000); ${LONG}` });
  await page.getByRole("button", { name: "Search" }).click();
  await page.keyboard.type("x");
  await drawn(page);
  await page.keyboard.type("y");
  await page.locator("#hits[aria-busy]").waitFor();
  const moving = await page.evaluate(() => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().activeDuration > 0).map(({ animationName }) => animationName));
  assert.deepEqual(moving, []);
}, { chromiumOnly: MEDIA });

story("the parts that owners are promised are there, and no others", async (page) => {
  const parts = new Set();
  const meet = async (shape, { play, about, type, reach }) => {
    await page.goto("about:blank");
    await show(page, `<bifocal-search shape="${shape}" modes details facets="section lang" results="/bifocal/"></bifocal-search>`, { play, about });
    await page.keyboard.press("/");
    if (type) await page.keyboard.type(type);
    await reach(page);
    const found = await page.evaluate(() => [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("[part]")].flatMap(({ part }) => [...part]));
    for (const part of found) parts.add(part);
  };
  const pictured = `return answer(text, { hits: [hit({ meta: { image: "/jar.svg" }, sections: [{ heading: "Part", path: ["Above"], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("Words", [0, 5]) }] }), hit({ id: "b" })] })`;
  server.pages["/jar.svg"] = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>';
  await meet("dialog", STATES["at rest"]);
  await meet("dialog", { play: pictured, type: "x", reach: drawn });
  await meet("page", STATES["with facets"]);
  await meet("page", STATES["nothing found"]);
  await meet("box", STATES["a model offered"]);
  await meet("box", STATES["a model on its way"]);
  await page.evaluate(() => localStorage.setItem(`bifocal:${new URL("/bifocal/", location.href)}:recent`, '["honey"]'));
  await meet("box", { play: LONG, reach: (page) => page.locator(".again").waitFor() });
  // What is for voices alone has no looks.
  parts.delete("hidden");
  const promised = /^Parts: `([^`]*)`/m.exec(readFileSync(new URL("../../docs/theming.md", import.meta.url), "utf8"))[1].split(/\s+/);
  assert.deepEqual([...parts].sort(), promised.sort());
});
