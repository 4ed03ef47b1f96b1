/** How the element opens and closes: each shape puts the same desk into its own frame. */

import type { Hit } from "bifocal";
import { drawing, make } from "./dom.js";
import type { Desk } from "./desk.js";
import { sample, whenIdle } from "./idle.js";
import type { Speech } from "./words/languages.js";
import type { Words } from "./words/words.js";

/** Where a box has no room for a panel below it, and takes the whole screen. */
const NARROW = "(max-width: 34rem)";

export interface Frame {
  /** What goes into the shadow root. */
  readonly nodes: Node[];
  readonly isOpen: boolean;
  open(): void;
  close(): void;
  speak(speech: Speech): void;
}

/** Results on the page itself: always open. */
export class PageFrame implements Frame {
  readonly isOpen = true;
  readonly nodes: Node[];

  constructor(desk: Desk) {
    this.nodes = [desk.element];
    desk.close.hidden = true;
  }

  open(): void {
    scrollTo({ top: 0 });
  }

  close(): void {}

  speak(): void {}
}

/** A panel below the box, or on a phone both over the whole screen. */
export class BoxFrame implements Frame {
  readonly nodes: Node[];
  #open = false;
  #words: Words | null = null;
  #listening: AbortController | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly desk: Desk,
    private readonly onOpen: () => void,
  ) {
    this.nodes = [desk.element];
    desk.element.popover = "manual";
    desk.panel.hidden = true;
    desk.close.addEventListener("click", () => this.#giveBack());
    whenIdle(() => this.#prepare([]));
    // What draws a hit is compiled in one moment, and what it draws is laid out in another.
    whenIdle(() => this.#prepare([sample()], false));
    whenIdle(() => this.#prepare([sample()]));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Has the panel laid out and hidden again, which nobody sees: the first time takes ten times as long as any other. */
  #prepare(examples: Hit[], laidOut = true): void {
    const { panel, hits } = this.desk;
    if (this.#open || !this.#words || hits.element.hasChildNodes()) return;
    hits.show(examples, this.#words);
    if (laidOut) {
      panel.hidden = false;
      panel.getBoundingClientRect();
      panel.hidden = true;
    }
    hits.show([], this.#words);
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.desk.box.inputMode = "";
    this.desk.panel.hidden = false;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const outside = (event: Event) => event.composedPath().includes(this.host) || this.close();
    document.addEventListener("pointerdown", outside, { signal });
    document.addEventListener("focusin", outside, { signal });
    if (matchMedia(NARROW).matches) fillScreen(this.desk.element, signal);
    else requestAnimationFrame(() => this.#keepInView());
    this.onOpen();
  }

  /** A box at the end of a line has its panel end there as well. */
  #keepInView(): void {
    const { panel } = this.desk;
    panel.classList.remove("from-end");
    const { left, right } = panel.getBoundingClientRect();
    panel.classList.toggle("from-end", left < 0 || right > document.documentElement.clientWidth);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#listening?.abort();
    this.desk.panel.hidden = true;
    this.desk.box.ariaExpanded = "false";
    if (this.desk.element.matches(":popover-open")) this.desk.element.hidePopover();
  }

  /** Closes with the focus in the box, and without the keyboard on the screen: it would cover what the reader wants to see. */
  #giveBack(): void {
    this.desk.box.inputMode = "none";
    this.desk.box.focus();
    this.close();
  }

  speak({ words }: Speech): void {
    this.#words = words;
  }
}

/** A button, and a dialog over the page. */
export class DialogFrame implements Frame {
  readonly nodes: Node[];
  readonly #button = make("button", "opener");
  readonly #label = make("span", "opener-label");
  readonly #dialog = make("dialog", "dialog");

  constructor(
    private readonly desk: Desk,
    private readonly onOpen: () => void,
    key: boolean,
  ) {
    const button = this.#button;
    button.type = "button";
    button.ariaHasPopup = "dialog";
    button.append(drawing("0 0 20 20", "glass", ["circle", { cx: 8.5, cy: 8.5, r: 5.75 }], ["path", { d: "m13 13 4.5 4.5" }]), this.#label);
    if (key) {
      const hint = make("kbd", "key", /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘ K" : "Ctrl K");
      hint.ariaHidden = "true";
      button.append(hint);
    }
    button.addEventListener("click", () => this.open());
    this.#dialog.append(desk.element);
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.close();
    });
    this.#dialog.addEventListener("close", () => (desk.panel.hidden = !this.isOpen));
    desk.close.addEventListener("click", () => this.close());
    desk.panel.hidden = true;
    this.nodes = [button, this.#dialog];
    whenIdle(() => this.#prepare());
  }

  get isOpen(): boolean {
    return this.#dialog.open;
  }

  /** Has the dialog laid out as it opens, which nobody sees. */
  #prepare(): void {
    if (this.isOpen) return;
    this.#dialog.classList.add("unseen");
    this.#dialog.getBoundingClientRect();
    this.#dialog.classList.remove("unseen");
  }

  /** Opens the dialog with the box alone, so that the focus has little to wait for; the panel comes with the frame that shows both. */
  open(): void {
    if (!this.isOpen) {
      this.#dialog.showModal();
      requestAnimationFrame(() => (this.desk.panel.hidden = !this.isOpen));
      const closed = new AbortController();
      this.#dialog.addEventListener("close", () => closed.abort(), { once: true });
      if (matchMedia(NARROW).matches) fitAboveKeyboard(this.#dialog, closed.signal);
    }
    this.desk.box.focus();
    this.onOpen();
  }

  close(): void {
    this.#dialog.close();
  }

  speak({ words }: Speech): void {
    this.#label.textContent = this.#dialog.ariaLabel = words.search;
  }
}

function fillScreen(desk: HTMLElement, signal: AbortSignal): void {
  const focused = (desk.getRootNode() as ShadowRoot).activeElement;
  desk.showPopover();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  fitAboveKeyboard(desk, signal);
}

/** Keeps `sheet` as high as what the on-screen keyboard leaves. */
function fitAboveKeyboard(sheet: HTMLElement, signal: AbortSignal): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const fit = () => {
    sheet.style.setProperty("--_height", `${viewport.height}px`);
    sheet.style.setProperty("--_top", `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", fit, { signal });
  viewport.addEventListener("scroll", fit, { signal });
  signal.addEventListener("abort", () => sheet.removeAttribute("style"));
  fit();
}
