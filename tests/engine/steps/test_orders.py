"""Orders to leave: known by a day, acting for some days, moving the share they should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from havenline.facts.orders import orders_known
from tests.crises_random import (
    QUIET,
    START,
    STEADY_AXES,
    Road,
    Town,
    Walk,
    crisis_of,
    job_of,
    towns_in_a_row,
)

NOBODY_ELSE = {
    **QUIET,
    **STEADY_AXES,
    "front_axis_share": 0.0,
    "flight_frailty": 0.0,
    "flight_front": 0.0,
    "flight_background": 0.0,
    "return_monthly": 0.0,
    "order_share": 0.6,
    "order_days": 5.0,
}
ORDER = (10, "order_to_leave", 10, "", "t2")


def walk(*orders: tuple[Any, ...], as_of: int = 20, **given: float) -> Walk:
    row = towns_in_a_row(happenings=((2, "offensive_start", 2), *orders), as_of=as_of)
    return Walk(job_of(crisis_of(row), settings={**NOBODY_ELSE, **given}))


def left(walked: Walk, place: str, day: int) -> float:
    at = walked.job.world.place_ids.index(place)
    return 1.0 - int(walked.to(day).by_status[at, 0]) / 20_000


@pytest.mark.parametrize("as_of", [20, 12])
def test_the_share_that_is_told_has_left_in_the_days_that_are_told(as_of: int) -> None:
    walked = walk(ORDER, as_of=as_of)
    assert left(walked, "t2", 9) == 0.0
    assert left(walked, "t2", 10) == pytest.approx(1.0 - 0.4**0.2, abs=0.02)
    assert left(walked, "t2", 14) == pytest.approx(0.6, abs=0.02)
    assert left(walked, "t2", 20) == left(walked, "t2", 14)
    assert left(walked, "t3", 20) == 0.0


def test_without_an_order_or_a_share_nobody_leaves() -> None:
    assert left(walk(), "t2", 20) == 0.0
    assert left(walk(ORDER, order_share=0.0), "t2", 20) == 0.0


def test_those_who_differ_in_readiness_obey_less() -> None:
    assert left(walk(ORDER, flight_frailty=4.0), "t2", 20) < left(walk(ORDER), "t2", 20) - 0.1


def test_an_order_counts_from_the_day_it_was_published() -> None:
    day = START + timedelta(days=12)
    rows = ((10, "order_to_leave", 14, "", "t2; middle"), (11, "order_to_leave", 11, "", "t1"))
    crisis = crisis_of(towns_in_a_row(happenings=rows))
    assert [o.place for o in orders_known(crisis, day)] == ["t1"]
    later = [(o.day.day, o.place) for o in orders_known(crisis, day + timedelta(days=2))]
    first = START + timedelta(days=10)
    assert later == [(first.day, p) for p in ("t2", "t3", "t4")] + [(first.day + 1, "t1")]


def test_no_number_changes_without_an_order() -> None:
    plain = towns_in_a_row()
    named = replace(plain, happenings=(*plain.happenings, (3, "order_to_leave", 40, "", "t2")))
    one, other = (job_of(crisis_of(s), futures=2).ground.replay(1).past for s in (plain, named))
    np.testing.assert_array_equal(one, other)


def test_a_camp_that_is_ordered_away_falls_empty_of_those_in_its_sites() -> None:
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (10, "order_to_leave", 10, "", "c5")), as_of=20
    )
    camp = Town("c5", "middle", -0.1, 0.3, idps=9_000, in_sites=9_000, kind="camp_cluster")
    sketch = replace(
        row, towns=(*row.towns, camp), roads=(*row.roads, Road("rc", "t3", "c5", 30.0))
    )
    there = []
    for share in (0.0, 0.99):
        given = {**NOBODY_ELSE, "order_share": share, "flight_idp_ratio": 1.0}
        walked = Walk(job_of(crisis_of(sketch), settings=given))
        at = walked.job.world.place_ids.index("c5")
        state = walked.to(20)
        there.append(int(state.by_status[at].sum()))
    kept, ordered = there
    assert kept == 9_000
    assert ordered < 500
