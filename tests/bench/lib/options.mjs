// The command line of the benchmark.

export const FIGURES = ["local_count_by_key", "shuffled_count_by_key", "exchange_blocks", "page_size"];

const USAGE = `usage: node tests/bench/run.mjs [options]

  --only NAME      run one figure: ${FIGURES.join(", ")}
  --rows N         rows of the group-by figures (10000000)
  --keys N         distinct keys to draw from (1000000)
  --repeats N      measured repeats of each side, after the warm-up (7)
  --dist DIR       the built page (dist)
  --out FILE       where the result goes as JSON (target/bench/result.json)
  --chromium FILE  the browser (/usr/bin/chromium, or SHUFFLE_LAB_CHROMIUM)
  --require-ours   fail when the page or one of its kernels is missing, instead of saying "not available"
`;

const WHOLE_NUMBERS = new Set(["rows", "keys", "repeats"]);
const WORDS = new Set(["only", "dist", "out", "chromium"]);

export class UsageError extends Error {}

/** Options from the command line; an unknown or malformed one is a UsageError naming it. */
export function parseOptions(argv, environment = process.env) {
  const options = {
    only: null,
    rows: 10_000_000,
    keys: 1_000_000,
    repeats: 7,
    dist: "dist",
    out: "target/bench/result.json",
    chromium: environment.SHUFFLE_LAB_CHROMIUM || "/usr/bin/chromium",
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
    const name = flag.replace(/^--/, "");
    if (!flag.startsWith("--") || !(WHOLE_NUMBERS.has(name) || WORDS.has(name))) {
      throw new UsageError(`unknown option ${argument}\n\n${USAGE}`);
    }
    const value = inline ?? rest.shift();
    if (value === undefined) throw new UsageError(`${flag} wants a value\n\n${USAGE}`);
    options[name] = WHOLE_NUMBERS.has(name) ? wholeNumber(flag, value) : value;
  }
  if (options.only !== null && !FIGURES.includes(options.only)) {
    throw new UsageError(`--only ${options.only}: one of ${FIGURES.join(", ")}`);
  }
  return options;
}

function wholeNumber(flag, text) {
  const number = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(number) || number < 1) throw new UsageError(`${flag} ${text}: a whole number from 1`);
  return number;
}
