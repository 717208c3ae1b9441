// The benchmark: our engine in the browser beside DuckDB-Wasm and beside bare message channels, in one browser run.
//
//   options -> server + one headless Chromium -> each figure: same data, sides taking turns -> markdown, JSON
//
// `cargo xtask bench` builds dist/, installs tests/bench/package.json into target/bench and starts this.
// What our page has to offer for it is written in README.md beside this file.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { launch } from "./lib/browser.mjs";
import { bundlePages } from "./lib/bundle.mjs";
import { countingFigure, exchangeFigures } from "./lib/figures.mjs";
import { WARM_UPS } from "./lib/interleave.mjs";
import { MODULES, REPOSITORY, versionOf } from "./lib/modules.mjs";
import { FIGURES, parseOptions, UsageError } from "./lib/options.mjs";
import { duckdbSize, pageSize } from "./lib/page_size.mjs";
import { toMarkdown } from "./lib/report.mjs";
import { startServer } from "./lib/server.mjs";
import { openOurs } from "./sides/ours.mjs";

async function main() {
  const options = parseOptions(process.argv.slice(2));
  const dist = resolve(REPOSITORY, options.dist);
  const wanted = options.only ? [options.only] : FIGURES;
  const loadBefore = loadavg()[0];

  const server = await startServer({
    page: dist,
    bench: await bundlePages(join(REPOSITORY, "target/bench/site")),
    duckdb: join(MODULES, "@duckdb/duckdb-wasm/dist"),
  });
  const browser = await launch(options.chromium);
  const result = { figures: [], page_size: null, notes: [], failures: [] };
  const built = existsSync(join(dist, "index.html"));
  try {
    const timed = wanted.some((name) => name !== "page_size");
    const ours = !built
      ? { missing: `${options.dist}/index.html is not built` }
      : timed
        ? await openOurs(browser, server)
        : {};
    if (ours.missing) missing(result, options, `ours: ${ours.missing}`);
    for (const name of wanted) {
      const say = (text) => process.stderr.write(`${name}: ${text}\n`);
      try {
        const lab = { browser, server, ours, options, say };
        if (name === "exchange_blocks") result.figures.push(...(await exchangeFigures(lab)));
        else if (name !== "page_size") result.figures.push(await countingFigure(lab, name));
        else if (built) {
          result.page_size = { ...(await pageSize(browser, server, dist)), duckdb_gzip: duckdbSize(MODULES) };
        }
      } catch (error) {
        result.failures.push(`${name}: ${error.message}`);
      }
    }
    result.machine = describeMachine(browser, result, loadBefore);
  } finally {
    await browser.close();
    await server.close();
  }
  finish(result, options);
}

/** What is missing of ours is a failure only where it was asked for. */
function missing(result, options, text) {
  (options.requireOurs ? result.failures : result.notes).push(text);
}

function describeMachine(browser, result, loadBefore) {
  return {
    date: new Date().toISOString().slice(0, 10),
    browser: `Chromium ${browser.version()} headless`,
    duckdb_wasm: versionOf("@duckdb/duckdb-wasm"),
    duckdb: result.figures.find((figure) => figure.duckdb_version)?.duckdb_version,
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    load_before: loadBefore,
    load_after: loadavg()[0],
  };
}

function finish(result, options) {
  const { repeats } = options;
  const complete = { version: 1, warm_ups: WARM_UPS, repeats, ...result };
  if (result.figures.some((figure) => figure.data === "stand-in")) {
    complete.notes.push("Keys are a stand-in made by the bench (Zipf over random 64-bit values), not our generator's.");
  }
  const out = resolve(REPOSITORY, options.out);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, JSON.stringify(complete, null, 2) + "\n");
  process.stdout.write(toMarkdown(complete));
  for (const failure of result.failures) process.stderr.write(`FAILED ${failure}\n`);
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

main().catch((error) => {
  process.stderr.write(error instanceof UsageError ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
