"""A bulk job from its arguments to its last part."""

import argparse
import contextlib
import hashlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from edge_demo.contract import UserError, missing_package
from edge_demo.model import model_file

PACKAGES = ("pyarrow", "fsspec", "ray", "tqdm")  # of the extra `bulk`
PAGES, CROPS = 64, 4096  # pictures in a shard: seconds of one worker


def run(arguments: argparse.Namespace) -> int:
    """Runs the options of `edge_demo.bulk.__main__.parser`; returns the exit code.

    Raises:
        UserError: A package is missing, or the input, the folder, the model or the cluster cannot
            be used.
    """
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise UserError(missing_package(package, "bulk"))
    from edge_demo.bulk import cluster, plan
    from edge_demo.bulk.storage import cannot_write, open_storage, require_answer
    from edge_demo.bulk.worker import Task
    from edge_demo.model.classifier import Classifier
    from edge_demo.model.page_model import PageModel

    # Files are refused here and not on each worker.
    Classifier(arguments.model)
    model, page_reader = model_file.read(arguments.model).content, None
    if not arguments.crops:
        page_reader = PageModel(arguments.page_reader).path.read_bytes()
    for url in (arguments.input, arguments.out):
        require_answer(url)
    source, output = open_storage(arguments.input), open_storage(arguments.out)
    refuse_among_input(source, output)
    options = plan.Options(
        input=arguments.input,
        crops=arguments.crops,
        column=arguments.column,
        threshold=arguments.threshold,
        upright=arguments.upright,
        format=arguments.format,
        shard_size=arguments.shard_size or (CROPS if arguments.crops else PAGES),
        model=hashlib.sha256(model).hexdigest(),
        page_reader=None if page_reader is None else hashlib.sha256(page_reader).hexdigest(),
    )
    if arguments.address:
        cluster.probe(arguments.address)  # before minutes of listing, and before a plan is left
    try:
        plan.make_plan(source, output, options, arguments.resume)
    except OSError as error:
        raise UserError(cannot_write(output.url, error)) from error
    left = plan.pending(output, options)
    if not len(left.table):
        print(f"{output.url}: all of {_pictures(left.done)} were read before; nothing to do")
        return 0
    task = Task(source.absolute, output.absolute, options, model, page_reader)
    output.remove_temporary()  # of a run that was killed
    start = time.monotonic()
    try:
        with _ray(arguments.address, arguments.workers) as workers:
            # Closed while Ray is there: what Ray Data does at its end it would else do without.
            with contextlib.closing(cluster.read_shards(left.table, task, workers)) as results:
                totals = _watch(results, left.done, left.pictures)
            seconds = time.monotonic() - start
    finally:
        output.remove_temporary()  # of workers that died
    errors = f", {totals['errors']:,} could not be read" if totals["errors"] else ""
    print(
        f"{output.url}: {_pictures(totals['pictures'])} read{errors}, {totals['digits']:,} digits, "
        f"{seconds:.0f} s, {totals['pictures'] / seconds:,.0f} pictures a second"
    )
    return 0


def refuse_among_input(source: Any, output: Any) -> None:
    """Refuses to write parts where the next run would read them.

    Raises:
        UserError: `output` is the input or lies in it.
    """
    if source.filesystem.type_name != output.filesystem.type_name:
        return
    read, written = (
        os.path.realpath(one.root) if one.is_local else one.root for one in (source, output)
    )
    if os.path.join(written, "").startswith(os.path.join(read, "")):
        raise UserError(f"--out {output.url} lies in {source.url}; name a folder outside.")


@contextlib.contextmanager
def _ray(address: str | None, workers: int | None) -> Iterator[int]:
    from edge_demo.bulk import cluster
    from edge_demo.bulk.quiet import without_chatter

    with without_chatter():
        try:
            if address:
                yield cluster.join(address, workers)
            else:
                yield cluster.start(workers or _processors())
        finally:
            cluster.stop()


def _processors() -> int:
    """How many this process may use, where the system tells (Linux), or has."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _watch(results: Iterable[dict[str, Any]], done: int, pictures: int | None) -> dict[str, int]:
    """Shows progress on stderr; returns the sums of what the workers counted."""
    from tqdm import tqdm

    totals = dict.fromkeys(("pictures", "digits", "errors"), 0)
    interval = 0.5 if sys.stderr.isatty() else 10
    with tqdm(
        initial=done, total=pictures, unit=" pictures", mininterval=interval, file=sys.stderr
    ) as bar:
        for result in results:
            if result["trouble"]:
                raise UserError(str(result["trouble"]))
            for name in totals:
                totals[name] += int(result[name])
            bar.update(int(result["pictures"]))
            if totals["errors"]:
                bar.set_postfix(unreadable=totals["errors"], refresh=False)
    return totals


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"
