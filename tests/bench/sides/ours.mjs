// Our page as one side of a comparison. What the page has to offer is written in ../README.md.

import { call, open } from "../lib/browser.mjs";

/** Opens the built page and returns `{ page }`, or `{ missing: reason }` when it has no bench to offer. */
export async function openOurs(browser, server) {
  const page = await open(browser, `${server.origin}/page/`);
  const ready = await page
    .waitForFunction(() => typeof window.shuffleLab?.run === "function", null, { timeout: 20_000 })
    .then(() => true, () => false);
  if (!ready) return { missing: "the page has no window.shuffleLab.run after 20 s" };
  const hooks = await page.evaluate(() => ["bench", "benchData"].filter((name) => typeof window.shuffleLab[name] !== "function"));
  if (hooks.length > 0) return { missing: `the page has no window.shuffleLab.${hooks.join(", ")}` };
  if (await page.evaluate(() => crossOriginIsolated)) throw new Error("our page must be measured without isolation");
  return { page };
}

/** Lets our page put the scenario's key column on the server, for the other side and the reference. */
export async function putData(page, dataName, scenario) {
  await page.evaluate(
    async ([dataName, scenario]) => {
      const keys = await window.shuffleLab.benchData({ scenario });
      if (!(keys instanceof BigInt64Array)) throw new Error("benchData must give a BigInt64Array");
      const response = await fetch(`/data/${dataName}`, { method: "PUT", body: keys });
      if (!response.ok) throw new Error(`data ${dataName}: ${response.status}`);
    },
    [dataName, scenario],
  );
}

export function oursCounting(page, name, scenario, label) {
  return {
    label,
    role: "ours",
    async measure() {
      const result = await runOnce(page, name, { scenario, repeats: 1 });
      const { rows, groups, checksum } = result;
      return { micros: result.micros[0], answer: { rows, groups, checksum: String(checksum) } };
    },
  };
}

export function oursExchanging(page, { workers, blockBytes, rounds }, label) {
  return {
    label,
    role: "ours",
    async measure() {
      const result = await runOnce(page, "exchange_blocks", { workers, block_bytes: blockBytes, rounds, repeats: 1 });
      return { micros: result.micros[0], answer: { blocks: result.blocks } };
    },
  };
}

/** A promise of `{ name, micros: [one number a repeat], ... }`, checked for its shape. */
async function runOnce(page, name, options) {
  const result = await call(page, "shuffleLab", "bench", name, options);
  if (result?.name !== name || result.micros?.length !== options.repeats) {
    throw new Error(`bench("${name}") gave ${JSON.stringify(result)?.slice(0, 300)}`);
  }
  return result;
}
