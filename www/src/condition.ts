/** What other projects' ways of filtering come down to, and how that is said to an index. */

import { BifocalError, type Facet, type FieldTest, type FieldValue, type Filters, type Search } from "bifocal";

/** What a page must satisfy. Values are texts: what they mean depends on the field. */
export type Condition =
  | { field: string; is: Comparison; value: string }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

export type Comparison = "=" | "<" | "<=" | ">" | ">=";

/** What the values of a field are. */
type Kind = Facet["kind"];

const TESTS = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" } as const;

/** Whether a number is too large for a year, so that it counts seconds. */
const isTime = (value: string): boolean => /^-?\d{5,}(\.\d+)?$/.test(value);

/** The fields that a condition names. */
function fieldsOf(condition: Condition): string[] {
  if ("field" in condition) return [condition.field];
  if ("not" in condition) return fieldsOf(condition.not);
  return ("all" in condition ? condition.all : condition.any).flatMap(fieldsOf);
}

/** Whether every page satisfies it. */
export function saysNothing(condition: Condition): boolean {
  return "all" in condition && condition.all.every(saysNothing);
}

/** Makes filters of conditions, for one index: a field's kind is asked once, by counting it over no pages. */
export class FilterMaker {
  readonly #kinds = new Map<string, Promise<Kind>>();

  /**
   * What to ask of an index for a text and a condition. The filters are no choice among a field's values to bifocal, so that facets
   * count under all of them. Where there is no condition there are none, since filters take a round of their own; but without
   * words, all pages pass them.
   */
  async options(text: string, condition: Condition, search: Search): Promise<{ filters?: Filters }> {
    if (saysNothing(condition) && text.trim()) return {};
    const fields = new Set(fieldsOf(condition));
    const kinds = new Map<string, Kind>();
    for (const field of fields) kinds.set(field, await this.#kind(field, search));
    return { filters: { any: [filters(condition, kinds)] } };
  }

  #kind(field: string, search: Search): Promise<Kind> {
    let kind = this.#kinds.get(field);
    if (!kind) {
      kind = kindOf(field, search);
      kind.catch(() => this.#kinds.delete(field));
      this.#kinds.set(field, kind);
    }
    return kind;
  }
}

async function kindOf(field: string, search: Search): Promise<Kind> {
  const { facets, failures } = await search.search("", { mode: "keyword", limit: 1, filters: { any: [] }, facets: [field] });
  const facet = facets[field];
  if (facet) return facet.kind;
  throw refused(`the field ${field} can't be filtered by: ${failures[0] ?? "it could not be read"}`);
}

function filters(condition: Condition, kinds: ReadonlyMap<string, Kind>): Filters {
  if ("not" in condition) return { not: filters(condition.not, kinds) };
  if ("any" in condition) return { any: condition.any.map((one) => filters(one, kinds)) };
  if ("all" in condition) {
    const each = condition.all.map((one) => filters(one, kinds));
    // Filters have one of each name: so all of several is that it is not so that one of them is not.
    return each.length === 1 ? each[0]! : { not: { any: each.map((one) => ({ not: one })) } };
  }
  const { field, is, value } = condition;
  const wanted = valueOf(value, field, kinds.get(field) ?? "text", is);
  const test: FieldTest = is === "=" ? { any: [wanted] } : { [TESTS[is]]: wanted };
  return { [field]: test };
}

/** What `value` is in a field of that kind; a date compared with a number is compared with seconds since 1970. */
function valueOf(value: string, field: string, kind: Kind, is: Comparison): FieldValue {
  if (kind === "number") {
    const number = value.trim() ? Number(value) : NaN;
    if (Number.isFinite(number)) return number;
    throw refused(`the field ${field} holds numbers, and ${JSON.stringify(value)} is none`);
  }
  if (kind === "bool") {
    if (value === "true" || value === "false") return value === "true";
    throw refused(`the field ${field} is true or false, and not ${JSON.stringify(value)}`);
  }
  const time = kind === "date" && is !== "=" && isTime(value) ? new Date(Number(value) * 1000) : null;
  if (time === null) return value;
  if (Number.isNaN(time.getTime())) throw refused(`the field ${field} holds dates, and no date is ${value} seconds after 1970`);
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** An error that says what a request holds that cannot be answered. */
export function refused(message: string): BifocalError {
  return new BifocalError("option", message);
}
