/** The worker's side: an engine behind the messages of `protocol.ts`, in a worker or behind a channel in the caller's thread. */

import * as core from "bifocal-core";
import { bind, complete } from "./bind.js";
import { type Encoder, type Engine, type Handed, Moved, Searcher } from "./engine.js";
import { packPath, parseEntry } from "./entry.js";
import { BifocalError, failure, reason } from "./error.js";
import { compile, type FetchFile, fileUrl, filesBelow, type HandedIn, type ImportFile, plain, read, RUNTIME_BOUND } from "./files.js";
import { Packs } from "./pack.js";
import { type About, type FromWorker, PROTOCOL, type Progress, type ToWorker } from "./protocol.js";
import { Shared } from "./shared.js";

/** One end of the conversation: a worker's global scope, or a port. */
export interface Port {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

/** Whether this is the worker of an index whose parts lie in packs: `build.mjs` makes both. */
declare const __BIFOCAL_PACKED__: boolean;

/** Whether this is in the script for pages that are opened from disk: `bundle.mjs` says so. */
declare const __BIFOCAL_FILE__: boolean;

/** Answers the messages that come through `port`, fetching and importing with what the host hands in. */
export function serve(port: Port, handedIn: HandedIn = {}): void {
  const desk = new Desk(port, handedIn);
  port.onmessage = (event) => desk.hear(event.data);
  port.postMessage({ type: "ready" });
}

class Desk {
  #base = "";
  #searcher: Searcher | null = null;
  #loading: Shared<Encoder> | null = null;
  readonly #fetchFile: FetchFile;
  readonly #importFile: ImportFile;
  readonly #handed: Handed = new Map();
  readonly #hands = new Map<string, (bytes: Uint8Array<ArrayBuffer> | null) => void>();
  readonly #running = new Map<number, AbortController>();

  constructor(
    private readonly port: Port,
    { fetchFile, importFile }: HandedIn,
  ) {
    this.#fetchFile = fetchFile ?? ((path, init) => filesBelow(this.#base)(path, init));
    this.#importFile = importFile ?? ((path) => import(fileUrl(this.#base, path)));
  }

  hear(message: ToWorker): void {
    switch (message.type) {
      case "hello":
        if (message.protocol !== PROTOCOL) return this.#misfit(message.protocol);
        this.#base = message.base;
        for (const path of message.coming) {
          this.#handed.set(path, new Promise((resolve) => this.#hands.set(path, resolve)));
        }
        return;
      case "file":
        return this.#hands.get(message.path)?.(message.bytes);
      case "cancel":
        return this.#running.get(message.id)?.abort();
      case "open":
        return this.#run(0, () => this.#open(message.entry, message.whole));
      case "search": {
        const { id, query } = message;
        return this.#run(id, async (signal) => {
          const partial = (answer: Extract<FromWorker, { type: "partial" }>["answer"]) =>
            this.port.postMessage({ type: "partial", id, answer });
          const answer = await this.#opened().search(query, partial, signal);
          this.port.postMessage({ type: "answer", id, answer });
        });
      }
      case "embed": {
        const { id, text } = message;
        return this.#run(id, async (signal) => {
          await this.#upgrade(signal);
          const vector = this.#opened().vector(text).slice();
          this.port.postMessage({ type: "vector", id, vector }, [vector.buffer]);
        });
      }
      case "upgrade": {
        const { id } = message;
        return this.#run(id, async (signal) => {
          await this.#upgrade(signal, (progress) => this.port.postMessage({ type: "progress", id, progress }));
          this.port.postMessage({ type: "upgraded", id });
        });
      }
    }
  }

  /** The lower number is the older side's. An old `bifocal.js` may come from the index folder itself, out of a cache. */
  #misfit(protocol: number): void {
    const older = protocol < PROTOCOL;
    const wayOut = older ? "update the npm package bifocal, or reload the page" : "rebuild the index with bifocal of the same version";
    const message = `bifocal.js speaks protocol ${protocol}, the worker of this index ${PROTOCOL}: ${wayOut}`;
    this.port.postMessage({ type: "failed", id: 0, failure: { code: "protocol", message } });
  }

  /** Runs one request; what it throws goes back under its id, and nothing does once it was cancelled. */
  #run(id: number, work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController();
    this.#running.set(id, controller);
    work(controller.signal)
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        if (error instanceof Moved) this.port.postMessage({ type: "moved", entry: error.entry });
        else this.port.postMessage({ type: "failed", id, failure: failure(error) });
      })
      .finally(() => this.#running.delete(id));
  }

  async #open(entry: string, whole: boolean): Promise<void> {
    const names = parseEntry(entry);
    await bind(core, await this.#module(names.runtime.core));
    let engine: Engine;
    try {
      engine = new core.Engine(entry);
    } catch (error) {
      throw new BifocalError("index", `cannot open the index at ${this.#base}: ${reason(error)}`);
    }
    if (whole) engine.holdWhole();
    const host = {
      encoder: (signal: AbortSignal) => this.#load(signal),
      seldom: async () => complete(core, await this.#module(names.runtime.seldom)),
    };
    let fetchFile = this.#fetchFile;
    let reads: About["reads"];
    if (__BIFOCAL_PACKED__ && names.packs) {
      const handed = this.#handed.get(packPath(names.packs, 0));
      const packs = new Packs(this.#fetchFile, names, () => engine.parts(), handed, whole);
      fetchFile = packs.fetch;
      // A head that cannot be had is asked for again, and reported, by the first query.
      reads = await packs.reads().catch(() => undefined);
    }
    this.#searcher = new Searcher(engine, entry, this.#base, fetchFile, host, this.#handed);
    if (reads) this.#searcher.about.reads = reads;
    this.port.postMessage({ type: "opened", about: this.#searcher.about });
    await this.#searcher.warm();
  }

  /** Compiles a module of the runtime. */
  async #module(path: string): Promise<WebAssembly.Module> {
    const handed = await this.#handed.get(path);
    this.#handed.delete(path);
    return compile(path, handed ? await plain(path, handed, RUNTIME_BOUND) : await read(this.#fetchFile, path, RUNTIME_BOUND));
  }

  #opened(): Searcher {
    if (!this.#searcher) throw new BifocalError("internal", "asked before the index was open: please report it");
    return this.#searcher;
  }

  async #upgrade(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<void> {
    this.#opened().encoder ??= await this.#load(signal, onProgress);
  }

  /** Joins the loading that is under way, or begins one. */
  #load(signal: AbortSignal, onProgress: (progress: Progress) => void = () => {}): Promise<Encoder> {
    if (!this.#loading || this.#loading.over) {
      this.#loading = new Shared((tell, stop) => this.#transformer(tell, stop));
    }
    return this.#loading.join(signal, onProgress);
  }

  async #transformer(onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<Encoder> {
    const { model, runtime } = this.#opened().about;
    const { transformer: path, transformerRelaxed: relaxed, transformerGlue } = runtime;
    if (!model?.file || !path || !transformerGlue) {
      throw new BifocalError(
        "model",
        __BIFOCAL_FILE__
          ? "bifocal-file.js has no transformer: words and their vectors answer; the site on a server has both"
          : "this index was built without a transformer: build it without --no-transformer",
      );
    }
    const glue = await this.#importFile(transformerGlue).catch((error: unknown) => {
      throw new BifocalError("model", `cannot load ${transformerGlue}: ${reason(error)}`);
    });
    return (glue as typeof import("./transformer.js")).load({ base: this.#base, path, relaxed, model: model.file, space: model.space, fetchFile: this.#fetchFile, onProgress, signal });
  }
}
