/** Reads files of an index folder: fetched, tried again where that may help, un-gzipped within a bound. */

import { BifocalError, reason } from "./error.js";

/**
 * Fetches one file of the index folder, `path` being relative to it. The browser's own `fetch` unless a host that has
 * none for its files (Node, a service worker with a cache of its own) hands in another; `new Response(bytes)` will do.
 */
export type FetchFile = (path: string, init: RequestInit) => Promise<Response>;

/** Imports one module of the index folder, `path` being relative to it, as `import()` does in a browser. */
export type ImportFile = (path: string) => Promise<unknown>;

/** What a host does in its own way, because its `fetch` or `import()` cannot reach the index folder. */
export interface HandedIn {
  fetchFile?: FetchFile | undefined;
  importFile?: ImportFile | undefined;
}

/** No runtime file is near this when un-gzipped; parts have the index's own, smaller bound. */
export const RUNTIME_BOUND = 32 << 20;

/** Bytes that are un-gzipped at a time: gzip makes at most a thousand of one. */
const SLICE = 32 << 10;

/** Before a second try of what the network lost. */
const PAUSE_MS = 300;

/** Fetches below `base`, and nowhere else whatever a path says. No server needs to be told of the page for that. */
export function filesBelow(base: string): FetchFile {
  return async (path, init) => {
    try {
      return await fetch(fileUrl(base, path), { referrerPolicy: "no-referrer", ...init });
    } catch (error) {
      // A browser does not tell an answer that was lost from one that must not be read.
      throw isForeign(base) ? new Error(`${reason(error)}: ${base} must be sent with Access-Control-Allow-Origin`) : error;
    }
  };
}

/** Whether `url` is of another origin than the page or worker. */
export function isForeign(url: string): boolean {
  const { location } = globalThis;
  return !!location && !url.startsWith(`${location.origin}/`);
}

/** The address of `path` below `base`. */
export function fileUrl(base: string, path: string): string {
  const url = new URL(path, base).href;
  if (!url.startsWith(base)) throw new BifocalError("index", `"${path}" leads out of the index folder ${base}`);
  return url;
}

/** Opens `path` for reading; an answer that is not there after a second try is an error with its code. */
export async function request(fetchFile: FetchFile, path: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 1; ; tries++) {
    let problem: string;
    try {
      const response = await fetchFile(path, init);
      if (response.ok) return response;
      problem = `the server answers ${response.status}`;
      if (response.status < 500) throw new BifocalError("missing", `${path} is missing: ${problem}`);
    } catch (error) {
      if (BifocalError.is(error)) throw error;
      init.signal?.throwIfAborted();
      problem = reason(error);
    }
    if (tries === 2) throw new BifocalError("network", `cannot fetch ${path}: ${problem}; check the connection`);
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
}

/** The bytes of `path` as they are sent. */
export async function receive(fetchFile: FetchFile, path: string, init: RequestInit = {}): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(fetchFile, path, init);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new BifocalError("network", `${path} broke off: ${reason(error)}; check the connection`);
  }
}

/** The plain bytes of `path`, at most `bound` of them. */
export async function read(
  fetchFile: FetchFile,
  path: string,
  bound: number,
  init: RequestInit = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return plain(path, await receive(fetchFile, path, init), bound);
}

/** `bytes` as they were before gzip, if they are gzip; at most `bound` of them. */
export async function plain(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  bound: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = ungzip(slices(bytes));
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      length += chunk.value.length;
      if (length > bound) throw new Error(`more than ${bound} bytes`);
      chunks.push(chunk.value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw new BifocalError("damaged", `${path} does not un-gzip: ${reason(error)}`);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** So little at a time that what is un-gzipped before anybody looks at its length stays small. */
function* slices(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

/** Reads what `pieces` were before gzip. Not through a `Blob`, whose bytes Chromium keeps in another process: a millisecond each. */
export function ungzip(
  pieces: Iterable<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>,
): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const feed = async () => {
    for await (const piece of pieces) await writer.write(piece);
    await writer.close();
  };
  // Why it ended is what the reader is told.
  feed().catch((error: unknown) => writer.abort(error).catch(() => {}));
  return readable.getReader();
}

/** Compiles the WebAssembly in `path`. */
export async function compile(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  if (typeof WebAssembly !== "object") {
    throw new BifocalError("wasm", "this browser has no WebAssembly, or it is switched off");
  }
  if (bytes[0] !== 0 || bytes[1] !== 0x61) {
    throw new BifocalError("damaged", `${path} is not WebAssembly: the server may answer with a page for a missing file`);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new BifocalError(
      "wasm",
      `cannot compile ${path}: ${reason(error)}; ` +
        "a Content-Security-Policy needs script-src 'self' 'wasm-unsafe-eval', and the browser needs WebAssembly SIMD",
    );
  }
}
