/**
 * `bifocal` in Node, Deno and Bun: an index folder on disk, or by HTTP. The engine runs in the calling thread, and comes from
 * the index folder, so that it always fits the index.
 */

import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { type FetchFile, type ImportFile, open as openAt, type OpenOptions, type Search } from "bifocal";

/** Opens the index in the folder at `url`: a path, or an address of `file:`, `http:` or `https:`. */
export function open(url: string | URL = "bifocal/", options: OpenOptions = {}): Promise<Search> {
  const base = folder(url);
  const fetchFile = options.fetchFile ?? (base.protocol === "file:" ? filesOnDisk(base) : filesByHttp(base));
  return openAt(base, { importFile: importThrough(fetchFile), ...options, fetchFile });
}

function folder(url: string | URL): URL {
  const text = String(url);
  const base = /^(file|https?):/i.test(text) ? new URL(text) : pathToFileURL(text);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

function filesByHttp(base: URL): FetchFile {
  return (path, init) => fetch(new URL(path, base), init);
}

/** Files as a server would give them: whole, or the range that is asked for. */
function filesOnDisk(base: URL): FetchFile {
  return async (path, init) => {
    const bytes = await readFile(new URL(path, base)).catch((error: { code?: string }) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    if (!bytes) return new Response(null, { status: 404 });
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get("Range") ?? "");
    if (!range) return new Response(bytes);
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
    const headers = { "Content-Range": `bytes ${start}-${end}/${bytes.length}` };
    return new Response(bytes.subarray(start, end + 1), { status: 206, headers });
  };
}

/**
 * Modules as texts: `import()` takes no address of `http:`, and a `.js` on disk for a module only where a package.json or a
 * recent Node says so. In base64, since Bun takes a long text with `%` for a file that is no module.
 */
function importThrough(fetchFile: FetchFile): ImportFile {
  return async (path) => {
    const response = await fetchFile(path, {});
    if (!response.ok) throw new Error(`${path} is missing: ${response.status}`);
    const text = Buffer.from(await response.arrayBuffer()).toString("base64");
    return import(/* webpackIgnore: true */ /* @vite-ignore */ `data:text/javascript;base64,${text}`);
  };
}

export * from "bifocal";
