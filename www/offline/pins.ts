/**
 * Which page reads which build: a page stays with the one that it began with until it is left. Kept in a cache, because a
 * browser ends a service worker whenever it likes and begins it anew.
 */

const CACHE = "bifocal-offline-pages";

export class Pins {
  constructor(
    private readonly caches: CacheStorage,
    private readonly base: string,
  ) {}

  /** The build's name that `client` is pinned to. */
  async of(client: string): Promise<string | null> {
    const kept = client && (await (await this.caches.open(CACHE)).match(this.#key(client)));
    return kept ? kept.text() : null;
  }

  async pin(client: string, name: string): Promise<void> {
    if (client) await (await this.caches.open(CACHE)).put(this.#key(client), new Response(name));
  }

  /** Forgets pages that are gone; gives the builds that the others read. */
  async inUse(clients: readonly { id: string }[]): Promise<Set<string>> {
    const cache = await this.caches.open(CACHE);
    const alive = new Set(clients.map(({ id }) => this.#key(id)));
    const names = new Set<string>();
    for (const { url } of await cache.keys()) {
      if (!url.startsWith(this.#key(""))) continue;
      if (alive.has(url)) names.add((await (await cache.match(url))?.text()) ?? "");
      else await cache.delete(url);
    }
    return names;
  }

  #key(client: string): string {
    return `${this.base}?page=${encodeURIComponent(client)}`;
  }
}
