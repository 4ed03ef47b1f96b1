/** One question at a time: a newer one stops the older, and what an older one still answers is dropped. */

import type { Answer, SearchOptions } from "bifocal";
import type { Searchable } from "bifocal/several";

/** Hits by words wait this long for those by meaning, so that a warm answer appears once and in its final order. */
const PARTIAL_MS = 80;

/** Who hears the answers. */
export interface Listener {
  /** `whole` is false while a lens is still looking. */
  onAnswer: (answer: Answer, whole: boolean) => void;
  onFailure: (error: unknown) => void;
}

export class Asking {
  #running: AbortController | null = null;

  constructor(readonly listener: Listener) {}

  /** Whether an answer is on its way. */
  get running(): boolean {
    return this.#running !== null;
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  ask(search: Searchable, text: string, options: SearchOptions): void {
    this.stop();
    const current = new AbortController();
    this.#running = current;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const onUpdate = (answer: Answer) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.listener.onAnswer(answer, answer.legs.semantic.status !== "pending"), PARTIAL_MS);
    };
    current.signal.addEventListener("abort", () => clearTimeout(waiting));
    search
      .search(text, { ...options, signal: current.signal, onUpdate })
      .finally(() => {
        clearTimeout(waiting);
        // Reading an answer and drawing it are two tasks, so that neither holds the next letter for long.
        return new Promise((resume) => setTimeout(resume));
      })
      .then(
        (answer) => {
          if (current.signal.aborted) return;
          this.#running = null;
          this.listener.onAnswer(answer, true);
        },
        (error: unknown) => {
          if (current.signal.aborted) return;
          this.#running = null;
          this.listener.onFailure(error);
        },
      );
  }
}
