"""Which hazard of return the counts of those home again, or still away, speak for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.crisis.parameters import known_parameters
from havenline.engine.conditioning import left_of_priors, returns
from havenline.engine.conditioning.plain import cells
from havenline.engine.measures import COUNTS, of_return
from tests.crises_random import STEADY_AXES, Job, crisis_of, job_of, towns_in_a_row

FLED = ((6, 20_000.0, 7), (10, 30_000.0, 11))
GIVEN = {
    **STEADY_AXES,
    "return_quiet_days": 1.0,
    "return_decay_months": 100.0,
    "return_unsettled": 1.0,
}
HAZARDS = (0.1, 0.5, 2.0, 8.0)


def job_with(*home: tuple[str, int, float, int], as_of: int = 40) -> Job:
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (10, "offensive_pause", 10)),
        counts=FLED,
        home=home,
        as_of=as_of,
    )
    return job_of(crisis_of(row), settings=GIVEN)


def weights(*home: tuple[str, int, float, int]) -> NDArray[np.float64]:
    found = returns.weigh(job_with(*home).ground, HAZARDS)
    assert found is not None
    assert found.sum() == pytest.approx(1.0)
    return found


@pytest.mark.parametrize(
    ("measure", "few", "many"),
    [("returned_cumulative", 500.0, 29_000.0), ("displaced_present", 29_500.0, 1_000.0)],
)
def test_counts_of_many_home_speak_for_quick_returns(measure: str, few: float, many: float) -> None:
    slow, quick = weights((measure, 38, few, 39)), weights((measure, 38, many, 39))
    assert slow.argmax() == 0
    assert quick.argmax() >= 2
    steps = np.diff(np.log(quick / slow))
    assert (steps > 0.0).all()


def test_the_newest_count_speaks_alone_and_less_when_it_is_old() -> None:
    newest = ("returned_cumulative", 30, 25_000.0, 31)
    both = weights(("returned_cumulative", 20, 100.0, 21), newest)
    np.testing.assert_array_equal(both, weights(newest))
    assert both.max() > 0.3


def test_a_count_says_less_the_older_it_is() -> None:
    counted = ("returned_cumulative", 38, 1_000.0, 39)
    fresh, old = (returns.weigh(job_with(counted, as_of=day).ground, HAZARDS) for day in (40, 100))
    assert fresh is not None
    assert old is not None
    assert fresh[0] > old[0] > 0.25


def test_without_a_count_known_by_then_nothing_is_told() -> None:
    later = ("returned_cumulative", 38, 25_000.0, 41)
    ground = job_with(later).ground
    assert returns.weigh(ground, HAZARDS) is None
    assert returns.NAME not in left_of_priors(ground)


def test_a_parameter_that_is_fixed_stays() -> None:
    counted = ("returned_cumulative", 38, 29_000.0, 39)
    free = job_with(counted).ground
    assert returns.NAME in free.left
    row = towns_in_a_row(counts=FLED, home=(counted,), as_of=40)
    fixed = job_of(crisis_of(row), settings={**GIVEN, returns.NAME: 0.5}).ground
    assert returns.NAME not in fixed.left
    assert fixed.values[returns.NAME].tolist() == [0.5]


def test_cells_have_equal_chance() -> None:
    prior = known_parameters(job_with().facts.as_of)[returns.NAME]
    found = cells(prior)
    np.testing.assert_allclose(prior.law.ppf((np.arange(8) + 0.5) / 8), found)
    drawn = prior.law.ppf(np.linspace(0.001, 0.999, 999))
    below = [float(np.mean(drawn < cell)) for cell in found]
    np.testing.assert_allclose(np.diff(below), 1 / 8, atol=0.01)


def test_still_displaced_are_neither_home_nor_out_of_the_crisis() -> None:
    past = np.zeros(3, dtype=COUNTS)
    past["newly_displaced"] = [0, 100, 200]
    past["returned"] = [0, 10, 20]
    past["people_abroad"] = [5, 12, 15]  # five were abroad before
    past["people_moved_out"] = [0, 0, 30]
    assert of_return(past, "returned_cumulative").tolist() == [0, 10, 20]
    assert of_return(past, "displaced_present").tolist() == [0, 83, 140]
