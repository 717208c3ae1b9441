// Bundles the bench's browser scripts (page/*.mjs with DuckDB-Wasm's API and Arrow) into a folder to be served.

import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { load, MODULES } from "./modules.mjs";

const PAGE = join(dirname(fileURLToPath(import.meta.url)), "../page");

export async function bundlePages(outputFolder) {
  mkdirSync(outputFolder, { recursive: true });
  await load("esbuild").build({
    entryPoints: ["duckdb.mjs", "bare_channels.mjs"].map((name) => join(PAGE, name)),
    nodePaths: [MODULES],
    bundle: true,
    format: "esm",
    outdir: outputFolder,
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  for (const name of ["duckdb.html", "bare_channels.html"]) copyFileSync(join(PAGE, name), join(outputFolder, name));
  return outputFolder;
}
