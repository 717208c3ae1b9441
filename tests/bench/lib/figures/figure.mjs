// What a figure is: sides that did the same work, the bar that ours has to pass, and whether it did.

import { loadavg } from "node:os";
import { interleave } from "../interleave.mjs";

/** Ours at least so many times as fast as theirs. */
export function timesFaster(times) {
  return { text: `at least ${times.toFixed(1)}x as fast`, judge: (ours, theirs) => passing(theirs / ours, times, "x as fast") };
}

/** Ours costs at most so many times what theirs does. */
export function timesTheCost(times) {
  return {
    text: `at most ${times.toFixed(1)}x the cost`,
    judge: (ours, theirs) => ({ ratio: ours / theirs, unit: "x the cost", met: ours / theirs <= times }),
  };
}

/** Ours by itself: at least so many million rows a second. */
export function rowsASecond(millions, rows) {
  return {
    text: `at least ${millions} Mrow/s`,
    judge: (ours) => passing(rows / ours, millions, " Mrow/s"),
  };
}

function passing(ratio, bar, unit) {
  return { ratio, unit, met: ratio >= bar };
}

/** Measures the sides in turns; every answer has to be the right one. */
export async function take(lab, name, sides, expected) {
  return interleave(
    sides.map((side) => checked(side, expected)),
    lab.options.repeats,
    (text) => lab.say(`${name}: ${text}`),
  );
}

/** A side that fails as soon as its answer is not the expected one. */
export function checked(side, expected) {
  return {
    ...side,
    async measure() {
      const measured = await side.measure();
      if (!isSame(measured.answer, expected)) {
        throw new Error(`${side.label} answers ${JSON.stringify(measured.answer)}, right is ${JSON.stringify(expected)}`);
      }
      return measured;
    },
  };
}

function isSame(answer, expected) {
  const names = Object.keys(expected);
  return Object.keys(answer).length === names.length && names.every((name) => answer[name] === expected[name]);
}

/** The figure with its verdict: `measured` are the sides, the one with role "theirs" (or "floor") being the other. */
export function figure({ measured, bar, ...rest }) {
  const ours = measured.find((side) => side.role === "ours");
  const theirs = measured.find((side) => side.role === "theirs" || side.role === "floor");
  const verdict = ours && bar ? bar.judge(ours.median_micros, theirs?.median_micros) : {};
  return { ...rest, bar: bar?.text, ...verdict, load: loadavg()[0], sides: measured };
}
