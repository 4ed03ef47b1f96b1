/**
 * Starts the other side and opens an index there.
 *
 * A page waits for two rounds only: `bifocal.js`, then worker, core, entry and the core part side by side. What makes
 * the second round one round is that `bifocal build` wrote the entry's names into the loader; when those are of a former
 * build, the entry that comes back says so, and its own names are used instead.
 */

import { ENTRY, type Entry, packPath, parseEntry } from "./entry.js";
import { BifocalError, reason } from "./error.js";
import { type FetchFile, fileUrl, type HandedIn, isForeign, receive, request } from "./files.js";
import { type About, type FromWorker, PROTOCOL, type ToWorker } from "./protocol.js";

/** What an entry says that can be fetched ahead of it. */
type Names = Pick<Entry, "core" | "runtime" | "packs">;

/** What `bifocal build` writes into the loader. */
export interface Hints {
  entry: Names;
}

/** How to reach an index. */
export interface Way {
  base: string;
  fetchFile: FetchFile;
  /** Functions of the host's, which cannot cross into a worker. */
  handedIn: HandedIn;
  worker: boolean;
  /** Whether every part is near at hand. */
  whole: boolean;
  /** The whole index as a single file. */
  pack: Uint8Array<ArrayBuffer> | null;
}

/** An index that was opened on the other side. */
export interface Link {
  about: About;
  post(message: ToWorker): void;
  /** Listens from now on; `onStopped` is called when the other side can no longer answer. */
  listen(onMessage: (message: FromWorker) => unknown, onStopped: (error: BifocalError) => void): void;
  close(): void;
}

/** The other side's end, whichever kind of end it is. */
interface Port {
  post(message: ToWorker, transfer?: Transferable[]): void;
  close(): void;
  onMessage: (message: FromWorker) => unknown;
  onStopped: (error: BifocalError) => void;
}

/** Opens the index. `entry` is its entry's text where that is known to be the newest. */
export async function connect(way: Way, hints: Hints | null, entry?: string): Promise<Link> {
  const ahead = new Map<string, Promise<Uint8Array<ArrayBuffer> | null>>();
  const begin = (names: Names): Promise<Port> => {
    const { packs } = names;
    const begun = packs && !way.whole ? { headers: { Range: `bytes=0-${packs.head - 1}` } } : {};
    for (const [path, init] of [
      [names.runtime.core, {}],
      [packs ? packPath(packs, 0) : names.core, begun],
    ] as const) {
      if (!ahead.has(path)) ahead.set(path, fetchAhead(way.fetchFile, path, init));
    }
    const port = start(way, names.runtime.worker);
    port.catch(() => {});
    return port;
  };

  const { pack } = way;
  const hinted = hints && !pack ? begin(hints.entry) : null;
  let text: string;
  let names: Entry;
  try {
    text = entry ?? (pack ? entryIn(pack) : await newestEntry(way.fetchFile));
    names = parseEntry(text);
    // A copy, since it moves to the worker, and another worker may need it.
    if (pack && names.packs) ahead.set(packPath(names.packs, 0), Promise.resolve(pack.slice()));
  } catch (error) {
    hinted?.then((port) => port.close(), () => {});
    throw error;
  }
  const fits = hinted && hints?.entry.runtime.worker === names.runtime.worker;
  if (hinted && !fits) hinted.then((port) => port.close(), () => {});
  const port = await (fits ? hinted : begin(names));

  const about = new Promise<About>((resolve, reject) => {
    port.onMessage = (message) => {
      if (message.type === "opened") resolve(message.about);
      else if (message.type === "failed") reject(BifocalError.from(message.failure));
    };
    port.onStopped = reject;
  });
  port.post({ type: "hello", protocol: PROTOCOL, base: way.base, coming: [...ahead.keys()] });
  for (const [path, file] of ahead) {
    void file.then((bytes) => port.post({ type: "file", path, bytes }, bytes ? [bytes.buffer] : []));
  }
  port.post({ type: "open", entry: text, whole: way.whole });
  try {
    return {
      about: await about,
      post: (message) => port.post(message),
      close: () => port.close(),
      listen(onMessage, onStopped) {
        port.onMessage = onMessage;
        port.onStopped = onStopped;
      },
    };
  } catch (error) {
    port.close();
    throw error;
  }
}

/** The entry in an index's single file: `src/index/pack.rs` tells where. */
function entryIn({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): string {
  const view = new DataView(buffer, byteOffset, length);
  const number = (at: number) => (length > at + 3 ? view.getUint32(at, true) : 0);
  const start = 20 + number(8) + number(12);
  if (start + number(16) > length) throw new BifocalError("index", "the pack is not whole, or not an index's single file");
  return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + start, number(16)));
}

/** The entry as the server has it now; with no network, as any cache has it. */
async function newestEntry(fetchFile: FetchFile): Promise<string> {
  const text = async (cache: RequestCache) =>
    new TextDecoder().decode(await receive(fetchFile, ENTRY, { cache }));
  try {
    return await text("no-cache");
  } catch (error) {
    if (!(BifocalError.is(error) && error.code === "network")) throw error;
    return await text("force-cache").catch(() => Promise.reject(error));
  }
}

/** A file's bytes as they come from the server, for the other side to make sense of; `null` where it has to look itself. */
async function fetchAhead(fetchFile: FetchFile, path: string, init: RequestInit): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await receive(fetchFile, path, init);
  } catch {
    return null;
  }
}

/** Starts the worker in `path`; where there can be none, the same code in this very thread. */
async function start({ base, fetchFile, worker, handedIn }: Way, path: string): Promise<Port> {
  const url = fileUrl(base, path);
  if (worker && typeof Worker === "function") {
    const port = await startWorker(url).catch(() => null);
    if (port) return port;
  }
  try {
    const module = handedIn.importFile ? handedIn.importFile(path) : import(/* webpackIgnore: true */ /* @vite-ignore */ url);
    return startHere((await module) as typeof import("./worker.js"), handedIn);
  } catch (error) {
    // Browsers don't tell a script that must not run from one that did not come: fetched as a file, it says so itself.
    const { headers } = await request(fetchFile, path);
    if (/html/.test(headers.get("Content-Type")!)) throw new BifocalError("network", `cannot fetch ${path}: the server answers with a page; check the connection`);
    throw new BifocalError("worker", `cannot run ${url}, neither as a worker nor in the page: ${reason(error)}`);
  }
}

/** What a page's policy wants in place of a script's address, where it asks for trusted types. */
let policy: { createScriptURL(url: string): unknown } | undefined;

/** `url` for a browser that may ask who vouches for it: it is below the index folder, as {@link fileUrl} sees to, or imports what is. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: typeof policy): typeof policy } };
  policy ??= trustedTypes?.createPolicy("bifocal", { createScriptURL: (url) => url });
  return (policy ? policy.createScriptURL(url) : url) as string;
}

/** Fails where workers are forbidden, or this one does not start. One from another origin must not, but may be imported. */
async function startWorker(url: string): Promise<Port> {
  const own = isForeign(url) ? URL.createObjectURL(new Blob([`import"${url}"`], { type: "text/javascript" })) : url;
  const worker = new Worker(trusted(own), { type: "module", name: "bifocal" });
  const port = portTo(worker, () => worker.terminate());
  return new Promise<Port>((resolve, reject) => {
    port.onMessage = () => resolve(port);
    worker.onerror = (event) => {
      // Handled here: a worker that a policy forbids is no error as long as the page itself can do the work.
      event.preventDefault();
      worker.terminate();
      const error = new BifocalError("worker", `the worker stopped: ${event.message}`);
      reject(error);
      port.onStopped(error);
    };
  }).finally(() => URL.revokeObjectURL(own));
}

function startHere({ serve }: typeof import("./worker.js"), handedIn: HandedIn): Port {
  const { port1: near, port2: far } = new MessageChannel();
  serve(far, handedIn);
  return portTo(near, () => near.close());
}

function portTo(end: Worker | MessagePort, close: () => void): Port {
  const port: Port = {
    post: (message, transfer = []) => end.postMessage(message, transfer),
    close,
    onMessage: () => {},
    onStopped: () => {},
  };
  end.onmessage = ({ data }: MessageEvent<FromWorker>) => port.onMessage(data);
  return port;
}
