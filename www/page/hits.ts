/** The list of hits: kept in step with the newest answer, with no flicker and without losing the reader's place in it. */

import type { Excerpt, Hit, SectionHit } from "bifocal";
import { element } from "./dom.js";
import { lens } from "./lens.js";

/** Sections shown under a page. */
const SECTIONS = 3;

/** Shows hits in an `<ol>`. */
export class HitList {
  readonly #items = new Map<string, { item: HTMLLIElement; drawn: string }>();

  constructor(private readonly list: HTMLOListElement) {}

  /** Every link in the order in which arrow keys go through them. */
  get links(): HTMLAnchorElement[] {
    return [...this.list.querySelectorAll<HTMLAnchorElement>("a[href]")];
  }

  /** Shows `hits`: those that were there stay the same elements, so that focus stays where it is. */
  show(hits: readonly Hit[]): void {
    const focused = document.activeElement;
    const held = focused instanceof HTMLAnchorElement && this.list.contains(focused) ? focused.href : null;
    const wanted = new Set(hits.map((hit) => hit.id));
    for (const [id, { item }] of this.#items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    hits.forEach((hit, place) => {
      const item = this.#item(hit);
      if (this.list.children[place] !== item) this.list.insertBefore(item, this.list.children[place] ?? null);
    });
    if (held && document.activeElement?.tagName !== "A") {
      this.links.find((link) => link.href === held)?.focus({ preventScroll: true });
    }
  }

  #item(hit: Hit): HTMLLIElement {
    const drawn = JSON.stringify([hit.url, hit.title, hit.lenses, hit.excerpt, hit.sections.map((s) => [s.url, s.excerpt])]);
    let known = this.#items.get(hit.id);
    if (known?.drawn === drawn) return known.item;
    const item = known?.item ?? element("li", "hit");
    item.replaceChildren(...draw(hit));
    known = { item, drawn };
    this.#items.set(hit.id, known);
    return item;
  }
}

function draw(hit: Hit): Node[] {
  const heading = element("h2", "", link(hit.url, hit.title || hit.id), lens(hit.lenses));
  const place = element("p", "place", address(hit.url));
  const nodes: Node[] = [heading, place];
  // What stands under the title itself needs no second link.
  const sections = hit.sections
    .filter(({ anchor, heading }) => anchor !== null && heading && heading !== hit.title)
    .slice(0, SECTIONS);
  // The page's excerpt is its best section's: it stands under that section's link where there is one.
  const below = sections.some((section) => section.excerpt.text === hit.excerpt.text);
  if (hit.excerpt.text && !below) nodes.push(excerpt(hit.excerpt));
  if (sections.length > 0) nodes.push(element("ul", "sections", ...sections.map((section) => drawSection(section, hit))));
  return nodes;
}

function drawSection(section: SectionHit, hit: Hit): HTMLLIElement {
  const item = element("li", "", link(section.url, section.heading));
  // The page's title is above already.
  const path = section.path.filter((heading) => heading !== section.heading && heading !== hit.title);
  if (path.length > 0) item.prepend(element("span", "path", `${path.join(" › ")} › `));
  if (section.excerpt.text) item.append(excerpt(section.excerpt));
  return item;
}

/** The excerpt with its matches marked. */
export function excerpt({ text, ranges }: Excerpt): HTMLParagraphElement {
  const paragraph = element("p", "excerpt");
  paragraph.dir = "auto";
  let at = 0;
  for (const [start, end] of ranges) {
    paragraph.append(text.slice(at, start), element("mark", "", text.slice(start, end)));
    at = end;
  }
  paragraph.append(text.slice(at));
  return paragraph;
}

/** A link, or plain text where the address is of a kind that a search result has no business with (`javascript:`, say). */
export function link(url: string, text: string): HTMLElement {
  const target = URL.parse ? URL.parse(url, location.href) : new URL(url, location.href);
  const web = target && /^https?:$/.test(target.protocol);
  const made = element(web ? "a" : "span", "", text);
  made.dir = "auto";
  if (made instanceof HTMLAnchorElement) made.href = url;
  return made;
}

/** The address as a reader wants to see it: without scheme and host where they are the page's own. */
function address(url: string): string {
  const plain = url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length + 1) : url;
  try {
    return decodeURI(plain);
  } catch {
    return plain;
  }
}
