"""The rules for given arrivals: the total is kept, and shares are as the formula says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.crisis.case import Case, Closure
from havenline.crisis.flee_settings import FleeSettings
from havenline.crisis.parameters import case_table, known_parameters
from havenline.engine.cases import simulate_case
from havenline.engine.rules.allocation import Allocation, AllocationParameters, default_parameters
from havenline.engine.rules.allocation.parameters import TABLE, changed
from havenline.errors import RunError
from tests.cases_folder import cases_or_skip
from tests.small_case import small_case


def allocate(case: Case, **given: Any) -> NDArray[np.int64]:
    return Allocation.of_case(case, **given).all_present()


PLAIN = AllocationParameters(10.0, 1.0, 0.0, 0.0, 0.0, 0.0, {})


def test_the_total_is_the_given_one_in_every_future() -> None:
    case = small_case()
    people = allocate(case, futures=50, seed=3)
    assert people.shape == (50, 4, 2)
    assert people.min() >= 0
    np.testing.assert_array_equal(
        people.sum(axis=2), np.broadcast_to(case.observed().sum(axis=1), (50, 4))
    )


def test_day_0_is_as_counted() -> None:
    people = allocate(small_case(near=(7, 7, 7, 7)), futures=3)
    np.testing.assert_array_equal(people[:, 0], [[7, 0]] * 3)


def test_shares_are_those_of_the_formula() -> None:
    # 1/(10 + 90) against 1/(10 + 190), so two thirds go to the nearer camp
    case = small_case(far=(0, 3000, 3000, 3000), capacities=(1e12, 1e12))
    mean = allocate(case, futures=400, seed=1, parameters=PLAIN)[:, 1].mean(axis=0)
    error = 4.0 * np.sqrt(3000 * 2 / 9 / 400)
    assert mean[0] == pytest.approx(2000.0, abs=error)


def test_capacity_pulls_with_its_power() -> None:
    # 4^0.5 / 100 against 16^0.5 / 200: the same
    case = small_case(far=(0, 3000, 3000, 3000), capacities=(4e12, 16e12))
    parameters = replace(PLAIN, capacity_power=0.5)
    mean = allocate(case, futures=400, seed=1, parameters=parameters)[:, 1].mean(axis=0)
    assert mean[0] == pytest.approx(1500.0, abs=4.0 * np.sqrt(3000 / 4 / 400))


def test_a_full_camp_takes_nobody_in() -> None:
    case = small_case(near=(100, 100, 100, 100))
    people = allocate(case, futures=5, parameters=PLAIN)
    assert (people[:, :, 0] <= 100).all()
    rising = people[:, 1:3, 0]
    assert (rising == 100).all()


def test_a_closed_border_sends_everybody_elsewhere() -> None:
    case = small_case(closures=(Closure("country", "home", "east", 0, -1),))
    people = allocate(case, futures=5, parameters=PLAIN)
    assert (people[:, :, 0] == 0).all()


def test_who_is_counted_while_every_road_is_closed_came_by_those_of_another_day() -> None:
    closures = tuple(Closure("country", "home", c, 0, 3) for c in ("east", "west"))
    people = allocate(small_case(closures=closures), futures=5, parameters=PLAIN)
    assert (people[:, 2].sum(axis=1) == 200).all()
    assert (people[:, 2] > 0).all()


def test_nobody_comes_where_no_road_is_open_on_any_day() -> None:
    case = small_case(closures=(Closure("country", "home", "east", 0, -1),))
    people = allocate(case, futures=5, parameters=PLAIN)
    assert (people[:, :, 0] == people[:, :1, 0]).all()
    assert (people[:, 2].sum(axis=1) == 200).all()
    closures = tuple(Closure("country", "home", c, 0, -1) for c in ("east", "west"))
    people = allocate(small_case(closures=closures), futures=5, parameters=PLAIN)
    assert (people == people[:, :1]).all()
    run = simulate_case(small_case(closures=closures), futures=2)
    counted = small_case().observed().sum(axis=1)
    assert (run["present"].sum("camp") + run["elsewhere"] == counted).all()


def test_a_camp_that_no_road_reaches_gets_nobody() -> None:
    case = small_case()
    cut = replace(case, links=tuple(x for x in case.links if 2 not in (x.first, x.second)))
    people = allocate(cut, futures=5, parameters=PLAIN)
    assert (people[:, :, 0] == people[:, :1, 0]).all()
    assert (people[:, 2].sum(axis=1) == 200).all()


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, 2), (-2, -1)])
def test_a_closure_of_no_day_or_from_before_the_start_never_holds(start: int, end: int) -> None:
    shut = small_case(closures=(Closure("country", "home", "east", start, end),))
    people = allocate(shut, futures=3, parameters=PLAIN)
    assert (people == allocate(small_case(), futures=3, parameters=PLAIN)).all()


def test_people_who_leave_by_conflict_are_refused() -> None:
    case = small_case()
    driven = replace(case, settings=FleeSettings(conflict_spawn_mode="pop_ratio"))
    with pytest.raises(RunError, match="--rules flee"):
        simulate_case(driven, futures=2)


def test_departures_are_taken_from_all_alike() -> None:
    case = small_case(near=(600, 600, 300, 300), far=(1200, 1200, 600, 600))
    people = allocate(case, futures=400, seed=2, parameters=PLAIN)
    assert people[:, 2, 0].mean() == pytest.approx(300.0, abs=3.0)
    assert people[:, 2, 0].std() > 5.0


def test_the_same_seed_gives_the_same_and_a_future_does_not_depend_on_others() -> None:
    case = small_case()
    one = allocate(case, futures=3, seed=5, parameters=PLAIN)
    np.testing.assert_array_equal(one, allocate(case, futures=3, seed=5, parameters=PLAIN))
    more = allocate(case, futures=6, seed=5, parameters=PLAIN)
    np.testing.assert_array_equal(one, more[:3])
    assert (one != allocate(case, futures=3, seed=6, parameters=PLAIN)).any()


def test_counts_of_single_camps_after_day_0_are_not_read() -> None:
    case = small_case(near=(5, 60, 100, 70), far=(0, 100, 200, 150))
    other = small_case(near=(5, 150, 20, 0), far=(0, 10, 280, 220))
    np.testing.assert_array_equal(
        allocate(case, futures=20, seed=1),
        allocate(other, futures=20, seed=1),
    )


def test_drift_moves_people_and_keeps_their_number() -> None:
    days = 100
    case = small_case(days, near=(500,) * days, far=(500,) * days, capacities=(1e6, 1e6))
    people = allocate(case, futures=200, seed=1, parameters=replace(PLAIN, drift=0.1))
    assert (people.sum(axis=2) == 1000).all()
    # three steps of 0.1 for each of two camps: the logarithm of their ratio varies by 0.1 sqrt(6)
    ratio = np.log(people[:, -1, 0] / people[:, -1, 1])
    assert ratio.std() == pytest.approx(0.1 * np.sqrt(6.0), rel=0.2)


def test_the_table_gives_the_defaults() -> None:
    assert {row.name for row in case_table()} < set(TABLE.values())
    fixed = changed(dict.fromkeys(TABLE.values(), 1.0))
    assert fixed.spread == {}
    assert fixed.softening == fixed.drift == 1.0
    assert set(default_parameters().spread) == {"distance_power", "capacity_power"}


def test_what_camp_counts_teach_answers_a_later_crisis() -> None:
    """The numbers of the kernel are those of a run of a crisis once they were known."""
    of_a_crisis = known_parameters(dt.date(2024, 1, 1))
    shared = {number: name for number, name in TABLE.items() if name.startswith("destination_")}
    assert len(shared) == 4
    for number, name in shared.items():
        assert getattr(default_parameters(), number) == of_a_crisis[name].value
    before = known_parameters(dt.date(2020, 2, 3))
    assert all(before[name].any_year for name in shared.values())


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_value_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(RunError, match="allocation_drift"):
        changed({"allocation_drift": value})
    with pytest.raises(RunError, match="unknown parameter"):
        changed({"allocation_nothing": 1.0})


def test_published_cases_keep_their_totals() -> None:
    from havenline.io import open_flee

    for path in cases_or_skip():
        case = open_flee(path)
        people = allocate(case, futures=2, seed=1)
        same = people.sum(axis=2) == case.observed().sum(axis=1)
        assert same.all(), path.name
