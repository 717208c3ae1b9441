// One server on 127.0.0.1 for everything the browser loads, all of one origin:
//
//   /page/...             the page with its hooks, at a sub-path as an embedder would have it
//   /published/...        the page as it is published
//   /bench/...            the bench's own page and scripts
//   /duckdb/...           DuckDB-Wasm's workers and wasm
//   /data/NAME            PUT and GET: columns handed from one page to another, in memory
//   /isolated/PATH        PATH again, with the headers that make a document cross-origin isolated
//
// Isolation belongs to the document, so a plain and an isolated page of the same origin run side by side: ours and
// DuckDB's single-threaded build plain, DuckDB's threaded build isolated (it needs SharedArrayBuffer, we do not).

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";

const CONTENT_TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Starts the server. `folders` maps a first path segment to a folder on disk. */
export async function startServer(folders) {
  const data = new Map();
  const requested = [];

  const server = createServer((request, response) => {
    let path = decodeURIComponent(new URL(request.url, "http://127.0.0.1").pathname);
    requested.push(path);
    const headers = { "Cache-Control": "no-store" };
    if (path.startsWith("/isolated/")) {
      path = path.slice("/isolated".length);
      Object.assign(headers, ISOLATION_HEADERS);
    }
    if (path.startsWith("/data/")) return serveData(data, path.slice("/data/".length), request, response, headers);
    const file = fileFor(folders, path);
    if (file === null) return response.writeHead(404, headers).end();
    headers["Content-Type"] = CONTENT_TYPES[extname(file)] ?? "application/octet-stream";
    headers["Content-Length"] = statSync(file).size;
    response.writeHead(200, headers);
    createReadStream(file).pipe(response);
  });

  await new Promise((done, failed) => server.once("error", failed).listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    data,
    /** Paths asked for since the last call, in order; requests of workers are among them. */
    takeRequested: () => requested.splice(0),
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

function serveData(data, name, request, response, headers) {
  if (request.method === "PUT") {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      data.set(name, Buffer.concat(chunks));
      response.writeHead(204, headers).end();
    });
    return;
  }
  const bytes = data.get(name);
  if (bytes === undefined) return response.writeHead(404, headers).end();
  response.writeHead(200, { ...headers, "Content-Type": "application/octet-stream", "Content-Length": bytes.length });
  response.end(bytes);
}

function fileFor(folders, path) {
  const [, segment, ...rest] = path.split("/");
  const folder = Object.hasOwn(folders, segment) ? folders[segment] : null;
  if (!folder) return null;
  const root = resolve(folder);
  let file = resolve(root, rest.join("/"));
  if (file !== root && !file.startsWith(root + sep)) return null;
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
  return existsSync(file) && statSync(file).isFile() ? file : null;
}
