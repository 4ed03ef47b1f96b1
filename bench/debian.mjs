// Debian's packages as what others made, to be measured or tried.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { here } from "./places.mjs";

/** A Debian package's files, unpacked without being installed. */
export function unpacked(name) {
  const folder = here(`target/bench/debian/${name}`);
  if (existsSync(folder)) return folder;
  const coming = `${folder}.coming`;
  rmSync(coming, { recursive: true, force: true });
  mkdirSync(coming, { recursive: true });
  const run = (program, ...parameters) => execFileSync(program, parameters, { cwd: coming, stdio: ["ignore", "ignore", "pipe"] });
  try {
    run("apt-get", "-o", "Acquire::Retries=3", "download", name);
    const archive = readdirSync(coming).find((file) => file.endsWith(".deb"));
    run("dpkg-deb", "-x", archive, ".");
    rmSync(join(coming, archive));
  } catch (error) {
    throw new Error(`cannot get Debian's package ${name}: ${error.stderr ?? error}\nhint: apt-get update, on Debian 12`);
  }
  renameSync(coming, folder);
  return folder;
}
