from __future__ import annotations

import itertools

import pandas as pd
import pytest

from havenline.report import ticks


@pytest.mark.parametrize("top", [0.7, 3, 99, 1001, 250_000, 961_000, 2_700_001])
def test_steps_are_round_even_and_reach_the_top(top: float) -> None:
    marks = ticks.steps(top)
    assert marks[0] == 0
    assert marks[-1] >= top
    assert marks[-2] < top
    assert 3 <= len(marks) <= 7
    gaps = {round(b - a, 9) for a, b in itertools.pairwise(marks)}
    assert len(gaps) == 1


@pytest.mark.parametrize("top", [0, -5, float("nan"), float("inf")])
def test_steps_of_nothing(top: float) -> None:
    assert ticks.steps(top) == [0.0, 1.0]
    assert ticks.classes(top) == [1.0]


def test_classes_rise_and_leave_the_largest_in_the_last() -> None:
    limits = ticks.classes(700_000)
    assert limits == sorted(set(limits))
    assert len(limits) == 4
    assert limits[-1] < 700_000


def test_months_are_first_days_and_few() -> None:
    firsts = ticks.months(pd.Timestamp("2019-12-01"), pd.Timestamp("2021-12-31"))
    assert len(firsts) <= 8
    assert all(t.day == 1 for t in firsts)
