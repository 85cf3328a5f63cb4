"""Scores of counts by camp and day, against figures reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.evidence.cases import scores

DATA = np.array([[0.0, 0.0], [60.0, 40.0], [150.0, 50.0]])
SIM = np.array([[1.0, 1.0], [50.0, 0.0], [100.0, 100.0]])


def test_relative_difference_of_each_day() -> None:
    # with nobody counted the denominator is 1
    np.testing.assert_allclose(scores.relative_difference(SIM, DATA), [2.0, 0.5, 0.5])
    assert scores.ard(SIM, DATA) == pytest.approx(1.0)


def test_ard_of_samples_is_the_mean_of_each() -> None:
    both = np.stack([SIM, DATA])
    assert scores.ard(both, DATA) == pytest.approx(0.5)


def test_rescaled_has_the_total_of_the_data() -> None:
    found = scores.rescaled(SIM, DATA)
    np.testing.assert_allclose(found, [[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]])
    np.testing.assert_allclose(scores.rescaled(np.zeros((3, 2)), DATA), 0.0)


def test_share_error_is_the_share_in_the_wrong_camp() -> None:
    # day 0 does not count; 40 of 100, then 50 of 200
    assert scores.share_error(SIM, DATA) == pytest.approx((0.4 + 0.25) / 2)
    assert np.isnan(scores.share_error(SIM, np.zeros((3, 2))))


def test_increments_are_rises_of_30_days() -> None:
    counts = np.arange(65.0)[:, None]
    np.testing.assert_allclose(scores.increments(counts), [[30.0], [30.0]])
    np.testing.assert_allclose(scores.increments(counts[:10]), [[9.0]])


def test_crps_of_one_future_is_its_error() -> None:
    assert scores.crps_increments(SIM[None], DATA) == pytest.approx((51.0 + 49.0) / 2)


def test_inside_counts_the_ends() -> None:
    samples = np.stack([DATA, DATA + 10.0])
    assert scores.inside(samples, DATA + 5.0, 0.9).all()
    assert not scores.inside(samples, DATA + 20.0, 0.9).any()
    assert scores.inside(np.zeros((3, 3, 2)), np.zeros((3, 2)), 0.5).all()
