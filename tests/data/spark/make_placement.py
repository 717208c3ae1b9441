#!/usr/bin/env python3
"""Makes placement.json: where a real Apache Spark puts rows when it shuffles.

The engine's `Partitioner` claims to place rows as Spark does:

    partition = pmod(Murmur3_x86_32(columns, seed 42), partitions)

This script asks Spark itself, so that the claim is tested against Spark and not against our reading of its
source. It runs `hash(...)` and `pmod(hash(...), n)` over chosen and random values, and then really shuffles the
same rows with `df.repartition(n, columns)` and compares `spark_partition_id()` with the `pmod`: a vector is only
written when the expression and the exchange agree.

    python3 tests/data/spark/make_placement.py           # rewrites placement.json beside this file
    python3 tests/data/spark/make_placement.py --check   # runs Spark, fails if placement.json would change

Needs Python 3.10 or newer, Java 17 or newer on PATH and PyPI; nothing else. On the first start it makes a
virtual environment in target/spark/venv of this repository and installs the pinned pyspark into it (about
500 MB), and runs itself again inside it. Spark runs as local[1], without a network. About one minute, warm.

Layout of placement.json (one record a line; hashes are signed 32-bit, `pmod` maps partition counts to partitions):

    {"spark": "4.3.0", "seed": 42, "partitions": [1, 2, ...],
     "int64":   [{"value": "-1", "hash": ..., "pmod": {"1": 0, ...}}],       values as text: JSON numbers lose bits
     "utf8":    [{"value": "...", "hash": ..., "pmod": {...}}],
     "float64": [{"bits": "hex of the IEEE 754 bits", "hash": ..., "pmod": {...}}],
     "null":    [{"type": "int64", "hash": 42, "pmod": {...}}],              NULL leaves the seed as it is
     "pairs":   [{"types": ["int64", "utf8"], "values": ["1", null], "hash": ..., "pmod": {...}}]}

The bits of a float64 are those handed to Spark: it hashes -0.0 as 0.0 and every NaN as the one canonical NaN.
"""

import json
import math
import os
import random
import struct
import subprocess
import sys
from pathlib import Path

PYSPARK_VERSION = "4.3.0"
HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
VENV = REPOSITORY / "target" / "spark" / "venv"
OUTPUT = HERE / "placement.json"

PARTITION_COUNTS = [1, 2, 3, 7, 16, 32, 200, 1000]
RANDOM_SEED = 20261122

# hash(0L) .. hash(4L), published values: if Spark no longer gives these, stop before writing anything.
KNOWN_LONG_HASHES = [-1670924195, -1712319331, -797927272, 519220707, 1344313940]

I32_MIN, I32_MAX = -(2**31), 2**31 - 1
I64_MIN, I64_MAX = -(2**63), 2**63 - 1


def run_inside_venv():
    """Installs the pinned pyspark where it is missing and replaces this process by one that can import it."""
    python = VENV / "bin" / "python"
    if not python.exists():
        print(f"making a virtual environment in {VENV}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    probe = f"import pyspark, sys; sys.exit(pyspark.__version__ != {PYSPARK_VERSION!r})"
    if subprocess.run([python, "-c", probe], stderr=subprocess.DEVNULL).returncode != 0:
        print(f"installing pyspark {PYSPARK_VERSION}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "-q", f"pyspark=={PYSPARK_VERSION}"], check=True)
    os.execv(python, [str(python), str(HERE / Path(__file__).name), "--inside-venv", *sys.argv[1:]])


def unique(values):
    return list(dict.fromkeys(values))


def int64_values(rng):
    edges = [-1, -2, -42, I64_MIN, I64_MIN + 1, I64_MAX, I64_MAX - 1, I32_MIN, I32_MIN - 1, I32_MIN + 1, I32_MAX]
    edges += [2**32 - 1, 2**32, 2**32 + 1, -(2**32)]
    powers = [2**exponent + delta for exponent in range(6, 63) for delta in (-1, 0, 1)]
    negative_powers = [-(2**exponent) for exponent in range(6, 63, 8)]
    wide = [rng.randrange(I64_MIN, I64_MAX + 1) for _ in range(150)]
    # Uniform 64-bit values are nearly all huge: draw the bit length first, so that small ones occur too.
    any_length = [rng.choice((1, -1)) * rng.randrange(2 ** rng.randrange(7, 63)) for _ in range(150)]
    return unique([*range(64), *edges, *powers, *negative_powers, *wide, *any_length])


def utf8_values(rng):
    ascii_lengths = ["abcdefghi"[:length] for length in range(10)]
    single = ["é", "漢", "字", "漢字", "🚀", "ß", "Ω", "\u00ff", "\ufffd", "\U0010ffff", "\x7f", "\x00", "\x00\x00\x00\x00"]
    mixed = ["aé", "éa", "abcé", "é漢🚀", "漢字かな", "naïve café", "👩‍👩‍👧", "e\u0301", "🚀🚀", "a🚀b", "ключ", "مفتاح"]
    words = ["en", "fr", "de", "ja", "zh", "hot", "null", "NULL", " ", "  ", "\t", "a\nb", '"', "\\", "key-17", "0", "1"]
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-./"
    ascii_random = ["".join(rng.choices(alphabet, k=rng.randrange(1, 24))) for _ in range(100)]
    # Every byte length of UTF-8, so that lengths modulo 4 and bytes above 127 (negative in Java) all occur.
    ranges = [(0x20, 0x7E), (0xA1, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x1FFFF)]
    unicode_random = [
        "".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(rng.randrange(1, 10))) for _ in range(100)
    ]
    long = ["x" * 255, "é" * 65]
    return unique([*ascii_lengths, *single, *mixed, *words, *ascii_random, *unicode_random, *long])


def float64_values(rng):
    edges = [0.0, -0.0, math.nan, math.inf, -math.inf, 1.0, -1.0, 0.5, 0.1, 1e300, -1e-300, 5e-324, 2.0**53, math.pi]
    other_nan = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_0001))[0]
    return [*edges, other_nan, *(rng.uniform(-1, 1) for _ in range(20)), *(rng.lognormvariate(0, 20) for _ in range(20))]


def pair_values(rng, longs, strings):
    """Two-column keys: NULL on either side and on both, and random combinations."""
    def pairs(left, right):
        few_left, few_right = left[:4], right[:4]
        edges = [(l, r) for l in (None, *few_left) for r in (None, *few_right)]
        drawn = [(rng.choice(left), rng.choice(right)) for _ in range(30)]
        nulls = [(None, rng.choice(right)) for _ in range(5)] + [(rng.choice(left), None) for _ in range(5)]
        return unique(edges + drawn + nulls)

    return {
        ("int64", "int64"): pairs(longs, longs),
        ("utf8", "int64"): pairs(strings, longs),
        ("int64", "utf8"): pairs(longs, strings),
        ("utf8", "utf8"): pairs(strings, strings),
    }


def place(spark, types, rows):
    """Hash and partition of every row, from Spark's expressions, checked against real repartitions."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

    spark_types = {"int64": LongType(), "utf8": StringType(), "float64": DoubleType()}
    columns = [f"c{position}" for position in range(len(types))]
    fields = [StructField(name, spark_types[kind]) for name, kind in zip(columns, types)]
    schema = StructType([StructField("row", LongType(), False), *fields])
    frame = spark.createDataFrame([(number, *row) for number, row in enumerate(rows)], schema).cache()

    hashed = F.hash(*columns)
    pmods = [F.pmod(hashed, F.lit(count)).alias(f"p{count}") for count in PARTITION_COUNTS]
    placed = frame.select("row", hashed.alias("hash"), *pmods).orderBy("row").collect()

    for count in PARTITION_COUNTS:
        shuffled = frame.repartition(count, *columns).select("row", F.spark_partition_id().alias("partition"))
        for row in shuffled.collect():
            expected = placed[row["row"]][f"p{count}"]
            assert row["partition"] == expected, f"{types} {rows[row['row']]}: {row['partition']} != {expected} of {count}"
    print(f"{len(rows)} rows of {types}: repartition agrees with pmod(hash)", file=sys.stderr)

    return [
        {"hash": row["hash"], "pmod": {str(count): row[f"p{count}"] for count in PARTITION_COUNTS}} for row in placed
    ]


def spell(kind, value):
    """A value as placement.json spells it."""
    return str(value) if kind == "int64" and value is not None else value


def make_vectors(spark):
    rng = random.Random(RANDOM_SEED)
    longs, strings, doubles = int64_values(rng), utf8_values(rng), float64_values(rng)
    pairs = pair_values(rng, longs, strings)

    def one_column(kind, values):
        return place(spark, [kind], [(value,) for value in values])

    long_places = one_column("int64", longs)
    got = [long_places[longs.index(value)]["hash"] for value in range(5)]
    assert got == KNOWN_LONG_HASHES, f"hash(0L..4L) = {got}, expected {KNOWN_LONG_HASHES}"

    vectors = {
        "int64": [{"value": str(v), **p} for v, p in zip(longs, long_places)],
        "utf8": [{"value": v, **p} for v, p in zip(strings, one_column("utf8", strings))],
        "float64": [
            {"bits": struct.pack(">d", v).hex(), **p} for v, p in zip(doubles, one_column("float64", doubles))
        ],
        "null": [{"type": kind, **one_column(kind, [None])[0]} for kind in ("int64", "utf8", "float64")],
        "pairs": [],
    }
    for types, rows in pairs.items():
        for row, placed in zip(rows, place(spark, list(types), rows)):
            values = [spell(kind, value) for kind, value in zip(types, row)]
            vectors["pairs"].append({"types": list(types), "values": values, **placed})
    return vectors


def to_text(spark_version, vectors):
    """JSON with one record a line, so that a change shows as the lines that changed."""
    def compact(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    lines = [f'"spark":{compact(spark_version)}', '"seed":42', f'"partitions":{compact(PARTITION_COUNTS)}']
    for name, records in vectors.items():
        lines.append(f'"{name}":[\n' + ",\n".join(compact(record) for record in records) + "\n]")
    return "{" + ",\n".join(lines) + "}\n"


def start_spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("placement")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def main():
    if "--inside-venv" not in sys.argv:
        run_inside_venv()
    spark = start_spark()
    try:
        assert spark.version == PYSPARK_VERSION, f"Spark {spark.version}, expected {PYSPARK_VERSION}"
        text = to_text(spark.version, make_vectors(spark))
    finally:
        spark.stop()
    if "--check" in sys.argv:
        if OUTPUT.read_text(encoding="utf-8") != text:
            sys.exit(f"{OUTPUT} differs from what Spark {PYSPARK_VERSION} says now")
        print(f"{OUTPUT} is what Spark {PYSPARK_VERSION} says", file=sys.stderr)
        return
    OUTPUT.write_text(text, encoding="utf-8")
    print(f"wrote {OUTPUT}, {OUTPUT.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
