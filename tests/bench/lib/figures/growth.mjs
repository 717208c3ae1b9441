// How costs grow: with rows, with workers, and with pairs of workers. Only ours; what is judged is a ratio within the run.

import { loadavg } from "node:os";
import { interleave } from "../interleave.mjs";
import { scenarioOf } from "../data.mjs";
import { QUERIES } from "./queries.mjs";
import { oursRunning } from "../../sides/ours.mjs";
import { call } from "../browser.mjs";

/** Ten times the rows may cost so many times as much. */
const ROWS_BAR = 11;
/** Two workers on two idle cores do row work so many times as fast as one. */
const SPEEDUP_BAR = 1.8;
/** The fit of a + b W(W - 1) must explain so much of the exchange's times. */
const FIT_BAR = 0.98;
const WORKERS = [2, 4, 8, 16, 24, 32];
const ROUNDS = 10;

export async function growthFigures(lab, wanted) {
  if (!lab.ours.page) return [];
  const made = [];
  const makers = { rows_growth: rowsGrowth, narrow_speedup: narrowSpeedup, exchange_growth: exchangeGrowth };
  for (const [name, make] of Object.entries(makers)) {
    if (wanted.includes(name)) made.push(...[await lab.attempt(name, () => make(lab))].flat().filter(Boolean));
  }
  return made;
}

/** Each local query over a tenth of the rows, then over all. */
async function rowsGrowth(lab) {
  const figures = [];
  for (const query of QUERIES) {
    const scenario = scenarioOf(query.data, lab.options);
    const measured = [];
    // Not in turns: the page holds one data set at a time.
    for (const rows of [scenario.rows / 10, scenario.rows]) {
      const asked = { scenario: { ...scenario, rows }, ...query.options };
      const side = oursRunning(lab.ours.page, query.bench, asked, `${rows.toLocaleString("en-GB")} rows`);
      const say = (text) => lab.say(`rows_growth, ${query.name}, ${rows} rows: ${text}`);
      measured.push(...(await interleave([side], lab.options.repeats, say)));
    }
    const [few, many] = measured;
    figures.push({
      name: `rows_growth_${query.name}`,
      title: `rows x 10: ${query.title}`,
      bar: `at most ${ROWS_BAR}x the cost`,
      ratio: many.median_micros / few.median_micros,
      unit: "x the cost",
      met: many.median_micros / few.median_micros <= ROWS_BAR,
      load: loadavg()[0],
      sides: [many, { ...few, role: "beside" }],
    });
  }
  return figures;
}

async function narrowSpeedup(lab) {
  const scenario = { version: 1, rows: 1_000_000, query: "narrow", skew: { kind: "uniform" } };
  const sides = [2, 1].map((workers) => ({
    label: workers === 1 ? "1 worker" : "2 workers",
    role: workers === 2 ? "ours" : "beside",
    async measure() {
      const report = await call(lab.ours.page, "shuffleLab", "run", { ...scenario, workers });
      return { micros: report.wall_micros, answer: report.result };
    },
  }));
  const measured = await interleave(sides, lab.options.repeats, (text) => lab.say(`narrow_speedup: ${text}`));
  const ratio = measured[1].median_micros / measured[0].median_micros;
  return {
    name: "narrow_speedup",
    title: "narrow, 1M rows, 1 to 2 workers",
    bar: `at least ${SPEEDUP_BAR.toFixed(1)}x as fast`,
    ratio,
    unit: "x as fast",
    met: ratio >= SPEEDUP_BAR,
    load: loadavg()[0],
    sides: measured,
  };
}

/** Empty exchanges over more and more workers: the time against W(W - 1). */
async function exchangeGrowth(lab) {
  const sides = WORKERS.map((workers) => {
    const asked = { workers, block_bytes: 0, rounds: ROUNDS };
    return { ...oursRunning(lab.ours.page, "exchange_blocks", asked, `W = ${workers}`), role: "beside" };
  });
  const measured = await interleave(sides, lab.options.repeats, (text) => lab.say(`exchange_growth: ${text}`));
  const points = measured.map((side, index) => ({ pairs: WORKERS[index] * (WORKERS[index] - 1), micros: side.median_micros }));
  const { a, b, r2 } = fitLine(points);
  return {
    name: "exchange_growth",
    title: `empty exchange, W = ${WORKERS[0]} .. ${WORKERS.at(-1)}: ${(a / 1000).toFixed(2)} ms + ${b.toFixed(1)} us x W(W-1)`,
    bar: `R² at least ${FIT_BAR}`,
    ratio: r2,
    unit: " R²",
    met: r2 >= FIT_BAR,
    load: loadavg()[0],
    fit: { a_micros: a, b_micros: b, r2 },
    sides: measured,
  };
}

/** Ordinary least squares. */
export function fitLine(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.pairs), mean((point) => point.micros)];
  const b =
    points.reduce((sum, { pairs, micros }) => sum + (pairs - x) * (micros - y), 0) /
    points.reduce((sum, { pairs }) => sum + (pairs - x) ** 2, 0);
  const a = y - b * x;
  const left = points.reduce((sum, { pairs, micros }) => sum + (micros - a - b * pairs) ** 2, 0);
  const all = points.reduce((sum, { micros }) => sum + (micros - y) ** 2, 0);
  return { a, b, r2: 1 - left / all };
}
