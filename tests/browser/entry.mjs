// The entry of an index, changed: with the checksum that then fits.

const [P1, P2, P3, P4, P5] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
const u64 = (number) => BigInt.asUintN(64, number);
const rotated = (number, bits) => u64((number << bits) | (u64(number) >> (64n - bits)));
const round = (sum, lane) => u64(rotated(u64(sum + lane * P2), 31n) * P1);

/** xxh64 with seed 0 of at least 32 bytes. */
function xxh64(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (const lane of lanes.keys()) lanes[lane] = round(lanes[lane], view.getBigUint64(at + lane * 8, true));
  }
  let hash = u64([1n, 7n, 12n, 18n].reduce((sum, bits, lane) => sum + rotated(lanes[lane], bits), 0n));
  for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) hash = u64(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  for (; at + 4 <= bytes.length; at += 4) hash = u64(rotated(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
  for (; at < bytes.length; at += 1) hash = u64(rotated(hash ^ u64(BigInt(bytes[at]) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

/** The text of `bifocal.json` for this entry, whatever its `check` was. */
export function sealed({ check: _, ...entry }) {
  const body = JSON.stringify(entry).slice(0, -1);
  return `${body},"check":"${xxh64(new TextEncoder().encode(body)).toString(16).padStart(16, "0")}"}\n`;
}
