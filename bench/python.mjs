// Python with the packages of a list, in an environment of its own below target/.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { here, model } from "./places.mjs";

/** The interpreter of an environment with the packages that bench/`requirements` lists. */
export function interpreter(name, requirements) {
  const environment = here(`target/bench/${name}`);
  const installed = `${environment}/installed.txt`;
  const wanted = readFileSync(here(`bench/${requirements}`), "utf8");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    execFileSync("python3", ["-m", "venv", environment]);
    execFileSync(`${environment}/bin/pip`, ["install", "--quiet", "--retries", "5", "-r", here(`bench/${requirements}`)]);
    writeFileSync(installed, wanted);
  }
  return `${environment}/bin/python`;
}

/** Runs bench/embed.py and gives what it prints. */
export function python(...parameters) {
  const program = interpreter("venv", "requirements.txt");
  return execFileSync(program, [here("bench/embed.py"), ...parameters], { encoding: "utf8" }).trim();
}

/** The model for onnxruntime: in f32, with int8 weights as a package publishes it, and as its own quantiser makes it. */
export function models() {
  const full = here("target/bench/minilm-f32.onnx");
  const dynamic = here("target/bench/minilm-dynamic-int8.onnx");
  if (!existsSync(full)) python("export", `${model}/model.safetensors`, full);
  if (!existsSync(dynamic)) python("quantise", full, dynamic);
  return { full, published: python("int8"), dynamic };
}
