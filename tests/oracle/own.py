#!/usr/bin/env python3
"""Makes tests/data/own/joins.json and sorts.json: what DuckDB answers to joins and sorts of tables with everything that is
awkward in them.

The tables hold NULL, NaN, -0.0, the limits of Int64, texts that are empty, and keys that repeat. They stand in the file beside
the joins, so `tests/native/own_tables.rs` and `sorts.rs` register the same rows. Every cell is text; NULL is null.

`make.py` runs this with the version of DuckDB that it pins.
"""

import itertools
import json
import sys
from pathlib import Path

import duckdb

OUTPUT = Path(__file__).resolve().parents[1] / "data" / "own"
INTS = [None, "0", "1", "-1", "9223372036854775807", "-9223372036854775808"]
FLOATS = [None, "NaN", "-0.0", "0.0", "1.5", "inf"]
TEXTS = [None, "", "a", "é", "a\nb"]
TABLES = {
    "probe": ["id", "i", "f", "t"],
    "build": ["id2", "i", "x", "t2"],
}
TYPES = {"id": "BIGINT", "id2": "BIGINT", "i": "BIGINT", "f": "DOUBLE", "x": "DOUBLE", "t": "VARCHAR", "t2": "VARCHAR"}
KEYS = [
    [("i", "i")],
    [("f", "x")],
    [("t", "t2")],
    [("i", "i"), ("t", "t2")],
    [("f", "x"), ("i", "i"), ("t", "t2")],
    [("i", "i"), ("id", "i")],
]
SORTS = [["i"], ["f"], ["t"], ["t", "i"], ["f", "t", "i"], ["i", "f", "id"]]


def rows(step):
    """Every combination of a few values, in turn, some of them more than once."""
    every = list(itertools.product(INTS, FLOATS, TEXTS))
    return [[str(at), *every[at * step % len(every)]] for at in range(34)]


def cell(value):
    if value is None or isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else str(value)


def write(name, text, count):
    if "--check" in sys.argv:
        if (OUTPUT / name).read_text(encoding="utf-8") != text:
            sys.exit(f"{name} differs from what DuckDB says now")
        return
    (OUTPUT / name).write_text(text, encoding="utf-8")
    print(f"{count} answers of DuckDB {duckdb.__version__}: {OUTPUT / name}")


def answer(connection, query):
    return [[cell(value) for value in row] for row in connection.execute(query).fetchall()]


def joins(connection, data):
    cases = []
    for keys in KEYS:
        on = " and ".join(f"p.{probe} = b.{build}" for probe, build in keys)
        # A key of one name on both sides comes out once.
        dropped = {build for probe, build in keys if probe == build}
        others = [f"b.{name}" for name in TABLES["build"] if name not in dropped]
        # Without such a key the name both tables have is left out of the build side.
        others = [name for name in others if name != "b.i"]
        both = ", ".join([f"p.{name}" for name in TABLES["probe"]] + others)
        exists = f"exists (select 1 from build b where {on})"
        for kind, query in {
            "inner": f"select {both} from probe p join build b on {on}",
            "left outer": f"select {both} from probe p left join build b on {on}",
            "semi": f"select * from probe p where {exists}",
            "anti": f"select * from probe p where not {exists}",
        }.items():
            rows = answer(connection, query)
            rows.sort(key=lambda row: [(value is not None, value or "") for value in row])
            cases.append({"keys": keys, "kind": kind, "rows": rows})
    tables = {name: {"columns": [[column, TYPES[column]] for column in TABLES[name]], "rows": data[name]} for name in TABLES}
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    write("joins.json", f'{{"tables": {json.dumps(tables, ensure_ascii=False)},\n"cases": [\n{lines}\n]}}\n', len(cases))


def sorts(connection):
    """Every order of a few columns of the probe table; only these columns come out, so that there is one answer."""
    cases = []
    for columns in SORTS:
        for turn, (direction, nulls) in enumerate(itertools.product(["asc", "desc"], ["first", "last"])):
            # Later columns go the other way in every second case.
            ways = [direction if at == 0 or turn % 2 == 0 else "asc" for at in range(len(columns))]
            keys = [[column, way, nulls] for column, way in zip(columns, ways)]
            order = ", ".join(f"{column} {way} nulls {nulls}" for column, way, nulls in keys)
            rows = answer(connection, f"select {', '.join(columns)} from probe order by {order}")
            cases.append({"keys": keys, "rows": rows})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    write("sorts.json", f"[\n{lines}\n]\n", len(cases))


def main():
    data = {"probe": rows(7), "build": rows(11)}
    connection = duckdb.connect()
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({', '.join(f'{name} {TYPES[name]}' for name in columns)})")
        marks = ", ".join(f"?::{TYPES[name]}" for name in columns)
        connection.executemany(f"insert into {table} values ({marks})", data[table])
    joins(connection, data)
    sorts(connection)


main()
