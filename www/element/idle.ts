/**
 * What takes long the first time only, and is done while the page has nothing else to do: no letter that is typed waits for it. Each
 * piece of work has a moment of its own. In Safari, which tells of none, the reader waits.
 */

import type { Hit } from "bifocal";

/** Does `work` in a moment in which nothing else is to be done. */
export function whenIdle(work: () => void): void {
  globalThis.requestIdleCallback?.(work);
}

const text = "Ann, who is here …";
const excerpt: Hit["excerpt"] = { text, ranges: [[5, 8]] };

/** A hit with all that a hit may have. */
export const sample = (): Hit => ({
  id: "",
  url: location.href,
  title: text,
  score: 0,
  lenses: { keyword: 1, semantic: 1 },
  excerpt: { text: text.slice(0, 13), ranges: excerpt.ranges },
  sections: [{ heading: "Ann", path: [text], anchor: "a", url: location.href, score: 0, excerpt }],
  meta: {},
});
