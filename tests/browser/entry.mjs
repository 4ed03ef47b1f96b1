// The entry of an index, changed: with the checksum that then fits.

import { createRequire } from "node:module";

const { h64ToString } = await createRequire(new URL("../../www/package.json", import.meta.url))("xxhash-wasm")();

/** The text of `bifocal.json` for this entry, whatever its `check` was. */
export function sealed({ check: _, ...entry }) {
  const body = JSON.stringify(entry).slice(0, -1);
  return `${body},"check":"${h64ToString(body)}"}\n`;
}
