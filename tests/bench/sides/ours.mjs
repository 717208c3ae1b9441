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

/** Lets our page put a column on the server, for the other side and the reference. */
export async function putColumn(page, at, options) {
  await page.evaluate(
    async ([at, options]) => {
      const put = async (name, body) => {
        // A Blob: the browser's driver would be told of any other body, as one text.
        const response = await fetch(`/data/${name}`, { method: "PUT", body: new Blob([body]) });
        if (!response.ok) throw new Error(`data ${name}: ${response.status}`);
      };
      const column = await window.shuffleLab.benchData(options);
      if (column instanceof BigInt64Array) return put(at, column);
      if (!(column.offsets instanceof Uint32Array) || !(column.bytes instanceof Uint8Array)) {
        throw new Error("benchData must give a BigInt64Array, or offsets and bytes");
      }
      await put(`${at}.offsets`, column.offsets);
      await put(`${at}.bytes`, column.bytes);
    },
    [at, options],
  );
}

/** A side that calls `bench(name, options)`; what it answers beside its name and times is compared. */
export function oursRunning(page, name, options, label) {
  return {
    label,
    role: "ours",
    async measure() {
      const { name: _, micros, ...answer } = await runOnce(page, name, { ...options, repeats: 1 });
      return { micros: micros[0], answer };
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
