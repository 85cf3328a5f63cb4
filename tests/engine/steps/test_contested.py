"""Places that several hold: where these fight each other the front runs through the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from havenline.facts.holders import changes_known
from tests.crises_random import (
    PARTIES,
    QUIET,
    RELATIONS,
    START,
    STEADY_AXES,
    Sketch,
    Walk,
    captures,
    crisis_of,
    job_of,
    towns_in_a_row,
)

STANDS = {
    **QUIET,
    **STEADY_AXES,
    "front_axis_share": 0.0,
    "offensive_end_rate": 0.0,
    "flight_background": 0.0,
    "return_monthly": 0.0,
}
RUNS = (2, "offensive_start", 2)


def row(*changes: tuple[object, ...], as_of: int = 20) -> Sketch:
    return towns_in_a_row(happenings=(RUNS,), changes=changes, as_of=as_of)


def walk(*changes: tuple[object, ...], as_of: int = 20, **given: float) -> Walk:
    return Walk(job_of(crisis_of(row(*changes, as_of=as_of)), settings={**STANDS, **given}))


def front(walked: Walk, place: str, day: int) -> float:
    return float(walked.to(day).front[walked.job.world.place_ids.index(place)])


def test_the_front_runs_through_a_place_that_both_hold() -> None:
    split = walk((6, "t4", "def", 6, "", "att"))
    assert front(split, "t4", 5) > 30.0
    assert front(split, "t4", 6) == 0.0
    assert front(split, "t3", 6) == 12.0  # t4 is the nearer front
    assert front(split, "t4", 40) == 0.0  # after the as-of date too


def test_it_makes_people_flee_and_no_more_go_there() -> None:
    plain, split = walk(), walk((6, "t4", "def", 6, "", "att"))
    at = plain.job.world.place_ids.index("t4")
    there = [int(w.to(20).by_status[at, 0]) for w in (plain, split)]
    assert there[1] < 0.8 * there[0]
    assert split.state.place["safety"][at] == 0.0


def test_it_ends_where_the_place_changes_hands() -> None:
    recorded = walk((6, "t4", "def", 6, "", "att"), (9, "t4", "att", 9))
    assert front(recorded, "t4", 8) == 0.0
    assert front(recorded, "t4", 9) > 0.0
    moves = {"front_axis_share": 1.0, "front_speed": 30.0, "front_speed_spread": 0.0}
    taken = walk((6, "t1", "def", 6, "", "att"), as_of=10, **moves)
    assert captures(taken.job)["t1"] == 1
    assert front(taken, "t1", 10) == 0.0
    assert front(taken, "t1", 12) > 0.0


def test_those_who_do_not_fight_each_other_make_no_front() -> None:
    guarded = walk((6, "t4", "def", 6, "", "gua"))
    assert front(guarded, "t4", 6) == front(walk(), "t4", 6)


def test_a_fight_of_which_there_is_no_offensive_is_a_front_that_nobody_moves() -> None:
    sketch = replace(
        row((6, "t4", "def", 6, "", "oth")),
        parties=(*PARTIES, ("oth", "armed")),
        relations=(*RELATIONS, ("oth", "def", "hostile")),
    )
    walked = Walk(job_of(crisis_of(sketch), settings=STANDS))
    assert front(walked, "t4", 6) == 0.0
    offensives, _ = walked.state.fronts.shape
    assert walked.state.fronts[offensives - 1, walked.job.world.place_ids.index("t4")] == 0.0


def test_it_counts_from_the_day_it_was_published() -> None:
    crisis = crisis_of(row((6, "t4", "def", 9, "agreed", "att; gua")))

    def held(day: int) -> list[tuple[str, ...]]:
        known = changes_known(crisis.control, START + timedelta(days=day))
        return [c.contested for c in known if c.place == "t4"]

    assert held(8) == [()]
    assert held(9) == [(), ("att", "gua")]


def test_nobody_is_lost_in_a_place_that_both_hold() -> None:
    split = walk((6, "t4", "def", 6, "", "att"), flight_frailty=1.0)
    state = split.to(40)
    people = int(state.books["people"][0])
    dead = int(np.asarray(state.dead).sum())
    present = int(state.by_status.sum()) + int(state.books["on_the_way"][0])
    assert present + dead + int(np.asarray(state.abroad).sum()) == people
