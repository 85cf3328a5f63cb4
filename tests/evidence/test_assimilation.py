"""The filter on synthetic truth, where what it should say is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from havenline.errors import RunError
from havenline.evidence.assimilation import Assimilation, assimilate, twin_experiment, weekly
from havenline.evidence.particles import ODD, Filter, likelihood, systematic
from havenline.evidence.reporting import Reporting, registered
from havenline.evidence.text import assimilation_notes, assimilation_table
from havenline.facts.counts import Totals

from .conftest import HandMade, Told, observations

FIRST = date(2020, 1, 1)
Floats = npt.NDArray[np.float64]


def values(futures: int, lag_days: float = 4.0, incomplete: float = 0.1) -> Reporting:
    """Return the same reporting values in every future."""
    return Reporting(*(np.full(futures, x) for x in (lag_days, incomplete, 0.1, 5_000.0)))


def drifting(days: int, futures: int, *, seed: int) -> Floats:
    """Paths of which each has a level of its own, with noise from day to day."""
    rng = np.random.default_rng(seed)
    level = np.exp(0.8 * rng.standard_normal(futures))
    daily = 5_000.0 * level * np.exp(0.3 * rng.standard_normal((days, futures)))
    return np.cumsum(daily, axis=0)


def test_on_synthetic_truth_ranks_are_flat_and_the_error_shrinks() -> None:
    path = drifting(90, 150, seed=1)
    reports = [FIRST + timedelta(days=d) for d in range(7, 85, 7)]
    twins = twin_experiment(path, FIRST, reports, reporting=values(150), truths=40, seed=1)
    assert sum(twins.ranks) == 40 * (len(reports) - 2)
    # ranks of one truth go together, so the test is on a tenth of the counts
    assert stats.chisquare(np.array(twins.ranks) / 10.0).pvalue > 0.05
    assert twins.error_with < 0.85 * twins.error_without
    assert twins.crps_with < 0.9 * twins.crps_without


def test_the_level_finds_a_truth_that_no_future_holds() -> None:
    path = np.cumsum(np.full((90, 20), 1_000.0) * np.linspace(0.9, 1.1, 20), axis=0)
    exact = values(20, lag_days=0.5, incomplete=0.0)
    filtered = Filter(path, FIRST, exact, particles=2000, seed=1)
    start = FIRST + timedelta(days=20)
    for _ in range(8):
        end = start + timedelta(days=7)
        filtered.update(filtered.waiting(start, end), 2.5 * 7_000.0)
        start = end
    level = float(np.exp(np.sum(filtered.state.weight * filtered.state.level)))
    assert 2.0 < level < 3.0


def test_the_law_of_a_count_adds_up_to_one() -> None:
    rises = np.linspace(0.0, 250_000.0, 25_001)
    for waiting, incomplete in ((60_000.0, 0.0), (60_000.0, 0.4), (120_000.0, 1.0)):
        law = [
            float(likelihood(r, np.array([waiting]), values(1, incomplete=incomplete))[0])
            for r in rises[1:]
        ]
        inside = float(np.sum(law) * (rises[1] - rises[0]))
        # part of an incomplete count lies at zero, and the odd figures beyond the grid
        assert inside == pytest.approx(1.0 - ODD + 0.25 * ODD, abs=0.04 * incomplete + 0.002)


def test_an_odd_count_leaves_every_particle_a_weight() -> None:
    law = likelihood(900_000.0, np.array([10.0, 5e4]), values(2))
    assert np.all(law > 0.0)


def test_systematic_draws_keep_proportions() -> None:
    weight = np.array([0.5, 0.0, 0.3, 0.2])
    counts = np.bincount(systematic(weight, 1000, 0.37), minlength=4)
    assert counts.tolist() == [500, 0, 300, 200]


def test_copies_go_on_along_futures_in_the_same_state() -> None:
    path = drifting(60, 40, seed=2)
    running = np.zeros((60, 40), dtype=np.bool_)
    running[:, ::2] = True
    path[:, 1::2] *= 1e-3  # hardly anyone flees where nothing runs
    filtered = Filter(path, FIRST, values(40), seed=1, running=running)
    start, end = FIRST + timedelta(days=10), FIRST + timedelta(days=17)
    waiting = filtered.waiting(start, end)
    filtered.update(waiting, 35_000.0)
    weight = np.bincount(filtered.state.future, weights=filtered.state.weight, minlength=40)
    assert weight[::2].sum() > 0.95
    assert np.unique(filtered.state.future).size > 10


def test_totals_are_thinned_to_about_one_a_week() -> None:
    days = tuple(date(2020, 1, d) for d in (1, 3, 6, 7, 10, 12, 20))
    thin = weekly(Totals(days, np.arange(7.0), ("=",) * 7))
    assert [d.day for d in thin.dates] == [1, 6, 12, 20]
    assert thin.persons.tolist() == [0.0, 2.0, 5.0, 6.0]


FLOWS = [("2019-12-01", "2019-12-31", "SY", 620_000.0, "2020-01-01")]
TRUE_PATH = 20_000.0 * np.arange(25.0)[:, None]
REGISTERED = registered(TRUE_PATH, np.array([4.0]))[:, 0]
COUNTED = [
    (f"2020-01-{d:02d}", float(REGISTERED[d - 1]), f"2020-01-{d + 1:02d}")
    for d in (1, 7, 13, 19, 25)
]


def rates() -> Told:
    """Futures that displace 4,000 to 76,000 people a day; the truth is 20,000."""

    def path(day: date, futures: int) -> Floats:
        return np.linspace(4_000.0, 76_000.0, futures) * (day - FIRST).days

    return Told(path, start=FIRST)


def scored(told: Told, *, until: date) -> Assimilation:
    return assimilate(
        HandMade(observations(COUNTED, flows=FLOWS)),
        simulate=told,
        as_of=date(2020, 1, 2),
        until=until,
        futures=60,
        twins=3,
    )


def test_counts_teach_which_future_is_right() -> None:
    told = rates()
    found = scored(told, until=date(2020, 1, 25))
    assert len(found.weeks) == 4
    assert found.mean("with") < 0.8 * found.mean("without")
    # the run itself, and one anew for each count after the as-of date but the last
    assert [call["as_of"].day for call in told.calls] == [2, 7, 13, 19]
    data = found.to_json_dict()
    assert data["counts"] == 3
    assert set(data["crps"]) >= {"with", "without", "restarted", "last_rate"}
    table = assimilation_table(found)
    assert len(table.rows) == 5
    assert all(len(row) == len(table.header) for row in table.rows)
    assert assimilation_notes(found)[0].startswith("The counts help")


def test_too_few_counts_are_refused() -> None:
    with pytest.raises(RunError, match="fewer than three counts"):
        scored(rates(), until=date(2020, 1, 13))
