"""Onward movement from the neighbouring country."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import numpy as np
import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.meta import Host
from havenline.engine import simulate
from tests.crises_random import compiled, crisis_of
from tests.crises_random import towns_in_a_row as row

GATE = {"lever": "onward", "neighbour": "nb", "start": 8}
STILL = {
    "onward_passthrough": 0.0,
    "onward_opening_rate": 0.0,
    "border_closed": 1e-9,
    "border_managed": 1e-9,
    "border_open": 1e-9,
}


def crisis(refugees: int = 3_000_000, **changes: Any) -> Crisis:
    crossings = (("z9", "closed", -9, -9),)
    plain = crisis_of(row(options={"gate": (GATE,)}, days=40, crossings=crossings, **changes))
    host = Host(id="h", name="Host", population=80_000_000, refugees=refugees, source_id="made")
    neighbours = [n.model_copy(update={"hosts": [host]}) for n in plain.meta.neighbours]
    return dataclasses.replace(plain, meta=plain.meta.model_copy(update={"neighbours": neighbours}))


def attempts(declared: Crisis, futures: Any = 40, **settings: float) -> Any:
    data: xr.Dataset = simulate(
        declared, futures=futures, workers=1, settings={**STILL, **settings}
    ).dataset
    return data["onward_attempts"].to_numpy()


def test_managed_the_mean_is_stock_times_rate_times_season() -> None:
    declared = crisis()
    swing, peak = 0.8, 2.0
    season = {"onward_season_swing": swing, "onward_season_peak": peak}
    got = attempts(declared, onward_managed=0.001, **season)[0, :, -1]
    days = (declared.meta.as_of + dt.timedelta(days=n) for n in range(1, 41))
    months = [12 * (day.timetuple().tm_yday - 0.5) / 365.25 for day in days]
    seasons = [1 + swing * math.cos(math.tau / 12 * (month - peak)) for month in months]
    expected = 3_000_000 * 0.001 / 30.4375 * sum(seasons)
    assert abs(got.mean() - expected) < 4 * np.sqrt(expected / 40)


def test_a_gate_that_opens_gives_a_pulse_that_halves_each_week() -> None:
    rates = {"onward_managed": 1e-12, "onward_open": 1e-12, "onward_pulse": 14_000.0}
    plain, gate = attempts(crisis(), **rates)
    assert not plain.any()
    weeks = [gate[:, 14 + 7 * k] - gate[:, 7 + 7 * k] for k in range(4)]
    assert not gate[:, 7].any()
    for k, week in enumerate(weeks):
        expected = 14_000 / 2**k
        assert abs(week.mean() - expected) < 4 * np.sqrt(expected / 40)


def test_an_open_far_border_gives_more_and_never_fewer() -> None:
    plain, gate = attempts(crisis(), onward_pulse=1.0, onward_managed=1e-4, onward_open=1e-2)
    assert (gate[:, -1] > plain[:, -1]).all()


def test_without_refugees_hosted_nobody_goes_on() -> None:
    assert not attempts(crisis(refugees=0)).any()


def test_new_displacement_changes_nothing_where_the_pass_through_is_zero() -> None:
    calm = attempts(crisis(), onward_managed=1e-3, offensive_start_rate=0.0, flight_front=0.0)
    war = attempts(crisis(), onward_managed=1e-3, offensive_start_rate=0.9, flight_front=0.3)
    np.testing.assert_array_equal(calm[0], war[0])
    more = attempts(
        crisis(), onward_managed=1e-3, offensive_start_rate=0.9, flight_front=0.3,
        onward_passthrough=2.0,
    )  # fmt: skip
    assert more[0, :, -1].mean() > war[0, :, -1].mean()


def test_the_pulse_by_hand() -> None:
    from havenline.engine.steps.onward import pulse

    values = np.zeros(1, dtype=[("onward_pulse", "f8")])
    values["onward_pulse"] = 700.0
    call = compiled(lambda v, since: pulse(v, since))
    days = [call(values[0], k) for k in range(-1, 14)]
    assert days[0] == 0.0
    np.testing.assert_allclose(sum(days[1:8]), 700.0)
    np.testing.assert_allclose(sum(days[8:15]), 350.0)


def test_a_host_state_opens_under_pressure_at_its_rate_and_shuts_again() -> None:
    """Attempts only while it is open: a pulse that is so large that every opening is seen."""
    rates = {"onward_managed": 1e-12, "onward_open": 1e-12, "onward_pulse": 1e6}
    calm = {"offensive_start_rate": 0.0, "flight_front": 0.0, "flight_bombardment": 0.0}
    law = {**rates, **calm, "onward_opening_rate": 5.0, "flight_background": 0.0}
    always = attempts(crisis(), 400, **law, onward_opening_days=5e4)[0]
    opened = (always[:, -1] > 0).mean()
    chance = 1.0 - math.exp(-5.0 * 40 / 365.0)
    assert abs(opened - chance) < 4 * math.sqrt(chance * (1 - chance) / 400)
    brief = attempts(crisis(), 400, **law, onward_opening_days=2.0)[0]
    days_open = [(np.diff(got, axis=1) > 0).sum() for got in (always, brief)]
    assert days_open[1] < 0.3 * days_open[0]
    assert not attempts(crisis(), **{**law, "onward_opening_rate": 0.0})[0].any()


def test_the_more_are_displaced_the_sooner_it_opens() -> None:
    war = {"offensive_start_rate": 0.9, "flight_front": 0.5, "onward_opening_rate": 0.5}
    rates = {"onward_managed": 1e-12, "onward_open": 1e-12, "onward_pulse": 1e6}

    def opened(power: float) -> float:
        ends = attempts(crisis(), 200, **war, **rates, onward_opening_pressure=power)[0, :, -1]
        return float((ends > 0).mean())

    assert opened(8.0) > opened(0.0) + 0.1


def test_those_who_have_just_entered_go_on_the_more() -> None:
    """The neighbour takes in whoever waits; who entered counts ``onward_new`` times."""
    enters = {"border_open": 1.0, "offensive_start_rate": 0.9, "flight_front": 0.3}
    open_gate = crisis(refugees=1000, people=(400_000,) * 4)
    gates = open_gate.crossings.assign(regime="open")
    open_gate = dataclasses.replace(open_gate, crossings=gates)
    law = {**enters, "onward_managed": 0.05, "border_pull": 1e6}
    few, many = (
        attempts(open_gate, **law, onward_new=ratio)[0, :, -1].mean() for ratio in (1.0, 4.0)
    )
    assert 2.0 * few < many < 4.2 * few


def two(**changes: Any) -> Crisis:
    """Two neighbours with as many refugees, one of which opens the way onward under the option."""
    crossings = (("z9", "closed", -9, -9), ("t4", "closed", -9, -9, "other"))
    plain = crisis_of(row(options={"gate": (GATE,)}, days=40, crossings=crossings, **changes))
    host = Host(id="h", name="Host", population=80_000_000, refugees=500_000, source_id="made")
    neighbours = [n.model_copy(update={"hosts": [host]}) for n in plain.meta.neighbours]
    return dataclasses.replace(plain, meta=plain.meta.model_copy(update={"neighbours": neighbours}))


def test_each_neighbour_has_a_far_border_of_its_own() -> None:
    rates = {"onward_managed": 1e-4, "onward_open": 1e-4, "onward_pulse": 50_000.0}
    data = simulate(two(), futures=40, workers=1, settings={**STILL, **rates}).dataset
    by = data["went_on"]
    np.testing.assert_array_equal(by.sum("neighbour"), data["onward_attempts"])
    plain, gate = by.isel(day=-1).mean("future").to_numpy()
    assert list(data["neighbour"].to_numpy()) == ["nb", "other"]
    assert gate[0] > 50_000.0 > 1_000.0 > gate[1]
    assert gate[1] == plain[1]  # the luck of one is not that of the other
    expected = 500_000 * 1e-4 * 40 / 30.4375
    assert (np.abs(plain - expected) < 0.6 * expected).all()


def test_the_past_of_one_neighbour_opens_it_alone() -> None:
    opened = two(happenings=((4, "onward_opens", 4, "", "", "other"),))
    rates = {"onward_managed": 1e-12, "onward_open": 1e-2, "onward_pulse": 1e-9}
    data = simulate(opened, futures=10, workers=1, settings={**STILL, **rates}).dataset
    gone = data["went_on"].isel(option=0, day=-1).to_numpy()
    assert (gone[:, 0] == 0).all()
    assert (gone[:, 1] > 1_000).all()
