// One headless Chromium for all figures, so that both sides of a ratio meet the same browser on the same machine.

import { load } from "./modules.mjs";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Several pages are open at once and only one of them is in front.
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  // Nothing but the bench's own server can be reached.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

// A first run may generate ten million rows in a debug build on a busy machine.
const CALL_TIMEOUT_MILLIS = 300_000;

export async function launch(executablePath) {
  const { chromium } = load("playwright-core");
  return chromium.launch({ executablePath, args: FLAGS, chromiumSandbox: false });
}

/** Opens `url` in a fresh profile; what goes wrong inside the page is kept in `page.faults`. */
export async function open(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(CALL_TIMEOUT_MILLIS);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") page.faults.push(`${message.text()} ${message.location().url}`);
  });
  page.on("crash", () => page.faults.push("the page crashed"));
  await page.goto(url, { waitUntil: "load" });
  return page;
}

/** Calls `window[object][method](...)` in the page; fails by name instead of hanging when the page dies. */
export async function call(page, object, method, ...args) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${object}.${method} gave no answer in ${CALL_TIMEOUT_MILLIS / 1000} s`)),
      CALL_TIMEOUT_MILLIS,
    );
  });
  const answer = page.evaluate(
    ([object, method, args]) => window[object][method](...args),
    [object, method, args],
  );
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    const faults = page.faults.length > 0 ? `; the page said: ${page.faults.slice(-3).join(" | ")}` : "";
    throw new Error(`${object}.${method}: ${error.message}${faults}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** What the machine and the page's clock are like; the tick is the smallest step that performance.now() shows. */
export function describe(page) {
  return page.evaluate(() => {
    let tick = Infinity;
    let last = performance.now();
    for (const end = last + 20; last < end; ) {
      const now = performance.now();
      if (now > last) tick = Math.min(tick, now - last);
      last = now;
    }
    return {
      cores: navigator.hardwareConcurrency,
      isolated: crossOriginIsolated,
      tick_micros: Math.round(tick * 1000),
    };
  });
}
