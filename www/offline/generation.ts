/**
 * One build of an index folder in a cache of its own.
 *
 * The list is put in last, and a cache without it counts for nothing: so a build is there whole or not at all, however its
 * download ended. Every file is compared with the list before it is kept, so that neither an error page nor half an upload
 * can become part of it. The next try goes on where the last one stopped.
 */

import { belongs, type Choose, ENTRY, isNamedByHash, LIST, type Listed, loadable, parseList } from "./list.js";

/** Files fetched side by side. */
const LANES = 6;

/** How far keeping has come, in bytes of files. */
export interface Kept {
  bytes: number;
  total: number;
}

/** Cannot be kept: the browser allows less than the `needed` bytes. */
export class NoRoom extends Error {
  constructor(readonly needed: number) {
    super(`there is no room for ${needed} more bytes`);
  }
}

export class Generation {
  private constructor(
    readonly name: string,
    private readonly base: string,
    private readonly cache: Cache,
  ) {}

  /** The caches of the index at `base`, whole ones and others, in no order. */
  static async names(caches: CacheStorage, base: string): Promise<string[]> {
    return (await caches.keys()).filter((name) => name.startsWith(prefix(base)));
  }

  static async open(caches: CacheStorage, base: string, name: string): Promise<Generation> {
    return new Generation(name, base, await caches.open(name));
  }

  /** The name of the build whose list is `text`: its hash, by which an unfinished one is found again. */
  static async nameOf(base: string, text: string): Promise<string> {
    return `${prefix(base)}${(await sha256(new TextEncoder().encode(text))).slice(0, 16)}`;
  }

  async isWhole(): Promise<boolean> {
    return (await this.match(LIST)) !== undefined;
  }

  /** When it became whole, in milliseconds since 1970. */
  async since(): Promise<number> {
    return Number((await this.match(LIST))?.headers.get("X-Kept-At") ?? 0);
  }

  match(path: string): Promise<Response | undefined> {
    return this.cache.match(this.base + path);
  }

  /** Keeps one more file, which a query has read. */
  async add(path: string, response: Response): Promise<void> {
    await this.cache.put(this.base + path, response).catch(() => {});
  }

  /** Brings everything that `choose` wants of the build whose list is `text`; what `old` has need not be fetched. */
  async fill(text: string, choose: Choose, old: Generation | null, storage: StorageManager | undefined, onProgress: (kept: Kept) => void): Promise<void> {
    const list = parseList(text);
    const wanted = loadable(list.files).filter((file) => choose(file));
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    let bytes = 0;
    const missing: Listed[] = [];
    for (const file of wanted) {
      if (await this.match(file.path)) bytes += file.bytes;
      else missing.push(file);
    }
    await this.#checkRoom(total - bytes, storage);
    onProgress({ bytes, total });
    const stop = new AbortController();
    const { signal } = stop;
    const lane = async () => {
      for (let file = missing.pop(); file && !signal.aborted; file = missing.pop()) {
        await this.#bring(file, old, signal).catch((error: unknown) => stop.abort(isQuota(error) ? new NoRoom(total - bytes) : error));
        if (signal.aborted) return;
        bytes += file.bytes;
        onProgress({ bytes, total });
      }
    };
    // All lanes end before it is said that one broke: nothing is reported, or written, after that.
    await Promise.all(Array.from({ length: LANES }, lane));
    signal.throwIfAborted();
    const entry = await fetch(this.base + ENTRY, { cache: "no-cache" });
    const body = await entry.text();
    if (!entry.ok || !belongs(body, list)) throw new Error(`${ENTRY} is not of the same build as ${LIST}`);
    await this.cache.put(this.base + ENTRY, new Response(body, { headers: { "Content-Type": "application/json" } }));
    const headers = { "Content-Type": "application/json", "X-Kept-At": String(Date.now()) };
    await this.cache.put(this.base + LIST, new Response(text, { headers }));
  }

  async #bring(file: Listed, old: Generation | null, signal: AbortSignal): Promise<void> {
    const url = this.base + file.path;
    const constant = isNamedByHash(file.path);
    const kept = constant && (await old?.match(file.path));
    const response = kept || (await fetch(url, { cache: constant ? "default" : "no-cache", signal }));
    // What the browser's own cache has may be the error page of an earlier day.
    const bytes = (await bytesOf(response, file)) ?? (await bytesOf(await fetch(url, { cache: "reload", signal }), file));
    if (!bytes) throw new Error(`${file.path} is not what ${LIST} says: the site may be changing just now`);
    const headers = new Headers({ "Content-Length": String(bytes.length) });
    const type = response.headers.get("Content-Type");
    if (type) headers.set("Content-Type", type);
    await this.cache.put(url, new Response(bytes, { headers }));
  }

  async #checkRoom(needed: number, storage: StorageManager | undefined): Promise<void> {
    const estimate = await storage?.estimate().catch(() => null);
    if (!estimate?.quota) return;
    const available = estimate.quota - (estimate.usage ?? 0);
    if (needed > available) throw new NoRoom(needed);
  }
}

/** The bytes of `response` if they are those of `file`. */
async function bytesOf(response: Response, file: Listed): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!response.ok) throw new Error(`${file.path}: the server answers ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.length === file.bytes && (await sha256(bytes)) === file.sha256 ? bytes : null;
}

function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}

function prefix(base: string): string {
  return `bifocal-offline ${base} `;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
