# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3 · From Keras to one small file
#
# `python -m export RUN_DIR` turns a trained model into a `.tflite` file of integers. This notebook
# does the arithmetic by hand first (scale, zero point, what rounding costs), then exports, opens
# the file up, and looks for the accuracy that got lost.

# %%
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from edge_demo.model.classifier import load_runtime

# Before Keras: tflite-runtime 2.14.0 crashes in a process that has imported TensorFlow first.
_, runtime = load_runtime()

import keras
import matplotlib.pyplot as plt
import numpy as np

from digitnet import recipe, train
from digitnet.digits import datasets
from digitnet.training.plots import ACCENT, INK, MUTED, SECOND, STYLE
from edge_demo.model.classifier import Classifier
from export import flatfile

FAST = os.environ.get("DIGITNET_NOTEBOOK_FAST") == "1"  # the small settings of the tests
plt.rcParams.update({**STYLE, "figure.dpi": 90})
workspace = tempfile.TemporaryDirectory()  # gone when the kernel ends
run = pathlib.Path(workspace.name) / "run"
print("runtime:", runtime)

# %% [markdown]
# ## A model to export

# %%
dataset = "optdigits" if FAST else "auto"
digits = datasets.load(dataset, limit=1_000 if FAST else 12_000)
short = dataclasses.replace(recipe.default(), epochs=4 if FAST else 5, batch_size=48)
metrics = train.train(short, digits, run)
model = keras.saving.load_model(run / "model.keras")
print(
    f"{metrics['test_accuracy']:.2%} of {metrics['test_count']:,} images of {digits.name}, float32"
)

# %% [markdown]
# ## Weights as integers
#
# An int8 file stores every weight as one of 255 integers and one **scale** for all weights of a
# layer (or one for each filter of a convolution):
#
# $$\text{weight} \approx \text{scale} \cdot q, \qquad q \in \{-127, \dots, 127\}, \qquad
# \text{scale} = \max|\text{weight}| / 127$$
#
# Rounding is wrong by at most half a scale, and it is wrong evenly.

# %%
weights = np.asarray(model.get_layer("dense1").kernel)
scale = np.abs(weights).max() / 127
q = np.rint(weights / scale).astype(np.int8)
error = weights - scale * q
print(
    f"{weights.size:,} weights of dense1: {weights.nbytes:,} bytes as float32, {q.nbytes:,} as int8"
)
print(
    f"scale {scale:.6f}; largest error {np.abs(error).max():.6f}, half a scale is {scale / 2:.6f}"
)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
left.hist(q.ravel(), bins=np.arange(-127.5, 128.5, 3), color=SECOND)
left.set(title="dense1 as integers", xlabel="q", ylabel="weights", yscale="log")
right.hist(error.ravel() / scale, bins=41, color=ACCENT)
right.set(title="rounding error", xlabel="error / scale", ylabel="weights")
plt.show()

# %% [markdown]
# ## Activations as integers
#
# What flows between layers is not known in advance, so it has to be looked at: that is calibration.
# A range from $low$ to $high$ is spread over 256 integers, and the **zero point** is the integer
# that means 0, which has to be exact because paper is 0 and padding is 0:
#
# $$x \approx \text{scale} \cdot (q - \text{zero point}), \qquad \text{scale} = (high - low) / 255$$
#
# Below are the activations of four layers for calibration images. They are training images: a range
# that was chosen on test images would have seen them.

# %%
calibration = digits.x_train[:500]
layers = ("conv1", "conv2", "dense1", "logits")
outputs = keras.Model(model.input, [model.get_layer(name).output for name in layers])
activations = dict(zip(layers, (np.asarray(one) for one in outputs(calibration)), strict=True))


def range_of(values):
    """Returns (scale, zero point) of an int8 tensor that holds these values."""
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    scale = (high - low) / 255
    return scale, int(np.rint(-128 - low / scale))


figure, axes = plt.subplots(1, 4, figsize=(9.5, 2.5), layout="constrained")
for axis, (name, values) in zip(axes, activations.items(), strict=True):
    scale, zero_point = range_of(values)
    axis.hist(values.ravel(), bins=60, color=SECOND)
    axis.axvline(0, color=ACCENT, linewidth=1)
    axis.set(yscale="log", title=f"{name}\nscale {scale:.4f}, zero point {zero_point}")
    axis.title.set_fontsize(8)
axes[0].set_ylabel("values")
plt.show()

# %% [markdown]
# Behind a ReLU everything is at least 0, so the zero point is −128, the lowest integer, and all 256
# steps go to what is there. Only the logits have two sides.
#
# Most values lie far below the largest. Would a narrower range be better, with the few large values
# cut off? For one layer it can be tried.

# %%
values = activations["conv2"].ravel()
shares = np.linspace(0.2, 1.3, 23)
errors = []
for share in shares:
    high = share * values.max()
    step = high / 255
    errors.append(np.sqrt(np.mean((np.clip(np.rint(values / step), 0, 255) * step - values) ** 2)))
best = shares[np.argmin(errors)]
figure, axis = plt.subplots(figsize=(5, 2.4), layout="constrained")
axis.plot(100 * shares, errors, color=INK)
axis.axvline(100, color=MUTED, linestyle=":", label="the whole range")
axis.plot(100 * best, min(errors), "o", color=ACCENT, label=f"least error, at {best:.0%}")
axis.set(xlabel="range, % of the largest value seen", ylabel="root mean square error", yscale="log")
axis.legend(fontsize=8)
plt.show()

# %% [markdown]
# Too narrow a range cuts ink off and costs much; too wide a one costs little. The exporter takes
# the whole range that its calibration images reach.
#
# ## Export
#
# The command does it for the whole network, converts each format in a process of its own, and
# judges every file on every test image with the code that will run it on the device. Nothing gets
# its name before it has passed.

# %%
formats = ["int8", "float32"] if FAST else ["int8", "float32", "float16", "dynamic"]
command = [sys.executable, "-m", "export", str(run), "--formats", *formats]
done = subprocess.run(command, capture_output=True, text=True)
if done.returncode:
    raise RuntimeError(done.stderr)
report = json.loads((run / "export" / "report.json").read_text())
print(f"Keras: {report['keras_accuracy']:.2%}\n")
print(f"{'file':>24}  {'bytes':>8}  {'right':>7}  {'as Keras says':>13}  runtime")
for file in report["files"]:
    for judged in file["runtimes"]:
        print(
            f"{file['file']:>24}  {file['bytes']:>8,}  {judged['accuracy']:>7.2%}  "
            f"{judged['agreement']:>13.2%}  {judged['runtime']}"
        )

# %% [markdown]
# ## The file opened up
#
# A `.tflite` file is a flatbuffer; ours has a zip archive appended, which the runtimes ignore and
# which `unzip` and Python's standard library read: one file is all that is deployed.

# %%
path = run / "export" / "digitnet-int8.tflite"
with zipfile.ZipFile(path) as archive:
    for entry in archive.infolist():
        print(f"{entry.filename}: {entry.file_size} bytes")
    record = json.loads(archive.read("digitnet.json"))
for key in ("name", "model", "format", "trained_on", "test_accuracy", "oldest_runtime"):
    if key in record:
        print(f"{key:>16}: {record[key]}")

# %% [markdown]
# The operators in order, with what each one writes: type, shape, scale, zero point and the range of
# real numbers that the integers stand for. The graph is not quite the Keras model's: the rewrites
# that make it faster are told in [docs/export.md](../docs/export.md).

# %%
content = path.read_bytes()
graph = flatfile.read(content)
print(f"{'operator':>18}  {'writes':>18}  {'scale':>9}  zero  real numbers")
for operator in graph.operators:
    tensor = graph.tensors[operator.outputs[0]]
    shape = "×".join(map(str, tensor.shape[1:]))
    text = f"{operator.name:>18}  {tensor.dtype + ' ' + shape:>18}"
    if len(tensor.scales) == 1:
        (one,), (zero,) = tensor.scales, tensor.zero_points
        lowest, highest = np.iinfo(tensor.dtype).min, np.iinfo(tensor.dtype).max
        text += (
            f"  {one:>9.5f}  {zero:>4}  {one * (lowest - zero):.2f} … {one * (highest - zero):.2f}"
        )
    print(text)

# %% [markdown]
# And where the bytes are: most of them in one dense layer.

# %%
parts = sorted(
    ((len(t.content), t.shape, t.dtype) for t in graph.tensors if t.content), reverse=True
)
names = [f"{dtype} {'×'.join(map(str, shape))}" for _, shape, dtype in parts[:7]] + [
    "other constants"
]
sizes = [size for size, _, _ in parts[:7]] + [sum(size for size, _, _ in parts[7:])]
names.append("graph, labels, record")
sizes.append(len(content) - sum(sizes))
figure, axis = plt.subplots(figsize=(6.5, 2.7), layout="constrained")
bars = axis.barh(names[::-1], sizes[::-1], color=SECOND)
axis.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
axis.set(xlabel=f"bytes of {len(content):,}", xlim=(0, 1.15 * max(sizes)))
plt.show()

# %% [markdown]
# ## Where accuracy goes
#
# The file beside the Keras model on the same test images: how far the probabilities lie apart, and
# which answers changed.

# %%
classifier = Classifier(path)
some = slice(0, 3_000)
images, labels = digits.x_test[some], digits.y_test[some]
by_keras = model.predict(images, batch_size=500, verbose=0)
by_file = classifier.predict_batch(images).probabilities

difference = by_file.max(axis=1) - by_keras.max(axis=1)
changed = np.flatnonzero(by_file.argmax(axis=1) != by_keras.argmax(axis=1))
better = (by_file.argmax(axis=1) == labels)[changed].sum()
worse = (by_keras.argmax(axis=1) == labels)[changed].sum()
print(f"{len(images):,} images, {len(changed)} answers changed:", end=" ")
print(f"{better} to the right digit, {worse} away from it")

second = np.sort(by_keras, axis=1)[:, -2]
margin = by_keras.max(axis=1) - second
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.7), layout="constrained")
left.hist(difference, bins=41, color=SECOND)
left.set(title="confidence, file less Keras", xlabel="difference", ylabel="images", yscale="log")
right.hist(margin, bins=40, color=MUTED, label="all")
if len(changed):
    right.hist(margin[changed], bins=np.linspace(0, 1, 41), color=ACCENT, label="changed")
right.set(title="how clear Keras' answer was", xlabel="first less second", yscale="log")
right.legend(fontsize=8)
plt.show()

# %%
if len(changed):
    count = min(8, len(changed))
    figure, axes = plt.subplots(1, 8, figsize=(9, 1.7), layout="constrained")
    for axis in axes:
        axis.axis("off")
    for axis, index in zip(axes, changed[:count], strict=False):
        axis.imshow(images[index, ..., 0], cmap="gray_r")
        axis.set_title(
            f"is {labels[index]}\nKeras {by_keras[index].argmax()}, file {by_file[index].argmax()}",
            fontsize=7.5,
        )
    plt.show()
else:
    print("Not one answer changed.")

# %% [markdown]
# Where an answer changes, it was a close call before: rounding moves probabilities by a little, and
# only a digit whose first and second choice stood side by side falls over. That is why int8 costs a
# well trained network next to nothing, in either direction.
#
# ## Try
#
# - Calibrate on 5 images (`--calibration-images 5`) and see which ranges shrink.
# - `--target tflm --c-array` writes the file as C source for a microcontroller.
# - `python -m export.inspect FILE` prints what this notebook read by hand.
# - What each format is for, and where the microseconds go: [docs/export.md](../docs/export.md).
