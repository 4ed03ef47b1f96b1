/** What the page says where there are no hits to show. */

import { BifocalError, type About, type Answer } from "bifocal";
import { button, counted, element } from "./dom.js";

/** Before anything was asked. */
export function invitation(about: About): Node[] {
  const model = about.model ? ", by the words in them and by what they mean" : "";
  return [
    element("p", "lead", `${counted(about.pages, "page")} in ${counted(about.sections, "section")}${model}.`),
    element("p", "", "Type a word, a name from the code, or a question in your own words."),
  ];
}

/** After a search that found nothing. */
export function nothing(answer: Answer, text: string, lookThroughBoth: () => void, loadModel: (() => void) | null): Node[] {
  const nodes: Node[] = [element("p", "lead", `Nothing found for “${shortened(text.trim())}”.`)];
  if (answer.mode === "semantic" && answer.legs.semantic.status !== "used") {
    nodes[0] = element("p", "lead", "Searching by meaning needs the model.");
  }
  if (loadModel) {
    nodes.push(element("p", "", "With the model, pages are found that say the same in other words."));
    nodes.push(button("Load the model", loadModel, "primary"));
  } else if (answer.mode !== "hybrid") {
    nodes.push(button("Look through both lenses", lookThroughBoth, "primary"));
  } else {
    nodes.push(element("p", "", "Fewer words, or others for the same thing, may find more."));
  }
  return nodes;
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
