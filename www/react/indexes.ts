/** Open indexes of this page, lent to components: opened with the first that needs one, closed after the last. The element's stay open. */

import type { OpenOptions, Search } from "bifocal";
import { close, lentAt } from "../src/lent.js";

/** An index by its address, and how to open it. */
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

/** The next page of an application often needs what the last one gave back. */
const GRACE_MS = 1000;

/** Lends the index in the folder at `base`: one to all that open it in the same way. */
export function borrow(base: string, options: OpenOptions): Loan {
  const address = absolute(base);
  const one = lentAt(address, options, () => import("bifocal").then(({ open }) => open(address, options)));
  one.users++;
  const release = () => {
    if (--one.users === 0) one.closing = setTimeout(() => close(one), GRACE_MS);
  };
  return { search: one.search, release };
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
