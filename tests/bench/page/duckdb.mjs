// DuckDB-Wasm in a page of its own: start, take the column that the other side uses, answer the query, timed.
// Paths are relative to the page, so that the same script works plain and under /isolated/.

import * as duckdb from "@duckdb/duckdb-wasm";
import { makeVector, Table } from "apache-arrow";

// Eight row groups of DuckDB an insert: few inserts, and no second copy of a whole 80 MB column.
const BATCH_ROWS = 122_880 * 8;

// Timed. The outer query reads every group, so none can be skipped, and hands back one row.
const TIMED_QUERY = `
  SELECT count(*)::BIGINT AS groups, sum(c)::BIGINT AS rows
  FROM (SELECT prompt_hash, count(*) AS c FROM prompts GROUP BY prompt_hash)`;

// Not timed. See lib/reference.mjs for the checksum.
const CHECKSUM_QUERY = `
  SELECT sum(prompt_hash::HUGEINT * c::HUGEINT * c::HUGEINT)::VARCHAR AS checksum
  FROM (SELECT prompt_hash, count(*) AS c FROM prompts GROUP BY prompt_hash)`;

let connection;

/** Starts the single-threaded `eh` or the threaded `coi` build; returns DuckDB's version and its threads. */
async function start(build, threads) {
  const at = (name) => new URL(`../duckdb/${name}`, location.href).href;
  const worker = new Worker(at(`duckdb-browser-${build}.worker.js`));
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  const pthreads = build === "coi" ? at("duckdb-browser-coi.pthread.worker.js") : null;
  await database.instantiate(at(`duckdb-${build}.wasm`), pthreads);
  await database.open({ maximumThreads: threads });
  connection = await database.connect();
  if (build === "coi") await connection.query(`SET threads = ${threads}`);
  const [settings] = rowsOf(
    await connection.query("SELECT version() AS version, current_setting('threads')::VARCHAR AS threads"),
  );
  return { version: settings.version, threads: Number(settings.threads) };
}

/** Takes the keys from the bench's server into the table `prompts(prompt_hash BIGINT)`. */
async function take(dataName) {
  const response = await fetch(`/data/${dataName}`);
  if (!response.ok) throw new Error(`data ${dataName}: ${response.status}`);
  const keys = new BigInt64Array(await response.arrayBuffer());
  await connection.query("DROP TABLE IF EXISTS prompts");
  for (let start = 0; start < keys.length; start += BATCH_ROWS) {
    const batch = new Table({ prompt_hash: makeVector(keys.slice(start, start + BATCH_ROWS)) });
    await connection.insertArrowTable(batch, { name: "prompts", create: start === 0 });
  }
  const [{ rows }] = rowsOf(await connection.query("SELECT count(*)::BIGINT AS rows FROM prompts"));
  return Number(rows);
}

/** One timed run, from the page's call until its answer is here. */
async function countByKey() {
  const begun = performance.now();
  const answer = await connection.query(TIMED_QUERY);
  const micros = Math.round((performance.now() - begun) * 1000);
  const [{ groups, rows }] = rowsOf(answer);
  return { micros, rows: Number(rows), groups: Number(groups) };
}

async function checksum() {
  return rowsOf(await connection.query(CHECKSUM_QUERY))[0].checksum;
}

function rowsOf(table) {
  return table.toArray().map((row) => row.toJSON());
}

window.duckdbBench = { start, take, countByKey, checksum };
