// The cost of a block in an all-to-all of small blocks beside bare message channels.

import { figure, checked, timesTheCost } from "./figure.mjs";
import { interleave } from "../interleave.mjs";
import { bareExchanging, openBareChannels } from "../../sides/bare_channels.mjs";
import { oursRunning } from "../../sides/ours.mjs";

/** One round takes a few milliseconds and the page's clock ticks every 0.1 ms: so many in one measurement. */
const SHAPES = [
  { workers: 16, rounds: 20 },
  { workers: 64, rounds: 4 },
];
const BLOCK_BYTES = [0, 1024];

export async function exchangeFigures(lab) {
  const made = [];
  for (const shape of SHAPES) made.push(...(await figuresOf(lab, shape)));
  return made;
}

async function figuresOf(lab, { workers, rounds }) {
  const { browser, server, ours, options } = lab;
  const blocks = workers * (workers - 1);
  const page = await openBareChannels(browser, server, workers);
  const perSize = BLOCK_BYTES.map((blockBytes) => {
    const sides = [bareExchanging(page, { blockBytes, rounds }, "bare MessageChannels")];
    const asked = { workers, block_bytes: blockBytes, rounds };
    if (ours.page) sides.unshift(oursRunning(ours.page, "exchange_blocks", asked, "ours"));
    return { blockBytes, sides: sides.map((side) => checked(side, { blocks })) };
  });
  // Both sizes take turns as well, so that empty and filled blocks can be compared.
  const say = (text) => lab.say(`exchange_blocks, W = ${workers}: ${text}`);
  const measured = await interleave(perSize.flatMap(({ sides }) => sides), options.repeats, say);
  await page.context().close();

  return perSize.map(({ blockBytes, sides }) =>
    figure({
      name: `exchange_blocks_${workers}_${blockBytes}`,
      title: `shuffle, cost per block, W = ${workers}, ${blockBytes === 0 ? "empty" : `${blockBytes / 1024} KB`} blocks`,
      blocks,
      bar: timesTheCost(1.5),
      measured: measured.splice(0, sides.length),
    }),
  );
}
