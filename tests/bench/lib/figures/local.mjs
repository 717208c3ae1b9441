// One thread beside one thread: our operators over resident batches, DuckDB-Wasm `eh` over its table.

import { bring, dropAll, scenarioOf, takes } from "../data.mjs";
import { numberKeys } from "../reference/groups.mjs";
import { figure, timesFaster, take } from "./figure.mjs";
import { QUERIES } from "./queries.mjs";
import { duckdbQuerying, duckdbTakes, openDuckdb } from "../../sides/duckdb.mjs";
import { oursRunning } from "../../sides/ours.mjs";

const TABLES = { zipf: ["numbers", "build"], uniform: ["numbers"], texts: ["texts"] };
const THEIRS = "DuckDB-Wasm `eh`, 1 thread";

/** The wanted queries, a data set at a time: DuckDB holds one, in a page that is closed after it. */
export async function localFigures(lab, wanted) {
  const made = [];
  for (const name of Object.keys(TABLES)) {
    const queries = QUERIES.filter((query) => query.data === name && wanted.includes(query.name));
    if (queries.length > 0) made.push(...(await figuresOver(lab, name, queries)));
  }
  return made;
}

async function figuresOver(lab, dataName, queries) {
  const { browser, server, ours, options } = lab;
  const say = (text) => lab.say(`${dataName}: ${text}`);
  const scenario = scenarioOf(dataName, options);
  const read = await bring({ server, ours, say }, dataName, scenario, TABLES[dataName]);
  const numbered = read.numbers && numberKeys(read.numbers.key);
  const duckdb = await openDuckdb(browser, server, "eh", 1);
  await duckdbTakes(duckdb.page, takes(dataName, TABLES[dataName]), say);
  dropAll(server, dataName);

  const made = [];
  for (const query of queries) {
    made.push(
      await lab.attempt(query.name, async () => {
        const rightAnswer = query.expected({ numbered, read });
        const asked = { check: query.check, expected: rightAnswer, label: THEIRS, say: (text) => lab.say(`${query.name}: ${text}`) };
        const theirs = await duckdbQuerying(duckdb.page, { ...asked, formulations: query.formulations });
        // Tried and told of, never what ours is compared with.
        const beside = query.beside ? await duckdbQuerying(duckdb.page, { ...asked, formulations: query.beside }) : null;
        const sides = [theirs];
        if (ours.page) sides.unshift(oursRunning(ours.page, query.bench, { scenario, ...query.options }, "ours, 1 thread"));
        const measured = await take(lab, query.name, sides, rightAnswer);
        const rows = dataName === "texts" ? options.textRows : options.rows;
        return figure({
          name: query.name,
          title: `local: ${query.title}, ${millions(rows)} rows`,
          rows: Number(rightAnswer.rows ?? rows),
          answer: rightAnswer,
          bar: timesFaster(query.bar),
          data: ours.page ? "ours" : "stand-in",
          duckdb_version: duckdb.version,
          formulation: theirs.formulation,
          formulations: [...theirs.formulations, ...(beside?.formulations ?? []).map((tried) => ({ ...tried, beside: true }))],
          measured,
        });
      }),
    );
  }
  await duckdb.page.context().close();
  return made.filter(Boolean);
}

export function millions(rows) {
  return rows % 1_000_000 === 0 ? `${rows / 1_000_000}M` : rows.toLocaleString("en-GB");
}
