/** What the reader chose about the model, remembered for this index where the browser lets a page remember. */

export type Choice = "load" | "leave" | null;

const KEY = `bifocal:${new URL("./", location.href).pathname}:model`;

export function remembered(): Choice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === "load" || choice === "leave" ? choice : null;
  } catch {
    return null;
  }
}

export function remember(choice: Choice): void {
  try {
    if (choice) localStorage.setItem(KEY, choice);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden, or full: the reader is asked again next time.
  }
}
