"""Organised moves, on cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.engine import simulate
from havenline.engine.people import DISPLACED_BEFORE, DISPLACED_SINCE, RESIDENT
from havenline.engine.state import State
from havenline.engine.steps.ledger import audit
from havenline.engine.steps.moves import due
from havenline.facts.moves import moves_known
from tests.crises_random import (
    START,
    Road,
    Sketch,
    Town,
    Walk,
    compiled,
    crisis_of,
    job_of,
    several,
    sketches,
    towns_in_a_row,
)

LAST = 25
CALM: dict[str, float] = {"flight_background": 0.0, "return_monthly": 0.0}


def calm(*moves: tuple[Any, ...], **changes: Any) -> Sketch:
    """Four places that nothing happens to: a camp of 300, two towns with homes and guests, a city.

    No road leads to the city.
    """
    towns = (
        Town("camp", "west", 0.0, 0.0, idps=300, kind="camp_cluster", in_sites=300),
        Town("city", "far", 1.0, 1.0, party="att", residents=900, kind="city"),
        Town("one", "west", 0.0, 0.1, residents=600, idps=90),
        Town("two", "west", 0.0, 0.2, residents=300, idps=30),
    )
    roads = (Road("r0", "camp", "one", 12.0), Road("r1", "one", "two", 12.0))
    base = {"happenings": (), "as_of": 20, "days": 10, "groups": (("all_of_them", 1.0),)}
    return Sketch(towns, roads, moves=moves, **{**base, **changes})


def walked(sketch: Sketch, day: int = LAST) -> State:
    return Walk(job_of(crisis_of(sketch), settings=CALM)).to(day)


def there(state: State) -> dict[str, list[int]]:
    """Residents, displaced before and displaced since, by place."""
    status = [int(s) for s in (RESIDENT, DISPLACED_BEFORE, DISPLACED_SINCE)]
    names = ("camp", "city", "one", "two")
    return {p: state.by_status[i, status].tolist() for i, p in enumerate(names)}


def test_equal_parts_go_on_each_day_and_arrive_the_next() -> None:
    walk = Walk(job_of(crisis_of(calm(("camp", "two", 3, 6, 10, 2))), settings=CALM))
    left = [300, 300, 300, 298, 295, 293, 290, 290]
    come = [0, 0, 0, 0, 2, 5, 7, 10]
    for day, (stay, gone) in enumerate(zip(left, come, strict=True)):
        state = walk.to(day)
        assert there(state)["camp"] == [0, stay, 0]
        # who was displaced before the period is so since it, and of no home of this crisis
        assert there(state)["two"] == [300, 30, gone]
        assert state.books["on_the_way"][0] == 300 - stay - gone
        assert state.counts["newly_displaced"][0] == 300 - stay
        assert audit(state) == 0
    assert walk.state.persons[3, -1].sum() == 10


def test_displaced_people_go_first_in_proportion_then_those_at_home() -> None:
    state = walked(calm(("west", "city", 3, 3, 420 + 90, 2)))
    # 420 displaced of the camp and the towns; then 90 of 900 at home: a tenth of each town
    assert there(state) == {
        "camp": [0, 0, 0],
        "one": [540, 0, 0],
        "two": [270, 0, 0],
        "city": [900, 0, 510],
    }
    half = there(walked(calm(("west", "city", 3, 3, 210, 2))))
    assert (half["camp"], half["one"], half["two"]) == ([0, 150, 0], [600, 45, 0], [300, 15, 0])
    home = walked(calm(("one", "city", 3, 3, 100, 2)))
    row = int(DISPLACED_SINCE)
    assert home.by_row[1, row:].sum() == 100
    assert (home.departed[:, 0].sum(), home.departed[:, 1].sum()) == (10.0, 30.0)
    # those who were residents keep their home
    assert sorted(home.by_row[1, row:].tolist())[-2:] == [10, 90]


def test_never_more_go_than_are_there() -> None:
    state = walked(calm(("two", "", 3, 4, 5_000, 2)))
    assert there(state)["two"] == [0, 0, 0]
    assert state.counts["people_moved_out"][0] == 330
    assert state.counts["newly_displaced"][0] == 330
    assert audit(state) == 0


def test_who_leaves_the_crisis_stands_on_an_account_of_their_own() -> None:
    result = simulate(crisis_of(calm(("camp", "", 18, 23, 60, 2))), futures=2, settings=CALM)
    out = result.dataset["people_moved_out"].values
    assert (out == np.array([30, 40, 50, 60, *[60] * 7])).all()
    assert not result.dataset["ledger_residual"].any()
    assert (result.dataset["people_at_start"] == 2_220).all()
    # from the as-of date on, each is one movement
    movements = result.dataset["movements"].values
    assert (movements == np.array([0, 10, 20, 30, *[30] * 7])).all()


def test_places_get_people_by_their_shelter_else_by_their_people_else_alike() -> None:
    camps = (
        {"place_id": "near", "planned_capacity": 300.0},
        {"place_id": "wide", "planned_capacity": 900.0},
    )
    sketch = calm(("city", "new", 3, 3, 80, 2), camps=camps)
    more = (
        Town("near", "new", 0.1, 0.0, kind="camp_cluster"),
        Town("wide", "new", 0.1, 0.1, kind="camp_cluster"),
    )
    state = walked(replace(sketch, towns=(*sketch.towns, *more)), 4)
    assert state.by_status[[2, 5], DISPLACED_SINCE].tolist() == [20, 60]
    bare = walked(replace(sketch, towns=(*sketch.towns, *more), camps=()), 4)
    assert bare.by_status[[2, 5], DISPLACED_SINCE].tolist() == [40, 40]


def test_convoys_arrive_on_ground_that_shelters_nobody_without_a_road() -> None:
    sketch = calm(("one", "city", 3, 3, 50, 2), refuge=(("def", "att", 0.0, "no"),))
    state = walked(sketch)
    assert there(state)["city"] == [900, 0, 50]
    assert state.books["stranded"][0] == 0


def test_the_rest_of_a_larger_end_is_meant() -> None:
    state = walked(calm(("west", "two", 3, 3, 390, 2)))
    assert there(state)["two"] == [300, 30, 390]
    assert there(state)["camp"] == [0, 0, 0]
    back = walked(calm(("camp", "west", 3, 3, 100, 2)))
    assert there(back)["camp"] == [0, 200, 0]


def test_only_what_was_published_by_the_as_of_date_is_moved() -> None:
    late = calm(("camp", "city", 3, 3, 100, 21))
    assert there(walked(late)) == there(walked(calm()))
    assert there(walked(replace(late, as_of=21)))["city"] == [900, 0, 100]
    crisis = crisis_of(late)
    assert moves_known(crisis, START + dt.timedelta(days=20)) == []
    (known,) = moves_known(crisis, START + dt.timedelta(days=21))
    assert (set(known.leaves), set(known.reaches), known.persons) == ({"camp"}, {"city"}, 100)


def test_a_move_announced_for_later_days_goes_on_in_every_option() -> None:
    sketch = calm(
        ("camp", "", 24, 25, 100, 20), options={"aid": [{"lever": "aid", "start": 2, "level": 2.0}]}
    )
    out = simulate(crisis_of(sketch), futures=2, settings=CALM).dataset["people_moved_out"]
    assert (out == np.array([0, 0, 0, 0, 50, *[100] * 6])).all()
    assert out.sizes["option"] == 2


def test_days_before_the_period_are_left_out() -> None:
    state = walked(calm(("camp", "", -2, 1, 100, -3)))
    assert state.counts["people_moved_out"][0] == 50


def test_those_whom_a_move_displaces_are_part_of_the_published_count() -> None:
    counts = ((4, 0.0, 5), (5, 200.0, 6))
    moved = calm(("city", "", 5, 5, 200, 5), counts=counts, concern=("west",))
    state = walked(moved, 5)
    assert state.counts["newly_displaced"][0] == 200
    assert state.counts["people_moved_out"][0] == 200
    alone = walked(replace(moved, moves=()), 5)
    assert alone.counts["newly_displaced"][0] != 200


def test_moves_that_nobody_makes_change_nothing() -> None:
    plain, other = towns_in_a_row(), towns_in_a_row(moves=(("t1", "z9", 3, 9, 5_000, 21),))
    one, two = (simulate(crisis_of(s), futures=3).dataset for s in (plain, other))
    assert one.equals(two)


@compiled
def shares(moves: Any, days: int) -> Any:
    return [due(moves[0], day) for day in range(-1, days + 1)]


@settings(deadline=None)
@given(st.integers(1, 2_000_000_000), st.integers(1, 400))
def test_the_parts_of_a_move_are_nearly_equal_and_sum_to_it(persons: int, days: int) -> None:
    move = np.zeros(1, dtype=[("first", "i8"), ("last", "i8"), ("persons", "i8")])
    move["last"], move["persons"] = days - 1, persons
    parts = shares(move, days)
    assert (parts[0], parts[-1], sum(parts)) == (0, 0, persons)
    assert {int(p) for p in parts[1:-1]} <= {persons // days, -(-persons // days)}


@st.composite
def moved(draw: st.DrawFn) -> Sketch:
    sketch = draw(sketches() | several())
    ends = st.sampled_from([*(t.id for t in sketch.towns), *{t.area for t in sketch.towns}])
    moves = draw(
        st.lists(
            st.tuples(
                ends,
                ends | st.just(""),
                st.integers(-3, 15),
                st.integers(15, 40),
                st.integers(1, 60_000),
                st.just(0),
            ),
            min_size=1,
            max_size=4,
        )
    )
    # those that the checks refuse: nowhere to leave from or to go to
    first = START + dt.timedelta(days=sketch.as_of)
    known = moves_known(crisis_of(replace(sketch, moves=tuple(moves))), first)
    fine = [m for m, of in zip(moves, known, strict=True) if of.leaves and (of.reaches or not m[1])]
    return replace(sketch, moves=tuple(fine))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sketch=moved())
def test_nobody_is_lost_whoever_is_moved(sketch: Sketch) -> None:
    job = job_of(crisis_of(sketch), futures=2)
    for plan in range(2):
        walk = Walk(job, plan, future=plan)
        before = 0
        for day in range(walk.last + 1):
            state = walk.to(day)
            assert audit(state) == 0
            assert state.books["fault"][0] == 0
            assert state.counts["ledger_residual"][0] == 0
            assert state.counts["people_moved_out"][0] >= before
            before = int(state.counts["people_moved_out"][0])
    assert before <= sum(m[4] for m in sketch.moves if not m[1])


@pytest.mark.parametrize("to", ["city", ""])
def test_options_and_workers_share_the_facts(to: str) -> None:
    crisis = crisis_of(calm(("west", to, 3, 25, 700, 2)))
    one, two = (simulate(crisis, futures=4, workers=w).dataset for w in (1, 2))
    assert one.equals(two)
