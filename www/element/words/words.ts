/** Everything that the element says. Each language is a module beside this one; `en.ts` is the one to copy. */

/** One language. Numbers come formatted where they are texts. */
export interface Words {
  /** The name of box, dialog and button. */
  search: string;
  placeholder: string;
  close: string;
  /** What the results' list is called. */
  results: string;

  /** The choice of lenses. */
  lookThrough: string;
  both: string;
  words: string;
  meaning: string;
  /** Which lenses found a hit, each with the hit's rank there. */
  foundBy: (keyword: number | null, semantic: number | null) => string;
  /** Which lenses made an answer. */
  madeBy: (words: boolean, meaning: boolean, encoder: string | null) => string;

  /** Before anything is asked: what there is to ask. */
  invitation: (pages: number, sections: number, byMeaning: boolean) => string;
  hint: string;
  loading: string;
  /** How many pages were found; `more` are those that only meaning found. */
  found: (pages: number, more: number) => string;
  nothing: string;
  nothingFor: (text: string) => string;
  fewerWords: string;
  lookThroughBoth: string;
  noMeaning: string;
  showMore: string;
  allResults: string;

  /** Above the fields by whose values hits can be filtered. */
  filter: string;
  filtersChosen: (count: number) => string;
  clearFilters: string;
  moreValues: (count: number) => string;
  yes: string;
  no: string;
  /** What fields are called; others are called as the site calls them. */
  fields: Readonly<Record<string, string>>;

  offline: string;
  offlinePart: string;
  unreachable: string;
  broken: string;
  /** What was searched for in the place of a word that the site does not use. */
  instead: (word: string, meant: string) => string;
  /** No page had what the operators ask for. */
  relaxed: string;
  partMissing: string;
  partFailed: string;
  tryAgain: string;
  plainForm: string;

  recent: string;
  forget: string;

  model: string;
  betterAnswers: string;
  meaningToo: string;
  modelSize: (megabytes: string) => string;
  load: string;
  notNow: string;
  cancel: string;
  preparing: string;
  downloading: (loaded: string, total: string) => string;
  fromCache: string;
  starting: string;
  modelFailed: string;
  /** With no network, after `offline`. */
  modelAbsent: string;

  /** What the keys do. */
  toMove: string;
  toOpen: string;
  toClose: string;
}

/**
 * A number as `language` writes it. A browser takes up to 20 ms to load what it knows of languages, on a phone 70, which is
 * longer than a keystroke may wait: small numbers are the same in all of ours.
 */
export function number(language: string, value: number): string {
  return value < 1000 ? String(value) : value.toLocaleString(language);
}

/** Joins what is there. */
export const joined = (parts: (string | false)[], between: string): string => parts.filter(Boolean).join(between);
