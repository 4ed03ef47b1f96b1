/** The index that a component asks: opened and shared by its address, or one that is open already. */

import type { OpenOptions } from "bifocal";
import type { Searchable } from "bifocal/several";
import { useEffect, useState } from "react";
import { borrow, type IndexOptions } from "./indexes.js";

export type Index = string | URL | IndexOptions | Searchable;

/** An index, or why it is not open. */
export type Opened = { search: Searchable; error: null } | { search: null; error: Error };

const FOLDER = "/bifocal/";

/** `null` until it is open. It is opened once it is `needed`, and again with each new `attempt` if that failed. */
export function useIndex(index: Index, needed: boolean, attempt: number): Opened | null {
  const { given, base, options } = read(index);
  const [woken, setWoken] = useState(needed);
  const [opened, setOpened] = useState<(Opened & { base: string }) | null>(null);

  useEffect(() => {
    if (needed) setWoken(true);
  }, [needed]);
  useEffect(() => {
    if (given || !woken) return undefined;
    setOpened((before) => (before?.error ? null : before));
    let wanted = true;
    const loan = borrow(base, options);
    loan.search.then(
      (search) => wanted && setOpened({ base, search, error: null }),
      (error: unknown) => wanted && setOpened({ base, search: null, error: asError(error) }),
    );
    return () => {
      wanted = false;
      loan.release();
    };
  }, [given, base, woken, attempt]);

  if (given) return { search: given, error: null };
  return opened?.base === base ? opened : null;
}

function read(index: Index): { given: Searchable | null; base: string; options: OpenOptions } {
  if (typeof index === "string" || index instanceof URL) return { given: null, base: String(index), options: {} };
  if ("search" in index) return { given: index, base: FOLDER, options: {} };
  const { base = FOLDER, ...options } = index;
  return { given: null, base: String(base), options };
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
