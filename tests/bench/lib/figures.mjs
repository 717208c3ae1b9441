// The figures, each a comparison of sides that do the same work on the same data.

import { describe } from "./browser.mjs";
import { interleave } from "./interleave.mjs";
import { countByKey } from "./reference.mjs";
import { standinKeys } from "./standin_keys.mjs";
import { bareExchanging, openBareChannels } from "../sides/bare_channels.mjs";
import { duckdbCounting, openDuckdb } from "../sides/duckdb.mjs";
import { oursCounting, oursExchanging, putData } from "../sides/ours.mjs";

const ZIPF = { kind: "zipf", exponent: 1.1 };
const EXCHANGE_WORKERS = 16;
const EXCHANGE_BLOCK_BYTES = [0, 1024];
// One round takes a few milliseconds and the page's clock ticks every 0.1 ms.
const EXCHANGE_ROUNDS = 20;

const COUNTING = {
  local_count_by_key: {
    title: (rows) => `local \`count_by_key\`, ${rows} rows`,
    workers: 1,
    ours: "ours, 1 worker",
    build: "eh",
    theirs: "DuckDB-Wasm `eh`, 1 thread",
  },
  shuffled_count_by_key: {
    title: (rows) => `shuffled \`count_by_key\`, W = 2, ${rows} rows`,
    workers: 2,
    ours: "ours, 2 workers",
    build: "coi",
    theirs: "DuckDB-Wasm `coi`, 2 threads",
  },
};

/** Group-by and count beside DuckDB-Wasm. `lab` is what the figures share: browser, server, our page, options. */
export async function countingFigure(lab, name) {
  const { browser, server, ours, options, say } = lab;
  const plan = COUNTING[name];
  const scenario = {
    version: 1,
    rows: options.rows,
    keys: options.keys,
    skew: ZIPF,
    query: "count_by_key",
    workers: plan.workers,
    map_partitions: plan.workers,
    reduce_partitions: plan.workers,
  };

  say("keys");
  if (ours.page) await putData(ours.page, name, scenario);
  else server.data.set(name, Buffer.from(standinKeys(scenario).buffer));
  const bytes = server.data.get(name);
  const expected = countByKey(new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8));

  say(`starting ${plan.theirs}`);
  const duckdb = await openDuckdb(browser, server, plan.build, plan.workers);
  const theirs = await duckdbCounting(duckdb.page, name, expected, plan.theirs);
  const sides = [theirs];
  if (ours.page) sides.unshift(oursCounting(ours.page, name, scenario, plan.ours));

  const measured = await interleave(sides.map((side) => checked(side, expected)), options.repeats, say);
  const clock = await describe(duckdb.page);
  await duckdb.page.context().close();
  server.data.delete(name);
  return {
    name,
    title: plan.title(options.rows.toLocaleString("en-GB")),
    rows: options.rows,
    answer: expected,
    data: ours.page ? "ours" : "stand-in",
    duckdb_version: duckdb.version,
    clock_tick_micros: clock.tick_micros,
    sides: withMissing(ours, plan.ours, measured),
  };
}

/** The cost of a block in an all-to-all of small blocks beside bare message channels. */
export async function exchangeFigures(lab) {
  const { browser, server, ours, options, say } = lab;
  const blocks = EXCHANGE_WORKERS * (EXCHANGE_WORKERS - 1);
  const page = await openBareChannels(browser, server, EXCHANGE_WORKERS);
  const perSize = EXCHANGE_BLOCK_BYTES.map((blockBytes) => {
    const shape = { workers: EXCHANGE_WORKERS, blockBytes, rounds: EXCHANGE_ROUNDS };
    const sides = [bareExchanging(page, shape, "bare MessageChannels")];
    if (ours.page) sides.unshift(oursExchanging(ours.page, shape, "ours"));
    return { blockBytes, sides: sides.map((side) => checked(side, { blocks })) };
  });
  // Both sizes take turns as well, so that empty and filled blocks can be compared.
  const measured = await interleave(perSize.flatMap(({ sides }) => sides), options.repeats, say);
  await page.context().close();

  return perSize.map(({ blockBytes, sides }) => ({
    name: `exchange_blocks_${blockBytes}`,
    title: `exchange, W = ${EXCHANGE_WORKERS}, ${blockBytes === 0 ? "empty" : `${blockBytes / 1024} KB`} blocks`,
    blocks,
    sides: withMissing(ours, "ours", measured.splice(0, sides.length)),
  }));
}

/** A side that fails as soon as its answer is not the expected one. */
function checked(side, expected) {
  return {
    ...side,
    async measure() {
      const measured = await side.measure();
      if (JSON.stringify(measured.answer) !== JSON.stringify(expected)) {
        throw new Error(`${side.label} answers ${JSON.stringify(measured.answer)}, right is ${JSON.stringify(expected)}`);
      }
      return measured;
    },
  };
}

function withMissing(ours, label, sides) {
  return ours.page ? sides : [{ label, role: "ours", missing: ours.missing }, ...sides];
}
