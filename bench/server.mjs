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
 * `wire()` gives the bytes both ways, heads and bodies, and the requests since `reset()`.
 */
export async function serve(folders) {
  const sockets = new Set();
  let closed = 0;
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
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      "last-modified": found.mtime.toUTCString(),
    });
    createReadStream(file).pipe(response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      closed += socket.bytesRead + socket.bytesWritten;
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  const bytes = () => [...sockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, closed);
  let before = { bytes: 0, requests: 0 };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    reset: () => (before = { bytes: bytes(), requests }),
    wire: () => ({ bytes: bytes() - before.bytes, requests: requests - before.requests }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
