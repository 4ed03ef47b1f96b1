// A Chromium of its own with an empty profile, spoken to in the DevTools protocol through a pipe.
//
// playwright-core hides the workers' part of the protocol, and workers are where most of a search's requests are made: so
// the few commands that are needed are sent here. Every target, workers and service workers included, waits until the
// listeners of its session are in place.

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARGUMENTS } from "../chromium.mjs";

/** What DevTools calls slow 4G (bytes a second, milliseconds), and a processor four times as slow. */
const PHONE = { network: { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 }, slower: 4 };

/** So long may a browser take to close, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Starts a browser, hands a page to `use`, and ends the browser whatever happens. A page has `open(url)`; `evaluate(code)`
 * gives the value of an expression or what its promise comes to; `onNetwork` is called with each event of the Network
 * domain of the page and its workers, as `(method, parameters)`.
 */
export async function withBrowser({ phone = false, onNetwork }, use) {
  const profile = mkdtempSync(join(tmpdir(), "bifocal-bench-"));
  const own = ["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
  const browser = spawn(process.env.CHROMIUM, [...ARGUMENTS, ...own], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  const protocol = speak(browser);
  try {
    return await use(await connect(protocol, phone, onNetwork));
  } finally {
    // Asked to close, it ends its other processes, which else would go on writing to the profile for a while.
    protocol.send("Browser.close").catch(() => {});
    const timer = setTimeout(() => browser.kill("SIGKILL"), PATIENCE);
    await gone;
    clearTimeout(timer);
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function connect(protocol, phone, onNetwork) {
  const errors = [];
  /** Listens to a target, slows it down if it is to be slow, and lets it run. */
  const attend = async (sessionId, { type }) => {
    const send = (method, parameters) => protocol.send(method, parameters, sessionId);
    // A kind of target that lacks one of these has no requests of that kind either.
    const commands = [
      send("Network.enable"),
      send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
    ];
    if (type === "page") commands.push(send("Runtime.enable"), send("Page.enable"));
    if (phone) {
      commands.push(send("Network.emulateNetworkConditions", PHONE.network));
      if (type === "page") commands.push(send("Emulation.setCPUThrottlingRate", { rate: PHONE.slower }));
    }
    await Promise.allSettled([...commands, send("Runtime.runIfWaitingForDebugger")]);
  };
  protocol.on((method, parameters) => {
    if (method === "Target.attachedToTarget") attend(parameters.sessionId, parameters.targetInfo);
    else if (method.startsWith("Network.")) onNetwork(method, parameters);
    else if (method === "Runtime.exceptionThrown") errors.push(describe(parameters.exceptionDetails));
  });

  const { targetInfos } = await protocol.send("Target.getTargets");
  const { targetId } =
    targetInfos.find(({ type }) => type === "page") ?? (await protocol.send("Target.createTarget", { url: "about:blank" }));
  const { sessionId } = await protocol.send("Target.attachToTarget", { targetId, flatten: true });
  await attend(sessionId, { type: "page" });
  return {
    open: (url) => protocol.send("Page.navigate", { url }, sessionId),
    async evaluate(expression) {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await protocol.send("Runtime.evaluate", asked, sessionId);
      if (exceptionDetails) throw new Error([describe(exceptionDetails), ...errors].join("\n"));
      return result.value;
    },
    errors,
  };
}

/** Commands and events as JSON, each ended by a zero byte. */
function speak(browser) {
  const [, , , into, from] = browser.stdio;
  const waiting = new Map();
  const listeners = [];
  let last = 0;
  let pieces = [];
  const hear = (text) => {
    const { id, method, params, result, error } = JSON.parse(text);
    if (method) return listeners.forEach((listener) => listener(method, params));
    const [resolve, reject, asked] = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(`${asked}: ${error.message}`));
    else resolve(result);
  };
  from.on("data", (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      hear(Buffer.concat([...pieces, chunk.subarray(start, end)]).toString());
      pieces = [];
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
  });
  into.on("error", () => {});
  browser.once("exit", () => {
    for (const [, reject] of waiting.values()) reject(new Error("Chromium ended; is CHROMIUM the right program?"));
  });
  return {
    on: (listener) => listeners.push(listener),
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, [resolve, reject, method]);
        into.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
      }),
  };
}

const describe = ({ text, exception }) => exception?.description ?? `${text} ${exception?.value ?? ""}`;
