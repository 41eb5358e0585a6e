# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1 · The attention gate
#
# A feature map says *what* a network has found at each place of an image. An attention gate says
# *where* it is worth looking: for every place it computes a number between 0 (closed) and 1 (open)
# from the features at that place, and multiplies them by it.
#
# $$a = \sigma(w \cdot x + b), \qquad y = a\,x$$
#
# $x$ are the $C$ features of one place, $w$ are $C$ weights and $b$ is one bias: $C + 1$ numbers,
# shared by all places. This notebook computes a gate by hand, compares it with the layer
# [`digitnet.attention.AttentionGate`](../digitnet/attention.py), looks at masks of real digits, and
# then closes, opens and moves the gate to see what it is good for.
#
# It needs `pip install -e '.[all]'`, and takes a minute or two on two CPU cores. Without a network
# it runs on the digits that scikit-learn embeds.

# %%
import dataclasses
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import matplotlib.pyplot as plt
import numpy as np

from digitnet import models, recipe, train
from digitnet.attention import OPEN_BIAS, AttentionGate
from digitnet.digits import datasets
from digitnet.training.plots import ACCENT, INK, MUTED, SECOND, STYLE

FAST = os.environ.get("DIGITNET_NOTEBOOK_FAST") == "1"  # the small settings of the tests
plt.rcParams.update({**STYLE, "figure.dpi": 90})

# %% [markdown]
# ## A network to look into
#
# A few epochs of the small LeNet with two gates will do. `default` is the recipe that the project
# would deploy; here it is cut short.

# %%
digits = datasets.load("optdigits" if FAST else "auto", limit=1_000 if FAST else 12_000)
short = dataclasses.replace(recipe.default(), epochs=3 if FAST else 5, batch_size=48)
with tempfile.TemporaryDirectory() as folder:
    metrics = train.train(short, digits, os.path.join(folder, "run"))
    model = keras.saving.load_model(os.path.join(folder, "run", "model.keras"))
print(f"{digits.name}: {metrics['train_count']:,} training images")
print(f"{metrics['test_accuracy']:.1%} of {metrics['test_count']:,} test images are read right")

# %% [markdown]
# ## By hand
#
# The first gate stands behind the first pooling: six feature maps of 14×14. Each place has six
# numbers. The gate's kernel is a 1×1 convolution, which is a product of those six numbers with six
# weights at every place, and nothing else: no neighbour is looked at.

# %%
image = digits.x_test[:1]
gate = models.attention_gates(model)[0]
features = np.asarray(keras.Model(model.input, gate.input)(image))[0]  # 14, 14, 6
kernel = np.asarray(gate.kernel)[0, 0, :, 0]  # 6
bias = np.asarray(gate.bias)[0]

scores = features @ kernel + bias  # 14, 14
mask = 1 / (1 + np.exp(-scores))  # 14, 14
gated = features * mask[..., None]  # 14, 14, 6

print("features", features.shape, " kernel", kernel.shape, " mask", mask.shape)
print(f"bias {bias:+.2f}; the mask lies between {mask.min():.2f} and {mask.max():.2f}")

# %%
figure, axes = plt.subplots(2, 6, figsize=(9, 3.3), layout="constrained")
for channel, axis in enumerate(axes[0]):
    axis.imshow(features[..., channel], cmap="gray_r", vmin=0, vmax=features.max())
    axis.set_title(f"feature {channel + 1}\nweight {kernel[channel]:+.2f}", fontsize=8)
lower = [
    (image[0, ..., 0], "image", "gray_r", (0, 255)),
    (scores, "weighted sum + bias", "coolwarm", (-abs(scores).max(), abs(scores).max())),
    (mask, "mask = sigmoid", "magma", (0, 1)),
    (features[..., np.abs(kernel).argmax()], "a feature …", "gray_r", (0, features.max())),
    (gated[..., np.abs(kernel).argmax()], "… and gated", "gray_r", (0, features.max())),
]
for axis, (picture, title, colours, (low, high)) in zip(axes[1], lower, strict=False):
    axis.imshow(picture, cmap=colours, vmin=low, vmax=high)
    axis.set_title(title, fontsize=8)
for axis in axes.flat:
    axis.axis("off")

# %% [markdown]
# ## The layer
#
# `AttentionGate` does the same for a whole batch, on any Keras backend. The mask can be had beside
# the result (`return_attention=True`) or alone (`attention`).

# %%
by_layer, mask_by_layer = gate(features[None], return_attention=True)
print(
    "mask   equals the one by hand:",
    np.allclose(mask, np.asarray(mask_by_layer)[0, ..., 0], atol=1e-5),
)
print("result equals the one by hand:", np.allclose(gated, np.asarray(by_layer)[0], atol=1e-4))

for kind in ("spatial", "channelwise"):
    another = AttentionGate(mask=kind)
    another.build((None, 14, 14, 6))
    shape = tuple(another.attention(features[None]).shape)
    print(f"{kind:>12}: {another.count_params():>2} weights, mask {shape}")

# %% [markdown]
# A gate begins open. With a bias of 0 the sigmoid starts at one half, so that every feature is
# halved before anything has been learned; the layer's own bias starts at 2.

# %%
figure, axis = plt.subplots(figsize=(4.5, 2.4), layout="constrained")
line = np.linspace(-6, 6, 200)
axis.plot(line, 1 / (1 + np.exp(-line)), color=INK)
for start, colour, name in (
    (0.0, MUTED, "bias 0"),
    (OPEN_BIAS, ACCENT, f"bias {OPEN_BIAS:g}, the default"),
):
    value = 1 / (1 + np.exp(-start))
    axis.plot(start, value, "o", color=colour, label=f"{name}: starts {value:.0%} open")
axis.set(xlabel="weighted sum + bias", ylabel="mask")
axis.legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown]
# ## Masks of real digits
#
# One test image of each digit, with the masks of both gates. Bright is open.


# %%
def masks_of(gate, images):
    """The masks of a gate, float `(N, H, W)`."""
    maps = keras.Model(model.input, gate.input)(images)
    return np.asarray(gate.attention(maps)).mean(axis=-1)


examples = np.array([np.flatnonzero(digits.y_test == digit)[0] for digit in range(10)])
figure, axes = plt.subplots(3, 10, figsize=(9, 2.9), layout="constrained")
for axis, picture in zip(axes[0], digits.x_test[examples], strict=True):
    axis.imshow(picture[..., 0], cmap="gray_r")
for row, one in zip(axes[1:], models.attention_gates(model), strict=True):
    for axis, picture in zip(row, masks_of(one, digits.x_test[examples]), strict=True):
        shown = axis.imshow(picture, cmap="magma", vmin=0, vmax=1)
for row, name in zip(axes, ("image", "gate 1\n14×14", "gate 2\n5×5"), strict=True):
    row[0].set_ylabel(name, fontsize=8)
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
figure.colorbar(shown, ax=axes[1:], fraction=0.012, pad=0.01)
plt.show()

# %% [markdown]
# It is tempting to read such a picture as "the network looks at the digit". The mask is a number,
# so the question can be put to it: how far open is the first gate on ink, and how far on paper?

# %%
some = digits.x_test[:500]
masks = masks_of(gate, some)
covered = some[..., 0].reshape(-1, 14, 2, 14, 2).max(axis=(2, 4))  # 14, 14: each place's 2×2 pixels
on_ink, on_paper = masks[covered > 128].mean(), masks[covered == 0].mean()
print(f"on ink the gate is {on_ink:.0%} open, on paper {on_paper:.0%}")
wider = "ink" if on_ink > on_paper else "paper"
print(f"This gate opens wider on {wider}. Another seed may do it the other way round:")
print("the layers behind it can live with either, as long as the two can be told apart.")

# %% [markdown]
# ## Closed, open, moved
#
# What is the trained gate good for? Take it away and see what the rest of the network makes of it:
#
# - **as trained**;
# - **open**: the mask is 1 everywhere, the features pass as they are;
# - **its mean**: every place gets the average mask, so that the scale is right and the *where* is
#   lost;
# - **moved**: the mask of each image, shifted by some places;
# - **another's**: each image gets the mask of the next image;
# - **closed**: nothing passes.
#
# The weights behind the gate stay as they were trained.

# %%
position = model.layers.index(gate)
front = keras.Model(model.input, gate.input)


def accuracy_with(change):
    """Share of test images read right when `change` is done to the first gate's masks."""
    right = 0
    for start in range(0, len(digits.x_test), 500):
        images = digits.x_test[start : start + 500]
        maps = np.asarray(front(images))
        x = maps * change(np.asarray(gate.attention(maps)))
        for layer in model.layers[position + 1 :]:
            x = layer(x)
        right += (np.asarray(x).argmax(axis=1) == digits.y_test[start : start + 500]).sum()
    return right / len(digits.x_test)


changes = {
    "as trained": lambda mask: mask,
    "open": np.ones_like,
    "its mean": lambda mask: np.full_like(mask, mask.mean()),
    "moved by 1": lambda mask: np.roll(mask, 1, axis=2),
    "moved by 3": lambda mask: np.roll(mask, 3, axis=2),
    "moved by 7": lambda mask: np.roll(mask, 7, axis=2),
    "another's": lambda mask: np.roll(mask, 1, axis=0),
    "closed": np.zeros_like,
}
result = {name: accuracy_with(change) for name, change in changes.items()}
for name, accuracy in result.items():
    print(f"{name:>11}: {accuracy:.2%}")

# %%
figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
names = list(result)[::-1]
wrong = [100 * (1 - result[name]) for name in names]
colours = [ACCENT if name == "as trained" else SECOND for name in names]
axis.hlines(names, 0.1, wrong, color=MUTED, linewidth=1)
axis.scatter(wrong, names, color=colours, zorder=3)
for name, value in zip(names, wrong, strict=True):
    axis.annotate(f"{value:.2f}", (value, name), (6, -3), textcoords="offset points", fontsize=8)
axis.set(
    xscale="log", xlim=(min(wrong) / 1.5, 200), title=f"test images of {digits.name} read wrong, %"
)
axis.xaxis.set_major_formatter("{x:g}")
axis.xaxis.set_minor_formatter("")
plt.show()

# %% [markdown]
# Closed, the network is left with its biases and gives the same answer to every image: about one
# image in ten is right. Compare the others with each other. What *its mean* loses against
# *as trained* is what this gate's knowledge of places is worth to the layers behind it, which have
# learned to rely on it. What a network would do that had never had a gate is another question: that
# one has to be trained, as in [the next notebook](02_train.ipynb).
#
# ## Try
#
# - Let the second gate move instead: `models.attention_gates(model)[1]`.
# - Train with a gate for every channel. A new model is a function in
#   [`digitnet/models.py`](../digitnet/models.py); [docs/extending.md](../docs/extending.md) says
#   how.
# - Start the gate half open (`bias_initializer="zeros"`) and watch the first epoch.
