"""Recipe, everything that decides how a model is trained, and the named recipes."""

import dataclasses
import sys
from collections.abc import Callable

from digitnet import networks
from digitnet.errors import UserError
from digitnet.networks.gates import GATES

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What `digitnet.train.train` does. Two runs of equal recipes are equal to the bit on a CPU.

    Attributes:
        name: The name under which the recipe is known.
        model: A key of `digitnet.models.MODELS` or `GATE_VARIANTS`.
        epochs: Passes over the training images.
        batch_size: Images a step. The last, incomplete batch of an epoch is left out; every epoch
            has an order of its own, so that no image is left out for good.
        learning_rate: Of SGD, at its highest.
        schedule: `constant`, or `cosine`: down to 0 at the last step along half a cosine.
        warmup_epochs: Epochs in which the learning rate climbs from 0 along a line (cosine only).
        momentum: Of SGD, 0 for none.
        nesterov: Whether the momentum is Nesterov's.
        weight_decay: Decoupled decay of kernels and biases, as Keras' optimisers have it.
        label_smoothing: Share of the target that is spread evenly over the ten digits.
        ema_momentum: If above 0, the weights kept at the end are an exponential moving average
            over steps with this momentum.
        rotation_degrees, shear, zoom, shift_pixels, horizontal_flip, whole_pixels: As
            `digitnet.training.augmentation.Augmentation` takes them.
        brightness, contrast: Likewise.
        world: Whether the camera's pictures of `digitnet.drawn.world` (stroke digits, photographed
            digits, what is no digit) stand beside the training digits. Needs OpenCV.
        degradation: If above 0, the training digits are bent and moved as
            `digitnet.drawn.degradation` has it, in the place of the fields above, and this share of
            all pictures is degraded: light, other ink, blur, noise. For a network that gets
            pictures as they are. Needs OpenCV.
        final_degradation: That share in the last epoch, towards which it falls evenly; `None` for
            one that stays.
        pages: Drawn pages that a page reader is trained on; 0 for every other model. An epoch is
            then 250 steps, and a batch so many crops of pages.
        hands: A folder of handwriting fonts, in whose hands pages are written as well
            (`digitnet.drawn.page_hands`); empty for none.
        precision: `float32`, or `mixed_float16` or `mixed_bfloat16`: computes in half precision,
            keeps weights in float32. For accelerators; slower on most CPUs.
        calibrates: Whether the confidences are fitted to held-out images at the end, as
            `digitnet.training.temperature` does.
        validation_count: Training images that are held out, for the curves and for that.
        seed: Decides first weights, order of images and augmentation.
        initial_weights: A `.keras` file of the same model, whose weights training begins with;
            empty for fresh ones.
        teacher: A `.keras` file of another network, from whose answers this one learns beside the
            labels (`digitnet.training.teacher`); empty for none.
    """

    name: str = "default"
    model: str = "lenet_attention"
    epochs: int = 100
    batch_size: int = 96
    learning_rate: float = 0.05
    schedule: str = "cosine"
    warmup_epochs: float = 1.0
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 0.0
    label_smoothing: float = 0.1
    ema_momentum: float = 0.0
    rotation_degrees: float = 12.0
    shear: float = 0.25
    zoom: float = 0.15
    shift_pixels: float = 2.0
    horizontal_flip: bool = False
    whole_pixels: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
    world: bool = False
    degradation: float = 0.0
    final_degradation: float | None = None
    pages: int = 0
    hands: str = ""
    precision: str = "float32"
    calibrates: bool = True
    validation_count: int = 1000
    seed: int = 0
    initial_weights: str = ""
    teacher: str = ""

    def __post_init__(self) -> None:
        known = ", ".join(model_names())
        _require(_is_model(self.model), f"--model must be one of {known}", self.model)
        _require(
            (self.pages > 0) == (self.model in networks.PAGE_READERS),
            "a page reader, and no other model, is trained on pages (--recipe page): --model must "
            f"go with it and be one of {', '.join(networks.PAGE_READERS)}",
            self.model,
        )
        _require(self.epochs >= 1, "--epochs must be at least 1", self.epochs)
        _require(self.batch_size >= 1, "--batch-size must be at least 1", self.batch_size)
        _require(
            0 < self.learning_rate < float("inf"),
            "--learning-rate must be a number above 0",
            self.learning_rate,
        )
        _require(
            0 <= self.degradation < 1,
            "the degraded share of the pictures must be at least 0 and less than 1",
            self.degradation,
        )
        _require(
            self.final_degradation is None or 0 <= self.final_degradation <= self.degradation,
            "the share that is degraded in the end must be at least 0 and at most what it is first",
            self.final_degradation,
        )
        _require(
            not self.hands or self.pages > 0,
            "--hands goes with a recipe that draws pages (page), and with no other",
            self.hands,
        )
        _require(
            not self.teacher or self.degradation > 0,
            "--teacher goes with a recipe that bends digits before it degrades them (edge, "
            "edge_small), and with no other",
            self.teacher,
        )
        _require(0 <= self.seed < 2**31, "--seed must lie in 0..2147483647", self.seed)
        _require(
            self.schedule in ("constant", "cosine"),
            "the schedule must be constant or cosine",
            self.schedule,
        )
        _require(
            self.precision in PRECISIONS,
            f"the precision must be one of {', '.join(PRECISIONS)}",
            self.precision,
        )


def model_names() -> tuple[str, ...]:
    """The models' names, those included that a program has put into `digitnet.models.MODELS`.

    Nothing is imported for them: a command's --help has no second to wait for Keras.
    """
    models = sys.modules.get("digitnet.models")
    return tuple(models.MODELS) if models else networks.NAMES


def _is_model(name: str) -> bool:
    return name in model_names() or name in GATES or name in networks.PAGE_READERS


def _require(condition: bool, rule: str, value: object) -> None:
    if not condition:
        raise UserError(f"{rule}, but it is {value!r}.")


def described(name: str) -> str:
    """The first line of a named recipe's docstring, without the command."""
    return (RECIPES[name].__doc__ or "").strip().splitlines()[0].split(": `")[0].rstrip(".:")


def default() -> Recipe:
    """The recipe we would deploy: `python -m digitnet.train`.

    99.63 % of MNIST's test images (3 seeds, 99.60 to 99.64); `python -m benchmarks.seeds` measures
    it. A whole run took eight minutes on two idle x86-64 cores, of a shared host on which
    `python -m benchmarks.train_speed` shows 10,700 to 14,200 images a second.
    """
    return Recipe()


def long() -> Recipe:
    """`default` for twice as many epochs: 99.60 % (3 seeds), which is no more than `default` has.

    It shows what more minutes buy at this size and with this augmentation: nothing.
    """
    return dataclasses.replace(default(), name="long", epochs=200)


def edge() -> Recipe:
    """The digit model for devices: `python -m digitnet.train --recipe edge`.

    It gets pictures as they are. Training digits, drawn digits and what is no digit, half of them
    degraded at first and one in seven in the end: light, other ink, blur, noise.
    `digitnet.drawn.degradation` bends and moves the digits.
    """
    return Recipe(
        name="edge",
        model="edge",
        epochs=56,
        batch_size=128,
        learning_rate=0.1,
        warmup_epochs=1.0,
        weight_decay=1e-3,
        label_smoothing=0.05,
        ema_momentum=0.999,
        rotation_degrees=0.0,
        shear=0.0,
        zoom=0.0,
        shift_pixels=0.0,
        world=True,
        degradation=0.5,
        final_degradation=0.15,
        validation_count=1000,
    )


def edge_small() -> Recipe:
    """A digit model for microcontrollers: `python -m digitnet.train --recipe edge_small`.

    As `edge`, without the drawn digits and what is no digit: it knows the ten digits alone.
    """
    return dataclasses.replace(
        edge(), name="edge_small", model="edge_small", epochs=90, world=False
    )


def edge_teacher() -> Recipe:
    """What `edge` learns from: `python -m digitnet.train --recipe edge_teacher`.

    Twice as wide, and trained on digits of which few are degraded, so that it is right on them.
    Smoothed labels would make it hide which digits resemble each other, which is what it teaches
    (Müller et al. 2019, "When does label smoothing help?").
    """
    return dataclasses.replace(
        edge(),
        name="edge_teacher",
        model="edge_teacher",
        epochs=16,
        world=False,
        degradation=0.1,
        final_degradation=None,
        label_smoothing=0.0,
    )


def edge_camera() -> Recipe:
    """The network of the camera demo: `python -m digitnet.train --recipe edge_camera`.

    `digitnet.drawn.world` warps the digits itself, in the one resampling, so nothing is done here.
    """
    return Recipe(
        name="edge_camera",
        model="edge_camera",
        epochs=18,
        batch_size=128,
        learning_rate=0.1,
        warmup_epochs=0.5,
        weight_decay=1e-4,
        label_smoothing=0.02,
        rotation_degrees=0.0,
        shear=0.0,
        zoom=0.0,
        shift_pixels=0.0,
        world=True,
        validation_count=5000,
    )


def page() -> Recipe:
    """The network that finds digits on pages: `python -m digitnet.train --recipe page`."""
    return Recipe(
        name="page",
        model="page_reader",
        epochs=28,
        batch_size=24,
        learning_rate=0.03,
        warmup_epochs=1.0,
        weight_decay=1e-4,
        label_smoothing=0.05,
        ema_momentum=0.998,
        rotation_degrees=0.0,
        shear=0.0,
        zoom=0.0,
        shift_pixels=0.0,
        calibrates=False,
        pages=12000,
        validation_count=5000,
    )


def paper() -> Recipe:
    """The paper's protocol read literally: `python -m digitnet.train --recipe paper`.

    SGD at a constant 0.01, batch 96, 100 epochs, horizontal flip and jitter. Where the paper is
    silent or contradicts itself:

    - "SGD" has no momentum here. The paper was done in MATLAB, whose solver has 0.9 unless told
      otherwise: `paper_momentum` is that reading.
    - "Jitter" is a shift of at most 2 whole pixels: MATLAB's imageDataAugmenter, which flips too,
      has translations and no change of colour.
    - All 60,000 training images are trained on; the paper's 80,000 digits do not exist in MNIST.
    """
    return Recipe(
        name="paper",
        epochs=100,
        batch_size=96,
        learning_rate=0.01,
        schedule="constant",
        warmup_epochs=0.0,
        momentum=0.0,
        nesterov=False,
        label_smoothing=0.0,
        rotation_degrees=0.0,
        shear=0.0,
        zoom=0.0,
        shift_pixels=2.0,
        whole_pixels=True,
        horizontal_flip=True,
        calibrates=False,
        validation_count=0,
    )


def paper_momentum() -> Recipe:
    """The paper's protocol as MATLAB runs it: `paper` with momentum 0.9."""
    return dataclasses.replace(paper(), name="paper_momentum", momentum=0.9)


RECIPES: dict[str, Callable[[], Recipe]] = {
    "default": default,
    "long": long,
    "edge": edge,
    "edge_small": edge_small,
    "edge_teacher": edge_teacher,
    "edge_camera": edge_camera,
    "page": page,
    "paper": paper,
    "paper_momentum": paper_momentum,
}
