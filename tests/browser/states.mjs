// The states of <bifocal-search>, played by an actor.

/** What an index says of itself that has a model to offer. */
export const MODEL = { model: { file: { path: "m-*.bin", pieces: 13, bytes: 13_100_000, sha256: "" } } };
/** An answer that has enough hits and sections to be gone through. */
export const LONG = `return answer(text, { hits: Array.from({ length: 6 }, (_, n) => hit({ id: "h" + n, sections: [1, 2].map((s) => ({ heading: "Part " + s, path: ["Above"], anchor: "p" + s, url: "/a.html#p" + s, score: 1, excerpt: excerpt("Words of part " + s, [0, 5]) })) })) })`;

/** Every state that a reader may meet, and the way there; some are `notOnPage`, where a list of links takes the keyboard and nothing is recalled. */
export const STATES = {
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
  "while hits are old": { notOnPage: true, play: `if (text !== "x") await sleep(60_000); ${LONG}`, type: "x", reach: async (page) => {
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
  "a leg that failed": {
    play: `return answer(text, { legs: { keyword: leg, semantic: { status: "failed", reason: "parts/cell-a.bin is damaged" } } })`,
    type: "x",
    reach: (page) => page.locator("#trouble", { hasText: "Part of the search did not work: parts/cell-a.bin is damaged" }).waitFor(),
  },
  failed: { before: () => (globalThis.refuse = { code: "wasm", message: "no wasm" }), play: LONG, reach: (page) => page.getByText("no wasm").waitFor() },
  unreachable: {
    before: () => (globalThis.refuse = { code: "network", message: "cannot fetch bifocal.json" }),
    play: LONG,
    // The live region says it as well, a moment later.
    reach: (page) => page.locator("#panel").getByText("The site cannot be reached.").waitFor(),
  },
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
  "a model that failed": {
    before: () => (globalThis.refuseModel = { code: "network", message: "cannot fetch model/m-0.bin" }),
    about: MODEL, play: LONG, type: "x",
    reach: async (page) => {
      await page.getByRole("button", { name: "Load it" }).click();
      await page.getByText("The model could not be loaded.").waitFor();
    },
  },
  // The last, as what it puts into the browser's storage stays there.
  "recent searches": {
    notOnPage: true,
    before: () => location.protocol.startsWith("http") && localStorage.setItem(`bifocal:${new URL("/bifocal/", location.href)}:recent`, '["honey", "queen"]'),
    play: LONG,
    reach: (page) => page.locator(".again").nth(1).waitFor(),
  },
};
