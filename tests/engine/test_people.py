"""Choosing, dividing and dealing persons: nobody is lost, nobody is favoured."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from havenline.draws.keys import mix
from havenline.engine.destination import FEW, MAX_CHOICES, divide
from havenline.engine.journey import deal, reset_calendar
from havenline.engine.people import choose, choose_homes
from havenline.engine.state import CHOICE, LISTED, SLOT, State, clear_state
from tests.crises_random import Walk, compiled, crisis_of, job_of, towns_in_a_row

many = settings(max_examples=60, deadline=None, derandomize=True)
pools_of = st.lists(st.integers(0, 400), min_size=1, max_size=6).filter(lambda p: sum(p) > 0)
unit = st.floats(1e-9, 1 - 1e-9)


@compiled
def run_choose(listed: Any, pools: Any, number: Any, starts: Any, counts: Any) -> None:
    for s in range(len(starts)):
        for c in range(len(pools)):
            listed[c].pool = pools[c]
            listed[c].count = -1
        choose(listed, len(pools), pools.sum(), number, starts[s])
        for c in range(len(pools)):
            counts[s, c] = listed[c].count


@compiled
def run_choose_homes(
    persons: Any, in_row: Any, listed: Any, first: Any, last: Any, number: Any, at: Any, counts: Any
) -> None:
    groups = persons.shape[2]
    total = in_row[first:last].sum()
    for s in range(at.shape[0]):
        m = choose_homes(persons, in_row, listed, 0, first, last, total, number, at[s, 0], at[s, 1])
        for c in range(m):
            cell = listed[c].cell
            counts[s, cell // groups, cell % groups] += listed[c].count


def chosen(pools: list[int], number: int, starts: NDArray[np.float64]) -> NDArray[np.int64]:
    counts = np.zeros((len(starts), len(pools)), dtype=np.int64)
    listed = np.zeros(8, dtype=LISTED)
    run_choose(listed, np.array(pools, dtype=np.int64), np.int64(number), starts, counts)
    return counts


@many
@given(pools=pools_of, share=st.floats(0, 1), start=unit)
def test_as_many_are_chosen_as_asked_and_no_cell_gives_more_than_it_holds(
    pools: list[int], share: float, start: float
) -> None:
    number = round(share * sum(pools))
    counts = chosen(pools, number, np.array([start]))[0]
    assert counts.sum() == number
    assert (counts >= 0).all()
    assert (counts <= pools).all()
    assert (np.abs(counts - np.array(pools) * number / sum(pools)) < 1.0 + 1e-6).all()


@pytest.mark.parametrize("number", [1, 3, 17, 60, 99])
def test_every_person_is_as_likely_to_be_chosen(number: int) -> None:
    pools = [50, 1, 9, 40]
    starts = (np.arange(20_000) + 0.5) / 20_000
    mean = chosen(pools, number, starts).mean(axis=0)
    np.testing.assert_allclose(mean, np.array(pools) * number / 100, atol=1e-3)


def homes_chosen(
    persons: NDArray[np.int64], first: int, last: int, number: int, at: NDArray[np.float64]
) -> NDArray[np.int64]:
    rows, groups = persons.shape[1:]
    counts = np.zeros((len(at), rows, groups), dtype=np.int64)
    run_choose_homes(
        persons,
        persons[0].sum(axis=1),
        np.zeros(rows * groups, dtype=LISTED),
        first,
        last,
        np.int64(number),
        at,
        counts,
    )
    return counts


@many
@given(
    cells=st.lists(st.integers(0, 90), min_size=12, max_size=12).filter(lambda p: sum(p[4:]) > 0),
    share=st.floats(0, 1),
    spot=unit,
    start=unit,
)
def test_homes_give_what_is_asked_and_no_more_than_they_hold(
    cells: list[int], share: float, spot: float, start: float
) -> None:
    persons = np.array(cells, dtype=np.int64).reshape(1, 6, 2)
    number = round(share * sum(cells[4:]))
    counts = homes_chosen(persons, 2, 6, number, np.array([[spot, start]]))[0]
    assert counts.sum() == number
    assert (counts >= 0).all()
    assert (counts <= persons[0]).all()
    assert not counts[:2].any()


@pytest.mark.parametrize("number", [1, 4, 30, 77, 149])
def test_every_person_of_every_home_is_as_likely(number: int) -> None:
    persons = np.array([[[9, 9], [20, 30], [0, 0], [1, 0], [39, 60]]], dtype=np.int64)
    at = np.random.default_rng(3).random((200_000, 2))
    at[:, 0] = (np.arange(len(at)) + 0.5) / len(at)
    mean = homes_chosen(persons, 1, 5, number, at).mean(axis=0)
    expected = persons[0] * number / 150
    expected[0] = 0
    np.testing.assert_allclose(mean, expected, rtol=0.01, atol=0.01)


# Dividing over destinations


@compiled
def run_divide(
    values: Any,
    places: Any,
    choice: Any,
    weights: Any,
    scratch: Any,
    slot: Any,
    persons: Any,
    keys: Any,
    riding: Any,
    walking: Any,
) -> None:
    count = len(weights)
    for s in range(len(keys)):
        k = divide(
            values, places, choice, weights, scratch, slot, persons, count, weights.sum(), keys[s]
        )
        for a in range(k):
            if slot[a].days == 1:
                riding[s, slot[a].place] += slot[a].persons
            else:
                walking[s, slot[a].place] += slot[a].persons


def divided(
    weights: list[float], persons: int, draws: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    job = job_of(crisis_of(towns_in_a_row()), settings={"vehicle_share": 0.7})
    n = len(weights)
    assert n <= len(job.world.place_ids)
    choice = np.zeros(MAX_CHOICES, dtype=CHOICE)
    choice["place"][:n], choice["fast"], choice["slow"] = np.arange(n), 1, 2
    riding, walking = np.zeros((2, draws, n), dtype=np.int64)
    run_divide(
        job.values[0],
        job.world.network.place,
        choice,
        np.array(weights),
        np.zeros(MAX_CHOICES, dtype=np.int64),
        np.zeros(2 * MAX_CHOICES, dtype=SLOT),
        np.int64(persons),
        np.array([mix(np.uint64(9), np.uint64(i)) for i in range(draws)], dtype=np.uint64),
        riding,
        walking,
    )
    return riding, walking


@pytest.mark.parametrize("persons", [1, 7, FEW, FEW + 1, 300, 40_000])
def test_persons_are_divided_as_a_multinomial(persons: int) -> None:
    weights = [0.5, 2.0, 0.0, 1.0, 1.5]
    riding, walking = divided(weights, persons, 8_000)
    counts = riding + walking
    assert (counts.sum(axis=1) == persons).all()
    assert not counts[:, 2].any()
    p = np.array(weights) / 5.0
    variance = persons * p * (1 - p)
    error = np.sqrt(variance / 8_000) + 1e-12
    assert (np.abs(counts.mean(axis=0) - persons * p) < 4 * error).all()
    some = p > 0
    np.testing.assert_allclose(counts.var(axis=0)[some], variance[some], rtol=0.12)
    if persons > 1:
        joint = np.corrcoef(counts[:, 0], counts[:, 1])[0, 1]
        exact = -np.sqrt(p[0] * p[1] / ((1 - p[0]) * (1 - p[1])))
        assert abs(joint - exact) < 0.05
    on_foot = walking.sum(axis=1)
    assert abs(on_foot.mean() - 0.3 * persons) < 4 * np.sqrt(0.21 * persons / 8_000)
    np.testing.assert_allclose(on_foot.var(), 0.21 * persons, rtol=0.12)


def test_the_last_destination_with_weight_takes_what_rounding_leaves() -> None:
    riding, walking = divided([1.0, 0.0, 1e-300, 0.0], 5_000, 50)
    assert ((riding + walking)[:, 0] == 5_000).all()


# Dealing persons to departures


@compiled
def run_deal(state: Any, listed: Any, m: Any, slot: Any, k: Any, start: Any) -> None:
    reset_calendar(state)
    deal(listed, m, slot, k, start, state.trip, state.trip_head, state.books[0], 0, 3)


def dealt(state: State, cells: list[int], slots: list[int], start: float) -> NDArray[np.int64]:
    """Persons dealt, by cell and slot."""
    listed, slot = np.zeros(8, dtype=LISTED), np.zeros(8, dtype=SLOT)
    listed["cell"][: len(cells)], listed["count"][: len(cells)] = np.arange(len(cells)), cells
    slot["place"][: len(slots)], slot["persons"][: len(slots)] = np.arange(len(slots)), slots
    slot["days"] = 1 + np.arange(8) % 3
    clear_state(state)
    run_deal(state, listed, len(cells), slot, len(slots), start)
    got = np.zeros((len(cells), len(slots)), dtype=np.int64)
    for day in range(len(state.trip_head)):
        e = state.trip_head[day]
        while e >= 0:
            one = state.trip[e]
            assert day == 3 + 1 + one["target"] % 3
            assert one["persons"] > 0
            assert (one["origin"], one["left"]) == (0, 3)
            got[one["cell"], one["target"]] += one["persons"]
            e = int(one["next"])
    assert state.books["on_the_way"][0] == sum(cells)
    return got


@cache
def a_state() -> State:
    """Return one state for all; `dealt` clears it."""
    return Walk(job_of(crisis_of(towns_in_a_row()))).state


@many
@given(
    cells=st.lists(st.integers(1, 50), min_size=1, max_size=6),
    cuts=st.lists(st.floats(0, 1), max_size=5),
    start=unit,
)
def test_dealing_conserves_cells_and_slots(
    cells: list[int], cuts: list[float], start: float
) -> None:
    ends = sorted(round(c * sum(cells)) for c in cuts)
    slots = np.diff([0, *ends, sum(cells)]).tolist()
    got = dealt(a_state(), cells, slots, start)
    assert got.sum(axis=1).tolist() == cells
    assert got.sum(axis=0).tolist() == slots
    assert (got >= 0).all()


def test_every_person_is_as_likely_to_take_each_departure() -> None:
    state, cells, slots = a_state(), [6, 1, 13], [12, 3, 5]
    total = np.zeros((3, 3))
    for start in (np.arange(200) + 0.5) / 200:
        total += dealt(state, cells, slots, float(start))
    np.testing.assert_allclose(total / 200, np.outer(cells, slots) / 20, atol=1e-9)
