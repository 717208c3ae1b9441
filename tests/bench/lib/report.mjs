// The result as markdown tables.

const integer = new Intl.NumberFormat("en-GB");
const BUSY_LOAD = 0.5;

export function toMarkdown(result) {
  const { machine } = result;
  const lines = [
    `# Benchmark of ${machine.date}`,
    "",
    `${machine.browser}, DuckDB-Wasm ${machine.duckdb_wasm} (DuckDB ${machine.duckdb ?? "not started"}), ` +
      `${machine.cores} cores (${machine.processor}), Node ${machine.node}. ` +
      `${result.warm_ups} warm-ups, then the median of ${result.repeats}, the sides taking turns. ` +
      `Load average ${machine.load_before.toFixed(2)} before, ${machine.load_after.toFixed(2)} after.`,
  ];
  if (machine.load_before > BUSY_LOAD) {
    lines.push("", "**The machine was busy when this started: trust the ratios more than the times.**");
  }
  if (result.figures.length > 0) {
    lines.push("", "| figure | side | median | min .. max | rate | ours is |", "|---|---|---:|---:|---:|---:|");
    for (const figure of result.figures) lines.push(...figureRows(figure));
  }
  if (result.page_size) lines.push("", ...sizeTable(result.page_size));
  if (result.notes.length > 0) lines.push("", ...result.notes.map((note) => `- ${note}`));
  return lines.join("\n") + "\n";
}

function figureRows(figure) {
  const ours = figure.sides.find((side) => side.role === "ours");
  return figure.sides.map((side, index) => {
    const name = index === 0 ? figure.title : "";
    if (side.missing) return `| ${name} | ${side.label}: not available (${side.missing}) | | | | |`;
    const span = `${millis(side.min_micros)} .. ${millis(side.max_micros)}`;
    return `| ${name} | ${side.label} | ${millis(side.median_micros)} ms | ${span} | ${rate(figure, side)} | ${ratio(side, ours)} |`;
  });
}

function rate(figure, side) {
  if (figure.rows) return `${(figure.rows / side.median_micros).toFixed(1)} Mrow/s`;
  return `${(side.median_micros / figure.blocks).toFixed(2)} us/block`;
}

/** Beside each other side: how many times faster or slower ours is. */
function ratio(side, ours) {
  if (!ours || ours.missing || side === ours) return "";
  const times = side.median_micros / ours.median_micros;
  return times >= 1 ? `${times.toFixed(2)}x faster` : `${(1 / times).toFixed(2)}x slower`;
}

function millis(micros) {
  return (micros / 1000).toFixed(micros < 100_000 ? 2 : 0);
}

function sizeTable({ files, total, duckdb_gzip }) {
  const row = (name, sizes) =>
    `| ${name} | ${integer.format(sizes.raw)} | ${integer.format(sizes.gzip)} | ${integer.format(sizes.brotli)} |`;
  return [
    "| the page loads | bytes | gzip | brotli |",
    "|---|---:|---:|---:|",
    ...files.map((file) => row(file.name, file)),
    row("**total**", total),
    `| DuckDB-Wasm \`eh\`, its engine alone | | ${integer.format(duckdb_gzip)} | |`,
  ];
}
