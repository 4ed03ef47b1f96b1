/**
 * Brings the transformer: its wasm, and its model file piece by piece, so that the file is never held whole anywhere but where
 * it is used. A few pieces are on their way at once, and each is kept when it has come, so that a download that broke off
 * goes on from there.
 */

import { bind, type Bindings } from "./bind.js";
import { BifocalError, reason } from "./error.js";
import type { Encoder } from "./engine.js";
import { compile, type FetchFile, fileUrl, read, request, RUNTIME_BOUND, ungzip } from "./files.js";
import { Kept } from "./kept.js";
import type { ModelFile, Progress, VectorSpace } from "./protocol.js";
import { hasRelaxedSimd } from "./relaxed.js";
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

/** Pieces that are on their way at once. */
const LANES = 4;

/** How many times progress is told over a whole file. */
const REPORTS = 200;

/** What is embedded before a model counts as ready, so that browsers have compiled what the first query runs. */
const WARM_UP = "the first text takes several times as long as others";

/** What is loaded, for which index, and how. */
export interface Order {
  /** The address of the index folder. */
  base: string;
  /** The wasm's path below it. */
  path: string;
  /** That of the same with relaxed SIMD; indexes of earlier builds have none. */
  relaxed?: string | undefined;
  model: ModelFile;
  /** The space of the index's rows. */
  space: VectorSpace;
  fetchFile: FetchFile;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/**
 * Loads a transformer. Progress ends with `ready`. A file that is not what the index names is fetched once more, past all
 * caches, before it is an error. Whatever keeps the wasm with relaxed SIMD from running, the other is tried: one that was kept
 * for offline use was chosen when the browser may have been an older one.
 */
export async function loadTransformer(order: Order, bindings: TransformerBindings): Promise<Encoder> {
  const { base, path, relaxed, model, fetchFile, onProgress, signal } = order;
  const paths = Array.from({ length: model.pieces }, (_, at) => model.path.replace("*", String(at)));
  const kept = await Kept.open(paths.map((path) => fileUrl(base, path)));
  const module = async (path: string) => compile(path, await read(fetchFile, path, RUNTIME_BOUND, { signal }));
  const wasm = relaxed && hasRelaxedSimd() ? module(relaxed).catch(() => (signal.throwIfAborted(), module(path))) : module(path);
  let file = new Pieces(order, paths, kept, "default");
  file.begin();
  await bind(bindings, await wasm);

  for (let tries = 1; ; tries++) {
    const transformer = new bindings.Transformer(model.unpacked ?? model.bytes);
    try {
      await pour(file, model, transformer, signal);
      await kept.tidy();
      onProgress({ phase: "starting", loaded: model.bytes, total: model.bytes });
      transformer.ready();
      const space = sameSpace(transformer.space(), order.space);
      transformer.embed(WARM_UP);
      onProgress({ phase: "ready", loaded: model.bytes, total: model.bytes });
      return { name: space.model, embed: (text) => transformer.embed(text) };
    } catch (error) {
      transformer.free();
      signal.throwIfAborted();
      const damaged = BifocalError.is(error) && error.code === "damaged";
      if (damaged) await file.drop();
      if (!damaged || tries === 2) {
        throw BifocalError.is(error) ? error : new BifocalError("model", `${model.path}: ${reason(error)}`);
      }
      file = new Pieces(order, paths, kept, "reload");
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

/** Hands the file to `transformer` as it comes; ends only if length and hash are right. */
async function pour(file: Pieces, model: ModelFile, transformer: Transformer, signal: AbortSignal): Promise<void> {
  const whole = model.unpacked ?? model.bytes;
  const damaged = (what: string) => new BifocalError("damaged", `the model ${model.path} is damaged: ${what}`);
  const hash = new Sha256();
  let poured = 0;
  for await (const chunk of plainChunks(file.pieces(hash), model.unpacked !== undefined, damaged)) {
    signal.throwIfAborted();
    poured += chunk.length;
    if (poured > whole) throw damaged(`more than ${whole} bytes`);
    transformer.write(chunk);
  }
  if (poured < whole) throw damaged(`${poured} of ${whole} bytes`);
  const found = hash.hex();
  if (found !== model.sha256) throw damaged(`SHA-256 ${found}, the index names ${model.sha256}`);
}

/** The pieces of a model's file on their way. */
class Pieces {
  readonly #coming: Promise<Uint8Array<ArrayBuffer>>[] = [];
  #next = 0;
  #loaded = 0;
  #told = -1;
  #dropped = false;

  constructor(
    private readonly order: Order,
    private readonly paths: string[],
    private readonly kept: Kept,
    private readonly cache: RequestCache,
  ) {}

  /** Has the first ones come. */
  begin(): void {
    this.#tell();
    while (this.#coming.length < LANES && this.#next < this.paths.length) {
      const piece = this.#piece(this.#next++);
      // It is awaited in its turn; until then its failure must not count as unhandled.
      piece.catch(() => {});
      this.#coming.push(piece);
    }
  }

  /** Lets go of all that is kept, and keeps nothing of what is still to come. */
  async drop(): Promise<void> {
    this.#dropped = true;
    await this.kept.clear();
  }

  /** All of them in order, each after `hash` has seen it. */
  async *pieces(hash: Sha256): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (this.begin(); this.#coming.length > 0; this.begin()) {
      const piece = await this.#coming.shift()!;
      hash.update(piece);
      yield piece;
    }
  }

  async #piece(at: number): Promise<Uint8Array<ArrayBuffer>> {
    const kept = await this.kept.get(at);
    if (kept) {
      this.#loaded += kept.length;
      this.#tell();
      return kept;
    }
    const { fetchFile, signal } = this.order;
    const path = this.paths[at]!;
    const response = await request(fetchFile, path, { signal, cache: this.cache });
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    try {
      for await (const chunk of received(response)) {
        chunks.push(chunk);
        this.#loaded += chunk.length;
        this.#tell();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new BifocalError("network", `${path} broke off: ${reason(error)}; check the connection`);
    }
    const piece = new Uint8Array(await new Blob(chunks).arrayBuffer());
    if (!this.#dropped) await this.kept.put(at, piece);
    return piece;
  }

  #tell(): void {
    const { model, onProgress } = this.order;
    const share = Math.floor((this.#loaded / model.bytes) * REPORTS);
    if (share === this.#told) return;
    this.#told = share;
    const phase = this.kept.isWhole ? "from-cache" : "downloading";
    onProgress({ phase, loaded: Math.min(this.#loaded, model.bytes), total: model.bytes });
  }
}

/** A response's bytes as they come. */
async function* received(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Chunks as they were before gzip, if they are `packed`. */
async function* plainChunks(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  packed: boolean,
  damaged: (what: string) => BifocalError,
): AsyncGenerator<Uint8Array> {
  if (!packed) {
    yield* pieces;
    return;
  }
  const reader = ungzip(pieces);
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } catch (error) {
    throw BifocalError.is(error) ? error : damaged(`it does not un-gzip: ${reason(error)}`);
  } finally {
    reader.cancel().catch(() => {});
  }
}
