// A page of a site's own that a service worker of the site's controls.

/** The page, with the search element in it. */
export const PLAIN = '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>x</title><script type="module" src="/bifocal/bifocal-search.js"></script><bifocal-search></bifocal-search>';

/** What a service worker of one's own decides for itself: it controls the page that registered it. */
export const CLAIM = 'addEventListener("activate", (event) => event.waitUntil(clients.claim()));';

/** A service worker of the site's own that keeps the index, and of the site `files`. */
export const keeping = (files) => `importScripts("/bifocal/bifocal-offline.js"); bifocalOffline({ index: "/bifocal/" });
  addEventListener("install", (event) => event.waitUntil(caches.open("site").then((cache) => cache.addAll(${JSON.stringify(files)}))));
  addEventListener("fetch", (event) => {
    if (!new URL(event.request.url).pathname.startsWith("/bifocal/")) event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  });
  ${CLAIM}`;

/** Shows the page at `path`, once the service worker of this `code` is in control of it. */
export async function control(page, server, code, path = "/page.html") {
  server.pages["/sw.js"] = code;
  server.pages[path] = PLAIN;
  await page.goto(`${server.origin}${path}`);
  await take(page);
}

/** Puts the site's service worker, of the code at `/sw.js`, in control of the page that is shown. */
export async function take(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
}
