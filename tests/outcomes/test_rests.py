"""What an outcome rests on: read from the table of a day, and tried."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.parameters import default_table, known_parameters
from havenline.engine import simulate
from havenline.engine.layout import DAILY_SERIES
from havenline.engine.measures import MEASURES
from havenline.outcomes import INDICATORS
from havenline.outcomes.indicators import per_future
from havenline.outcomes.rests import rests_on
from tests.crises_random import START
from tests.full_crisis import full_crisis


def run(declared: Crisis, **settings: float) -> xr.Dataset:
    return simulate(declared, futures=8, seed=5, workers=1, settings=settings).dataset


def moved(name: str) -> float:
    """Another value of a parameter, within what it may be."""
    row = known_parameters(START, None)[name]
    if row.low == row.low:
        return row.low if row.value != row.low else row.high
    return row.value * 0.5


NOT_OF_RUNS = {"hosts", "negotiation", "reporting"}
"""Parts that act on tables of their own and on scores, not on indicators."""
LIVELY = {
    "aid_suspension_rate": 20.0,
    "containment_fail_rate": 20.0,
    "truce_median_days": 15.0,
    "rout_rate": 20.0,
    "onward_opening_rate": 20.0,
    "violence_lasting": 0.9,
    "flight_fear": 0.05,
}
"""Values under which rare things happen in a small run."""


@pytest.fixture(scope="module")
def declared() -> Crisis:
    return full_crisis()


def test_every_daily_series_is_reckoned_from_parts_that_steps_write() -> None:
    assert set(MEASURES) == set(DAILY_SERIES)
    for indicator in INDICATORS:
        basis = rests_on(indicator)
        assert basis.steps
        assert basis.parts
        assert not set(basis.steps) & set(basis.through)
        assert not set(basis.parts) & set(basis.through_parts)


def test_an_indicator_asks_only_for_the_parameters_that_it_names() -> None:
    for indicator in INDICATORS.values():
        asked: set[str] = set()

        def given(name: str, asked: set[str] = asked) -> Any:
            asked.add(name)
            return np.ones((1, 1, 5)) if name in DAILY_SERIES else np.ones(1)

        indicator.reduce(np.ones((1, 1, 5)), given)
        assert asked <= {*indicator.uses, *indicator.also}


def test_what_a_parameter_moves_rests_on_it(declared: Crisis) -> None:
    """Each parameter of the table changed alone: what moves must name its part."""
    base = known_parameters(declared.meta.as_of, declared.parameters)
    fixed = {name: row.value for name, row in base.items()} | LIVELY
    usual = run(declared, **fixed)
    before = {name: per_future(usual, name) for name in INDICATORS}
    part_of = {row.name: row.part for row in default_table()}
    moves = set()
    for name in base:
        other = run(declared, **{**fixed, name: moved(name)})
        for indicator in INDICATORS:
            if (per_future(other, indicator) != before[indicator]).any():
                basis = rests_on(indicator)
                moves.add(name)
                assert part_of[name] in {*basis.parts, *basis.through_parts}, (name, indicator)
    of_runs = [n for n in base if part_of[n] not in NOT_OF_RUNS]
    assert len(moves) > 0.75 * len(of_runs)
    unmoved = {part_of[n] for n in set(base) - moves} - {part_of[n] for n in moves}
    assert unmoved <= NOT_OF_RUNS
