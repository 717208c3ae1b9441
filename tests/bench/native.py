#!/usr/bin/env python3
"""DuckDB and Polars, natively and with one thread, on the columns of `cargo bench -p shuffle-engine --bench queries`.

    python3 tests/bench/native.py

makes a virtual environment in target/native-bench (PyPI), lets the benchmark write its columns and time our engine, then
times the others in turns: the median of seven after two warm-ups. Prints one table as markdown.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
HOME = TARGET / "native-bench"
PACKAGES = ["duckdb==1.4.3", "polars==1.35.2", "numpy==2.3.4", "pyarrow==22.0.0"]
WARM_UPS, REPEATS = 2, 7
# As in engine/benches/queries.rs.
WAYS = ["group by, count and sum", "distinct", "join and sum", "filter and sum"]
SQL = {
    "group by, count and sum": "SELECT count(*), sum(c), sum(s) FROM (SELECT key, count(*) c, sum(v) s FROM n GROUP BY key)",
    "distinct": "SELECT count(*) FROM (SELECT DISTINCT key FROM n)",
    "join and sum": "SELECT count(*), sum(w) FROM n JOIN b USING (key)",
    "filter and sum": "SELECT sum(v) FROM n WHERE v < 500",
}


def inside():
    """Measures; runs in the virtual environment."""
    import duckdb
    import numpy
    import polars
    import pyarrow

    polars_ways = {
        "group by, count and sum": lambda n, b: n.lazy().group_by("key").agg(polars.len().alias("c"), polars.col("v").sum()).select(polars.len(), polars.col("c").sum(), polars.col("v").sum()),
        "distinct": lambda n, b: n.lazy().select(polars.col("key").n_unique()),
        "join and sum": lambda n, b: n.lazy().join(b.lazy(), on="key").select(polars.len(), polars.col("w").sum()),
        "filter and sum": lambda n, b: n.lazy().filter(polars.col("v") < 500).select(polars.col("v").sum()),
    }
    measured = {}
    for data in ["zipf", "uniform"]:
        keys = numpy.fromfile(HOME / f"{data}.i64", dtype="<i8")
        rows = numpy.arange(len(keys), dtype=numpy.uint64)
        values = ((rows * 2654435761 & 0xFFFFFFFF) % 1000).astype("<i8")
        build = numpy.arange(1_000_000, dtype="<i8")
        numbers = pyarrow.table({"key": keys, "v": values})
        rewards = pyarrow.table({"key": build, "w": build % 1000})
        database = duckdb.connect(config={"threads": 1})
        database.register("numbers", numbers)
        database.register("rewards", rewards)
        database.execute("CREATE TABLE n AS SELECT * FROM numbers; CREATE TABLE b AS SELECT * FROM rewards")
        frames = polars.from_arrow(numbers), polars.from_arrow(rewards)
        for way in WAYS:
            sides = {
                "DuckDB": lambda: database.execute(SQL[way]).fetchall()[0],
                "Polars": lambda: polars_ways[way](*frames).collect().row(0),
            }
            times, answers = {name: [] for name in sides}, {}
            for turn in range(-WARM_UPS, REPEATS):
                for name, ask in sides.items():
                    started = time.perf_counter()
                    answers[name] = tuple(int(value) for value in ask())
                    if turn >= 0:
                        times[name].append((time.perf_counter() - started) * 1000)
            assert answers["DuckDB"] == answers["Polars"], (way, answers)
            measured[f"{way}/{data}"] = {name: statistics.median(values) for name, values in times.items()}
    versions = {"DuckDB": duckdb.__version__, "Polars": polars.__version__}
    print(json.dumps({"versions": versions, "measured": measured}))


def ours(way, data):
    """The median of criterion's run, in milliseconds."""
    folder = f"{way}/{data}".replace(" ", " ")
    estimates = TARGET / "criterion" / "queries" / folder / "new" / "estimates.json"
    return json.loads(estimates.read_text())["median"]["point_estimate"] / 1e6


def main():
    HOME.mkdir(parents=True, exist_ok=True)
    python = HOME / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(HOME / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    environment = {**os.environ, "SHUFFLE_LAB_COLUMNS": str(HOME)}
    command = ["cargo", "bench", "--quiet", "-p", "shuffle-engine", "--bench", "queries"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    threads = {**os.environ, "POLARS_MAX_THREADS": "1"}
    told = subprocess.run([python, __file__, "--inside"], env=threads, check=True, capture_output=True, text=True)
    told = json.loads(told.stdout)
    duckdb, polars = (f"{name} {told['versions'][name]}" for name in ["DuckDB", "Polars"])
    print(f"| 10 M rows, 1 M keys, one thread, native | ours | {duckdb} | {polars} |\n|---|---:|---:|---:|")
    for name, others in told["measured"].items():
        way, data = name.split("/")
        own = ours(way, data)
        cells = [f"{own:.0f} ms", *(f"{ms:.0f} ms ({ms / own:.1f}x)" for ms in others.values())]
        print(f"| {way}, {data} | " + " | ".join(cells) + " |")
    print(f"\nLoad average {os.getloadavg()[0]:.2f} at the end.")


if __name__ == "__main__":
    inside() if "--inside" in sys.argv else main()
