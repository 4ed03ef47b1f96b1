/** What stands before and after what is to be marked. */

import { escaped } from "../src/html.js";

export type Tags = [before: string, after: string];

/**
 * How text beside the tags is written: as HTML where they are HTML, and as it is where they are none, since InstantSearch and
 * Autocomplete put words of their own there and make the text safe themselves.
 */
export function plainly(tags: Tags): (text: string) => string {
  return tags.some((tag) => tag.includes("<")) ? escaped : (text) => text;
}
