"use client";

/**
 * `bifocal/react`: `<BifocalSearch>`, the element as a component, and `useSearch`, answers for those who draw results themselves. Both
 * render on a server, where they ask nothing.
 */

export { BifocalSearch, type BifocalSearchElement, type BifocalSearchProps, type SearchHandlers } from "./component.js";
export type { SearchSettings } from "./attributes.js";
export { useSearch, type SearchState, type UseSearchOptions } from "./use-search.js";
export type { IndexOptions } from "./indexes.js";
