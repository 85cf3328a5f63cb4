"""A defence that dissolves: all fronts move, far faster, and places fall together."""

from __future__ import annotations

import numpy as np
import pytest

from tests.crises_random import (
    QUIET,
    STEADY_AXES,
    Job,
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
    "front_speed": 1.0,
    "front_speed_spread": 0.0,
    "front_start_share": 0.0,
    "offensive_end_rate": 0.0,
    "offensive_start_rate": 0.0,
    "rout_days": 1000.0,
    "rout_pace": 6.0,
}


def job(futures: int = 40, **given: float) -> Job:
    row = towns_in_a_row(happenings=((2, "offensive_start", 2),), as_of=5, days=60)
    return job_of(crisis_of(row), futures=futures, settings={**STANDS, **given})


def test_where_a_front_stands_a_rout_moves_it_at_its_pace() -> None:
    """Each 12 km take two days at 6 km a day, from the day on which the defence gives way."""
    routed = job(rout_rate=4000.0)
    days = captures(routed)
    assert days["t1"] == 2
    assert [days[f"t{i}"] - days["t1"] for i in (2, 3, 4)] == [2, 4, 6]
    assert captures(job(rout_rate=0.0)) == {}


def test_it_begins_at_its_rate_and_lasts_its_days() -> None:
    begins = job(futures=200, rout_rate=12.0, rout_days=5.0, front_speed=0.0001)
    days = np.zeros(2)
    starts = 0
    for future in range(200):
        walked, before = Walk(begins, 0, future), 0
        for day in range(6, 66):
            now = int(walked.to(day).offensive["rout"][0])
            days[now] += 1
            starts += now > before
            before = now
    assert starts / days[0] == pytest.approx(1.0 - np.exp(-12.0 / 365.0), rel=0.15)
    assert days[1] / starts == pytest.approx(1.0 / (1.0 - np.exp(-0.2)), rel=0.15)


def test_it_ends_with_the_offensive_and_none_begins_without_one() -> None:
    row = towns_in_a_row(happenings=((2, "offensive_start", 2), (4, "offensive_pause", 4)), as_of=5)
    quiet = Walk(job_of(crisis_of(row), settings={**STANDS, "rout_rate": 4000.0}))
    assert int(quiet.to(20).offensive["rout"][0]) == 0
    ended = Walk(job(rout_rate=4000.0, offensive_end_rate=1.0))
    states = [
        (int(ended.to(day).offensive["on"][0]), int(ended.state.offensive["rout"][0]))
        for day in range(6, 30)
    ]
    assert (1, 1) in states
    assert (0, 1) not in states


def test_the_more_routs_the_more_falls() -> None:
    def fallen(rate: float) -> float:
        some = job(rout_rate=rate, front_axis_share=0.3)
        return float(np.mean([len(captures(some, future=f)) for f in range(40)]))

    few, more, most = (fallen(rate) for rate in (0.0, 4.0, 40.0))
    assert few < more < most
