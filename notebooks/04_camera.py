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
# What happens between a camera's frame and a digit with its probability. A frame becomes levels of
# local contrast. A first network, the page reader, looks at them and says where digits stand. The
# ink of each is cut out, made into an image as MNIST would have made it, and read by a second
# network, the classifier. What both say is added up as evidence, and what has too little of it is
# not reported.
#
# This is for you if you want to know how the camera side works, or why it read a photograph of
# yours as it did. Nothing here needs TensorFlow or Keras: this is the part that runs on a device,
# with NumPy, OpenCV and a TFLite runtime (`pip install -e '.[edge]' matplotlib`).
#
# **Your own picture:** put its path between the quotes. Left empty, the notebook draws a page.

# %%
import cv2
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib_inline.backend_inline import set_matplotlib_formats

from edge_demo.contract import THRESHOLD
from edge_demo.frames import synthetic
from edge_demo.frames.pictures import read_picture
from edge_demo.model.classifier import Classifier
from edge_demo.model.page_model import PageModel
from edge_demo.reading import canvas, evidence, levels, seen
from edge_demo.reading.classify import classify
from edge_demo.reading.cutout import cut_out
from edge_demo.reading.looking import LEAST
from edge_demo.reading.normalize import BOX, SIDE, normalize
from edge_demo.reading.page_mask import page_mask
from edge_demo.reading.reader import grey, in_frame, read_page
from edge_demo.showing import overlay

PICTURE = ""  # such as "photo.jpg"

INK, MUTED, ACCENT, SECOND = "#22272e", "#8b949e", "#d1495b", "#00798c"
plt.rcParams.update({"font.size": 9, "axes.titlesize": 10, "figure.dpi": 82})
# Photographs make large PNGs.
set_matplotlib_formats("jpeg", pil_kwargs={"quality": 60, "optimize": True})


def show(axis, picture, title="", **options):
    """Shows a picture without axes; BGR as OpenCV has it."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    grey_scale = {"cmap": "gray", "vmin": 0, "vmax": 255} if picture.ndim == 2 else {}
    shown = axis.imshow(picture, **grey_scale | options)
    axis.set_title(title)
    axis.axis("off")
    return shown


def outline(axis, box, colour, text="", **options):
    """Draws a box (x, y, width, height) with a word above it, where that covers no other word."""
    x, y, width, height = box
    axis.add_patch(plt.Rectangle((x, y), width, height, fill=False, ec=colour, **options))
    room = 0.09 * np.ptp(axis.get_xlim()), 0.03 * np.ptp(axis.get_ylim())
    if text and all(
        (abs(np.subtract(one.get_position(), (x, y))) > room).any() for one in axis.texts
    ):
        under = {"fc": colour, "ec": "none", "pad": 1}
        axis.text(x, y, text, color="white", fontsize=7, va="bottom", bbox=under)


# %% [markdown]
# ## The photograph
#
# A drawn page with two rows of digits, and what a real page has besides: a shadow over one corner,
# a plus, a letter, a scribble, a blot, a line, and a dark card with light digits on it. The truth
# is known, so mistakes will show.


# %%
def drawn_photograph(seed=3):
    """A page with digits, other things and a shadow: (frame, digits that are on it)."""
    page = synthetic.draw_page(["31415", "92708"], seed=seed, size=(480, 310), noise=0)
    card = synthetic.draw_page(["265"], seed=4, size=(250, 120), noise=0, light_on_dark=True)
    frame = cv2.copyMakeBorder(page.image, 0, 170, 0, 160, cv2.BORDER_REPLICATE).astype(np.float32)
    frame[330:450, 40:290] = card.image
    pen = np.zeros(frame.shape[:2], np.uint8)
    angle = np.linspace(0, 9 * np.pi, 200)
    strokes = [
        [(520, 70), (560, 70)],  # a plus
        [(540, 50), (540, 90)],
        [(520, 140), (520, 195), (520, 168), (552, 140), (520, 168), (554, 195)],  # a K
        np.stack([360 + 3 * angle + 14 * np.cos(angle), 400 + 14 * np.sin(angle)], axis=1),
        [(345, 445), (530, 438)],  # an underline
    ]
    for points in strokes:
        cv2.polylines(pen, [np.int32(points)], False, 255, 5, cv2.LINE_AA)
    cv2.circle(pen, (545, 290), 15, 255, -1, cv2.LINE_AA)  # a blot
    frame *= 1 - 0.72 * cv2.GaussianBlur(pen, (0, 0), 0.8)[..., None] / 255
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]]
    frame *= (1 - 0.55 / (1 + np.exp((x - 1.1 * y - 80) / 18)))[..., None]  # the shadow's edge
    frame += np.random.default_rng(seed).normal(0, 2, frame.shape)  # the camera's noise
    return np.clip(frame, 0, 255).astype(np.uint8), page.digits + card.digits


if PICTURE:
    frame, truth = read_picture(PICTURE), None
else:
    frame, truth = drawn_photograph()
gray = grey(frame)
figure, axis = plt.subplots(figsize=(6.5, 4.9), layout="constrained")
show(axis, frame, f"{frame.shape[1]}×{frame.shape[0]} pixels")
plt.show()

# %% [markdown]
# ## Levels of local contrast
#
# No threshold tells ink from paper on all of this page: on the card ink is the lighter of the two,
# and the card itself is as dark as ink elsewhere. So nothing is decided here. Each place is only
# compared with the square around it:
#
# $$\text{contrast} = \frac{\text{pixel} - \text{mean around}}{\text{deviation around} +
# \text{floor}}$$
#
# The floor keeps the camera's noise on bare paper from looking like writing. The frame is halved
# again and again, and each level answers for digits of another size. Of each block of pixels the
# darkest and the lightest are kept beside the mean: a thin stroke would vanish in the mean alone.

# %%
sight = seen.sight_of(gray, most=canvas.WIDTH)
print(f"compared with {levels.AROUND}×{levels.AROUND} pixels; floor: {levels.FLOOR:g} grey levels")
pictures = [("grey", gray)] + [
    (f"level {number}, {level.shape[1]}×{level.shape[0]}", level[..., 0])
    for number, level in enumerate(sight.levels)
]
figure, axes = plt.subplots(2, 3, figsize=(9.5, 4.9), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for axis, (title, picture) in zip(axes.flat, pictures, strict=False):
    # Contrast seldom comes near black or white.
    show(axis, picture, title, **({"vmin": 48, "vmax": 208} if title != "grey" else {}))
plt.show()

# %% [markdown]
# Does light matter, does polarity? The same frame at half the light and as a negative, along one
# row of pixels: grey on the left, contrast on the right.

# %%
others = {"as it is": gray, "half the light": gray // 2, "negative": 255 - gray}
contrasts = {
    name: seen.sight_of(other, most=canvas.WIDTH).levels[0][..., 0]
    for name, other in others.items()
}
figure, sides = plt.subplots(1, 2, figsize=(9.5, 2.6), layout="constrained", sharey=True)
for axis, planes, title in zip(sides, (others, contrasts), ("grey", "contrast"), strict=True):
    for (name, plane), colour in zip(planes.items(), (INK, SECOND, ACCENT), strict=True):
        row = plane[len(plane) // 5]
        axis.plot(np.linspace(0, 1, len(row)), row, color=colour, lw=0.9, label=name)
    axis.set(title=title, xlabel="from the left edge to the right")
figure.legend(*sides[0].get_legend_handles_labels(), loc="outside right center", fontsize=8)
plt.show()
usual, dark, negative = (plane.astype(float) - levels.MIDDLE for plane in contrasts.values())
print(f"the negative's contrast is the same but for its sign, to {abs(usual + negative).max():g}")
print(f"at half the light it is {abs(dark).mean() / abs(usual).mean():.0%} of what it was")

# %% [markdown]
# The difference between light and shadow is gone, and only the shadow's edge is left, fainter where
# it is softer. What a negative changes is a sign, and the page reader was trained on pages of
# either sign, and of both at once. Only the floor tells bright from dark: in poor light it weighs
# more, and the contrast is less.
#
# ## Where digits stand
#
# The network's graph has one size, so the levels are laid side by side on canvases of that size. It
# answers in maps, a few pixels of the canvas to a position: is this the middle of a digit, of which
# one, and how large is it? The first of them, as a probability:

# %%
classifier, page_reader = Classifier(), PageModel()
print(f"{page_reader.path.name} in {page_reader.runtime}")
tiles = canvas.plan([level.shape[1::-1] for level in sight.levels])
canvases = canvas.paint(sight.levels, tiles)
figure, axes = plt.subplots(
    len(canvases), 2, figsize=(9.5, 5.2 * len(canvases)), layout="constrained", squeeze=False
)
for number, ((left, right), painted) in enumerate(zip(axes, canvases, strict=True)):
    presence, digits, boxes = page_reader.maps(painted)
    show(
        left, painted[..., 0], vmin=48, vmax=208, title=f"a canvas, {canvas.WIDTH}×{canvas.HEIGHT}"
    )
    extent = (0, canvas.WIDTH, canvas.HEIGHT, 0)
    title = f"a digit's middle is here, {presence.shape[1]}×{presence.shape[0]}"
    options = {"cmap": "magma", "vmin": 0, "vmax": 1, "extent": extent}
    shown = show(right, 1 / (1 + np.exp(-presence)), title, **options)
    for tile in (tile for tile in tiles if tile.canvas == number):
        for axis in (left, right):
            place = (tile.x, tile.y, tile.width, tile.height)
            outline(axis, place, MUTED, lw=0.7)
figure.colorbar(shown, ax=axes, fraction=0.02, pad=0.01)
plt.show()

# %% [markdown]
# A digit lights up on the level on which it has the size that the network knows, or on two of them
# where it lies between. The peaks of the map are digits that may be; of two peaks in one place the
# surer stays. A peak needs little sureness here, because nothing is decided yet.
#
# A live video's frame is looked at as above. A photograph is worth more: it is given larger, and
# one that reads badly is tried on its sides, upside down and askew. What is seen in its best view,
# with the page reader's own guess and how sure it is that there is a digit at all:

# %%
view = seen.best_view(gray, page_reader, turn=True)
figure, axis = plt.subplots(figsize=(7.5, 5.6), layout="constrained")
clear = seen.RULES.clear
title = f"{len(view.seen.boxes)} peaks of at least {LEAST:.0%} (blue: of at least {clear:.0%})"
show(axis, view.gray, title)
for sureness, digits, box in zip(*view.seen, strict=True):
    colour = SECOND if sureness >= clear else ACCENT
    outline(axis, box, colour, f"{digits.argmax()}: {sureness:.0%}", lw=1)
plt.show()

# %% [markdown]
# ## Cut out, in either polarity
#
# Within a box it is easy to tell ink from paper, but for one thing: which of the two is the darker?
# Both are tried. What stands out as dark and what stands out as light is cut out, pieces that
# belong to a neighbour or a line are left behind, and the classifier reads both. It has one more
# answer, "no digit", by which the probabilities of the digits sum to less than 1. The polarity
# stays in which page reader and classifier agree best (blue). Below are the surest thing, the
# surest of light ink if there is any, one of the middle and the least sure.

# %%
found = evidence.gather(view.seen, view.gray, classifier)
cutouts = [list(cut_out(view.gray, box)) for box in view.seen.boxes]
# What is found has ink, and is in the order of the peaks.
inked = [(box, inks) for box, inks in zip(view.seen.boxes, cutouts, strict=True) if inks]


def cropped(box, margin=0.2):
    """What stands in a box, with a margin of so much of its longer side."""
    x, y, width, height = box
    reach = margin * max(width, height)
    top, left = max(0, int(y - reach)), max(0, int(x - reach))
    return view.gray[top : int(y + height + reach) + 1, left : int(x + width + reach) + 1]


light = [
    index
    for index, ((_, inks), (reading, _)) in enumerate(zip(inked, found, strict=True))
    if len(inks) == 2 and np.array_equal(normalize(inks[1].ink), reading.image)
]
chosen = dict.fromkeys([0, *light[:1], 2 * len(found) // 3, len(found) - 1] if found else [])
rows = max(1, len(chosen))
figure, axes = plt.subplots(rows, 5, figsize=(8, 1.75 * rows), layout="constrained", squeeze=False)
for axis in axes.flat:
    axis.axis("off")
for row, index in zip(axes, chosen, strict=False):
    box, inks = inked[index]
    names = ("dark ink", "light ink") if len(inks) == 2 else ("ink",)
    show(row[0], cropped(box), "seen")
    for ink_axis, axis, name, cutout in zip(row[1::2], row[2::2], names, inks, strict=False):
        show(ink_axis, cutout.ink, name)
        image, probabilities, _ = classify(cutout.ink, classifier)
        colour = SECOND if np.array_equal(image, found[index][0].image) else MUTED
        none = max(0.0, 1 - float(probabilities.sum()))
        show(axis, image)
        title = f"{probabilities.argmax()}: {probabilities.max():.0%}\nno digit {none:.0%}"
        axis.set_title(title, color=colour)
plt.show()

# %% [markdown]
# ## As MNIST would have made it
#
# The classifier was trained on MNIST's kind of image, so every cut-out is made into one: strokes
# brought into MNIST's range of widths, the longer side fitted into MNIST's box (dotted) with the
# aspect ratio kept, and placed so that the centre of mass (the cross) is in the middle. Where an
# answer is not sure, the image is slanted to either side and asked about again.

# %%
print(f"{classifier.model_path.name}: images of {SIDE}×{SIDE}, ink in a box of {BOX}×{BOX}")
figure, axes = plt.subplots(2, 8, figsize=(9.5, 2.9), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for (above, below), (reading, _) in zip(axes.T, found, strict=False):
    show(above, cropped(reading.box, margin=0), f"{reading.box[2]}×{reading.box[3]}")
    show(below, reading.image)
    margin = (SIDE - BOX) / 2 - 0.5
    below.add_patch(plt.Rectangle((margin, margin), BOX, BOX, fill=False, ec=MUTED, ls=":"))
    moments = cv2.moments(reading.image)
    middle = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    below.plot(*middle, "+", color=ACCENT)
plt.show()

# %% [markdown]
# ## Evidence
#
# Now something is decided, once for each thing. What is known of it is turned into numbers: how
# sure the classifier is of the digit, how sure the page reader is that there is one, whether it
# names the same digit, how faint and how small the thing is beside the surer digits of its page,
# what stands on the line beside it, and of a 1 whether the stroke goes on beyond its box, as a
# ruling does. Each has a weight, fitted on drawn pages, and the products are added up as log-odds:
# 0 is as likely as not, and what reaches the threshold (dotted) is reported.

# %%
weights = evidence.load_weights()
print(", ".join(f"{n} {w:+.2f}" for n, w in zip(evidence.NAMES, weights, strict=True)))
products = np.array([weights * known.features() for _, known in found]).reshape(-1, len(weights))
order = np.argsort(-products.sum(axis=1), kind="stable")
# Of many, the surest and the least sure.
rows = order if len(order) <= 24 else np.concatenate([order[:12], order[-12:]])
COLOURS = (MUTED, SECOND, "#e9a03b", "#6a4c93", "#8d6e63", ACCENT, "#3f9b5f", "#222222")
figure, axis = plt.subplots(figsize=(8.5, 1.5 + 0.25 * len(rows)), layout="constrained")
for feature, (name, colour) in enumerate(zip(evidence.NAMES, COLOURS, strict=True)):
    values = products[rows, feature]
    before = products[rows, :feature]
    # Products of one sign are laid end to end.
    start = np.where(np.sign(before) == np.sign(values)[:, None], before, 0).sum(axis=1)
    axis.barh(np.arange(len(rows)), values, left=start, color=colour, label=name, height=0.7)
sums = products[rows].sum(axis=1)
axis.plot(sums, np.arange(len(rows)), "D", color="white", mec=INK, ms=5, label="sum")
axis.axvline(0, color=INK, lw=0.8)
axis.axvline(np.log(THRESHOLD / (1 - THRESHOLD)), color=INK, ls=":", label="threshold")
for row, index in enumerate(rows):
    thumbnail = OffsetImage(255 - found[index][0].image, zoom=0.55, cmap="gray", clim=(0, 255))
    place = {"xycoords": ("axes fraction", "data"), "frameon": False, "pad": 0}
    axis.add_artist(AnnotationBbox(thumbnail, (-0.02, row), **place))
axis.set_yticks(
    np.arange(len(rows)),
    [f"{found[i][0].digit}: {1 / (1 + np.exp(-products[i].sum())):.0%}" for i in rows],
)
axis.tick_params(axis="y", length=0, pad=28)
axis.set(xlabel="log-odds: against a digit on the left, for it on the right")
axis.set_ylim(len(rows) - 0.4, -0.6)
axis.spines[["top", "right", "left"]].set_visible(False)
figure.legend(loc="outside lower center", ncols=4, fontsize=8, frameon=False)
plt.show()

# %% [markdown]
# ## The result
#
# What reached the threshold, in reading order, and what was doubted (red, dashed). `read_page` does
# all of the above in one call.

# %%
judged = in_frame(evidence.sure(found, weights, 0), view, frame.shape)
accepted = [one for one in judged if one.confidence >= THRESHOLD]
doubted = [one for one in judged if one.confidence < THRESHOLD]
page = read_page(frame, classifier, page_reader, turn=True)
read = [reading.digit for reading in page.readings]
figure, axis = plt.subplots(figsize=(7.5, 5.6), layout="constrained")
show(axis, overlay.draw(frame, accepted), "read: " + " ".join(map(str, read)))
for one in doubted:
    outline(axis, one.box, ACCENT, f"{one.digit}: {one.confidence:.0%}", ls="--")
plt.show()
print(f"threshold {THRESHOLD:.0%}: {len(accepted)} digits, {len(doubted)} doubted")
print("read_page reads the same:", sorted(read) == sorted(one.digit for one in accepted))
if truth is not None:
    print("truth:", *truth)
    print("read: ", *read)
    print("all right" if list(truth) == read else "not all right")

# %% [markdown]
# ## Why something was doubted
#
# The evidence that speaks most against each, and how far the sum stays below the threshold. What
# is not in this list nor among the digits was no peak: the page reader saw no digit there.

# %%
needed = np.log(THRESHOLD / (1 - THRESHOLD))
for index in order[products[order].sum(axis=1) < needed]:
    (x, y, width, height), worst = found[index][0].box, 1 + products[index, 1:].argmin()
    print(
        f"{width:>4}×{height:<4} at ({x:>4}, {y:>4}): {found[index][0].digit}? "
        f"{evidence.NAMES[worst]} {products[index][worst]:+.1f}, "
        f"{needed - products[index].sum():.1f} too little in all"
    )

# %% [markdown]
# ## What the gates let through
#
# Both networks have attention gates ([notebook 1](01_attention_gate.ipynb)). The page reader's
# finer gate says for every place of the page how much of its small features passes; the
# classifier's first gate says the same of each digit's image. Bright is open. Straight lines
# across the page are seams, where parts of it lay on different canvases.

# %%
figure, axis = plt.subplots(figsize=(5.5, 3.7), layout="constrained")
mask = page_mask(view.gray, page_reader)
if mask is not None:  # another page reader may have no gates
    figure.colorbar(show(axis, mask, "the page reader's gate", cmap="magma", vmin=0, vmax=1))
plt.show()

figure, axes = plt.subplots(2, 10, figsize=(9.5, 2.1), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for (above, below), reading in zip(axes.T, page.readings, strict=False):
    show(above, reading.image, f"{reading.digit}: {reading.confidence:.0%}")
    if reading.attention is not None:
        show(below, reading.attention, cmap="magma", vmin=0, vmax=1)
plt.show()

# %% [markdown]
# ## In a live video
#
# The page reader takes longer than a frame lasts. So it looks now and then, its peaks are carried
# along with the page's motion in between, and each frame's ink is cut out and classified anew. An
# answer is averaged over a short time before it is shown
# ([docs/page-reader.md](../docs/page-reader.md)).
#
# ## Try
#
# - A photograph of your own: `PICTURE` above, or `python -m edge_demo photo.jpg --save annotated`.
# - A darker shadow, fainter ink on the card (`ink=0.6` in `draw_page`), a slanted line
#   (`slope=0.1`), the whole frame as a negative.
# - What the demo reads and what it does not, with figures: [docs/device.md](../docs/device.md).
