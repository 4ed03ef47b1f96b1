/**
 * Reads parts that lie in packs (the format is told in `src/index/pack.rs`): ranges of them, side by side ones as one; or
 * packs held whole, because the host wants that or because the server knows no ranges.
 *
 * In the worker of a packed index only. A range that is wrong is found out as any damaged part is, by its hash.
 */

import { type Entry, packPath } from "./entry.js";
import { BifocalError, reason } from "./error.js";
import { type FetchFile, plain, request } from "./files.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** A part's place in a pack, `end` exclusive. */
interface Place {
  pack: number;
  start: number;
  end: number;
}

/** A part that is waited for. */
interface Wanted extends Place {
  init: RequestInit;
  resolve: (bytes: Bytes) => void;
  reject: (error: unknown) => void;
}

interface Head {
  core: Bytes;
  /** What the directory says, number by number. */
  directory: Bytes;
  /** Where parts begin in the first pack. */
  start: number;
}

/** Bytes between two parts that cost less than the heads of a request and its response. */
const GAP = 600;

const MAGIC = 0x4b504642;
const HEADER = 20;

/** No directory un-gzips to this. */
const DIRECTORY_BOUND = 64 << 20;

/** How an index with packs is read: as a {@link FetchFile} that has its parts as if each were a file. */
export class Packs {
  readonly #packs: NonNullable<Entry["packs"]>;
  #ranges: boolean;
  #head: Promise<Head> | null = null;
  #places: ((path: string) => Place | undefined) | null = null;
  /** How long each pack is, as soon as the directory is read. */
  #lengths: number[] = [];
  readonly #held = new Map<number, Promise<Bytes>>();
  #wanted: Wanted[] = [];

  /**
   * @param named tells the parts that the core names, in their order in the packs, once the engine has the core
   * @param handed the first pack, or its head, that someone else is fetching
   * @param whole whether packs are to be held whole
   */
  constructor(
    private readonly fetchFile: FetchFile,
    private readonly entry: Entry,
    private readonly named: () => string[],
    private readonly handed: Promise<Bytes | null> | undefined,
    whole: boolean,
  ) {
    this.#packs = entry.packs!;
    this.#ranges = !whole;
  }

  /** Reads a part from its pack, and any other file as it is. */
  readonly fetch: FetchFile = async (path, init) => {
    if (!path.startsWith("parts/")) return this.fetchFile(path, init);
    const isCore = path === this.entry.core;
    // A core that was not what its name says is no reason to trust the rest of the head.
    if (isCore && init.cache) this.#head = null;
    const head = await this.#opened(init);
    if (isCore) return new Response(head.core);
    const place = (this.#places ??= this.#read(head))(path);
    if (!place) throw new BifocalError("missing", `${path} is in none of the index's packs`);
    return new Response(await new Promise<Bytes>((resolve, reject) => this.#want({ ...place, init, resolve, reject })));
  };

  /** How parts are read. */
  async reads(): Promise<"ranges" | "memory"> {
    await this.#opened({});
    return this.#ranges ? "ranges" : "memory";
  }

  #opened(init: RequestInit): Promise<Head> {
    if (!this.#head) {
      this.#head = this.#open(init);
      this.#head.catch(() => (this.#head = null));
    }
    return this.#head;
  }

  async #open(init: RequestInit): Promise<Head> {
    const path = packPath(this.#packs, 0);
    const length = this.#packs.head;
    const bytes = (!init.cache && (await this.handed)) || (await this.#take(0, 0, length, init));
    // What goes beyond the head was not asked for as a range, or the server knows none.
    if (bytes.length > length) this.#hold(0, bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const number = (at: number) => view.getUint32(at, true);
    if (bytes.length < Math.max(length, HEADER) || number(0) !== MAGIC || HEADER + number(8) + number(12) !== length) {
      throw new BifocalError("damaged", `${path} is not the first pack of this index`);
    }
    const middle = HEADER + number(8);
    const directory = await plain(path, bytes.slice(middle, length), DIRECTORY_BOUND);
    return { core: bytes.slice(HEADER, middle), directory, start: length + number(16) };
  }

  #hold(pack: number, bytes: Bytes): void {
    this.#ranges = false;
    this.#held.set(pack, Promise.resolve(bytes));
  }

  /** Reads the directory: gives a function from paths to places. */
  #read({ directory, start }: Head): (path: string) => Place | undefined {
    let at = 0;
    const byte = (): number => {
      const next = directory[at++];
      if (next === undefined) throw new BifocalError("damaged", "the directory of the packs ends too early");
      return next;
    };
    const number = (): number => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const next = byte();
        value += (next & 127) * factor;
        if (next < 128) return value;
      }
    };
    const counts = Array.from({ length: Math.min(number(), directory.length) }, number);
    let pack = 0;
    let left = counts[0] ?? 0;
    let from = start;
    const lengths = [from];
    const place = (): Place => {
      for (; left === 0 && pack < counts.length; from = 0) left = counts[++pack] ?? 0;
      left--;
      const begin = from;
      lengths[pack] = from += number();
      return { pack, start: begin, end: from };
    };
    const places = new Map<string, Place>();
    const named = this.named();
    if (number() !== named.length) throw new BifocalError("damaged", "the directory of the packs is not this index's");
    for (const path of named) places.set(path, place());
    // The others by the first digits of their hashes.
    const digits = number() * 2;
    for (let rest = number(); rest > 0; rest--) {
      byte();
      let key = "";
      while (key.length < digits) key += byte().toString(16).padStart(2, "0");
      places.set(key, place());
    }
    this.#lengths = lengths;
    return (path) => places.get(path) ?? places.get(path.slice(-16).slice(0, digits));
  }

  /** Parts that are wanted in the same turn are fetched together. */
  #want(part: Wanted): void {
    if (this.#wanted.push(part) > 1) return;
    setTimeout(() => {
      const wanted = this.#wanted.sort((a, b) => a.pack - b.pack || a.start - b.start);
      this.#wanted = [];
      while (wanted.length > 0) void this.#fetchTogether(neighbours(wanted));
    });
  }

  async #fetchTogether(parts: Wanted[]): Promise<void> {
    const { pack, start, init } = parts[0]!;
    const end = parts.at(-1)!.end;
    try {
      const bytes = await this.#take(pack, start, end, init);
      for (const part of parts) part.resolve(bytes.slice(part.start - start, part.end - start));
    } catch (error) {
      for (const part of parts) part.reject(error);
    }
  }

  /** The bytes of a pack from `start` to before `end`; where the pack is held whole, all that follow too. */
  async #take(pack: number, start: number, end: number, init: RequestInit): Promise<Bytes> {
    if (!this.#ranges) return (await this.#whole(pack, init)).subarray(start);
    const path = packPath(this.#packs, pack);
    // Chromium reads and writes one range of an address after the other where its cache is to know of them.
    const range = { headers: { Range: `bytes=${start}-${end - 1}` }, cache: "no-store" } as const;
    const response = await request(this.fetchFile, path, { ...init, ...range });
    const bytes = await body(path, response);
    if (response.status !== 206) {
      this.#hold(pack, this.#checked(pack, bytes));
      return bytes.subarray(start);
    }
    const told = response.headers.get("Content-Range");
    if (bytes.length !== end - start || (told && !told.startsWith(`bytes ${start}-${end - 1}/`))) {
      const got = `${bytes.length} bytes as "${told ?? ""}"`;
      throw new BifocalError("damaged", `asked for bytes ${start}-${end - 1} of ${path}, the server gave ${got}`);
    }
    return bytes;
  }

  /** A pack as a whole, fetched once. */
  #whole(pack: number, init: RequestInit): Promise<Bytes> {
    const held = init.cache ? undefined : this.#held.get(pack);
    if (held) return held;
    const path = packPath(this.#packs, pack);
    const coming = request(this.fetchFile, path, init)
      .then((response) => body(path, response))
      .then((bytes) => this.#checked(pack, bytes));
    this.#held.set(pack, coming);
    coming.catch(() => this.#held.delete(pack));
    return coming;
  }

  #checked(pack: number, bytes: Bytes): Bytes {
    const length = this.#lengths[pack];
    if (length === undefined || length === bytes.length) return bytes;
    const message = `${packPath(this.#packs, pack)} has ${bytes.length} bytes instead of ${length}`;
    throw new BifocalError("damaged", message);
  }
}

/** Takes off the front of `wanted` what one request fetches. */
function neighbours(wanted: Wanted[]): Wanted[] {
  const first = wanted[0]!;
  let count = 1;
  for (let { end } = first; count < wanted.length; count++) {
    const next = wanted[count]!;
    if (next.pack !== first.pack || next.start > end + GAP || next.init.cache !== first.init.cache) break;
    end = next.end;
  }
  return wanted.splice(0, count);
}

async function body(path: string, response: Response): Promise<Bytes> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new BifocalError("network", `${path} broke off: ${reason(error)}; check the connection`);
  }
}
