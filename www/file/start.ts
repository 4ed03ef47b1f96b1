/** What the search page begins with that works from disk too: modules where they can be had, else `bifocal-file.js`. */

import { offerOffline } from "../page/keep.js";
import "../page/title.js";
import { speak } from "../page/words.js";

speak();
const site = document.getElementById("site") as HTMLAnchorElement;

if (location.protocol === "file:") {
  add("script", { src: "bifocal-file.js" });
  leadToFile();
  document.addEventListener("bifocal-open", leadToFile);
} else {
  add("script", { type: "module", src: "bifocal-search.js" });
  add("link", { rel: "manifest", href: "bifocal.webmanifest" });
  void offerOffline(document.getElementById("offline")!);
}

function add<K extends "script" | "link">(tag: K, what: Partial<HTMLElementTagNameMap[K]>): void {
  document.head.append(Object.assign(document.createElement(tag), what));
}

/** A folder's address shows a list of its files. */
function leadToFile(): void {
  if (site.href.endsWith("/")) site.href += "index.html";
}
