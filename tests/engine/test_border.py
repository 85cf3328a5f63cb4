"""The borders: in no future is a more open regime less permeable."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine.border import CLOSED, MANAGED, OPEN, permeability
from havenline.facts.borders import UNKNOWN
from tests.crises_random import (
    QUIET,
    Road,
    Sketch,
    Town,
    Walk,
    compiled,
    crisis_of,
    job_of,
    towns_in_a_row,
)

DRAWN = {
    "border_closed": 0.001,
    "border_managed": 0.1,
    "border_open": 0.5,
    "border_unknown": 0.02,
}


class Record(NamedTuple):
    """The part of the record that borders are read from."""

    border: NDArray[np.int8]
    permeability: NDArray[np.float64]
    enter: NDArray[np.float64]


class Plan(NamedTuple):
    """The part of a schedule that borders are read from."""

    border: NDArray[np.int8]


@compiled
def run_permeability(values: Any, record: Any, plan: Any, neighbour: Any, day: Any) -> Any:
    return permeability(values, record, plan, neighbour, day, 1)


def chance(
    now: int, then: int, declared: float = math.nan, enter: float = 1.0, **values: float
) -> tuple[float, float, float]:
    """Chance on the day before the as-of date (the border closed), on it, and on the day after."""
    drawn = np.zeros(1, dtype=[(name, "f8") for name in DRAWN])
    for name, value in {**DRAWN, **values}.items():
        drawn[name] = value
    record = Record(
        np.array([[OPEN, CLOSED], [OPEN, now]], dtype=np.int8),
        np.array([math.nan, declared]),
        np.array([1.0, enter]),
    )
    plan = Plan(np.array([[OPEN, now], [OPEN, then]], dtype=np.int8))
    got = [float(run_permeability(drawn[0], record, plan, 1, day)) for day in range(3)]
    return got[0], got[1], got[2]


@pytest.mark.parametrize(
    ("closed", "managed", "opened", "expected"),
    [
        (0.001, 0.1, 0.5, [0.001, 0.1, 0.5]),
        (0.2, 0.1, 0.5, [0.2, 0.2, 0.5]),
        (0.001, 0.3, 0.2, [0.001, 0.3, 0.3]),
        (0.4, 0.3, 0.2, [0.4, 0.4, 0.4]),
    ],
)
def test_a_more_open_regime_is_never_less_permeable(
    closed: float, managed: float, opened: float, expected: list[float]
) -> None:
    given = {"border_closed": closed, "border_managed": managed, "border_open": opened}
    for regime, known in zip((CLOSED, MANAGED, OPEN), expected, strict=True):
        assert chance(regime, regime, **given) == (closed, known, known)


def test_a_regime_that_nobody_has_published_has_a_chance_of_its_own() -> None:
    assert chance(UNKNOWN, UNKNOWN) == (0.001, 0.02, 0.02)
    assert chance(UNKNOWN, MANAGED) == (0.001, 0.02, 0.1)
    assert chance(UNKNOWN, MANAGED, border_unknown=0.3) == (0.001, 0.3, 0.3), "no less than before"


def test_a_declared_chance_holds_for_the_regime_of_the_as_of_date() -> None:
    assert chance(MANAGED, MANAGED, declared=0.04) == (0.001, 0.04, 0.04)
    assert chance(MANAGED, OPEN, declared=0.04) == (0.001, 0.04, 0.5)
    assert chance(MANAGED, OPEN, declared=0.7) == (0.001, 0.7, 0.7), "an option never shuts"


def test_counts_at_a_border_act_on_the_hazard_until_it_opens_further() -> None:
    before, now, then = chance(MANAGED, MANAGED, enter=2.0)
    assert (before, now) == pytest.approx((1.0 - 0.999**2, 1.0 - 0.9**2))
    assert then == now
    assert chance(MANAGED, OPEN, enter=2.0)[2] == 0.5, "they say nothing of an open border"
    assert chance(MANAGED, OPEN, enter=20.0)[2] == pytest.approx(1.0 - 0.9**20), "no less than now"
    assert chance(MANAGED, MANAGED, declared=0.04, enter=2.0)[1:] == (0.04, 0.04)


def two_gates(one: str, two: str) -> Sketch:
    """Two crossings 30 km from the town that empties, each of its own neighbour."""
    row = towns_in_a_row(people=(100_000, 10), days=40)
    gates = (
        Town("x1", "gate", 0.3, 0.3, kind="crossing"),
        Town("x2", "gate", 0.3, -0.3, kind="crossing"),
    )
    roads = (Road("rx1", "t1", "x1", 30.0), Road("rx2", "t1", "x2", 30.0))
    return replace(
        row,
        towns=(*row.towns, *gates),
        roads=(*row.roads, *roads),
        crossings=(("x1", one, -9, -9, "one"), ("x2", two, -9, -9, "two")),
    )


GATES = {
    "border_shelter": 1.0,
    **QUIET,
    "front_axis_share": 0.0,
    "front_thaw_rate": 0.0,
    "flight_front": 0.1,
    "flight_frailty": 0.0,
    "flight_idp_ratio": 0.0,
    "offensive_end_rate": 0.0,
    "return_monthly": 0.0,
    "destination_pull_sd": 0.0,
    "border_closed": 0.0,
}


def entered(sketch: Sketch, **given: float) -> list[int]:
    walk = Walk(job_of(crisis_of(sketch), settings={**GATES, **given}))
    state = walk.to(walk.last)
    people = state.abroad.sum(axis=(1, 2))
    assert people.sum() == state.counts["people_abroad"][0]
    return [int(n) for n in people]


def test_two_neighbours_with_equal_borders_share_equally() -> None:
    one, two = entered(two_gates("open", "open"))
    assert one + two > 5_000
    assert one / (one + two) == pytest.approx(0.5, abs=0.02)


def test_people_go_where_the_border_lets_them_in() -> None:
    one, two = entered(two_gates("managed", "closed"))
    assert one > 1_000
    assert two == 0
    assert entered(two_gates("closed", "closed")) == [0, 0]
    known = entered(two_gates("unknown", "closed"), border_unknown=0.2)
    assert known[0] > 1_000, "not published is not closed"


def test_a_crossing_draws_as_far_as_it_lets_in() -> None:
    """Of two equal crossings with chances 0.4 and 0.1: p / (p + 0.1) is 0.8 and 0.5."""
    given = {"border_open": 0.4, "border_managed": 0.1, "border_known_open": 0.1}
    sketch = two_gates("open", "managed")
    given["border_wait"] = 0.0
    pulls = []
    for people in (1_000.0, 16_000.0):
        walk = Walk(
            job_of(
                crisis_of(sketch),
                settings={**GATES, **given, "border_pull": people, "destination_size_power": 0.5},
            )
        )
        state = walk.to(10)
        at = [walk.job.world.place_index(p) for p in ("x1", "x2")]
        pulls.append(state.pull[at] / state.place["safety"][at])
    np.testing.assert_allclose(pulls[0], np.sqrt(1_000.0 + 0.0) * np.array([0.8, 0.5]), rtol=1e-3)
    np.testing.assert_allclose(pulls[1] / pulls[0], 4.0, rtol=1e-3)


def test_a_border_draws_more_on_ground_that_is_attacked() -> None:
    """The factor stands on the crossings of those attacked alone, and on no other place."""
    plain, more = (
        Walk(job_of(crisis_of(two_gates("open", "open")), settings={**GATES, "border_shelter": f}))
        for f in (1.0, 3.0)
    )
    ids = plain.job.world.place_ids
    ratio = more.to(0).pull / np.maximum(plain.to(0).pull, 1e-12)
    near = plain.job.world.network.place["border"] >= 0
    assert near[[ids.index("x1"), ids.index("x2")]].all()
    held = plain.state.pull > 0.0
    np.testing.assert_allclose(ratio[near & held], 3.0, rtol=1e-9)
    np.testing.assert_allclose(ratio[~near & held], 1.0, rtol=1e-9)


@pytest.mark.parametrize(("wait", "at_shut", "at_open"), [(0.0, 0.0, 0.8), (0.5, 0.5, 0.9)])
def test_people_wait_at_a_shut_border_as_far_as_they_hope(
    wait: float, at_shut: float, at_open: float
) -> None:
    """Over the pull of a border where everybody gets in: w + (1 - w) p / (p + p0)."""
    given = {"border_open": 0.4, "border_known_open": 0.1, "border_wait": wait}
    settings = {**GATES, **given, "border_pull": 2_500.0, "destination_size_power": 0.5}
    walk = Walk(job_of(crisis_of(two_gates("open", "closed")), settings=settings))
    state = walk.to(walk.last)
    at = [walk.job.world.place_index(p) for p in ("x1", "x2")]
    pull = state.pull[at] / state.place["safety"][at]
    np.testing.assert_allclose(pull, 50.0 * np.array([at_open, at_shut]), rtol=1e-3)
    waiting = int(state.by_status[at[1]].sum())
    assert waiting > 500 if wait else waiting == 0
    assert state.abroad.sum(axis=(1, 2))[1] == 0


def test_people_come_back_from_abroad_as_their_home_allows() -> None:
    """The offensive stops before the as-of date; who entered one neighbour comes back from it."""
    halted = replace(
        two_gates("open", "closed"),
        happenings=((2, "offensive_start", 2), (12, "offensive_pause", 12)),
    )
    back, there = [], []
    for share in (0.0, 0.3, 1.0):
        given = {**GATES, "return_monthly": 3.0, "return_unsettled": 1.0, "return_abroad": share}
        walk = Walk(job_of(crisis_of(halted), settings=given))
        state = walk.to(walk.last)
        assert state.counts["returned_from_abroad"][0] == state.came_back.sum()
        assert state.counts["returned"][0] >= 0.9 * state.came_back.sum()
        assert state.came_back[1] == 0
        assert state.abroad[1].sum() == 0
        back.append(int(state.came_back[0]))
        there.append(int(state.abroad[0].sum()))
    assert back[0] == 0
    assert 100 < back[1] < back[2]
    assert there[0] > there[1] > there[2]
