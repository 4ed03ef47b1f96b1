import type { Progress } from "./protocol.js";

/** One piece of work that several may wait for: it stops when none of them does any more. */
export class Shared<T> {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<(progress: Progress) => void>();
  readonly #work: Promise<T>;
  #latest: Progress | null = null;
  #waiting = 0;

  constructor(work: (onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<T>) {
    const tell = (progress: Progress) => {
      this.#latest = progress;
      for (const listener of this.#listeners) listener(progress);
    };
    this.#work = work(tell, this.#controller.signal);
    this.#work.catch(() => {});
  }

  /** Waits for the work, until `signal`; `onProgress` begins with the latest that was told. */
  join(signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<T> {
    if (this.#latest) onProgress(this.#latest);
    this.#listeners.add(onProgress);
    this.#waiting++;
    return new Promise<T>((resolve, reject) => {
      const stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop, { once: true });
      this.#work.then(resolve, reject);
    }).finally(() => {
      this.#listeners.delete(onProgress);
      if (--this.#waiting === 0) this.#controller.abort();
    });
  }

  /** Whether it was stopped, or is done: nobody new should join. */
  get over(): boolean {
    return this.#controller.signal.aborted;
  }
}
