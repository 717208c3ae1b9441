// Bundles the bench's browser scripts (page/*.mjs with DuckDB-Wasm's API and Arrow) into a folder to be served.

import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { load, MODULES } from "./modules.mjs";

const PAGES = ["duckdb", "bare_channels", "bare_workers"];
const PAGE = join(dirname(fileURLToPath(import.meta.url)), "../page");

export async function bundlePages(outputFolder) {
  mkdirSync(outputFolder, { recursive: true });
  await load("esbuild").build({
    entryPoints: PAGES.map((name) => join(PAGE, `${name}.mjs`)),
    nodePaths: [MODULES],
    bundle: true,
    format: "esm",
    outdir: outputFolder,
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  for (const name of PAGES) copyFileSync(join(PAGE, `${name}.html`), join(outputFolder, `${name}.html`));
  return outputFolder;
}
