/** What the element is made of: a form with the box, and a panel for everything that is said about an answer. */

import type { Mode } from "bifocal";
import { button, drawing, make } from "./dom.js";
import { HitList, type ListKind } from "./hits.js";
import { lenses } from "./lens.js";
import type { Speech } from "./words/languages.js";

const MODES: readonly Mode[] = ["hybrid", "keyword", "semantic"];

export class Desk {
  readonly element = make("div", "desk");
  readonly form = make("form", "form");
  readonly box = make("input", "input");
  readonly close = button("", () => {}, "close");
  readonly panel = make("div", "panel");
  readonly count = make("span", "count");
  readonly how = make("span", "how");
  /** What was searched for other than what was typed. */
  readonly meant = make("p", "meant");
  readonly trouble = make("p", "trouble");
  readonly state = make("div", "state");
  readonly more = button("", () => {}, "button more");
  readonly all = make("a", "all");
  readonly hits: HitList;
  /** Says the count to who does not see it. Always rendered, since what appears with its text is not announced. */
  readonly #status = make("div", "hidden");
  readonly #label = make("label", "hidden");
  readonly #modes = make("fieldset", "modes");
  readonly #legend = make("legend", "hidden");
  readonly #help = make("p", "help");
  readonly #labels: HTMLElement[] = [];
  #saying: ReturnType<typeof setTimeout> | undefined;

  constructor(kind: ListKind, marks: boolean, offer: HTMLElement, facets: HTMLElement) {
    this.hits = new HitList(kind, marks);
    const { box, form, panel } = this;
    box.id = this.#label.htmlFor = "query";
    Object.assign(box, { type: "search", name: "q", autocomplete: "off", enterKeyHint: "search", autocapitalize: "none", spellcheck: false });
    box.setAttribute("autocorrect", "off");
    if (kind === "listbox") {
      box.role = "combobox";
      box.setAttribute("aria-autocomplete", "list");
      box.setAttribute("aria-controls", "hits");
      box.ariaExpanded = "false";
      // What a reader touches in the panel must not look like leaving the element.
      panel.tabIndex = -1;
    }
    this.#status.role = "status";
    form.role = "search";
    form.noValidate = true;
    const glass = drawing("0 0 20 20", "glass", ["circle", { cx: 8.5, cy: 8.5, r: 5.75 }], ["path", { d: "m13 13 4.5 4.5" }]);
    const hint = make("kbd", "key", "/");
    hint.ariaHidden = "true";
    form.append(this.#label, make("div", "row", glass, box, hint, this.close), this.#modes);
    this.#drawModes();
    for (const [element, id] of [[this.count, "count"], [this.how, "how"], [this.meant, "meant"], [this.trouble, "trouble"], [this.more, "more"]] as const) {
      element.id = id;
    }
    panel.id = "panel";
    this.more.hidden = this.meant.hidden = this.trouble.hidden = this.all.hidden = true;
    const report = make("p", "report", this.count, " ", this.how);
    const below = [this.hits.element, this.more, this.all];
    // On a page the offer stands above the hits, in a panel it must not push them down.
    panel.append(report, this.meant, this.trouble, facets, this.state, ...(kind === "list" ? [offer, ...below] : [...below, offer, this.#help]));
    this.element.append(form, this.#status, panel);
  }

  /** What is asked. */
  get mode(): Mode {
    const chosen = this.#modes.querySelector<HTMLInputElement>("input:checked")?.value;
    return MODES.find((mode) => mode === chosen) ?? "hybrid";
  }

  set mode(mode: Mode) {
    for (const radio of this.#modes.querySelectorAll("input")) radio.checked = radio.value === mode;
  }

  /** Whether the reader may choose the lens. */
  set choosable(choosable: boolean) {
    this.#modes.hidden = !choosable;
  }

  /** Sets every text that does not depend on an answer. */
  speak({ words }: Speech, placeholder: string | null): void {
    this.#label.textContent = words.search;
    this.box.placeholder = placeholder ?? words.placeholder;
    this.#legend.textContent = words.lookThrough;
    [words.both, words.words, words.meaning].forEach((label, mode) => (this.#labels[mode]!.textContent = label));
    this.hits.element.ariaLabel = words.results;
    this.close.textContent = words.close;
    this.more.textContent = words.showMore;
    this.all.textContent = words.allResults;
    const key = (name: string) => make("kbd", "", name);
    this.#help.replaceChildren(key("↑"), key("↓"), ` ${words.toMove} `, key("Enter"), ` ${words.toOpen} `, key("Esc"), ` ${words.toClose}`);
  }

  /** Announces `text` once the reader pauses. */
  announce(text: string): void {
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => (this.#status.textContent = text), 600);
  }

  #drawModes(): void {
    this.#modes.hidden = true;
    this.#modes.append(this.#legend);
    for (const mode of MODES) {
      const radio = make("input");
      Object.assign(radio, { type: "radio", name: "mode", value: mode, checked: mode === "hybrid" });
      const label = make("span");
      this.#labels.push(label);
      this.#modes.append(make("label", "mode", radio, make("span", "choice", lenses(mode !== "semantic", mode !== "keyword"), label)));
    }
  }
}
