// Who is measured over a site: their pages, what they need there, and how it is made.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { example } from "../cargo.mjs";
import { plainPages } from "../pages/peers.js";
import { bifocal, here, model, packages } from "../places.mjs";
import { python } from "../python.mjs";
import { serve } from "../server.mjs";

/** Where embeddings are kept: the command's own place, so that the large site is embedded once. */
const cache = resolve(process.env.CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "bifocal"));

/** What an answer of bifocal has to say for itself to be the answer that was asked for; `null` if it is, else why not. */
const by = (wanted) => ({ encoder, semantic }) =>
  wanted(encoder) ? null : `the answer is by words alone: ${semantic.reason ?? semantic.status}`;

/**
 * `options` goes to bifocal's `search`; `amiss` tells why an answer is none. `byWords` ones need no vectors; `heavy` ones load
 * tens of megabytes and get fewer queries; `keywordFirst` is false of one that has no answer by words alone.
 */
export const CONTENDERS = {
  keyword: { label: "bifocal, keyword", page: "bifocal", options: { mode: "keyword" }, byWords: true },
  lexicon: {
    label: "bifocal, lexicon", page: "bifocal", options: { mode: "hybrid", encoder: "lexicon" },
    amiss: by((encoder) => encoder === "lexicon"),
  },
  transformer: {
    label: "bifocal, transformer", page: "bifocal", options: { mode: "hybrid", encoder: "transformer" }, heavy: true,
    amiss: by((encoder) => encoder !== null && encoder !== "lexicon"),
  },
  pagefind: { label: "Pagefind", page: "pagefind", options: {}, byWords: true },
  byHand: { label: "onnxruntime-web + MiniSearch", page: "by-hand", options: {}, heavy: true, keywordFirst: false },
};

/** The pages of the bench, the site and the packages behind one server. */
export const open = ({ folder }, options) =>
  serve({ "": folder, pages: here("bench/pages"), data: `${folder}.by-hand`, packages }, options);

/**
 * The address of a contender's page that asks `query`, in a worker unless told otherwise: behind a `#`, so that it is in no
 * request's head.
 */
export const address = (server, { page, options }, query, { worker = true } = {}) =>
  `${server.url}/pages/cold-${page}.html#${new URLSearchParams({ q: query, worker, options: JSON.stringify(options) })}`;

/**
 * Makes of a site what the contenders need and is not there yet; Pagefind first, while no other index lies among the pages.
 * Without `vectors` an index that has none will do.
 */
export function prepare({ folder, title }, names, { vectors = true } = {}) {
  if (names.includes("pagefind") && !existsSync(join(folder, "pagefind"))) {
    rmSync(join(folder, "bifocal"), { recursive: true, force: true });
    execFileSync(process.execPath, [join(packages, "pagefind/lib/runner/bin.cjs"), "--silent", "--site", folder]);
  }
  if (names.some((name) => CONTENDERS[name].page === "bifocal") && !isBuilt(join(folder, "bifocal/bifocal.json"), vectors)) {
    rmSync(join(folder, "bifocal"), { recursive: true, force: true });
    const how = vectors ? ["--model", model, "--cache", cache] : ["--keyword-only"];
    execFileSync(bifocal, ["build", folder, "--title", title, "--refit", ...how], { stdio: ["ignore", "ignore", "inherit"] });
  }
  if (names.includes("byHand")) prepareByHand(folder);
}

/** The pages of a site for which the side put together by hand is prepared, as projects get them that don't read HTML. */
export const plainPagesOf = ({ folder }) => plainPages(JSON.parse(readFileSync(`${folder}.by-hand/passages.json`, "utf8")));

/** Whether there is an index that this very command built, with vectors if it is to have some. */
function isBuilt(entry, vectors) {
  const made = statSync(entry, { throwIfNoEntry: false });
  if (!made || made.mtimeMs < statSync(bifocal).mtimeMs) return false;
  return !vectors || JSON.parse(readFileSync(entry, "utf8")).model !== null;
}

/** The passages with their vectors, and the int8 model, for the side that is put together by hand. */
function prepareByHand(folder) {
  const data = `${folder}.by-hand`;
  const reason = readFileSync(`${folder}.list`, "utf8");
  const said = join(data, "list");
  if (existsSync(said) && readFileSync(said, "utf8") === reason) return;
  const coming = `${data}.coming`;
  for (const former of [data, coming]) rmSync(former, { recursive: true, force: true });
  mkdirSync(coming, { recursive: true });
  example("passages", [folder, model, coming, cache]);
  copyFileSync(`${model}/tokenizer.json`, join(coming, "tokenizer.json"));
  copyFileSync(python("int8"), join(coming, "model.onnx"));
  writeFileSync(join(coming, "list"), reason);
  renameSync(coming, data);
}
