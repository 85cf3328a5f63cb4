"""Fighting and people elsewhere, linked to what happens here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from havenline.crisis import Crisis, open_crisis
from havenline.crisis.meta import Theatre, TheatreArea, TheatreCount
from havenline.engine import simulate
from tests.crises_random import START, Walk, crisis_of, job_of
from tests.crises_random import towns_in_a_row as row
from tests.engine.steps.test_truce import LAW, survival

AS_OF = START + dt.timedelta(days=20)
OWN = (
    "displaced_elsewhere",
    "displaced_present_elsewhere",
    "returned_elsewhere",
    "truces_failed_elsewhere",
)
FIGHT = {"offensive_start_rate": 0.1, "offensive_end_rate": 0.02}
STILL = {"flight_background": 0.0, "theatre_violence": 0.0}
"""Nobody flees where nothing is fought."""


def crisis(*theatres: Theatre, **changes: Any) -> Crisis:
    levers = {"deal": ({"lever": "truce", "start": 2},)}
    plain = crisis_of(row(people=(500, 500), options=levers, days=60, **changes))
    return dataclasses.replace(
        plain, meta=plain.meta.model_copy(update={"theatres": list(theatres)})
    )


def theatre(
    name: str = "east", age: int = 0, people: int = 1000, areas: tuple[TheatreArea, ...] = ()
) -> Theatre:
    return Theatre(
        id=name,
        name=name,
        truce_since=AS_OF - dt.timedelta(days=age),
        people_at_stake=None if areas else people,
        areas=list(areas),
        source_id="made",
    )


def at_war(*areas: TheatreArea) -> Theatre:
    since = AS_OF - dt.timedelta(days=9)
    return Theatre(
        id="east", name="east", offensive_since=since, areas=list(areas), source_id="made"
    )


def area(
    name: str = "a",
    people: int = 1000,
    displaced: int = 0,
    returned: int = 0,
    km: float | None = None,
    lost: bool = False,
) -> TheatreArea:
    day = AS_OF - dt.timedelta(days=5)
    return TheatreArea(
        id=name,
        name=name,
        people=people,
        front_km=km,
        other_side_since=day if lost else None,
        counts=[
            TheatreCount(
                date=day,
                known_from=AS_OF,
                displaced=displaced,
                returned=returned,
                source_id="made",
            )
        ],
        source_id="made",
    )


def run(declared: Crisis, futures: int = 60, **settings: float) -> xr.Dataset:
    return simulate(
        declared, futures=futures, seed=3, workers=1, settings={**LAW, **FIGHT, **settings}
    ).dataset


def of(data: xr.Dataset, name: str) -> Any:
    return data[f"{name}_elsewhere"].to_numpy()[0]


def test_with_no_coupling_nothing_here_depends_on_a_theatre() -> None:
    without = run(crisis())
    with_one = run(crisis(theatre()), theatre_coupling=0.0)
    for name in without.data_vars:
        if name not in OWN and name != "parameter_values":
            np.testing.assert_array_equal(without[name].to_numpy(), with_one[name].to_numpy())
    assert with_one["truces_failed_elsewhere"].to_numpy().max() == 1.0


def test_with_no_coupling_a_theatre_depends_on_nothing_here() -> None:
    """The truce of the option makes the difference between war and calm here."""
    data = run(crisis(theatre(), theatre("south", age=9)), theatre_coupling=0.0)
    running = data["offensive_running"].to_numpy()
    assert (running[0] != running[1]).any()
    for name in OWN:
        none, deal = data[name].to_numpy()
        np.testing.assert_array_equal(none, deal)
    assert of(data, "displaced").max() > 0


@pytest.mark.parametrize("age", [0, 30])
def test_a_theatre_fails_by_the_law_of_truces_at_its_age(age: int) -> None:
    futures = 800
    failed = run(crisis(theatre(age=age)), futures, theatre_coupling=0.0)
    days = np.array([1, 4, 16, 60])
    share = 1 - of(failed, "truces_failed")[:, days].mean(axis=0)
    expected = survival(age + days) / survival(np.array([age]))
    error = np.sqrt(expected * (1 - expected) / futures)
    assert (np.abs(share - expected) <= 4 * error).all(), (share, expected)


def test_pressure_here_makes_truces_elsewhere_fail_and_the_reverse() -> None:
    """Under an offensive that never ends, and with a theatre in which one runs."""
    war = {"offensive_start_rate": 5.0, "offensive_end_rate": 0.0}
    failed = [
        of(run(crisis(theatre()), 200, theatre_coupling=c, **war), "truces_failed")[:, -1].mean()
        for c in (0.0, 0.5, 1.5)
    ]
    assert failed[0] < failed[1] < failed[2]
    stood = [
        run(crisis(at_war(area())), 200, theatre_coupling=c)["truce_standing"]
        .to_numpy()[1, :, -1]
        .mean()
        for c in (0.0, 1.5)
    ]
    assert stood[1] < stood[0]


def test_who_stays_by_hand() -> None:
    """At war at the front: after t days (1 + theta H)^(-1/theta) of those who never left."""
    law = {
        **STILL,
        "offensive_end_rate": 0.0,
        "return_monthly": 0.0,
        "flight_front": 0.05,
        "flight_front_length": 10.0,
        "flight_frailty": 3.0,
        "flight_level_sd": 0.0,
        "flight_level_between": 0.0,
    }
    fled = of(run(crisis(at_war(area(people=400_000, km=10.0))), 4, **law), "displaced")
    days = np.arange(fled.shape[1])
    expected = 400_000 * (1 - (1 + 3.0 * 0.05 * np.exp(-1) * days) ** (-1 / 3.0))
    np.testing.assert_allclose(fled, np.broadcast_to(expected, fled.shape), rtol=0.03, atol=300)
    before = area(people=400_000, displaced=100_000, km=10.0)
    later = of(run(crisis(at_war(before)), 4, **law), "displaced")
    spent = (0.75**-3.0 - 1) / 3.0
    stays = (1 + 3.0 * 0.05 * np.exp(-1) * days / (1 + 3.0 * spent)) ** (-1 / 3.0)
    np.testing.assert_allclose(
        later, np.broadcast_to(300_000 * (1 - stays), fled.shape), rtol=0.03, atol=300
    )


def test_who_comes_home_depends_on_who_holds_it() -> None:
    """Most to their own side; nobody where the other side holds it and lets nobody."""
    law = {**STILL, "truce_cure_share": 1.0, "return_monthly": 1.0}
    away = area(people=50_000, displaced=40_000, returned=1000)
    own = of(run(crisis(theatre(areas=(away,))), 20, **law), "displaced_present")
    assert (own[:, 0] == 40_000).all()
    assert (np.diff(own, axis=1) <= 0).all()
    assert own[:, -1].mean() < 20_000
    lost = away.model_copy(update={"other_side_since": AS_OF})
    other = run(crisis(theatre(areas=(lost,))), 20, **law, return_other_side=0.0)
    assert (of(other, "displaced_present") == 40_000).all()
    later = away.model_copy(update={"other_side_since": AS_OF + dt.timedelta(days=1)})
    known = run(crisis(theatre(areas=(later,))), 20, **law, return_other_side=0.0)
    np.testing.assert_array_equal(of(known, "displaced_present"), own)


people = st.integers(0, 30_000)


@limits(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(people, people, people, st.booleans()), min_size=1, max_size=4),
    st.booleans(),
    st.integers(0, 1000),
)
def test_people_of_every_area_are_conserved(
    drawn: list[tuple[int, int, int, bool]], war: bool, seed: int
) -> None:
    areas = tuple(
        area(f"a{i}", stayed + away + back, away, back, km=5.0, lost=lost)
        for i, (stayed, away, back, lost) in enumerate(drawn)
    )
    declared = at_war(*areas) if war else theatre(areas=areas)
    walk = Walk(job_of(crisis(declared), seed=seed, settings={**LAW, **FIGHT, "flight_front": 0.3}))
    start = sum(away for _, away, _, _ in drawn)
    for day in range(walk.today, walk.today + 60):
        now = walk.to(day).theatre_area[: len(areas)]
        sums = now["stayed"] + now["back"] + now["home"] + now["away"]
        assert sums.tolist() == [a.people for a in areas]
        for pool in ("stayed", "back", "home", "away"):
            assert (now[pool] >= 0).all()
        counts = walk.state.counts[0]
        present = start + counts["displaced_elsewhere"] - counts["returned_elsewhere"]
        assert counts["displaced_present_elsewhere"] == present == now["away"].sum()


def test_where_nobody_is_at_stake_nobody_moves() -> None:
    data = run(crisis(theatre(people=0), at_war(area(people=0)).model_copy(update={"id": "x"})))
    for name in OWN[:3]:
        assert not data[name].to_numpy().any()
    assert of(data, "truces_failed").any()


def test_more_violence_displaces_no_fewer_in_the_mean() -> None:
    """With a truce that holds: the level of its violence alone differs."""
    fled = [
        of(
            run(crisis(theatre(people=100_000)), 40, truce_cure_share=1.0, theatre_violence=v),
            "displaced",
        )[:, -1].mean()
        for v in (0.0, 0.1, 1.0, 10.0)
    ]
    assert (np.diff(fled) >= 0).all(), fled
    assert fled[-1] > 2 * fled[0]


def test_people_at_stake_are_one_area_at_the_distance_of_the_parameter() -> None:
    """The keys of the draws are of the area, so that only the means are the same."""
    law = {**STILL, "theatre_front_km": 7.0, "flight_level_sd": 0.0}
    old, new = (
        of(run(crisis(one), 60, **law), "displaced")[:, -1].mean()
        for one in (theatre(people=50_000), theatre(areas=(area(people=50_000, km=7.0),)))
    )
    assert old > 1000
    np.testing.assert_allclose(old, new, rtol=0.02)


def test_they_are_no_part_of_the_people_counted_here() -> None:
    data = run(crisis(at_war(area(people=50_000, displaced=10_000))), 10)
    assert (data["ledger_residual"] == 0).all()
    assert data["displaced_present_elsewhere"].to_numpy().min() > 0


def test_renaming_and_reordering_of_theatres_and_areas() -> None:
    a, b = area("a", 900, 100), area("b", 700, km=3.0)
    one = run(crisis(theatre("east", areas=(a, b)), theatre("south", age=9)))
    other = run(crisis(theatre("south", age=9), theatre("east", areas=(b, a))))
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy())


def test_a_truce_that_starts_after_the_as_of_date_is_not_known() -> None:
    later = run(crisis(theatre(age=-5)))
    for name in OWN:
        assert not later[name].to_numpy().any()


def test_the_row_of_the_north_east_of_idlib_is_no_line_of_zeros() -> None:
    data = simulate(
        open_crisis("idlib-2020"), options=["no_deal"], futures=4, seed=1, days=10, workers=2
    ).dataset
    present, fled, home = (of(data, n) for n in ("displaced_present", "displaced", "returned"))
    assert (present[:, 0] == 70_590).all()  # the count of 18 December 2019
    assert (fled[:, 0] == 0).all()
    assert (fled[:, -1] > 0).all()
    assert (home[:, -1] > 0).all()
    np.testing.assert_array_equal(present, 70_590 + fled - home)
