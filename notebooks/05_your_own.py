# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5 · Your own digits
#
# A network that was trained on one country's handwriting misreads another's: a flag and a foot on
# the 1, a slash through the 0, a bar across the 7. The cure takes one sheet of paper for each
# digit, a phone, and four commands. This notebook draws its own photographs, so that it runs
# anywhere; with yours, set `PHOTOGRAPHS` below and leave the drawing out.
#
# ## Photographs
#
# One folder for each digit, named 0 to 9, with any number of photographs or crops in it:
#
#     mine/0/sheet.jpg    mine/1/sheet.jpg    mine/1/another.png    …
#
# A photograph may show one digit or a sheet full of the same digit, dark on light or the reverse,
# as long as there is paper between them. Here there are 24 of each.

# %%
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import matplotlib.pyplot as plt
import numpy as np
from matplotlib_inline.backend_inline import set_matplotlib_formats

from digitnet.digits import datasets, photographs
from digitnet.drawn.allographs import ALLOGRAPHS
from digitnet.drawn.strokes import Hand, draw
from digitnet.evaluate import predictor
from edge_demo.frames.pictures import read_picture

PHOTOGRAPHS = ""  # such as "mine": your own folder, with a folder for each digit
FAST = os.environ.get("DIGITNET_NOTEBOOK_FAST") == "1"  # the small settings of the tests

ACCENT, SECOND = "#d1495b", "#00798c"
plt.rcParams.update({"font.size": 9, "axes.titlesize": 9, "figure.dpi": 90})
set_matplotlib_formats("jpeg", pil_kwargs={"quality": 80})  # photographs make large PNGs
workspace = tempfile.TemporaryDirectory()  # gone when the kernel ends
folder = pathlib.Path(workspace.name)

# %% [markdown]
# The writer of the drawn photographs makes every digit in one way only, and not always the way that
# MNIST's writers do: which of the project's ways (`digitnet/drawn/allographs.py`) stands in
# `WAYS`. The pen never skips. The sheets are lit from one side and noisy.

# %%
WAYS = (8, 10, 4, 0, 5, 6, 2, 8, 3, 2)  # of writing 0, 1, 2 … 9
OWN_HAND = Hand(
    jitter=0.02,
    drift=0.02,
    slant=(0.12, 0.05),
    turn_degrees=3,
    stretch=0.06,
    pen=(0.09, 0.13),
    break_share=0,
)
rng = np.random.default_rng(7)


def photographed(rows, side=90):
    """A sheet with rows of digits as one writer writes them, uint8 `(H, W, 3)`."""
    drawn = [
        np.hstack([draw(ALLOGRAPHS[d][WAYS[d]][1], 1, rng, side, OWN_HAND)[0] for d in row])
        for row in rows
    ]
    ink = cv2.GaussianBlur(np.pad(np.vstack(drawn), side // 2), (0, 0), 0.8)
    height, width = ink.shape
    light = np.linspace(1, rng.uniform(0.55, 0.8), width)[None, :, None]
    paper = np.array([205, 222, 228]) * light * np.ones((height, 1, 1))
    sheet = paper * (1 - 0.75 * ink[..., None]) + rng.normal(0, 3, (height, width, 1))
    return np.clip(sheet, 0, 255).astype(np.uint8)


if PHOTOGRAPHS:
    mine = pathlib.Path(PHOTOGRAPHS)
else:
    mine = folder / "mine"
    for digit in range(10):
        (mine / str(digit)).mkdir(parents=True)
        sheet = photographed([[digit] * 6] * 4)
        cv2.imwrite(str(mine / str(digit) / "sheet.jpg"), sheet)

figure, axes = plt.subplots(2, 5, figsize=(9.5, 3.2), layout="constrained")
for axis, digit in zip(axes.flat, range(10), strict=True):
    pictures = sorted((mine / str(digit)).glob("*.*")) if (mine / str(digit)).is_dir() else []
    axis.axis("off")
    if pictures:
        axis.imshow(cv2.cvtColor(read_picture(pictures[0]), cv2.COLOR_BGR2RGB))
        axis.set_title(f"{digit}/{pictures[0].name}")
plt.show()

# %% [markdown]
# ## What the network will see
#
# The photographs go through the camera's own finder and normaliser, so that training sees what the
# demo will see. Look at the result before you train: a shadow or a table's edge that was taken for
# a digit shows here. (Taking it out means cropping the photograph.) So does a pen that skips: the
# top of a 6 that stands apart from the rest may be given to the digit above it, which leaves one 6
# without its top and another with a hat. Write such a digit again.

# %%
figure, axes = plt.subplots(2, 5, figsize=(9.5, 2.1), layout="constrained")
for axis, digit in zip(axes.flat, range(10), strict=True):
    axis.axis("off")
    pictures = sorted((mine / str(digit)).glob("*.*")) if (mine / str(digit)).is_dir() else []
    if pictures:
        found = photographs.read_digits(pictures[0])[:24, ..., 0]
        padded = np.concatenate([found, np.zeros((-len(found) % 8, 28, 28), np.uint8)])
        tiles = padded.reshape(-1, 8, 28, 28).transpose(0, 2, 1, 3).reshape(-1, 8 * 28)
        axis.imshow(tiles, cmap="gray")
        axis.set_title(f"{digit}: {len(found)} found")
plt.show()

# %% [markdown]
# As a data set: a sixth of each digit is held out for the test, drawn once and for all by a seed.
# (Or make the two parts yourself: `mine/train/0`, `mine/test/0` and so on.)

# %%
own = datasets.load(str(mine), validation_count=0)
print(f"{len(own.y_train)} digits to train on, {len(own.y_test)} held out:", end=" ")
print(np.bincount(own.y_test, minlength=10))

# %% [markdown]
# ## Train
#
# Three models, to see what is worth what: trained on the big data set alone, on your own digits
# alone, and on both. `--mix-with` adds a data set to the training, with your own digits repeated
# until they are a fifth of what is shown; validation and test stay your own.


# %%
def run(module, *arguments):
    """Runs `python -m MODULE …` and returns what it prints; shows the command."""
    words = list(map(str, arguments))
    done = subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    print(short(f"$ python -m {module} {' '.join(words)}"))
    return short(done.stdout.strip())


def short(text):
    """Text without the temporary folder's name."""
    return text.replace(str(folder) + os.sep, "")


big = "optdigits" if FAST else "auto"
few = ["--limit", "600"] if FAST else ["--limit", "12000"]
runs = {
    "others": ["--dataset", big, *few, "--epochs", "4"],
    "own": ["--dataset", mine, "--epochs", "20", "--batch-size", "16"],
    "both": ["--dataset", mine, "--mix-with", big, *few, "--epochs", "4"],
}
for name, options in runs.items():
    print(run("digitnet.train", *options, "--run-dir", folder / name), "\n")

# %% [markdown]
# How each of them reads the held-out digits of your own, and the test digits of the big data set
# (`python -m digitnet.evaluate MODEL --dataset mine` says more about one of them):

# %%
others = datasets.load(big, validation_count=0, limit=600 if FAST else None)
print(f"{'trained on':>10}  {'your own':>8}  the others'")
for name in runs:
    predict = predictor(folder / name / "model.keras")
    right = [(predict(part.x_test).argmax(axis=1) == part.y_test).mean() for part in (own, others)]
    print(f"{name:>10}  {right[0]:>8.1%}  {right[1]:.1%}")
print(f"\n({len(own.y_test)} digits of your own: one digit is {1 / len(own.y_test):.1%})")

# %% [markdown]
# Trained on your own alone, a network knows one hand and little else; trained on both it keeps what
# everybody writes. The held-out digits make a coarse ruler: photograph a second sheet and put it
# under `test/` for a finer one.
#
# ## Export
#
# The same command as for any run; the file that comes out reads a photograph on any device.

# %%
run("export", folder / "both")
file = folder / "both" / "export" / "digitnet-int8.tflite"
print(f"{file.name}: {file.stat().st_size:,} bytes")

# %% [markdown]
# ## Read a page
#
# A page that was in no folder, written by the same hand: every digit once, and a number.

# %%
page = folder / "page.png"
truth = ["01234", "56789", "27041"]
cv2.imwrite(str(page), photographed([[int(c) for c in row] for row in truth]))
line = run(
    "edge_demo", page, "--model", file, "--save", folder / "annotated", "--no-attention", "--json"
)
read = "".join(str(one["digit"]) for one in json.loads(line)["digits"])
print("truth:", "".join(truth), " read:", read)

shipped = "".join(
    str(one["digit"]) for one in json.loads(run("edge_demo", page, "--json"))["digits"]
)
print("the model that the demo ships reads:", shipped)

annotated = read_picture(next((folder / "annotated").iterdir()))
figure, axis = plt.subplots(figsize=(6, 4.2), layout="constrained")
axis.imshow(cv2.cvtColor(annotated, cv2.COLOR_BGR2RGB))
axis.axis("off")
plt.show()

# %% [markdown]
# The shipped model was trained on many ways of writing, those of the drawn writer among them, and
# it knows what is no digit, which a LeNet does not: on a page with other things, prefer `--recipe
# edge` for your own training as well. It takes longer.
#
# ## Try
#
# - Your own photographs: `PHOTOGRAPHS` above.
# - Fewer digits. With how many of each does the mixed model stop learning your hand?
# - `--recipe edge_camera --mix-with mnist`, the camera's network with your hand in it.
# - All options, and what a folder may look like: [docs/training.md](../docs/training.md).
