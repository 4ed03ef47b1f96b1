/**
 * What the page's side (loader and client) and the worker's side say to each other, and the plain data both speak of.
 *
 * The loader has a stable name and may sit in a cache while the worker beside a new index is newer, so the first message
 * carries {@link PROTOCOL}: two sides of different versions part with an error instead of misreading each other.
 */

/** Raised whenever a message changes its meaning. */
export const PROTOCOL = 1;

/** Which lenses a query looks through: words, meaning, or both. */
export type Mode = "hybrid" | "keyword" | "semantic";

/**
 * Who makes the query's vector. `"lexicon"`: the site's own words' vectors, which come with the words themselves.
 * `"transformer"`: the model, loaded first if need be. `"auto"`: the transformer if it is loaded, else the lexicon; where an
 * index has neither, the answer's `legs.semantic` says so.
 */
export type EncoderChoice = "auto" | "lexicon" | "transformer";

/**
 * What pages must satisfy, as a typed object; a text's own operators become the same. `word` finds the word's family too,
 * `phrase` the words as they are, `near` words that stand within so many (default 8), in any order.
 */
export type Expression =
  | { all: Expression[] }
  | { any: Expression[] }
  | { not: Expression }
  | { word: string }
  | { prefix: string }
  | { title: string }
  | { heading: string }
  | { phrase: string }
  | { near: { words: string[]; within?: number } };
/** A value of a field. In a field of dates, an ISO 8601 date such as `"2024"`, `"2024-05"` or `"2024-05-17T08:30Z"`. */
export type FieldValue = string | number | boolean;

/** What a field is to be; all that is given must hold. */
export interface FieldTest {
  /** One of these. */
  any?: FieldValue[];
  /** Each of these, for a field of several values. */
  all?: FieldValue[];
  /** None of these. */
  not?: FieldValue[];
  gt?: FieldValue;
  gte?: FieldValue;
  lt?: FieldValue;
  /** This or less; the date `"2024"` takes in all of that year. */
  lte?: FieldValue;
  /** Whether pages have the field at all. */
  exists?: boolean;
}

/**
 * What pages must have in their fields: `{ section: ["std", "core"], year: { gte: 2020 }, draft: false }`. All must hold; a list
 * means one of its values. `not` takes filters that a page must not pass, `any` a list of filters of which it must pass one.
 */
export interface Filters {
  not?: Filters;
  any?: Filters[];
  [field: string]: FieldValue | FieldValue[] | FieldTest | Filters | Filters[] | undefined;
}

/** A field to count, and most values to answer with (100 where absent); `"*"` is every field. */
export type FacetRequest = string | { field: string; limit?: number };

/** A field to sort by; pages without it come last. */
export interface Sort {
  field: string;
  /** Default `"asc"`. */
  order?: "asc" | "desc";
}

/** A field of whose values few hits each are wanted. */
export interface Group {
  field: string;
  /** Most hits of one value. Default 1. */
  limit?: number;
}

/** A query as it crosses to the worker. */
export interface Query {
  /** Words and operators: `"a phrase"`, `-without`, `+must`, `a OR b`, `(…)`, `a NEAR b`, `title:word`, `begin*`. */
  text: string;
  /** The id of a page, in place of a text: pages like it are found. */
  similar?: string;
  /** What pages must satisfy besides what the text asks for. */
  expression?: Expression;
  mode: Mode;
  encoder: EncoderChoice;
  /** Pages to answer with. */
  limit: number;
  /** Pages to skip before the first. */
  offset: number;
  /** Sections to name under each page; the engine's own default where absent. */
  sections?: number;
  /** Whether the last word may be the beginning of a longer one; the engine's default is yes. */
  prefix?: boolean;
  /** Most words to answer with that the last one may become. */
  completions?: number;
  /** The reader's language, a tag such as `de`: pages in it gain where a site is in several. */
  language?: string;
  /** When words count that were not typed but may be meant: default `"auto"`, where the site doesn't use the typed one. */
  typos?: "never" | "auto" | "always";
  /** Whether each hit tells how its score came about. */
  explain?: boolean;
  /** How the two lenses' hits are put together, in OpenSearch's names; the engine's default where absent. */
  fusion?: object;
  filters?: Filters;
  facets?: FacetRequest[];
  sort?: Sort;
  group?: Group;
}

/** What one lens did for an answer. */
export interface Leg {
  status: "used" | "pending" | "skipped" | "failed";
  /** Why it was skipped or failed, in words for a person. */
  reason?: string;
  /** Pages this lens found. */
  matches: number;
}

/** A piece of text and the ranges in it that match the query: `[start, end)` in UTF-16 code units, as `slice` takes them. */
export interface Excerpt {
  text: string;
  ranges: [number, number][];
}

/** A heading's part of a page that a hit was found in. */
export interface SectionHit {
  heading: string;
  /** The headings above it, outermost first. */
  path: string[];
  anchor: string | null;
  /** Absolute, with the anchor. */
  url: string;
  score: number;
  excerpt: Excerpt;
}

/** A page that was found. */
export interface Hit {
  id: string;
  /** Absolute. Whatever the site's owner put there: check the scheme before making a link of it. */
  url: string;
  title: string;
  /** Its language as a tag, where it states one. */
  language?: string;
  score: number;
  /** Its rank (from 1) through each lens, `null` where that lens did not find it. */
  lenses: { keyword: number | null; semantic: number | null };
  excerpt: Excerpt;
  /** The best sections, best first. */
  sections: SectionHit[];
  meta: Record<string, unknown>;
  /** Its value in the field that hits are grouped by. */
  group?: FieldValue;
  /** How its score came about, if that was asked for. */
  explain?: Explanation;
}

/** How a score came about: `(fused + title + language + proximity) × prior`; the best page's where it is `settled`. */
export interface Explanation {
  /** The score by words, the sum of its terms', and the cosine of the nearest passage. */
  keyword: number | null;
  terms: TermExplanation[];
  cosine: number | null;
  /** How both were put together, what that came to, and what words and meaning gave of it; `null` where that is no sum. */
  fusion: string;
  fused: number;
  words: number | null;
  meaning: number | null;
  /** What it gained by its title and headings, by being in the reader's language, by having the words close together. */
  title: number | null;
  language: number | null;
  proximity: number | null;
  /** What the owner multiplies the page's scores by. */
  prior: number | null;
  /** Whether the owner put it first for this query. */
  settled: boolean;
}

/** What one word of a query gave to a score. */
export interface TermExplanation {
  word: string;
  /** The site's words that stood for it. */
  forms: string[];
  documentFrequency: number;
  idf: number;
  /** How often the page has it, weighed by fields and lengths. */
  frequency: number;
  score: number;
}

/** Where an answer's time went, in milliseconds. */
export interface Timings {
  /** From the request's arrival in the worker to this answer. */
  total: number;
  /** Waiting for parts of the index. */
  parts: number;
  /** Making the query's vector. */
  vector: number;
  /** In the engine itself. */
  engine: number;
}

/** A field's values and how many of the found pages have each, as if none of its own values were asked for. */
export interface Facet {
  field: string;
  kind: "bool" | "number" | "date" | "text";
  /** Those of most pages first. */
  values: { value: FieldValue; count: number }[];
  /** How many further values found pages have. */
  more: number;
}

/** What the engine found. */
export interface EngineAnswer {
  query: string;
  mode: Mode;
  hits: Hit[];
  /** Whether no page satisfied the text's operators, so that its words were searched for without them. */
  relaxed: boolean;
  /** Pages that match by words and pass the filters; exact. Of a query without words, the pages that pass. */
  total: number;
  /** `"gte"` where meaning found further pages, or some words could not be looked for. */
  relation: "eq" | "gte";
  /** The facets that were asked for, by field: of the pages that `total` counts; by meaning alone, of the fifty nearest. */
  facets: Record<string, Facet>;
  /** How many of `hits` only meaning found; they are not in `total`. */
  semanticOnly: number;
  /** The encoder that made the query's vector: `"lexicon"`, or the transformer's name. */
  encoder: string | null;
  fusion: string;
  /** Words that the site doesn't use, and those that were searched for in their place, the likeliest first. */
  corrections: { word: string; meant: string[] }[];
  /** The query with the likeliest of these. */
  didYouMean: string | null;
  /** The query with its last word written out, as words of the site that begin so, those on most pages first; where they were asked for. */
  completions?: { text: string; pages: number }[];
  legs: { keyword: Leg; semantic: Leg };
  /** Parts of the index that could not be had, with reasons: the answer was made without them. */
  failures: string[];
}

/** What a search answers. */
export interface Answer extends EngineAnswer {
  timings: Timings;
}

/** What makes two encoders' vectors comparable: whose weights, and how they were used. */
export interface VectorSpace {
  model: string;
  /** A hash of the weights before any quantisation. */
  weights: string;
  pooling: string;
  /** What is put before passages. */
  prefix: string;
  /** What is put before queries, where that is anything. */
  queryPrefix?: string;
  dims: number;
}

/** The transformer's file. */
export interface ModelFile {
  /** Of its pieces below the index folder, with `*` for a piece's number. */
  path: string;
  /** How many pieces there are, from 0 on. */
  pieces: number;
  /** What is downloaded. */
  bytes: number;
  /** Bytes of the GGUF in it, if the file is gzip. */
  unpacked?: number;
  /** Of the file, lower-case hex. */
  sha256: string;
}

/** The encoder that embedded the passages. */
export interface Model {
  space: VectorSpace;
  /** The file that a browser can load, `null` where the index was built without. */
  file: ModelFile | null;
}

/** What an index is and holds. */
export interface About {
  /** The version of the index format. */
  format: number;
  generation: string;
  title: string;
  pages: number;
  sections: number;
  passages: number;
  /** Forms in the dictionary. */
  words: number;
  /** The most frequent first. */
  languages: { code: string; pages: number }[];
  /** Bytes of the largest part when un-gzipped: the bound for every un-gzip. */
  largestPart: number;
  /** From the index folder to the site's root, such as `"../"`. */
  site: string;
  /** `null` where there are no vectors to search by meaning with. */
  model: Model | null;
  /** Whether words have vectors, so that meaning can be searched for without a model. */
  lexicon: boolean;
  /** Runtime files by role, each a path below the index folder. */
  runtime: Record<string, string>;
  /**
   * How parts are read that lie in packs: by ranges, or from packs held in memory, because the host wanted that (`whole`) or
   * because the server knows no ranges. Absent where each part is a file.
   */
  reads?: "ranges" | "memory";
}

/** How far the transformer's loading has come. Bytes are the model file's. */
export type Progress =
  | { phase: "downloading"; loaded: number; total: number }
  | { phase: "from-cache"; loaded: number; total: number }
  | { phase: "starting"; loaded: number; total: number }
  | { phase: "ready"; loaded: number; total: number };

/** An error as it crosses from the worker. */
export interface Failure {
  code: ErrorCode;
  message: string;
}

/**
 * What went wrong, for a program to decide on. `network`: nothing came back. `missing`: the server does not have the
 * file. `damaged`: its bytes are not what the index names. `index`: this build cannot read the index. `wasm`: WebAssembly
 * is not allowed or not there. `worker`: neither a worker nor the page itself could run the search. `model`: there is no
 * transformer, or it cannot run. `protocol`: loader and worker are of different versions. `closed`: `close()` was called.
 * `option`: a bad argument. `internal`: a bug in bifocal.
 */
export type ErrorCode =
  | "network"
  | "missing"
  | "damaged"
  | "index"
  | "wasm"
  | "worker"
  | "model"
  | "protocol"
  | "closed"
  | "option"
  | "internal";

/** From the page to the worker. `hello` is first; `open` is answered by `opened` or `failed` with id 0. */
export type ToWorker =
  | { type: "hello"; protocol: number; base: string; coming: string[] }
  | { type: "file"; path: string; bytes: Uint8Array<ArrayBuffer> | null }
  | { type: "open"; entry: string; whole: boolean }
  | { type: "search"; id: number; query: Query }
  | { type: "embed"; id: number; text: string }
  | { type: "upgrade"; id: number }
  | { type: "cancel"; id: number };

/** From the worker to the page. */
export type FromWorker =
  /** The first: somebody listens. */
  | { type: "ready" }
  | { type: "opened"; about: About }
  | { type: "partial"; id: number; answer: Answer }
  | { type: "answer"; id: number; answer: Answer }
  | { type: "vector"; id: number; vector: Float32Array<ArrayBuffer> }
  | { type: "progress"; id: number; progress: Progress }
  | { type: "upgraded"; id: number }
  /** The entry on the server is of another generation than the one that was opened: this is its text. */
  | { type: "moved"; entry: string }
  | { type: "failed"; id: number; failure: Failure };
