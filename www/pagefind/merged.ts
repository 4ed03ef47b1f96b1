/**
 * Several indexes behind Pagefind's functions. A file of its own, which is loaded by whoever calls `mergeIndex`.
 *
 * What is said of an index by its options alone (`mergeFilter`) is no field of it. So a condition on that is decided here, and the index
 * is asked for the rest.
 */

import type { Answer, Facet, FacetRequest, Search, SearchOptions } from "bifocal";
import { type HitOfSeveral, Several } from "bifocal/several";
import { type Condition, type FilterMaker, saysNothing } from "../src/condition.js";
import type { Pages, Source, SourceOptions } from "./pages.js";

/** As `FacetRequest`, with its field's name. */
type Counted = Exclude<FacetRequest, string>;

const TRUE: Condition = { all: [] };
const FALSE: Condition = { any: [] };

/** Indexes as one. */
export class Merged implements Pages {
  readonly #parts: readonly Part[];

  constructor(sources: readonly Source[], newMaker: () => FilterMaker) {
    this.#parts = sources.map((source) => new Part(source, newMaker()));
  }

  async ask(text: string, condition: Condition, options: SearchOptions): Promise<Answer> {
    if (options.facets || options.sort || !saysNothing(condition)) await Promise.all(this.#parts.map((part) => part.learn()));
    const isField = (field: string) => this.#parts.some((part) => part.has(field));
    const searches = this.#parts.map((part) => ({ search: (text: string, options: SearchOptions) => part.ask(text, condition, options, isField) }) as Search);
    return new Several(searches, [], { weights: this.#parts.map(({ weight }) => weight), repeats: true }).search(text, options);
  }

  place(url: string, hit: HitOfSeveral): string {
    return this.#parts[hit.index]!.place(url);
  }

  labels(hit: HitOfSeveral): [string, string[]][] {
    return this.#parts[hit.index]!.labels;
  }
}

class Part {
  /** The names of the index's fields, once these matter. */
  #fields: Promise<Set<string>> | null = null;
  #known = new Set<string>();

  constructor(
    private readonly source: Source,
    private readonly maker: FilterMaker,
  ) {}

  get #options(): SourceOptions {
    return this.source.options();
  }

  get weight(): number {
    return this.#options.indexWeight ?? 1;
  }

  /** What `mergeFilter` says, as lists. */
  get labels(): [string, string[]][] {
    return Object.entries(this.#options.mergeFilter ?? {}).map(([field, values]) => [field, [values].flat().map(String)]);
  }

  /** Asks which fields the index has. */
  async learn(): Promise<void> {
    this.#fields ??= this.source.search.search("", { mode: "keyword", limit: 1, facets: ["*"] }).then(({ facets }) => new Set(Object.keys(facets)));
    this.#fields.catch(() => (this.#fields = null));
    this.#known = await this.#fields;
  }

  /** Whether its pages may have something in `field`. */
  has(field: string): boolean {
    return this.#known.has(field) || this.labels.some(([name]) => name === field);
  }

  /** Asks for the pages that satisfy `condition`. A field that is not one of this index, but of another, says no here, and orders nothing. */
  async ask(text: string, condition: Condition, { facets, sort, ...options }: SearchOptions, isField: (field: string) => boolean): Promise<Answer> {
    const { search } = this.source;
    const { language } = this.#options;
    const asked = (facets as Counted[] | undefined)?.filter(({ field }) => field === "*" || this.#known.has(field));
    const answer = await search.search(text, {
      ...options,
      ...(await this.maker.options(text, this.#resolved(condition, isField), search)),
      ...(asked?.length && { facets: asked }),
      ...(sort && (this.#known.has(sort.field) || !isField(sort.field)) && { sort }),
      ...(language && { language }),
    });
    if (!facets) return answer;
    const counted = this.labels.map(([field, values]): [string, Facet] => {
      const others = (answer.facets[field]?.values ?? []).filter(({ value }) => !values.includes(String(value)));
      return [field, { field, kind: "text", more: 0, values: [...values.map((value) => ({ value, count: answer.total })), ...others] }];
    });
    return { ...answer, facets: { ...answer.facets, ...Object.fromEntries(counted) } };
  }

  /** `condition` with what is known of all pages in place of what it asks of them. */
  #resolved(condition: Condition, isField: (field: string) => boolean): Condition {
    const each = (conditions: Condition[]) => conditions.map((one) => this.#resolved(one, isField));
    if ("not" in condition) return { not: this.#resolved(condition.not, isField) };
    if ("any" in condition) return { any: each(condition.any) };
    if ("all" in condition) return { all: each(condition.all) };
    const { field, value } = condition;
    if (this.labels.some(([name, values]) => name === field && values.includes(value))) return TRUE;
    return !this.#known.has(field) && isField(field) ? FALSE : condition;
  }

  /** Where a page is, if `baseUrl` says where the site is. */
  place(url: string): string {
    const { baseUrl } = this.#options;
    if (!baseUrl) return url;
    const folder = (address: string) => new URL(address.replace(/\/*$/, "/"), globalThis.location?.href);
    const site = new URL(this.source.search.about.site, folder(this.source.folder)).href;
    return url.startsWith(site) ? new URL(url.slice(site.length), folder(baseUrl)).href : url;
  }
}
