/** The offer to load the model, and how its loading goes. */

import type { Progress, Search } from "bifocal";
import { remember, remembered } from "./choice.js";
import { sparing } from "../src/idle.js";
import { button, element, megabytes } from "./dom.js";

/** A place on the page that offers, loads and reports. */
export class Offer {
  #loading: AbortController | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly search: Search,
    /** Called when queries can be understood by meaning. */
    private readonly onReady: () => void,
  ) {}

  /** Begins: loads at once where the reader chose so before, and otherwise offers, unless the reader declined. */
  begin(): void {
    if (remembered() === "load" && !sparing()) void this.load();
    else if (remembered() !== "leave") this.show();
  }

  /** Shows the offer, if there is anything to offer. */
  show(): void {
    const model = this.search.about.model?.file;
    if (!model || this.search.upgraded || this.#loading) return;
    const what = this.search.about.lexicon ? "Better answers to whole questions: " : "Search by meaning, too: ";
    this.#say(
      element("p", "", what, element("span", "quiet", `a ${megabytes(model.bytes)} MB model, downloaded once and kept on this device.`)),
      button("Load it", () => void this.load(), "primary"),
      button("Not now", () => {
        remember("leave");
        this.place.hidden = true;
      }),
    );
  }

  /** Loads the model, telling how it goes. */
  async load(): Promise<void> {
    if (this.#loading || this.search.upgraded) return;
    const loading = new AbortController();
    this.#loading = loading;
    const words = element("p", "", "Getting the model ready …");
    const bar = element("progress", "");
    bar.setAttribute("aria-label", "The model");
    this.#say(words, bar, button("Cancel", () => loading.abort()));
    try {
      await this.search.upgrade({ signal: loading.signal, onProgress: (progress) => tell(progress, words, bar) });
      remember("load");
      this.place.hidden = true;
      this.#loading = null;
      this.onReady();
    } catch (error) {
      this.#loading = null;
      if (loading.signal.aborted) {
        remember(null);
        this.show();
      } else {
        this.#say(
          element("p", "", "The model could not be loaded. ", element("span", "quiet", (error as Error).message)),
          button("Try again", () => void this.load(), "primary"),
        );
      }
    }
  }

  #say(...content: Node[]): void {
    this.place.replaceChildren(...content);
    this.place.hidden = false;
  }
}

function tell(progress: Progress, words: HTMLElement, bar: HTMLProgressElement): void {
  const { phase, loaded, total } = progress;
  bar.max = total;
  if (phase === "starting") bar.removeAttribute("value");
  else bar.value = loaded;
  words.textContent =
    phase === "downloading"
      ? `Downloading the model: ${megabytes(loaded, 1)} of ${megabytes(total, 1)} MB`
      : phase === "from-cache"
        ? "Opening the model kept on this device"
        : "Starting the model";
}
