/** Going by keyboard through what can be chosen, in the two ways that lists have. */

import type { HitList } from "./hits.js";

/** Where the reader stands among the hits. */
export interface Cursor {
  /** Goes `step` hits on, from the box where it stands there; says whether there was anywhere to go. */
  move(step: 1 | -1): boolean;
  /** Goes to the first. */
  first(): void;
  /** The link it stands on. */
  readonly at: HTMLElement | null;
  /** Forgets the place: the hits are others. */
  reset(): void;
}

/** The combobox pattern: focus stays in the box, which names the option that is active. */
export class OptionCursor implements Cursor {
  #at: HTMLElement | null = null;

  constructor(
    private readonly box: HTMLInputElement,
    private readonly hits: HitList,
  ) {}

  get at(): HTMLElement | null {
    return this.#at?.isConnected ? this.#at : null;
  }

  move(step: 1 | -1): boolean {
    const links = this.hits.links;
    if (links.length === 0) return false;
    const from = this.at ? links.indexOf(this.at) : -1;
    // Beyond either end is the box itself, and beyond that the other end.
    const to = from < 0 ? (step > 0 ? 0 : links.length - 1) : from + step;
    this.#stand(links[to] ?? null);
    return true;
  }

  first(): void {
    this.#stand(this.hits.links[0] ?? null);
  }

  reset(): void {
    if (!this.at) this.#stand(null);
  }

  #stand(link: HTMLElement | null): void {
    if (this.#at) this.#at.ariaSelected = "false";
    this.#at = link;
    if (link) {
      link.ariaSelected = "true";
      this.box.setAttribute("aria-activedescendant", link.id);
      link.scrollIntoView({ block: "nearest" });
    } else {
      this.box.removeAttribute("aria-activedescendant");
    }
  }
}

/** Links of a page, among which focus itself goes. */
export class LinkCursor implements Cursor {
  constructor(
    private readonly box: HTMLInputElement,
    private readonly hits: HitList,
  ) {}

  get at(): HTMLElement | null {
    const { activeElement } = this.box.getRootNode() as ShadowRoot;
    return activeElement instanceof HTMLElement && this.hits.element.contains(activeElement) ? activeElement : null;
  }

  move(step: 1 | -1): boolean {
    const links = this.hits.links;
    const from = this.at ? links.indexOf(this.at) : -1;
    if (from < 0 && step < 0) return false;
    const to = links[from + step];
    if (to) to.focus();
    else if (step < 0) take(this.box);
    return links.length > 0;
  }

  first(): void {
    this.hits.links[0]?.focus();
  }

  reset(): void {}
}

/** Puts the reader into the box, with what stands there ready to be replaced. */
export function take(box: HTMLInputElement): void {
  box.focus();
  box.select();
}

/**
 * Calls `onCall` for `/` outside of text fields, and for Ctrl or Command with K, anywhere on the page. Where several boxes
 * listen, the first of the page has it.
 */
export class Shortcut {
  static readonly #all: Shortcut[] = [];
  readonly #listening = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    onCall: () => void,
  ) {
    Shortcut.#all.push(this);
    addEventListener(
      "keydown",
      (event) => {
        if (event.defaultPrevented || event.isComposing || !this.#isFirst() || !calls(event)) return;
        event.preventDefault();
        onCall();
      },
      { signal: this.#listening.signal },
    );
  }

  stop(): void {
    this.#listening.abort();
    Shortcut.#all.splice(Shortcut.#all.indexOf(this), 1);
  }

  #isFirst(): boolean {
    return Shortcut.#all.every(({ host }) => host === this.host || !(this.host.compareDocumentPosition(host) & Node.DOCUMENT_POSITION_PRECEDING));
  }
}

/**
 * Whether a key that is pressed in a text field is for the field alone. Of a key within the element a page can't tell that there is a field:
 * its own shortcuts of one key, such as mdBook's `s` and arrows, would take it.
 */
export function isForField({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return Boolean(key) && !ctrlKey && !metaKey && !altKey && key !== "Escape" && key !== "Tab";
}

/** A browser that fills a form in says so by events that have no key. */
function calls(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!key || altKey) return false;
  if (key.toLowerCase() === "k") return !shiftKey && ctrlKey !== metaKey;
  // On many keyboards `/` needs Shift.
  return key === "/" && !ctrlKey && !metaKey && !isTyping(event.composedPath()[0]);
}

/** Whether what is typed there belongs to it. */
function isTyping(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(button|checkbox|radio|range|reset|submit|color|file|image)$/.test(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
