/**
 * Open indexes of this page, by address and how they were opened. Whoever needs one that is there takes it, whichever of our files opened
 * it: an element and a hook are in different ones, and a page may have both.
 */

import type { OpenOptions } from "bifocal";
import type { Searchable } from "bifocal/several";
import { PROTOCOL } from "./protocol.js";

export interface Lent<S extends Searchable = Searchable> {
  search: Promise<S>;
  /** It is closed after the last of them, and never where that is infinite. */
  users: number;
  closing?: ReturnType<typeof setTimeout>;
}

// Files of another version may be in the same page, and what they open has other functions.
const PLACE = Symbol.for(`bifocal ${PROTOCOL} indexes`);

function all(): Map<string, Lent> {
  const page = globalThis as { [PLACE]?: Map<string, Lent> };
  return (page[PLACE] ??= new Map());
}

/** The index at `address` that is open already, or what `open` gives. One that couldn't be opened is forgotten, so that the next to ask tries again. */
export function lentAt<S extends Searchable>(address: string, options: OpenOptions, open: () => Promise<S>): Lent<S> {
  const key = keyOf(address, options);
  let one = all().get(key) as Lent<S> | undefined;
  if (!one) {
    one = { search: open(), users: 0 };
    all().set(key, one);
    one.search.catch(() => forget(one!));
  }
  clearTimeout(one.closing);
  return one;
}

export function close(one: Lent): void {
  forget(one);
  one.search.then((search) => search.close(), () => {});
}

function forget(one: Lent): void {
  for (const [key, other] of all()) if (other === one) all().delete(key);
}

/** What options hold that is no text has a number for its own. */
const numbers = new WeakMap<object, number>();
let last = 0;

function keyOf(address: string, options: OpenOptions): string {
  const valueOf = (value: unknown) => {
    if (typeof value !== "object" && typeof value !== "function") return String(value);
    if (value === null) return "";
    if (!numbers.has(value)) numbers.set(value, ++last);
    return `#${numbers.get(value)}`;
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [address, ...given.map(([name, value]) => `${name}=${valueOf(value)}`).sort()].join(" ");
}
