"""Fear: who leaves because others around them have left, where nothing is fought."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.engine.people import RESIDENT
from tests.crises_random import QUIET, STEADY_AXES, Walk, crisis_of, job_of, towns_in_a_row

ONE_DAY = {
    **QUIET,
    **STEADY_AXES,
    "front_axis_share": 0.0,
    "front_speed": 0.0001,
    "flight_frailty": 0.0,
    "flight_background": 0.0,
    "flight_front_length": 1.0,
    "flight_captured": 1.0,
    "return_monthly": 0.0,
    "offensive_end_rate": 0.0,
    "flight_fear": 0.2,
    "flight_fear_km": 12.0,
}
"""A front that is feared for a kilometre alone."""
ROW = towns_in_a_row(happenings=((2, "offensive_start", 2),), as_of=30)


def walk(**given: float) -> Walk:
    return Walk(job_of(crisis_of(ROW), settings={**ONE_DAY, **given}))


def test_the_share_around_a_place_by_hand() -> None:
    """Those who fled in the week, over the people there, both weighed by the distance."""
    walked = walk(flight_front=5.0)
    state = walked.to(6)
    ids, net = walked.job.world.place_ids, walked.job.world.network
    fled = {p: int(state.place["fled_of_late"][ids.index(p)]) for p in ids}
    at = ids.index("t3")
    assert fled["t1"] > 100
    people = net.place["people"]
    weights = 1.0 / (1.0 + (state.dist[at] / 12.0) ** 2)
    weights[at] = 0.0
    expected = float((weights * [fled[p] for p in ids]).sum()) / (
        people[at] + float((weights * people).sum())
    )
    assert walked.to(7).place["fear"][at] == pytest.approx(expected, rel=1e-6)
    assert walked.to(13).place["fear"][at] == pytest.approx(expected, rel=1e-6)


def test_people_leave_towns_where_nothing_is_fought() -> None:
    far = [walk(flight_front=5.0, flight_fear=fear) for fear in (0.0, 0.2)]
    still, feared = (
        int(w.to(30).by_status[w.job.world.place_ids.index("t4"), RESIDENT]) for w in far
    )
    assert still == 20_000
    assert feared < 19_500


def test_nobody_is_afraid_where_nobody_has_left() -> None:
    walked = walk(flight_front=0.0)
    assert not walked.to(30).place["fear"].any()
    assert int(walked.state.counts["newly_displaced"][0]) == 0


def test_the_farther_the_less() -> None:
    walked = walk(flight_front=5.0)
    state = walked.to(7)
    at = [walked.job.world.place_ids.index(f"t{i}") for i in (2, 3, 4)]
    fear = state.place["fear"][at]
    assert (np.diff(fear) < 0.0).all()
    assert fear[-1] > 0.0
