/** What a reader chose among the values of fields, and how an address says it. */

import type { FieldValue, Filters } from "bifocal";

/** Values by their fields; a page has one of each field's. */
export type Chosen = ReadonlyMap<string, readonly FieldValue[]>;

/** What stands before a field's name among an address's parameters. */
const PREFIX = "f.";

/** The choice as filters; `undefined` where nothing is chosen. */
export function filtersOf(chosen: Chosen): Filters | undefined {
  return chosen.size === 0 ? undefined : Object.fromEntries([...chosen].map(([field, values]) => [field, [...values]]));
}

/** What an address says of `fields`. */
export function chosenIn(parameters: URLSearchParams, fields: readonly string[]): Chosen {
  const given = fields.map((field) => [field, parameters.getAll(PREFIX + field).map(valueOf)] as const);
  return new Map(given.filter(([, values]) => values.length > 0));
}

/** Makes the parameters say just this choice. */
export function write(chosen: Chosen, parameters: URLSearchParams): void {
  for (const name of [...parameters.keys()]) if (name.startsWith(PREFIX)) parameters.delete(name);
  for (const [field, values] of chosen) for (const value of values) parameters.append(PREFIX + field, textOf(value));
}

/** A value as a text that says of itself what it is: one that would read as a number or as yes or no is in quotation marks. */
export function textOf(value: FieldValue): string {
  return typeof value === "string" && typeof valueOf(value) === "string" && !value.startsWith('"') ? value : JSON.stringify(value);
}

function valueOf(text: string): FieldValue {
  if (!/^(true|false|-?\d+(\.\d+)?|".*")$/s.test(text)) return text;
  try {
    return JSON.parse(text) as FieldValue;
  } catch {
    return text;
  }
}
