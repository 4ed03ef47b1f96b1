// A plain static server that compresses nothing and counts what crosses its sockets.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves folders by the first name of the path: `{ "": site, "pages": … }`; `""` is for every other name.
 *
 * `wire()` gives the bytes both ways, heads and bodies, those that came in (`asked`) alone, and the requests since `reset()`.
 */
export async function serve(folders) {
  const sockets = new Set();
  const closed = { asked: 0, answered: 0 };
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const first = path.split("/")[1];
    const file = first in folders ? join(folders[first], path.slice(first.length + 1)) : join(folders[""], path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const { start, end, ...range } = asked(request.headers.range, found.size);
    response.writeHead(range["content-range"] ? 206 : 200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": end + 1 - start,
      "last-modified": found.mtime.toUTCString(),
      ...range,
    });
    if (end < start) response.end();
    else createReadStream(file, { start, end }).pipe(response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      closed.asked += socket.bytesRead;
      closed.answered += socket.bytesWritten;
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  const now = () => {
    const asked = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, closed.asked);
    const answered = [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, closed.answered);
    return { bytes: asked + answered, asked, requests };
  };
  let before = now();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    reset: () => (before = now()),
    wire: () => Object.fromEntries(Object.entries(now()).map(([name, count]) => [name, count - before[name]])),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The bytes that are asked for, `end` included, with their head where they are a part of the file. */
function asked(range, size) {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === undefined || Number(from) >= size) return { start: 0, end: size - 1 };
  const start = Number(from);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  return { start, end, "content-range": `bytes ${start}-${end}/${size}` };
}
