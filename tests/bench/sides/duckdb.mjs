// DuckDB-Wasm as one side of a comparison: `eh` on one thread in a plain page, `coi` on threads in an isolated one.

import { call, open } from "../lib/browser.mjs";

export async function openDuckdb(browser, server, build, threads) {
  const prefix = build === "coi" ? "/isolated" : "";
  const page = await open(browser, `${server.origin}${prefix}/bench/duckdb.html`);
  await page.waitForFunction(() => window.duckdbBench);
  const isolated = await page.evaluate(() => crossOriginIsolated);
  if (isolated !== (build === "coi")) throw new Error(`DuckDB ${build}: crossOriginIsolated is ${isolated}`);
  const started = await call(page, "duckdbBench", "start", build, threads);
  if (started.threads !== threads) throw new Error(`DuckDB ${build} runs on ${started.threads} threads, wanted ${threads}`);
  return { page, version: started.version };
}

/** Loads the column and checks the answer once, unclocked, before anything is timed. */
export async function duckdbCounting(page, dataName, expected, label) {
  const rows = await call(page, "duckdbBench", "take", dataName);
  if (rows !== expected.rows) throw new Error(`${label}: ${rows} rows came in of ${expected.rows}`);
  const checksum = await call(page, "duckdbBench", "checksum");
  return {
    label,
    role: "theirs",
    async measure() {
      const { micros, rows, groups } = await call(page, "duckdbBench", "countByKey");
      return { micros, answer: { rows, groups, checksum } };
    },
  };
}
