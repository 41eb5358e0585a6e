"""Which attention gates a LeNet may have: known by name without Keras, and never by reading a name.

`digitnet.reproduce` compares them; `digitnet.models` builds them.
"""

import dataclasses
import itertools

# The poolings that gates stand after, in words.
PLACES = {(1,): "first", (2,): "second", (1, 2): "both"}
SPATIAL, CHANNELWISE = "spatial", "channelwise"
OPEN, ZERO = "open", "zero"


@dataclasses.dataclass(frozen=True)
class Gate:
    """The gates of a LeNet, which are alike; those of `lenet_attention` where nothing is said.

    Attributes:
        mask: As `AttentionGate` takes it.
        places: Numbers of the poolings that a gate stands after, a key of `PLACES`.
        bias: What it starts as: `open`, as `AttentionGate` has it, or `zero`.
    """

    mask: str = SPATIAL
    places: tuple[int, ...] = (1, 2)
    bias: str = OPEN

    @property
    def model(self) -> str:
        """The name of the LeNet that has these gates, a key of `VARIANTS`."""
        return f"lenet_{self.mask}_{PLACES[self.places]}_{self.bias}"


VARIANTS: dict[str, Gate] = {
    gate.model: gate
    for gate in itertools.starmap(
        Gate, itertools.product((SPATIAL, CHANNELWISE), PLACES, (OPEN, ZERO))
    )
}
GATES: dict[str, Gate] = {"lenet_attention": Gate(), **VARIANTS}
