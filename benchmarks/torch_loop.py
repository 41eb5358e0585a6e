"""lenet_attention, its default batch and augmentation as a plain PyTorch loop: the yardstick."""

import math
import time

import torch
from torch import nn
from torch.nn import functional

from digitnet.recipe import default


class Gate(nn.Module):
    """`digitnet.attention.AttentionGate`, spatial."""

    def __init__(self, channels):
        super().__init__()
        self.convolution = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        """The gated feature map, as `(B, C, H, W)`."""
        return x * torch.sigmoid(self.convolution(x))


def network():
    """61,730 parameters, as `digitnet.models.lenet_attention`."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), Gate(6)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), Gate(16)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU()),
        nn.Linear(84, 10),
    )


def augment(images, recipe):
    """The affine augmentation of `digitnet.training.augmentation.Augmentation` with grid_sample."""
    draws = torch.rand(len(images), 6) * 2 - 1
    angle = draws[:, 0] * (recipe.rotation_degrees * math.pi / 180)
    shear = draws[:, 1] * recipe.shear
    zoom_x, zoom_y = 1 + draws[:, 2] * recipe.zoom, 1 + draws[:, 3] * recipe.zoom
    shift = draws[:, 4:6] * (recipe.shift_pixels / 14)
    cosine, sine = angle.cos(), angle.sin()
    rows = [cosine * zoom_x, (cosine * shear - sine) * zoom_y, shift[:, 0]]
    rows += [sine * zoom_x, (sine * shear + cosine) * zoom_y, shift[:, 1]]
    grid = functional.affine_grid(
        torch.stack(rows, 1).view(-1, 2, 3), images.shape, align_corners=False
    )
    return functional.grid_sample(images, grid, align_corners=False)


def train_epoch(images, labels) -> float:
    """Trains two epochs and returns the images a second of the second.

    Args:
        images: uint8 `(N, 28, 28, 1)`.
        labels: Integers `(N,)`.
    """
    recipe = default()
    x = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    y = torch.from_numpy(labels)
    model = network()
    optimizer = torch.optim.SGD(
        model.parameters(), 0.01, momentum=recipe.momentum, nesterov=recipe.nesterov
    )
    loss_function = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    for _ in range(2):
        started = time.perf_counter()
        order = torch.randperm(len(x))
        steps = len(x) // recipe.batch_size
        for batch in order[: steps * recipe.batch_size].view(steps, -1):
            augmented = augment(x[batch].float(), recipe) / 255
            optimizer.zero_grad()
            loss_function(model(augmented), y[batch]).backward()
            optimizer.step()
        seconds = time.perf_counter() - started
    return steps * recipe.batch_size / seconds
