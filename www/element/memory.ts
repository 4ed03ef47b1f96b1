/** What the reader chose and searched for, remembered for one index where the browser lets a page remember. */

import { whenIdle } from "./idle.js";

/** What was chosen about the model. */
export type Choice = "load" | "leave" | null;

/** Recent searches that are kept. */
const RECENT = 6;

/** The memory of the index at an address. Where storage is forbidden or full, nothing is remembered and nothing fails. */
export class Memory {
  constructor(private readonly index: string) {
    whenIdle(() => this.choice);
  }

  get choice(): Choice {
    const choice = this.#read("model");
    return choice === "load" || choice === "leave" ? choice : null;
  }

  set choice(choice: Choice) {
    this.#write("model", choice);
  }

  /** The latest first. */
  get recent(): string[] {
    try {
      const kept: unknown = JSON.parse(this.#read("recent") ?? "[]");
      return Array.isArray(kept) ? kept.filter((text) => typeof text === "string").slice(0, RECENT) : [];
    } catch {
      return [];
    }
  }

  remember(text: string): void {
    const recent = [text, ...this.recent.filter((other) => other !== text)].slice(0, RECENT);
    this.#write("recent", JSON.stringify(recent));
  }

  forget(): void {
    this.#write("recent", null);
  }

  #read(what: string): string | null {
    try {
      return localStorage.getItem(this.#key(what));
    } catch {
      return null;
    }
  }

  #write(what: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.#key(what));
      else localStorage.setItem(this.#key(what), value);
    } catch {
      // Storage is forbidden, or full: the reader is asked again next time.
    }
  }

  #key(what: string): string {
    return `bifocal:${this.index}:${what}`;
  }
}
