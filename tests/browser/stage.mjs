// The stage of the stories: a server that can be told to misbehave, a browser, and a page that is watched. A page that
// says anything to its console, or asks any other origin or file, fails its story. The browser is a Chromium, or with
// STORIES_IN=firefox the system's Firefox, through WebDriver BiDi.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const { chromium, firefox } = createRequire(new URL("../../www/package.json", import.meta.url))("playwright-core");

/** A folder below target/test/. */
export const built = (name) => fileURLToPath(new URL(`../../target/test/${name}`, import.meta.url));

/** The site whose `bifocal/` is the index: the tests' own unless BIFOCAL_SITE names another. */
export const SITE = process.env.BIFOCAL_SITE ?? built("site");

/** Why a story is not for Firefox. */
export const MEDIA = "dark, forced colours and paper can't be had through WebDriver BiDi yet";
export const TOUCH = "a tap through WebDriver BiDi gives nothing the focus in Firefox";
export const DEVTOOLS = "it speaks Chromium's own protocol";
export const TRUSTED = "its ESR has no trusted types";
export const PROFILES = "WebDriver BiDi has no profile that outlives the browser";

const IN_FIREFOX = process.env.STORIES_IN === "firefox";

const ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".webmanifest": "application/manifest+json" };

/** What `visit` sets a server back to. */
const quiet = () => ({ answer: () => undefined, headers: {}, pages: {}, requests: [], ranges: true, off: false, others: [] });

/**
 * What a file's stories play on: a browser, and a server over `folder` that is there from the first story on. Each story is
 * over that folder or one of its own, and ends within `timeout` ms; `usual` options hold where it has none. `prepare` gets a
 * way to play something before the first. A story whose options have `chromiumOnly` says why it is not for Firefox.
 */
export function stage(folder = SITE, { timeout = 120_000, prepare = () => {}, ...usual } = {}) {
  const server = {};
  let browser;
  const play = (tell, { folder: its = folder, ...options } = usual) => {
    server.folder = its;
    return visit(browser, server, tell, options);
  };
  before(async () => {
    browser = await launch();
    await serve(folder, server);
    await prepare(play);
  });
  after(async () => {
    await browser?.close();
    await server.close?.();
  });
  const story = (name, tell, options) => {
    const skip = IN_FIREFOX && (options ?? usual).chromiumOnly;
    test(name, { timeout, skip: skip || false }, () => play(tell, options));
  };
  return { server, story };
}

/**
 * Serves `folder`, ranges too unless `ranges` is false. `pages` are further files by path; `answer(path, range)` may give
 * `{status, body, headers, wait}` for a path, or nothing. While `off`, it breaks every connection. Its pages may ask the origins
 * in `others` as well.
 */
export async function serve(folder = SITE, told = {}) {
  Object.assign(told, quiet(), { folder });
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname).replace(/\/$/, "/index.html");
    if (told.off) return request.socket.destroy();
    told.requests.push(path);
    const { range } = request.headers;
    const other = told.answer(path, range) ?? (Object.hasOwn(told.pages, path) ? { body: told.pages[path] } : undefined);
    if (other?.wait) await other.wait;
    // An answer may have switched it off.
    if (told.off) return request.socket.destroy();
    const headers = { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream", ...told.headers, ...other?.headers };
    if (other && (other.body !== undefined || other.status)) {
      response.writeHead(other.status ?? 200, headers).end(other.body);
      return;
    }
    const file = join(told.folder, normalize(path));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) response.writeHead(404, headers).end("not found");
    else if (told.ranges && range) {
      const [start, end] = /^bytes=(\d+)-(\d+)$/.exec(range).slice(1).map(Number);
      const rest = { "Content-Length": end - start + 1, "Content-Range": `bytes ${start}-${end}/${found.size}` };
      createReadStream(file, { start, end }).pipe(response.writeHead(206, { ...headers, ...rest }));
    } else createReadStream(file).pipe(response.writeHead(200, { ...headers, "Content-Length": found.size }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return Object.assign(told, { origin: `http://127.0.0.1:${server.address().port}`, close });
}

/** Why a test is passed over in Firefox, if the browser is Firefox. */
export const inFirefox = (why) => IN_FIREFOX && why;

/** A browser whose profile is in the folder `profile`, and outlives it. */
export function launchWith(profile) {
  return chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

function launch() {
  if (IN_FIREFOX) return firefox.launch({ channel: "moz-firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr" });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/**
 * Runs `story(page, server)` on a fresh visitor's page. What the console may say is only what `allowed` matches: the
 * browser's own notes on answers that a story had the server give.
 */
async function visit(browser, server, story, { allowed = null, chromiumOnly: _, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const said = [];
  const foreign = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  context.on("request", (request) => {
    const own = [server.origin, ...server.others, pathToFileURL(server.folder)].some((root) => request.url().startsWith(`${root}/`));
    if (!own) foreign.push(request.url());
  });
  try {
    await story(page, server);
    assert.deepEqual(said.filter((line) => !allowed?.test(line)), [], "the console stays empty");
    assert.deepEqual(foreign, [], "nothing is asked of another origin");
  } finally {
    Object.assign(server, quiet());
    await context.close();
  }
}
