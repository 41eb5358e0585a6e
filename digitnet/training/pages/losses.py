"""The page reader's losses, each over the digits of a batch."""

from typing import Any

import keras
from keras import ops

from edge_demo.contract import NUM_CLASSES

EASY, PEAK = 2.0, 4.0  # alpha and beta of the focal loss, as its source has them


class PresenceLoss(keras.losses.Loss):
    """Focal loss of the map of peaks, for logits `(B, h, w, 1)`.

    Positions with a peak of exactly 1 are digits; the nearer another lies to one, the less it
    counts that it answers, too (Zhou et al. 2019, "Objects as Points", equation 1).
    Targets are `(B, h, w, 2)`: the peak, and the weight.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        peak, weight = y_true[..., 0], y_true[..., 1]
        logits = y_pred[..., 0]
        probability = ops.sigmoid(logits)
        positive = ops.cast(peak >= 1, logits.dtype)
        found = -positive * (1 - probability) ** EASY * ops.log_sigmoid(logits)
        quiet = (1 - positive) * (1 - peak) ** PEAK * probability**EASY
        quiet = -quiet * ops.log_sigmoid(-logits)
        return _over_digits(weight * (found + quiet), weight * positive)


class DigitLoss(keras.losses.Loss):
    """Cross-entropy of which digit it is, for logits `(B, h, w, 10)`, near the peaks.

    Targets are `(B, h, w, 11)`: one-hot, and the weight.
    """

    def __init__(self, label_smoothing: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        weight = y_true[..., NUM_CLASSES]
        share = self.label_smoothing
        target = (1 - share) * y_true[..., :NUM_CLASSES] + share / NUM_CLASSES
        entropy = -ops.sum(target * ops.log_softmax(y_pred), axis=-1)
        return _over_digits(weight * entropy, weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


class BoxLoss(keras.losses.Loss):
    """Smooth L1 of offset and size `(B, h, w, 4)`, near the peaks.

    Targets are `(B, h, w, 5)`: the four, and the weight.
    """

    BEND = 0.1  # below this difference it is a parabola

    def call(self, y_true: Any, y_pred: Any) -> Any:
        weight = y_true[..., 4]
        difference = ops.abs(y_true[..., :4] - y_pred)
        smooth = ops.where(
            difference < self.BEND, difference**2 / (2 * self.BEND), difference - self.BEND / 2
        )
        return _over_digits(weight * ops.sum(smooth, axis=-1), weight)


def _over_digits(losses: Any, weights: Any) -> Any:
    """A number for each crop of the batch whose mean is the loss over the batch's digits."""
    crops = ops.cast(ops.shape(losses)[0], losses.dtype)
    digits = ops.maximum(ops.sum(weights), 1.0)
    return ops.sum(losses, axis=(1, 2)) * crops / digits
