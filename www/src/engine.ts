/**
 * Drives the wasm engine: fetches the parts that a step needs, makes the query's vector when asked, and steps again.
 *
 * Nothing here knows a worker, so the same file serves a worker, a page, Node and a service worker; how files are fetched
 * is handed in. Parts that are being fetched are shared between runs, and a run that is stopped leaves them coming: the
 * next keystroke most often needs the same ones.
 */

import { ENTRY, parseEntry } from "./entry.js";
import { BifocalError, reason } from "./error.js";
import { type FetchFile, plain, read, receive } from "./files.js";
import type { About, Answer, EngineAnswer, Query, Timings } from "./protocol.js";

/** Whether this is in the script for pages that are opened from disk: `bundle.mjs` says so. */
declare const __BIFOCAL_FILE__: boolean;

/** The wasm core's door. */
export interface Engine {
  describe(): About;
  /** The number of a run, or 0 if what is seldom needed must be loaded first. */
  start(query: EngineQuery): number;
  step(run: number): Step;
  /** Plain bytes of a part. Throws where they are not what its name says. */
  supply(path: string, bytes: Uint8Array): void;
  fail(path: string, reason: string): void;
  /** Forgets what failed, so that it is asked for again. */
  retry(): void;
  giveVector(run: number, vector: Float32Array, encoder: string): void;
  failVector(run: number, reason: string): void;
  finish(run: number): void;
  /** The core, which every query needs; once it is loaded, the parts that it names, in their order in packs. */
  parts(): string[];
  /** Says that every part is near at hand, so that a query may be compared with all passages. */
  holdWhole(): void;
  /** Says that what is seldom needed is loaded. */
  complete(): void;
}

/** A query as the engine takes it. */
export interface EngineQuery extends Omit<Query, "encoder"> {
  /** Whether the engine makes the vector itself (`"lexicon"`), it will be given (`"later"`), or there is none, for `vectorReason`. */
  vector: "none" | "lexicon" | "later";
  vectorReason?: string;
}

/** What a run needs next, or has. */
export type Step =
  /** `vector`: the text whose vector is wanted, if one is; `seldom`: whether what is seldom needed is. */
  | { status: "need"; parts: string[]; vector?: string; seldom?: true }
  | { status: "partial" | "done"; answer: EngineAnswer };

/** Makes query vectors in the space of the index's rows. */
export interface Encoder {
  /** What an answer calls it. */
  readonly name: string;
  embed(text: string): Float32Array;
}

/** Bytes that someone else is fetching already: `null` where that came to nothing. */
export type Handed = Map<string, Promise<Uint8Array<ArrayBuffer> | null>>;

/** What the host brings that is no part of the index. */
export interface Bring {
  /** The transformer, for a query that insists on it. */
  encoder(signal: AbortSignal): Promise<Encoder>;
  /** What is seldom needed of the engine. */
  seldom(): Promise<void>;
}

/** The entry on the server is not the one that was opened; `entry` is its text. */
export class Moved extends Error {
  constructor(readonly entry: string) {
    super("the index was rebuilt");
  }
}

/**
 * A query takes three rounds of parts, five on a large site, and two more with words that the site does not use. A run that asks
 * for many more is not coming to an end.
 */
const ROUNDS = 64;

/** Vectors kept, so that going back over a query's letters costs nothing. */
const VECTORS = 64;

/** An open index. */
export class Searcher {
  readonly about: About;
  /** The transformer, once it is there. */
  encoder: Encoder | null = null;
  readonly #engine: Engine;
  readonly #entry: string;
  readonly #site: string;
  readonly #fetchFile: FetchFile;
  readonly #handed: Handed;
  readonly #coming = new Map<string, Promise<void>>();
  readonly #vectors = new Map<string, Float32Array<ArrayBuffer>>();
  readonly #host: Bring;
  #seldom: Promise<void> | null = null;

  /**
   * @param engine over `entry`, the text of `bifocal.json`
   * @param base the index folder's address, against which hits' addresses are resolved
   */
  constructor(
    engine: Engine,
    entry: string,
    base: string,
    fetchFile: FetchFile,
    host: Bring,
    handed: Handed = new Map(),
  ) {
    this.#engine = engine;
    this.#entry = entry;
    this.#fetchFile = fetchFile;
    this.#handed = handed;
    this.#host = host;
    this.about = engine.describe();
    this.#site = new URL(this.about.site, base).href;
  }

  /** Fetches what every query needs. What fails here is asked for again, and reported, by the first query. */
  async warm(): Promise<void> {
    await Promise.allSettled(this.#engine.parts().map((path) => this.#bring(path)));
  }

  /** Answers `query`; `onPartial` gets what is known before everything has come. Throws {@link Moved}. */
  async search(query: Query, onPartial: (answer: Answer) => void, signal: AbortSignal): Promise<Answer> {
    const timings: Timings = { total: 0, parts: 0, vector: 0, engine: 0 };
    const began = performance.now();
    const timed = <T>(what: "engine" | "vector", work: () => T): T => {
      const start = performance.now();
      try {
        return work();
      } catch (error) {
        throw new BifocalError(what === "engine" ? "index" : "model", reason(error), { cause: error });
      } finally {
        timings[what] += performance.now() - start;
      }
    };
    const { encoder, ...plainQuery } = query;
    this.#engine.retry();
    const start = () => timed("engine", () => this.#engine.start({ ...plainQuery, ...this.#vectorFor(encoder) }));
    let run = start();
    if (run === 0) {
      await stoppable(this.#complete(), signal);
      run = start();
    }
    try {
      for (let round = 0; round < ROUNDS; round++) {
        signal.throwIfAborted();
        const step = timed("engine", () => this.#engine.step(run));
        if (step.status !== "need") {
          timings.total = performance.now() - began;
          const answer = { ...this.#resolved(step.answer), timings: { ...timings } };
          if (step.status === "done") return answer;
          onPartial(answer);
          continue;
        }
        const parts = Promise.all([step.seldom && this.#complete(), ...step.parts.map((path) => this.#need(path))]);
        parts.catch(() => {});
        if (step.vector !== undefined && (step.parts.length === 0 || this.encoder)) {
          // A step that needs both is fetching while the vector is made; one whose encoder is still to come is not held up.
          await this.#giveVector(run, step.vector, timed, signal);
        }
        const start = performance.now();
        await stoppable(parts, signal);
        timings.parts += performance.now() - start;
      }
      throw new BifocalError("internal", `the query "${query.text.slice(0, 80)}" comes to no end: please report it`);
    } finally {
      this.#engine.finish(run);
    }
  }

  /** The vector of `text`; the transformer must be there. */
  vector(text: string): Float32Array<ArrayBuffer> {
    if (!this.encoder) throw new BifocalError("model", "the transformer is not loaded: call upgrade() first");
    const known = this.#vectors.get(text);
    const vector = known ?? (this.encoder.embed(text) as Float32Array<ArrayBuffer>);
    this.#vectors.delete(text);
    this.#vectors.set(text, vector);
    if (this.#vectors.size > VECTORS) this.#vectors.delete(this.#vectors.keys().next().value as string);
    return vector;
  }

  #vectorFor(encoder: Query["encoder"]): Pick<EngineQuery, "vector" | "vectorReason"> {
    const { model, lexicon } = this.about;
    if (encoder === "transformer") {
      if (this.encoder || model?.file) return { vector: "later" };
      return { vector: "none", vectorReason: "this index was built without a model" };
    }
    if (this.encoder && encoder === "auto") return { vector: "later" };
    if (lexicon) return { vector: "lexicon" };
    return { vector: "none", vectorReason: "this index was built without vectors of words" };
  }

  async #giveVector(
    run: number,
    text: string,
    timed: <T>(what: "engine" | "vector", work: () => T) => T,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      this.encoder ??= await this.#host.encoder(signal);
      // Making a vector takes milliseconds in which no message is heard: hear first whether it is still wanted.
      await new Promise((resume) => setTimeout(resume));
      signal.throwIfAborted();
      const vector = timed("vector", () => this.vector(text));
      this.#engine.giveVector(run, vector, this.encoder.name);
    } catch (error) {
      signal.throwIfAborted();
      this.#engine.failVector(run, reason(error));
    }
  }

  /** Loads what is seldom needed; what failed is tried again by the next query. Throws {@link Moved} if a newer index explains it. */
  #complete(): Promise<void> {
    this.#seldom ??= this.#host.seldom().then(
      () => this.#engine.complete(),
      async (error: unknown) => {
        this.#seldom = null;
        if (BifocalError.is(error) && error.code !== "network") await this.#checkEntry();
        throw error;
      },
    );
    return this.#seldom;
  }

  /** Brings a part, or tells the engine that it must do without. Throws {@link Moved} if a newer index explains it. */
  async #need(path: string): Promise<void> {
    try {
      await this.#bring(path);
    } catch (error) {
      if (BifocalError.is(error) && error.code !== "network") await this.#checkEntry();
      this.#engine.fail(path, reason(error));
    }
  }

  #bring(path: string): Promise<void> {
    let coming = this.#coming.get(path);
    if (!coming) {
      coming = this.#fetchPart(path).finally(() => this.#coming.delete(path));
      this.#coming.set(path, coming);
    }
    return coming;
  }

  /** Fetches and supplies a part; bytes that are damaged are fetched once more past every cache. */
  async #fetchPart(path: string): Promise<void> {
    const bound = this.about.largestPart;
    const handed = await this.#handed.get(path);
    this.#handed.delete(path);
    const supply = async (bytes: Uint8Array) => {
      // What reads the part must be there before it.
      await this.#seldom;
      this.#supply(path, bytes);
    };
    try {
      await supply(handed ? await plain(path, handed, bound) : await read(this.#fetchFile, path, bound));
    } catch (error) {
      if (!(BifocalError.is(error) && error.code === "damaged")) throw error;
      await supply(await read(this.#fetchFile, path, bound, { cache: "reload" }));
    }
  }

  #supply(path: string, bytes: Uint8Array): void {
    try {
      this.#engine.supply(path, bytes);
    } catch (error) {
      throw new BifocalError("damaged", `${path} is damaged: ${reason(error)}`);
    }
  }

  /** Throws {@link Moved} if the server's entry is another than the one that was opened. */
  async #checkEntry(): Promise<void> {
    let entry: string;
    try {
      entry = new TextDecoder().decode(await receive(this.#fetchFile, ENTRY, { cache: "no-cache" }));
      parseEntry(entry);
    } catch {
      return;
    }
    if (entry !== this.#entry) throw new Moved(entry);
  }

  #resolved(answer: EngineAnswer): EngineAnswer {
    const resolve = (url: string): string => {
      try {
        const resolved = new URL(url, this.#site);
        // On disk a folder's address shows a list of its files.
        if (__BIFOCAL_FILE__ && resolved.protocol === "file:" && resolved.pathname.endsWith("/")) resolved.pathname += "index.html";
        return resolved.href;
      } catch {
        return url;
      }
    };
    const hits = answer.hits.map((hit) => ({
      ...hit,
      url: resolve(hit.url),
      sections: hit.sections.map((section) => ({ ...section, url: resolve(section.url) })),
    }));
    return { ...answer, hits };
  }
}

/** `promise`, or the signal's reason as soon as there is one. */
function stoppable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

