# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2 · Training
#
# What decides how a model comes out, and how to tell a real difference from luck: the recipe, the
# images that training sees, the curves, the mistakes, and the seed.
#
# The command line for all of this is one line, `python -m digitnet.train`; the notebook calls the
# same function on few images and epochs, so that it ends in a few minutes on two CPU cores.

# %%
import dataclasses
import json
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import matplotlib.pyplot as plt
import numpy as np

from digitnet import recipe, train
from digitnet.digits import datasets
from digitnet.training.augmentation import Augmentation
from digitnet.training.plots import ACCENT, MUTED, SECOND, STYLE

FAST = os.environ.get("DIGITNET_NOTEBOOK_FAST") == "1"  # the small settings of the tests
plt.rcParams.update({**STYLE, "figure.dpi": 90})
workspace = tempfile.TemporaryDirectory()  # gone when the kernel ends
runs = pathlib.Path(workspace.name)

# %% [markdown]
# ## The digits
#
# Every image is `uint8 (28, 28, 1)`, 0 = background and 255 = ink. A part of the training images is
# held out for validation: everything that is chosen is chosen on those. The test images are read
# once, at the end of a run.

# %%
digits = datasets.load(
    "optdigits" if FAST else "auto", validation_count=1_000, limit=600 if FAST else 12_000
)
for part in ("train", "validation", "test"):
    images, labels = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
    print(f"{part:>10}: {len(images):>6,} images, digits {np.bincount(labels, minlength=10)}")
print(f"    source: {digits.origin['kind']}, {digits.name}")

# %% [markdown]
# ## The recipe
#
# Everything that decides a run is a field of one frozen dataclass. The named recipes are functions
# in [`digitnet/recipe.py`](../digitnet/recipe.py), with the reasons beside the numbers; a change is
# `dataclasses.replace`, or an option on the command line.

# %%
default, paper = recipe.default(), recipe.paper()
print(f"{'field':>18}  {'default':<16}  paper")
for field in dataclasses.fields(recipe.Recipe):
    here, there = getattr(default, field.name), getattr(paper, field.name)
    print(f"{field.name:>18}  {here!s:<16}  {'=' if here == there else there}")

# %% [markdown]
# ## What training sees
#
# `default` turns, slants, stretches and shifts every image anew each time it is shown. The changes
# are composed into one matrix, and the image is resampled once: chains of single changes blur it.

# %%
augmentation = Augmentation.of(default)
rng = np.random.default_rng(0)
figure, axes = plt.subplots(3, 9, figsize=(9, 3.1), layout="constrained")
for row, original in zip(axes, digits.x_train[:3], strict=True):
    shown = np.repeat(original[None], 8, axis=0)
    changed = np.asarray(augmentation.apply(shown, augmentation.draw(rng, len(shown))))
    for axis, picture in zip(row, [original, *changed], strict=True):
        axis.imshow(picture[..., 0], cmap="gray_r", vmin=0, vmax=255)
        axis.set(xticks=[], yticks=[])
    for side in row[0].spines.values():
        side.set(visible=True, color=ACCENT, linewidth=2)
axes[0, 0].set_title("original", fontsize=8)
axes[0, 4].set_title("as training sees it", fontsize=8)
plt.show()

# %% [markdown]
# ## Two models, three seeds each
#
# The seed decides the first weights, the order of the images and every augmentation. Two runs with
# the same seed are equal to the bit on a CPU; two seeds show how much of a result is luck.
#
# Here is the question that the project began with, in small: does LeNet read better with two
# attention gates (24 weights more)?

# %%
short = dataclasses.replace(default, epochs=2 if FAST else 5, batch_size=48)
seeds = (0, 1) if FAST else (0, 1, 2)
histories, metrics = {}, {}
for name in ("lenet", "lenet_attention"):
    for seed in seeds:
        run = runs / f"{name}-{seed}"
        chosen = dataclasses.replace(short, model=name, seed=seed)
        metrics[name, seed] = train.train(chosen, digits, run)
        histories[name, seed] = np.genfromtxt(run / "history.csv", delimiter=",", names=True)

print(f"{'model':>16}  seed  validation  parameters  seconds")
for (name, seed), result in metrics.items():
    print(
        f"{name:>16}  {seed:>4}  {result['validation_accuracy']:>10.2%}  "
        f"{result['parameters']:>10,}  {result['seconds']:>7.0f}"
    )

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for name, colour in (("lenet", MUTED), ("lenet_attention", ACCENT)):
    for seed in seeds:
        history = histories[name, seed]
        label = name if seed == seeds[0] else None
        left.plot(history["epoch"], history["val_loss"], "o-", ms=3, color=colour, label=label)
        right.plot(history["epoch"], 100 * (1 - history["val_accuracy"]), "o-", ms=3, color=colour)
left.set(xlabel="epoch", title="validation loss (nats)", yscale="log")
right.set(xlabel="epoch", title="validation error (%)", yscale="log")
for axis in (left, right):
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("{x:g}")
    axis.grid(axis="y", which="both", color=MUTED, alpha=0.2)
left.legend()
plt.show()

# %% [markdown]
# A difference between two models has to be larger than the difference between two seeds of the same
# model before it means anything.

# %%
errors = {
    name: np.array([100 * (1 - metrics[name, seed]["validation_accuracy"]) for seed in seeds])
    for name in ("lenet", "lenet_attention")
}
for name, values in errors.items():
    mean, deviation = values.mean(), values.std(ddof=1)
    print(f"{name:>16}: {mean:.2f} % ± {deviation:.2f} error over {len(seeds)} seeds")
difference = errors["lenet"].mean() - errors["lenet_attention"].mean()
spread = np.hypot(*(values.std(ddof=1) for values in errors.values()))
better = "the gates are ahead" if difference > 0 else "the gates are behind"
print(f"On the mean {better} by {abs(difference):.2f} points; the spread of such a difference")
print(f"between single seeds is {spread:.2f} points, so this is", end=" ")
print("more than luck would do." if abs(difference) > 2 * spread else "no more than luck would do.")

# %% [markdown]
# So few images and epochs decide nothing about the real question, which is why every figure in the
# [README](../README.md) comes from whole runs over several seeds, by a script that anyone can run.
#
# ## The run directory
#
# Each run leaves a folder: the model, everything that made it, and pictures.

# %%
run = runs / "lenet_attention-0"
for path in sorted(run.iterdir()):
    print(f"{path.name:<18}", f"{path.stat().st_size:>9,} bytes" if path.is_file() else "(folder)")
config = json.loads((run / "config.json").read_text())
print("\nconfig.json has:", ", ".join(config))

# %% [markdown]
# ## Mistakes
#
# The test images of the first gated run, those it got wrong, worst first: it gave the true digit
# the least probability there.

# %%
model = keras.saving.load_model(run / "model.keras")
probabilities = model.predict(digits.x_test, batch_size=500, verbose=0)
answers = probabilities.argmax(axis=1)
of_label = probabilities[np.arange(len(answers)), digits.y_test]
wrong = np.flatnonzero(answers != digits.y_test)
worst = wrong[np.argsort(of_label[wrong])][:16]
print(f"{len(wrong)} of {len(answers):,} test images are read wrong")

figure, axes = plt.subplots(2, 8, figsize=(9, 2.9), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for axis, index in zip(axes.flat, worst, strict=False):
    axis.imshow(digits.x_test[index, ..., 0], cmap="gray_r")
    axis.set_title(
        f"is {digits.y_test[index]}, read {answers[index]}\n{probabilities[index].max():.0%} sure",
        fontsize=7.5,
    )
plt.show()

# %% [markdown]
# Which digits are taken for which? And is the model as sure as it should be? Of the answers that it
# gives with 80 % confidence, four in five should be right; the recipe's last step fits one number
# (a temperature) on the validation images to that end.

# %%
confusion = np.zeros((10, 10), int)
np.add.at(confusion, (digits.y_test, answers), 1)
mistakes = confusion - np.diag(np.diag(confusion))
bins = np.clip((probabilities.max(axis=1) * 10).astype(int), 0, 9)

figure, (left, right) = plt.subplots(
    1, 2, figsize=(8.5, 3.6), layout="constrained", width_ratios=(1.1, 1)
)
left.imshow(np.sqrt(mistakes), cmap="Reds", vmax=1.4 * np.sqrt(mistakes.max()))
for (row, column), count in np.ndenumerate(mistakes):
    if count:
        left.text(column, row, count, ha="center", va="center", fontsize=8)
left.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="is", title="mistakes")
right.plot((0, 1), (0, 1), ":", color=MUTED, label="as sure as it should be")
filled = [one for one in range(10) if (bins == one).sum() >= 5]
right.plot(
    [probabilities.max(axis=1)[bins == one].mean() for one in filled],
    [(answers == digits.y_test)[bins == one].mean() for one in filled],
    "o-",
    color=SECOND,
    label="this model",
)
right.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1.02), ylim=(0, 1.02))
right.legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown]
# ## The same at a command line
#
#     python -m digitnet.train --epochs 5 --batch-size 48 --limit 12000 --seed 0 --run-dir runs/mine
#     python -m digitnet.evaluate runs/mine/model.keras
#
# `--resume` goes on with a run that was stopped, to the same weights; the folder's `report.md`
# shows its pictures. Whole runs, options and recipes: [docs/training.md](../docs/training.md).
#
# ## Try
#
# - No augmentation: `dataclasses.replace(short, rotation_degrees=0, shear=0, zoom=0,
#   shift_pixels=0)`. Compare training and validation error.
# - `horizontal_flip=True`, as the paper says. Which digits suffer?
# - Twice the learning rate, and a tenth of it.
