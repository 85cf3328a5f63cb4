"""Counting agrees with following every person, whatever the settings and the network.

People are followed in an order drawn anew every time, as people in one cell have none. More
cases are compared with HAVENLINE_FLEE_CASES=100 in the environment.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from havenline.crisis.case import Case
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.cases import simulate_case
from tests.engine.rules.flee.one_by_one import run_one_by_one
from tests.engine.rules.flee.random_cases import drawn_case, drawn_settings

CASES = int(os.environ.get("HAVENLINE_FLEE_CASES", "6"))
RUNS, FUTURES = 30, 250

NOT_DRAWN = {
    "hasten",  # tested by hand
    "unread_by_flee",
    # without effect, or refused
    "average_social_connectivity",
    "two_system_decision_making",
    "flood_forecaster",
    "flood_forecaster_timescale",
    "flood_forecaster_end_time",
    "flood_forecaster_weights",
    "flood_awareness_weights",
}

Floats = npt.NDArray[np.float64]


def both(case: Case, seed: int, *, exact: bool, shuffled: bool = True) -> tuple[Floats, Floats]:
    """Return people in camps, followed and counted; shape (runs or futures, days, camps)."""
    rules: Any = "flee-exact" if exact else "flee"
    counted = simulate_case(case, rules=rules, futures=FUTURES, seed=seed, workers=1)[
        "present"
    ].values
    followed = run_one_by_one(case, runs=RUNS, seed=seed, exact=exact, shuffled=shuffled)
    return followed.astype(np.float64), counted.astype(np.float64)


def errors_apart(followed: Floats, counted: Floats, slack: float) -> Floats:
    """Return by how many standard errors the means differ, beyond a share of all in camps."""
    error = np.sqrt(followed.var(axis=0, ddof=1) / RUNS + counted.var(axis=0) / FUTURES)
    allowed = 0.3 + slack * counted.sum(axis=2).mean(axis=0).max()
    off = np.abs(followed.mean(axis=0) - counted.mean(axis=0))
    return np.asarray(np.maximum(0.0, off - allowed) / np.maximum(error, 0.05))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(CASES))
def test_counting_agrees_with_following(seed: int, exact: bool) -> None:
    case = drawn_case(seed)
    followed, counted = both(case, seed, exact=exact)
    assert counted.max() > 0
    apart = errors_apart(followed, counted, slack=0.004)
    assert apart.max() < 4.5, case.settings.model_dump(exclude_defaults=True)
    wide = followed.std(axis=0) >= 3.0
    if wide.sum() >= 5:
        ratios = counted.std(axis=0)[wide] / followed.std(axis=0, ddof=1)[wide]
        assert 0.7 < np.median(ratios) < 1.4


@pytest.mark.parametrize("seed", [1, 3])
def test_in_the_order_of_setting_out_it_agrees_too_away_from_full_camps(seed: int) -> None:
    followed, counted = both(drawn_case(seed), seed, exact=True, shuffled=False)
    assert errors_apart(followed, counted, slack=0.03).max() < 4.5


def test_cases_differ_in_every_setting() -> None:
    shipped = FleeSettings()
    other = set()
    for seed in range(40):
        settings = drawn_settings(np.random.default_rng(seed))
        other |= {name for name, value in settings if value != getattr(shipped, name)}
    assert other == set(FleeSettings.model_fields) - NOT_DRAWN
