/** The element's attributes as React's props. docs/element.md tells what each does. */

import type { Mode } from "bifocal";

/** What the element reads when it is put into the page: another value makes a new element. */
export interface SearchSettings {
  /** Address of the index folder; of several, searched as one. Default `"/bifocal/"`. */
  index?: string | readonly string[] | undefined;
  shape?: "box" | "dialog" | "page" | undefined;
  placeholder?: string | undefined;
  lang?: string | undefined;
  limit?: number | undefined;
  mode?: Mode | undefined;
  modes?: boolean | undefined;
  facets?: string | readonly string[] | undefined;
  details?: boolean | undefined;
  /** Whether the page's address keeps the question; a text names its parameter, which is `q` otherwise. */
  address?: boolean | string | undefined;
  results?: string | undefined;
  recent?: boolean | undefined;
  model?: boolean | undefined;
  marks?: boolean | undefined;
  shortcut?: boolean | undefined;
  eager?: boolean | undefined;
}

type Attribute = (value: never) => string | undefined;

const list = (value: string | readonly string[]) => (typeof value === "string" ? value : value.join(" "));
const text = String;
/** Off unless it is there. */
const flag = (value: boolean | string) => (value === true ? "" : value === false ? undefined : value);
/** On unless it says no. */
const unlessOff = (value: boolean) => (value ? undefined : "off");

const ATTRIBUTES: Record<keyof SearchSettings, Attribute> = {
  index: list,
  shape: text,
  placeholder: text,
  lang: text,
  limit: text,
  mode: text,
  modes: flag,
  facets: list,
  details: flag,
  address: flag,
  results: text,
  recent: unlessOff,
  model: unlessOff,
  marks: unlessOff,
  shortcut: unlessOff,
  eager: flag,
};

/** Parts what the element reads from the other props, and writes it as texts: React 18 writes `false` as the text `"false"`. */
export function attributesOf<P extends SearchSettings>(props: P): { attributes: Record<string, string>; others: Omit<P, keyof SearchSettings> } {
  const attributes: Record<string, string> = {};
  const others: Record<string, unknown> = { ...(props as object) };
  for (const [name, write] of Object.entries(ATTRIBUTES)) {
    const value = others[name];
    delete others[name];
    const written = value === undefined || value === null ? undefined : write(value as never);
    if (written !== undefined) attributes[name] = written;
  }
  return { attributes, others: others as Omit<P, keyof SearchSettings> };
}

/** Props that any element has, as React 18 and 19 write them alike on a custom one. */
export function common({ className, hidden, inert, ...others }: { className?: unknown; hidden?: unknown; inert?: unknown }): Record<string, unknown> {
  const given = { ...others, class: className, hidden: hidden ? "" : undefined, inert: inert ? "" : undefined };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
