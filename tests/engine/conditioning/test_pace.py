"""Which pace of the front the recorded captures speak for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from havenline.crisis.parameters import known_parameters
from havenline.engine.conditioning.pace import axis_days, weigh_speeds
from tests.crises_random import Job, crisis_of, job_of, towns_in_a_row

SPEEDS = (0.1, 0.5, 2.0, 8.0)


def told(job: Job) -> tuple[float, float, int]:
    values = {n: p.value for n, p in known_parameters(job.facts.as_of).items()}
    return axis_days(job.world.network, job.facts.record, values)


def test_many_captures_speak_for_a_fast_front_and_none_for_a_slow_one() -> None:
    fast, slow = (weigh_speeds(SPEEDS, 5.0, captured) for captured in (30.0, 0.0))
    assert fast.argmax() == 3
    assert slow.argmax() == 0
    assert fast.sum() == pytest.approx(1.0)


def test_the_weight_of_a_speed_is_that_of_poisson_captures() -> None:
    weights = weigh_speeds((1.0, 2.0), 6.0, 9.0)
    ratio = math.exp((9.0 * math.log(2.0) - 6.0) / 3.0)
    assert weights[1] / weights[0] == pytest.approx(ratio)


def test_without_an_expected_capture_nothing_is_told() -> None:
    np.testing.assert_allclose(weigh_speeds(SPEEDS, 0.0, 0.0), 0.25)


def test_captures_by_force_count_and_agreements_do_not() -> None:
    changes = ((5, "t1", "att", 6), (8, "t2", "att", 9))
    taken = job_of(crisis_of(towns_in_a_row(changes=changes)))
    still = job_of(crisis_of(towns_in_a_row()))
    expected, captured, days = told(taken)
    assert days > 0
    assert expected > 0.0
    assert 1.0 < captured < 2.0
    assert told(still)[1] == 0.0
    agreed = crisis_of(towns_in_a_row(changes=changes))
    agreed.control["how"] = "agreed"
    assert told(job_of(agreed))[1] == 0.0


def test_roads_on_from_a_place_taken_count_for_more() -> None:
    """By hand: a row of towns, t1 taken on day 5; on day 9 the front stands between t1 and t2."""
    job = job_of(crisis_of(towns_in_a_row(changes=((5, "t1", "att", 6),))))
    values = {n: p.value for n, p in known_parameters(job.facts.as_of).items()}
    still = {**values, "front_freeze_rate": 0.0, "front_thaw_rate": 0.0}
    s = values["front_speed_spread"] ** 2
    net, record = job.world.network, job.facts.record
    expected, _, _ = axis_days(net, record, still)
    last = len(record.day) - 1
    index = job.world.place_index
    km = {frozenset((int(r["a"]), int(r["b"]))): float(r["km"]) for r in net.road}
    before, after = (km[frozenset((index(a), index(b)))] for a, b in (("a0", "t1"), ("t1", "t2")))
    by_hand = 0.0
    for day in range(last + 1):
        if record.running[day].any():
            led = math.exp(1.5 * s) / after
            stood = values["front_axis_share"] * math.exp(0.5 * s) / before
            by_hand += math.exp(-(last - day) / 60.0) * (stood if day <= 5 else led)
    assert expected == pytest.approx(by_hand)
