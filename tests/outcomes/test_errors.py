"""Monte-Carlo errors and rounding to them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenline.outcomes.errors import clearly_not_zero, quantile_error, round_to_error


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (123456.0, 2300.0, 123000.0),
        (123456.0, 23000.0, 120000.0),
        (123456.0, 999.0, 123500.0),
        (0.12345, 0.004, 0.123),
        (-1499.0, 1000.0, -1000.0),
        (40.0, 900.0, 0.0),
        (123.4, 0.0, 123.4),
        (123.4, None, 123.4),
    ],
)
def test_rounding_by_hand(value: float, error: float | None, expected: float) -> None:
    assert round_to_error(value, error) == pytest.approx(expected)


def test_no_negative_zero() -> None:
    assert math.copysign(1.0, round_to_error(-40.0, 900.0)) == 1.0


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_rounding_moves_a_figure_by_at_most_half_its_error(value: float, error: float) -> None:
    assert abs(round_to_error(value, error) - value) <= 0.5 * error * (1 + 1e-9) + 1e-6


def test_error_of_four_values_by_hand() -> None:
    # a quarter below and above the median: positions 1.25 and 3.75 of five
    assert quantile_error([0.0, 4.0, 8.0, 12.0]) == pytest.approx((11.0 - 1.0) / 2)


def test_one_future_has_no_error_and_equal_futures_have_none() -> None:
    assert quantile_error([5.0]) is None
    assert quantile_error([5.0, 5.0, 5.0]) == 0.0


def test_error_of_a_normal_median_is_the_known_one() -> None:
    rng = np.random.default_rng(3)
    errors = [quantile_error(rng.standard_normal(400)) or 0.0 for _ in range(50)]
    known = math.sqrt(math.pi / 2) / math.sqrt(400)
    assert np.mean(errors) == pytest.approx(known, rel=0.1)


def test_error_is_that_of_repeated_experiments_for_a_tail_quantile() -> None:
    rng = np.random.default_rng(4)
    samples = rng.exponential(size=(1000, 200))
    seen = np.quantile(samples, 0.9, axis=1).std()
    errors = [quantile_error(row, 0.9) or 0.0 for row in samples]
    assert 0.95 * seen < np.mean(errors) < 1.25 * seen  # rather too wide than too narrow


def test_luck_is_seldom_taken_for_a_difference() -> None:
    rng = np.random.default_rng(5)
    false_alarms = sum(clearly_not_zero(rng.standard_normal(40)) for _ in range(400))
    assert false_alarms / 400 < 0.08
    assert clearly_not_zero(rng.standard_normal(40) + 3)
    assert clearly_not_zero(rng.standard_normal(40) - 3)


def test_too_few_futures_tell_nothing() -> None:
    assert not clearly_not_zero([10.0] * 5)
    assert clearly_not_zero([10.0] * 6)
    assert not clearly_not_zero([0.0] * 50)
