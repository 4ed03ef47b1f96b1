/** One life of an element in a page: keeps one question going, from what the reader does to what is displayed. */

import type { SearchOptions } from "bifocal";
import type { Searchable } from "bifocal/several";
import { Address, asked, type Question } from "./address.js";
import { Asking } from "./asking.js";
import { filtersOf } from "./chosen.js";
import { Desk } from "./desk.js";
import { Display } from "./display.js";
import type { SearchEvents } from "./element.js";
import { Facets } from "./facets.js";
import { SECTIONS } from "./hits.js";
import { indexAt } from "./indexes.js";
import { type Cursor, isForField, LinkCursor, OptionCursor, Shortcut, take } from "./keys.js";
import { Memory } from "./memory.js";
import { Offer } from "./offer.js";
import { read, type Settings } from "./settings.js";
import { BoxFrame, DialogFrame, type Frame, PageFrame } from "./shape.js";
import { complaint } from "./state.js";
import { ENGLISH, languageOf, speech, type Speech } from "./words/languages.js";
import type { Words } from "./words/words.js";

/** Between a keystroke and its search: less than a person notices, more than two letters of one typed syllable. */
const DEBOUNCE_MS = 40;

/** A question that stands for so long was meant. */
const SETTLED_MS = 1000;

/** A reader is told that something is loading only when it takes this long. */
const LOADING_MS = 300;

/** Where filters leave room for hits. */
const WIDE = "(min-width: 78rem)";

/** The box of a form that the page brings along, for readers whose browser runs no script. */
const PLAIN_BOX = "input:is([type=search], [type=text], [name=q])";

/** Dispatches an event; says whether its default may happen. */
export type Say = (type: string, detail: object, cancelable: boolean) => boolean;

export class Session {
  readonly #settings: Settings;
  readonly #memory: Memory;
  readonly #offer: Offer;
  readonly #facets: Facets;
  readonly #desk: Desk;
  readonly #frame: Frame;
  readonly #cursor: Cursor;
  readonly #display: Display;
  readonly #address: Address | null;
  readonly #shortcut: Shortcut | null;
  readonly #asking: Asking;
  readonly #listening = new AbortController();
  /** The language as it is, and with the owner's words in it. */
  #language: Speech = ENGLISH;
  #speech: Speech = ENGLISH;
  #search: Searchable | null = null;
  #opening = false;
  #limit: number;
  /** Whether the first hit is to be entered as soon as it is there. */
  #enterFirst = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** The question that the owner was told of last. */
  #told = "";

  constructor(
    private readonly host: HTMLElement,
    root: ShadowRoot,
    private ownWords: Partial<Words>,
    private readonly say: Say,
  ) {
    const settings = read(host);
    const onPage = settings.shape === "page";
    this.#settings = settings;
    this.#limit = settings.limit;
    this.#memory = new Memory(settings.indexes.join(" "));
    this.#offer = new Offer(this.#memory, () => this.#speech, () => this.#ask(), () => this.#desk.box.focus());
    this.#facets = new Facets(settings.facets, () => this.#changed(), () => this.#ask());
    this.#facets.element.open = onPage && matchMedia(WIDE).matches;
    this.#desk = new Desk(onPage ? "list" : "listbox", settings.marks, this.#offer.element, this.#facets.element);
    this.#desk.choosable = settings.modes;
    this.#frame = this.#frameOf(settings);
    const { box, hits } = this.#desk;
    this.#cursor = onPage ? new LinkCursor(box, hits) : new OptionCursor(box, hits);
    this.#asking = new Asking({
      onAnswer: (answer, whole) => this.#answered(answer, whole),
      onFailure: (error) => this.#failed(error),
    });
    const form = host.querySelector("form");
    this.#display = new Display(
      { settings, desk: this.#desk, frame: this.#frame, cursor: this.#cursor, memory: this.#memory, offer: this.#offer, facets: this.#facets, speech: () => this.#speech },
      {
        lookThroughBoth: () => this.#lookThroughBoth(),
        again: (text) => this.#again(text),
        retry: () => this.#wake(),
        plainForm: form && (() => this.#submit(form)),
      },
    );
    this.#shortcut = settings.shortcut ? new Shortcut(host, () => this.open()) : null;
    this.#address = settings.address === null ? null : new Address(settings.address, settings.facets, onPage, (question) => this.pose(question));
    host.dataset["shape"] = settings.shape;
    this.#begin(root);
  }

  /** What is asked. */
  get question(): Question {
    const mode = this.#settings.modes ? this.#desk.mode : this.#settings.mode;
    return { text: this.#desk.box.value, mode, chosen: this.#facets.chosen };
  }

  /** Puts a question into the box and asks it. */
  pose({ text, mode, chosen }: Question): void {
    this.#desk.box.value = text;
    this.#desk.mode = mode;
    this.#facets.chosen = chosen;
    this.#limit = this.#settings.limit;
    this.#wake();
  }

  open(): void {
    this.#frame.open();
    take(this.#desk.box);
  }

  close(): void {
    this.#frame.close();
  }

  /** Takes other words of the owner's. */
  reword(words: Partial<Words>): void {
    this.ownWords = words;
    this.#speak(this.#language);
  }

  stop(): void {
    this.#asking.stop();
    this.#offer.stop();
    this.#frame.close();
    this.#shortcut?.stop();
    this.#address?.stop();
    this.#listening.abort();
    clearTimeout(this.#typing);
    clearTimeout(this.#settling);
  }

  #frameOf({ shape, shortcut }: Settings): Frame {
    const onOpen = () => this.#turnedTo();
    if (shape === "page") return new PageFrame(this.#desk);
    return shape === "dialog" ? new DialogFrame(this.#desk, onOpen, shortcut) : new BoxFrame(this.host, this.#desk, onOpen);
  }

  #begin(root: ShadowRoot): void {
    const { shape, eager, mode, address, facets } = this.#settings;
    const { box } = this.#desk;
    // What was typed before the script came is kept, and so is the place in it.
    const plain = this.host.querySelector<HTMLInputElement>(PLAIN_BOX);
    const focus = (plain !== null && plain === document.activeElement) || this.host.hasAttribute("focus");
    root.replaceChildren(...this.#frame.nodes);
    this.#speak(ENGLISH);
    void speech(languageOf(this.host)).then((speech) => speech === ENGLISH || this.#speak(speech));
    this.#listen();
    const before = this.#address ? asked(address ?? "", facets) : null;
    this.#desk.mode = before?.mode ?? mode;
    if (before) this.#facets.chosen = before.chosen;
    this.#facets.element.open ||= shape === "page" && this.#facets.chosen.size > 0;
    box.value = plain?.value || (before?.text ?? "");
    this.#scrollBack();
    if (before && shape !== "page" && (before.text.trim() || before.chosen.size > 0)) this.#frame.open();
    if (eager || shape === "page" || box.value || this.#facets.chosen.size > 0) this.#wake();
    if (focus && shape !== "dialog") box.focus();
  }

  #speak(speech: Speech): void {
    this.#language = speech;
    const fields = { ...speech.words.fields, ...this.ownWords.fields };
    this.#speech = { ...speech, words: { ...speech.words, ...this.ownWords, fields } };
    this.#desk.element.lang = speech.language;
    this.#desk.speak(this.#speech, this.#settings.placeholder);
    this.#frame.speak(this.#speech);
    const { answer, whole } = this.#display;
    if (answer) this.#display.show(answer, whole, this.#limit);
    else if (this.#search) this.#display.rest(this.#search);
    if (!this.#offer.element.hidden) this.#offer.show();
  }

  #listen(): void {
    const { box, form, hits, more, element, all } = this.#desk;
    const { signal } = this.#listening;
    const isBox = this.#settings.shape === "box";
    box.addEventListener("input", () => this.#typed());
    box.addEventListener("focus", () => (isBox ? this.#frame.open() : this.#turnedTo()));
    box.addEventListener("click", () => isBox && this.#frame.open());
    box.addEventListener("blur", () => this.#address?.settle());
    form.addEventListener("change", (event) => event.target !== box && this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#entered();
    });
    element.addEventListener("keydown", (event) => this.#key(event));
    this.host.addEventListener("keydown", (event) => event.composedPath()[0] === box && isForField(event) && event.stopPropagation(), { signal });
    hits.element.addEventListener("click", (event) => this.#chosen(event));
    all.addEventListener("click", () => this.#remember());
    more.addEventListener("click", () => {
      this.#limit += this.#settings.limit;
      this.#ask();
    });
    // A reader who comes near is about to ask: the index can be on its way.
    const fetchIndex = () => void indexAt(this.#settings.indexes).catch(() => {});
    this.host.addEventListener("pointerenter", () => setTimeout(fetchIndex), { once: true, signal });
    addEventListener("online", () => this.#cameOnline(), { signal });
  }

  // ---- what the reader does ----

  #typed(): void {
    this.#limit = this.#settings.limit;
    this.#enterFirst = false;
    if (this.#settings.shape === "box") this.#frame.open();
    // An answer to the question before would end the wait for this one.
    this.#asking.stop();
    this.#display.busy();
    clearTimeout(this.#settling);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#typing = undefined;
      this.#address?.write(this.question);
      this.#ask();
    }, DEBOUNCE_MS);
  }

  #key(event: KeyboardEvent): void {
    const { box } = this.#desk;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.#openElsewhere(event);
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { shape } = this.#settings;
    const target = event.composedPath()[0];
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && (target === box || target === this.#cursor.at)) {
      if (!this.#frame.isOpen) this.#frame.open();
      else if (!this.#cursor.move(step)) return;
    } else if (event.key === "Escape" && shape === "page" && target !== box && target === this.#cursor.at) {
      this.open();
    } else if (event.key === "Escape" && shape !== "page" && this.#frame.isOpen) {
      // The box opens the panel when it gets the focus; a dialog gives the focus back.
      if (shape === "box") box.focus();
      this.#frame.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Enter with Ctrl or Command is on the active hit what a click with that key is. */
  #openElsewhere(event: KeyboardEvent): void {
    const { ctrlKey, metaKey } = event;
    if (event.composedPath()[0] !== this.#desk.box || !this.#cursor.at) return;
    event.preventDefault();
    this.#cursor.at.dispatchEvent(new MouseEvent("click", { ctrlKey, metaKey, bubbles: true, cancelable: true, composed: true }));
  }

  /** The reader pressed Enter in the box: the way leads to the active hit, to all results, or to the first hit. */
  #entered(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    this.#address?.write(this.question);
    this.#address?.settle();
    const { all, box } = this.#desk;
    if (this.#cursor.at) return this.#cursor.at.click();
    if (!box.value.trim()) return;
    const { answer, whole } = this.#display;
    const isShown = answer?.query === box.value && whole && !this.#asking.running;
    if (isShown && !all.hidden) return all.click();
    if (isShown) return this.#goToFirst();
    this.#enterFirst = true;
    if (!this.#asking.running || answer?.query !== box.value) this.#wake();
  }

  /** On a page, the first hit is gone to; in a panel it is opened. */
  #goToFirst(): void {
    this.#enterFirst = false;
    this.#settle();
    this.#cursor.first();
    if (this.#settings.shape !== "page") this.#cursor.at?.click();
  }

  #changed(): void {
    this.#limit = this.#settings.limit;
    this.#address?.settle();
    this.#address?.write(this.question);
    this.#address?.settle();
    this.#ask();
    if (this.question.mode === "semantic") this.#offer.show();
  }

  #lookThroughBoth(): void {
    this.#desk.mode = "hybrid";
    this.#changed();
  }

  #again(text: string): void {
    this.pose({ ...this.question, text });
    this.#desk.box.focus();
  }

  #chosen(event: MouseEvent): void {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    const found = link && this.#desk.hits.hitOf(link);
    if (!link || !found) return;
    this.#settle();
    this.#remember();
    const detail = { query: this.question.text, hit: found.hit, url: link.href, place: found.place };
    if (!this.#tell("bifocal-select", detail)) event.preventDefault();
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!elsewhere) this.#frame.close();
  }

  #remember(): void {
    if (this.#settings.recent) this.#memory.remember(this.question.text.trim());
  }

  #submit(form: HTMLFormElement): void {
    const box = form.querySelector<HTMLInputElement>(PLAIN_BOX);
    if (box) box.value = this.question.text;
    form.requestSubmit();
  }

  // ---- what comes of it ----

  /**
   * The reader came to the box: what is shown there stays, if it is the whole answer to what stands in it. What is being typed already is
   * asked when the reader pauses. That the box appears and has the focus is a task of its own before.
   */
  #turnedTo(): void {
    setTimeout(() => {
      if (this.#listening.signal.aborted) return;
      const { answer, whole } = this.#display;
      const stands = answer?.query === this.#desk.box.value && whole && answer.failures.length === 0;
      if (stands) this.#display.sayWhetherOpen();
      else if (!this.#search || this.#typing === undefined) this.#wake();
    });
  }

  /** Opens the index, if it is not open, and asks what stands in the box. */
  #wake(): void {
    if (this.#search) return this.#ask();
    if (this.#opening) return;
    this.#opening = true;
    this.#display.busy();
    const slow = setTimeout(() => this.#display.loading(), LOADING_MS);
    const { signal } = this.#listening;
    indexAt(this.#settings.indexes)
      .finally(() => {
        clearTimeout(slow);
        this.#opening = false;
      })
      .then(
        (search) => signal.aborted || this.#opened(search),
        (error: unknown) => signal.aborted || this.#display.despair(error),
      );
  }

  #opened(search: Searchable): void {
    this.#search = search;
    const { about } = search;
    const [language, ...others] = about.languages;
    this.#desk.hits.language = language && others.length === 0 ? language.code : document.documentElement.lang;
    if (!about.lexicon && !about.model?.file) this.#desk.choosable = false;
    this.#tell("bifocal-open", { about });
    this.#ask();
    if (this.#settings.model) this.#offer.begin(search);
  }

  #ask(): void {
    this.#asking.stop();
    if (!this.#search) return;
    const { text, chosen } = this.question;
    if (text.trim() || chosen.size > 0) {
      this.#display.busy();
      this.#asking.ask(this.#search, text, this.#options());
    } else {
      clearTimeout(this.#settling);
      this.#display.rest(this.#search);
    }
  }

  #options(): SearchOptions {
    const { mode, chosen } = this.question;
    const facets = this.#facets.requests;
    const filters = filtersOf(chosen);
    return { mode, limit: this.#limit, sections: SECTIONS, language: languageOf(this.host), ...(facets.length > 0 && { facets }), ...(filters && { filters }) };
  }

  #answered(...[answer, whole]: Parameters<Asking["listener"]["onAnswer"]>): void {
    this.#display.show(answer, whole, this.#limit);
    if (!whole) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLED_MS);
    if (!this.#enterFirst) return;
    if (this.#desk.all.hidden) this.#goToFirst();
    else this.#desk.all.click();
  }

  /** A site that was rebuilt may have lost a field: its readers search without, and its owner is told. */
  #failed(error: unknown): void {
    if (error instanceof Error && "code" in error && error.code === "index" && this.#facets.giveUp()) {
      console.warn(`bifocal-search without facets: ${error.message}`);
      this.#ask();
    } else {
      this.#display.despair(error);
    }
  }

  #cameOnline(): void {
    const { answer } = this.#display;
    if (!answer || complaint(answer, this.#speech.words).length > 0) this.#wake();
  }

  /** The question was meant: the owner is told of it, once. */
  #settle(): void {
    clearTimeout(this.#settling);
    const { answer, whole } = this.#display;
    if (!answer || !whole) return;
    const filters = filtersOf(this.question.chosen) ?? {};
    const what = JSON.stringify([answer.query, answer.mode, filters]);
    if (what === this.#told) return;
    this.#told = what;
    const detail = { query: answer.query, answer, filters };
    this.#tell("bifocal-search", detail);
    if (answer.hits.length === 0) this.#tell("bifocal-no-results", detail);
  }

  #tell<K extends keyof SearchEvents>(type: K, detail: SearchEvents[K]): boolean {
    return this.say(type, detail, type === "bifocal-select");
  }

  /** Scrolls to where the reader left this entry of the history, once there is a list to scroll. */
  #scrollBack(): void {
    const top = this.#settings.shape === "page" ? (this.#address?.leftAt ?? 0) : 0;
    if (top === 0) return;
    new MutationObserver((_, observer) => {
      observer.disconnect();
      scrollTo({ top });
    }).observe(this.#desk.hits.element, { childList: true });
  }
}
