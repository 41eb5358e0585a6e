"""Which digit stands where the page reader sees one, and how sure that is.

The page reader sees where digits stand, and guesses which; the classifier says which digit the ink
there is. What both say, and how the digit compares with others on its page, is evidence, which is
added up as log-odds with weights that `python -m benchmarks.fit_evidence` fits on drawn pages.
"""

import functools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edge_demo.reading.classify import DigitClassifier, classify
from edge_demo.reading.cutout import CutOut, contrast, cut_out
from edge_demo.reading.peaks import Peaks, shares
from edge_demo.reading.readings import Reading

Box = tuple[int, int, int, int]
WEIGHTS = Path(__file__).with_name("evidence_weights.json")
# Of the weights, in the order of `Evidence.features`.
NAMES = (
    "constant",
    "classifier_log_odds",
    "network_log_odds",
    "log_agreement",
    "faintness",
    "smallness",
    "neighbours",
    "bar_goes_on",
)
BAR = 1  # the digit that any straight stroke reads as
LEAST_SHARE = 1e-4  # of one digit: neither is ever quite sure that it is not this one
USUAL, ALIKE = 0.6, 0.5  # sureness and both probabilities from which a digit is one of its page's
# Neighbours stand within so many heights to either side, on the same line and about as high; more
# than so many say no more.
REACH, LINE, AS_HIGH, MOST_NEIGHBOURS = 2.5, 0.5, (0.6, 1.6), 3.0
# Of the usual contrast, below which a digit is faint: fading and pencil beside ink are not, on
# drawn pages; what shows through the paper is. With 1, any difference counts, and a little less is
# read there.
FAINT = 0.5
LEAST_LOG = -3.0  # of faintness and smallness: below a twentieth it does not matter by how much
# Shared area over that of both, from which the box of the ink, the tighter one, is the digit's. A
# broken or faint digit's ink is a part of it: with 0.5 drawn pages lose 1 % of their digits.
ALL_OF_IT = 0.6
# Of the frame's longer side: whoever fills a picture with one thing has said where it is. On drawn
# pages no digit is as large, and what is as long is a line; three tests have one. From a
# probability of `LIKELY` on the classifier is believed there, but not of a bar that goes on.
FILLING, LIKELY, ENDS = 0.5, 0.35, 0.05
SAME = 0.55  # shared area over the smaller box's, from which two are of one digit


class Evidence(NamedTuple):
    """What is known of one digit that may be.

    classifier: the classifier's probability of it. network: the page reader's sureness that a digit
    is there. agreement: its probability of this digit. faintness, smallness: logarithms, 0 or less,
    of its contrast and its longer side over what is usual of the page's surer digits, and for
    faintness over `FAINT` times that. neighbours: logarithm of 1 and the sum of the page
    reader's certainty of those that stand beside it.
    bar_goes_on: of a 1, the share of its ink and what that is joined to that lies beyond its box:
    rulings and the walls of cells are bars, too; 1 at the frame's edge. 0 of other digits. share:
    the page reader's box's longer side over the frame's, which is no part of the sum.
    """

    classifier: float
    network: float = 0.0
    agreement: float = 0.0
    faintness: float = 0.0
    smallness: float = 0.0
    neighbours: float = 0.0
    bar_goes_on: float = 0.0
    share: float = 0.0

    def features(self) -> np.ndarray:
        """float64 [8], as `NAMES` says."""
        agreement = np.log(max(self.agreement, 1e-3))
        odds = _log_odds(self.classifier), _log_odds(self.network)
        beside = self.faintness, self.smallness, self.neighbours, self.bar_goes_on
        return np.array([1.0, *odds, agreement, *beside])


@functools.cache
def load_weights() -> np.ndarray:
    """The fitted weights of `Evidence.features`, float64 [8]."""
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return np.array([weights[name] for name in NAMES])


def gather(
    seen: Peaks, gray: np.ndarray, classifier: DigitClassifier
) -> list[tuple[Reading, Evidence]]:
    """Every digit that the page reader sees, read, with what is known of it.

    Args:
        seen: What the page reader sees, boxes in pixels of the frame.
        gray: uint8 [height, width], the frame.
        classifier: Says which digit each is.

    Returns:
        A Reading and its Evidence for each peak with ink. The Reading's probabilities are those of
        each digit if it is one, and so is its confidence.
    """
    found, boxes = [], []
    for sureness, digits, box in zip(seen.sureness, seen.digits, seen.boxes, strict=True):
        read = _read(digits, box, gray, classifier)
        if read is not None:
            reading, known = read
            known = known._replace(
                network=float(sureness),
                agreement=float(digits[reading.digit]),
                share=float(max(box[2:]) / max(gray.shape)),
            )
            found.append((reading, known))
            boxes.append(box)
    return _compared(found, np.array(boxes), gray)


def sure(
    found: list[tuple[Reading, Evidence]], weights: np.ndarray, threshold: float
) -> list[Reading]:
    """The digits that are sure enough, surest first.

    Args:
        found: As `gather` gives it.
        weights: As `load_weights` gives them.
        threshold: The least probability with which a digit is reported, 0..1.

    Returns:
        list of Reading. Of two in one place the surer is kept.
    """
    judged = []
    for reading, evidence in found:
        confidence = 1 / (1 + np.exp(-float(weights @ evidence.features())))
        fills = evidence.share >= FILLING and evidence.bar_goes_on <= ENDS
        if fills and confidence >= LIKELY:
            confidence = max(confidence, evidence.classifier)
        if confidence >= threshold:
            probabilities = _with(reading.probabilities, reading.digit, confidence)
            judged.append(reading._replace(confidence=confidence, probabilities=probabilities))
    judged.sort(key=lambda reading: -reading.confidence)
    kept: list[Reading] = []
    for reading in judged:
        others = np.array([one.box for one in kept], np.float32).reshape(-1, 4)
        if not kept or shares(others, np.array(reading.box, np.float32)).max() < SAME:
            kept.append(reading)
    return kept


def _goes_on(cutout: CutOut, shape: tuple[int, ...]) -> float:
    """How much of a bar lies beyond its box; all of it where it ends at the frame's edge."""
    x, y, width, height = cutout.box
    at_the_edge = min(x, y) <= 0 or x + width >= shape[1] or y + height >= shape[0]
    return 1.0 if at_the_edge else 1 - cutout.whole


def _with(shares: np.ndarray, digit: int, confidence: float) -> np.ndarray:
    """Probabilities float32 [10] of which one, the largest, has become so much.

    The others stay as they are beside it, where there is as much left for them.
    """
    result = shares * np.float32(confidence / shares[digit])
    others = float(result.sum()) - confidence
    result *= np.float32(min(1.0, (1 - confidence) / max(others, 1e-6)))
    result[digit] = confidence
    return result


def _read(
    digits: np.ndarray, box: np.ndarray, gray: np.ndarray, classifier: DigitClassifier
) -> tuple[Reading, Evidence] | None:
    """What stands in a box, in the polarity in which page reader and classifier agree best.

    Returns:
        A Reading, and what its ink alone says; None where there is no ink.
    """
    best, best_together = None, 0.0
    for cutout in cut_out(gray, box):
        image, probabilities, attention = classify(cutout.ink, classifier)
        product = np.maximum(probabilities, LEAST_SHARE) * np.maximum(digits, LEAST_SHARE)
        together = np.sqrt(product)
        digit = int(together.argmax())
        if together[digit] > best_together:
            best_together = float(together[digit])
            share = (together / together.sum()).astype(np.float32)
            place = _place(box, cutout.box, gray.shape)
            reading = Reading(digit, float(share[digit]), place, image, share, attention)
            goes_on = _goes_on(cutout, gray.shape) if digit == BAR else 0.0
            best = reading, Evidence(float(probabilities[digit]), bar_goes_on=goes_on)
    return best


def _place(box: np.ndarray, ink: Box, shape: tuple[int, ...]) -> Box:
    """The box of a digit in whole pixels of the frame: its ink's, where that is all of it."""
    x, y = max(0, int(box[0])), max(0, int(box[1]))
    right = min(shape[1], int(np.ceil(box[0] + box[2])))
    bottom = min(shape[0], int(np.ceil(box[1] + box[3])))
    place = x, y, max(1, right - x), max(1, bottom - y)
    width = min(right, ink[0] + ink[2]) - max(x, ink[0])
    height = min(bottom, ink[1] + ink[3]) - max(y, ink[1])
    shared = max(width, 0) * max(height, 0)
    either = place[2] * place[3] + ink[2] * ink[3] - shared
    return ink if shared >= ALL_OF_IT * either else place


def _compared(
    found: list[tuple[Reading, Evidence]], boxes: np.ndarray, gray: np.ndarray
) -> list[tuple[Reading, Evidence]]:
    """The same with how each stands beside the others on its page.

    Args:
        found: As `gather` gives it, without that.
        boxes: float [N, 4], the page reader's. Those of the ink are of a digit's part now and then.
        gray: uint8 [height, width].
    """
    if not found:
        return found
    faintness, smallness = _beside_usual(found, boxes, gray)
    certainty = np.array([one.network * one.agreement for _, one in found])
    beside = zip(faintness, smallness, _neighbours(boxes, certainty), strict=True)
    return [
        (reading, evidence._replace(faintness=float(f), smallness=float(s), neighbours=float(n)))
        for (reading, evidence), (f, s, n) in zip(found, beside, strict=True)
    ]


def _beside_usual(
    found: list[tuple[Reading, Evidence]], boxes: np.ndarray, gray: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Faintness and smallness, float [N] each, beside the page's surer digits; 0 without any."""
    usual = np.array(
        [one.network >= USUAL and min(one.agreement, one.classifier) >= ALIKE for _, one in found],
        bool,
    )
    if not usual.any():
        return np.zeros(len(found)), np.zeros(len(found))
    sides = boxes[:, 2:].max(axis=1)
    contrasts = np.array([contrast(gray, box) for box in boxes])
    faintness = np.log(contrasts / (FAINT * np.median(contrasts[usual]))).clip(LEAST_LOG, 0)
    smallness = np.log(sides / np.median(sides[usual])).clip(LEAST_LOG, 0)
    return faintness, smallness


def _neighbours(boxes: np.ndarray, certainty: np.ndarray) -> np.ndarray:
    """Logarithm of 1 and the certainty of what stands beside each of boxes [N, 4]: float [N]."""
    heights = boxes[:, 3]
    apart = np.abs(
        boxes[:, np.newaxis, :2] - boxes[:, :2] + 0.5 * (boxes[:, np.newaxis, 2:] - boxes[:, 2:])
    )
    near = (apart[..., 0] < REACH * heights[:, np.newaxis]) & (
        apart[..., 1] < LINE * heights[:, np.newaxis]
    )
    ratio = heights / heights[:, np.newaxis]
    near &= (ratio > AS_HIGH[0]) & (ratio < AS_HIGH[1])
    np.fill_diagonal(near, False)
    return np.log1p(np.minimum(near @ certainty, MOST_NEIGHBOURS))


def _log_odds(probability: float) -> float:
    clipped = float(np.clip(probability, 0.003, 0.997))
    return float(np.log(clipped / (1 - clipped)))
