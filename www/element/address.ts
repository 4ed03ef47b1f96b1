/** The question in the page's address: `?q=`, `&mode=` and `&f.FIELD=`, so that an answer can be sent to someone and Back returns to it. */

import type { Mode } from "bifocal";
import { type Chosen, chosenIn, write } from "./chosen.js";

/** What is asked. */
export interface Question {
  text: string;
  mode: Mode;
  chosen: Chosen;
}

/** What the address asks in the parameter `name`, and of `fields`. */
export function asked(name: string, fields: readonly string[]): Question {
  const parameters = new URLSearchParams(location.search);
  const mode = parameters.get("mode");
  return {
    text: parameters.get(name) ?? "",
    mode: mode === "keyword" || mode === "semantic" ? mode : "hybrid",
    chosen: chosenIn(parameters, fields),
  };
}

/** Among what others keep in an entry of the history, where the page was scrolled to when it was left. */
const PLACE = "bifocal-search";

/**
 * Keeps the address in step with the question. Typing on goes on in one entry of the history; a question that was
 * settled (entered, followed to a hit, left) is not overwritten by the next.
 */
export class Address {
  #settled = true;
  readonly #listening = new AbortController();
  readonly #restoration = history.scrollRestoration;

  /** With `onPage`, hits are on the page itself, which can't be scrolled to where it was before they are there. */
  constructor(
    private readonly name: string,
    fields: readonly string[],
    private readonly onPage: boolean,
    onBack: (question: Question) => void,
  ) {
    const { signal } = this.#listening;
    if (onPage) history.scrollRestoration = "manual";
    addEventListener(
      "popstate",
      () => {
        this.#settled = true;
        onBack(asked(name, fields));
      },
      { signal },
    );
    addEventListener("pagehide", () => this.#keepPlace(), { signal });
  }

  /** How far the reader had scrolled when this entry of the history was left. */
  get leftAt(): number {
    return Number(history.state?.[PLACE] ?? 0);
  }

  /** Writes `question` down. */
  write(question: Question): void {
    const url = new URL(location.href);
    url.hash = "";
    set(url.searchParams, this.name, question.text.trim() ? question.text : "");
    set(url.searchParams, "mode", question.mode === "hybrid" ? "" : question.mode);
    write(question.chosen, url.searchParams);
    if (url.href === location.href) return;
    if (this.#settled) {
      this.#keepPlace();
      history.pushState(history.state, "", url);
    } else {
      history.replaceState(history.state, "", url);
    }
    this.#settled = false;
  }

  /** The question as it stands was meant: what is typed next is another. */
  settle(): void {
    this.#settled = true;
  }

  /** Beside what others keep there; where that is no object, there is no room for it. */
  #keepPlace(): void {
    const { state } = history;
    if (this.onPage && (state === null || state.constructor === Object)) history.replaceState({ ...state, [PLACE]: scrollY }, "");
  }

  stop(): void {
    this.#listening.abort();
    history.scrollRestoration = this.#restoration;
  }
}

function set(parameters: URLSearchParams, name: string, value: string): void {
  if (value) parameters.set(name, value);
  else parameters.delete(name);
}
