// What a reader downloads before the index: the core's runtime, and the transformer's.

import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { table } from "./figures.mjs";
import { here } from "./places.mjs";

/** Most bytes that each may have, gzip. */
const LIMITS = { core: 90_000, seldom: 60_000, transformer: 150_000, "transformer with relaxed SIMD": 150_000 };

export async function measure() {
  const runtime = here("www/dist/runtime");
  if (!existsSync(`${runtime}/runtime.json`)) throw new Error(`${runtime} is not there: ./build.sh www`);
  const { files } = JSON.parse(readFileSync(`${runtime}/runtime.json`, "utf8"));
  const size = (role) => {
    const bytes = readFileSync(`${runtime}/${files[role]}`);
    // `.bin` files are gzip as they lie there; a server may compress the others.
    return { raw: bytes.length, gzip: files[role].endsWith(".bin") ? bytes.length : gzipSync(bytes, { level: 9 }).length };
  };
  const modules = {
    core: ["loader", "worker", "core"],
    seldom: ["seldom"],
    transformer: ["transformerGlue", "transformer"],
    "transformer with relaxed SIMD": ["transformerGlue", "transformerRelaxed"],
  };
  const sizes = {};
  const rows = [["module", "file", "bytes in the folder", "bytes of gzip"]];
  for (const [module, roles] of Object.entries(modules)) {
    sizes[module] = 0;
    for (const role of roles) {
      const { raw, gzip } = size(role);
      sizes[module] += gzip;
      rows.push([module, files[role].replace(/-[0-9a-f]{16}/, ""), raw, gzip]);
    }
    rows.push([`**${module}**`, "together", "", `**${sizes[module]}** of at most ${LIMITS[module]}`]);
  }
  table(rows);
  return { sizes, limits: LIMITS };
}
