/** Files that the script holds in base64, answered as a server that knows ranges would. */

import type { FetchFile } from "../src/files.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** What browsers before 2025 do not have. */
declare const Uint8Array: Uint8ArrayConstructor & { fromBase64?: (text: string) => Bytes };

/** A {@link FetchFile} over `files`, paths with what is in them. What was not asked for stays text. */
export function held(files: Record<string, string>): FetchFile {
  return async (path, init) => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    if (text === undefined) return new Response(null, { status: 404 });
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get("Range") ?? "");
    if (!range) return new Response(fromBase64(text));
    const [start, last] = [Number(range[1]), Number(range[2])];
    return new Response(slice(text, start, last + 1), { status: 206 });
  };
}

/** The bytes from `start` to before `end` of those that `text` holds: every four characters are three of them. */
function slice(text: string, start: number, end: number): Bytes {
  const first = Math.floor(start / 3);
  const bytes = fromBase64(text.slice(4 * first, 4 * Math.ceil(end / 3)));
  return bytes.subarray(start - 3 * first, end - 3 * first);
}

function fromBase64(text: string): Bytes {
  return Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
