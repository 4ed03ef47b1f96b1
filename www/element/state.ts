/** What is said where there are no hits to show, and what is said about those that there are. */

import type { About, Answer } from "bifocal";
import { button, inEnglish, isolated, make, own } from "./dom.js";
import type { Words } from "./words/words.js";

/** Before anything was asked. */
export function invitation(about: About, { invitation, hint }: Words): Node[] {
  const byMeaning = about.lexicon || Boolean(about.model?.file);
  return [make("p", "lead", invitation(about.pages, about.sections, byMeaning)), make("p", "", hint)];
}

/** After a search that found nothing; `withoutFilters` takes them back where there are some. */
export function nothing(answer: Answer, words: Words, lookThroughBoth: () => void, withoutFilters: (() => void) | null): Node[] {
  const { status, reason } = answer.legs.semantic;
  if (answer.mode === "semantic" && status === "skipped") {
    return [make("p", "lead", `${words.noMeaning}: `, inEnglish(reason ?? ""))];
  }
  const text = shortened(answer.query.trim());
  const lead = make("p", "lead", ...(text ? isolated(words.nothingFor(own(text))) : [words.nothing]));
  if (withoutFilters) return [lead, button(words.clearFilters, withoutFilters, "button primary")];
  return [
    lead,
    answer.mode === "hybrid"
      ? make("p", "", words.fewerWords)
      : button(words.lookThroughBoth, lookThroughBoth, "button primary"),
  ];
}

/** After something failed; `plainForm` searches in the page's own way where it has one. */
export function failed(error: unknown, words: Words, retry: () => void, plainForm: (() => void) | null): Node[] {
  const network = error instanceof Error && "code" in error && error.code === "network";
  const lead = !navigator.onLine ? words.offline : network ? words.unreachable : words.broken;
  const detail = error instanceof Error ? error.message : String(error);
  return [
    make("p", "lead", lead),
    make("p", "", inEnglish(detail)),
    button(words.tryAgain, retry, "button primary"),
    ...(plainForm ? [button(words.plainForm, plainForm)] : []),
  ];
}

/** How many pages were found. */
export function told({ mode, total, semanticOnly, hits }: Answer, words: Words): string {
  if (hits.length === 0) return words.nothing;
  return mode === "semantic" ? words.found(hits.length, 0) : words.found(total, semanticOnly);
}

/** What was searched for other than what was typed; empty where nothing was. */
export function otherwise({ corrections, relaxed }: Answer, words: Words): (Node | string)[] {
  const instead = corrections.map(({ word, meant: [likeliest = word] }) => words.instead(own(word), own(likeliest)));
  return isolated([...(relaxed ? [words.relaxed] : []), ...instead].join(" "));
}

/** Which lenses and which encoder answered, and in what time. */
export function madeBy({ legs, encoder, timings }: Answer, words: Words): string {
  const made = words.madeBy(legs.keyword.status === "used", legs.semantic.status === "used", encoder);
  return `${made}, ${Math.max(1, Math.round(timings.total))}\u00a0ms`;
}

/** What was left out of an answer, and why; empty where nothing was. */
export function complaint({ legs, failures }: Answer, words: Words): (Node | string)[] {
  if (failures.length > 0 && !navigator.onLine) return [words.offlinePart];
  const failing = Object.values(legs).find((leg) => leg.status === "failed");
  if (failing) return [`${words.partFailed}: `, inEnglish(failing.reason ?? "?")];
  if (failures.length > 0) return [`${words.partMissing}: `, inEnglish(failures[0] ?? "")];
  return [];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
