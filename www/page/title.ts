/** The site's name, about the element and in the title. */

import type { SearchEvents } from "../element/element.js";
import { words } from "./words.js";

type Told<K extends keyof SearchEvents> = CustomEvent<SearchEvents[K]>;

let name = words.search;
document.title = name;

document.addEventListener("bifocal-open", (event) => {
  const { about } = (event as Told<"bifocal-open">).detail;
  name = about.title || name;
  document.getElementById("title")!.textContent = name;
  (document.getElementById("site") as HTMLAnchorElement).href = new URL(about.site, location.href).href;
  document.title = about.title ? words.searchOf(about.title) : name;
});

document.addEventListener("bifocal-search", (event) => {
  const { query } = (event as Told<"bifocal-search">).detail;
  document.title = `${query.trim().slice(0, 60)} · ${name}`;
});
