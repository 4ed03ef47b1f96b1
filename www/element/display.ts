/** Puts what is known onto the desk: an answer, what there is to ask, or what went wrong. */

import type { Answer } from "bifocal";
import type { Searchable } from "bifocal/several";
import { write } from "./chosen.js";
import type { Desk } from "./desk.js";
import { button } from "./dom.js";
import type { Facets } from "./facets.js";
import type { Cursor } from "./keys.js";
import type { Memory } from "./memory.js";
import type { Offer } from "./offer.js";
import type { Settings } from "./settings.js";
import type { Frame } from "./shape.js";
import { complaint, failed, invitation, madeBy, nothing, otherwise, told } from "./state.js";
import type { Speech } from "./words/languages.js";
import type { Words } from "./words/words.js";

/** What the display is made of. */
export interface Stage {
  settings: Settings;
  desk: Desk;
  frame: Frame;
  cursor: Cursor;
  memory: Memory;
  offer: Offer;
  facets: Facets;
  speech: () => Speech;
}

/** What the reader can ask for from within what is shown. */
export interface Wishes {
  lookThroughBoth: () => void;
  /** Asks a recent search again. */
  again: (text: string) => void;
  retry: () => void;
  /** Searches in the page's own way, where it has one. */
  plainForm: (() => void) | null;
}

export class Display {
  /** The answer that is shown. */
  answer: Answer | null = null;
  /** Whether all lenses have seen it. */
  whole = false;

  constructor(
    private readonly stage: Stage,
    private readonly wishes: Wishes,
  ) {}

  get #words(): Words {
    return this.stage.speech().words;
  }

  /** Hits are on their way; those that are there are of the question before. */
  busy(): void {
    this.stage.desk.hits.isComing = true;
  }

  loading(): void {
    this.stage.desk.state.textContent = this.#words.loading;
  }

  /** Shows an answer, whole or the first part of one; `limit` is how many hits were asked for. */
  show(answer: Answer, whole: boolean, limit: number): void {
    // Nothing by words is no news while meaning is still looking: what was found before stays.
    if (!whole && answer.hits.length === 0) return;
    const { desk, offer, facets, settings } = this.stage;
    const { hits, more, count, how, meant, trouble, state } = desk;
    const found = answer.hits.length > 0;
    this.answer = answer;
    this.whole = whole;
    if (whole) hits.isComing = false;
    hits.show(answer.hits, this.#words, answer.query);
    facets.show(answer.facets, this.stage.speech());
    this.#afterList();
    more.hidden = settings.shape !== "page" || !whole || answer.hits.length < limit;
    count.textContent = found ? told(answer, this.#words) : "";
    how.textContent = settings.details && whole && found ? madeBy(answer, this.#words) : "";
    meant.replaceChildren(...otherwise(answer, this.#words));
    meant.hidden = meant.textContent === "";
    trouble.replaceChildren(...complaint(answer, this.#words));
    trouble.hidden = trouble.textContent === "";
    desk.announce([told(answer, this.#words), meant.textContent].filter(Boolean).join(" "));
    this.#linkToAll(answer);
    if (found) return state.replaceChildren();
    state.replaceChildren(...nothing(answer, this.#words, this.wishes.lookThroughBoth, facets.chosen.size > 0 ? () => facets.clear() : null));
    if (answer.mode !== "keyword" && settings.model) offer.show();
  }

  /** With nothing asked: what was asked before, or what there is to ask. */
  rest(search: Searchable): void {
    const { desk, memory, settings } = this.stage;
    this.#clear();
    const recent = settings.recent && settings.shape !== "page" ? memory.recent : [];
    if (recent.length > 0) {
      const choices = recent.map((text) => button(text, () => this.wishes.again(text), "link again"));
      const forget = () => {
        memory.forget();
        this.rest(search);
        desk.box.focus();
      };
      desk.hits.offer(this.#words.recent, choices);
      desk.state.replaceChildren(button(this.#words.forget, forget, "forget"));
    } else {
      desk.state.replaceChildren(...invitation(search.about, this.#words));
    }
    desk.announce("");
    this.#afterList();
  }

  /** The question could not be answered at all. */
  despair(error: unknown): void {
    const { state } = this.stage.desk;
    this.#clear();
    state.replaceChildren(...failed(error, this.#words, this.wishes.retry, this.wishes.plainForm));
    this.stage.desk.announce(state.firstElementChild?.textContent ?? "");
    this.#afterList();
  }

  #clear(): void {
    const { hits, more, meant, trouble, count, how, all } = this.stage.desk;
    this.answer = null;
    hits.isComing = false;
    hits.show([], this.#words);
    this.stage.facets.hide();
    more.hidden = meant.hidden = trouble.hidden = all.hidden = true;
    count.textContent = how.textContent = "";
  }

  /** Says whether there is a list to go through, to who does not see it. */
  sayWhetherOpen(): void {
    const { desk, frame, settings } = this.stage;
    if (settings.shape !== "page") desk.box.ariaExpanded = String(frame.isOpen && !desk.hits.element.hidden);
  }

  /** The list is another: so may be who stands in it. */
  #afterList(): void {
    this.stage.cursor.reset();
    this.sayWhetherOpen();
  }

  #linkToAll({ hits, query }: Answer): void {
    const { desk, facets, settings } = this.stage;
    desk.all.hidden = settings.results === null || hits.length === 0;
    if (settings.results === null) return;
    const url = new URL(settings.results, document.baseURI);
    url.searchParams.set("q", query);
    write(facets.chosen, url.searchParams);
    desk.all.href = url.href;
  }
}
