// Sixteen workers from nothing to ready, beside bare ones: those that only answer, and those that also make an instance
// of the very same compiled module.

import { figure, take, timesTheCost } from "./figure.mjs";
import { openBareWorkers, bareStarting } from "../../sides/bare_workers.mjs";
import { oursRunning } from "../../sides/ours.mjs";

const WORKERS = 16;

export async function workersFigure(lab) {
  const { browser, server, ours, dist } = lab;
  const page = await openBareWorkers(browser, server, dist);
  const sides = [
    bareStarting(page, { workers: WORKERS, instance: false }, "bare workers that answer", "floor"),
    bareStarting(page, { workers: WORKERS, instance: true }, "bare workers that make an instance of the module", "beside"),
  ];
  if (ours.page) sides.unshift(oursRunning(ours.page, "workers_ready", { workers: WORKERS }, "ours"));
  const measured = await take(lab, "workers_ready", sides, { ready: WORKERS });
  await page.context().close();
  return figure({
    name: "workers_ready",
    title: `${WORKERS} workers ready`,
    bar: timesTheCost(1.3),
    measured,
  });
}
