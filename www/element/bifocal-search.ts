/** Defines `<bifocal-search>`. The file `bifocal-search.js` of an index folder calls {@link define} with that folder. */

import { BifocalSearch } from "./element.js";
import { setFolder } from "./settings.js";

/** Defines the element, unless something else of this name is defined; `index` is the folder that elements search which name none. */
export function define(index?: string | URL): void {
  if (index !== undefined) setFolder(String(index));
  if (globalThis.customElements && !customElements.get("bifocal-search")) customElements.define("bifocal-search", BifocalSearch);
}

export { BifocalSearch };
export type { SearchEvents } from "./element.js";
export type { Words } from "./words/words.js";
