// A group-by through a real exchange between two workers, beside DuckDB-Wasm `coi` on two threads.

import { bring, dropAll, scenarioOf, takes } from "../data.mjs";
import { countByKey, numberKeys } from "../reference/groups.mjs";
import { figure, take, timesFaster } from "./figure.mjs";
import { millions } from "./local.mjs";
import { SHUFFLED } from "./queries.mjs";
import { duckdbQuerying, duckdbTakes, openDuckdb } from "../../sides/duckdb.mjs";
import { oursRunning } from "../../sides/ours.mjs";

const THREADS = 2;
const THEIRS = "DuckDB-Wasm `coi`, 2 threads";

export async function shuffledFigure(lab) {
  const { browser, server, ours, options } = lab;
  const name = "shuffled_count_by_key";
  const say = (text) => lab.say(`${name}: ${text}`);
  const scenario = {
    ...scenarioOf("zipf", options),
    workers: THREADS,
    map_partitions: THREADS,
    reduce_partitions: THREADS,
  };
  const read = await bring({ server, ours, say }, name, scenario, ["numbers"]);
  const expected = countByKey(numberKeys(read.numbers.key));
  const duckdb = await openDuckdb(browser, server, "coi", THREADS);
  await duckdbTakes(duckdb.page, takes(name, ["numbers"]), say);
  dropAll(server, name);

  const theirs = await duckdbQuerying(duckdb.page, { ...SHUFFLED, expected, label: THEIRS, say });
  const sides = [theirs];
  if (ours.page) sides.unshift(oursRunning(ours.page, name, { scenario }, "ours, 2 workers, no shared memory"));
  const measured = await take(lab, name, sides, expected);
  await duckdb.page.context().close();
  return figure({
    name,
    title: `group-by count through a shuffle, 2 workers, ${millions(options.rows)} rows`,
    rows: options.rows,
    answer: expected,
    bar: timesFaster(2),
    data: ours.page ? "ours" : "stand-in",
    duckdb_version: duckdb.version,
    formulation: theirs.formulation,
    formulations: theirs.formulations,
    measured,
  });
}
