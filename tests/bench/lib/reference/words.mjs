// The right answers over text. A word's weight in the checksum is its bytes read as one big-endian number.

/** Counts of the values of a text column. */
export function countTexts({ offsets, bytes }) {
  const counts = new Map();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let row = 0; row + 1 < offsets.length; row++) add(counts, text.latin1Slice(offsets[row], offsets[row + 1]));
  return answer(counts);
}

/** Counts of the words of a text column, which single spaces divide. */
export function countWords({ offsets, bytes }) {
  const counts = new Map();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (offsets[row] === offsets[row + 1]) continue;
    for (const word of text.latin1Slice(offsets[row], offsets[row + 1]).split(" ")) add(counts, word);
  }
  return answer(counts);
}

function add(counts, word) {
  counts.set(word, (counts.get(word) ?? 0) + 1);
}

function answer(counts) {
  let rows = 0;
  let checksum = 0n;
  for (const [word, count] of counts) {
    rows += count;
    const weight = BigInt(`0x${Buffer.from(word, "latin1").toString("hex")}`);
    checksum += weight * BigInt(count) ** 2n;
  }
  return { groups: String(counts.size), rows: String(rows), checksum: checksum.toString() };
}
