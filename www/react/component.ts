/** `<BifocalSearch>`: the element `<bifocal-search>` with typed props. */

import type { BifocalSearch as BifocalSearchElement, SearchEvents, Words } from "bifocal/element";
import { createElement, forwardRef, type HTMLAttributes, type ReactNode, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { attributesOf, common, type SearchSettings } from "./attributes.js";

const TAG = "bifocal-search";

type Handler<K extends keyof SearchEvents> = ((event: CustomEvent<SearchEvents[K]>) => void) | undefined;

/** Who hears the element's events. They may change at any time. */
export interface SearchHandlers {
  onOpen?: Handler<"bifocal-open">;
  onSearch?: Handler<"bifocal-search">;
  onNoResults?: Handler<"bifocal-no-results">;
  /** `event.preventDefault()` keeps the page where it is, for a router to go to `event.detail.url`. */
  onSelect?: Handler<"bifocal-select">;
}

interface OwnProps extends SearchSettings, SearchHandlers {
  /** What stands in the box: each new value is asked. What the reader types is not held back by it. */
  query?: string | undefined;
  /** Texts in place of the language's, best from outside the component: each new object is taken up. */
  words?: Partial<Words> | undefined;
  /** Whether the box takes the focus when it comes. */
  focus?: boolean | undefined;
  /** What is shown until the script comes, and where there is none: a plain form, say. */
  children?: ReactNode;
}

export interface BifocalSearchProps extends OwnProps, Omit<HTMLAttributes<BifocalSearchElement>, keyof OwnProps | "dangerouslySetInnerHTML" | "autoFocus"> {}

const HANDLERS = {
  "bifocal-open": "onOpen",
  "bifocal-search": "onSearch",
  "bifocal-no-results": "onNoResults",
  "bifocal-select": "onSelect",
} as const satisfies Record<keyof SearchEvents, keyof SearchHandlers>;

// An index that is open already says so before the browser paints. On a server, React 18 warns of an effect so early.
const useEarlyEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

export const BifocalSearch = /* @__PURE__ */ forwardRef<BifocalSearchElement, BifocalSearchProps>(function BifocalSearch(props, forwarded) {
  const { attributes, others } = attributesOf(props);
  const { query, words, focus, children, onOpen, onSearch, onNoResults, onSelect, ...rest } = others;
  const key = JSON.stringify(attributes);
  const ref = useRef<BifocalSearchElement>(null);
  useImperativeHandle(forwarded, () => ref.current!, [key]);

  const handlers = useRef<SearchHandlers>({});
  useEarlyEffect(() => {
    handlers.current = { onOpen, onSearch, onNoResults, onSelect };
  });
  useEarlyEffect(() => listen(ref.current!, handlers), [key]);

  // Brings the element in, if the page does not have it.
  useEffect(() => once(() => {}), []);
  useEarlyEffect(() => {
    const element = ref.current!;
    return words && once(() => {
      element.words = words;
      return () => {
        element.words = {};
      };
    });
  }, [words, key]);
  useEarlyEffect(() => {
    const element = ref.current!;
    if (query === undefined) return undefined;
    return once(() => {
      if (element.query !== query) element.query = query;
    });
  }, [query, key]);
  useEarlyEffect(() => {
    const element = ref.current!;
    return focus && props.shape !== "dialog" ? once(() => element.open()) : undefined;
  }, []);

  // The element marks itself as soon as it is defined, which another part of the page may have done before React came.
  return createElement(TAG, { ...common(rest), ...attributes, key, ref, suppressHydrationWarning: true }, children);
});

/** Does `work` once the element is defined: now, if it is. What is returned calls it off, or undoes it by what `work` returned. */
function once(work: () => void | (() => void)): () => void {
  let undo: void | (() => void);
  let wanted = true;
  if (customElements.get(TAG)) undo = work();
  else void import("bifocal/element").then(() => wanted && (undo = work()));
  return () => {
    wanted = false;
    undo?.();
  };
}

function listen(element: HTMLElement, handlers: { current: SearchHandlers }): () => void {
  const listening = new AbortController();
  for (const [type, name] of Object.entries(HANDLERS)) {
    element.addEventListener(type, (event) => (handlers.current[name] as ((event: Event) => void) | undefined)?.(event), { signal: listening.signal });
  }
  return () => listening.abort();
}

export type { BifocalSearchElement };
