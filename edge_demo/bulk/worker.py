"""What a Ray worker does: it loads the interpreter once, and makes a part of each shard it gets."""

import os
import socket
import tempfile
from typing import Any, NamedTuple

import numpy as np

from edge_demo.bulk.attempts import surviving
from edge_demo.bulk.contents import contents_of
from edge_demo.bulk.parts import Counts, part_name, write_part
from edge_demo.bulk.plan import SHARDS, Options, read_shard
from edge_demo.bulk.storage import cannot_write, one_line, open_storage
from edge_demo.contract import UserError

Batch = dict[str, np.ndarray]


class Task(NamedTuple):
    """What all workers of a job are told. input, output: URLs or absolute paths. model,
    page_reader: the bytes of the files, which need not lie on the worker's machine; crops need no
    page reader, None.
    """

    input: str
    output: str
    options: Options
    model: bytes
    page_reader: bytes | None


class ShardReader:
    """Reads shards; Ray Data makes one a worker and calls it with one shard after the other.

    Nothing is raised that another try on another worker would not mend: what the user has to mend
    comes back as a sentence.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._trouble = ""
        try:
            self._load()
        except UserError as error:
            self._trouble = str(error)

    def __call__(self, batch: Batch) -> Batch:
        """Reads the shards of a batch.

        Args:
            batch: `shard`, `place` and `length`, int64 [N] each, as `plan.Pending` has them.

        Returns:
            `pictures`, `digits` and `errors`, int64 [N], and `trouble`, str [N], "" for none.
        """
        results = [
            self._read(*(int(value) for value in one))
            for one in zip(batch["shard"], batch["place"], batch["length"], strict=True)
        ]
        counts, troubles = zip(*results, strict=True)
        columns: dict[str, Any] = {
            name: np.array(values)
            for name, values in zip(Counts._fields, zip(*counts, strict=True), strict=True)
        }
        return {**columns, "trouble": np.array(troubles)}

    def _load(self) -> None:
        import cv2

        from edge_demo.bulk.rows import RowMaker
        from edge_demo.model.classifier import Classifier
        from edge_demo.model.page_model import PageModel

        cv2.setNumThreads(1)  # each worker has one processor
        options = self._task.options
        self._source = open_storage(self._task.input)._replace(url=options.input)
        self._output = open_storage(self._task.output)
        self._check_reach()
        with tempfile.TemporaryDirectory() as folder:
            classifier = Classifier(_written(folder, "model.tflite", self._task.model))
            network = None
            if self._task.page_reader is not None:
                network = PageModel(_written(folder, "pages.tflite", self._task.page_reader))
        self._maker = RowMaker(
            classifier, options.model, options.threshold, options.crops, options.upright, network
        )

    def _check_reach(self) -> None:
        """Else each picture would become a row that says that it is not there."""
        for storage in (self._source, self._output):
            if not storage.filesystem.get_file_info(storage.root).type:
                raise UserError(
                    f"{storage.url} is not there on {socket.gethostname()}; the input and --out "
                    "have to lie where all machines of the cluster see them."
                )

    def _read(self, number: int, place: int, length: int) -> tuple[Counts, str]:
        if self._trouble:
            return Counts(0, 0, 0), self._trouble
        options = self._task.options
        name = part_name(number, options.format)
        try:
            shard = read_shard(self._output, place, length)
        except OSError as error:
            plan = self._output.shown(SHARDS)
            return Counts(0, 0, 0), f"{plan} cannot be read ({one_line(error)}); begin anew."
        try:
            contents = contents_of(self._source, shard, options.column)
            contents = surviving(self._output, name, contents)
            return write_part(self._output, name, self._maker.rows(contents)), ""
        except OSError as error:
            return Counts(0, 0, 0), cannot_write(self._output.shown(name), error)


def _written(folder: str, name: str, content: bytes) -> str:
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return path
