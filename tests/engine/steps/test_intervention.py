"""An army in the way of an offensive: it stops it or not, for as long as it stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from havenline.errors import RunError
from tests.crises_random import STEADY_AXES, Sketch, Walk, crisis_of, job_of, towns_in_a_row

RUNS = {
    **STEADY_AXES,
    "offensive_end_rate": 0.0,
    "offensive_start_rate": 0.0,
    "front_axis_share": 1.0,
    "front_speed": 1.0,
    "front_freeze_rate": 0.0,
    "intervention_clash_rate": 0.0,
    "intervention_stops": 1.0,
}
FUTURES = 200


def row(**lever: Any) -> Sketch:
    army = {"lever": "intervention", "party": "gua", "start": 3, **lever}
    return towns_in_a_row(options={"army": [army]}, days=40)


def running(sketch: Sketch, plan: int, given: Mapping[str, float] | None = None) -> np.ndarray:
    """Whether an offensive ran on each day after the as-of date, (futures, days)."""
    job = job_of(crisis_of(sketch), settings={**RUNS, **(given or {})}, futures=FUTURES)
    out = []
    for future in range(FUTURES):
        run = job.ground.branch(job.ground.replay(future), job.plans[plan])
        out.append(run.out.series["offensive_running"])
    return np.array(out)


def test_an_army_that_stops_an_offensive_does_so_at_its_rate() -> None:
    """By hand: half of the offensives have stopped after ``intervention_days`` days of fighting."""
    ran = running(row(), 1, {"intervention_days": 10.0})
    assert ran[:, :3].all()
    assert np.mean(ran[:, 2 + 10]) == pytest.approx(0.5, abs=0.12)
    assert np.mean(ran[:, 2 + 30]) == pytest.approx(0.125, abs=0.08)
    assert running(row(), 0).all()


def test_one_that_stops_nothing_leaves_the_offensive_as_it_is() -> None:
    assert running(row(), 1, {"intervention_stops": 0.0}).all()


def test_the_share_that_stops_it_is_the_parameter() -> None:
    ran = running(row(), 1, {"intervention_stops": 0.4, "intervention_days": 1.5})
    assert np.mean(~ran[:, -1].astype(bool)) == pytest.approx(0.4, abs=0.1)


def test_once_stopped_it_starts_again_less_often_while_the_army_stays() -> None:
    law = {"offensive_start_rate": 0.1, "intervention_days": 1.5}
    stays = running(row(), 1, {**law, "intervention_restart": 0.03})
    alike = running(row(), 1, {**law, "intervention_restart": 1.0})
    leaves = running(row(until=10), 1, {**law, "intervention_restart": 0.03})
    last = slice(25, 41)
    assert stays[:, last].mean() < alike[:, last].mean()
    assert stays[:, last].mean() < leaves[:, last].mean()


def test_after_a_clash_it_withdraws() -> None:
    ran = running(row(), 1, {"intervention_clash_rate": 30.0, "intervention_days": 10.0})
    held = running(row(), 1, {"intervention_days": 10.0})
    assert ran[:, -1].mean() > held[:, -1].mean() + 0.2


def test_against_another_offensive_it_does_nothing_here() -> None:
    job = job_of(crisis_of(row(offensives=["main"])), settings=RUNS)
    assert job.plans[1].intervened.all()
    with pytest.raises(RunError, match="no offensive known"):
        job_of(crisis_of(row(offensives=["mian"])))
    with pytest.raises(RunError, match="no party of the crisis"):
        job_of(crisis_of(row(party="gau")))


def test_one_of_the_record_goes_on_and_one_that_ended_or_was_unknown_does_not() -> None:
    start = (5, "offensive_start", 6)
    entered, left = (15, "intervention", 15), (18, "intervention_ends", 18)
    law = {"intervention_days": 1.5}
    for happenings, stands in (
        ((start, entered), True),
        ((start, entered, left), False),
        ((start, (15, "intervention", 21)), False),
        ((start, (15, "intervention", 15, "main")), True),
    ):
        ran = running(towns_in_a_row(happenings=happenings, days=30), 0, law)
        assert bool(ran.all()) is not stands


def test_while_it_fights_the_front_is_slower_and_violence_higher() -> None:
    """The offensive is never stopped; the pace is a tenth from day 3 on."""
    law = {"intervention_stops": 0.0, "intervention_pace": 0.1, "intervention_violence": 3.0}
    job = job_of(crisis_of(row()), settings={**RUNS, **law, "violence_events": 200.0})
    free, fought = (Walk(job, plan) for plan in (0, 1))  # four days of fighting apart
    far = free.job.world.place_ids.index("z9")
    moved = []
    for walk in (free, fought):
        at = [float(walk.to(walk.today + day).front[far]) for day in (3, 7)]
        moved.append(at[0] - at[1])
    assert moved[1] < 0.2 * moved[0]
    events = [float(w.to(w.today + 8).events.sum()) for w in (free, fought)]
    assert events[1] > events[0]


@pytest.mark.parametrize("given", [{}, {"offensive_start_rate": 2.0}, {"front_speed": 3.0}])
def test_once_it_has_stopped_the_fighting_no_more_people_are_exposed_than_without_it(
    given: Mapping[str, float],
) -> None:
    """People near a front on which an offensive runs, in the same futures, from the day it stops.

    Before that day more may be: a front that an army slows passes fewer of them.
    """
    law = {**RUNS, "intervention_days": 4.0, "offensive_end_rate": 0.5, **given}
    job = job_of(crisis_of(row()), settings=law, futures=FUTURES)
    exposed: list[tuple[float, float]] = []
    for future in range(FUTURES):
        without, army = (
            job.ground.branch(job.ground.replay(future), plan).out.series for plan in job.plans
        )
        if army["offensive_running"].all():
            continue
        stopped = int(np.argmin(army["offensive_running"]))
        none, some = (
            (s["near_front"] * s["offensive_running"])[stopped:].sum() for s in (without, army)
        )
        exposed.append((none, some))
    none, some = np.array(exposed, dtype=np.float64).T
    assert len(exposed) > FUTURES / 2
    assert some.mean() <= none.mean()
    assert none.mean() > 0.0
