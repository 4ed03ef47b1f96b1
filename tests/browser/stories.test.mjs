// What a reader does on the search page, told as stories in a real Chromium over a real index. Each ends with an empty
// console and no request to any other origin (`visit` sees to both). What needs nothing of the network is told a second time
// without it, after one visit that kept the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { keep } from "./keep.mjs";
import { MEDIA, SITE, stage } from "./stage.mjs";

/** Words that the site's pages use: one, its beginning, another; and a question that none of them asks. */
const [WORD, BEGINNING, OTHER, QUESTION] = (process.env.BIFOCAL_WORDS ?? "honey,hon,queen,why do the insects fly away").split(",");

const { server, story } = stage();

const home = () => `${server.origin}/bifocal/`;
const HIT = "#hits > .hit";
const TITLE = `${HIT} .title`;

/** Types `text` and waits until the page answers that. */
async function type(page, text) {
  await page.locator("#query").fill(text);
  await answered(page);
}

/** Waits until the page has answered what it was asked last. */
async function answered(page) {
  await page.locator("#hits:not([aria-busy])").waitFor({ state: "attached" });
}

/** Loads the model and waits until it answers. */
async function loadModel(page) {
  await page.getByRole("button", { name: "Load it" }).click();
  await page.locator("#offer").waitFor({ state: "hidden" });
}

/** The element that has the focus, within whatever shadow root. */
const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return { id: at.id, textContent: at.textContent };
  });

const titles = (page) => page.locator(TITLE).allTextContents();
const requested = (pattern) => server.requests.filter((path) => pattern.test(path));

/** A story that is told with the network and again without. Without it, the browser itself notes that it is so. */
function everywhere(name, tell, options = {}) {
  story(name, tell, options);
  const kept = async (page) => {
    await page.goto(home());
    await keep(page);
    await page.goto("about:blank");
    server.requests.length = 0;
    server.off = true;
    await tell(page);
  };
  story(`with no network: ${name}`, kept, { ...options, allowed: /net::ERR|Failed to load resource/ });
}

everywhere("a misspelt word finds what was meant, and the page says so", async (page) => {
  await page.goto(home());
  await type(page, WORD);
  const expected = await titles(page);
  const slip = WORD.slice(0, 2) + WORD[3] + WORD[2] + WORD.slice(4);
  await type(page, `${slip} `);
  await page.getByText(`Searched for “${WORD}” in place of “${slip}”.`).first().waitFor();
  assert.equal((await titles(page))[0], expected[0]);
  await type(page, WORD);
  assert.ok(await page.locator("#meant").isHidden());
});

everywhere("operators leave out and require, and are given up where no page has what they ask for", async (page) => {
  await page.goto(home());
  await type(page, `${WORD} ${OTHER} `);
  const all = await titles(page);
  await type(page, `+${WORD} -${OTHER} `);
  const left = await titles(page);
  assert.ok(left.length > 0 && left.length < all.length, `${left.length} of ${all.length}`);
  await type(page, `"${OTHER} ${WORD} ${OTHER}"`);
  await page.getByText(/^No page has just what was asked for/).first().waitFor();
  assert.ok((await titles(page)).length > 0);
});

everywhere("the page says what it searches, and hits appear as one types", async (page) => {
  await page.goto(home());
  await page.getByText(/^Search [\d,]+ pages?, [\d,]+ sections?/).waitFor();
  assert.ok((await page.locator("#title").textContent()).length > 0);
  await page.locator("#query").pressSequentially(BEGINNING);
  await answered(page);
  const beginning = await titles(page);
  await type(page, WORD);
  const whole = await titles(page);
  assert.ok(beginning.length > 0 && whole.length > 0);
  assert.ok((await page.locator("mark").first().textContent()).toLowerCase().startsWith(BEGINNING));
  assert.match(await page.locator("#count").textContent(), /^\d+ pages?/);
  assert.match(await page.locator("#how").textContent(), /^words and meaning \(lexicon\), \d+\sms$/);
  assert.deepEqual(requested(/\/model\//), [], "no model was fetched");
});

everywhere("meaning answers without a model, and nonsense has none", async (page) => {
  await page.goto(home());
  await page.getByText("Meaning", { exact: true }).click();
  await type(page, QUESTION);
  assert.ok((await titles(page)).length > 0);
  assert.match(await page.locator("#how").textContent(), /^meaning \(lexicon\), \d+\sms$/);
  await type(page, "xqzv blorpt");
  await page.getByText("too few of these words are known").waitFor();
  assert.deepEqual(requested(/\/model\/|projection/), [], "neither model nor projection was fetched");
});

story("with the model, meaning answers too; the next visit finds it kept", async (page) => {
  await page.goto(home());
  await type(page, WORD);
  await loadModel(page);
  await page.getByText(/words and meaning \(all-MiniLM-L6-v2\), \d+\sms/).waitFor();
  assert.ok((await page.locator(`${HIT} svg title`).allTextContents()).some((text) => /meaning/.test(text)));
  await page.getByText("Meaning", { exact: true }).click();
  await page.locator("#how", { hasText: /^meaning/ }).waitFor();
  await type(page, QUESTION);
  assert.ok((await titles(page)).length > 0);

  server.requests.length = 0;
  await page.goto(`${home()}?q=${WORD}`);
  await page.getByText(/words and meaning \(all-MiniLM-L6-v2\), \d+\sms/).waitFor();
  assert.deepEqual(requested(/\/model\//), [], "it came from the cache");
});

story("a model on its way can be stopped, and words go on meanwhile", async (page) => {
  let release;
  server.answer = (path) => (path.includes("/model/") ? { wait: new Promise((resolve) => (release = resolve)) } : undefined);
  await page.goto(home());
  await page.getByRole("button", { name: "Load it" }).click();
  await type(page, WORD);
  assert.ok((await titles(page)).length > 0);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Load it" }).waitFor();
  release?.();
});

everywhere("'Not now' is remembered", async (page) => {
  await page.goto(home());
  await page.getByRole("button", { name: "Not now" }).click();
  await page.reload();
  await type(page, WORD);
  assert.ok(await page.locator("#offer").isHidden());
});

story("a hit leads to its section", async (page) => {
  await page.goto(home());
  await type(page, WORD);
  const link = page.locator(`${HIT} a.section`).first();
  const { hash, pathname } = new URL((await link.evaluate((a) => a.href)).replace(/:~:.*/, ""));
  assert.ok(hash.length > 1);
  // The sites' own pages may have trouble of their own: what counts is where the reader lands.
  server.answer = (path) => (path === pathname ? undefined : /\.(js|css|woff2?|svg|png)$/.test(path) ? { body: "" } : undefined);
  await link.click();
  await page.waitForURL((url) => url.pathname === pathname && url.hash.replace(/:~:.*/, "") === hash);
  assert.ok(await page.evaluate((id) => document.getElementById(id) !== null, decodeURIComponent(hash.slice(1))));
}, { allowed: /./ });

everywhere("everything can be done by keyboard", async (page) => {
  await page.goto(home());
  await page.getByText(/^Search /).first().waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await page.keyboard.type(WORD);
  await answered(page);
  const at = () => focused(page).then(({ textContent }) => textContent);
  const links = await page.locator(`${HIT} a`).allTextContents();
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), links[0]);
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), links[1]);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal((await focused(page)).id, "query");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.equal((await focused(page)).id, "query");
  await page.keyboard.press("Enter");
  assert.equal(await at(), links[0]);
});

everywhere("what is typed as soon as the box has the focus is answered when the address holds it", async (page) => {
  await page.goto(`${home()}?q=${WORD}&mode=keyword`);
  await answered(page);
  const address = await page.locator("#query").evaluate((box, text) => new Promise((resolve) => {
    box.blur();
    box.focus();
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    const hits = box.getRootNode().querySelector("#hits");
    new MutationObserver((_, observer) => {
      if (hits.hasAttribute("aria-busy")) return;
      observer.disconnect();
      resolve(location.href);
    }).observe(hits, { attributes: true });
  }), OTHER);
  assert.match(address, new RegExp(`q=${OTHER}&mode=keyword$`));
});

everywhere("the address holds the question; Back returns to the one before", async (page) => {
  await page.goto(`${home()}?q=${WORD}&mode=keyword`);
  await answered(page);
  assert.ok(await page.getByRole("radio", { name: "Words" }).isChecked());
  const before = await titles(page);
  await page.locator("#query").press("Enter");
  await type(page, OTHER);
  assert.match(page.url(), new RegExp(`q=${OTHER}&mode=keyword$`));
  await page.goBack();
  await answered(page);
  assert.equal(await page.locator("#query").inputValue(), WORD);
  assert.deepEqual(await titles(page), before);
  await page.goForward();
  await answered(page);
});

everywhere("a phone has all of it in its width", async (page) => {
  await page.goto(`${home()}?q=${WORD}`);
  await answered(page);
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(widths[0] <= widths[1], `${widths}`);
  const meaning = await page.getByText("Meaning", { exact: true }).boundingBox();
  assert.ok(meaning.x + meaning.width <= 320);
}, { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });

everywhere("dark is dark, and read as easily", async (page) => {
  await page.goto(`${home()}?q=${WORD}`);
  await answered(page);
  const [paper, ink, mark] = await page.evaluate(() => {
    const luminance = (color) => {
      const [r, g, b] = color.match(/[\d.]+/g).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const html = getComputedStyle(document.documentElement);
    const mark = document.querySelector("bifocal-search").shadowRoot.querySelector("mark");
    return [html.backgroundColor, html.color, getComputedStyle(mark).backgroundColor].map(luminance);
  });
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  assert.ok(paper < 0.05);
  assert.ok(contrast(paper, ink) >= 7 && contrast(mark, ink) >= 4.5);
}, { colorScheme: "dark", chromiumOnly: MEDIA });

story("the strictest policy that wasm allows is enough", async (page) => {
  server.headers = { "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'" };
  await page.goto(`${home()}?q=${WORD}`);
  await answered(page);
  assert.ok((await titles(page)).length > 0);
  await loadModel(page);
  await page.getByText(/words and meaning/).waitFor();
});

story("where workers are forbidden the page does the work itself", async (page) => {
  server.headers = { "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'" };
  await page.goto(`${home()}?q=${WORD}`);
  await answered(page);
  assert.ok((await titles(page)).length > 0);
}, { allowed: /worker-src|Content Security Policy/ });

story("where wasm is forbidden the page says what to allow", async (page) => {
  server.headers = { "Content-Security-Policy": "default-src 'self'; script-src 'self'" };
  await page.goto(home());
  await page.getByText(/'wasm-unsafe-eval'/).waitFor();
}, { allowed: /wasm|WebAssembly|Content Security Policy/ });

everywhere("where nothing may be stored, searching works all the same", async (page) => {
  await page.addInitScript(() => {
    const forbidden = { get: () => { throw new DOMException("forbidden", "SecurityError"); } };
    Object.defineProperty(window, "localStorage", forbidden);
    Object.defineProperty(window, "caches", forbidden);
  });
  await page.goto(home());
  await page.getByRole("button", { name: "Not now" }).click();
  await type(page, WORD);
  assert.ok((await titles(page)).length > 0);
});

everywhere("odd questions have calm answers", async (page) => {
  await page.goto(home());
  for (const text of ["qqzzxx", `${"long ".repeat(2000)}`, "\ud83d lone \udc00", "<script>alert(1)</script>", "\\ \" ' % #"]) {
    await type(page, text);
  }
  await type(page, "qqzzxx");
  await page.getByText("Nothing found for “qqzzxx”.").waitFor();
  await page.locator("#query").fill("");
  await page.getByText(/^Search [\d,]+ pages?/).waitFor();
  assert.equal(await page.locator(HIT).count(), 0);
});

story("a part that is missing or damaged leaves the rest, and the page says so", async (page) => {
  let spoilt;
  const spoil = (how) => (path) => (/parts\/text-/.test(path) && path === (spoilt ??= path) ? how : undefined);
  for (const how of [{ body: "<!doctype html><title>Not found</title>" }, { status: 404, body: "" }]) {
    server.answer = spoil(how);
    await page.goto(home());
    await type(page, WORD);
    assert.match(await page.locator("#trouble").textContent(), /could not be read/);
    assert.match(await page.locator("#count").textContent(), /^\d+ pages?/);
  }
  server.answer = () => undefined;
  await type(page, OTHER);
  await type(page, WORD);
  assert.ok(await page.locator("#trouble").isHidden(), "what failed is asked for again");
}, { allowed: /404/ });

story("a folder that is no index, or whose core is gone, is told as what it is", async (page) => {
  server.answer = (path) => (path.endsWith("bifocal.json") ? { body: "<!doctype html>" } : undefined);
  await page.goto(home());
  await page.getByText(/is this the folder that bifocal wrote/).waitFor();
  server.answer = (path) => (/parts\/core-/.test(path) ? { status: 404, body: "" } : undefined);
  await page.goto(`${home()}?q=${WORD}`);
  await page.getByText("The search does not work just now.").waitFor();
  server.answer = () => undefined;
  await page.getByRole("button", { name: "Try again" }).click();
  await answered(page);
  assert.ok((await titles(page)).length > 0);
}, { allowed: /404/ });

story("offline is said, and what is here still answers", async (page) => {
  await page.goto(home());
  await page.getByText(/^Search [\d,]+ pages?/).waitFor();
  await page.context().setOffline(true);
  await type(page, OTHER);
  await page.getByText(/You are offline/).waitFor();
  await page.context().setOffline(false);
  await page.locator(TITLE).first().waitFor();
  await answered(page);
  const before = await titles(page);
  await page.context().setOffline(true);
  await type(page, OTHER.slice(0, -1));
  await type(page, OTHER);
  assert.deepEqual(await titles(page), before);
  assert.ok(await page.locator("#trouble").isHidden());
}, { allowed: /ERR_INTERNET_DISCONNECTED/ });

story("the search page of a site in another language speaks it, about the element too", async (page) => {
  const html = readFileSync(`${SITE}/bifocal/index.html`, "utf8");
  server.pages["/bifocal/ko.html"] = html.replace('<html lang="en"', '<html lang="ko-KR"');
  await page.goto(`${home()}ko.html`);
  await page.getByRole("button", { name: "오프라인에서도 쓰도록 저장" }).waitFor();
  assert.match(await page.locator(".keys").textContent(), /^\/ 입력, ↑ ↓ 이동, Enter 열기, Esc 돌아가기$/);
  assert.doesNotMatch(await page.locator("footer").textContent(), /[a-z] [a-z]/);
  await page.waitForFunction(() => document.title.endsWith(" 검색"));
  assert.equal(await page.locator("#query").getAttribute("placeholder"), "낱말이나 찾고 싶은 내용");
});
