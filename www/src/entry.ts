import { BifocalError } from "./error.js";

/** The only file of an index folder that is ever revalidated. */
export const ENTRY = "bifocal.json";

/** What the host reads of an entry: names of files. The rest is the engine's, which also checks the whole. */
export interface Entry {
  generation: string;
  title?: string;
  /** Path of the part that every query needs. */
  core: string;
  /** Runtime files by role: paths below the index folder. */
  runtime: { worker: string; core: string; seldom: string; [role: string]: string };
  /** The packs that hold the parts, unless each is a file. */
  packs?: Packs;
}

/** Files that hold many parts each. */
export interface Packs {
  /** In their names. */
  hash: string;
  files: number;
  /** Bytes at the start of the first that every reader needs. */
  head: number;
}

/** The path of pack `number`. */
export function packPath({ hash }: Packs, number: number): string {
  return `parts/pack${number}-${hash}.bin`;
}

/** The entry in `text`, if it has what the host needs. */
export function parseEntry(text: string): Entry {
  let entry: Partial<Entry> | null = null;
  try {
    entry = JSON.parse(text) as Partial<Entry> | null;
  } catch {
    // Told below: most often a server that answers with a page for whatever it does not have.
  }
  const runtime = entry?.runtime;
  if (![entry?.core, runtime?.worker, runtime?.core, runtime?.seldom].every((path) => typeof path === "string")) {
    throw new BifocalError("index", `${ENTRY} is not the entry of an index: is this the folder that bifocal wrote?`);
  }
  return entry as Entry;
}
