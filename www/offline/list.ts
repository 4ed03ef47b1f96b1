/** `files.json`: every file of an index folder but the list itself and the entry, with length and SHA-256. */

import { ENTRY } from "../src/entry.js";
import { hasRelaxedSimd } from "../src/relaxed.js";

export const LIST = "files.json";

/** A file of one build. */
export interface Listed {
  path: string;
  bytes: number;
  sha256: string;
}

export interface List {
  generation: string;
  files: Listed[];
}

/** Which of the files to keep. */
export type Choose = (file: Listed) => boolean;

/** The list in `text`, or an error: a server may answer with a page for whatever it does not have. */
export function parseList(text: string): List {
  let list: Partial<List> | null = null;
  try {
    list = JSON.parse(text) as Partial<List> | null;
  } catch {
    // Told below.
  }
  const isFile = (file: Listed) => typeof file?.path === "string" && file.bytes >= 0 && typeof file.sha256 === "string";
  if (typeof list?.generation !== "string" || !Array.isArray(list.files) || !list.files.every(isFile)) {
    throw new Error(`${LIST} is not the list of an index folder`);
  }
  return list as List;
}

/** What pages that are opened from disk have instead of all the others, and what a browser keeps with the service worker that runs it. */
const NOT_FOR_PAGES: readonly string[] = ["bifocal-file.js", "bifocal-engine.js"];

/** All but the model, which is kept once a reader has loaded it. */
export const ALL_BUT_MODEL: Choose = ({ path }) => !path.startsWith("model/") && !NOT_FOR_PAGES.includes(path);

/** What searching needs before its first query; the parts that queries then read are kept as they come. */
export const RUNTIME: Choose = (file) => ALL_BUT_MODEL(file) && (!file.path.startsWith("parts/") || file.path.startsWith("parts/core-"));

/** `files` without that of the transformer's two modules which this browser does not load, as `loadTransformer` chooses. */
export function loadable(files: Listed[]): Listed[] {
  const [plain, relaxed] = [/^runtime\/transformer-[0-9a-f]{16}\.bin$/, /^runtime\/transformer-relaxed-/];
  const needless = hasRelaxedSimd() && files.some(({ path }) => relaxed.test(path)) ? plain : relaxed;
  return files.filter(({ path }) => !needless.test(path));
}

/** Whether a file's name holds the hash of its contents, so that it is the same in every build that has it. */
export function isNamedByHash(path: string): boolean {
  return /-[0-9a-f]{12}([0-9a-f]{4})?\.\w+$/.test(path);
}

/** Whether `text` is the entry that belongs to `list`. */
export function belongs(text: string, list: List): boolean {
  try {
    return (JSON.parse(text) as { generation?: string }).generation === list.generation;
  } catch {
    return false;
  }
}

export { ENTRY };
