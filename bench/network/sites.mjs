// Assembles the sites that `bench/sites/` lists, below target/bench/sites/: their pages alone, without pictures and styles.
//
// A list names folders. Each comes from a Debian package, which is unpacked below target/ and not installed, or from the Rust
// toolchain's documentation, and goes to the folder `to` of the site. Its pages are all `.html` files; or those that a table
// of contents links to (`listed`); or those that match one of the patterns `only`; less those that match one of `except`.
// A pattern is a path from the folder (or, without a slash before its end, a name in any folder); `*` stands for anything
// but a slash; one that ends with a slash is a folder. Pages that only redirect are left out of every site.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { unpacked } from "../debian.mjs";
import { here } from "../places.mjs";

const SITES = here("target/bench/sites");

/** The names of the sites that are listed. */
export const names = readdirSync(here("bench/sites")).map((file) => basename(file, ".json"));

/** A site's folder, title and whose queries it is asked; assembles it if its list is not what it was assembled from. */
export function site(name) {
  const text = readFileSync(here(`bench/sites/${name}.json`), "utf8");
  const { title, folders, queries = name } = JSON.parse(text);
  const folder = join(SITES, name);
  make(folder, text, (to) => {
    for (const listed of folders) {
      const from = source(listed);
      for (const page of pagesOf(from, listed)) {
        const html = readFileSync(join(from, page));
        if (!redirects(html)) write(join(to, listed.to, page), html);
      }
    }
  });
  return { name, title, queries, folder, pages: countPages(folder) };
}

/** One page in `parts` of a site, drawn by its path's hash, as a site of its own. */
export function sample(whole, parts) {
  const folder = `${whole.folder}-${parts}`;
  make(folder, `1/${parts} of ${readFileSync(`${whole.folder}.list`, "utf8")}`, (to) => {
    for (const page of pagesBelow(whole.folder)) {
      if (draw(page) % parts !== 0) continue;
      mkdirSync(dirname(join(to, page)), { recursive: true });
      linkSync(join(whole.folder, page), join(to, page));
    }
  });
  return { ...whole, name: basename(folder), folder, pages: countPages(folder) };
}

/** The paths of a site's pages, sorted; not those of the indexes within it. */
export function pagesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(".html") && !/^(bifocal|pagefind)\//.test(path))
    .sort();
}

/** A number from 0 to 2³²−1 that only `text` decides. */
export const draw = (text) => createHash("sha256").update(text).digest().readUInt32LE();

const countPages = (folder) => pagesBelow(folder).length;

/** Has `fill` fill `folder` unless it was filled for the same `reason` before; half a folder is never taken for a whole one. */
function make(folder, reason, fill) {
  const said = `${folder}.list`;
  if (existsSync(said) && readFileSync(said, "utf8") === reason) return;
  const coming = `${folder}.coming`;
  for (const former of [coming, folder, said]) rmSync(former, { recursive: true, force: true });
  fill(coming);
  renameSync(coming, folder);
  writeFileSync(said, reason);
}

/** The folder that a list speaks of, on this machine. */
function source({ toolchain, package: name, folder }) {
  if (name) return join(unpacked(name), folder);
  const root = execFileSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).trim();
  const found = join(root, "share/doc/rust/html", toolchain);
  if (!existsSync(found)) throw new Error(`${found} is not there: rustup component add rust-docs`);
  return found;
}

function pagesOf(folder, { listed, only = ["*/", "*"], except = [] }) {
  const pages = listed ? linked(folder, listed) : pagesBelow(folder);
  const [wanted, unwanted] = [only, except].map((patterns) => patterns.map(pattern));
  return pages.filter((page) => wanted.some((is) => is.test(page)) && !unwanted.some((is) => is.test(page)));
}

/** The pages beside a table of contents that it links to, and its index. */
function linked(folder, contents) {
  const links = readFileSync(join(folder, contents), "utf8").matchAll(/href="([^":#/]+\.html)"/g);
  return [...new Set(["index.html", ...[...links].map(([, page]) => page)])].sort();
}

/** The paths that a pattern of a list stands for. */
export function pattern(text) {
  const literal = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
  const anywhere = text.slice(0, -1).includes("/") ? "" : "(?:.*/)?";
  return new RegExp(`^${anywhere}${literal}${text.endsWith("/") ? "" : "$"}`);
}

const redirects = (html) => /<meta[^>]*http-equiv=["']?refresh/i.test(html.subarray(0, 4096).toString("latin1"));

function write(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
