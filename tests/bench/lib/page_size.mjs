// What a visitor downloads: every file of dist/ that the page asks for, raw and as a server would compress it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { open } from "./browser.mjs";

// Workers and the first run start after `load`; by then they have asked for all they need.
const SETTLE_MILLIS = 3_000;

/** The bar: all that a visit loads, in brotli. */
export const SIZE_LIMIT_BYTES = 570_000;

/** Opens the page once and weighs what the server was asked for (the workers' requests too). */
export async function pageSize(browser, server, dist) {
  server.takeRequested();
  const page = await open(browser, `${server.origin}/published/`);
  await page.waitForTimeout(SETTLE_MILLIS);
  await page.context().close();

  const paths = server.takeRequested().filter((path) => path.startsWith("/published/"));
  const names = [...new Set(paths.map((path) => path.slice("/published/".length) || "index.html"))];
  const missing = names.filter((name) => !existsSync(join(dist, name)));
  const unexplained = missing.filter((name) => name !== "favicon.ico");
  if (unexplained.length > 0) throw new Error(`the page asked for what dist/ does not have: ${unexplained.join(", ")}`);

  const files = names.filter((name) => !missing.includes(name)).map((name) => weigh(name, join(dist, name)));
  const total = (kind) => files.reduce((sum, file) => sum + file[kind], 0);
  return { files, total: { raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") } };
}

/** Sizes in bytes: as it is, gzip at level 9, brotli at quality 11. */
function weigh(name, file) {
  const bytes = readFileSync(file);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

/** What a page with DuckDB-Wasm loads for its engine, gzip at level 9: for comparison. */
export function duckdbSize(modules) {
  const folder = join(modules, "@duckdb/duckdb-wasm/dist");
  const names = ["duckdb-eh.wasm", "duckdb-browser-eh.worker.js", "duckdb-browser.mjs"];
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
}
