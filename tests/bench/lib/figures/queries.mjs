// The queries: what DuckDB is asked, in each formulation that a good user of it might write, and what is right.
//
// Each timed query reads every row of its result in an outer aggregate, so none can be skipped, and hands back one row.
// `check` is asked once, not timed: its checksums weigh each group with its key.

import * as groups from "../reference/groups.mjs";
import * as words from "../reference/words.mjs";

/** About half of the rows pass. */
const FILTER_LIMIT = 500;

const GROUPED = "SELECT key, count(*) AS c, sum(v) AS s FROM numbers GROUP BY key";
const COUNTED = "SELECT key, count(*) AS c FROM numbers GROUP BY key";
const NAMES = "SELECT name, count(*) AS c FROM texts GROUP BY name";
const WORDS_OF = (words) => `SELECT word, count(*) AS c FROM (${words}) GROUP BY word`;
const SPLIT = "SELECT unnest(string_split(text, ' ')) AS word FROM texts";

const addUp = (grouped) => `SELECT count(*)::VARCHAR AS groups, sum(c)::VARCHAR AS rows FROM (${grouped})`;
const addUpBest = (best) =>
  `SELECT count(*)::VARCHAR AS groups, sum(id)::VARCHAR AS ids, sum(v)::VARCHAR AS "values" FROM (${best})`;
const textChecksum = (grouped, text) =>
  `SELECT sum(('0x' || hex(${text}))::BIGINT::HUGEINT * c::HUGEINT * c::HUGEINT)::VARCHAR AS checksum FROM (${grouped})`;

/** Each key's best row: the highest v, then the lowest id. */
const BEST = {
  "row_number() = 1": `
    SELECT id, key, v FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY v DESC, id) AS n FROM numbers) WHERE n = 1`,
  "QUALIFY": `
    SELECT id, key, v FROM numbers QUALIFY row_number() OVER (PARTITION BY key ORDER BY v DESC, id) = 1`,
  "DISTINCT ON": "SELECT DISTINCT ON (key) id, key, v FROM numbers ORDER BY key, v DESC, id",
  "arg_max by a struct": `
    SELECT key, b.id AS id, b.v AS v FROM (SELECT key, arg_max({id: id, v: v}, {v: v, i: -id}) AS b FROM numbers GROUP BY key)`,
  "max of a struct": `
    SELECT key, -b.i AS id, b.v AS v FROM (SELECT key, max({v: v, i: -id}) AS b FROM numbers GROUP BY key)`,
  "max, then join and min": `
    SELECT key, v, min(id) AS id FROM numbers JOIN (SELECT key, max(v) AS v FROM numbers GROUP BY key) USING (key, v) GROUP BY key, v`,
};
/** Possible only because v and id fit into one integer together: shown beside, as no general answer. */
const PACKED_BEST = `
  SELECT key, m // 4294967296 AS v, 4294967295 - m % 4294967296 AS id
  FROM (SELECT key, max(v * 4294967296 + (4294967295 - id)) AS m FROM numbers GROUP BY key)`;

const groupBy = {
  formulations: {
    "GROUP BY": `SELECT count(*)::VARCHAR AS groups, sum(c)::VARCHAR AS rows, sum(s)::VARCHAR AS sum FROM (${GROUPED})`,
  },
  check: `
    SELECT sum(key::HUGEINT * c::HUGEINT * c::HUGEINT)::VARCHAR AS checksum, sum(key::HUGEINT * s)::VARCHAR AS sums_checksum
    FROM (${GROUPED})`,
  bench: "group_by",
  expected: ({ numbered }) => groups.groupBy(numbered),
};

/** By data set, in the order of the table; `numbered` is `numberKeys` of its keys. */
export const QUERIES = [
  { name: "group_by_zipf", title: "group-by count + sum, Zipf 1.1", data: "zipf", bar: 3, ...groupBy },
  {
    name: "distinct",
    title: "distinct, Zipf 1.1",
    data: "zipf",
    bar: 2,
    formulations: {
      "DISTINCT": "SELECT count(*)::VARCHAR AS groups FROM (SELECT DISTINCT key FROM numbers)",
      "count(DISTINCT)": "SELECT count(DISTINCT key)::VARCHAR AS groups FROM numbers",
      "GROUP BY": "SELECT count(*)::VARCHAR AS groups FROM (SELECT key FROM numbers GROUP BY key)",
    },
    check: "SELECT sum(key::HUGEINT * key::HUGEINT)::VARCHAR AS checksum FROM (SELECT DISTINCT key FROM numbers)",
    bench: "distinct",
    expected: ({ numbered }) => groups.distinct(numbered),
  },
  {
    name: "join_sum",
    title: "hash join + sum, Zipf 1.1",
    data: "zipf",
    bar: 2,
    formulations: {
      "JOIN USING": "SELECT count(*)::VARCHAR AS rows, sum(w)::VARCHAR AS sum FROM numbers JOIN build USING (key)",
    },
    bench: "join_sum",
    expected: ({ numbered, read }) => groups.joinSum(numbered, read.build.key),
  },
  {
    name: "filter_sum",
    title: "filter + sum",
    data: "zipf",
    bar: 3,
    formulations: {
      "WHERE": `SELECT sum(v)::VARCHAR AS sum FROM numbers WHERE v < ${FILTER_LIMIT}`,
      "FILTER": `SELECT (sum(v) FILTER (v < ${FILTER_LIMIT}))::VARCHAR AS sum FROM numbers`,
    },
    bench: "filter_sum",
    options: { limit: FILTER_LIMIT },
    expected: ({ read }) => groups.filterSum(read.numbers.key.length, FILTER_LIMIT),
  },
  {
    name: "dedup_best",
    title: "dedup, best row of each key",
    data: "zipf",
    bar: 3,
    formulations: Object.fromEntries(Object.entries(BEST).map(([name, sql]) => [name, addUpBest(sql)])),
    beside: { "packed into one integer": addUpBest(PACKED_BEST) },
    check: `SELECT sum(key::HUGEINT * id::HUGEINT)::VARCHAR AS checksum FROM (${BEST["row_number() = 1"]})`,
    bench: "dedup_best",
    expected: ({ numbered }) => groups.dedupBest(numbered),
  },
  { name: "group_by_uniform", title: "group-by count + sum, uniform", data: "uniform", bar: 3, ...groupBy },
  {
    name: "text_group_by",
    title: "Utf8 group-by count",
    data: "texts",
    bar: 1.5,
    formulations: { "GROUP BY": addUp(NAMES) },
    check: textChecksum(NAMES, "name"),
    bench: "text_group_by",
    expected: ({ read }) => words.countTexts(read.texts.name),
  },
  {
    name: "word_count",
    title: "word count",
    data: "texts",
    bar: 1.5,
    formulations: {
      "unnest(string_split)": addUp(WORDS_OF(SPLIT)),
      "unnest beside": addUp(WORDS_OF("SELECT w.word FROM texts, unnest(string_split(text, ' ')) AS w(word)")),
    },
    check: textChecksum(WORDS_OF(SPLIT), "word"),
    bench: "word_count",
    expected: ({ read }) => words.countWords(read.texts.text),
  },
];

/** Through an exchange: what the page's own `count_by_key` computes. */
export const SHUFFLED = {
  formulations: { "GROUP BY": addUp(COUNTED) },
  check: `SELECT sum(key::HUGEINT * c::HUGEINT * c::HUGEINT)::VARCHAR AS checksum FROM (${COUNTED})`,
};
