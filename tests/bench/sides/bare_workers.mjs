// Bare workers as one side of a comparison.

import { readdirSync } from "node:fs";
import { call, open } from "../lib/browser.mjs";

/** A page that has compiled our module, so that its workers can make instances of it. */
export async function openBareWorkers(browser, server, dist) {
  const page = await open(browser, `${server.origin}/bench/bare_workers.html`);
  await page.waitForFunction(() => window.bareWorkers);
  const wasm = readdirSync(dist).find((name) => name.endsWith("_bg.wasm"));
  if (!wasm) throw new Error(`${dist} has no module`);
  const at = (name) => `${server.origin}/page/${name}`;
  await call(page, "bareWorkers", "compile", at(wasm.replace("_bg.wasm", ".js")), at(wasm));
  return page;
}

export function bareStarting(page, { workers, instance }, label, role) {
  return {
    label,
    role,
    async measure() {
      const { micros, ready } = await call(page, "bareWorkers", "start", workers, instance);
      return { micros, answer: { ready } };
    },
  };
}
