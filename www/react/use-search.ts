/** `useSearch`: answers to a query that changes, for those who draw results themselves. */

import type { Answer, Search, SearchOptions } from "bifocal";
import type { Searchable } from "bifocal/several";
import { useCallback, useEffect, useState } from "react";
import { Asking } from "../element/asking.js";
import type { IndexOptions } from "./indexes.js";
import { asError, type Index, useIndex } from "./use-index.js";

/** Between a change and its search: less than a person notices, more than two letters of one typed syllable. */
const DEBOUNCE_MS = 40;

/** How to search, and when. */
export interface UseSearchOptions extends Omit<SearchOptions, "signal" | "onUpdate"> {
  /** Milliseconds that query and options must stand before they are asked. 0 asks at once; default 40. */
  debounce?: number;
  /** Whether to open the index at once, instead of with the first question. Default false. */
  eager?: boolean;
}

type AnswerOf<S extends Searchable> = Awaited<ReturnType<S["search"]>>;

/**
 * How far the latest question has come. `idle`: nothing is asked. `searching`: `answer` is still that of the question
 * before, if there was one. `partial`: hits by words are there, those by meaning are to come.
 */
type Stage<A> =
  | { status: "idle" | "opening"; answer: null; error: null }
  | { status: "searching"; answer: A | null; error: null }
  | { status: "partial" | "done"; answer: A; error: null }
  | { status: "failed"; answer: null; error: Error };

export type SearchState<S extends Searchable = Search> = Stage<AnswerOf<S>> & {
  /** The open index, `null` until then: for `suggest`, `similar`, `upgrade`. */
  search: S | null;
  /** Asks once more, as after an error or an `upgrade()`; opens the index again, if that failed. */
  again: () => void;
};

/** What came of asking `search` a `question`. */
type Told = { question: string; search: Searchable } & ({ answer: Answer; whole: boolean; error: null } | { answer: null; error: Error });

/**
 * Asks an index, or one that is open already, what `query` and `options` say, each time that they change; an answer to a question that is no
 * longer asked is dropped, and its search stopped. Nothing is asked while `query` is blank, unless `filters` or an `expression` are given.
 */
export function useSearch<S extends Searchable>(index: S, query?: string, options?: UseSearchOptions): SearchState<S>;
export function useSearch(index?: string | URL | IndexOptions, query?: string, options?: UseSearchOptions): SearchState;
export function useSearch(index: Index = {}, query = "", options: UseSearchOptions = {}): SearchState<Searchable> {
  const { debounce = DEBOUNCE_MS, eager = false, ...how } = options;
  const [attempt, setAttempt] = useState(0);
  const again = useCallback(() => setAttempt((attempt) => attempt + 1), []);
  const question = JSON.stringify([query, how, attempt]);
  const asked = query.trim() !== "" || how.filters !== undefined || how.expression !== undefined;
  const opened = useIndex(index, asked || eager, attempt);
  const search = opened?.search ?? null;
  const [told, setTold] = useState<Told | null>(null);

  useEffect(() => {
    if (!asked) setTold(null);
    if (!asked || !search) return undefined;
    const asking = new Asking({
      onAnswer: (answer, whole) => setTold({ question, search, answer, whole, error: null }),
      onFailure: (error) => setTold({ question, search, answer: null, error: asError(error) }),
    });
    const waiting = setTimeout(() => asking.ask(search, query, how), debounce);
    return () => {
      clearTimeout(waiting);
      asking.stop();
    };
  }, [search, question, asked]);

  const stage = (): Stage<Answer> => {
    if (opened?.error) return { status: "failed", answer: null, error: opened.error };
    if (!asked) return { status: "idle", answer: null, error: null };
    if (!search) return { status: "opening", answer: null, error: null };
    const mine = told?.search === search ? told : null;
    if (mine?.question !== question) return { status: "searching", answer: mine?.answer ?? null, error: null };
    if (mine.error) return { status: "failed", answer: null, error: mine.error };
    return { status: mine.whole ? "done" : "partial", answer: mine.answer, error: null };
  };
  return { ...stage(), search, again };
}
