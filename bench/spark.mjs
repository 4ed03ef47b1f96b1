// Passages embedded by Apache Spark, which runs `bifocal embed` over each partition, beside one run over all of them.
//
// The vectors must be the same to the bit, else this fails. Spark has two cores and is started before its time is taken.

import { execFileSync } from "node:child_process";
import { demoPassages } from "./cargo.mjs";
import { table } from "./figures.mjs";
import { bifocal, gguf, here } from "./places.mjs";
import { interpreter } from "./python.mjs";

const PARTITIONS = Number(process.env.PARTITIONS ?? 6);

export async function measure() {
  const parameters = [here("bench/spark.py"), `${demoPassages()}/passages.json`, bifocal, gguf, PARTITIONS];
  const said = execFileSync(interpreter("spark-venv", "requirements-spark.txt"), parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const figures = JSON.parse(said);
  console.log(`${figures.passages} passages; each vector is the same to the bit.\n`);
  table([
    ["", "seconds"],
    [`Spark, ${figures.partitions} partitions on two cores`, figures.spark.toFixed(1)],
    ["one run on two cores", figures.alone.toFixed(1)],
  ]);
  return figures;
}
