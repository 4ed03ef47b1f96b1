/** Going by keyboard: `/` to the box, arrows through the hits, Escape back to the box. */

import type { HitList } from "./hits.js";

/** Listens on the whole page. */
export function listenToKeys(box: HTMLInputElement, hits: HitList): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    const links = hits.links;
    const place = at instanceof HTMLAnchorElement ? links.indexOf(at) : -1;
    const inBox = at === box;
    const typing = at instanceof HTMLInputElement && at.type !== "radio";

    if (event.key === "/" && !typing) take(box);
    else if (event.key === "Escape" && place >= 0) take(box);
    else if (event.key === "ArrowDown" && inBox) links[0]?.focus();
    else if (event.key === "ArrowDown" && place >= 0) links[place + 1]?.focus();
    else if (event.key === "ArrowUp" && place === 0) take(box);
    else if (event.key === "ArrowUp" && place > 0) links[place - 1]?.focus();
    else return;
    event.preventDefault();
  });
}

function take(box: HTMLInputElement): void {
  box.focus();
  box.select();
  scrollTo({ top: 0 });
}
