/** Open indexes of this page, lent to components: opened with the first that needs one, closed after the last. */

import type { OpenOptions, Search } from "bifocal";

/** An index by its address, and how to open it. Of several components with one address, the first decides how. */
export interface IndexOptions extends OpenOptions {
  /** Address of the index folder. Default `"/bifocal/"`. */
  base?: string | URL;
}

/** An index on loan. */
export interface Loan {
  search: Promise<Search>;
  /** Gives it back. */
  release(): void;
}

interface Lent {
  search: Promise<Search>;
  users: number;
  closing?: ReturnType<typeof setTimeout>;
}

/** The next page of an application often needs what the last one gave back. */
const GRACE_MS = 1000;

const lent = new Map<string, Lent>();

/** Lends the index in the folder at `base`. One that couldn't be opened is forgotten, so that the next to ask tries again. */
export function borrow(base: string, options: OpenOptions): Loan {
  const address = absolute(base);
  const one = lent.get(address) ?? lend(address, options);
  clearTimeout(one.closing);
  one.users++;
  const release = () => {
    if (--one.users === 0) one.closing = setTimeout(() => close(address, one), GRACE_MS);
  };
  return { search: one.search, release };
}

function lend(address: string, options: OpenOptions): Lent {
  const one: Lent = { search: import("bifocal").then(({ open }) => open(address, options)), users: 0 };
  lent.set(address, one);
  one.search.catch(() => forget(address, one));
  return one;
}

function close(address: string, one: Lent): void {
  forget(address, one);
  one.search.then((search) => search.close(), () => {});
}

function forget(address: string, one: Lent): void {
  if (lent.get(address) === one) lent.delete(address);
}

/** One folder has one address, however it is written; what is none is `open`'s to complain about. */
function absolute(base: string): string {
  try {
    const { origin, pathname } = new URL(base, document.baseURI);
    return `${origin}${pathname}${pathname.endsWith("/") ? "" : "/"}`;
  } catch {
    return base;
  }
}
