/**
 * `<bifocal-search>`: a search box over an index. docs/element.md describes it for the owner of a site.
 *
 * It draws itself before anything is loaded, and opens the index when the reader turns to it.
 */

import type { About, Answer, Filters, Hit } from "bifocal";
import { Session } from "./session.js";
import css from "./style.css";
import type { Words } from "./words/words.js";

/** What the element's events carry. */
export interface SearchEvents {
  /** The index is open. */
  "bifocal-open": { about: About };
  /** A question was answered that the reader meant: entered, followed, or left standing for a second. */
  "bifocal-search": { query: string; answer: Answer; filters: Filters };
  /** The same, and nothing was found. */
  "bifocal-no-results": { query: string; answer: Answer; filters: Filters };
  /** A hit was chosen; `preventDefault()` keeps the page where it is. `place` counts from 0. */
  "bifocal-select": { query: string; hit: Hit; url: string; place: number };
}

// On a server there are no elements, and a module that is imported there must not fail.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class BifocalSearch extends Base {
  #words: Partial<Words> = {};
  #session: Session | null = null;
  #beginning: ReturnType<typeof setTimeout> | undefined;

  /** Texts of the owner's own in place of the language's, all of them or some. */
  get words(): Partial<Words> {
    return this.#words;
  }

  set words(words: Partial<Words>) {
    this.#words = words;
    this.#session?.reword(words);
  }

  connectedCallback(): void {
    if (this.#session) return;
    // Drawn in a task after the one that evaluates the script, with what both need divided between them: neither holds up a reader for long.
    sheet();
    this.#beginning ??= setTimeout(() => this.#begin());
  }

  disconnectedCallback(): void {
    // An element that is only moved is connected again at once, and keeps everything.
    queueMicrotask(() => {
      if (this.isConnected) return;
      clearTimeout(this.#beginning);
      this.#beginning = undefined;
      this.#session?.stop();
      this.#session = null;
    });
  }

  /** What goes on in the element; it begins now if somebody asks for it before its turn. */
  #begin(): Session | null {
    clearTimeout(this.#beginning);
    this.#beginning = undefined;
    if (this.#session || !this.isConnected) return this.#session;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet()];
    const say = (type: string, detail: object, cancelable: boolean) =>
      this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
    return (this.#session = new Session(this, root, this.#words, say));
  }

  /** Opens the dialog or the panel, or goes to the box. */
  open(): void {
    this.#begin()?.open();
  }

  close(): void {
    this.#session?.close();
  }

  /** What stands in the box; setting it asks. */
  get query(): string {
    return this.#begin()?.question.text ?? "";
  }

  set query(text: string) {
    const session = this.#begin();
    session?.pose({ ...session.question, text });
  }
}

let shared: CSSStyleSheet | undefined;

/** One stylesheet for all elements; made by script, which the strictest policy allows. */
function sheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(css);
  }
  return shared;
}
