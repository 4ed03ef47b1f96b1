/** The search page: a box, two lenses, hits as one types. It uses nothing of the client that a site's owner has not. */

import { type Answer, type Mode, open, type Search } from "bifocal";
import { Address, asked, leftAt, type Question } from "./address.js";
import { byId, counted } from "./dom.js";
import { HitList } from "./hits.js";
import { listenToKeys } from "./keys.js";
import { drawLenses } from "./lens.js";
import { Offer } from "./offer.js";
import { failed, invitation, nothing } from "./state.js";

/** Between a keystroke and its search: less than a person notices, more than two letters of one typed syllable. */
const DEBOUNCE_MS = 40;

/** Hits by words wait this long for those by meaning, so that a warm answer appears once and in its final order. */
const PARTIAL_MS = 80;

/** Hits at first, and with each press of "Show more". */
const PAGEFUL = 10;

/** Sections shown under a hit. */
const SECTIONS = 3;

const box = byId<HTMLInputElement>("query");
const form = byId<HTMLFormElement>("form");
const count = byId("count");
const how = byId("how");
const trouble = byId("trouble");
const state = byId("state");
const more = byId<HTMLButtonElement>("more");
const list = byId<HTMLOListElement>("hits");
const hits = new HitList(list);
const address = new Address((question) => {
  pose(question);
  ask();
});

let search: Search | null = null;
let offer: Offer | null = null;
let running: AbortController | null = null;
let limit = PAGEFUL;
let shown: Answer | null = null;
let enterFirst = false;

function question(): Question {
  const mode = new FormData(form).get("mode") as Mode;
  return { text: box.value, mode };
}

/** Puts a question into the form. */
function pose({ text, mode }: Question): void {
  box.value = text;
  limit = PAGEFUL;
  for (const radio of form.querySelectorAll<HTMLInputElement>("input[name=mode]")) radio.checked = radio.value === mode;
}

/** Searches for what the form says; a search that is still running is stopped. */
function ask(): void {
  running?.abort();
  running = null;
  const { text, mode } = question();
  if (!search) return;
  if (!text.trim()) return rest(search);
  const current = new AbortController();
  running = current;
  list.setAttribute("aria-busy", "true");
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const onUpdate = (answer: Answer) => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PARTIAL_MS, answer, text);
  };
  current.signal.addEventListener("abort", () => clearTimeout(waiting));
  search
    .search(text, { mode, limit, sections: SECTIONS, signal: current.signal, onUpdate })
    .finally(() => clearTimeout(waiting))
    .then(
      (answer) => {
        running = null;
        show(answer, text);
        if (enterFirst) hits.links[0]?.focus();
        enterFirst = false;
      },
      (error: unknown) => {
        if (current.signal.aborted) return;
        running = null;
        despair(error, ask);
      },
    );
}

/** Shows an answer to `text`, whole or the first part of one. */
function show(answer: Answer, text: string): void {
  const whole = answer.legs.semantic.status !== "pending";
  // Nothing by words is no news while meaning is still looking: what was found before stays.
  if (!whole && answer.hits.length === 0) return;
  shown = answer;
  if (whole) list.removeAttribute("aria-busy");
  hits.show(answer.hits);
  more.hidden = !whole || answer.hits.length < limit;
  count.textContent = told(answer);
  how.textContent = whole && answer.hits.length > 0 ? means(answer) : "";
  trouble.textContent = complaint(answer);
  trouble.hidden = trouble.textContent === "";
  if (whole && answer.hits.length === 0) {
    state.replaceChildren(...nothing(answer, text, () => choose("hybrid")));
    if (answer.mode !== "keyword") offer?.show();
  } else if (answer.hits.length > 0) {
    state.replaceChildren();
  }
  document.title = `${text.trim().slice(0, 60)} · ${search?.about.title || "Search"}`;
}

/** With nothing asked: what there is to ask. */
function rest(search: Search): void {
  shown = null;
  hits.show([]);
  list.removeAttribute("aria-busy");
  more.hidden = trouble.hidden = true;
  count.textContent = how.textContent = "";
  state.replaceChildren(...invitation(search.about));
  document.title = `Search ${search.about.title}`.trim();
}

function despair(error: unknown, retry: () => void): void {
  list.removeAttribute("aria-busy");
  count.textContent = how.textContent = "";
  hits.show([]);
  more.hidden = trouble.hidden = true;
  state.replaceChildren(...failed(error, retry));
}

/** `12 pages, 3 more by meaning`. */
function told({ mode, total, semanticOnly, hits }: Answer): string {
  if (hits.length === 0) return "Nothing found";
  if (mode === "semantic") return counted(hits.length, "page");
  return counted(total, "page") + (semanticOnly > 0 ? `, ${semanticOnly.toLocaleString("en")} more by meaning` : "");
}

/** Which lens and encoder answered, and in what time. */
function means({ legs, encoder, timings }: Answer): string {
  const lenses = [
    ...(legs.keyword.status === "used" ? ["words"] : []),
    ...(legs.semantic.status === "used" ? [encoder ? `meaning (${encoder})` : "meaning"] : []),
  ];
  return `${lenses.join(" and ")}, ${Math.max(1, Math.round(timings.total))} ms`;
}

/** What was left out of an answer, and why. */
function complaint({ legs, failures }: Answer): string {
  if (failures.length > 0 && !navigator.onLine) return "You are offline: this is what the parts that are already here know.";
  const failing = Object.values(legs).find((leg) => leg.status === "failed");
  if (failing) return `Part of the search did not work: ${failing.reason ?? "no reason is known"}.`;
  if (failures.length > 0) return `Part of the index could not be read, so something may be missing: ${failures[0]}.`;
  return "";
}

/** Chooses a mode as if by hand. */
function choose(mode: Mode): void {
  pose({ ...question(), mode });
  changed();
}

function changed(): void {
  address.settle();
  address.write(question());
  address.settle();
  ask();
  if (question().mode === "semantic") offer?.show();
}

let typing: ReturnType<typeof setTimeout> | undefined;
box.addEventListener("input", () => {
  limit = PAGEFUL;
  enterFirst = false;
  list.setAttribute("aria-busy", "true");
  clearTimeout(typing);
  typing = setTimeout(() => {
    address.write(question());
    ask();
  }, DEBOUNCE_MS);
});
box.addEventListener("blur", () => address.settle());
form.addEventListener("change", (event) => {
  if (event.target !== box) changed();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  address.write(question());
  address.settle();
  if (shown && !running && shown.query === box.value) return hits.links[0]?.focus();
  enterFirst = true;
  if (!running || shown?.query !== box.value) ask();
});
more.addEventListener("click", () => {
  limit += PAGEFUL;
  ask();
});
addEventListener("online", () => {
  if (!search) void begin();
  else if (!shown || complaint(shown)) ask();
});

async function begin(): Promise<void> {
  try {
    search = await open(new URL("./", location.href));
  } catch (error) {
    return despair(error, begin);
  }
  const { about } = search;
  const name = about.title || "Search";
  byId("title").textContent = name;
  byId<HTMLAnchorElement>("site").href = new URL(about.site, location.href).href;
  if (!about.lexicon && !about.model?.file) byId("modes").hidden = true;
  offer = new Offer(byId("offer"), search, ask);
  ask();
  offer.begin();
}

list.setAttribute("aria-busy", "true");
drawLenses();
listenToKeys(box, hits);
if (!box.value) pose(asked());
const goBackTo = leftAt();
if (goBackTo > 0) {
  // The list has to be there before it can be scrolled.
  new MutationObserver((_, observer) => {
    observer.disconnect();
    scrollTo({ top: goBackTo });
  }).observe(list, { childList: true });
}
void begin();
