import { number } from "./words/words.js";

/** A new element whose class, and part for the owner's stylesheet, is `name`. Text is only ever set as text, never as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) {
    made.className = name;
    made.part.value = name;
  }
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(label: string, onClick: () => void, name = "button"): HTMLButtonElement {
  const made = make("button", name, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** A reason that a program gave, which is always in English. */
export function inEnglish(text: string): HTMLElement {
  const made = make("span", "quiet", text);
  made.lang = "en";
  made.dir = "ltr";
  return made;
}

/** A text that somebody wrote, in marks by which {@link isolated} knows it within a sentence. */
export function own(text: string): string {
  return `\u2068${text.replace(/[\u2068\u2069]/g, "")}\u2069`;
}

/** A sentence in which such texts are elements, so that the direction of neither turns the other around. */
export function isolated(sentence: string): (Node | string)[] {
  return sentence.split(/\u2068(.*?)\u2069/s).map((piece, at) => (at % 2 === 0 ? piece : make("bdi", "", piece)));
}

/** Bytes as a person says them, in the decimal megabytes of download dialogues. */
export function megabytes(bytes: number, language: string, digits = 0): string {
  if (digits === 0) return number(language, Math.round(bytes / 1e6));
  return (bytes / 1e6).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A drawing of shapes in a box; for the eye only. */
export function drawing(viewBox: string, name: string, ...shapes: [string, Record<string, string | number>][]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", name);
  svg.setAttribute("part", name);
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    svg.append(shape);
  }
  return svg;
}

const SVG = "http://www.w3.org/2000/svg";
