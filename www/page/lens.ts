/** The two lenses: the left one sees words, the right one meaning; a lens that found the hit is filled. */

import type { Hit } from "bifocal";

const SVG = "http://www.w3.org/2000/svg";

/** The pair of lenses that found a hit, said in words as well. */
export function lens(lenses: Hit["lenses"]): SVGSVGElement {
  const { keyword, semantic } = lenses;
  const drawing = pair(keyword !== null, semantic !== null);
  const title = document.createElementNS(SVG, "title");
  const found = [
    ...(keyword === null ? [] : [`its words (${ordinal(keyword)})`]),
    ...(semantic === null ? [] : [`its meaning (${ordinal(semantic)})`]),
  ];
  title.textContent = `Found by ${found.join(" and ")}`;
  drawing.setAttribute("role", "img");
  drawing.prepend(title);
  return drawing;
}

/** Draws the lenses into every `.lens` of the page's own HTML. */
export function drawLenses(): void {
  for (const place of document.querySelectorAll<HTMLElement>(".lens[data-lens]")) {
    const which = place.dataset["lens"];
    const drawing = pair(which !== "semantic", which !== "keyword");
    drawing.setAttribute("aria-hidden", "true");
    place.append(drawing);
  }
}

function pair(words: boolean, meaning: boolean): SVGSVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "2 1 22 14");
  drawing.setAttribute("class", "lenses");
  for (const [className, x, on] of [["words", 9, words], ["meaning", 17, meaning]] as const) {
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("class", on ? `${className} on` : className);
    circle.setAttribute("cx", String(x));
    circle.setAttribute("cy", "8");
    circle.setAttribute("r", "6.5");
    drawing.append(circle);
  }
  return drawing;
}

function ordinal(rank: number): string {
  const ending = { one: "st", two: "nd", few: "rd", other: "th", zero: "th", many: "th" };
  return `${rank}${ending[new Intl.PluralRules("en", { type: "ordinal" }).select(rank)]}`;
}
