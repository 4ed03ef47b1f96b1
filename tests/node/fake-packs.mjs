// The tests' own writer of packs, and a server of ranges.

import { gzipSync } from "node:zlib";

/** The same index in packs: one, or with `counts` as many as that has numbers, each with so many parts. */
export function inPacks(files, counts = null) {
  const entry = JSON.parse(new TextDecoder().decode(files.get("bifocal.json")));
  const parts = (path) => new Uint8Array(gzipSync(files.get(path)));
  const { pages } = JSON.parse(new TextDecoder().decode(files.get(entry.core)));
  const apart = [...files.keys()].filter((path) => path.startsWith("parts/") && path !== entry.core && !pages.includes(path));
  const all = [...pages, ...apart].map(parts);
  counts ??= [all.length];
  const varint = (value) => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
  const named = [pages.length, ...all.slice(0, pages.length).map(({ length }) => length)];
  const others = apart.flatMap((path, at) => [2, ...Buffer.from(path.slice(-16, -8), "hex"), ...varint(all[pages.length + at].length)]);
  const numbers = [counts.length, ...counts, ...named].flatMap(varint);
  const directory = new Uint8Array(gzipSync(new Uint8Array([...numbers, 4, apart.length, ...others])));
  const core = parts(entry.core);
  const head = 20 + core.length + directory.length;
  const hash = entry.generation;
  const text = (packs) => new TextEncoder().encode(JSON.stringify({ ...entry, packs: { ...packs, files: counts.length, head } }));
  const inner = text({ hash: "" });
  const header = new Uint8Array([...Buffer.from("BFPK"), 1, 0, 0, 0, ...new Uint8Array(Uint32Array.of(core.length, directory.length, inner.length).buffer)]);
  const packed = new Map([...files].filter(([path]) => !path.startsWith("parts/")));
  packed.set("bifocal.json", text({ hash }));
  for (const [pack, count] of counts.entries()) {
    const pieces = [...(pack === 0 ? [header, core, directory, inner] : []), ...all.splice(0, count)];
    packed.set(`parts/pack${pack}-${hash}.bin`, new Uint8Array(Buffer.concat(pieces)));
  }
  return packed;
}

/** What a server answers for the bytes of a file, with `ranges` or without. */
export function answer(bytes, init, ranges = true) {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get("Range") ?? "") ?? [];
  if (!ranges || from === undefined) return new Response(bytes);
  if (Number(from) >= bytes.length) return new Response("", { status: 416 });
  const piece = bytes.slice(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + piece.length - 1}/${bytes.length}`;
  return new Response(piece, { status: 206, headers: { "Content-Range": range } });
}
