/** Keeps an index folder for when there is no network: which build to answer from, when to bring a newer one, what to remove. */

import { Generation, type Kept, NoRoom } from "./generation.js";
import { ALL_BUT_MODEL, type Choose, isNamedByHash, LIST } from "./list.js";
import { Pins } from "./pins.js";
import { slice } from "./range.js";
import type { FetchEvent, Scope } from "./scope.js";

/** A newer build is looked for at most this often. */
const LOOK_MS = 60_000;

export class Keeper {
  readonly #pins: Pins;
  #looked = 0;
  #filling: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param base absolute address of the index folder, with its slash */
  constructor(
    private readonly scope: Scope,
    private readonly base: string,
    private readonly choose: Choose = ALL_BUT_MODEL,
  ) {
    this.#pins = new Pins(scope.caches, base);
  }

  /** The path below the index folder that a request is for, or `null` for one that is none of ours. */
  pathOf(request: Request): string | null {
    if (request.method !== "GET" || !request.url.startsWith(this.base)) return null;
    const path = new URL(request.url.slice(this.base.length), "http://x/").pathname.slice(1);
    return path || "index.html";
  }

  /** Answers from the build that the page reads, and from the network for what is not kept. */
  async answer(event: FetchEvent, path: string): Promise<Response> {
    const { request } = event;
    const generation = await this.#of(event);
    const kept = await generation?.match(path);
    if (kept) return slice(kept, request.headers.get("Range"));
    const response = await fetch(request);
    if (generation && response.status === 200 && isNamedByHash(path) && !path.startsWith("model/")) {
      event.waitUntil(generation.add(path, response.clone()));
    }
    return response;
  }

  /** A file for the service worker itself, of the newest build, else of one that is still there, else from the network. */
  async read(path: string, init: RequestInit): Promise<Response> {
    const newest = await this.#newest();
    const kept = (await newest?.match(path)) ?? (isNamedByHash(path) ? await this.scope.caches.match(this.base + path) : undefined);
    return kept ? slice(kept, new Headers(init.headers).get("Range")) : fetch(this.base + path, init);
  }

  /** Brings the newest build, unless it is there. Several calls at once are one. */
  keep(onProgress: (kept: Kept) => void = () => {}): Promise<void> {
    this.#filling ??= this.#alone(() => this.#fill(onProgress)).finally(() => (this.#filling = null));
    return this.#filling;
  }

  /** Brings a newer build where one was kept before, now and then; with no network, the next page tries again. */
  async refresh(): Promise<void> {
    if (Date.now() - this.#looked < LOOK_MS || !(await this.#newest())) return;
    this.#looked = Date.now();
    try {
      await this.keep();
    } catch {
      // What came of it stays for the next try.
      this.#looked = 0;
      return;
    }
    await this.tidy();
  }

  /** Removes builds that no page reads any more. */
  tidy(): Promise<void> {
    return this.#alone(() => this.#tidy());
  }

  /** Does one thing after the other: what removes builds must not run beside what brings one. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #tidy(): Promise<void> {
    const newest = await this.#newest();
    if (!newest) return;
    const inUse = await this.#pins.inUse(await this.scope.clients.matchAll({ includeUncontrolled: true, type: "all" }));
    for (const name of await Generation.names(this.scope.caches, this.base)) {
      if (name !== newest.name && !inUse.has(name)) await this.scope.caches.delete(name);
    }
  }

  async #fill(onProgress: (kept: Kept) => void): Promise<void> {
    const list = await fetch(this.base + LIST, { cache: "no-cache" });
    if (!list.ok) throw new Error(`${LIST}: the server answers ${list.status}`);
    const text = await list.text();
    const { caches, navigator } = this.scope;
    const generation = await Generation.open(caches, this.base, await Generation.nameOf(this.base, text));
    const old = await this.#newest();
    if (old?.name === generation.name) return;
    await generation.fill(text, this.choose, old, navigator.storage, onProgress).catch(async (error: unknown) => {
      // What cannot be finished only takes room from others.
      if (error instanceof NoRoom) await caches.delete(generation.name);
      throw error;
    });
  }

  /** The build for whoever asks: a new page gets the newest, and stays with it; its workers read what it reads. */
  async #of({ request, clientId, resultingClientId }: FetchEvent): Promise<Generation | null> {
    const isPage = request.mode === "navigate";
    const pinned = isPage ? null : await this.#pins.of(clientId);
    const generation = pinned ? await this.#wholeOf(pinned) : await this.#newest();
    if (generation) {
      if (!isPage && !pinned) await this.#pins.pin(clientId, generation.name);
      await this.#pins.pin(resultingClientId, generation.name);
    }
    return generation;
  }

  async #wholeOf(name: string): Promise<Generation | null> {
    if (!(await this.scope.caches.has(name))) return this.#newest();
    return Generation.open(this.scope.caches, this.base, name);
  }

  async #newest(): Promise<Generation | null> {
    let newest: { generation: Generation; since: number } | null = null;
    for (const name of await Generation.names(this.scope.caches, this.base)) {
      const generation = await Generation.open(this.scope.caches, this.base, name);
      const since = await generation.since();
      if (since > (newest?.since ?? 0)) newest = { generation, since };
    }
    return newest?.generation ?? null;
  }
}
