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


NONE = np.nan
PARTLY = np.array([[NONE, NONE], [60.0, NONE], [150.0, 50.0], [NONE, NONE]])
FOUR = np.array([[1.0, 9.0], [50.0, 7.0], [100.0, 100.0], [500.0, 0.0]])


def test_days_without_a_count_are_not_scored() -> None:
    found = scores.relative_difference(FOUR, PARTLY)
    np.testing.assert_allclose(found, [NONE, 10 / 60, 100 / 200, NONE])
    assert scores.ard(FOUR, PARTLY) == pytest.approx((10 / 60 + 0.5) / 2)
    assert scores.last_known(PARTLY) == 2
    # the shares of the one day on which both camps are known, and of the one on which one is
    assert scores.share_error(FOUR, PARTLY) == pytest.approx((0.0 + 0.25) / 2)
    # only the camps that are known are scaled to their sum
    np.testing.assert_allclose(scores.rescaled(FOUR, PARTLY)[1:3, 0], [60.0, 100.0])
    inside = scores.inside(np.stack([FOUR, FOUR + 10.0]), PARTLY, 1.0)
    expected = np.array([[NONE, NONE], [1.0, NONE], [0.0, 0.0], [NONE, NONE]])
    np.testing.assert_allclose(inside, expected)


def test_rises_that_begin_or_end_without_a_count_are_not_scored() -> None:
    samples = np.zeros((1, 61, 1))
    data = np.arange(61.0)[:, None]
    assert scores.crps_increments(samples, data) == pytest.approx(30.0)
    data[60] = NONE
    assert scores.crps_increments(samples, data) == pytest.approx(30.0)
    data[:31] = NONE
    assert np.isnan(scores.crps_increments(samples, data))
