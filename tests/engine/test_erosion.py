"""Ground lost under a truce that stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.crises_random import STEADY_AXES, captures, crisis_of, job_of
from tests.crises_random import towns_in_a_row as row
from tests.engine.steps.test_control import split

TRUCE = {"lever": "truce", "start": 1, "substance": True}
LASTS = {"truce_cure_share": 1.0, "truce_median_days": 2e5}
STEADY = {
    **STEADY_AXES,
    "front_speed": 4.0,
    "front_speed_spread": 0.0,
    "front_axis_share": 1.0,
    "front_start_share": 0.0,
    "erosion_gain": 0.0,
}
FUTURES = 12


def fell(*levers: dict[str, Any], sketch: Any = None, **settings: float) -> list[dict[str, int]]:
    """Days on which places fell under a truce, by future."""
    sketch = row(options={"deal": (TRUCE, *levers)}, days=90) if sketch is None else sketch
    job = job_of(
        crisis_of(sketch), futures=FUTURES, settings={**LASTS, **STEADY, **settings}, days=90
    )
    return [captures(job, plan=1, future=f) for f in range(FUTURES)]


def test_by_hand_one_place_at_a_time() -> None:
    """A tenth of 4 km a day on roads of 12 km: the towns fall on days 30, 60 and 90."""
    for days in fell(erosion_pace=0.1):
        assert days == {"t1": 30, "t2": 60, "t3": 90}


def test_switched_off_a_truce_that_stands_loses_nothing() -> None:
    assert all(days == {} for days in fell(erosion_pace=0.0))


def test_more_of_it_is_never_less_ground_lost() -> None:
    taken = [sum(map(len, fell(erosion_pace=p))) for p in (0.0, 0.02, 0.05, 0.2)]
    assert taken == sorted(taken)
    assert taken[0] < taken[-1]


def test_observers_and_interposed_forces_slow_it() -> None:
    observers = {"lever": "monitors", "start": 1, "kind": "unarmed", "persons": 100}
    force = {"lever": "monitors", "start": 1, "kind": "interposition", "persons": 5000}
    watched = fell(observers, erosion_pace=0.1, erosion_monitored=0.5)
    assert all(list(days) == ["t1"] and abs(days["t1"] - 60) <= 1 for days in watched)
    checked = fell(force, erosion_pace=0.1, front_check_factor=0.5)
    assert all(list(days) == ["t1"] and abs(days["t1"] - 60) <= 1 for days in checked)


def test_a_haven_that_stands_is_not_reached() -> None:
    haven = {"lever": "haven", "start": 1, "guarantee": "credible_force"}
    kept = fell(haven, erosion_pace=0.5, haven_hold_credible=1.0)
    assert all(days == {} for days in kept)


def test_where_more_is_to_be_gained_it_goes_faster() -> None:
    many, few = (
        fell(
            sketch=row(people=(n, n, n, n), options={"deal": (TRUCE,)}, days=90),
            erosion_pace=0.1,
            erosion_gain=0.5,
        )
        for n in (40_000, 2_500)
    )
    assert all(a["t1"] < 30 < b["t1"] for a, b in zip(many, few, strict=True))


@pytest.mark.parametrize("first_km", [3.0, 11.0])
def test_a_road_split_behind_the_front_changes_nothing(first_km: float) -> None:
    sketch = row(options={"deal": (TRUCE,)}, days=90)
    one, other = (
        fell(sketch=s, erosion_pace=0.1, erosion_gain=0.4)
        for s in (sketch, split(sketch, "r1", first_km))
    )
    for before, after in zip(one, other, strict=True):
        after.pop("between", None)
        assert before == after
        assert before


def test_the_days_of_truce_do_not_depend_on_it() -> None:
    from havenline.engine import simulate

    crisis = crisis_of(row(options={"deal": (TRUCE,)}, days=60))
    truces = [
        simulate(crisis, futures=40, workers=1, settings={"erosion_pace": p}).dataset[
            "truce_standing"
        ]
        for p in (0.0, 0.3)
    ]
    without, much = (t.to_numpy() for t in truces)
    np.testing.assert_array_equal(without, much)
