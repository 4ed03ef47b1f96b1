/** What is used of a service worker's global scope. TypeScript's own description of it excludes that of pages. */

export interface WorkerClient {
  id: string;
}

export interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

export interface FetchEvent extends ExtendableEvent {
  request: Request;
  clientId: string;
  resultingClientId: string;
  respondWith(response: Promise<Response> | Response): void;
}

export interface MessageToWorker extends ExtendableEvent {
  data: unknown;
  ports: readonly MessagePort[];
}

export interface Scope {
  location: Location;
  caches: CacheStorage;
  navigator: Navigator;
  clients: { matchAll(options: object): Promise<readonly WorkerClient[]>; claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageToWorker) => void): void;
}
