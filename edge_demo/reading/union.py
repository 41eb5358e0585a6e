"""One list of digits from two ways of finding them, each with how sure both together are.

The stages of `writing` find ink and ask the classifier what it is; the page reader sees where
digits stand. Where both see one, where only one does, and where they disagree about which digit it
is, is evidence, which is added up as log-odds.
"""

import functools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edge_demo.reading.cutout import contrast, cut_out
from edge_demo.reading.peaks import Peaks, shares
from edge_demo.reading.resolve import DigitClassifier, classify_ink
from edge_demo.reading.writing import Reading

WEIGHTS = Path(__file__).with_name("union_weights.json")
NONE_SEEN = 0.1  # sureness where the page reader has no peak: below `looking.LEAST`
SAME = 0.55  # shared area over the smaller box's, from which two boxes may be of one digit
ALIKE = 0.55  # of their longer sides: else one is a part of the other
LEAST_SHARE = 1e-3  # of one digit: neither is ever quite sure that it is not this one
KINDS = ("both", "stages", "network")
# Of the weights, in the order of `Evidence.features`.
NAMES = (
    *KINDS,
    *(f"classifier_log_odds_{kind}" for kind in KINDS),
    "network_log_odds",
    "log_agreement",
    "faintness",
    "smallness",
)
LEAST_LOG = -3.0  # of faintness and smallness: below a twentieth it does not matter by how much


class Rules(NamedTuple):
    """From when on a digit is reported: `python -m benchmarks.union_thresholds` chooses them.

    What reads most, less one and a half times what is false, on drawn pages.

    Attributes:
        both: Least probability of a digit that both ways see.
        alone: The same of one that one of them sees alone.
        filling: Of the frame's longer side, the length from which on a digit fills the frame. It is
            larger than those that the page reader knows, and what the stages read counts.
    """

    both: float = 0.4
    alone: float = 0.65
    filling: float = 0.5


RULES = Rules()


class Evidence(NamedTuple):
    """What is known of one digit that may be.

    kind: who found it, one of `KINDS`. classifier: probability of the classifier's answer.
    network: sureness of the page reader. agreement: probability that the page reader gives the
    same answer, 0.1 where it says nothing. faintness, smallness: logarithms, 0 or less, of its
    contrast and height over what is usual of the digits on the page that both see. share: its
    longer side over the frame's.
    """

    kind: str
    classifier: float
    network: float
    agreement: float
    faintness: float = 0.0
    smallness: float = 0.0
    share: float = 0.0

    def features(self) -> np.ndarray:
        """float64 [10], as `NAMES` says; the classifier's log-odds stand in its kind's place."""
        kinds = np.array([float(self.kind == kind) for kind in KINDS])
        odds = kinds * _log_odds(self.classifier)
        agreement = np.log(max(self.agreement, 1e-3))
        beside = [self.faintness, self.smallness]
        return np.array([*kinds, *odds, _log_odds(self.network), agreement, *beside])


@functools.cache
def load_weights() -> np.ndarray:
    """The fitted weights of `Evidence.features`, float64 [10]."""
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return np.array([weights[name] for name in NAMES])


def gather(
    readings: list[Reading], seen: Peaks, gray: np.ndarray, classifier: DigitClassifier
) -> list[tuple[Reading, Evidence]]:
    """Every digit that one of the two ways finds, with what is known of it.

    Args:
        readings: What the stages read.
        seen: What the page reader sees, boxes in pixels of the frame.
        gray: uint8 [height, width], the frame.
        classifier: Says which digit the page reader's are.
    """
    found = []
    taken = np.zeros(len(seen.boxes), bool)
    for reading in readings:
        at = _match(seen.boxes, taken, np.array(reading.box, np.float32))
        if at is None:
            evidence = Evidence("stages", reading.confidence, NONE_SEEN, 0.1)
            found.append((reading, evidence))
            continue
        taken[at] = True
        found.append(_both(reading, seen.sureness[at], seen.digits[at]))
    for at in np.flatnonzero(~taken):
        read = _from_network(seen, at, gray, classifier)
        if read is not None:
            found.append(read)
    return _compared(found, gray)


def united(
    found: list[tuple[Reading, Evidence]],
    weights: np.ndarray,
    threshold: float,
    rules: Rules = RULES,
) -> list[Reading]:
    """The digits that are sure enough: first those that both ways see.

    Args:
        found: As `gather` gives it.
        weights: As `load_weights` gives them.
        threshold: The least probability with which a digit is reported, 0..1, where the rules ask
            for less.
        rules: From when on a digit is reported.

    Returns:
        list of Reading. A digit that fills the frame is as sure as the classifier is of it. The
        confidence of what both see is the lower of the classifier's and the evidence's, but not
        below the threshold. Of two that one way alone sees in one place the surer is kept, and none
        where both see one.
    """
    kept, alone = [], []
    for reading, evidence in found:
        probability = 1 / (1 + np.exp(-float(weights @ evidence.features())))
        if evidence.kind != "network" and evidence.share >= rules.filling:
            if reading.confidence >= threshold:
                kept.append(reading)
        elif evidence.kind != "both":
            if probability >= max(threshold, rules.alone):
                alone.append(reading._replace(confidence=probability))
        elif probability >= rules.both and reading.confidence >= threshold:
            confidence = min(reading.confidence, max(probability, threshold))
            kept.append(reading._replace(confidence=confidence))
    alone.sort(key=lambda reading: -reading.confidence)
    for reading in alone:
        others = np.array([one.box for one in kept], np.float32).reshape(-1, 4)
        box = np.array(reading.box, np.float32)
        if not len(others) or shares(others, box).max() < SAME:
            kept.append(reading)
    return kept


def _compared(
    found: list[tuple[Reading, Evidence]], gray: np.ndarray
) -> list[tuple[Reading, Evidence]]:
    """The same with how large each is, and how faint and small beside the page's usual digits."""
    heights = np.array([max(one.box[2:]) for one, _ in found], float)
    faintness = smallness = np.zeros(len(found))
    usual = np.array([evidence.kind == "both" for _, evidence in found], bool)
    if usual.any():
        contrasts = np.array([contrast(gray, np.array(one.box, float)) for one, _ in found])
        faintness = np.log(contrasts / np.median(contrasts[usual])).clip(LEAST_LOG, 0)
        smallness = np.log(heights / np.median(heights[usual])).clip(LEAST_LOG, 0)
    sizes = zip(faintness, smallness, heights / max(gray.shape), strict=True)
    return [
        (reading, evidence._replace(faintness=float(f), smallness=float(s), share=float(share)))
        for (reading, evidence), (f, s, share) in zip(found, sizes, strict=True)
    ]


def _both(reading: Reading, sureness: float, digits: np.ndarray) -> tuple[Reading, Evidence]:
    """A digit that both see; which it is, the product of what both say decides."""
    product = np.maximum(reading.probabilities, LEAST_SHARE) * np.maximum(digits, LEAST_SHARE)
    digit, probability = int(product.argmax()), reading.confidence
    if digit != reading.digit:
        mass = float(reading.probabilities.sum())  # what it lacks to 1 is that of no digit
        together = mass * float(product[digit] / product.sum())
        reading = reading._replace(digit=digit, confidence=together)
        probability = float(reading.probabilities[digit])
    return reading, Evidence("both", probability, float(sureness), float(digits[digit]))


def _from_network(
    seen: Peaks, at: int, gray: np.ndarray, classifier: DigitClassifier
) -> tuple[Reading, Evidence] | None:
    """A digit that only the page reader sees, in the polarity in which both agree best."""
    box, digits = seen.boxes[at], seen.digits[at]
    best, best_together = None, 0.0
    for ink in cut_out(gray, box):
        image, probabilities, attention = classify_ink(ink, classifier)
        together = np.sqrt(np.maximum(probabilities, 1e-4) * np.maximum(digits, 1e-4))
        digit = int(together.argmax())
        if together[digit] > best_together:
            best_together = float(together[digit])
            best = (digit, image, probabilities, attention)
    if best is None:
        return None
    digit, image, probabilities, attention = best
    x, y = max(0, int(box[0])), max(0, int(box[1]))
    right = min(gray.shape[1], int(np.ceil(box[0] + box[2])))
    bottom = min(gray.shape[0], int(np.ceil(box[1] + box[3])))
    place = (x, y, max(1, right - x), max(1, bottom - y))
    reading = Reading(digit, 0.0, place, image, probabilities, attention)
    evidence = Evidence(
        "network", float(probabilities[digit]), float(seen.sureness[at]), float(digits[digit])
    )
    return reading, evidence


def _match(boxes: np.ndarray, taken: np.ndarray, box: np.ndarray) -> int | None:
    """The peak of the same digit: surest first, so the first that fits."""
    if not len(boxes):
        return None
    # Not areas: the box of a bare stroke is as narrow as its pen, and the page reader's is wider.
    sides, side = boxes[:, 2:].max(axis=1), box[2:].max()
    ratio = np.minimum(sides, side) / np.maximum(np.maximum(sides, side), 1e-6)
    fits = np.flatnonzero(~taken & (shares(boxes, box) >= SAME) & (ratio >= ALIKE))
    return int(fits[0]) if len(fits) else None


def _log_odds(probability: float) -> float:
    clipped = float(np.clip(probability, 0.003, 0.997))
    return float(np.log(clipped / (1 - clipped)))
