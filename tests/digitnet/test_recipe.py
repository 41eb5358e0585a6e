import pytest

from digitnet import recipe
from digitnet.errors import UserError


@pytest.mark.parametrize("name", recipe.RECIPES)
def test_recipe_is_known_under_its_own_name(name):
    assert recipe.RECIPES[name]().name == name


def test_default_does_not_mirror_digits():
    assert not recipe.default().horizontal_flip


def test_paper_recipe_is_the_paper_s_protocol():
    paper = recipe.paper()
    assert (paper.learning_rate, paper.batch_size, paper.epochs) == (0.01, 96, 100)
    assert (paper.momentum, paper.schedule, paper.horizontal_flip) == (0, "constant", True)
    assert recipe.paper_momentum().momentum == 0.9


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"learning_rate": -0.1},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"seed": -1},
        {"model": "lenet6"},
        {"schedule": "linear"},
    ],
)
def test_nonsense_is_refused_with_the_rule(change):
    with pytest.raises(UserError, match="must"):
        recipe.Recipe(**change)
