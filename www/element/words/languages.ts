/** Which languages the element speaks, and which one it is asked for. English is in the bundle, the others come when needed. */

import { words as en } from "./en.js";
import type { Words } from "./words.js";

const LANGUAGES: Record<string, () => Promise<{ words: Words }>> = {
  de: () => import("./de.js"),
  es: () => import("./es.js"),
  fr: () => import("./fr.js"),
  ja: () => import("./ja.js"),
  ko: () => import("./ko.js"),
  zh: () => import("./zh.js"),
};

/** What the Chinese texts are in, also where traditional characters were asked for. */
const SIMPLIFIED = "zh-Hans";

/** A language of the element, and what it says in it. */
export interface Speech {
  /** As a `lang` attribute takes it. */
  language: string;
  words: Words;
}

export const ENGLISH: Speech = { language: "en", words: en };

/** The language of the nearest `lang` above `element`, through shadow roots too. */
export function languageOf(element: Element): string {
  for (let at: Element | null = element; at; ) {
    const marked: Element | null = at.closest("[lang]");
    if (marked) return marked.getAttribute("lang") ?? "";
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return "";
}

/** What to say in `language`, a tag such as `pt-BR`; English for languages that are not in the box, or cannot be loaded. */
export async function speech(language: string): Promise<Speech> {
  const primary = language.toLowerCase().split("-")[0] ?? "";
  const module = await LANGUAGES[primary]?.().catch(() => null);
  return module ? { language: primary === "zh" ? SIMPLIFIED : primary, words: module.words } : ENGLISH;
}
