"""Which values of a parameter the counts of the whole crisis speak for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from havenline.engine.conditioning.counted import Count, few_of
from havenline.engine.conditioning.totals import ANSWERING, weigh_levels
from havenline.engine.past import Past, past_of
from tests.crises_random import Job, crisis_of, job_of, towns_in_a_row

ERROR, DAYS = 0.4, 5


def past(killed: float) -> Past:
    figures = {name: np.zeros((DAYS, 1), dtype=np.int64) for name in Past._fields}
    return Past(**{**figures, "killed": np.full((DAYS, 1), round(killed), dtype=np.int64)})


def test_by_hand_a_value_weighs_by_how_well_its_past_fits() -> None:
    count = Count("killed", np.ones(1, dtype=np.bool_), -1, DAYS - 1, 400.0, 1.0)
    levels = (1.0, 4.0)
    chances = weigh_levels(lambda level: past(100.0 * level), levels, [count], ERROR, 0)
    few = few_of("killed")
    miss = math.log((400.0 + few) / (100.0 + few))
    other = math.exp(-0.5 * miss**2 / (ERROR**2 + (few / 400.0) ** 2))
    np.testing.assert_allclose(chances, [other / (1.0 + other), 1.0 / (1.0 + other)])
    old = replace(count, keep=0.0)
    even = weigh_levels(lambda level: past(100.0 * level), levels, [old], ERROR, 0)
    np.testing.assert_allclose(even, 0.5)


COUNTS = {
    "violence_killed": ("killed", 1),
    "flight_idp_ratio": ("moves", 1),
    "host_slack": ("sheltered_outside", None),
    "return_monthly": ("returned", 1),
}
"""Measures of the whole crisis that speak of a parameter, and the day since which they count."""


def job(name: str, persons: float | None, **settings: float) -> Job:
    measure, since = COUNTS[name]
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (12, "offensive_pause", 12)),
        counts=((6, 40_000.0, 7), (12, 90_000.0, 13)),
        there=() if persons is None else ((measure, "north", since, 19, persons, 20),),
        as_of=20,
    )
    crisis = crisis_of(row)
    rows = crisis.observations.copy()
    rows.loc[rows["series_id"] == "newly", "area_id"] = "north"
    return job_of(replace(crisis, observations=rows), settings=settings, futures=20)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_of_the_whole_moves_what_answers_to_it(name: str) -> None:
    figure = ANSWERING[name]
    levels = job(name, None).ground.parameters[name].law.ppf(np.array([0.05, 0.95]))
    made = []
    for level in levels:
        ground = job(name, None, **{name: float(level)}).ground
        made.append(np.mean([getattr(past_of(ground, f), figure)[-1].sum() for f in range(20)]))
    assert abs(made[1] - made[0]) > 50.0
    means = [job(name, float(m)).ground.values[name].mean() for m in made]
    assert means[0] < means[1]
    assert (
        job(name, float(made[0]), **{name: float(levels[0])}).ground.left.keys().isdisjoint({name})
    )


def test_nothing_counted_leaves_every_prior() -> None:
    assert not set(ANSWERING) & set(job("violence_killed", None).ground.left)
