// DuckDB-Wasm as one side of a comparison: `eh` on one thread in a plain page, `coi` on threads in an isolated one.

import { call, open } from "../lib/browser.mjs";

/** Runs of each formulation of a query, of which the fastest then stands for DuckDB; the first one warms up. */
const TRIALS = 3;

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

/** Loads tables, not timed. `tables` is what `takes` of lib/data.mjs gives. */
export async function duckdbTakes(page, tables, say) {
  for (const table of tables) {
    say(`DuckDB takes ${table.table}`);
    await call(page, "duckdbBench", "take", table);
  }
}

/**
 * A side that answers one of `formulations` (`{ name: sql }`), whichever is the fastest here. Before that, not timed, every
 * formulation's answer and that of `check` are compared with what is expected, so a fast wrong one cannot win.
 */
export async function duckdbQuerying(page, { formulations, check, expected, label, say }) {
  const wrong = (name, answer) =>
    new Error(`${label}, ${name}: answers ${JSON.stringify(answer)}, right is ${JSON.stringify(expected)}`);
  const agrees = (answer) => Object.entries(answer).every(([name, value]) => expected[name] === value);

  const checked = check ? (await call(page, "duckdbBench", "query", check)).answer : {};
  if (!agrees(checked)) throw wrong("the check", checked);
  const tried = [];
  for (const [name, sql] of Object.entries(formulations)) {
    const times = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      const { micros, answer } = await call(page, "duckdbBench", "query", sql);
      if (!agrees(answer)) throw wrong(name, answer);
      if (trial > 0) times.push(micros);
    }
    tried.push({ name, sql, micros: Math.min(...times) });
    say(`${label}: ${name} ${Math.round(tried.at(-1).micros / 1000)} ms`);
  }
  const [fastest] = [...tried].sort((left, right) => left.micros - right.micros);
  return {
    label,
    role: "theirs",
    formulation: fastest.name,
    formulations: tried,
    async measure() {
      const { micros, answer } = await call(page, "duckdbBench", "query", fastest.sql);
      return { micros, answer: { ...checked, ...answer } };
    },
  };
}
