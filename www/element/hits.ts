/** The list of hits: kept in step with the newest answer, with no flicker and without losing the reader's place in it. */

import type { Excerpt, Hit, SectionHit } from "bifocal";
import { marker } from "../src/marks.js";
import { make } from "./dom.js";
import { withMarks } from "./fragment.js";
import { sample, whenIdle } from "./idle.js";
import { foundBy } from "./lens.js";
import { absolute, readable, webAddress } from "./url.js";
import type { Words } from "./words/words.js";

/** Sections shown under a page. */
export const SECTIONS = 3;

/** Hits of a panel that are drawn in one frame; the others come with the next ones, so that no letter waits for all of them. */
const AT_ONCE = 1;

/** What the list is to assistive technology: the popup of a combobox, or a list of links on a page. */
export type ListKind = "listbox" | "list";

/** Shows hits below each other, each with its sections. */
export class HitList {
  readonly element = make("div", "hits");
  /** The language of hits that don't tell theirs. */
  language = "";
  readonly #items = new Map<string, { item: HTMLElement; drawn: string }>();
  readonly #hits = new WeakMap<Element, { hit: Hit; place: number }>();
  #last = 0;
  /** Draws the hits that are still to come. */
  #rest: (() => void) | null = null;
  #isComing = false;

  /** With `marks`, a link names the words that are marked below it. */
  constructor(
    private readonly kind: ListKind,
    private readonly marks: boolean,
  ) {
    this.element.id = "hits";
    this.element.setAttribute("role", kind);
    this.element.hidden = true;
    // A browser makes programs of patterns when they are first used, others for each kind of text.
    for (const { url, excerpt } of marks ? [sample(), ...sample().sections] : []) whenIdle(() => withMarks(url, excerpt));
  }

  /** Whether other hits are on their way; the list is busy until they are drawn. */
  set isComing(isComing: boolean) {
    this.#isComing = isComing;
    this.#markBusy();
  }

  #markBusy(): void {
    if (this.#isComing || this.#rest) this.element.setAttribute("aria-busy", "true");
    else this.element.removeAttribute("aria-busy");
  }

  /** Everything that can be chosen, in the order in which arrow keys go through it. */
  get links(): HTMLElement[] {
    this.#finish();
    return [...this.element.querySelectorAll<HTMLElement>("a[href], button")];
  }

  /** The hit that `link` belongs to, and its place from 0. */
  hitOf(link: Element): { hit: Hit; place: number } | undefined {
    const item = link.closest(".hit");
    return item ? this.#hits.get(item) : undefined;
  }

  /** Shows `hits` of `query`: those that were there stay the same elements, so that focus stays where it is. */
  show(hits: readonly Hit[], words: Words, query = ""): void {
    this.#rest = null;
    for (const child of [...this.element.children]) if (!child.classList.contains("hit")) child.remove();
    const root = this.element.getRootNode() as ShadowRoot;
    const held = root.activeElement instanceof HTMLAnchorElement ? root.activeElement.href : null;
    const wanted = new Set(hits.map(keyOf));
    for (const [id, { item }] of this.#items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    const stands = this.kind === "list" || this.element.querySelector("[aria-selected=true]");
    this.#show(hits, words, query, 0, stands ? hits.length : AT_ONCE);
    this.element.hidden = hits.length === 0;
    if (held && root.activeElement === null) {
      this.links.find((link) => link instanceof HTMLAnchorElement && link.href === held)?.focus({ preventScroll: true });
    }
  }

  /** Shows `count` of the hits from the place `from` on, and as many again after each frame, unless another answer comes before. */
  #show(hits: readonly Hit[], words: Words, query: string, from: number, count: number): void {
    const to = from + count;
    this.#place(hits, words, query, from, to);
    const rest = to < hits.length ? () => this.#place(hits, words, query, to, hits.length) : null;
    this.#rest = rest;
    this.#markBusy();
    if (!rest) return;
    requestAnimationFrame(() => setTimeout(() => {
      if (this.#rest !== rest) return;
      this.#rest = null;
      this.#show(hits, words, query, to, count);
    }));
  }

  #place(hits: readonly Hit[], words: Words, query: string, from: number, to: number): void {
    hits.slice(from, to).forEach((hit, at) => {
      const place = from + at;
      const item = this.#item(hit, words, query);
      this.#hits.set(item, { hit, place });
      if (this.element.children[place] !== item) this.element.insertBefore(item, this.element.children[place] ?? null);
    });
  }

  #finish(): void {
    const rest = this.#rest;
    this.#rest = null;
    rest?.();
    this.#markBusy();
  }

  /** Shows something else that can be chosen. */
  offer(label: string, choices: HTMLButtonElement[]): void {
    this.#items.clear();
    const name = make("div", "group", label);
    name.id = `h${++this.#last}`;
    for (const choice of choices) {
      choice.id = `h${++this.#last}`;
      choice.dir = "auto";
      if (this.kind === "listbox") asOption(choice);
    }
    const items = this.kind === "listbox" ? choices : choices.map((choice) => {
      const item = make("div", "", choice);
      item.role = "listitem";
      return item;
    });
    const group = make("div", "recent", name, ...items);
    if (this.kind === "listbox") {
      group.role = "group";
      group.setAttribute("aria-labelledby", name.id);
      name.role = "presentation";
      this.element.replaceChildren(group);
    } else {
      this.element.replaceChildren(...items);
    }
    this.element.hidden = choices.length === 0;
  }

  #item(hit: Hit, words: Words, query: string): HTMLElement {
    const ranges = marker(hit, query);
    const sections = hit.sections.map(({ url, heading, excerpt }) => [url, excerpt, ranges(heading)]);
    const drawn = JSON.stringify([hit.url, hit.title, ranges(hit.title), hit.lenses, hit.excerpt, sections, hit.meta, words.results]);
    const key = keyOf(hit);
    let known = this.#items.get(key);
    if (known?.drawn === drawn) return known.item;
    const item = known?.item ?? make("div", "hit");
    item.replaceChildren(...this.#draw(hit, words, ranges));
    const first = item.querySelector(".title");
    item.role = this.kind === "listbox" ? "group" : "listitem";
    if (this.kind === "listbox" && first) item.setAttribute("aria-labelledby", first.id);
    known = { item, drawn };
    this.#items.set(key, known);
    return item;
  }

  #draw(hit: Hit, words: Words, ranges: ReturnType<typeof marker>): Node[] {
    // What stands under the title itself needs no second link.
    const sections = hit.sections
      .filter(({ anchor, heading }) => anchor !== null && heading && heading !== hit.title)
      .slice(0, SECTIONS);
    // The page's excerpt is its best section's: it stands under that section's link where there is one.
    const below = sections.some((section) => section.excerpt.text === hit.excerpt.text);
    const text = hit.title || hit.id;
    const title = make("span", "title", ...marked({ text, ranges: ranges(text) }));
    const place = make("span", "place", breadcrumbs(hit.meta) ?? readable(hit.url));
    const language = typeof hit.meta["lang"] === "string" ? hit.meta["lang"] : (hit.language ?? this.language);
    const head = this.#link(hit.url, "link page", language, title, [place], below ? null : hit.excerpt);
    head.prepend(...image(hit, language));
    if (this.kind === "list") {
      title.role = "heading";
      title.ariaLevel = "2";
    }
    head.append(foundBy(hit.lenses, words.foundBy(hit.lenses.keyword, hit.lenses.semantic)));
    return [head, ...sections.map((section) => this.#section(section, hit, language, ranges(section.heading)))];
  }

  #section(section: SectionHit, hit: Hit, language: string, ranges: Excerpt["ranges"]): HTMLElement {
    const heading = make("span", "heading", ...marked({ text: section.heading, ranges }));
    // The page's title is above already.
    const path = section.path.filter((above) => above !== section.heading && above !== hit.title);
    if (path.length > 0) heading.prepend(make("span", "path", `${path.join(" › ")} › `));
    return this.#link(section.url, "link section", language, heading, [], section.excerpt);
  }

  /** A link of `name`, `more` and an excerpt, all in `language`; plain text where its address is none to follow. */
  #link(url: string, part: string, language: string, name: HTMLElement, more: HTMLElement[], shown: Excerpt | null): HTMLElement {
    const rest = [...more, ...(shown ? excerpt(shown) : [])];
    const address = webAddress(url);
    const href = address && shown && this.marks ? withMarks(address, shown) : address;
    const made = href === null ? make("span", part) : make("a", part);
    made.append(name, ...rest);
    for (const child of [name, ...rest]) Object.assign(child, { dir: "auto", lang: language });
    name.id = `h${++this.#last}`;
    if (made instanceof HTMLAnchorElement) {
      made.href = href!;
      made.id = `h${++this.#last}`;
      if (this.kind === "listbox") asOption(made);
    }
    return made;
  }
}

/** What a hit is known by: hits of several indexes may have the same id. */
function keyOf({ id, url }: Hit): string {
  return `${id} ${url}`;
}

/** An option of a listbox, which has the focus while the box beside it keeps the keyboard's. */
function asOption(made: HTMLElement): void {
  made.role = "option";
  made.tabIndex = -1;
  made.ariaSelected = "false";
}

/** The picture of a page, if it names one of the web; one that can't be had leaves no gap. */
function image({ url, meta }: Hit, language: string): HTMLElement[] {
  const { image, image_alt: alt } = meta;
  const source = typeof image === "string" && image ? absolute(image, url) : null;
  if (!source || webAddress(source) === null) return [];
  const made = make("img", "image");
  made.alt = typeof alt === "string" ? alt : "";
  made.lang = language;
  made.loading = "lazy";
  made.decoding = "async";
  made.addEventListener("error", () => made.remove());
  made.src = source;
  return [made];
}

/** What the page says of its place in the site: a list, or a text. */
function breadcrumbs({ breadcrumbs }: Hit["meta"]): string | null {
  const said = Array.isArray(breadcrumbs) ? breadcrumbs.join(" › ") : breadcrumbs;
  return typeof said === "string" && said ? said : null;
}

/** The excerpt, if it has any text. */
function excerpt(excerpt: Excerpt): HTMLElement[] {
  return excerpt.text ? [make("span", "excerpt", ...marked(excerpt))] : [];
}

/** A text with its matches marked. */
function marked({ text, ranges }: Excerpt): (Node | string)[] {
  const pieces = ranges.flatMap(([start, end], at) => [text.slice(ranges[at - 1]?.[1] ?? 0, start), make("mark", "mark", text.slice(start, end))]);
  return [...pieces, text.slice(ranges.at(-1)?.[1] ?? 0)];
}
