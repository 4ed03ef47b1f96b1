// Commands as they are typed.

import { spawn } from "node:child_process";
import { run } from "../programs.mjs";

/** So long may a server take to say where it is, in milliseconds. */
const PATIENCE = 30_000;

export const shell = (command, folder, environment) => run("sh", ["-c", command], folder, environment);

/** Starts a command that serves, hands the address that it prints to `use`, and ends it and all that it started. */
export async function served(command, folder, environment, use) {
  const options = { cwd: folder, env: { ...process.env, ...environment, NO_COLOR: "1" }, detached: true };
  const server = spawn("sh", ["-c", command], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  try {
    return await use(await addressOf(server, command));
  } finally {
    process.kill(-server.pid, "SIGTERM");
  }
}

function addressOf(server, command) {
  let said = "";
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${command} names no address; it said: ${said}`));
    const hear = (data) => {
      said += data;
      const [address] = /http:\/\/\S+/.exec(said) ?? [];
      if (address) resolve(address);
    };
    for (const stream of [server.stdout, server.stderr]) stream.on("data", hear);
    server.on("exit", fail);
    setTimeout(fail, PATIENCE).unref();
  });
}
