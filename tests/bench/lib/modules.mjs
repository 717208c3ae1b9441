// The npm packages of tests/bench/package.json, which are installed outside the source tree.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The node_modules folder: target/bench/node_modules, or what SHUFFLE_LAB_BENCH_MODULES names. */
export const MODULES = resolve(
  process.env.SHUFFLE_LAB_BENCH_MODULES || join(REPOSITORY, "target/bench/node_modules"),
);

const require = createRequire(join(MODULES, "..", "anchor.js"));

export function load(name) {
  try {
    return require(name);
  } catch (error) {
    throw new Error(
      `${name} is not installed in ${MODULES}: copy tests/bench/package.json to ${dirname(MODULES)}, ` +
        `run \`npm install\` there (\`cargo xtask bench\` does both). ${error.message}`,
    );
  }
}

export function versionOf(name) {
  return JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8")).version;
}
