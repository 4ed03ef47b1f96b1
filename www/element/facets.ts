/** Fields of the pages that were found, each with its values to choose among: a reader's filters. */

import type { Facet, FacetRequest, FieldValue } from "bifocal";
import { type Chosen, textOf } from "./chosen.js";
import { button, make } from "./dom.js";
import type { Speech } from "./words/languages.js";
import { number } from "./words/words.js";

/** Values of a field that are shown at first, and once the reader asks for more. */
const FEW = 8;
const MANY = 500;

export class Facets {
  readonly element = make("details", "facets");
  readonly #summary = make("summary", "filter");
  readonly #clear = button("", () => this.clear(), "forget");
  readonly #groups = new Map<string, { group: HTMLElement; legend: HTMLElement; more: HTMLButtonElement; labels: Map<string, HTMLLabelElement> }>();
  /** Fields whose values are all to be shown. */
  readonly #opened = new Set<string>();
  #chosen: Chosen = new Map();
  #isThere = true;

  /** `onChange` is called when the reader chose otherwise, `onMore` when more values are wanted. */
  constructor(
    private readonly fields: readonly string[],
    private readonly onChange: () => void,
    private readonly onMore: () => void,
  ) {
    this.element.id = "facets";
    this.element.hidden = true;
    this.element.append(this.#summary, ...fields.map((field) => this.#group(field)), this.#clear);
  }

  get chosen(): Chosen {
    return this.#chosen;
  }

  set chosen(chosen: Chosen) {
    this.#chosen = chosen;
    for (const [field, { labels }] of this.#groups) for (const [key, label] of labels) boxOf(label).checked = this.#has(field, key);
  }

  /** What to ask for. */
  get requests(): FacetRequest[] {
    if (!this.#isThere) return [];
    return this.fields.map((field) => ({ field, limit: this.#opened.has(field) ? MANY : FEW }));
  }

  clear(): void {
    this.chosen = new Map();
    this.onChange();
  }

  /** Shows what an answer counted; what was chosen stays there to be taken back, found or not. */
  show(facets: Record<string, Facet>, speech: Speech): void {
    const { words } = speech;
    const root = this.element.getRootNode() as ShadowRoot;
    const held = root.activeElement;
    for (const field of this.fields) this.#show(field, facets[field], speech);
    this.element.hidden = [...this.#groups.values()].every(({ group }) => group.hidden);
    const count = [...this.#chosen.values()].reduce((sum, values) => sum + values.length, 0);
    this.#summary.textContent = count === 0 ? words.filter : words.filtersChosen(count);
    this.#clear.textContent = words.clearFilters;
    this.#clear.hidden = count === 0;
    if (!(held instanceof HTMLElement) || !this.element.contains(held)) return;
    if (held.hidden) this.#summary.focus({ preventScroll: true });
    else if (root.activeElement !== held) held.focus({ preventScroll: true });
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** The index doesn't have these fields: neither asks for them any longer. Says whether they were asked for. */
  giveUp(): boolean {
    const were = this.requests.length > 0;
    this.#isThere = false;
    this.chosen = new Map();
    return were;
  }

  #has(field: string, key: string): boolean {
    return this.#chosen.get(field)?.some((value) => textOf(value) === key) ?? false;
  }

  #group(field: string): HTMLElement {
    const legend = make("legend", "facet-name");
    const more = button("", () => {
      this.#opened.add(field);
      this.onMore();
    }, "forget");
    const group = make("fieldset", "facet", legend, more);
    group.hidden = true;
    this.#groups.set(field, { group, legend, more, labels: new Map() });
    return group;
  }

  #show(field: string, facet: Facet | undefined, { words, language }: Speech): void {
    const { group, legend, more, labels } = this.#groups.get(field)!;
    const chosen = this.#chosen.get(field) ?? [];
    const counted = facet?.values ?? [];
    const keys = new Set(counted.map(({ value }) => textOf(value)));
    const values = [...counted, ...chosen.filter((value) => !keys.has(textOf(value))).map((value) => ({ value, count: 0 }))];
    const wanted = new Set(values.map(({ value }) => textOf(value)));
    for (const [key, label] of labels) {
      if (wanted.has(key)) continue;
      label.remove();
      labels.delete(key);
    }
    legend.textContent = words.fields[field] ?? field.charAt(0).toLocaleUpperCase(language) + field.slice(1);
    values.forEach(({ value, count }, place) => {
      const label = this.#label(field, value, labels);
      boxOf(label).checked = this.#has(field, textOf(value));
      const [name, pages] = label.querySelectorAll("span");
      name!.textContent = said(field, value, language, words.yes, words.no);
      pages!.textContent = number(language, count);
      if (group.children[place + 1] !== label) group.insertBefore(label, group.children[place + 1] ?? null);
    });
    const rest = facet?.more ?? 0;
    more.hidden = rest === 0;
    more.textContent = words.moreValues(rest);
    group.hidden = values.length === 0;
  }

  #label(field: string, value: FieldValue, labels: Map<string, HTMLLabelElement>): HTMLLabelElement {
    const key = textOf(value);
    const known = labels.get(key);
    if (known) return known;
    const box = make("input");
    box.type = "checkbox";
    box.addEventListener("change", () => this.#choose(field, value, box.checked));
    const name = make("span", "value-name");
    name.dir = "auto";
    const label = make("label", "value", box, name, " ", make("span", "value-count"));
    labels.set(key, label);
    return label;
  }

  #choose(field: string, value: FieldValue, wanted: boolean): void {
    const others = (this.#chosen.get(field) ?? []).filter((other) => textOf(other) !== textOf(value));
    const values = wanted ? [...others, value] : others;
    const all = new Map(this.#chosen).set(field, values);
    const given = this.fields.map((field) => [field, all.get(field) ?? []] as const);
    this.#chosen = new Map(given.filter(([, values]) => values.length > 0));
    this.onChange();
  }
}

function boxOf(label: HTMLLabelElement): HTMLInputElement {
  return label.control as HTMLInputElement;
}

/** A value as a person says it. */
function said(field: string, value: FieldValue, language: string, yes: string, no: string): string {
  if (typeof value === "boolean") return value ? yes : no;
  if (typeof value === "number") return String(value);
  if (field !== "lang") return value;
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(value) ?? value;
  } catch {
    return value;
  }
}
