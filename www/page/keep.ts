/** The search page's offer to keep itself for when there is no network. */

import { keepOffline } from "../offline/keep.js";
import { words } from "./words.js";

const WORKER = "bifocal-offline.js";

/** Makes `place` offer it, where the browser has service workers. */
export async function offerOffline(place: HTMLElement): Promise<void> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  const said = document.createElement("span");
  const ask = document.createElement("button");
  ask.type = "button";
  ask.textContent = words.keep;
  ask.addEventListener("click", () => {
    ask.hidden = true;
    said.textContent = words.keeping;
    void keep(workers, said).then((kept) => (ask.hidden = kept));
  });
  said.role = "status";
  place.replaceChildren(said, " ", ask);
  place.hidden = false;
  if (await workers.getRegistration("./").catch(() => undefined)) {
    ask.hidden = true;
    said.textContent = words.kept;
  }
}

async function keep(workers: ServiceWorkerContainer, said: HTMLElement): Promise<boolean> {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  try {
    const registration = await workers.register(WORKER);
    await keepOffline("./", registration, ({ bytes, total }) => {
      said.textContent = words.keepingSo(megabytes(bytes), megabytes(total));
    });
    said.textContent = words.kept;
    return true;
  } catch (error) {
    said.textContent = words.notKept((error as Error).message.replace(/^bifocal: /, ""));
    await (await workers.getRegistration("./"))?.unregister();
    return false;
  }
}
