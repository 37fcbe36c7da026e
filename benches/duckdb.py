#!/usr/bin/env python3
"""DuckDB and tickmark on the same snapshots of AWS Config, to a comparable table of Parquet.

    pip install duckdb
    cargo build --release --bin tickmark
    python3 benches/duckdb.py FOLDER

DuckDB reads the members of every configuration item in every snapshot below FOLDER with `read_json`, keeps each state
once and writes them as one Parquet file; tickmark ingests the whole folder. Prints seconds on the clock, processor
seconds and peak memory of both, and the ratios. Both use all cores.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = ("awsAccountId awsRegion resourceType resourceId resourceName ARN configurationItemStatus "
           "configurationItemCaptureTime resourceCreationTime").split()
PARTS = "tags relationships configuration supplementaryConfiguration".split()
IDENTITY = "awsAccountId awsRegion resourceType resourceId configurationItemCaptureTime".split()

DUCKDB = """
import duckdb, sys
pattern, target, size = sys.argv[1:]
struct = ", ".join([f"{{name}} VARCHAR" for name in {columns}] + [f"{{name}} JSON" for name in {parts}])
select = ", ".join(f"i.{{name}}" for name in {columns} + {parts})
once = ", ".join(f"i.{{name}}" for name in {identity})
duckdb.sql(f'''copy (
    select distinct on ({{once}}) {{select}}, filename
    from (select unnest(configurationItems) i, filename
          from read_json('{{pattern}}', filename = true, maximum_object_size = {{size}},
                         columns = {{{{configurationItems: 'STRUCT({{struct}})[]'}}}}))
) to '{{target}}' (format parquet, compression zstd)''')
""".format(columns=COLUMNS, parts=PARTS, identity=IDENTITY)


def measured(command):
    """Seconds on the clock, processor seconds and peak bytes of a command."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{command[0]} failed with status {status}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def inflated(path):
    """Bytes of a gzip file once inflated, as its end says."""
    with open(path, "rb") as file:
        file.seek(-4, os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def main():
    folder = Path(sys.argv[1])
    program = Path(__file__).resolve().parent.parent / "target/release/tickmark"
    snapshots = [path for path in folder.rglob("*_ConfigSnapshot_*.json.gz")]
    size = max(map(inflated, snapshots)) + 1024
    with tempfile.TemporaryDirectory() as scratch:
        pattern = f"{folder}/**/*_ConfigSnapshot_*.json.gz"
        ours = min(measured([program, "ingest", folder, "--lake", f"{scratch}/lake-{number}"]) for number in range(3))
        theirs = measured([sys.executable, "-c", DUCKDB, pattern, f"{scratch}/items.parquet", str(size)])
    for name, (seconds, processor, peak) in [("tickmark", ours), ("duckdb", theirs)]:
        print(f"{name:10} {seconds:8.2f} s {processor:8.2f} s of processor {peak / 2**20:8.0f} MiB")
    ratios = [their / our for their, our in zip(theirs, ours)]
    print("ratio      {:8.1f}   {:8.1f}                {:8.1f}".format(*ratios))


if __name__ == "__main__":
    main()
