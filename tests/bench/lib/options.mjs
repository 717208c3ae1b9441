// The command line of the benchmark.

import { QUERIES } from "./figures/queries.mjs";

export const FIGURES = [
  ...QUERIES.map((query) => query.name),
  "shuffled_count_by_key",
  "partition",
  "exchange_blocks",
  "workers_ready",
  "rows_growth",
  "narrow_speedup",
  "exchange_growth",
  "page_size",
];

const USAGE = `usage: node tests/bench/run.mjs [options]

  --only A,B,...   only some figures: ${FIGURES.join(", ")}
  --rows N         rows of the figures over numbers (10000000)
  --text-rows N    rows of the figures over text (2000000)
  --keys N         distinct keys to draw from (1000000)
  --repeats N      measured repeats of each side, after the warm-up (7)
  --dist DIR       the page built with the feature "hooks" (target/bench/page)
  --published DIR  the page as it is published, which is weighed (dist)
  --out FILE       where the result goes as JSON (target/bench/result.json)
  --markdown FILE  where the result goes as markdown too, beside standard output
  --chromium FILE  the browser (/usr/bin/chromium, or SHUFFLE_LAB_CHROMIUM)
  --require-ours   fail when the page or one of its kernels is missing, instead of saying "not available"
`;

const WHOLE_NUMBERS = { "--rows": "rows", "--text-rows": "textRows", "--keys": "keys", "--repeats": "repeats" };
const WORDS = { "--only": "only", "--dist": "dist", "--published": "published", "--out": "out", "--markdown": "markdown", "--chromium": "chromium" };

export class UsageError extends Error {}

/** Options from the command line; an unknown or malformed one is a UsageError naming it. */
export function parseOptions(argv, environment = process.env) {
  const options = {
    only: null,
    rows: 10_000_000,
    textRows: 2_000_000,
    keys: 1_000_000,
    repeats: 7,
    dist: "target/bench/page",
    published: "dist",
    out: "target/bench/result.json",
    markdown: null,
    chromium: environment.SHUFFLE_LAB_CHROMIUM || environment.CHROMIUM || "/usr/bin/chromium",
    requireOurs: false,
  };
  const rest = [...argv];
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === "--help" || argument === "-h") throw new UsageError(USAGE);
    if (argument === "--require-ours") {
      options.requireOurs = true;
      continue;
    }
    const [flag, inline] = argument.split(/=(.*)/s);
    const name = WHOLE_NUMBERS[flag] ?? WORDS[flag];
    if (name === undefined) throw new UsageError(`unknown option ${argument}\n\n${USAGE}`);
    const value = inline ?? rest.shift();
    if (value === undefined) throw new UsageError(`${flag} wants a value\n\n${USAGE}`);
    options[name] = flag in WHOLE_NUMBERS ? wholeNumber(flag, value) : value;
  }
  options.wanted = options.only === null ? FIGURES : options.only.split(",");
  const unknown = options.wanted.find((name) => !FIGURES.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: some of ${FIGURES.join(", ")}`);
  return options;
}

function wholeNumber(flag, text) {
  const number = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(number) || number < 1) throw new UsageError(`${flag} ${text}: a whole number from 1`);
  return number;
}
