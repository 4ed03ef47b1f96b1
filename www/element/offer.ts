/** The offer to load the model, and how its loading goes. */

import type { BifocalError, Progress } from "bifocal";
import type { Searchable } from "bifocal/several";
import { sparing } from "../src/idle.js";
import { button, inEnglish, make, megabytes } from "./dom.js";
import type { Memory } from "./memory.js";
import type { Speech } from "./words/languages.js";

/** A place that offers, loads and reports. */
export class Offer {
  readonly element = make("section", "offer");
  #loading: AbortController | null = null;
  #search: Searchable | null = null;
  /** Whether the last of its buttons was pressed by touch or pen: then a focused box would bring a keyboard up. */
  #touched = false;

  constructor(
    private readonly memory: Memory,
    private readonly speech: () => Speech,
    /** Called when queries can be understood by the model. */
    private readonly onReady: () => void,
    /** Where who stands on one of its buttons goes when it leaves. */
    private readonly toBox: () => void,
  ) {
    this.element.id = "offer";
    this.element.hidden = true;
    for (const pressed of ["pointerdown", "keydown"]) {
      this.element.addEventListener(pressed, (event) => {
        this.#touched = /touch|pen/.test((event as PointerEvent).pointerType);
      });
    }
  }

  /** Begins: loads at once where the reader chose so before, and otherwise offers, unless the reader declined. */
  begin(search: Searchable): void {
    this.#search = search;
    if (search.upgraded) return;
    if (this.memory.choice === "load" && !sparing()) void this.load();
    else if (this.memory.choice !== "leave") this.show();
  }

  /** Shows the offer, if there is anything to offer. */
  show(): void {
    const search = this.#search;
    const model = search?.about.model?.file;
    if (!search || !model || search.upgraded || this.#loading) return;
    const { words, language } = this.speech();
    const what = search.about.lexicon ? words.betterAnswers : words.meaningToo;
    this.#say(
      make("p", "", `${what} `, make("span", "quiet", words.modelSize(megabytes(model.bytes, language)))),
      button(words.load, () => void this.load(), "button primary"),
      button(words.notNow, () => {
        this.memory.choice = "leave";
        this.#leave();
      }),
    );
  }

  /** Loads the model, telling how it goes. */
  async load(): Promise<void> {
    const search = this.#search;
    if (!search || this.#loading) return;
    // Another element of the page has loaded it since this one offered.
    if (search.upgraded) return this.#done();
    const loading = new AbortController();
    this.#loading = loading;
    const { words } = this.speech();
    const said = make("p", "", words.preparing);
    const bar = make("progress", "progress");
    bar.setAttribute("aria-label", words.model);
    this.#say(said, bar, button(words.cancel, () => loading.abort()));
    try {
      await search.upgrade({ signal: loading.signal, onProgress: (progress) => this.#tell(progress, said, bar) });
      this.#loading = null;
      this.#done();
    } catch (error) {
      this.#loading = null;
      if (loading.signal.aborted) {
        this.memory.choice = null;
        this.show();
      } else {
        const { code, message } = error as BifocalError;
        this.#say(
          code === "network" && !navigator.onLine
            ? make("p", "", `${words.offline} ${words.modelAbsent}`)
            : make("p", "", `${words.modelFailed} `, inEnglish(message)),
          button(words.tryAgain, () => void this.load(), "button primary"),
        );
      }
    }
  }

  /** Stops what is being loaded. */
  stop(): void {
    this.#loading?.abort();
  }

  #done(): void {
    this.memory.choice = "load";
    this.#leave();
    this.onReady();
  }

  /** Has nothing more to say. The focus of who stands on one of its buttons would be lost with them. */
  #leave(): void {
    const held = this.#held;
    this.element.hidden = true;
    if (held && !this.#touched) this.toBox();
  }

  /** Whether the focus is on one of its buttons. */
  get #held(): boolean {
    return this.element.matches(":focus-within");
  }

  #say(...content: Node[]): void {
    // Who pressed one of its buttons stands on the one that took its place.
    const held = this.#held;
    this.element.setAttribute("aria-label", this.speech().words.model);
    this.element.replaceChildren(...content);
    this.element.hidden = false;
    if (held) this.element.querySelector("button")?.focus();
  }

  #tell({ phase, loaded, total }: Progress, said: HTMLElement, bar: HTMLProgressElement): void {
    const { words, language } = this.speech();
    bar.max = total;
    if (phase === "starting") bar.removeAttribute("value");
    else bar.value = loaded;
    said.textContent =
      phase === "downloading"
        ? words.downloading(megabytes(loaded, language, 1), megabytes(total, language, 1))
        : phase === "from-cache"
          ? words.fromCache
          : words.starting;
  }
}
