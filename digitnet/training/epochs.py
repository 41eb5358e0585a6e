"""What each epoch shows, decided by seed and epoch number alone.

A resumed run sees what an unbroken one would have seen, without any state to keep.
"""

import importlib.util

import numpy as np

from digitnet.errors import UserError


class Shuffled:
    """The training digits, every epoch in an order of its own.

    Args:
        images: uint8 `(N, 28, 28, 1)`.
        labels: int64 `(N,)`.
        seed: Decides every order.
    """

    def __init__(self, images, labels, seed):
        self.images, self.labels, self.seed = images, labels, seed
        self.epoch_size = len(labels)

    def epoch(self, number: int):
        """Images and labels of one epoch (its number from 0), in its order."""
        order = np.random.default_rng([self.seed, number]).permutation(self.epoch_size)
        return self.images[order], self.labels[order]


def require_packages(recipe) -> None:
    """Checks that what a recipe's epochs need is installed.

    Raises:
        UserError: If not.
    """
    if recipe.world and importlib.util.find_spec("cv2") is None:
        raise UserError(
            f"the recipe {recipe.name} puts its pictures through the device's normaliser, which "
            "needs OpenCV: pip install 'digitnet[edge]'."
        )


def source_of(recipe, digits):
    """The epochs of a recipe: `Shuffled`, or the camera's `digitnet.drawn.world.World`.

    Args:
        recipe: The `Recipe`; its seed decides every epoch.
        digits: The `Digits`; their training part is shown.
    """
    if not recipe.world:
        return Shuffled(digits.x_train, digits.y_train, recipe.seed)
    from digitnet.drawn.world import World  # imports OpenCV

    return World(digits.x_train, digits.y_train, recipe.seed)


def held_out(recipe, digits, pool_size: int = 4000):
    """Pictures that no epoch shows, of the kinds that epochs show, to calibrate confidences on.

    Args:
        recipe: The `Recipe`.
        digits: The `Digits`; their validation part is used.
        pool_size: Pictures of each of the camera's kinds, where the recipe has them.

    Returns:
        uint8 images `(N, 28, 28, 1)` and int64 labels `(N,)`.
    """
    images, labels = digits.x_validation, digits.y_validation
    if not recipe.world or not len(labels):
        return images, labels
    from digitnet.drawn import world

    rng = np.random.default_rng([recipe.seed, 4])  # streams 0 to 3 are the training's
    pools = [
        (images[:pool_size], labels[:pool_size]),
        world.photographed(images, labels, pool_size, rng),
        world.stroke_digits(pool_size, rng),
        world.no_digits(pool_size, rng),
    ]
    return tuple(np.concatenate(arrays) for arrays in zip(*pools, strict=True))
