"""The demo itself: frames in, lines, annotated pictures and a window out."""

import json
import sys
import time

from edge_demo.contract import UserError
from edge_demo.frames.cameras import choose_camera
from edge_demo.frames.sources import open_source
from edge_demo.model.reloading import ReloadingClassifier
from edge_demo.reading.layout import reading_order
from edge_demo.reading.reader import read_digits
from edge_demo.reading.tracker import Tracker
from edge_demo.showing import overlay, window
from edge_demo.showing.saving import Saver


class Demo:
    """Runs the command line's options; `run` returns the exit code.

    Args:
        arguments: the Namespace of `edge_demo.__main__.parser`.
    """

    def __init__(self, arguments):
        self.options = arguments
        self.classifier = ReloadingClassifier(arguments.model)
        self.saver = Saver(arguments.save) if arguments.save else None
        self.window = self._window()
        self.frames = self.failures = 0
        self.answer, self.rate = None, None

    def run(self):
        """Reads every source to its end, or the frames that were asked for."""
        sources = self.options.sources
        if not sources:
            source, why = choose_camera()
            print(why, file=sys.stderr)
            sources = [source]
        try:
            for source in sources:
                self._read_source(source)
                if self._done():
                    break
        finally:
            if self.window:
                self.window.close()
        return 2 if self.failures else 0

    def _read_source(self, source):
        tracker = Tracker()
        frames = open_source(source, self.options.loop)
        try:
            for frame in frames:
                if isinstance(frame, UserError):
                    print(f"error: {frame}", file=sys.stderr)
                    self.failures += 1
                    continue
                self._read_frame(frame, tracker)
                if self._done():
                    break
        finally:
            if hasattr(frames, "close"):
                frames.close()

    def _read_frame(self, frame, tracker):
        start = time.perf_counter()
        moving = frame.time is not None
        readings = read_digits(
            frame.image,
            self.classifier,
            self.options.threshold,
            turn=not (moving or self.options.upright),
        )
        if moving:
            readings = tracker.update(readings, frame.time)
            readings = [readings[i] for i in reading_order([r.box for r in readings])]
        self._print(frame, readings)
        answer = [reading.digit for reading in readings]
        if self.saver and not (moving and answer in ([], self.answer)):
            picture = self._draw(frame, readings, self.options.attention, self.options.debug)
            self.saver.save(frame.relative, frame.source, picture)
        self.answer = answer
        if self.window:
            picture = self._draw(frame, readings, self.window.attention, self.window.panel)
            self.window.show(picture, 1 if moving else 0)
        self.frames += 1
        seconds = time.perf_counter() - start
        self.rate = seconds if self.rate is None else 0.9 * self.rate + 0.1 * seconds

    def _print(self, frame, readings):
        if self.options.json:
            digits = [reading.to_dict() for reading in readings]
            line = json.dumps({"frame": self.frames, "source": frame.source, "digits": digits})
        else:
            answer = " ".join(str(reading.digit) for reading in readings) or "no digit"
            if frame.time is not None and answer == getattr(self, "_line", None):
                return
            self._line = answer
            line = f"{frame.source}: {answer}"
        print(line, flush=True)

    def _draw(self, frame, readings, attention, panel):
        caption = ""
        if frame.time is not None and self.rate:
            caption = f"{1 / self.rate:.0f} frames/s"
        return overlay.draw(frame.image, readings, attention, panel, caption)

    def _done(self):
        enough = self.options.frames is not None and self.frames >= self.options.frames
        return enough or (self.window is not None and self.window.closed)

    def _window(self):
        options = self.options
        if options.no_window or options.json or options.save:
            return None
        reason = window.why_no_window()
        if reason is None:
            return window.Window(options.attention, options.debug)
        return None
