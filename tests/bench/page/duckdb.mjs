// DuckDB-Wasm in a page of its own: start, take the columns that the other side uses, answer queries, timed.
// Paths are relative to the page, so that the same script works plain and under /isolated/.

import * as duckdb from "@duckdb/duckdb-wasm";
import { makeData, makeVector, Table, Utf8 } from "apache-arrow";

// Eight row groups of DuckDB an insert: few inserts, and no second copy of a whole column.
const BATCH_ROWS = 122_880 * 8;

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
  const settings = await row("SELECT version() AS version, current_setting('threads')::VARCHAR AS threads");
  return { version: settings.version, threads: Number(settings.threads) };
}

/** Takes columns from the bench's server into a table, not timed; returns the table's rows. */
async function take({ table, columns }) {
  const taken = [];
  for (const column of columns) taken.push({ ...column, ...(await fetchColumn(column)) });
  const rows = taken[0].length;
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, rows);
    const batch = Object.fromEntries(taken.map((column) => [column.name, column.slice(start, end)]));
    await connection.insertArrowTable(new Table(batch), { name: table, create: start === 0 });
  }
  return Number((await row(`SELECT count(*)::BIGINT AS rows FROM ${table}`)).rows);
}

async function fetchColumn({ at, kind }) {
  if (kind === "int") {
    const values = new BigInt64Array(await fetchBytes(at));
    return { length: values.length, slice: (start, end) => makeVector(values.slice(start, end)) };
  }
  const offsets = new Int32Array(await fetchBytes(`${at}.offsets`));
  const bytes = new Uint8Array(await fetchBytes(`${at}.bytes`));
  const slice = (start, end) =>
    makeVector(
      makeData({
        type: new Utf8(),
        length: end - start,
        nullCount: 0,
        valueOffsets: offsets.slice(start, end + 1).map((offset) => offset - offsets[start]),
        data: bytes.slice(offsets[start], offsets[end]),
      }),
    );
  return { length: offsets.length - 1, slice };
}

async function fetchBytes(at) {
  const response = await fetch(`/data/${at}`);
  if (!response.ok) throw new Error(`data ${at}: ${response.status}`);
  return response.arrayBuffer();
}

/** One timed run of a query that answers one row, from the page's call until its answer is here. */
async function query(sql) {
  const begun = performance.now();
  const answer = await connection.query(sql);
  const micros = Math.round((performance.now() - begun) * 1000);
  return { micros, answer: textsOf(answer) };
}

async function row(sql) {
  return textsOf(await connection.query(sql));
}

/** The one row of an answer; every value as text, so that large integers stay exact. */
function textsOf(table) {
  const [first] = table.toArray();
  return Object.fromEntries(Object.entries(first.toJSON()).map(([name, value]) => [name, String(value)]));
}

window.duckdbBench = { start, take, query };
