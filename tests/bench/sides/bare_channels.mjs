// Bare message channels as one side of a comparison.

import { call, open } from "../lib/browser.mjs";

export async function openBareChannels(browser, server, workers) {
  const page = await open(browser, `${server.origin}/bench/bare_channels.html`);
  await page.waitForFunction(() => window.bareChannels);
  await call(page, "bareChannels", "start", workers);
  return page;
}

export function bareExchanging(page, { blockBytes, rounds }, label) {
  return {
    label,
    role: "floor",
    async measure() {
      const { micros, blocks } = await call(page, "bareChannels", "exchange", blockBytes, rounds);
      return { micros, answer: { blocks } };
    },
  };
}
