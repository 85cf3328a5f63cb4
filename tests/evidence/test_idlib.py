"""The observed series of the built-in crisis, as the hindcast reads it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.evidence.baselines import LABELS, simple_forecasts
from havenline.evidence.prior_rate import prior_from_flows
from havenline.evidence.rates import RATES
from havenline.evidence.series import count_began, increments_to_score
from havenline.facts.counts import published_totals
from havenline.facts.fighting import fighting

DATES = (date(2019, 12, 20), date(2020, 1, 15), date(2020, 2, 3), date(2020, 2, 20))
UNTIL = date(2020, 3, 5)


@pytest.fixture(scope="module")
def idlib() -> Crisis:
    return open_crisis("idlib-2020")


@pytest.mark.parametrize(
    ("as_of", "start", "total", "number"),
    [
        (DATES[0], date(2019, 12, 1), 0, 16),
        (DATES[1], date(2020, 1, 14), 350_000, 11),
        (DATES[2], date(2020, 1, 31), 520_000, 8),
        (DATES[3], date(2020, 2, 20), 900_000, 3),
    ],
)
def test_increments_from_the_latest_published_total_to_the_truce(
    idlib: Crisis, as_of: date, start: date, total: int, number: int
) -> None:
    scored = increments_to_score(idlib.observations, as_of=as_of, until=UNTIL)
    assert (scored[0].start, scored[-1].end, len(scored)) == (start, UNTIL, number)
    # the highest total is that of 2 March; the one of 5 March is 300 lower
    assert sum(i.persons for i in scored) == 961_300 - total
    assert (scored[-1].persons, scored[-1].note) == (0.0, "flat within rounding")


def test_before_the_first_count_only_its_zero_and_the_november_movements_are_known(
    idlib: Crisis,
) -> None:
    known = published_totals(idlib.observations, as_of=DATES[0])
    assert known.persons.tolist() == [0.0]
    prior = prior_from_flows(idlib.observations, as_of=DATES[0], before=known.dates[0])
    assert prior is not None
    assert prior.rate == pytest.approx((46_480 + 28_160) / 30)
    ahead = increments_to_score(idlib.observations, as_of=DATES[0], until=UNTIL)
    naive = simple_forecasts(known, ahead, began=known.dates[0], prior=prior)
    assert {naive[name].spread for name in RATES} == {"prior"}


@pytest.mark.parametrize("as_of", DATES)
def test_no_baseline_sees_what_was_published_later(idlib: Crisis, as_of: date) -> None:
    changed = idlib.observations.copy()
    later = changed["published"] > pd.Timestamp(as_of)
    changed.loc[later, "value"] = changed.loc[later, "value"] * 3.0 + 17.0
    found = []
    for table in (idlib.observations, changed):
        known = published_totals(table, as_of=as_of)
        prior = prior_from_flows(table, as_of=as_of, before=known.dates[0])
        ahead = increments_to_score(table, as_of=as_of, until=UNTIL)
        began = count_began(table, as_of=as_of)
        found.append(simple_forecasts(known, ahead, began=began, prior=prior))
    for name in LABELS:
        np.testing.assert_array_equal(found[0][name].samples, found[1][name].samples)


def test_the_recorded_offensive_runs_in_two_spells_before_the_truce(idlib: Crisis) -> None:
    days = fighting(idlib.happenings, start=date(2019, 12, 1), end=UNTIL).running
    turns = [d for d in list(days)[1:] if days[d] != days[d - timedelta(days=1)]]
    assert turns == [date(2019, 12, 19), date(2019, 12, 28), date(2020, 1, 15)]
    assert not days[date(2019, 12, 1)]


def test_the_declared_days_are_those_that_are_scored(idlib: Crisis) -> None:
    assert idlib.meta.hindcast is not None
    assert tuple(idlib.meta.hindcast.dates) == DATES
    assert idlib.meta.hindcast.until == UNTIL
