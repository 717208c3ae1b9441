// The right answers over numbers, computed a third way: one plain loop over a Map of JavaScript's own.
//
// Answers are decimal text, so that integers of any size compare exactly. A checksum weighs each group's result with its
// key: it changes when a row is in the wrong group.

import { valueOf } from "../data.mjs";

/** Numbers each row's key 0, 1, 2... in the order of first sight: `{ rows: Int32Array, keys: [BigInt] }`. */
export function numberKeys(keys) {
  const halves = new Int32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
  const known = new Map();
  const rows = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row++) {
    // As a double: a Map of BigInt takes ten times as long.
    const key = halves[2 * row + 1] * 2 ** 32 + (halves[2 * row] >>> 0);
    if (!Number.isSafeInteger(key)) throw new Error(`the reference reads keys below 2^53, not ${keys[row]}`);
    let number = known.get(key);
    if (number === undefined) {
      number = known.size;
      known.set(key, number);
    }
    rows[row] = number;
  }
  return { rows, keys: [...known.keys()].map(BigInt) };
}

/** Sum over the numbers of `term(number, key)`, which is a BigInt. */
function sumOver({ keys }, term) {
  return keys.reduce((sum, key, number) => sum + term(number, key), 0n).toString();
}

export function groupBy(numbered) {
  const counts = new Float64Array(numbered.keys.length);
  const sums = new Float64Array(numbered.keys.length);
  numbered.rows.forEach((number, row) => {
    counts[number] += 1;
    sums[number] += valueOf(row);
  });
  return {
    groups: String(numbered.keys.length),
    rows: String(numbered.rows.length),
    sum: sumOver(numbered, (number) => BigInt(sums[number])),
    checksum: sumOver(numbered, (number, key) => key * BigInt(counts[number]) ** 2n),
    sums_checksum: sumOver(numbered, (number, key) => key * BigInt(sums[number])),
  };
}

export function countByKey(numbered) {
  const { groups, rows, checksum } = groupBy(numbered);
  return { groups, rows, checksum };
}

export function distinct(numbered) {
  return { groups: String(numbered.keys.length), checksum: sumOver(numbered, (_, key) => key * key) };
}

/** Keys are unique on the build side; every probe row finds one row there. */
export function joinSum(numbered, buildKeys) {
  const weights = new Map();
  buildKeys.forEach((key, row) => weights.set(Number(key), valueOf(row)));
  if (weights.size !== buildKeys.length) throw new Error("a key of the build side repeats");
  const weightOf = numbered.keys.map((key) => weights.get(Number(key)));
  let rows = 0;
  let sum = 0;
  for (const number of numbered.rows) {
    const weight = weightOf[number];
    if (weight === undefined) continue;
    rows += 1;
    sum += weight;
  }
  return { rows: String(rows), sum: String(sum) };
}

export function filterSum(rowCount, limit) {
  let sum = 0;
  for (let row = 0; row < rowCount; row++) {
    const value = valueOf(row);
    if (value < limit) sum += value;
  }
  return { sum: String(sum) };
}

/** Of each key's rows the one with the highest `v`, and of those the one with the lowest `id`. */
export function dedupBest(numbered) {
  const best = new Int32Array(numbered.keys.length).fill(-1);
  const ids = new Int32Array(numbered.keys.length);
  numbered.rows.forEach((number, row) => {
    const value = valueOf(row);
    // Rows come by rising id: only a strictly better one takes the place.
    if (value > best[number]) {
      best[number] = value;
      ids[number] = row;
    }
  });
  return {
    groups: String(numbered.keys.length),
    ids: sumOver(numbered, (number) => BigInt(ids[number])),
    values: sumOver(numbered, (number) => BigInt(best[number])),
    checksum: sumOver(numbered, (number, key) => key * BigInt(ids[number])),
  };
}

/** Rows and keys of each partition as Spark places them: Murmur3 of the key's 8 bytes, seed 42, remainder. */
export function partition(keys, partitionCount) {
  const halves = new Int32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
  const keySums = new Array(partitionCount).fill(0);
  const valueSums = new Float64Array(partitionCount);
  for (let row = 0; row < keys.length; row++) {
    const hash = sparkHash(halves[2 * row], halves[2 * row + 1]);
    const at = ((hash % partitionCount) + partitionCount) % partitionCount;
    keySums[at] += Number(keys[row]);
    valueSums[at] += valueOf(row);
  }
  if (keySums.some((sum) => !Number.isSafeInteger(sum))) throw new Error("the keys are too large to be added up here");
  const weighed = (sums) => sums.reduce((sum, value, at) => sum + BigInt(at + 1) * BigInt(value), 0n).toString();
  return { rows: String(keys.length), keys: weighed(keySums), values: weighed([...valueSums]) };
}

function sparkHash(low, high) {
  let hash = mix(mix(42, low), high);
  hash ^= 8;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mix(hash, word) {
  word = Math.imul(word, 0xcc9e2d51);
  word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
  hash ^= word;
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
}
