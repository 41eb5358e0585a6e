"""Images a second of training: ours on TensorFlow and JAX, plain Keras, and a plain PyTorch loop.

    python -m benchmarks.train_speed [--jax-python PYTHON] [--torch-python PYTHON] [--rounds N]
        [--threads N]

Each contender trains lenet_attention at the default recipe's batch in a process of its own for one
epoch to warm up and one to be timed, from the end of the one to the end of the other. Rounds
alternate between the contenders, and the best round of each counts, because other work on the
machine only ever slows one down; the median of the rounds' own ratios stands beside it, because
what slows a machine seldom lasts for one contender only. `ours` augments, as the
default recipe does; `torch` does the same augmentation with grid_sample; `plain` is `fit` on arrays
without augmentation. `ours` and `plain` run on TensorFlow, `jax` is ours on JAX, each in a process
of its own, on whatever device it finds. JAX and PyTorch may live elsewhere: --jax-python and
--torch-python name interpreters that have them (default: this one). What is missing is left out,
which is said.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks import blocks, readme
from edge_demo.contract import UserError, run_command

CONTENDERS = {
    "ours": "`python -m digitnet.train` on TensorFlow, default recipe: augmentation and all",
    "jax": "`python -m digitnet.train` on JAX, the same",
    "plain": "`fit` on arrays on TensorFlow, no augmentation",
    "torch": "plain PyTorch loop, same model, batch and augmentation",
}
IMAGES = 60_000
BACKENDS = {"ours": "tensorflow", "jax": "jax", "plain": "tensorflow", "torch": "torch"}


def measure(contender: str) -> float:
    """Images a second of one contender, on random images, in this process."""
    import numpy as np

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, 28, 28, 1), dtype=np.uint8)
    labels = rng.integers(0, 10, IMAGES)
    if contender == "torch":
        from benchmarks.torch_loop import train_epoch

        return train_epoch(images, labels)
    return _keras(images, labels, with_augmentation=contender != "plain")


def _keras(images, labels, with_augmentation):
    if with_augmentation:
        from digitnet.training.allocator import keep_freed_memory

        keep_freed_memory()  # as the command does, before Keras is imported
    import keras

    from digitnet import models, recipe
    from digitnet.training.augmentation import Augmentation
    from digitnet.training.compiling import compile_for_training
    from digitnet.training.epochs import Shuffled
    from digitnet.training.feed import Feed

    chosen = recipe.default()
    model = models.build(chosen.model, seed=0)
    steps = len(images) // chosen.batch_size
    clock = _Clock(steps * chosen.batch_size)
    if with_augmentation:
        training_model = compile_for_training(model, chosen, steps)
        source = Shuffled(images, labels, seed=0)
        feed = Feed(source, Augmentation.of(chosen), chosen.batch_size, num_classes=10)
        callbacks = [feed, clock.callback()]
        training_model.fit(
            **feed.fit_arguments(model=training_model), epochs=2, verbose=0, callbacks=callbacks
        )
    else:
        optimizer = keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(
            images, labels, chosen.batch_size, epochs=2, verbose=0, callbacks=[clock.callback()]
        )
    return clock.images_per_second


class _Clock:
    """Times the last epoch of a `fit`, and what lies between it and the one before."""

    def __init__(self, images):
        self.images, self._started = images, time.perf_counter()

    def callback(self):
        import keras

        return keras.callbacks.LambdaCallback(on_epoch_end=self._end)

    def _end(self, epoch, logs=None):
        now = time.perf_counter()
        self.images_per_second = self.images / (now - self._started)
        self._started = now


def _found(pythons):
    """The contenders whose interpreter has their backend; what is left out is said."""
    found = {}
    for contender, python in pythons.items():
        backend = BACKENDS[contender]
        try:
            missing = subprocess.run(
                [python, "-c", f"import {backend}"], capture_output=True
            ).returncode
        except OSError:
            missing = True
        if missing:
            print(f"{python} has no {backend}: {contender!r} is left out.", file=sys.stderr)
        else:
            found[contender] = python
    return found


def _in_child(contender, python, threads):
    environment = {
        **os.environ,
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": str(readme.README.parent),
        "KERAS_BACKEND": BACKENDS[contender],
    }
    if contender == "jax" and threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    result = subprocess.run(
        [python, "-m", "benchmarks.train_speed", "--contender", contender],
        env=environment,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise UserError(f"{contender} failed: {result.stderr.strip().splitlines()[-1]}")
    return json.loads(result.stdout.splitlines()[-1])


def table(
    speeds: dict[str, list[float]], threads: int, command: str = "python -m benchmarks.train_speed"
) -> str:
    """Images a second and the ratios to PyTorch, in Markdown.

    Args:
        speeds: Each contender's images a second, round by round.
        threads: Threads that each had.
    """
    from digitnet.training import provenance

    lines = [
        "| training | images a second | against PyTorch | median of rounds | each round |",
        "|---|---|---|---|---|",
    ]
    for contender, rounds in speeds.items():
        ratio = median = "not measured"
        if "torch" in speeds:
            ratios = [
                one / yardstick for one, yardstick in zip(rounds, speeds["torch"], strict=True)
            ]
            ratio = f"{max(rounds) / max(speeds['torch']):.2f}"
            median = f"{statistics.median(ratios):.2f}"
        each = ", ".join(f"{one:,.0f}" for one in rounds)
        lines.append(
            f"| {CONTENDERS[contender]} | {max(rounds):,.0f} | {ratio} | {median} | {each} |"
        )
    facts = provenance.describe()
    return "\n".join(
        [
            *lines,
            "",
            f"Best of {len(rounds)} alternating rounds, {threads} threads, ratio of the bests and "
            "median of the rounds' ratios. "
            f"`{command}`, {facts['date'][:10]}, {facts['machine']}.",
        ]
    )


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("train_speed", __doc__)
    parser.add_argument("--jax-python", default=sys.executable, help="default: this one")
    parser.add_argument("--torch-python", default=sys.executable, help="default: this one")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="default: all cores")
    blocks.add_write_option(parser)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)

    from tqdm import tqdm

    if arguments.contender:
        print(json.dumps(measure(arguments.contender)))
        return 0
    pythons = _found(
        {
            "ours": sys.executable,
            "jax": arguments.jax_python,
            "plain": sys.executable,
            "torch": arguments.torch_python,
        }
    )
    if not pythons:
        raise UserError("there is neither TensorFlow, nor JAX, nor PyTorch: nothing to measure.")
    speeds = {contender: [] for contender in pythons}
    for _ in tqdm(range(arguments.rounds), desc="rounds"):
        for contender, python in pythons.items():
            speeds[contender].append(_in_child(contender, python, arguments.threads))
    markdown = table(speeds, arguments.threads, blocks.command(parser, argv))
    print(markdown)
    if arguments.write:
        readme.write_block(arguments.write, "train-speed", markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
