/** The page's side: requests with ids, answers matched to them, everything else dropped. */

import { BifocalError } from "./error.js";
import { connect, type Link, type Way } from "./link.js";
import type {
  About,
  Answer,
  EncoderChoice,
  Expression,
  FacetRequest,
  Filters,
  FromWorker,
  Group,
  Mode,
  Progress,
  Query,
  Sort,
  ToWorker,
} from "./protocol.js";
import { type SuggestOptions, type Suggestion, suggestions } from "./suggest.js";

/** What may be said of a search for pages like a page. */
export type SimilarOptions = Pick<SearchOptions, "limit" | "offset" | "filters" | "sort" | "group" | "signal">;

/** How to search. */
export interface SearchOptions {
  /** Default `"hybrid"`. */
  mode?: Mode;
  /** Default `"auto"`. */
  encoder?: EncoderChoice;
  /** Pages to answer with, 1 to 1000. Default 10. */
  limit?: number;
  /** Pages to skip before the first. Default 0. */
  offset?: number;
  /** Sections to show of each page, the best first; each beyond the first may cost one more small file. Default 1. */
  sections?: number;
  /** Whether the last word may be the beginning of a longer one, as while one types. Default true. */
  prefix?: boolean;
  /** What pages must satisfy, besides what the text's own operators ask for. */
  expression?: Expression;
  /** The reader's language, a tag such as `de` or `pt-BR`: on a site in several, pages in it come first where they answer as well. */
  language?: string;
  /** When words count that were not typed but may be meant. Default `"auto"`: where the site does not use the typed one. */
  typos?: "never" | "auto" | "always";
  /** How the two lenses' hits are put together, in OpenSearch's names. Default: what was found best. */
  fusion?: object;
  /** What pages must have in their fields. With an empty text, all pages that pass are found. */
  filters?: Filters;
  /** Fields whose values are counted over the pages that hold the words. */
  facets?: FacetRequest[];
  /** A field to sort by, in place of the score. Of what meaning alone finds, the fifty nearest pages are sorted beside the others. */
  sort?: Sort;
  /** A field of whose values few hits each are wanted. */
  group?: Group;
  /** Whether each hit tells how its score came about. */
  explain?: boolean;
  /** Stops the search, and rejects it with the signal's reason. Abort the former search when the reader types on. */
  signal?: AbortSignal | undefined;
  /** Gets what is known before everything has come: the keyword hits, mostly. */
  onUpdate?: (answer: Answer) => void;
}

/** How to load the transformer. */
export interface UpgradeOptions {
  onProgress?: (progress: Progress) => void;
  /** Stops the loading, unless another caller waits for it as well. */
  signal?: AbortSignal;
}

interface Pending {
  message: Extract<ToWorker, { id: number }>;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
  onUpdate?: ((answer: Answer) => void) | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Whether it was asked again already, of a newer index. */
  again: boolean;
}

/** What answers call the encoder that needs no model. */
const LEXICON = "lexicon";

const MODES: readonly string[] = ["hybrid", "keyword", "semantic"];
const ENCODERS: readonly string[] = ["auto", "lexicon", "transformer"];

/** Options that go to the engine as they are. */
const PASSED_ON = ["sections", "prefix", "expression", "language", "typos", "explain", "fusion", "filters", "facets", "sort", "group"] as const;

/** An open index. Made by `open`. */
export class Search {
  #link: Promise<Link>;
  /** The link that is listened to: what one that was left still says counts for nothing. */
  #current: Link | null = null;
  #about: About;
  #upgraded = false;
  #closed = false;
  #last = 0;
  readonly #way: Way;
  readonly #pending = new Map<number, Pending>();

  constructor(way: Way, link: Link) {
    this.#way = way;
    this.#about = link.about;
    this.#link = this.#adopt(Promise.resolve(link));
  }

  /** What the index is and holds. */
  get about(): About {
    return this.#about;
  }

  /** Whether the transformer is loaded. */
  get upgraded(): boolean {
    return this.#upgraded;
  }

  /**
   * Finds pages. A text may hold operators: `"a phrase"`, `-without`, `+must`, `a OR b`, `(…)`, `a NEAR b`, `title:word`,
   * `begin*`; what isn't one is words. Parts of the index that cannot be read do not make it fail: the answer comes from what is there, and its
   * `legs` say what is not.
   */
  search(text: string, options: SearchOptions = {}): Promise<Answer> {
    return this.#search(text, options);
  }

  #search(text: string, options: SearchOptions, more: Partial<Query> = {}): Promise<Answer> {
    const { mode = "hybrid", encoder = "auto", limit = 10, offset = 0 } = options;
    try {
      if (typeof text !== "string") throw bad("the query", text, "a string");
      if (!MODES.includes(mode)) throw bad("mode", mode, MODES.join(", "));
      if (!ENCODERS.includes(encoder)) throw bad("encoder", encoder, ENCODERS.join(", "));
      checkLimit(limit, 1000);
      if (!Number.isInteger(offset) || offset < 0) throw bad("offset", offset, "0 or more");
    } catch (error) {
      return Promise.reject(error);
    }
    const query: Query = { text: wellFormed(text), mode, encoder, limit, offset, ...more };
    // What is not given is left out, so that the engine's own defaults hold.
    for (const name of PASSED_ON) if (options[name] !== undefined) Object.assign(query, { [name]: options[name] });
    const id = ++this.#last;
    return this.#ask<Answer>({ type: "search", id, query }, options.signal, { onUpdate: options.onUpdate });
  }

  /**
   * What a half-typed text may become: words, and titles and headings of pages that hold it. By words alone, and the last
   * word counts as unfinished.
   */
  async suggest(text: string, options: SuggestOptions = {}): Promise<Suggestion[]> {
    const { limit = 8, signal } = options;
    checkLimit(limit, 100);
    const how: SearchOptions = { mode: "keyword", limit, sections: 2, signal };
    return suggestions(await this.#search(text, how, { prefix: true, completions: limit }), limit);
  }

  /** Pages like the one with that id (of a hit: `hit.id`), the likest first: at most ten, and what filters leave of them. */
  similar(id: string, options: SimilarOptions = {}): Promise<Answer> {
    if (typeof id !== "string" || id === "") return Promise.reject(bad("the page's id", id, "a string, as hits have it"));
    return this.#search("", { mode: "semantic", ...options }, { similar: id });
  }

  /** The vector of `text` in the space of the index's rows; loads the transformer if need be. */
  embed(text: string, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    return this.#ask<Float32Array>({ type: "embed", id: ++this.#last, text: wellFormed(text) }, options.signal);
  }

  /** Loads the transformer: from then on `encoder: "auto"` uses it. */
  async upgrade(options: UpgradeOptions = {}): Promise<void> {
    await this.#ask<void>({ type: "upgrade", id: ++this.#last }, options.signal, { onProgress: options.onProgress });
  }

  /** Ends the worker. What was asked and not answered is rejected. */
  close(): void {
    this.#closed = true;
    this.#link.then((link) => link.close(), () => {});
    this.#rejectAll(new BifocalError("closed", "the search was closed"));
  }

  #ask<T>(
    message: Pending["message"],
    signal: AbortSignal | undefined,
    listeners: Pick<Pending, "onUpdate" | "onProgress"> = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) throw new BifocalError("closed", "the search was closed: open the index again");
      signal?.throwIfAborted();
      const { id } = message;
      const stop = () => {
        this.#pending.delete(id);
        this.#post({ type: "cancel", id });
        reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener("abort", stop);
      signal?.addEventListener("abort", stop, { once: true });
      this.#pending.set(id, {
        message,
        resolve: (result) => (done(), resolve(result)),
        reject: (error) => (done(), reject(error)),
        again: false,
        ...listeners,
      });
      this.#post(message);
    });
  }

  #post(message: ToWorker): void {
    this.#link = this.#link.catch(() => this.#adopt(connect(this.#way, null)));
    this.#link.then((link) => link.post(message), (error) => this.#rejectAll(error));
  }

  async #adopt(coming: Promise<Link>): Promise<Link> {
    const link = await coming;
    this.#about = link.about;
    this.#current = link;
    link.listen(
      (message) => this.#current === link && this.#hear(message),
      (error) => {
        this.#upgraded = false;
        this.#link = Promise.reject(error);
        this.#link.catch(() => {});
        this.#rejectAll(error);
      },
    );
    if (this.#closed) link.close();
    return link;
  }

  #hear(message: FromWorker): void {
    if (message.type === "moved") return this.#move(message.entry);
    const { type } = message;
    if (type === "upgraded" || type === "vector" || (type === "answer" && byTransformer(message.answer))) this.#upgraded = true;
    if (!("id" in message)) return;
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if (message.type === "partial") return pending.onUpdate?.(message.answer);
    if (message.type === "progress") return pending.onProgress?.(message.progress);
    this.#pending.delete(message.id);
    if (message.type === "failed") pending.reject(BifocalError.from(message.failure));
    else if (message.type === "answer") pending.resolve(message.answer as never);
    else if (message.type === "vector") pending.resolve(message.vector as never);
    else pending.resolve(undefined as never);
  }

  /**
   * The index was rebuilt under us: opens the new one and asks everything once more. Nothing of the old one is kept but
   * whether the transformer was loaded, so that no answer mixes the two.
   */
  #move(entry: string): void {
    this.#current?.close();
    this.#current = null;
    this.#link = this.#adopt(connect(this.#way, null, entry));
    if (this.#upgraded) this.#post({ type: "upgrade", id: ++this.#last });
    for (const [id, pending] of this.#pending) {
      if (pending.again) {
        this.#pending.delete(id);
        pending.reject(new BifocalError("missing", "the index changes faster than it can be read: try again"));
      } else {
        pending.again = true;
        this.#post(pending.message);
      }
    }
  }

  #rejectAll(error: unknown): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** Whether the transformer made the query's vector, so that it must be there. */
function byTransformer({ encoder }: Answer): boolean {
  return encoder !== null && encoder !== LEXICON;
}

/** `text` with U+FFFD for halves of surrogate pairs, which UTF-8 and so the engine cannot hold. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function checkLimit(limit: number, most: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw bad("limit", limit, `1 to ${most}`);
}

function bad(what: string, value: unknown, allowed: string): BifocalError {
  return new BifocalError("option", `${what} is ${JSON.stringify(value)}; it can be ${allowed}`);
}
