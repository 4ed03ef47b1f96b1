/** What the page says where there are no hits to show. */

import { BifocalError, type About, type Answer } from "bifocal";
import { button, counted, element } from "./dom.js";

/** Before anything was asked. */
export function invitation(about: About): Node[] {
  const size = `${counted(about.pages, "page")}, ${counted(about.sections, "section")}`;
  const lenses = about.lexicon || about.model?.file ? "by their words and by what they mean" : "by their words";
  return [
    element("p", "lead", `Search ${size}, ${lenses}.`),
    element("p", "", "Type a word, a name from the code, or a question of your own."),
  ];
}

/** After a search that found nothing. */
export function nothing(answer: Answer, text: string, lookThroughBoth: () => void): Node[] {
  const { status, reason } = answer.legs.semantic;
  if (answer.mode === "semantic" && status === "skipped") {
    return [element("p", "lead", `Nothing can be found by meaning: ${reason ?? "no reason is known"}.`)];
  }
  return [
    element("p", "lead", `Nothing found for “${shortened(text.trim())}”.`),
    answer.mode === "hybrid"
      ? element("p", "", "Fewer words, or others for the same thing, may find more.")
      : button("Look through both lenses", lookThroughBoth, "primary"),
  ];
}

/** After something failed. */
export function failed(error: unknown, retry: () => void): Node[] {
  const network = error instanceof BifocalError && error.code === "network";
  const lead = !network ? "The search does not work just now." : navigator.onLine ? "The site cannot be reached." : "You are offline.";
  const detail = error instanceof Error ? error.message : String(error);
  return [
    element("p", "lead", lead),
    element("p", "quiet", detail),
    button("Try again", retry, "primary"),
  ];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
