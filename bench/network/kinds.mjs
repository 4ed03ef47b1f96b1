// What kind of thing a path of one of the projects is, so that every byte is accounted for.

/** The first pattern that fits decides; where it names no kind, what is in its brackets does. */
const KINDS = [
  [/^\/pages\/(?!by-hand)/, "page"],
  [/\/bifocal\.json$|\/pagefind-entry\.json$/, "entry"],
  [/\/parts\/([a-z]+)\d*-[0-9a-f]+\.bin$/, null],
  [/\/model\/|\/model\.onnx$/, "model"],
  [/\/tokenizer\.json$/, "tokenizer"],
  [/\/runtime\/[a-z]+-[0-9a-f]+\.bin$|\.wasm$|\/wasm\.[a-z-]+\.pagefind$/, "wasm"],
  [/\.m?js$/, "js"],
  [/\.pf_meta$/, "core"],
  [/\.pf_filter$/, "filters"],
  [/\.pf_index$/, "postings"],
  [/\.pf_fragment$|\/passages\.json$/, "text"],
  [/\/vectors\.f32$/, "vectors"],
];

/** The kinds in the order of a table; others follow. */
export const ORDER = [
  "entry", "pack", "core", "terms", "postings", "places", "positions", "vectors", "projection", "text", "tokenizer", "model", "js", "wasm", "page",
  "heads",
];

/** What has to be there whatever the site holds. */
export const RUNTIME = new Set(["js", "wasm", "page", "model", "tokenizer"]);

export function kindOf(path) {
  for (const [pattern, kind] of KINDS) {
    const match = pattern.exec(path);
    if (match) return kind ?? match[1];
  }
  return "other";
}
