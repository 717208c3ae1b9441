// The result as markdown: the table with its bars, what the page loads, and how to repeat it.

const integer = new Intl.NumberFormat("en-GB");
const BUSY_LOAD = 0.5;

export function toMarkdown(result) {
  const { machine } = result;
  const lines = [
    "# Speed, measured",
    "",
    `On ${machine.date}: ${machine.browser}, DuckDB-Wasm ${machine.duckdb_wasm} (DuckDB ${machine.duckdb ?? "not started"}), ` +
      `${machine.cores} cores (${machine.processor}), Node ${machine.node}; load average ${machine.load_before.toFixed(2)} ` +
      `before, ${machine.load_after.toFixed(2)} after.`,
    "",
    `All in one browser run. Both sides hold the same data and gave the same answers, which a third computation checked; ` +
      `${result.warm_ups} warm-ups, then the median of ${result.repeats} with min .. max, the sides taking turns.`,
  ];
  if (machine.load_before > BUSY_LOAD) {
    lines.push("", "**The machine was busy when this started: trust the ratios more than the times.**");
  }
  if (result.figures.length > 0 || result.page_size) lines.push("", ...barTable(result));
  lines.push(...formulationNotes(result.figures));
  if (result.page_size) lines.push("", "## What the page loads", "", ...sizeTable(result.page_size));
  if (result.notes.length > 0) lines.push("", ...result.notes.map((note) => `- ${note}`));
  if (result.failures.length > 0) lines.push("", ...result.failures.map((failure) => `- **failed**: ${failure}`));
  lines.push("", ...howToRepeat());
  return lines.join("\n") + "\n";
}

function barTable({ figures, page_size }) {
  const lines = [
    "| work | ours | the other side | ratio | bar | | load |",
    "|---|---:|---:|---:|---:|---|---:|",
    ...figures.map(figureRow),
  ];
  if (page_size) {
    const { total, limit_brotli, met } = page_size;
    lines.push(`| everything the page loads, brotli | ${kilobytes(total.brotli)} | | | at most ${kilobytes(limit_brotli)} | ${verdict(met)} | |`);
  }
  return lines;
}

function figureRow(figure) {
  const ours = figure.sides.find((side) => side.role === "ours");
  const others = figure.sides.filter((side) => side.role !== "ours");
  const ratio = figure.ratio === undefined ? "" : `${figure.ratio.toFixed(2)}${figure.unit}`;
  const cell = (side) => `${cost(figure, side.median_micros)} (${cost(figure, side.min_micros)} .. ${cost(figure, side.max_micros)})`;
  const theirs = others.map((side) => `${side.label}: ${cell(side)}`).join("<br>");
  return (
    `| ${figure.title} | ${ours ? cell(ours) : others.some((side) => side.role === "beside") ? "" : "not available"} | ${theirs} | ${ratio} ` +
    `| ${figure.bar ?? ""} | ${figure.met === undefined ? "" : verdict(figure.met)} | ${figure.load.toFixed(2)} |`
  );
}

function verdict(met) {
  return met ? "met" : "**missed**";
}

/** A time, or what it is a block. */
function cost(figure, micros) {
  return figure.blocks ? `${(micros / figure.blocks).toFixed(2)} us` : `${millis(micros)} ms`;
}

/** Which way of asking DuckDB was the fastest and so stands in the table, and what the others took. */
function formulationNotes(figures) {
  const several = figures.filter((figure) => figure.formulations?.length > 1);
  if (several.length === 0) return [];
  const told = ({ name, micros, beside }) => `${name} ${millis(micros)} ms${beside ? " (not compared with: see tests/bench/README.md)" : ""}`;
  return [
    "",
    "DuckDB was asked in several ways and is shown with the fastest one; two tries each, unclocked:",
    "",
    ...several.map(({ title, formulations }) => `- ${title}: ${formulations.map(told).join(", ")}.`),
  ];
}

function millis(micros) {
  return (micros / 1000).toFixed(micros < 100_000 ? 1 : 0);
}

function kilobytes(bytes) {
  return `${Math.ceil(bytes / 1000)} KB`;
}

function sizeTable({ files, total, duckdb_gzip }) {
  const row = (name, sizes) =>
    `| ${name} | ${integer.format(sizes.raw)} | ${integer.format(sizes.gzip)} | ${integer.format(sizes.brotli)} |`;
  return [
    "| file | bytes | gzip | brotli |",
    "|---|---:|---:|---:|",
    ...files.map((file) => row(file.name, file)),
    row("**total**", total),
    `| DuckDB-Wasm \`eh\`, its engine alone | | ${integer.format(duckdb_gzip)} | |`,
  ];
}

function howToRepeat() {
  return [
    "## How to repeat it",
    "",
    "    cargo xtask bench --markdown docs/speed.md",
    "",
    "It builds the page, brings DuckDB-Wasm into `target/bench`, and measures for some minutes; close other programs first. " +
      "A bar that is missed is printed as missed; a wrong answer ends with an error. Every single time is in " +
      "`target/bench/result.json`. What is compared with what, and why that is fair: `tests/bench/README.md`.",
  ];
}
