"""Python's part of a training step under JAX: milliseconds, with a model of one weight.

    KERAS_BACKEND=jax python -m benchmarks.host_time [--steps N] [--epochs N] [--batch-size N]

One weight takes the device no time, so that what an epoch takes is what feeding and starting its
steps takes, callbacks and all. The first epoch compiles; the fastest of the others counts, because
other work on the machine only ever slows one down. `plain` is Keras' own `fit` on batches.
"""

from __future__ import annotations

import dataclasses
import sys
import time

from benchmarks import blocks
from edge_demo.contract import UserError, run_command


def measure(steps: int, epochs: int, batch_size: int, scanned: bool) -> float:
    """Milliseconds a step."""
    import keras
    import numpy as np

    from digitnet import recipe
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.epochs import Shuffled
    from digitnet.training.feed import Feed

    chosen = dataclasses.replace(
        recipe.paper(), batch_size=batch_size, shift_pixels=0.0, horizontal_flip=False
    )
    count = steps * batch_size
    images, labels = np.zeros((count, 28, 28, 1), np.uint8), np.zeros(count, np.int64)
    model = _one_weight()
    training_model = compile_for_training(model, chosen, steps)
    if not scanned:
        plain = keras.Model(training_model.input, training_model.output)
        plain.compile("sgd", training_model.loss, metrics=["accuracy"], jit_compile=True)
        training_model = plain
    feed = Feed.of(chosen, Shuffled(images, labels, seed=0), num_classes=2)
    seconds = []
    clock = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seconds.append(-time.perf_counter()),
        on_epoch_end=lambda epoch, logs: seconds.append(seconds.pop() + time.perf_counter()),
    )
    training_model.fit(
        **feed.fit_arguments(model=training_model),
        epochs=1 + epochs,
        verbose=0,
        callbacks=[feed, clock],
    )
    return 1000 * min(seconds[1:]) / steps


def _one_weight():
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1), dtype="uint8", name="image")
    x = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(image))
    score = layers.Dense(1, use_bias=False)(x)
    logits = layers.Concatenate(name="logits")([score, score])  # two classes: Keras warns of one
    return keras.Model(image, layers.Softmax(name="probabilities")(logits))


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("host_time", __doc__)
    parser.add_argument("--steps", type=int, default=625, help="an epoch (default: 625)")
    parser.add_argument("--epochs", type=int, default=5, help="that are timed (default: 5)")
    parser.add_argument("--batch-size", type=int, default=1, help="default: 1")
    arguments = parser.parse_args(argv)
    blocks.require_one_or_more(arguments, "steps", "epochs", "batch_size")

    import keras

    from digitnet.training import provenance

    if keras.backend.backend() != "jax":
        raise UserError("host time is measured under JAX: set KERAS_BACKEND=jax.")
    sizes = (arguments.steps, arguments.epochs, arguments.batch_size)
    ours, plain = (measure(*sizes, scanned) for scanned in (True, False))
    facts = provenance.describe()
    print("| training | host time a step, ms |\n|---|---|")
    print(f"| ours, many steps a call | {ours:.4f} |\n| Keras, a step a call | {plain:.4f} |\n")
    print(
        f"`{blocks.command(parser, argv)}`, {facts['date'][:10]}, {facts['machine']}, "
        f"Keras {keras.__version__} on {facts['backend']}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
