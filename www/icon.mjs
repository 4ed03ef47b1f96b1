// The pictures of an installed app: the circles of an SVG as PNG, for systems that take no SVG there.
//
// It knows what our icons are made of, circles over a background and groups that hand their attributes down, and no other SVG. A
// picture has few colours, so it is a palette's, which deflate makes a few KB of.

import { deflateSync } from "node:zlib";

/** Edges are smoothed by so many samples a side of a pixel, of which as many steps of a colour are made. */
const SAMPLES = 4;
const STEPS = 4;

/** `svg` as a PNG of `size` by `size` pixels. */
export function png(svg, size) {
  const { width, layers } = read(svg);
  const palette = new Map();
  // Each row begins with its filter, which is none.
  const rows = Buffer.alloc(size * (size + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const colour = over(layers, layers.map((layer) => share(layer, x, y, width / size))).join();
      if (!palette.has(colour)) palette.set(colour, palette.size);
      rows[y * (size + 1) + x + 1] = palette.get(colour);
    }
  }
  if (palette.size > 256) throw new Error(`an icon has ${palette.size} colours, and a palette 256`);
  const colours = [...palette.keys()].map((colour) => colour.split(",").map(Number));
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  const alphas = colours.map(([, , , alpha]) => alpha);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(colours.flatMap((colour) => colour.slice(0, 3)))),
    ...(alphas.some((alpha) => alpha < 255) ? [chunk("tRNS", Buffer.from(alphas))] : []),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** What lies on top of each other: discs and rings, and a background that is everywhere. */
function read(svg) {
  const width = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)[1]);
  const layers = [];
  const above = [{}];
  for (const [, end, name, text] of svg.matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
    if (end) {
      above.pop();
      continue;
    }
    const given = { ...above.at(-1), ...Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])) };
    if (!text.endsWith("/")) above.push(given);
    const { fill, stroke, cx, cy, r } = given;
    const [opacity, thick] = [Number(given["fill-opacity"] ?? 1), Number(given["stroke-width"] ?? 1)];
    if (name === "path") layers.push({ colour: fill, opacity, from: -1, to: Infinity, cx: 0, cy: 0 });
    if (name !== "circle") continue;
    const at = { cx: Number(cx), cy: Number(cy) };
    layers.push({ ...at, colour: fill, opacity, from: -1, to: Number(r) });
    if (stroke) layers.push({ ...at, colour: stroke, opacity: 1, from: Number(r) - thick / 2, to: Number(r) + thick / 2 });
  }
  return { width, layers };
}

/** How much of a pixel, whose side is `scale`, lies in a layer: 0 to 1 in steps. */
function share({ cx, cy, from, to }, x, y, scale) {
  const distance = Math.hypot((x + 0.5) * scale - cx, (y + 0.5) * scale - cy);
  // Most pixels are far from an edge.
  if (Math.min(Math.abs(distance - from), Math.abs(distance - to)) > scale) return distance > from && distance < to ? 1 : 0;
  let within = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const [dx, dy] = [sample % SAMPLES, Math.floor(sample / SAMPLES)].map((at) => (at + 0.5) / SAMPLES);
    const distance = Math.hypot((x + dx) * scale - cx, (y + dy) * scale - cy);
    if (distance > from && distance < to) within++;
  }
  return Math.round((within / (SAMPLES * SAMPLES)) * STEPS) / STEPS;
}

/** The layers on top of each other, of each its share: red, green, blue and alpha from 0 to 255. */
function over(layers, shares) {
  let [sum, below] = [[0, 0, 0], 0];
  layers.forEach(({ colour, opacity }, at) => {
    const alpha = opacity * shares[at];
    if (alpha === 0) return;
    const parts = colour.match(/[0-9a-f]{2}/g).map((part) => parseInt(part, 16));
    sum = sum.map((part, at) => parts[at] * alpha + part * (1 - alpha));
    below = alpha + below * (1 - alpha);
  });
  return [...sum.map((part) => (below ? Math.round(part / below) : 0)), Math.round(below * 255)];
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, check]);
}

/** The check of a chunk, as the specification of PNG has it in its annex D; Node 20 has it since 20.15 alone. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
