"""The one door: replay once, branch from there, the same numbers from every way in."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from havenline.engine import ground, simulate
from havenline.engine.ground import FutureRuns, Ground, prepare
from havenline.engine.measures import Output
from havenline.engine.state import State
from tests.crises_random import Sketch, crisis_of, towns_in_a_row

HALT = {"lever": "truce", "start": 3}


def two_options(**changes: object) -> Sketch:
    happenings = ((3, "offensive_start", 3),)
    return towns_in_a_row(happenings=happenings, options={"halt": [HALT]}, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made() -> Ground:
    return prepare(crisis_of(two_options()), futures=3, days=25)


def same(one: Output, other: Output) -> None:
    for name in Output._fields:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)


def outputs(runs: FutureRuns) -> list[Output]:
    return [run.out for run in runs.runs]


def test_each_future_is_a_replay_and_its_branches(made: Ground) -> None:
    specs = made.chosen(None)
    for runs in made.each(specs, workers=2):
        replay = made.replay(runs.future)
        np.testing.assert_array_equal(runs.past, replay.past)
        for spec, out in zip(reversed(specs), reversed(outputs(runs)), strict=True):
            same(made.branch(replay, spec).out, out)
            same(made.branch(runs.future, made.plan(spec)).out, out)


def test_a_run_that_is_watched_day_by_day_is_the_same(made: Ground) -> None:
    spec = made.chosen(["halt"])[1]
    seen, held = [], []

    def look(ahead: int, state: State) -> None:
        seen.append(ahead)
        held.append(int(made.facts.attackers[state.holder].sum()))

    watched = made.branch(0, spec, watch=look, every_day=True)
    same(watched.out, made.branch(0, spec).out)
    assert seen == list(range(1, 26))
    made.branch(0, spec, watch=look)
    assert (seen[-1], held[-1]) == (25, held[-2])


def test_what_acts_after_the_as_of_date_is_varied_on_the_same_replay(made: Ground) -> None:
    spec = made.chosen([])[0]
    days = {made.as_of + np.timedelta64(d, "D").item(): False for d in range(1, 26)}
    quiet = made.varied(offensive=days)
    out = quiet.branch(made.replay(0), spec).out
    assert not out.series["offensive_running"][1:].any()
    same(out, quiet.branch(0, spec).out)
    other = made.varied({"violence_killed": 0.0}).branch(made.replay(1), spec).out
    assert not other.series["killed"].any()
    assert made.branch(1, spec).out.series["killed"].any()


def test_a_ground_is_pickled_and_runs_in_other_processes(made: Ground) -> None:
    again = pickle.loads(pickle.dumps(made))
    specs = made.chosen(None)
    here = list(made.each(specs, workers=1))
    for one, other in zip(here, again.each(specs, workers=2), strict=True):
        for left, right in zip(outputs(one), outputs(other), strict=True):
            same(left, right)
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as pool:
        for one, other in zip(here, made.each(specs, executor=pool), strict=True):
            for left, right in zip(outputs(one), outputs(other), strict=True):
                same(left, right)


def test_how_much_room_the_calendar_has_at_first_shows_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far = two_options(km=12.0)
    far = replace(far, roads=(*far.roads[:-1], replace(far.roads[-1], km=1_500.0)))
    results = []
    for trips, horizon in ((1 << 15, 32), (2, 2), (64, 500)):
        monkeypatch.setattr(ground, "FIRST_TRIPS", trips)
        monkeypatch.setattr(ground, "FIRST_HORIZON", horizon)
        monkeypatch.setattr(ground, "_room", ground._Room())
        results.append(simulate(crisis_of(far), futures=3, days=90, workers=1).dataset)
    assert results[0]["people_on_the_way"].max() > 0
    for other in results[1:]:
        xr.testing.assert_identical(results[0], other)


def test_a_journey_that_outlasts_the_run_keeps_people_on_the_way() -> None:
    far = two_options(km=12.0)
    far = replace(far, roads=(*far.roads[:-1], replace(far.roads[-1], km=1e7)))
    result = simulate(crisis_of(far), futures=3, days=60, workers=1).dataset
    assert not result["ledger_residual"].any()
