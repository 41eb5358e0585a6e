"""What else reads the digits of a photograph: RapidOCR, and Otsu's threshold with contours.

A reader takes a frame, uint8 [height, width, 3] BGR, and gives the digits it read, in its order.
"""

import importlib
import importlib.metadata
import importlib.util
import sys

# The wheel's name has changed with its versions; each has a class RapidOCR.
RAPIDOCR_MODULES = ("rapidocr_onnxruntime", "rapidocr")
LONGEST_SIDE = 1600  # pixels, as the demo has it
LEAST_HEIGHT = 0.02  # of the frame's longer side: what is lower is dirt
LEAST_HEIGHT_PX = 10
FLATTEST = 2.5  # times as wide as high: what is wider is no digit
SHARES = ("hits", "false_digits", "wholly_right")


def installed(classifier, threshold):
    """Returns [(name, read)] of the peers that are here; says on stderr which is not."""
    peers = []
    module = next((name for name in RAPIDOCR_MODULES if importlib.util.find_spec(name)), None)
    if module is None:
        print(
            "RapidOCR is left out: it is not installed (pip install rapidocr-onnxruntime, in an "
            "environment of its own).",
            file=sys.stderr,
        )
    else:
        peers.append((_rapidocr_name(module), rapidocr(module)))
    peers.append(("Otsu, contours", otsu_contours(classifier, threshold)))
    return peers


def rapidocr(module):
    """Returns a reader: the characters 0 to 9 of the text that RapidOCR gives."""
    engine = importlib.import_module(module).RapidOCR()

    def read(frame):
        result = engine(frame)
        if hasattr(result, "txts"):  # from version 2 on
            texts = result.txts or ()
        else:
            texts = [line[1] for line in (result[0] or ())]
        return [int(letter) for text in texts for letter in text if letter in "0123456789"]

    return read


def otsu_contours(classifier, threshold):
    """Returns a reader: one threshold for the frame, a digit for each contour.

    What tutorials do: grey, blurred, Otsu's threshold, outer contours. The cut-outs go through our
    normaliser and classifier, so that only the way of finding them differs.
    """
    import cv2
    import numpy as np

    from edge_demo.reading.layout import reading_order
    from edge_demo.reading.normalize import normalize

    def read(frame):
        gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        scale = min(1.0, LONGEST_SIDE / max(gray.shape))
        if scale < 1:
            gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        gray = cv2.GaussianBlur(gray, (5, 5), 0)
        _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
        if cv2.countNonZero(ink) > ink.size / 2:  # most of a page is paper
            ink, gray = cv2.bitwise_not(ink), cv2.bitwise_not(gray)
        outlines = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        boxes = [box for box in map(cv2.boundingRect, outlines) if _may_be_digit(box, ink.shape)]
        if not boxes:
            return []
        images = []
        for x, y, width, height in (boxes[index] for index in reading_order(boxes)):
            inside = np.s_[y : y + height, x : x + width]
            images.append(normalize(np.where(ink[inside] > 0, 255 - gray[inside], 0).astype("u1")))
        probabilities = classifier.predict_batch(images).probabilities
        sure = probabilities.max(axis=1) >= threshold
        return [int(digit) for digit in probabilities.argmax(axis=1)[sure]]

    return read


def _may_be_digit(box, shape):
    _, _, width, height = box
    least = max(LEAST_HEIGHT_PX, LEAST_HEIGHT * max(shape))
    return least <= height and width <= FLATTEST * height and (width, height) != shape[::-1]


def _rapidocr_name(module):
    try:
        return f"RapidOCR {importlib.metadata.version(module.replace('_', '-'))}"
    except importlib.metadata.PackageNotFoundError:
        return "RapidOCR"


def table(report):
    """Returns the readers side by side as a Markdown table, one line for each tier."""
    readers = report["peers"]
    head, rule = "| tier | pictures | digits |", "|---|---|---|"
    for name in readers:
        head += f" {name}: read | false | wholly right | ms |"
        rule += "---|---|---|---|"
    lines = [head, rule]
    for tier, own in readers["digitnet"].items():
        line = f"| {tier} | {own['pictures']} | {own['digits']} |"
        for summaries in readers.values():
            one = summaries[tier]
            line += "".join(f" {one[share]} |" for share in SHARES)
            line += f" {one['median_milliseconds']:.0f} |"
        lines.append(line)
    return "\n".join(lines)
