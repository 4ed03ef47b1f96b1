// Frameworks that have a bundler within, and render pages on a server: their examples lie beside this file, each with its
// packages in a project of its own. Those that can't be had are named and passed over.

import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { demo, here } from "../places.mjs";
import { run } from "../programs.mjs";

/** `words` build a site into `out`, in the `example`, whose package is called so as well. */
export const FRAMEWORKS = {
  "Next, Turbopack": { example: "next", words: ["build"], out: "out" },
  "Next, webpack": { example: "next", words: ["build", "--webpack"], out: "out" },
  Astro: { example: "astro", words: ["build"], out: "dist" },
};

const QUIET = { ASTRO_TELEMETRY_DISABLED: "1", NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };

/** Builds the example; gives its folder, its version, and what it was warned of, or `null` where the packages can't be had. */
export async function build({ example, words, out }) {
  const folder = here(`target/bench/frameworks/${example}`);
  await cp(here(`bench/bundlers/${example}`), folder, { recursive: true });
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries", "5"], folder);
  } catch (error) {
    console.log(`${example} can't be had here: ${error.message.trim().split("\n").at(-1)}`);
    return null;
  }
  await cp(here("www/dist/npm"), join(folder, "node_modules/bifocal"), { recursive: true });
  const program = join(folder, "node_modules/.bin", example);
  const { stdout, stderr } = await run(program, words, folder, { ...QUIET, INDEX: join(demo, "bifocal") });
  const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const warnings = `${stdout}${stderr}`.split("\n").filter((line) => /⚠|\bwarn/i.test(line));
  return { out: join(folder, out), version: dependencies[example], warnings };
}
