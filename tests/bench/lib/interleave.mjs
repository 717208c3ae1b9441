// Measuring several sides so that a disturbance of the machine meets all of them alike.

/** Runs of each side before its first measured one: caches fill, wasm tiers up, DuckDB's first query is 4x its median. */
export const WARM_UPS = 2;

/**
 * Measures every side `repeats` times, taking turns: ours, theirs, ours, theirs ...
 * A side is `{ label, measure() -> { micros, answer? } }`. Answers must not change between repeats.
 */
export async function interleave(sides, repeats, say) {
  const micros = sides.map(() => []);
  const answers = sides.map(() => undefined);
  for (let turn = -WARM_UPS; turn < repeats; turn++) {
    for (const [index, side] of sides.entries()) {
      const measured = await side.measure();
      if (!(measured.micros >= 0)) throw new Error(`${side.label}: ${measured.micros} is not a time`);
      if (turn >= 0) micros[index].push(measured.micros);
      const answer = JSON.stringify(measured.answer);
      if (answers[index] !== undefined && answers[index] !== answer) {
        throw new Error(`${side.label}: the answer changed from ${answers[index]} to ${answer}`);
      }
      answers[index] = answer;
    }
    say(turn < 0 ? `warm-up ${turn + WARM_UPS + 1} of ${WARM_UPS}` : `repeat ${turn + 1} of ${repeats}`);
  }
  return sides.map((side, index) => ({ label: side.label, role: side.role, ...summary(micros[index]) }));
}

export function summary(micros) {
  const sorted = [...micros].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median_micros: median, min_micros: sorted[0], max_micros: sorted.at(-1), micros };
}
