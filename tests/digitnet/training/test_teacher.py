"""A network that learns from another one: what it is shown, and what it is told."""

import dataclasses

import keras
import numpy as np
import pytest

pytest.importorskip("cv2", reason="digits are bent with OpenCV")

from digitnet import models, recipe, train  # noqa: E402
from digitnet.drawn import degradation, world  # noqa: E402
from digitnet.errors import UserError  # noqa: E402
from digitnet.training import teacher, training_set  # noqa: E402
from digitnet.training.compiling import compile_for_training  # noqa: E402
from digitnet.training.feed import Feed  # noqa: E402


@pytest.fixture
def file(tmp_path):
    """A small network, untrained, as a teacher."""
    models.build("edge_small", seed=1).save(tmp_path / "teacher.keras")
    return str(tmp_path / "teacher.keras")


@pytest.fixture
def taught(file):
    return dataclasses.replace(
        recipe.edge_small(),
        epochs=3,
        batch_size=20,
        validation_count=20,
        teacher=file,
        degradation=0.6,
        final_degradation=0.0,
    )


def bends(seed):
    whole = degradation.Degradation(seed, 0.5)
    return lambda images, number: whole.digits(images, degradation.DIGITS_STREAM, number)


def test_targets_lie_between_label_and_the_teacher_s_softened_answer():
    answers = np.array([[0.81, 0.09, 0.01] + [0.0] * 7, [0.0] * 9 + [1.0]])
    targets = teacher._mixed(answers, np.array([1, 9]))
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    softened = np.array([0.9, 0.3, 0.1]) / 1.3
    expected = teacher.SHARE * softened + (1 - teacher.SHARE) * np.array([0, 1, 0])
    np.testing.assert_allclose(targets[0, :3], expected, rtol=1e-5)
    np.testing.assert_array_equal(targets[1], np.eye(10)[9])


def test_a_teacher_is_asked_about_the_digits_as_they_are_bent_and_once_for_each_way(
    file, digits, monkeypatch
):
    monkeypatch.setattr(teacher, "LESSONS", 2)
    one = teacher.Teacher(file, bends(3))
    asked = []
    answer = one.network.predict
    one.network.predict = lambda images, **kw: asked.append(images) or answer(images, **kw)
    lessons = [one.lesson(digits.x_train, digits.y_train, epoch) for epoch in range(4)]
    assert len(asked) == 2
    np.testing.assert_array_equal(asked[1], lessons[1][0])
    assert (lessons[0][0] != lessons[1][0]).any() and (lessons[0][1] != lessons[1][1]).any()
    for new, old in zip(lessons[2:], lessons[:2], strict=True):
        for part, other in zip(new, old, strict=True):
            np.testing.assert_array_equal(part, other)


def test_epochs_of_taught_digits_keep_pictures_and_targets_together(digits, taught):
    shown = training_set.of(taught, digits)
    images, targets = shown.epoch(2)  # the last one, in which nothing is degraded
    assert (images.dtype, targets.dtype) == (np.uint8, np.float32)
    assert targets.shape == (len(digits.y_train), 10)
    alone = teacher.Teacher(taught.teacher, bends(taught.seed))
    bent, expected = alone.lesson(digits.x_train, digits.y_train, 2)
    by_picture = {image.tobytes(): target for image, target in zip(bent, expected, strict=True)}
    for image, target in zip(images, targets, strict=True):
        np.testing.assert_array_equal(target, by_picture[image.tobytes()])
    batch, answers = next(Feed.of(taught, shown, 11).batches(0))
    assert (batch.shape, answers.shape) == ((20, 28, 28, 1), (20, 11))
    assert not answers[:, 10].any()


def test_the_degraded_share_falls_to_its_last_value(digits, taught):
    shares = [training_set._degrading(taught).share_of(epoch) for epoch in (0, 1, 2, 3)]
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.0, 0.0])
    steady = dataclasses.replace(taught, final_degradation=None)
    assert training_set._degrading(steady).share_of(2) == 0.6


def test_drawn_digits_and_no_digits_beside_taught_ones_have_their_labels(file, digits):
    drawn = world.World(
        digits.x_train,
        digits.y_train,
        1,
        counts=(20, 20, 20),
        share=0.5,
        degradation=degradation.Degradation(1, 0.3),
        lesson=teacher.Teacher(file, bends(1)).lesson,
    )
    images, targets = drawn.epoch(0)
    assert targets.shape == (len(images), 11) == (drawn.epoch_size, 11)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    assert (targets[:, 10] == 1).sum() == 10
    certain = (targets == 1).any(axis=1)
    assert certain.sum() == 30


def test_a_teacher_s_targets_are_not_smoothed_as_labels_are(taught):
    smoothed = [
        compile_for_training(models.build("edge_small"), one, 4).loss.label_smoothing
        for one in (taught, dataclasses.replace(taught, teacher=""))
    ]
    assert smoothed == [0.0, taught.label_smoothing]
    assert taught.label_smoothing > 0


@pytest.mark.slow  # a whole run, with its pictures
def test_a_taught_run_ends_with_another_network_than_an_untaught_one(tmp_path, digits, taught):
    train.train(taught, digits, tmp_path / "taught")
    train.train(dataclasses.replace(taught, teacher=""), digits, tmp_path / "alone")
    networks = [
        keras.saving.load_model(tmp_path / name / "model.keras", compile=False)
        for name in ("taught", "alone")
    ]
    kernels = [one.get_layer("conv2").get_weights()[0] for one in networks]
    assert np.abs(kernels[0] - kernels[1]).max() > 1e-4


def test_bad_teachers_are_refused_in_one_sentence_and_leave_nothing(tmp_path, digits, taught):
    missing = dataclasses.replace(taught, teacher=str(tmp_path / "none.keras"))
    with pytest.raises(UserError, match="edge_teacher"):
        train.train(missing, digits, tmp_path / "run")
    image = keras.Input((28, 28, 1), dtype="uint8")
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    keras.Model(image, keras.layers.Dense(3)(flat)).save(tmp_path / "three.keras")
    other = dataclasses.replace(taught, teacher=str(tmp_path / "three.keras"))
    with pytest.raises(UserError, match="10 probabilities"):
        train.train(other, digits, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_teacher_needs_a_recipe_that_bends_digits_and_shares_fall():
    with pytest.raises(UserError, match="--teacher"):
        dataclasses.replace(recipe.default(), teacher="x.keras")
    with pytest.raises(UserError, match="degraded in the end"):
        dataclasses.replace(recipe.edge(), final_degradation=0.9)
