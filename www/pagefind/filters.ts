/** Reads filters as Pagefind's functions take them. */

import { type Condition, refused } from "../src/condition.js";

/**
 * `{ author: "Ada", tag: ["a", "b"], not: { lang: "de" } }`: all must hold, of a list of values too; `any`, `all`, `none` and `not` stand
 * where a field does, or a list of its values.
 */
export type PagefindFilters = string | number | boolean | PagefindFilters[] | { [field: string]: PagefindFilters };

export function conditionOf(filters: PagefindFilters, field: string | null = null): Condition {
  return { all: parts(filters, field) };
}

/** What each of several says; `field` is the one that values are of. */
function parts(filters: PagefindFilters, field: string | null): Condition[] {
  if (Array.isArray(filters)) return filters.map((one) => conditionOf(one, field));
  if (typeof filters === "object" && filters !== null) return Object.entries(filters).map(([name, of]) => named(name, of, field));
  if (field === null) throw refused(`filters hold ${JSON.stringify(filters)} and no field for it: write { field: "value" }`);
  return [{ field, is: "=", value: String(filters) }];
}

function named(name: string, of: PagefindFilters, field: string | null): Condition {
  switch (name) {
    case "any":
      return { any: parts(of, field) };
    case "all":
      return { all: parts(of, field) };
    case "none":
      return { not: { any: parts(of, field) } };
    case "not":
      return { not: { all: parts(of, field) } };
    default:
      return conditionOf(of, name);
  }
}
