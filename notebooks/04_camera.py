# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4 · A photograph, step by step
#
# What happens between a camera's frame and "7, 99 %": paper and ink are told apart, ink becomes
# boxes, a box becomes a 28×28 image as MNIST would have made it, the network answers, and what is
# no digit is turned away. Nothing here needs TensorFlow or Keras: this is the part that runs on a
# device, with NumPy, OpenCV and a TFLite runtime (`pip install -e '.[edge]' matplotlib`).
#
# **Your own picture:** put its path between the quotes. Left empty, the notebook draws a page.

# %%
import cv2
import matplotlib.pyplot as plt
import numpy as np
from matplotlib_inline.backend_inline import set_matplotlib_formats

from edge_demo.frames import synthetic
from edge_demo.frames.pictures import read_picture
from edge_demo.model.classifier import Classifier
from edge_demo.model.page_model import PageModel
from edge_demo.reading.candidates import may_be_digit
from edge_demo.reading.finder import find_candidates
from edge_demo.reading.ink import find_ink
from edge_demo.reading.normalize import BOX, SIDE, normalize
from edge_demo.reading.reader import THRESHOLD, read_digits
from edge_demo.reading.resolve import classify
from edge_demo.showing import overlay

PICTURE = ""  # such as "photo.jpg"

INK, MUTED, ACCENT, SECOND = "#22272e", "#8b949e", "#d1495b", "#00798c"
plt.rcParams.update({"font.size": 9, "axes.titlesize": 10, "figure.dpi": 90})
set_matplotlib_formats("jpeg", pil_kwargs={"quality": 80})  # photographs make large PNGs


def show(axis, picture, title="", **options):
    """Shows a picture without axes; BGR as OpenCV has it."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    axis.imshow(picture, **({"cmap": "gray"} if picture.ndim == 2 else {}) | options)
    axis.set_title(title)
    axis.axis("off")


# %% [markdown]
# ## The photograph
#
# A drawn page with two rows of digits, and what a real page has besides: a shadow over one corner,
# a plus, a letter, a scribble, a blot and a few specks. The truth is known, so mistakes will show.


# %%
def drawn_photograph(seed=3):
    """A page with digits, other things and a shadow: (frame, digits that are on it)."""
    page = synthetic.draw_page(["31415", "92708"], seed=seed, size=(740, 460), noise=0)
    frame = cv2.copyMakeBorder(page.image, 0, 110, 0, 180, cv2.BORDER_REPLICATE).astype(np.float32)
    pen = np.zeros(frame.shape[:2], np.uint8)
    angle = np.linspace(0, 9 * np.pi, 200)
    strokes = [
        [(800, 90), (860, 90)],  # a plus
        [(830, 60), (830, 120)],
        [(800, 190), (800, 270), (800, 232), (845, 190), (800, 232), (848, 270)],  # a K
        np.stack([150 + 4 * angle + 20 * np.cos(angle), 515 + 20 * np.sin(angle)], axis=1),
        [(420, 520), (700, 512)],  # an underline
    ]
    for points in strokes:
        cv2.polylines(pen, [np.int32(points)], False, 255, 6, cv2.LINE_AA)
    cv2.circle(pen, (835, 380), 22, 255, -1, cv2.LINE_AA)  # a blot
    for x, y in ((270, 240), (450, 225), (590, 245)):
        cv2.circle(pen, (x, y), 3, 255, -1, cv2.LINE_AA)
    frame *= 1 - 0.72 * cv2.GaussianBlur(pen, (0, 0), 0.8)[..., None] / 255
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]]
    frame *= (1 - 0.55 / (1 + np.exp((x - 1.1 * y - 120) / 25)))[
        ..., None
    ]  # the shadow's soft edge
    frame += np.random.default_rng(seed).normal(0, 2, frame.shape)  # the camera's noise
    return np.clip(frame, 0, 255).astype(np.uint8), page.digits


if PICTURE:
    frame, truth = read_picture(PICTURE), None
else:
    frame, truth = drawn_photograph()
figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
show(axis, frame, f"{frame.shape[1]}×{frame.shape[0]} pixels")
plt.show()

# %% [markdown]
# ## Paper and ink
#
# One threshold for the whole page fails at the shadow: in there, paper is darker than ink is in the
# light. So the paper's brightness is estimated at every place (the page without its narrow dark
# structures) and each pixel is compared with its own paper:
#
# $$\text{ink} = 255 \cdot (1 - \text{pixel} / \text{paper})$$
#
# Whether ink is darker or lighter than paper is decided once for the frame. What is no stronger
# than the paper's own grain is taken away.

# %%
gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
otsu = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
ink = find_ink(gray)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
show(left, 255 - otsu, "one threshold for all (Otsu)")
show(right, 255 - ink.strength, "ink against its own paper")
plt.show()
print("ink is", "lighter than the paper" if ink.light_on_dark else "darker than the paper")

# %% [markdown]
# ## Boxes
#
# Connected ink is a piece. Pieces that may be one digit are joined (the bar of a 5); what cannot be
# a digit by its size or shape alone is left out before the network is asked: specks, long lines,
# blots.

# %%
found = find_candidates(frame)
candidates, scale = found.candidates, found.scale
count, _, pieces, _ = cv2.connectedComponentsWithStats((ink.strength > 0).astype(np.uint8))
boxed = frame.copy()
for x, y, width, height, area in pieces[1:]:
    if area >= 6:
        cv2.rectangle(boxed, (x - 3, y - 3), (x + width + 2, y + height + 2), (160, 160, 160), 1)
for candidate in candidates:
    x, y, width, height = (round(side / scale) for side in candidate[:4])
    cv2.rectangle(boxed, (x - 3, y - 3), (x + width + 2, y + height + 2), (150, 121, 0), 2)
figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
show(axis, boxed, "grey: connected ink; blue: may be a digit")
plt.show()
print(f"{(pieces[1:, 4] >= 6).sum()} pieces of ink, {len(candidates)} that may be a digit")

# %% [markdown]
# ## As MNIST would have made it
#
# The network was trained on MNIST's kind of image, so every box is made into one: strokes brought
# into MNIST's range of widths, the longer side fitted into 20 pixels with the aspect ratio kept,
# and placed in 28×28 so that the centre of mass is in the middle. One digit on its way:

# %%
largest = max((c for c in candidates if may_be_digit(c)), key=lambda c: c.mass, default=None)
if largest is not None:
    x, y, width, height = (round(side / scale) for side in largest[:4])
    image = normalize(largest.ink)
    figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.8), layout="constrained")
    show(axes[0], frame[y : y + height, x : x + width], f"the photograph\n{width}×{height}")
    show(axes[1], largest.ink, "its ink, without the paper")
    show(axes[2], image, f"normalised, {SIDE}×{SIDE}")
    margin = (SIDE - BOX) / 2 - 0.5
    axes[2].add_patch(plt.Rectangle((margin, margin), BOX, BOX, fill=False, ec=SECOND, ls=":"))
    moments = cv2.moments(image)
    axes[2].plot(
        moments["m10"] / moments["m00"], moments["m01"] / moments["m00"], "+", color=ACCENT
    )
    plt.show()

# %% [markdown]
# ## Answers, and what is turned away
#
# The demo's network has an eleventh answer, "no digit". Its file gives out the ten probabilities of
# the digits, which then sum to less than 1. What reaches the threshold is reported.

# %%
classifier = Classifier()
answers = [classify(candidate, classifier) for candidate in candidates if may_be_digit(candidate)]
answers.sort(key=lambda answer: -answer.confidence)
print(f"{classifier.model_path.name} in {classifier.runtime}; threshold {THRESHOLD}\n")

shown = answers[:24]
columns = 8
rows = max(1, -(-len(shown) // columns))
figure, axes = plt.subplots(
    rows, columns, figsize=(9.5, 1.55 * rows), layout="constrained", squeeze=False
)
for axis in axes.flat:
    axis.axis("off")
for axis, answer in zip(axes.flat, shown, strict=False):
    accepted = answer.confidence >= THRESHOLD
    missing = 1 - float(answer.probabilities.sum())
    title = f"{answer.digit}: {answer.confidence:.0%}" if accepted else "rejected"
    show(axis, answer.image)
    axis.set_title(
        f"{title}\nno digit {max(missing, 0):.0%}", fontsize=8, color=SECOND if accepted else ACCENT
    )
plt.show()

# %% [markdown]
# Two more judges look at what the network accepted or refused, and both know the page: a refused
# box as wide as two digits is cut in two where both halves read well, and what is both smaller and
# fainter than the page's writing is not writing. Last, the demo's second network, the page reader,
# looks at the page as a whole: what it does not see is none, and what it alone sees is added
# ([docs/page-reader.md](../docs/page-reader.md)). Then lines are put in reading order.
#
# ## The result

# %%
readings = read_digits(frame, classifier, turn=True, network=PageModel())
read = [reading.digit for reading in readings]
figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
show(axis, overlay.draw(frame, readings, attention=False), "read: " + " ".join(map(str, read)))
plt.show()
if truth is not None:
    print("truth:", *truth)
    print("read: ", *read)
    print("all right" if list(truth) == read else "not all right")

# %% [markdown]
# ## Why something was rejected
#
# What the network refused, and what it was never asked about because of its size or shape.

# %%
reported = [reading.box for reading in readings]


def overlaps(box, other):
    """Whether two boxes (x, y, width, height) share any place."""
    return all(box[i] < other[i] + other[i + 2] and other[i] < box[i] + box[i + 2] for i in (0, 1))


boxes = [tuple(round(side / scale) for side in candidate[:4]) for candidate in candidates]
for x, y, width, height, area in pieces[1:]:
    if area >= 20 and not any(overlaps((x, y, width, height), box) for box in boxes):
        print(f"{width:>4}×{height:<4} at ({x:>4}, {y:>4}): never asked")
for candidate, box in zip(candidates, boxes, strict=True):
    if any(overlaps(box, other) for other in reported):
        continue
    place = f"{box[2]:>4}×{box[3]:<4} at ({box[0]:>4}, {box[1]:>4})"
    if not may_be_digit(candidate):
        print(f"{place}: its size or shape is no digit's")
        continue
    answer = classify(candidate, classifier)
    missing = max(0.0, 1 - float(answer.probabilities.sum()))
    if missing > 0.5:
        print(f"{place}: the network says no digit ({missing:.0%})")
    elif answer.confidence < THRESHOLD:
        print(f"{place}: unsure, at best {answer.digit} with {answer.confidence:.0%}")
    else:
        print(f"{place}: looks like {answer.digit}, but is unlike the page's writing")

# %% [markdown]
# ## Try
#
# - A photograph of your own: `PICTURE` above, or `python -m edge_demo photo.jpg --save annotated`.
# - A darker shadow, chalk on a board (`light_on_dark=True` in `draw_page`), a slanted line
#   (`slope=0.1`).
# - What the demo reads and what it does not, with figures: [docs/device.md](../docs/device.md).
