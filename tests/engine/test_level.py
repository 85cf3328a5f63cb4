"""The level of flight: exact conditioning, honest ranges, nothing from after the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from havenline.crisis.meta import EarlierOffensive
from havenline.engine import level
from havenline.world.record import known_facts
from havenline.world.world import build_world
from tests.crises_random import QUIET, START, Walk, compiled, crisis_of, job_of, towns_in_a_row


class Values(NamedTuple):
    """The values that the level reads."""

    flight_level_sd: float = 0.7
    flight_level_between: float = 0.5
    flight_count_error: float = 0.4
    tempo_sd: float = 0.8
    tempo_persistence: float = 0.6


class Levels(NamedTuple):
    """The part of the state that the level reads and writes."""

    flight: NDArray[np.void]


@compiled
def filtered(values, state, earlier, weeks):  # type: ignore[no-untyped-def]
    """Learn from offensives (log scale, elasticity, days) and weeks (days, seen, expected)."""
    level.begin(values, state)
    for k in range(earlier.shape[0]):
        level.learn_earlier(values, state, earlier[k, 0], earlier[k, 1], earlier[k, 2])
    level.settle(values, state)
    for k in range(weeks.shape[0]):
        for _ in range(np.int64(weeks[k, 0])):
            level.count(state, weeks[k, 1] / weeks[k, 0], weeks[k, 2] / weeks[k, 0])
        level.learn_week(values, state)


@compiled
def drawn(values, state, key):  # type: ignore[no-untyped-def]
    """Draw level and tempo."""
    level.draw(values, state, key)


def learned(
    values: Values, earlier: list[Any], weeks: list[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], Levels]:
    """Mean and covariance of (level, tempo) after the filter."""
    state = Levels(np.zeros(1, dtype=level.LEVEL))
    filtered(
        values,
        state,
        np.array(earlier, dtype=float).reshape(-1, 3),
        np.array(weeks, dtype=float).reshape(-1, 3),
    )
    left = state.flight[0]
    mean = np.array([left["level_mean"], left["tempo_mean"]])
    covariance = np.array(
        [
            [left["level_var"], left["level_tempo"]],
            [left["level_tempo"], left["tempo_var"]],
        ]
    )
    return mean, covariance, state


def test_it_conditions_as_gaussian_algebra_does() -> None:
    """All weeks at once, by the conditional of a joint normal, in place of one after another."""
    v = Values()
    weeks = [(7, 30_000.0, 20_000.0), (0, 0.0, 0.0), (3, 4_000.0, 9_000.0), (7, 50_000.0, 25_000.0)]
    earlier = [(-0.9, 0.7, 123.0)]
    mean, covariance, _ = learned(v, earlier, weeks)

    n, own, keep = len(weeks), v.tempo_sd**2, v.tempo_persistence
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    prior = np.zeros((n + 2, n + 2))  # shared level, own part, tempo of each week
    prior[0, 0], prior[1, 1] = v.flight_level_sd**2, v.flight_level_between**2
    prior[2:, 2:] = own * keep**lag
    rows, seen, noise = [], [], []
    tempo = own * (1 + keep) / (1 - keep) / (123.0 / 7.0)
    rows.append([1.0, *[0.0] * (n + 1)])
    seen.append(-0.9)
    noise.append(v.flight_level_between**2 + tempo + (v.flight_count_error / 0.7) ** 2)
    for k, (days, published, expected) in enumerate(weeks):
        if days == 0:
            continue
        rows.append([1.0, 1.0, *np.eye(n)[k]])
        ratio = (published + level.ROUNDED_TO) / (expected + level.ROUNDED_TO)
        seen.append(np.log(ratio) + 0.5 * own)
        noise.append(v.flight_count_error**2 * 7.0 / days)
    h, y = np.array(rows), np.array(seen)
    gain = prior @ h.T @ np.linalg.inv(h @ prior @ h.T + np.diag(noise))
    pick = np.zeros((2, n + 2))
    pick[0, :2], pick[1, -1] = 1.0, 1.0
    assert mean == pytest.approx(pick @ gain @ y, rel=1e-9)
    assert covariance == pytest.approx(pick @ (prior - gain @ h @ prior) @ pick.T, rel=1e-9)


def test_draws_have_the_mean_and_spread_that_are_left() -> None:
    v = Values()
    mean, covariance, state = learned(v, [], [(7, 30_000.0, 20_000.0), (7, 9_000.0, 20_000.0)])
    draws = []
    for key in range(4000):
        copy = Levels(state.flight.copy())
        drawn(v, copy, np.uint64(key))
        own = copy.flight[0]
        draws.append((np.log(own["level"]), np.log(own["tempo"]) + 0.5 * v.tempo_sd**2))
    all_draws = np.array(draws)
    assert all_draws.mean(axis=0) == pytest.approx(mean, abs=0.05)
    assert np.cov(all_draws.T) == pytest.approx(covariance, rel=0.1, abs=0.01)


def test_ranks_of_the_truth_are_even() -> None:
    """Simulation-based calibration: truths from the prior, counts of them, 19 draws each."""
    rng, v = np.random.default_rng(7), Values()
    ranks: list[tuple[int, int]] = []
    for number in range(600):
        shared = rng.normal(0, v.flight_level_sd)
        lam = shared + rng.normal(0, v.flight_level_between)
        tempo, weeks = rng.normal(0, v.tempo_sd), []
        for k in range(6):
            if k:
                tempo = v.tempo_persistence * tempo + rng.normal(
                    0, v.tempo_sd * np.sqrt(1 - v.tempo_persistence**2)
                )
            expected = float(rng.uniform(1e5, 1e6))
            log = lam + tempo - 0.5 * v.tempo_sd**2 + rng.normal(0, v.flight_count_error)
            weeks.append((7, expected * np.exp(log), expected))
        _, _, state = learned(v, [], weeks)
        below = np.zeros(2, dtype=int)
        for draw in range(19):
            copy = Levels(state.flight.copy())
            drawn(v, copy, np.uint64(1000 * number + draw))
            below += [
                np.log(copy.flight["level"][0]) < lam,
                np.log(copy.flight["tempo"][0]) + 0.5 * v.tempo_sd**2 < tempo,
            ]
        ranks.append((int(below[0]), int(below[1])))
    for which in range(2):
        counts = np.bincount([r[which] for r in ranks], minlength=20)
        assert stats.chisquare(counts).pvalue > 0.001


def test_without_spread_level_and_tempo_are_one() -> None:
    v = Values(flight_level_sd=0.0, flight_level_between=0.0, tempo_sd=0.0)
    _, _, state = learned(v, [(-2.0, 1.0, 100.0)], [(7, 90_000.0, 1_000.0)])
    drawn(v, state, np.uint64(3))
    assert (state.flight["level"][0], state.flight["tempo"][0]) == (1.0, 1.0)


def test_days_of_no_count_teach_nothing_but_widen_the_tempo() -> None:
    v = Values()
    before, spread, _ = learned(v, [], [(7, 60_000.0, 20_000.0)])
    after, wider, _ = learned(v, [], [(7, 60_000.0, 20_000.0), (0, 0.0, 0.0)])
    assert after[0] == before[0]
    assert after[1] == pytest.approx(v.tempo_persistence * before[1])
    assert wider[0, 0] == spread[0, 0]
    assert wider[1, 1] > spread[1, 1]


@pytest.mark.parametrize("published", [5_000.0, 20_000.0])
def test_more_people_counted_mean_a_higher_level_afterwards(published: float) -> None:
    """The replay on the way to the filter: expected people at level 1, whatever was counted."""
    given = {**QUIET, "flight_level_sd": 0.7, "offensive_end_rate": 0.0}
    means = []
    for count in (published, 2.0 * published):
        sketch = towns_in_a_row(counts=((20, count, 20),))
        walk = Walk(job_of(crisis_of(sketch), settings=given))
        state = walk.to(walk.today)
        means.append(float(state.flight["level_mean"][0]))
        assert state.flight["expected"][0] == 0.0
    assert means[1] > means[0]


def test_an_earlier_offensive_sets_the_level_and_counts_from_the_day_it_was_known() -> None:
    sketch = towns_in_a_row()
    crisis = crisis_of(sketch)
    today = crisis.meta.as_of
    given = {**QUIET, "flight_level_sd": 0.7}

    def with_earlier(displaced: int, known: dt.date) -> Any:
        earlier = EarlierOffensive(
            start=START - dt.timedelta(days=90),
            end=START - dt.timedelta(days=31),
            displaced=displaced,
            known_from=known,
            source_id="x",
        )
        meta = crisis.meta.model_copy(update={"earlier_offensives": [earlier]})
        return replace(crisis, meta=meta)

    def series(of: Any) -> NDArray[np.int64]:
        job = job_of(of, settings=given)
        runs = [job.ground.branch(0, plan).out.series for plan in job.plans]
        return np.array([run["newly_displaced"] for run in runs])

    without = series(crisis)
    few, many = (series(with_earlier(n, today)) for n in (2_000, 60_000))
    later = series(with_earlier(60_000, today + dt.timedelta(days=1)))
    assert np.array_equal(later, without)
    assert not np.array_equal(many, without)
    assert few.max() <= many.max()
    world = build_world(with_earlier(60_000, today))
    assert known_facts(world, today).record.earlier.tolist() == [(60.0, 60_000.0)]
