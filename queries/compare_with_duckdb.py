#!/usr/bin/env python3
"""Runs every question on tickmark and on DuckDB and compares the rows.

    pip install duckdb pytz
    python3 queries/compare_with_duckdb.py target/debug/tickmark report [report2 ...]

Each folder holds result files, with their lake in `lake/`, or after a colon: `report:some/lake`. Ends with status 1
where rows differ. With --measure it also prints what each takes: seconds, and peak memory of the process in MiB.
"""

import argparse
import datetime
import decimal
import json
import os
import subprocess
import sys
import tempfile

import duckdb

# A script ends with its question; what stands before opens tables and makes views.
ASK = """
import json, resource, sys, time
import duckdb
started = time.monotonic()
connection = duckdb.connect()
connection.execute("set threads = 2; set enable_progress_bar = false")
connection.execute(open(sys.argv[1]).read()).fetchall()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.monotonic() - started, used.ru_maxrss / 1024]))
"""


def plain(value):
    """A value as both engines can be compared by: numbers as numbers, times as RFC 3339."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, decimal.Decimal)):
        return float(value)
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, str) and len(value) >= 20 and value[4] == "-" and value.endswith("Z"):
        try:
            return plain(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")))
        except ValueError:
            return value
    return value


def tickmark_rows(program, question, arguments):
    command = [program, "query", question, *arguments, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    rows = json.loads(done.stdout)
    return [tuple(row) for row in rows[:1]], [tuple(plain(value) for value in row.values()) for row in rows]


def script(program, question, arguments):
    command = [program, "query", question, *arguments, "--duckdb"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def duckdb_rows(sql):
    connection = duckdb.connect()
    cursor = connection.execute(sql)
    columns = tuple(column[0] for column in cursor.description)
    return columns, [tuple(plain(value) for value in row) for row in cursor.fetchall()]


# A process of its own: memory is counted from what started the program.
RUN = """
import json, os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([time.monotonic() - started, used.ru_maxrss / 1024]))
sys.exit(status != 0)
"""


def tickmark_cost(program, question, arguments):
    command = [program, "--threads", "2", "query", question, *arguments, "--format", "csv", "--output", os.devnull]
    done = subprocess.run([sys.executable, "-S", "-c", RUN, *command], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def duckdb_cost(sql):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        done = subprocess.run([sys.executable, "-c", ASK, file.name], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("results", nargs="+")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--question", action="append")
    arguments = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    questions = arguments.question or sorted(name[:-4] for name in os.listdir(here) if name.endswith(".sql"))
    differing = 0
    for place in arguments.results:
        results, _, lake = place.partition(":")
        options = ["--results", results] + (["--lake", lake] if lake else [])
        print(f"{results}: {len(questions)} questions")
        for question in questions:
            sql = script(arguments.program, question, options)
            try:
                first, ours = tickmark_rows(arguments.program, question, options)
            except RuntimeError as error:
                print(f"  {question}: {error}")
                differing += 1
                continue
            columns, theirs = duckdb_rows(sql)
            same = ours == theirs and (not first or first[0] == columns)
            line = f"  {'same' if same else 'DIFFERENT':9} {len(ours):8} rows  {question}"
            if arguments.measure:
                (seconds, memory), (their_seconds, their_memory) = (
                    tickmark_cost(arguments.program, question, options),
                    duckdb_cost(sql),
                )
                line += f"  {seconds:.2f} s {memory:.0f} MiB; DuckDB {their_seconds:.2f} s {their_memory:.0f} MiB"
                line += f"; ratio {seconds / their_seconds:.1f}"
            print(line, flush=True)
            if not same:
                differing += 1
                both = [(at, mine, other) for at, (mine, other) in enumerate(zip(ours, theirs)) if mine != other]
                print(f"    DuckDB has {len(theirs)} rows; columns {columns}")
                for at, mine, other in both[:3]:
                    print(f"    row {at + 1}: tickmark {mine}\n    row {at + 1}: DuckDB   {other}")
    if differing:
        print(f"{differing} answers differ")
        return 1
    print("every answer is the same on both")
    return 0


if __name__ == "__main__":
    sys.exit(main())
