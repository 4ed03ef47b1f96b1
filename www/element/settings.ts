/** The element's attributes, read once when it is put into a page. docs/element.md tells their owners what they do. */

import type { Mode } from "bifocal";

/** How the element stands in its page: a box with a panel below, a button with a dialog, or a whole page of results. */
export type Shape = "box" | "dialog" | "page";

export interface Settings {
  /** Absolute addresses of the index folders that are searched as one. */
  indexes: readonly string[];
  shape: Shape;
  /** The parameter of the page's address that holds the query, if any. */
  address: string | null;
  mode: Mode;
  /** Pages shown at first. */
  limit: number;
  placeholder: string | null;
  /** Fields that readers may filter by. */
  facets: readonly string[];
  /** Whether readers may choose the lens. */
  modes: boolean;
  /** Whether encoder and time are told. */
  details: boolean;
  /** Whether the index is opened before anybody asks. */
  eager: boolean;
  /** Whether recent searches are kept. */
  recent: boolean;
  /** Whether the model is offered. */
  model: boolean;
  /** Whether links name the words to mark on the page that they lead to. */
  marks: boolean;
  /** Whether `/` and Ctrl or Command with K lead here. */
  shortcut: boolean;
  /** The page with all results, with a parameter `q`. */
  results: string | null;
}

/** The folder of the file that defined the element. */
let folder: string | null = null;

/** Sets the index that elements search which name none. */
export function setFolder(url: string): void {
  folder = url;
}

export function read(element: HTMLElement): Settings {
  const text = (name: string) => element.getAttribute(name);
  const flag = (name: string) => element.hasAttribute(name) && text(name) !== "off";
  const not = (name: string) => text(name) !== "off";
  const shape = text("shape");
  const mode = text("mode");
  const limit = Number(text("limit"));
  const form = element.querySelector("form");
  const given = text("index")?.split(/\s+/).filter(Boolean) ?? [];
  const folders = given.length > 0 ? given : [folder ?? "/bifocal/"];
  const indexes = folders.map((url) => new URL(url.endsWith("/") ? url : `${url}/`, document.baseURI).href);
  return {
    indexes,
    shape: shape === "dialog" || shape === "page" ? shape : "box",
    address: flag("address") ? text("address") || "q" : null,
    mode: mode === "keyword" || mode === "semantic" ? mode : "hybrid",
    limit: Number.isInteger(limit) && limit > 0 && limit <= 100 ? limit : shape === "page" ? 10 : 6,
    placeholder: text("placeholder"),
    facets: [...new Set(text("facets")?.split(/[\s,]+/).filter(Boolean))],
    modes: flag("modes"),
    details: flag("details"),
    eager: flag("eager"),
    recent: not("recent"),
    model: not("model"),
    marks: not("marks"),
    shortcut: not("shortcut"),
    results: text("results") ?? (form?.method === "get" ? form.action : null),
  };
}
