/**
 * Brings the transformer: its wasm, and its model file in one stream that goes to the transformer's memory, the hash and
 * the browser's Cache Storage at once, so that the file is never held whole anywhere but where it is used.
 */

import { bind, type Bindings } from "./bind.js";
import { BifocalError, reason } from "./error.js";
import type { Encoder } from "./engine.js";
import { compile, type FetchFile, fileUrl, read, request, RUNTIME_BOUND } from "./files.js";
import type { ModelFile, Progress, VectorSpace } from "./protocol.js";
import { Sha256 } from "./sha256.js";

/** The wasm transformer's door. */
export interface Transformer {
  embed(text: string): Float32Array;
  space(): VectorSpace;
  /** The next bytes of the model file. */
  write(chunk: Uint8Array): void;
  /** Reads the file that was written. */
  ready(): void;
  free(): void;
}

/** What is written beside the transformer's wasm. */
export interface TransformerBindings extends Bindings {
  Transformer: new (bytes: number) => Transformer;
}

/** The name of the cache that models are kept in; its keys are their addresses. */
const CACHE = "bifocal-models";

/** How many times progress is told over a whole file. */
const REPORTS = 200;

/** What is loaded, for which index, and how. */
export interface Order {
  /** The address of the index folder. */
  base: string;
  /** The wasm's path below it. */
  path: string;
  model: ModelFile;
  /** The space of the index's rows. */
  space: VectorSpace;
  fetchFile: FetchFile;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/**
 * Loads a transformer. Progress ends with `ready`. A file that is not what the index names is fetched once more, past the
 * caches, before it is an error.
 */
export async function loadTransformer(order: Order, bindings: TransformerBindings): Promise<Encoder> {
  const { base, path, model, fetchFile, onProgress, signal } = order;
  const cache = await ModelCache.open(base, model);
  const wasm = read(fetchFile, path, RUNTIME_BOUND, { signal }).then((bytes) => compile(path, bytes));
  const first = source(cache, model, fetchFile, signal);
  // Both are awaited below; until then a failure of one must not count as unhandled.
  wasm.catch(() => {});
  first.catch(() => {});
  await bind(bindings, await wasm);

  let from = await first;
  for (let tries = 1; ; tries++) {
    const transformer = new bindings.Transformer(model.unpacked ?? model.bytes);
    try {
      await pour(from, model, transformer, cache, onProgress, signal);
      onProgress({ phase: "starting", loaded: model.bytes, total: model.bytes });
      transformer.ready();
      const space = sameSpace(transformer.space(), order.space);
      onProgress({ phase: "ready", loaded: model.bytes, total: model.bytes });
      return { name: space.model, embed: (text) => transformer.embed(text) };
    } catch (error) {
      transformer.free();
      signal.throwIfAborted();
      const damaged = BifocalError.is(error) && error.code === "damaged";
      if (!damaged || tries === 2) {
        throw BifocalError.is(error) ? error : new BifocalError("model", `${model.path}: ${reason(error)}`);
      }
      await cache.remove();
      from = { cached: false, response: await request(fetchFile, model.path, { signal, cache: "reload" }) };
    }
  }
}

/** The space of the rows, if the model's vectors are in it; vectors of another space would be compared without sense. */
function sameSpace(model: VectorSpace, rows: VectorSpace): VectorSpace {
  const keys = Object.keys(rows) as (keyof VectorSpace)[];
  if (keys.every((key) => model[key] === rows[key])) return rows;
  const [its, theirs] = [JSON.stringify(model), JSON.stringify(rows)];
  throw new BifocalError("model", `the model makes vectors of ${its}, the index has ${theirs}: rebuild it with this model`);
}

/** Where a model's bytes come from. */
interface Source {
  cached: boolean;
  response: Response;
}

async function source(cache: ModelCache, model: ModelFile, fetchFile: FetchFile, signal: AbortSignal): Promise<Source> {
  const response = await cache.match();
  if (response) return { cached: true, response };
  return { cached: false, response: await request(fetchFile, model.path, { signal }) };
}

/** Streams `from` into `transformer`, and into `cache` unless it came from there; ends only if length and hash are right. */
async function pour(
  from: Source,
  model: ModelFile,
  transformer: Transformer,
  cache: ModelCache,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const phase = from.cached ? "from-cache" : "downloading";
  const keep = from.cached ? null : cache.keep();
  const hash = new Sha256();
  const whole = model.unpacked ?? model.bytes;
  let loaded = 0;
  let told = -1;
  // In bytes of the download, whoever un-gzips it.
  const tell = () => {
    const share = Math.floor((loaded / whole) * REPORTS);
    if (share !== told) onProgress({ phase, loaded: Math.round((loaded / whole) * model.bytes), total: model.bytes });
    told = share;
  };
  const damaged = (what: string) => new BifocalError("damaged", `the model ${model.path} is damaged: ${what}`);
  try {
    tell();
    const received = chunks(from.response, model.path, async (chunk) => keep?.write(chunk));
    for await (const chunk of plainChunks(received, damaged)) {
      signal.throwIfAborted();
      loaded += chunk.length;
      if (loaded > whole) throw damaged(`more than ${whole} bytes`);
      hash.update(chunk);
      transformer.write(chunk);
      tell();
    }
    if (loaded < whole) throw damaged(`${loaded} of ${whole} bytes`);
    const found = hash.hex();
    if (found !== model.sha256) throw damaged(`SHA-256 ${found}, the index names ${model.sha256}`);
    await keep?.finish();
  } catch (error) {
    keep?.abandon();
    throw error;
  }
}

/** Chunks as they were before gzip, if they are gzip: some servers un-gzip files that end so, and say nothing. */
async function* plainChunks(
  received: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  damaged: (what: string) => BifocalError,
): AsyncGenerator<Uint8Array> {
  const first = await received.next();
  if (first.done) return;
  // GGUF begins with its name.
  if (first.value[0] !== 0x1f) {
    yield first.value;
    yield* received;
    return;
  }
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const feed = async () => {
    await writer.write(first.value);
    for await (const chunk of received) await writer.write(chunk);
    await writer.close();
  };
  // Why it ended is what the reader is told.
  feed().catch((error: unknown) => writer.abort(error).catch(() => {}));
  const reader = readable.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } catch (error) {
    throw BifocalError.is(error) ? error : damaged(`it does not un-gzip: ${reason(error)}`);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A response's bytes as they come, each chunk after `see` has seen it. */
async function* chunks(
  response: Response,
  path: string,
  see: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const chunk = await reader.read();
      if (chunk.done) return;
      await see(chunk.value);
      yield chunk.value;
    }
  } catch (error) {
    throw new BifocalError("network", `${path} broke off: ${reason(error)}; check the connection`);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * The place where one model is kept between visits. Every way in which a browser may refuse (no Cache Storage on plain
 * http, private mode, a full disk) only means that the file is fetched again next time.
 */
class ModelCache {
  private constructor(
    private readonly cache: Cache | null,
    private readonly url: string,
    private readonly folder: string,
  ) {}

  static async open(base: string, model: ModelFile): Promise<ModelCache> {
    const url = fileUrl(base, model.path);
    const cache = typeof caches === "undefined" ? null : await caches.open(CACHE).catch(() => null);
    return new ModelCache(cache, url, new URL("./", url).href);
  }

  async match(): Promise<Response | undefined> {
    return this.cache?.match(this.url).catch(() => undefined);
  }

  async remove(): Promise<void> {
    await this.cache?.delete(this.url).catch(() => false);
  }

  /** Begins to keep a file; it is kept only once `finish` was called. */
  keep(): Keeping | null {
    if (!this.cache) return null;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return new Keeping(writable.getWriter(), this.cache.put(this.url, new Response(readable)), () => this.#tidy());
  }

  /** Lets go of the models that former builds had in the same folder. */
  async #tidy(): Promise<void> {
    for (const { url } of (await this.cache?.keys()) ?? []) {
      if (url !== this.url && url.startsWith(this.folder)) await this.cache?.delete(url);
    }
  }
}

/** A file on its way into the cache. */
class Keeping {
  #refused = false;
  readonly #put: Promise<void>;

  constructor(
    private readonly writer: WritableStreamDefaultWriter<Uint8Array>,
    put: Promise<void>,
    private readonly after: () => Promise<void>,
  ) {
    this.#put = put.catch(() => {
      this.#refused = true;
    });
    writer.closed.catch(() => {});
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#refused) await this.#guarded(this.writer.write(chunk));
  }

  async finish(): Promise<void> {
    await this.#guarded(this.writer.close());
    await this.#put;
    if (!this.#refused) await this.after().catch(() => {});
  }

  abandon(): void {
    this.writer.abort().catch(() => {});
  }

  /** A refused `put` may leave its stream unread for ever: nothing waits longer than the `put` itself. */
  async #guarded(step: Promise<void>): Promise<void> {
    await Promise.race([step, this.#put]).catch(() => {
      this.#refused = true;
    });
  }
}
