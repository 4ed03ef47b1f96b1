// A page of a site's own that a service worker of the site's controls.

/** The page, with the search element in it. */
export const PLAIN = '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>x</title><script type="module" src="/bifocal/bifocal-search.js"></script><bifocal-search></bifocal-search>';

/** What a service worker of one's own decides for itself: it controls the page that registered it. */
export const CLAIM = 'addEventListener("activate", (event) => event.waitUntil(clients.claim()));';

/** Shows the page at `path`, once the service worker of this `code` is in control of it. */
export async function control(page, server, code, path = "/page.html") {
  server.pages["/sw.js"] = code;
  server.pages[path] = PLAIN;
  await page.goto(`${server.origin}${path}`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/sw.js");
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
}
