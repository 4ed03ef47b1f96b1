/** The two lenses: the left one sees words, the right one meaning; a lens that found the hit is filled. */

import type { Hit } from "bifocal";
import { drawing } from "./dom.js";

/** A drawing of both lenses, of which some are filled. */
export function lenses(words: boolean, meaning: boolean): SVGSVGElement {
  const circle = (name: string, cx: number, on: boolean): [string, Record<string, string | number>] => [
    "circle",
    { class: on ? `${name} on` : name, cx, cy: 8, r: 6.5 },
  ];
  return drawing("2 1 22 14", "lenses", circle("words", 9, words), circle("meaning", 17, meaning));
}

/** The pair of lenses that found a hit, said in words as well. */
export function foundBy({ keyword, semantic }: Hit["lenses"], said: string): SVGSVGElement {
  const pair = lenses(keyword !== null, semantic !== null);
  const title = document.createElementNS(pair.namespaceURI, "title");
  title.textContent = said;
  pair.setAttribute("role", "img");
  pair.removeAttribute("aria-hidden");
  pair.prepend(title);
  return pair;
}
