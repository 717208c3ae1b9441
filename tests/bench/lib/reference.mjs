// The right answer to `SELECT key, count(*) ... GROUP BY key`, computed a third way: sort, then count runs.

/**
 * `{ rows, groups, checksum }` of a column of 64-bit keys. The checksum is the exact integer
 * sum over the groups of key x count x count, in decimal: it changes when rows move between groups, and stays within
 * a signed 128-bit integer for any column (|key| < 2^63, the squares of the counts add up to at most rows^2).
 */
export function countByKey(keys) {
  const sorted = BigInt64Array.from(keys).sort();
  let groups = 0;
  let checksum = 0n;
  for (let start = 0; start < sorted.length; ) {
    const key = sorted[start];
    let end = start + 1;
    while (end < sorted.length && sorted[end] === key) end++;
    const count = BigInt(end - start);
    checksum += key * count * count;
    groups += 1;
    start = end;
  }
  return { rows: sorted.length, groups, checksum: checksum.toString() };
}
