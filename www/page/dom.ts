/** The element with this id; the page's own HTML has it. */
export function byId<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** A new element. Text is only ever set as text, never as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(label: string, onClick: () => void, className = ""): HTMLButtonElement {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** Bytes as a person says them, in the decimal megabytes of download dialogues. */
export function megabytes(bytes: number, digits = 0): string {
  return (bytes / 1e6).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `3 pages`, `1 page`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
