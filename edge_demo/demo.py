"""The demo itself: frames in, lines, annotated pictures and a window out."""

import argparse
import collections
import json
import os
import sys
import time
from collections.abc import Generator

import cv2
import numpy as np

from edge_demo.contract import UserError
from edge_demo.frames import foreign, pictures
from edge_demo.frames.cameras import choose_camera
from edge_demo.frames.sources import Frame, expand, open_source
from edge_demo.model.page_model import PageModel
from edge_demo.model.reloading import ReloadingClassifier
from edge_demo.reading.numbers import Number, find_numbers, texts
from edge_demo.reading.page_mask import page_mask
from edge_demo.reading.reader import Page
from edge_demo.reading.readings import Reading
from edge_demo.reading.source_reader import SourceReader
from edge_demo.showing import overlay, window
from edge_demo.showing.saving import Saver

BADLY = (
    "NOTE: {} reads badly; it may lie upside down or askew. `--rotate` 90, 180 or 270 turns it "
    "clockwise before it is read."
)


class Demo:
    """Runs the command line's options; `run` returns the exit code.

    Args:
        arguments: the Namespace of `edge_demo.__main__.parser`.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.options = arguments
        self.sources = [path for text in arguments.sources for path in expand(text)]
        refuse_saving_among(self.sources, arguments.save)
        self.classifier = ReloadingClassifier(arguments.model)
        self.network = PageModel(arguments.page_reader)
        self.saver = Saver(arguments.save) if arguments.save else None
        self.window = self._window()
        self.frames = self.failures = self.saved = 0
        self.passed_over: collections.Counter[str] = collections.Counter()
        # Of the source that is being read: its last answer and the line that said it.
        self.answer: list[int] | None = None
        self.line: str | None = None
        self.rate: float | None = None  # seconds a frame, averaged

    def run(self) -> int:
        """Reads every source to its end, or the frames that were asked for."""
        if not self.sources:
            source, why = choose_camera()
            print(why, file=sys.stderr)
            self.sources = [source]
        try:
            for source in self.sources:
                self._read_source(source)
                if self._done():
                    break
        finally:
            if self.window:
                self.window.close()
            self._summarise()
        return 2 if self.failures else 0

    def _read_source(self, source: str) -> None:
        options, first = self.options, True
        reader = SourceReader(
            self.classifier, self.network, options.threshold, options.rotate, options.upright
        )
        self.answer = self.line = None
        frames = self._frames(source)
        try:
            for frame in frames:
                if isinstance(frame, UserError):
                    print(f"error: {frame}", file=sys.stderr)
                    self.failures += 1
                    continue
                if first and self._is_last():
                    # A stream's answer needs several frames to be steady; one frame is a picture.
                    frame = frame._replace(time=None)
                first = False
                self._read_frame(frame, reader)
                if self._done():
                    break
        finally:
            frames.close()

    def _frames(self, source: str) -> Generator[Frame | UserError, None, None]:
        """The source's frames; one that cannot be read at all does not end the run."""
        try:
            yield from open_source(source, self.options.loop)
        except UserError as error:
            yield error
        else:
            if os.path.isdir(source):
                self.passed_over += foreign.count_kinds(pictures.find_pictures(source)[1])

    def _is_last(self) -> bool:
        return self.options.frames is not None and self.frames + 1 >= self.options.frames

    def _summarise(self) -> None:
        if self.passed_over:
            print(foreign.passed_over(self.passed_over), file=sys.stderr)
        if self.saver:
            pictures_are = "picture is" if self.saved == 1 else "pictures are"
            print(f"{self.saved} annotated {pictures_are} in {self.saver.folder}", file=sys.stderr)

    def _read_frame(self, frame: Frame, reader: SourceReader) -> None:
        start = time.perf_counter()
        moving = frame.time is not None
        page = reader.read(frame.image, frame.time)
        readings = page.readings
        if page.reads_badly and not moving:
            print(BADLY.format(frame.source), file=sys.stderr)
        lines = find_numbers(frame.image, page)
        self._print(frame, readings, lines)
        answer = [reading.digit for reading in readings]
        if self.saver and not (moving and answer in ([], self.answer)):
            picture = self._draw(frame, page, lines, self.options.attention, self.options.debug)
            self.saver.save(frame.relative, frame.source, picture)
            self.saved += 1
        self.answer = answer
        if self.window:
            picture = self._draw(frame, page, lines, self.window.attention, self.window.panel)
            self.window.show(picture, 1 if moving else 0)
        self.frames += 1
        seconds = time.perf_counter() - start
        self.rate = seconds if self.rate is None else 0.9 * self.rate + 0.1 * seconds

    def _print(self, frame: Frame, readings: list[Reading], lines: list[list[Number]]) -> None:
        if self.options.json:
            digits = [reading.to_dict() for reading in readings]
            facts = {"frame": self.frames, "source": frame.source, "digits": digits}
            line = json.dumps({**facts, **texts(lines)})
        else:
            answer = " ".join(str(reading.digit) for reading in readings) or "no digit"
            if frame.time is not None and answer == self.line:
                return
            self.line = answer
            line = f"{frame.source}: {answer}"
        print(line, flush=True)

    def _draw(
        self,
        frame: Frame,
        page: Page,
        lines: list[list[Number]],
        attention: bool,
        panel: bool,
    ) -> np.ndarray:
        caption, mask = "", None
        if frame.time is not None and self.rate:
            caption = f"{1 / self.rate:.0f} frames/s"
        if attention and frame.time is None:  # a page's mask takes as long as a look
            gray = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY)
            # A page read at 45° shows the mask of the page as it lies.
            mask = page_mask(gray, self.network, 0 if page.askew else page.turns)
        return overlay.draw(frame.image, page.readings, attention, panel, caption, lines, mask)

    def _done(self) -> bool:
        enough = self.options.frames is not None and self.frames >= self.options.frames
        return enough or (self.window is not None and self.window.closed)

    def _window(self) -> window.Window | None:
        options = self.options
        if options.no_window or options.json or options.save:
            return None
        reason = window.why_no_window()
        if reason is None:
            return window.Window(options.attention, options.debug)
        return None


def refuse_saving_among(sources: list[str], folder: str | None) -> None:
    """Refuses to write annotated pictures where the next run would read them.

    Raises:
        UserError: `folder` is one of the folders that are read, or lies in one.
    """
    if folder is None:
        return
    target = os.path.realpath(folder)
    for source in sources:
        read = os.path.realpath(source)
        if os.path.isdir(source) and os.path.join(target, "").startswith(os.path.join(read, "")):
            raise UserError(
                f"--save {folder} lies in {source}, where its pictures would be read the next "
                "time; name a folder outside."
            )
