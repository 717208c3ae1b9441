// The tables that the figures read. Our page makes them; DuckDB takes the very same columns from the bench's server.
//
//   numbers  id 0..rows   key (the generator's `prompt_hash`)   v = (id x 2654435761 mod 2^32) mod 1000
//   build    key, every key once, in the generator's order      w = v's formula over the row number
//   texts    name = "k" and the key's digits                    text (the generator's, words between single spaces)

import { standinKeys } from "./standin_keys.mjs";
import { putColumn } from "../sides/ours.mjs";

/** What `v` and `w` stay below. */
export const VALUE_LIMIT = 1000;
const MULTIPLIER = 2654435761;

/** The value beside row `id`; 2654435761 is Knuth's: it scatters, and 32 bits of the product are enough for any language. */
export function valueOf(id) {
  return (Math.imul(id, MULTIPLIER) >>> 0) % VALUE_LIMIT;
}

const COLUMNS = {
  numbers: ["id", "key", "v"],
  build: ["key", "w"],
  texts: ["name", "text"],
};
const TEXT_COLUMNS = new Set(["name", "text"]);

/** The scenario that makes a data set. */
export function scenarioOf(name, options) {
  const { rows, keys, textRows } = options;
  const skew = name === "uniform" ? { kind: "uniform" } : { kind: "zipf", exponent: 1.1 };
  return {
    version: 1,
    rows: name === "texts" ? textRows : rows,
    keys,
    skew,
    query: "count_by_key",
    workers: 1,
    map_partitions: 1,
    reduce_partitions: 1,
  };
}

/**
 * Brings `tables` ("numbers", "build", "texts") of a data set onto the server, and returns them for reading here:
 * `{ table: { column: BigInt64Array | { offsets, bytes } } }`.
 */
export async function bring({ server, ours, say }, name, scenario, tables) {
  const read = {};
  for (const table of tables) {
    read[table] = {};
    for (const column of COLUMNS[table]) {
      const at = `${name}.${table}.${column}`;
      say(`data ${at}`);
      if (ours.page) await putColumn(ours.page, at, { scenario, table, column });
      else putStandin(server, at, { scenario, table, column });
      read[table][column] = TEXT_COLUMNS.has(column)
        ? { offsets: new Uint32Array(bufferOf(server, `${at}.offsets`)), bytes: new Uint8Array(bufferOf(server, `${at}.bytes`)) }
        : new BigInt64Array(bufferOf(server, at));
    }
  }
  return read;
}

/** What DuckDB's page has to take for `bring`'s tables. */
export function takes(name, tables) {
  return tables.flatMap((table) => [{
    table,
    columns: COLUMNS[table].map((column) => ({
      name: column,
      at: `${name}.${table}.${column}`,
      kind: TEXT_COLUMNS.has(column) ? "text" : "int",
    })),
  }]);
}

export function dropAll(server, name) {
  for (const key of [...server.data.keys()]) if (key.startsWith(`${name}.`)) server.data.delete(key);
}

function bufferOf(server, at) {
  const bytes = server.data.get(at);
  if (bytes === undefined) throw new Error(`data ${at} did not arrive`);
  // A typed array wants its bytes aligned, which a Buffer's need not be.
  return bytes.byteOffset % 8 === 0
    ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    : new Uint8Array(bytes).buffer;
}

/** Columns of the same shape as ours, for measuring the other side while ours is not available. */
function putStandin(server, at, { scenario, table, column }) {
  const put = (name, array) => server.data.set(name, Buffer.from(array.buffer, array.byteOffset, array.byteLength));
  const count = table === "build" ? scenario.keys : scenario.rows;
  const ints = (value) => {
    const made = new BigInt64Array(count);
    for (let row = 0; row < count; row++) made[row] = BigInt(value(row));
    return made;
  };
  if (column === "id") return put(at, ints((row) => row));
  if (column === "v" || column === "w") return put(at, ints(valueOf));
  if (table === "build") return put(at, ints((row) => row));
  const keys = standinKeys(scenario);
  if (column === "key") return put(at, keys);
  const encoder = new TextEncoder();
  const word = (key) => `w${key % 4096n}`;
  const texts = Array.from(keys, (key) =>
    encoder.encode(column === "name" ? `k${key}` : Array.from({ length: 10 }, (_, at) => word(key * 7n + BigInt(at * at))).join(" ")),
  );
  const offsets = new Uint32Array(count + 1);
  texts.forEach((text, row) => (offsets[row + 1] = offsets[row] + text.length));
  const bytes = new Uint8Array(offsets[count]);
  texts.forEach((text, row) => bytes.set(text, offsets[row]));
  put(`${at}.offsets`, offsets);
  put(`${at}.bytes`, bytes);
}
