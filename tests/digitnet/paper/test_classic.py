"""The two older families: local binary patterns and sparse representation."""

import sys

import numpy as np
import pytest

from digitnet.paper.experiments.trials import LBP, SPARSE, Job, Trial, fingerprint
from digitnet.paper.runners import dispatch, lbp, sparse
from digitnet.paper.runners.store import DONE, FAILED, Store

NEEDS_SKIMAGE = "scikit-image comes with the extra: pip install 'digitnet[reproduce]'"


def job_on(digits, method, seed=0):
    return Job(Trial(method), seed, 0, fingerprint(digits), len(digits.x_train))


def test_a_flat_image_has_one_pattern():
    pytest.importorskip("skimage", reason=NEEDS_SKIMAGE)
    assert len(np.unique(lbp.patterns(np.zeros((28, 28), np.uint8))[1:-1, 1:-1])) == 1


def test_patterns_do_not_depend_on_brightness():
    pytest.importorskip("skimage", reason=NEEDS_SKIMAGE)
    image = np.random.default_rng(0).integers(0, 100, (28, 28), np.uint8)
    brighter = (image + 50).astype(np.uint8)
    inner = slice(1, -1)  # beyond the edge lies 0
    np.testing.assert_array_equal(
        lbp.patterns(image)[inner, inner], lbp.patterns(brighter)[inner, inner]
    )


def test_histograms_are_square_roots_of_each_cell_s_shares(digits):
    pytest.importorskip("skimage", reason=NEEDS_SKIMAGE)
    found = lbp.histograms(digits.x_test)
    assert (found.shape, found.dtype) == ((40, 16 * 59), np.float32)
    shares = (found**2).reshape(40, 16, 59).sum(axis=2)
    np.testing.assert_allclose(shares, 1, atol=1e-5)


def test_codes_are_sparse_and_rebuild_the_image():
    rng = np.random.default_rng(0)
    atoms = rng.normal(size=(60, 40))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    rows = (atoms[[3, 20]] + atoms[[8, 41]]) / 2
    found = sparse.codes(rows.astype(np.float32), atoms)
    assert found.shape == (2, 60)
    assert (found != 0).sum(axis=1).max() < 20
    assert set(np.argsort(-found[0])[:2]) == {3, 8}
    assert np.abs(found @ atoms - rows).max() < 0.1


def test_unit_vectors_have_length_one_and_an_empty_image_stays_empty(digits):
    images = digits.x_test.copy()
    images[0] = 0
    lengths = np.linalg.norm(sparse.unit_vectors(images), axis=1)
    assert lengths[0] == 0
    np.testing.assert_allclose(lengths[1:], 1, rtol=1e-5)


@pytest.mark.parametrize("method", [LBP, SPARSE])
def test_both_tell_drawn_digits_apart(method, digits, tmp_path):
    pytest.importorskip("skimage", reason=NEEDS_SKIMAGE)
    outcome = dispatch.run_job(job_on(digits, method), digits, Store(tmp_path))
    assert outcome.status == DONE, outcome.message
    assert outcome.facts["history"]["test_accuracy"][0] > 0.6  # chance is 0.1
    assert outcome.facts["parameters"] > 0
    assert outcome.facts["converged"]


def test_scikit_image_that_is_missing_is_said(digits, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    outcome = dispatch.run_job(job_on(digits, LBP), digits, Store(tmp_path))
    assert outcome.status == FAILED
    assert "digitnet[reproduce]" in outcome.message


def test_an_unknown_method_is_said(digits, tmp_path):
    outcome = dispatch.run_job(job_on(digits, "guess"), digits, Store(tmp_path))
    assert (outcome.status, outcome.message) == (FAILED, "there is no method 'guess'.")
