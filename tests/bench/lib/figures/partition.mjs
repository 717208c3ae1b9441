// The partition kernel by itself: where each row belongs by Spark's hash, and the two-pass write into 64 blocks a map task.

import { bring, dropAll, scenarioOf } from "../data.mjs";
import { partition } from "../reference/groups.mjs";
import { figure, rowsASecond, take } from "./figure.mjs";
import { millions } from "./local.mjs";
import { oursRunning } from "../../sides/ours.mjs";

const PARTITIONS = 64;
/** As many map tasks as reduce partitions: 156,250 rows of 16 bytes each. */
const MAP_TASKS = 64;

export async function partitionFigure(lab) {
  const { server, ours, options } = lab;
  if (!ours.page) return null;
  const say = (text) => lab.say(`partition: ${text}`);
  const scenario = scenarioOf("zipf", options);
  const read = await bring({ server, ours, say }, "partition", scenario, ["numbers"]);
  dropAll(server, "partition");
  const expected = partition(read.numbers.key, PARTITIONS);
  const shape = { scenario, partitions: PARTITIONS, map_tasks: MAP_TASKS };
  const measured = await take(lab, "partition", [oursRunning(ours.page, "partition", shape, "ours, 1 thread")], expected);
  return figure({
    name: "partition",
    title: `partition kernel, ${PARTITIONS} ways, ${millions(options.rows)} rows of 16 bytes`,
    rows: options.rows,
    answer: expected,
    bar: rowsASecond(120, options.rows),
    measured,
  });
}
