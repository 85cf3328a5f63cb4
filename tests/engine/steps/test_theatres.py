"""Truces elsewhere, linked to what happens here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest
import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.meta import Theatre
from havenline.engine import simulate
from tests.crises_random import START, crisis_of
from tests.crises_random import towns_in_a_row as row
from tests.engine.steps.test_truce import LAW, survival

AS_OF = START + dt.timedelta(days=20)
OWN = ("displaced_elsewhere", "truces_failed_elsewhere")
FIGHT = {"offensive_start_rate": 0.1, "offensive_end_rate": 0.02}


def crisis(*theatres: Theatre, **changes: Any) -> Crisis:
    levers = {"deal": ({"lever": "truce", "start": 2},)}
    plain = crisis_of(row(people=(500, 500), options=levers, days=60, **changes))
    return dataclasses.replace(
        plain, meta=plain.meta.model_copy(update={"theatres": list(theatres)})
    )


def theatre(name: str = "east", age: int = 0, people: int = 1000) -> Theatre:
    return Theatre(
        id=name,
        name=name,
        truce_since=AS_OF - dt.timedelta(days=age),
        people_at_stake=people,
        source_id="made",
    )


def run(declared: Crisis, futures: int = 60, **settings: float) -> xr.Dataset:
    return simulate(
        declared, futures=futures, seed=3, workers=1, settings={**LAW, **FIGHT, **settings}
    ).dataset


def test_with_no_coupling_nothing_here_depends_on_a_theatre() -> None:
    without = run(crisis())
    with_one = run(crisis(theatre()), theatre_coupling=0.0)
    for name in without.data_vars:
        if name not in OWN and name != "parameter_values":
            np.testing.assert_array_equal(without[name].to_numpy(), with_one[name].to_numpy())
    assert with_one["truces_failed_elsewhere"].to_numpy().max() == 1.0


def test_with_no_coupling_a_theatre_depends_on_nothing_here() -> None:
    calm = run(crisis(theatre()), theatre_coupling=0.0, offensive_start_rate=0.0)
    war = run(crisis(theatre()), theatre_coupling=0.0, offensive_start_rate=0.9)
    assert (calm["offensive_running"] != war["offensive_running"]).any()
    for name in OWN:
        np.testing.assert_array_equal(calm[name].to_numpy(), war[name].to_numpy())
        per_option = war[name].to_numpy()
        np.testing.assert_array_equal(per_option[0], per_option[1])


@pytest.mark.parametrize("age", [0, 30])
def test_a_theatre_fails_by_the_law_of_truces_at_its_age(age: int) -> None:
    futures = 800
    failed = run(crisis(theatre(age=age)), futures, theatre_coupling=0.0)
    days = np.array([1, 4, 16, 60])
    share = 1 - failed["truces_failed_elsewhere"].to_numpy()[0][:, days].mean(axis=0)
    expected = survival(age + days) / survival(np.array([age]))
    error = np.sqrt(expected * (1 - expected) / futures)
    assert (np.abs(share - expected) <= 4 * error).all(), (share, expected)


def test_pressure_here_makes_truces_elsewhere_fail_and_the_reverse() -> None:
    """Under an offensive that never ends, and with a theatre that fails at once."""
    war = {"offensive_start_rate": 5.0, "offensive_end_rate": 0.0}
    failed = [
        run(crisis(theatre()), 200, theatre_coupling=c, **war)["truces_failed_elsewhere"]
        .to_numpy()[0, :, -1]
        .mean()
        for c in (0.0, 0.5, 1.5)
    ]
    assert failed[0] < failed[1] < failed[2]
    stood = [
        run(crisis(theatre(people=0)), 200, theatre_coupling=c)["truce_standing"]
        .to_numpy()[1, :, -1]
        .mean()
        for c in (0.0, 1.5)
    ]
    assert stood[1] < stood[0]


def test_the_people_who_flee_elsewhere_by_hand() -> None:
    """All at stake, half of the rest each day: 0, 500, 750, 875 after the day of failure."""
    result = run(crisis(theatre()), 20, theatre_displaced_share=1.0, theatre_displaced_days=2.0)
    failed = result["truces_failed_elsewhere"].to_numpy()[0]
    away = result["displaced_elsewhere"].to_numpy()[0]
    seen = 0
    for future in range(20):
        days = np.flatnonzero(failed[future])
        if len(days) >= 4:
            np.testing.assert_allclose(away[future, days[:4]], [0.0, 500.0, 750.0, 875.0])
            seen += 1
    assert seen > 5
    assert (result["ledger_residual"] == 0).all(), "they are no part of the people counted here"


def test_renaming_and_reordering_of_theatres() -> None:
    one = run(crisis(theatre("east"), theatre("south", age=9)))
    other = run(crisis(theatre("south", age=9), theatre("east")))
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy())


def test_a_truce_that_starts_after_the_as_of_date_is_not_known() -> None:
    later = run(crisis(theatre(age=-5)))
    assert not later["truces_failed_elsewhere"].to_numpy().any()
