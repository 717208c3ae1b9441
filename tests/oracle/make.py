#!/usr/bin/env python3
"""Makes tests/data/oracle/*.json: what two real engines, DuckDB and Apache Spark, answer to our queries.

For each scenario of SCENARIOS `lab generate` writes the tables as CSV. DuckDB and Spark SQL run the query on them, and
Spark shuffles the rows for real: `repartition(R, key)`, then `spark_partition_id()`. The two must agree with each other
before anything is written; `tests/native/oracle.rs` then holds the engine to the file. `lab run --result` is compared here
as well, so that a difference shows where the rows are at hand.

    python3 tests/oracle/make.py           # rewrites tests/data/oracle
    python3 tests/oracle/make.py --check   # runs both engines, fails if a file would change

Needs Python 3.10 or newer, Java 17 on PATH, cargo, and PyPI for the first start: it makes a virtual environment in
target/oracle/venv and runs itself again inside it. One to two minutes, warm.

A file holds the scenario as a link, the columns, and the rows sorted as text; of more than KEPT_ROWS rows only the first
ones, with the number and a hash (FNV-1a) of all. NULL is null, and every number is text.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

PINNED = {"duckdb": "2.0.0", "pyspark": "4.3.0"}
HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve()
WORK = TARGET / "oracle"
OUTPUT = REPOSITORY / "tests" / "data" / "oracle"
KEPT_ROWS = 40

QUERIES = ["narrow", "count_by_key", "dedup_best", "distinct", "join", "repartition", "word_count"]
# Every query with every fraction, and with each a skew in turn; then the remedies, which must change nothing.
SKEWS = ["uniform", "zipf:1.1", "hot_key:0.3", "hot_key:0.95"]
FRACTIONS = ["0", "0.37", "1"]
REMEDIES = ["combine=1", "salt=4", "combine=1&salt=3"]
SIZES = "rows=500&keys=60&map_partitions=5&reduce_partitions=32&workers=3"


def scenarios():
    turn = 0
    for query in QUERIES:
        for fraction in FRACTIONS:
            skew = SKEWS[turn % len(SKEWS)]
            yield f"{query}-{fraction}", f"?v=1&seed={turn + 1}&{SIZES}&query={query}&skew={skew}&shuffle_fraction={fraction}"
            turn += 1
    for query, remedy in zip(["count_by_key", "dedup_best", "join", "word_count"], REMEDIES + REMEDIES):
        yield f"{query}-remedy", f"?v=1&seed={turn + 1}&{SIZES}&query={query}&skew=hot_key:0.3&shuffle_fraction=0.37&{remedy}"
        turn += 1


def run_inside_venv():
    """Installs what is pinned where it is missing and replaces this process by one that can import it."""
    python = WORK / "venv" / "bin" / "python"
    if not python.exists():
        print(f"making a virtual environment in {python.parents[1]}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
    wanted = f"import duckdb, pyspark, sys; sys.exit([duckdb.__version__, pyspark.__version__] != {list(PINNED.values())})"
    if subprocess.run([python, "-c", wanted], stderr=subprocess.DEVNULL).returncode != 0:
        packages = [f"{name}=={version}" for name, version in PINNED.items()]
        print(f"installing {' '.join(packages)}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    os.execv(python, [str(python), str(HERE / Path(__file__).name), "--inside-venv", *sys.argv[1:]])


def mix64(x):
    """The engine's `random::mix64`, written down a second time: the finaliser of SplitMix64."""
    mask = (1 << 64) - 1
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
    return x ^ (x >> 31)


def is_shared(prompt_id, fraction):
    """Whether a row takes the wide branch: `plan::RowShare::contains`."""
    return mix64(prompt_id ^ 0x5368_7566_666C_6521) >> 32 < int(float(fraction) * 2**32)


# The answers in SQL that both engines understand. `prompts` has `shared`, which says whether a row is in the share.
# `{words}` makes one row a word and is where their dialects differ.
WHOLE_ROW = "prompt_id, prompt_hash, language, score"
SQL = {
    "narrow": "SELECT prompt_id, word AS token, score * 100 AS percent FROM {words} WHERE language = 'en'",
    "count_by_key": """
        SELECT prompt_hash, count(*) AS count FROM prompts WHERE shared GROUP BY prompt_hash
        UNION ALL SELECT prompt_hash, 1 FROM prompts WHERE NOT shared""",
    "distinct": """
        SELECT * FROM (SELECT DISTINCT prompt_hash FROM prompts WHERE shared)
        UNION ALL SELECT prompt_hash FROM prompts WHERE NOT shared""",
    "dedup_best": f"""
        SELECT {WHOLE_ROW} FROM (
            SELECT *, row_number() OVER (PARTITION BY prompt_hash ORDER BY score DESC NULLS LAST, prompt_id) AS place
            FROM prompts WHERE shared) AS placed WHERE place = 1
        UNION ALL SELECT {WHOLE_ROW} FROM prompts WHERE NOT shared""",
    "join": """
        SELECT prompt_id, p.prompt_hash, score, reward FROM prompts p JOIN rewards r ON p.prompt_hash = r.prompt_hash WHERE shared
        UNION ALL SELECT prompt_id, prompt_hash, score, CAST(NULL AS DOUBLE) FROM prompts WHERE NOT shared""",
    "repartition": f"SELECT {WHOLE_ROW} FROM prompts",
    "word_count": """
        SELECT word AS token, count(*) AS count FROM {words} WHERE shared GROUP BY word
        UNION ALL SELECT word, 1 FROM {words} WHERE NOT shared""",
}
WORDS = {
    "duckdb": "(SELECT *, unnest(string_split(text, ' ')) AS word FROM prompts) AS words",
    "spark": "(SELECT *, explode(split(text, ' ')) AS word FROM prompts) AS words",
}


def spell(value):
    """A value as text; a double in full, since two shortest texts of one number can differ in the last digit."""
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.20f}".rstrip("0").rstrip(".")
    return str(value)


def answer(rows):
    """Rows as sorted text; NULL sorts first."""
    spelt = [[spell(value) for value in row] for row in rows]
    return sorted(spelt, key=lambda row: [(value is not None, value or "") for value in row])


class Lab:
    """Our own command line."""

    def __init__(self):
        subprocess.run(
            ["cargo", "build", "-q", "--release", "-p", "shuffle-engine", "--features", "cli", "--bin", "lab"],
            cwd=REPOSITORY,
            check=True,
        )
        self.program = TARGET / "release" / "lab"

    def call(self, *arguments):
        done = subprocess.run([self.program, *arguments], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def tables(self, name, link):
        """Both tables as rows of Python values, with the share as a last column of `prompts`."""
        fraction = link.split("shuffle_fraction=")[1].split("&")[0]
        paths = {table: WORK / f"{name}-{table}.csv" for table in ("prompts", "rewards")}
        for table, path in paths.items():
            self.call("generate", link, "--table", table, "-o", str(path))
        prompts = [
            (int(i), int(h), language, text, float(score) if score else None, is_shared(int(i), fraction))
            for i, h, language, text, score in read_csv(paths["prompts"])
        ]
        rewards = [(int(h), float(reward)) for h, reward in read_csv(paths["rewards"])]
        return prompts, rewards

    def result(self, name, link, columns):
        path = WORK / f"{name}-result.csv"
        self.call("run", link, "--result", str(path))
        # No text of a result is empty, so an empty cell is NULL.
        doubles = [name in ("score", "reward", "percent") for name in columns]
        return answer(
            [float(cell) if cell and is_double else cell or None for cell, is_double in zip(row, doubles)]
            for row in read_csv(path)
        )


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return list(rows)


PROMPTS = [("prompt_id", "BIGINT"), ("prompt_hash", "BIGINT"), ("language", "VARCHAR"), ("text", "VARCHAR"),
           ("score", "DOUBLE"), ("shared", "BOOLEAN")]
REWARDS = [("prompt_hash", "BIGINT"), ("reward", "DOUBLE")]


def ask_duckdb(query, prompts, rewards):
    import duckdb

    connection = duckdb.connect()
    for name, columns, rows in [("prompts", PROMPTS, prompts), ("rewards", REWARDS, rewards)]:
        connection.execute(f"CREATE TABLE {name} ({', '.join(' '.join(column) for column in columns)})")
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
    cursor = connection.execute(SQL[query].format(words=WORDS["duckdb"]))
    return [column[0] for column in cursor.description], cursor.fetchall()


def ask_spark(spark, query, prompts, rewards):
    """The answer's columns and rows, and the rows of each partition when the query's rows meet."""
    types = {"BIGINT": "long", "VARCHAR": "string", "DOUBLE": "double", "BOOLEAN": "boolean"}
    for name, columns, rows in [("prompts", PROMPTS, prompts), ("rewards", REWARDS, rewards)]:
        schema = ", ".join(f"{column} {types[kind]}" for column, kind in columns)
        spark.createDataFrame(rows, schema).createOrReplaceTempView(name)
    frame = spark.sql(SQL[query].format(words=WORDS["spark"]))
    return frame.columns, [tuple(row) for row in frame.collect()], partition_rows(spark, query)


def partition_rows(spark, query):
    """How many rows of the share a real repartition puts into each partition."""
    from pyspark.sql import functions as F

    if query == "narrow":
        return None
    key = "word" if query == "word_count" else "prompt_hash"
    source = WORDS["spark"] if key == "word" else "prompts"
    rows = spark.sql(f"SELECT {key} FROM {source} WHERE shared").repartition(32, key)
    counts = [0] * 32
    for row in rows.groupBy(F.spark_partition_id().alias("partition")).count().collect():
        counts[row["partition"]] = row["count"]
    return counts


def start_spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("oracle")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        # It would merge the partitions that are to be counted.
        "spark.sql.adaptive.enabled": "false",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def fnv1a(data):
    """Fowler, Noll, Vo: a few lines in any language."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFF_FFFF_FFFF_FFFF
    return value


def to_text(link, columns, rows, partitions):
    """JSON with one row a line, so that a change shows as the rows that changed."""
    def compact(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    whole = "".join(compact(row) + "\n" for row in rows)
    lines = [f'"link":{compact(link)}', f'"engines":{compact(PINNED)}', f'"columns":{compact(columns)}',
             f'"row_count":{len(rows)}', f'"fnv1a":"{fnv1a(whole.encode()):016x}"',
             f'"partition_rows":{compact(partitions)}',
             '"first_rows":[\n' + ",\n".join(compact(row) for row in rows[:KEPT_ROWS]) + "\n]"]
    return "{" + ",\n".join(lines) + "}\n"


def main():
    if "--inside-venv" not in sys.argv:
        run_inside_venv()
    WORK.mkdir(parents=True, exist_ok=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    lab, spark, changed = Lab(), start_spark(), []
    try:
        for name, link in scenarios():
            query = link.split("query=")[1].split("&")[0]
            prompts, rewards = lab.tables(name, link)
            columns, duck_rows = ask_duckdb(query, prompts, rewards)
            spark_columns, spark_rows, partitions = ask_spark(spark, query, prompts, rewards)
            rows = answer(duck_rows)
            assert columns == spark_columns, f"{name}: {columns} of DuckDB, {spark_columns} of Spark"
            assert rows == answer(spark_rows), f"{name}: DuckDB and Spark differ"
            ours = lab.result(name, link, columns)
            wrong = [pair for pair in zip(ours, rows) if pair[0] != pair[1]][:3]
            assert ours == rows, f"{name}: {len(ours)} rows of ours, {len(rows)} of theirs; {wrong}"
            print(f"{name}: {len(rows)} rows, all three agree", file=sys.stderr)
            text, path = to_text(link, columns, rows, partitions), OUTPUT / f"{name}.json"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                changed.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    finally:
        spark.stop()
    if "--check" in sys.argv and changed:
        sys.exit(f"these differ from what the engines say now: {', '.join(changed)}")
    subprocess.run([sys.executable, str(HERE / "own.py"), *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
