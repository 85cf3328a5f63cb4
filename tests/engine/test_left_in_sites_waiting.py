"""Who left an area, who is in sites and who waits at a border: cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havenline.engine import simulate
from havenline.engine.people import DISPLACED_BEFORE, DISPLACED_SINCE
from havenline.engine.steps.aid import in_sites
from havenline.engine.store import open_result
from tests.crises_random import (
    Road,
    Sketch,
    Town,
    Walk,
    compiled,
    crisis_of,
    job_of,
    towns_in_a_row,
)

STILL = {
    "flight_front": 0.0,
    "flight_bombardment": 0.0,
    "flight_background": 0.0,
    "flight_at_capture": 0.0,
    "flight_fear": 0.0,
    "front_axis_share": 0.0,
    "offensive_start_rate": 0.0,
    "violence_killed": 0.0,
    "return_monthly": 0.0,
    "border_closed": 0.0,
    "tents_per_month": 0.0,
    "camp_slack": 0.0,
    "host_slack": 0.0,
}
"""Settings under which nobody moves and no shelter is added."""


def walked(sketch: Sketch, plan: int = 0, **given: float) -> Walk:
    """Return a run to its end."""
    walk = Walk(job_of(crisis_of(sketch), settings={**STILL, **given}), plan)
    walk.to(walk.last)
    return walk


def by_area(walk: Walk, figure: str) -> dict[str, list[int]]:
    """Return a figure by area, day by day."""
    values = getattr(walk.out, figure)
    return {a: values[:, k].tolist() for k, a in enumerate(walk.job.world.area_ids)}


# Departures


def test_all_of_a_town_leave_it_on_one_day_and_depart_once() -> None:
    """t1 is told on day 2 that it is handed over on day 3: its 20,000 leave, at H = 34."""
    line = {"lever": "line", "line_id": "mid", "announced": 2, "handover": 3}
    walk = walked(towns_in_a_row(options={"line": [line]}), plan=1, line_leave_share=1.0 - 1e-15)
    left = by_area(walk, "departures")
    assert left["south"] == [0, 0, 20_000, *[0] * 28]
    assert not any(left["middle"])
    assert not any(left["north"])
    assert int(walk.out.arrivals.sum()) == 20_000
    assert walk.out.series["movements"][-1] == 20_000


def test_the_departures_of_the_as_of_date_stand_on_day_0() -> None:
    """An offensive starts on the as-of date 6 km from t1: 250 e^-2 leave nobody there."""
    walk = walked(
        towns_in_a_row((20_000,), happenings=((20, "offensive_start", 20),), days=3),
        flight_front=250.0,
        flight_front_length=3.0,
        flight_shock_sd=0.0,
        front_start_share=0.5,
        offensive_end_rate=0.0,
        flight_frailty=0.0,
    )
    assert by_area(walk, "departures")["south"] == [20_000, 0, 0, 0]


def test_who_goes_home_departs_from_nowhere() -> None:
    walk = walked(
        towns_in_a_row(
            happenings=((1, "offensive_start", 1), (5, "offensive_pause", 5)),
            counts=((4, 20_000, 4), (20, 20_000, 20)),
        ),
        flight_front=0.06,
        flight_idp_ratio=0.0,
        return_monthly=5.0,
    )
    assert walk.out.series["returned"][-1] > 1_000
    assert walk.out.series["movements"][-1] == 0
    assert not walk.out.departures.any()


# In sites


@compiled
def run_in_sites(net: Any, state: Any, place: Any) -> Any:
    return in_sites(net, state, place)


@pytest.mark.parametrize(
    ("kind", "tents", "homes", "room", "people", "expected"),
    [
        ("town", 300.0, 100.0, 600.0, 500, 200),
        ("town", 300.0, 100.0, 600.0, 5_000, 2_000),
        ("town", 0.0, 0.0, 600.0, 500, 0),
        ("town", 1.0, 0.0, 2.0, 5, 2),  # 1.67, a whole number
        ("town", 0.0, 0.0, 0.0, 500, 0),
        ("town", 20.0, 0.0, 0.0, 500, 500),
        ("camp_cluster", 20.0, 0.0, 0.0, 500, 500),
        ("camp_cluster", 0.0, 0.0, 0.0, 500, 500),
        ("camp_cluster", 300.0, 0.0, 100.0, 400, 300),
        ("camp_cluster", 300.0, 0.0, 0.0, 0, 0),
    ],
)
def test_sites_and_hosts_share_the_displaced_as_their_places_are(
    kind: str, tents: float, homes: float, room: float, people: int, expected: int
) -> None:
    row = towns_in_a_row()
    towns = tuple(replace(t, kind=kind) if t.id == "t1" else t for t in row.towns)
    walk = Walk(job_of(crisis_of(replace(row, towns=towns))))
    state = walk.to(0)
    at = walk.job.world.place_ids.index("t1")
    for name, value in (("tents", tents), ("homes", homes), ("room", room)):
        state.place[name][at] = value
    state.by_status[at, DISPLACED_BEFORE] = people // 5
    state.by_status[at, DISPLACED_SINCE] = people - people // 5
    assert run_in_sites(walk.job.world.network, state, at) == expected


def with_camps(**changes: Any) -> Sketch:
    """5,000 displaced in z9 (2,000 in sites), and two camps, one of them in an area of its own."""
    row = towns_in_a_row()
    towns = tuple(replace(t, in_sites=2_000) if t.id == "z9" else t for t in row.towns)
    camps = (
        Town("c1", "camps", 1.2, 0.0, idps=1_000, kind="camp_cluster", in_sites=1_000),
        Town("c2", "north", 1.4, 0.0, idps=300, kind="camp_cluster", in_sites=300),
    )
    roads = (Road("rc1", "c1", "z9", 40.0), Road("rc2", "c2", "z9", 15.0))
    return replace(row, towns=(*towns, *camps), roads=(*row.roads, *roads), **changes)


def test_people_in_sites_are_summed_by_area() -> None:
    """Half more places in the sites of z9, 3,000, beside the 3,000 with hosts: half of 5,000."""
    walk = walked(with_camps(), camp_slack=0.5)
    people = by_area(walk, "in_sites")
    assert people["camps"] == [1_000] * 31
    assert people["north"] == [2_500 + 300] * 31
    assert not any(people["south"] + people["middle"])


def test_people_in_sites_do_not_tell_who_holds_the_ground() -> None:
    taken = with_camps(changes=((10, "c1", "att", 10),))
    walk = walked(taken, flight_captured=0.0, refuge_hostile=0.0)
    assert by_area(walk, "in_sites")["camps"] == [1_000] * 31


# Waiting


def gates(**changes: Any) -> Sketch:
    """Crossings with 400 and 250 people; near the first 1,000 in sites with places for 600."""
    row = towns_in_a_row()
    more = (
        Town("x1", "gate", 0.5, 0.5, idps=400, kind="crossing"),
        Town("x2", "gate", 0.5, -0.5, idps=250, kind="crossing"),
        Town("y1", "gate", 0.55, 0.5, idps=1_000),
    )
    roads = (
        Road("rx1", "t4", "x1", 90.0),
        Road("rx2", "t4", "x2", 90.0),
        Road("ry1", "x1", "y1", 8.0),
    )
    return replace(
        row,
        towns=(*row.towns, *more),
        roads=(*row.roads, *roads),
        crossings=(("x1", "closed", -9, -9, "one"), ("x2", "closed", -9, -9, "two")),
        camps=({"place_id": "y1", "occupancy": 1_000.0, "planned_capacity": 600.0},),
        **changes,
    )


def test_all_at_a_crossing_and_those_without_shelter_near_it_wait() -> None:
    walk = walked(gates())
    assert walk.job.world.neighbour_ids == ("one", "two")
    assert walk.out.waiting.tolist() == [[400 + 400, 250]] * 31


def test_who_waits_does_not_tell_who_holds_the_ground() -> None:
    walk = walked(gates(changes=((10, "y1", "att", 10),)), flight_captured=0.0, refuge_hostile=0.0)
    assert walk.out.waiting.tolist() == [[400 + 400, 250]] * 31


def test_who_got_across_waits_no_more() -> None:
    sketch = gates()
    opened = ((sketch.crossings[0][0], "open", -9, -9, "one"), sketch.crossings[1])
    walk = walked(replace(sketch, crossings=opened), border_open=1.0)
    assert walk.out.waiting[:, 0].tolist() == [0] * 31
    assert walk.out.waiting[:, 1].tolist() == [250] * 31


# In a result


def test_a_result_holds_them_in_memory_and_in_a_file(tmp_path: Path) -> None:
    crisis = crisis_of(gates())
    held = simulate(crisis, futures=3, settings=STILL).dataset
    simulate(crisis, futures=3, settings=STILL, out=tmp_path)
    with open_result(tmp_path / "result.nc") as kept:
        for name in ("departures", "in_sites", "waiting"):
            assert held[name].identical(kept[name].load()), name
    assert held["waiting"].dims == ("option", "future", "day", "neighbour")
    assert held["in_sites"].attrs["measure"] == "stock"
    assert held["departures"].attrs["measure"] == "flow"
    np.testing.assert_array_equal(held["waiting"].sum("neighbour"), 1_050)


def test_a_crisis_without_a_neighbour_has_nobody_who_waits() -> None:
    held = simulate(crisis_of(towns_in_a_row()), futures=1).dataset
    assert "waiting" not in held
    assert "departures" in held
