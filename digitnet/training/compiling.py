"""The model that `fit` sees: ends at the logits, compiled for SGD as a recipe has it."""

from typing import Any

import keras
import numpy as np

from digitnet.recipe import Recipe
from digitnet.training import quick_layers
from digitnet.training.augmentation import Augmentation
from digitnet.training.fused_sgd import FusedSGD
from digitnet.training.on_device import Batches
from digitnet.training.scanned import ScannedModel, on_cpu

# Steps a call into the compiled loop: saves TensorFlow a fifth of an epoch, and JAX, on a GPU,
# nearly all of it. A large network is called for fewer: Ctrl-C and the progress bar wait for them.
STEPS_PER_EXECUTION = {"tensorflow": 50, "jax": 125}
LARGE, STEPS_OF_LARGE = 1_000_000, 10  # parameters


def compile_for_training(
    model: keras.Model, recipe: Recipe, steps_per_epoch: int, side_by_side: bool = False
) -> keras.Model:
    """A model that ends at the logits, compiled for SGD. It shares its weights with `model`.

    On JAX it is a `ScannedModel`, which `Feed.fit_arguments` has to be given, unless batches are
    distributed over devices or hosts, or the network's convolutions would be slow in a loop. On
    TensorFlow it is compiled by XLA on a CPU if no convolution is left in it.

    Labels are one-hot, `(B, 10)`.

    Args:
        model: A model of `digitnet.models`.
        recipe: How it is trained.
        steps_per_epoch: Batches an epoch.
        side_by_side: Whether it has to be a `ScannedModel`, slow in a loop or not.
    """
    ends = (model.input, model.get_layer("logits").output)
    training_model = _scanned(model, recipe, side_by_side)
    compiled_by_xla = keras.backend.backend() == "jax"
    if training_model is None and keras.backend.backend() == "tensorflow":
        training_model, compiled_by_xla = _quick_on_tensorflow(model)
    elif training_model is None:
        training_model = keras.Model(*ends, name="classifier")
    steps = 1
    if keras.backend.backend() == "tensorflow" or isinstance(training_model, ScannedModel):
        steps = STEPS_PER_EXECUTION[keras.backend.backend()]
        if keras.backend.backend() == "jax" and model.count_params() > LARGE:
            steps = STEPS_OF_LARGE
    training_model.compile(
        optimizer=optimizer(recipe, steps_per_epoch),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True,
            # A teacher's targets are smooth already, and what they say would be smoothed away.
            label_smoothing=0.0 if recipe.teacher else recipe.label_smoothing,
        ),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy")],
        steps_per_execution=min(steps, steps_per_epoch),
        jit_compile=compiled_by_xla,
    )
    if isinstance(training_model, ScannedModel):
        _build_state(training_model)
    # Checkpoints of older versions name the layers themselves, without twins.
    plain = keras.Model(*ends)
    plain.compile(training_model.optimizer)
    training_model.load_old_weights = plain.load_weights
    return training_model


def _scanned(model: keras.Model, recipe: Recipe, needed: bool) -> ScannedModel | None:
    if keras.backend.backend() != "jax" or keras.distribution.distribution() is not None:
        return None
    ends = quick_layers.twin(model, "logits", quick_layers.as_products)
    num_classes = ends[1].shape[-1]
    batches = Batches(Augmentation.of(recipe), recipe.batch_size, num_classes)
    scanned = ScannedModel(*ends, batches=batches, name="classifier")
    slow = on_cpu() and quick_layers.convolves(scanned.layers)
    return None if slow and not needed else scanned


def _quick_on_tensorflow(model: keras.Model) -> tuple[keras.Model, bool]:
    """The twin that TensorFlow trains, and whether XLA shall compile it.

    Compiled products take LeNet 0.4 of the time of TensorFlow's own operations on two cores. One
    convolution that stays undoes that: XLA computes its gradients slowly on a CPU.
    """
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        products = keras.Model(
            *quick_layers.twin(model, "logits", quick_layers.as_products), name="classifier"
        )
        if not quick_layers.convolves(products.layers):
            return products, True
    ends = quick_layers.twin(model, "logits", quick_layers.pooling_first(model))
    return keras.Model(*ends, name="classifier"), False


def _build_state(model: ScannedModel) -> None:
    """Makes all variables that steps change. Keras looks at a batch for them; `fit` has none."""
    logits: Any = np.zeros((1, model.batches.num_classes), np.float32)
    model.compute_loss(y=logits, y_pred=logits)
    model.compute_metrics(None, logits, logits)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)


def optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """SGD with the schedule, momentum, decay and averaging of a recipe."""
    learning_rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        # At most a tenth of the run: one that ends at its highest rate has learned little.
        warmup_steps = min(
            round(recipe.warmup_epochs * steps_per_epoch), recipe.epochs * steps_per_epoch // 10
        )
        learning_rate = keras.optimizers.schedules.CosineDecay(
            0.0 if warmup_steps else recipe.learning_rate,
            decay_steps=max(1, recipe.epochs * steps_per_epoch - warmup_steps),
            warmup_target=recipe.learning_rate if warmup_steps else None,
            warmup_steps=warmup_steps,
        )
    kind = FusedSGD if keras.backend.backend() == "tensorflow" else keras.optimizers.SGD
    return kind(
        learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay or None,
        use_ema=recipe.ema_momentum > 0,
        ema_momentum=recipe.ema_momentum or 0.99,
    )
