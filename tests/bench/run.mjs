// The benchmark: our engine in the browser beside DuckDB-Wasm and beside the bare browser, in one browser run.
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
import { exchangeFigures } from "./lib/figures/exchange.mjs";
import { growthFigures } from "./lib/figures/growth.mjs";
import { localFigures } from "./lib/figures/local.mjs";
import { partitionFigure } from "./lib/figures/partition.mjs";
import { shuffledFigure } from "./lib/figures/shuffled.mjs";
import { workersFigure } from "./lib/figures/workers.mjs";
import { WARM_UPS } from "./lib/interleave.mjs";
import { MODULES, REPOSITORY, versionOf } from "./lib/modules.mjs";
import { parseOptions, UsageError } from "./lib/options.mjs";
import { duckdbSize, pageSize, SIZE_LIMIT_BYTES } from "./lib/page_size.mjs";
import { toMarkdown } from "./lib/report.mjs";
import { startServer } from "./lib/server.mjs";
import { openOurs } from "./sides/ours.mjs";

/** Each makes one figure or more, or null where there is nothing of ours to measure. */
const MAKERS = {
  shuffled_count_by_key: shuffledFigure,
  partition: partitionFigure,
  exchange_blocks: exchangeFigures,
  workers_ready: workersFigure,
};

async function main() {
  const options = parseOptions(process.argv.slice(2));
  const dist = resolve(REPOSITORY, options.dist);
  const loadBefore = loadavg()[0];

  const server = await startServer({
    page: dist,
    published: resolve(REPOSITORY, options.published),
    bench: await bundlePages(join(REPOSITORY, "target/bench/site")),
    duckdb: join(MODULES, "@duckdb/duckdb-wasm/dist"),
  });
  const browser = await launch(options.chromium);
  const result = { figures: [], page_size: null, notes: [], failures: [] };
  try {
    const ours = await whatOfOurs(browser, server, dist, options);
    if (ours.missing) (options.requireOurs ? result.failures : result.notes).push(`ours: ${ours.missing}`);
    await measure({ browser, server, ours, options, dist }, result);
    result.machine = describeMachine(browser, result, loadBefore);
  } finally {
    await browser.close();
    await server.close();
  }
  finish(result, options);
}

async function whatOfOurs(browser, server, dist, options) {
  if (!existsSync(join(dist, "index.html"))) return { missing: `${options.dist}/index.html is not built` };
  return options.wanted.some((name) => name !== "page_size") ? openOurs(browser, server) : {};
}

async function measure(shared, result) {
  const { browser, server, ours, options, dist } = shared;
  const lab = {
    ...shared,
    say: (text) => process.stderr.write(`${text}\n`),
    /** What `make` makes; a figure that fails is told of, and the others go on. */
    async attempt(name, make) {
      try {
        return await make();
      } catch (error) {
        result.failures.push(`${name}: ${error.message}`);
        return null;
      }
    },
  };
  const keep = (made) => result.figures.push(...[made].flat().filter(Boolean));
  keep(await lab.attempt("local figures", () => localFigures(lab, options.wanted)));
  // Before dozens of workers are started: two of them are to have a core each.
  keep(await lab.attempt("growth", () => growthFigures(lab, options.wanted)));
  for (const [name, make] of Object.entries(MAKERS)) {
    if (options.wanted.includes(name)) keep(await lab.attempt(name, () => make(lab)));
  }
  if (options.wanted.includes("page_size") && !ours.missing) {
    const size = await lab.attempt("page_size", () => pageSize(browser, server, resolve(REPOSITORY, options.published)));
    if (size) {
      const met = size.total.brotli <= SIZE_LIMIT_BYTES;
      result.page_size = { ...size, limit_brotli: SIZE_LIMIT_BYTES, met, duckdb_gzip: duckdbSize(MODULES) };
    }
  }
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
  const { repeats, rows, keys, textRows } = options;
  const complete = { version: 2, warm_ups: WARM_UPS, repeats, rows, keys, text_rows: textRows, ...result };
  if (result.figures.some((figure) => figure.data === "stand-in")) {
    complete.notes.push("The data are a stand-in made by the bench, not our generator's.");
  }
  write(options.out, JSON.stringify(complete, null, 2) + "\n");
  const markdown = toMarkdown(complete);
  if (options.markdown) write(options.markdown, markdown);
  process.stdout.write(markdown);
  for (const failure of result.failures) process.stderr.write(`FAILED ${failure}\n`);
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

function write(name, text) {
  const file = resolve(REPOSITORY, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

main().catch((error) => {
  process.stderr.write(error instanceof UsageError ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
