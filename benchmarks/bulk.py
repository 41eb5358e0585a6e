"""Bulk reading on Ray: each picture once whatever is killed, how fast, in how much memory.

    python -m benchmarks.bulk [--only PART ...] [--crops N] [--pages N] [--dataset DIGITS]
                              [--json] [--write FILE.md]

exactness: N crops on two workers; one is killed at a quarter, the whole command at a half, and
    then the job is resumed. Ends with 1 unless each crop has exactly one row.
speed: pictures a second once all workers are at it, 1 and 2 workers, crops and 640×480 pages;
    shards that Ray Data hands out a second; the core hours that a million pictures and more take.
memory: the largest resident memory of a worker and of the command, for N crops and a tenth of them.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import blocks
from benchmarks.bulk_jobs import Job, write_crops, write_pages
from edge_demo.contract import UserError, run_command

PARTS = ("exactness", "speed", "memory")
WORKERS = (1, 2)
SHARDS = 40  # a job is cut into at least
LEAST_SHARD = 10  # pictures
HANDED_OUT = 400  # shards of one crop
PICTURES = (10**6, 10**8, 10**10)
DAY_HOURS = 24


def main(argv=None):
    """Measures, prints the tables and returns the exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("bulk", __doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--crops", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--pages", type=int, default=400, help="default: %(default)s")
    parser.add_argument("--dataset", default="auto", help="of the crops (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    if min(arguments.crops, arguments.pages) < SHARDS:
        raise UserError(f"--crops and --pages take {SHARDS} or more.")
    command = blocks.command(parser, argv)
    result = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crops = folder / "crops.parquet"
        write_crops(crops, images_of(arguments.dataset), arguments.crops)
        if "exactness" in arguments.only:
            result["exactness"] = exactness(crops, folder, arguments.crops)
        if "speed" in arguments.only:
            write_pages(folder / "pages", arguments.pages)
            result["speed"] = speed(crops, folder / "pages", folder, arguments)
        if "memory" in arguments.only:
            small = folder / "tenth.parquet"
            write_crops(small, images_of(arguments.dataset), arguments.crops // 10)
            inputs = {arguments.crops // 10: small, arguments.crops: crops}
            result["memory"] = memory(inputs, folder)
    load = f"Load of the machine when it began: {result['load']:.1f}."
    tables = tables_of(result)
    if arguments.write:
        for name, table in tables.items():
            blocks.write(arguments.write, name, f"{table}\n\n{load}", command)
    print(json.dumps(result) if arguments.json else "\n\n".join([*tables.values(), load]))
    return 0 if result.get("exactness", {}).get("exact", True) else 1


def images_of(dataset):
    """All images of a data set, uint8 [N, 28, 28]."""
    import numpy as np

    from digitnet.digits import datasets

    digits = datasets.load(dataset, validation_count=0)
    return np.concatenate([digits.x_train, digits.x_test]).reshape(-1, 28, 28)


def shard_size(pictures):
    """Pictures in a shard, so that there are enough shards to kill something between two."""
    return max(LEAST_SHARD, min(4096, pictures // SHARDS))


def exactness(crops, folder, count):
    """Kills a worker and the command, resumes, and counts rows; returns a dict of the outcome."""
    size = shard_size(count)
    shards = -(-count // size)
    options = ["--crops", "--workers", 2, "--shard-size", size]
    job = Job(crops, folder / "exactness", options)
    start = time.monotonic()
    job.start()
    job.wait_for_parts(shards // 4)
    worker_killed_at = job.kill_worker()
    job.wait_for_parts(shards // 2)
    killed_at = job.kill()
    job.start("--resume")
    job.finish()
    seconds = time.monotonic() - start
    paths = job.table(["path"])["path"].to_pylist()
    expected = {f"{crops}#{row}" for row in range(count)}
    return {
        "pictures": count,
        "shards": shards,
        "worker_killed_at_part": worker_killed_at,
        "command_killed_at_part": killed_at,
        "rows": len(paths),
        "distinct": len(set(paths)),
        "exact": len(paths) == count and set(paths) == expected,
        "seconds": round(seconds, 1),
    }


def speed(crops, pages, folder, arguments):
    """Measures each kind with each number of workers; returns a dict of lists and a rate."""
    rows = []
    kinds = {"crops": (crops, arguments.crops, ["--crops"]), "pages": (pages, arguments.pages, [])}
    for kind, (source, count, options) in kinds.items():
        for workers in WORKERS:
            size = ["--shard-size", shard_size(count)]
            job = Job(source, folder / f"{kind}-{workers}", [*options, "--workers", workers, *size])
            job.start()
            job.finish()
            rate = job.rate(workers)
            row = {"kind": kind, "workers": workers, "pictures": count, "a_second": rate}
            rows.append({**row, "worker_mib": job.workers_mib, "driver_mib": job.driver_mib})
    few = folder / "few.parquet"
    write_crops(few, images_of(arguments.dataset), HANDED_OUT)
    job = Job(few, folder / "few", ["--crops", "--workers", 2, "--shard-size", 1])
    job.start()
    job.finish()
    return {"rows": rows, "shards_a_second": job.rate(2)}


def memory(inputs, folder):
    """Reads inputs of several sizes with two workers; returns a list of dicts."""
    rows = []
    for count, source in inputs.items():
        size = shard_size(min(inputs))  # the same for all
        options = ["--crops", "--workers", 2, "--shard-size", size]
        job = Job(source, folder / f"memory-{count}", options)
        job.start()
        job.finish()
        sizes = {"worker_mib": job.workers_mib, "driver_mib": job.driver_mib}
        rows.append({"pictures": count, **sizes})
    return rows


def tables_of(result):
    """The blocks of the page: {name: Markdown}."""
    tables = {}
    if one := result.get("exactness"):
        tables["bulk-exactness"] = (
            "| crops | parts | worker killed at part | command killed at part | rows "
            "| distinct paths | seconds, both runs |\n|---|---|---|---|---|---|---|\n"
            f"| {one['pictures']:,} | {one['shards']} | {one['worker_killed_at_part']} "
            f"| {one['command_killed_at_part']} | {one['rows']:,} | {one['distinct']:,} "
            f"| {one['seconds']:.0f} |"
        )
    if both := result.get("speed"):
        tables["bulk-speed"] = speed_table(both)
        tables["bulk-scale"] = scale_table(both["rows"])
    if rows := result.get("memory"):
        lines = ["| crops | a worker, MiB | the command, MiB |", "|---|---|---|"]
        for row in rows:
            sizes = f"{row['worker_mib']:.0f} | {row['driver_mib']:.0f}"
            lines.append(f"| {row['pictures']:,} | {sizes} |")
        tables["bulk-memory"] = "\n".join(lines)
    return tables


def speed_table(both):
    """Rates, efficiency and memory as Markdown."""
    alone = {row["kind"]: row["a_second"] for row in both["rows"] if row["workers"] == 1}
    lines = [
        "| pictures | workers | a second | a second and worker | efficiency | a worker, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for row in both["rows"]:
        each = row["a_second"] / row["workers"]
        lines.append(
            f"| {row['pictures']:,} {row['kind']} | {row['workers']} | {row['a_second']:,.1f} "
            f"| {each:,.1f} | {each / alone[row['kind']]:.2f} | {row['worker_mib']:.0f} |"
        )
    lines += ["", f"Ray Data handed out {both['shards_a_second']:.0f} shards of one crop a second."]
    return "\n".join(lines)


def scale_table(rows):
    """Core hours, cores that end within a day, and their hours, from one worker's rate."""
    lines = [
        "| pictures | core hours | cores that need a day at most | hours on them |",
        "|---|---|---|---|",
    ]
    for row in rows:
        for count in PICTURES if row["workers"] == 1 else ():
            hours = count / row["a_second"] / 3600
            cores = max(1, -(-hours // DAY_HOURS))
            lines.append(
                f"| {count:,} {row['kind']} | {hours:,.1f} | {cores:,.0f} | {hours / cores:,.1f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
