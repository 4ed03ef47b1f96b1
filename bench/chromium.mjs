// Pages in a real Chromium, each with a profile of its own.

import { load } from "./places.mjs";

/** How every Chromium here is started; a server's certificate needs no signer. */
export const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
];

/** Starts a browser with an empty profile, hands a page to `use`, and ends the browser whatever happens. */
export async function withPage(use) {
  const { chromium } = load("playwright-core");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
  try {
    return await use(await browser.newPage());
  } finally {
    await browser.close();
  }
}

/** Opens `url` and waits for the page to log `{"result": …}`; fails with what it logs or throws otherwise. */
export async function resultOf(page, url, { timeout = 60_000, onResult = () => {} } = {}) {
  const said = [];
  const result = new Promise((resolve, reject) => {
    page.on("pageerror", reject);
    page.on("console", (message) => {
      said.push(message.text());
      if (!message.text().startsWith('{"result"')) return;
      onResult();
      resolve(JSON.parse(message.text()).result);
    });
    setTimeout(() => reject(new Error(`${url} gave no result; it said: ${said.join("\n")}`)), timeout).unref();
  });
  await Promise.all([page.goto(url), result]);
  return result;
}
