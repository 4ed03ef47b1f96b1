/**
 * `pagefind.js`: an index of bifocal behind the functions that Pagefind's module has, so that a site and its user interface
 * change by changing one path. docs/javascript.md says what is the same and what is not.
 */

import { here } from "../src/here.js";
import { type Counts, Instance, type Options, type Results, type SearchOptions, type SourceOptions } from "./instance.js";

let instance = new Instance(here());

/** A further instance, with options and an index of its own. */
export const createInstance = (options: Options = {}): Instance => new Instance(here(), options);

export const options = (more: Options): Promise<void> => instance.options(more);
export const init = (): Promise<void> => instance.init();
export const mergeIndex = (bundlePath: string, options?: SourceOptions): Promise<void> => instance.mergeIndex(bundlePath, options);
export const search = (term: string | null, options?: SearchOptions): Promise<Results> => instance.search(term, options);
export const debouncedSearch = (term: string | null, options?: SearchOptions, ms?: number): Promise<Results | null> =>
  instance.debouncedSearch(term, options, ms);
export const preload = (term: string, options?: SearchOptions): Promise<void> => instance.preload(term, options);
export const filters = (): Promise<Counts> => instance.filters();

export const destroy = async (): Promise<void> => {
  await instance.destroy();
  instance = new Instance(here());
};

export type { Counts, Data, Options, PagefindFilters, Result, Results, SearchOptions, SourceOptions, SubResult } from "./instance.js";
