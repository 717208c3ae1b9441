// Keys of the shape that our page would hand over, for measuring the other side while ours is not available.

const SEED = 20261122;

/** `rows` keys of 0 to keys-1, drawn by the scenario's skew; neighbours in number are not neighbours in frequency. */
export function standinKeys({ rows, keys, skew }) {
  const random = mulberry32(SEED);
  const cumulative = new Float64Array(keys);
  let total = 0;
  for (let rank = 0; rank < keys; rank++) {
    total += skew.kind === "zipf" ? (rank + 1) ** -skew.exponent : 1;
    cumulative[rank] = total;
  }
  const column = new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) {
    const point = ((random() + random() / 2 ** 32) / 2 ** 32) * total;
    const rank = Math.min(firstAtLeast(cumulative, point), keys - 1);
    column[row] = BigInt((rank * 7919) % keys);
  }
  return column;
}

function firstAtLeast(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
