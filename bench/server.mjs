// A plain static server that counts what crosses its sockets: as it is, or as hosts serve.

import { execFileSync } from "node:child_process";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

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
 * Serves folders by the first name of the path: `{ "": site, "pages": … }`; `""` is for every other name. Over HTTP/1.1, and
 * nothing is compressed; `hosted` is how hosts of static files do it: HTTP/2 over TLS, with gzip for files of `TYPES`. Pages that
 * are `isolated` from other origins have a clock of 5 µs instead of 100.
 *
 * `wire()` gives what there was since `reset()`: the bytes both ways, heads, bodies and TLS, and of each request its
 * path and how many bytes its answer's body had as it was sent.
 */
export async function serve(folders, { hosted = false, isolated = false } = {}) {
  const sockets = new Set();
  let closed = 0;
  let requests = [];
  /** What was compressed before, by file: a host has it at hand as well. */
  const compressed = new Map();
  const policies = isolated ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } : {};
  const answer = (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const told = { path, body: 0 };
    requests.push(told);
    const first = path.split("/")[1];
    const file = first in folders ? join(folders[first], path.slice(first.length + 1)) : join(folders[""], path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)];
    const common = { "content-type": type ?? "application/octet-stream", "last-modified": found.mtime.toUTCString(), ...policies };
    if (hosted && type) {
      if (!compressed.has(file)) compressed.set(file, gzipSync(readFileSync(file)));
      const body = compressed.get(file);
      told.body = body.length;
      response.writeHead(200, { ...common, "content-length": body.length, "content-encoding": "gzip", vary: "accept-encoding" });
      response.end(body);
      return;
    }
    const { start, end, ...range } = asked(request.headers.range, found.size);
    response.writeHead(range["content-range"] ? 206 : 200, { ...common, "content-length": end + 1 - start, ...range });
    if (end < start) response.end();
    else createReadStream(file, { start, end }).on("data", (bytes) => (told.body += bytes.length)).pipe(response);
  };
  const server = hosted ? createSecureServer(identity(), answer) : createServer(answer);
  // Of a secure server these are the sockets below TLS.
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      closed += crossed(socket);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  const now = () => [...sockets].reduce((sum, socket) => sum + crossed(socket), closed);
  let before = now();
  return {
    url: `${hosted ? "https" : "http"}://127.0.0.1:${server.address().port}`,
    reset() {
      before = now();
      requests = [];
    },
    wire: () => ({ bytes: now() - before, requests }),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const crossed = ({ bytesRead, bytesWritten }) => bytesRead + bytesWritten;

/** A key and a certificate that nobody has signed; smaller by some kilobytes than those that hosts show, with their signers'. */
function identity() {
  const made = execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout", "-", "-out", "-"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  return { key: made, cert: made };
}

/** The bytes that are asked for, `end` included, with their head where they are a part of the file. */
function asked(range, size) {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === undefined || Number(from) >= size) return { start: 0, end: size - 1 };
  const start = Number(from);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  return { start, end, "content-range": `bytes ${start}-${end}/${size}` };
}
