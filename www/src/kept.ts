/** Where pieces of a model are kept between visits. */

/** The name of the cache that models are kept in; its keys are their addresses. */
const CACHE = "bifocal-models";

/**
 * The pieces of one model in Cache Storage. Every way in which a browser may refuse (no Cache Storage on plain http, private
 * mode, a full disk) only means that a piece is fetched again next time.
 */
export class Kept {
  private constructor(
    private readonly cache: Cache | null,
    private readonly urls: string[],
    private readonly there: Set<string>,
  ) {}

  /** Those at `urls`. */
  static async open(urls: string[]): Promise<Kept> {
    const cache = typeof caches === "undefined" ? null : await caches.open(CACHE).catch(() => null);
    const keys = (await cache?.keys().catch(() => [])) ?? [];
    return new Kept(cache, urls, new Set(keys.map(({ url }) => url)));
  }

  /** Whether all of them were there. */
  get isWhole(): boolean {
    return this.urls.every((url) => this.there.has(url));
  }

  async get(at: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const url = this.urls[at]!;
    if (!this.there.has(url)) return undefined;
    const bytes = await this.cache?.match(url).then((response) => response?.arrayBuffer()).catch(() => undefined);
    return bytes && new Uint8Array(bytes);
  }

  async put(at: number, piece: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.cache?.put(this.urls[at]!, new Response(piece)).catch(() => {});
  }

  /** Lets go of all of them: one is damaged, and nobody knows which. */
  async clear(): Promise<void> {
    this.there.clear();
    await this.#drop(this.urls);
  }

  /** Lets go of the models that former builds had in the same folder. */
  async tidy(): Promise<void> {
    const folder = new URL("./", this.urls[0]).href;
    await this.#drop([...this.there].filter((url) => url.startsWith(folder) && !this.urls.includes(url)));
  }

  async #drop(urls: string[]): Promise<void> {
    await Promise.all(urls.map((url) => this.cache?.delete(url).catch(() => false)));
  }
}
