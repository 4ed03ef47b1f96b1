// The guide's links: every page of docs/ is in docs/SUMMARY.md, and what README.md, ARCHITECTURE.md and docs/ link to is there.
// GUIDE names the folder that docs/ was rendered to, whose links are then looked at as well: `./build.sh guide`.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");
const PAGES = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "SUMMARY.md");

/** Markdown without its code, where brackets mean nothing. */
const withoutBlocks = (text) => text.replace(/^(```+).*\n[^]*?^\1$/gm, "");
const withoutCode = (text) => withoutBlocks(text).replace(/(`+)[^]*?\1/g, "");

/** Where the relative links of some markdown lead. */
const linksIn = (text) => [...withoutCode(text).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, to]) => to);

/** The anchors of a page's headings, as GitHub and mdBook make them. */
function anchorsOf(text) {
  const seen = new Map();
  return [...withoutBlocks(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim();
    const anchor = shown.toLowerCase().replace(/[^\p{Alphabetic}\p{Number} _-]/gu, "").replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before ? `${anchor}-${before}` : anchor;
  });
}

/** What is wrong with the links of the page at `path`. */
function deadIn(path) {
  return linksIn(read(path)).flatMap((link) => {
    const [file, anchor] = link.split("#");
    const to = file ? normalize(join(dirname(path), decodeURI(file))) : path;
    if (!existsSync(join(root, to))) return [`${path}: ${link} is not there`];
    if (path.startsWith("docs/")) {
      if (!to.startsWith("docs/")) return [`${path}: ${link} leads out of the guide: name it as code`];
      if (to === "docs/README.md") return [`${path}: ${link} has another name in the rendered guide`];
    }
    if (anchor !== undefined && !anchorsOf(read(to)).includes(anchor)) return [`${path}: ${link}: ${to} has no such heading`];
    return [];
  });
}

test("docs/SUMMARY.md names every page once", () => {
  assert.deepEqual(linksIn(read("docs/SUMMARY.md")).sort(), PAGES.sort());
});

test("links lead to files and headings that are there", () => {
  const pages = ["README.md", "ARCHITECTURE.md", ...PAGES.map((name) => `docs/${name}`)];
  assert.deepEqual(pages.flatMap(deadIn), []);
});

test("anchors are those of the headings", () => {
  const text = "# Pagefind's module\n## A & `b_c`\n## The [index](x.md), again\n```\n# not one\n```\n## What?\n## What?\n";
  assert.deepEqual(anchorsOf(text), ["pagefinds-module", "a--b_c", "the-index-again", "what", "what-1"]);
});

const skip = process.env.GUIDE ? false : "GUIDE names no folder";
test("links of the rendered guide lead to files and ids that are there", { skip }, () => {
  const guide = join(root, process.env.GUIDE);
  const pages = readdirSync(guide).filter((name) => name.endsWith(".html") && name !== "404.html");
  assert.ok(pages.length > PAGES.length, "a page for each, and the table of contents");
  const ids = new Map();
  const idsOf = (path) => {
    if (!ids.has(path)) ids.set(path, new Set([...readFileSync(path, "utf8").matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)));
    return ids.get(path);
  };
  const dead = [];
  for (const page of pages) {
    const text = readFileSync(join(guide, page), "utf8").replace(/<code\b[^]*?<\/code>/g, "");
    for (const [, link] of text.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file, anchor] = link.split("#");
      const to = normalize(join(guide, file || page));
      if (!existsSync(to)) dead.push(`${page}: ${link} is not there`);
      else if (relative(guide, to).startsWith("..")) dead.push(`${page}: ${link} leads out of the guide`);
      else if (anchor && !idsOf(to).has(anchor)) dead.push(`${page}: ${link}: no such id`);
    }
  }
  assert.deepEqual(dead, []);
});
