"""Whose ground shelters whom: where people go, and where nobody does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from havenline.engine import simulate
from havenline.engine.people import DISPLACED_SINCE
from tests.crises_random import (
    PARTIES,
    QUIET,
    RELATIONS,
    START,
    Road,
    Sketch,
    Town,
    Walk,
    crisis_of,
    job_of,
    towns_in_a_row,
)

STANDS = {
    **QUIET,
    "front_axis_share": 0.0,
    "front_thaw_rate": 0.0,
    "front_start_share": 0.5,
    "rout_rate": 0.0,
    "offensive_end_rate": 0.0,
    "flight_front": 0.2,
    "flight_front_length": 8.0,
    "flight_frailty": 0.0,
    "flight_background": 0.0,
    "flight_attackers_side": 0.0,
    "flight_idp_ratio": 0.0,
    "return_monthly": 0.0,
    "destination_pull_sd": 0.0,
    "refuge_hostile": 0.0,
}
"""A front that stands between the attacker and one town, which empties for good."""


def crossroads(**changes: Any) -> Sketch:
    """A town at the front, with four towns round it, each of another party."""
    towns = (
        Town("att0", "a", -0.3, 0.0, "att", residents=5_000),
        Town("bad1", "b", 0.0, 0.3, "bad", residents=5_000),
        Town("home", "h", 0.0, 0.0, residents=40_000),
        Town("neu2", "n", 0.0, -0.3, "neu", residents=5_000),
        Town("own3", "o", 0.5, 0.0, residents=5_000),
    )
    roads = (
        Road("r0", "home", "att0", 12.0),
        Road("r1", "home", "bad1", 30.0),
        Road("r2", "home", "neu2", 30.0),
        Road("r3", "home", "own3", 60.0),
    )
    sketch = Sketch(
        towns,
        roads,
        parties=(*PARTIES, ("bad", "armed"), ("neu", "armed")),
        relations=(*RELATIONS, ("bad", "def", "hostile")),
        happenings=((2, "offensive_start", 2),),
    )
    return replace(sketch, **changes)


def sheltered(sketch: Sketch, **given: float) -> dict[str, int]:
    """Displaced people of the town at the front, at each place at the end."""
    walk = Walk(job_of(crisis_of(sketch), settings={**STANDS, **given}))
    state = walk.to(walk.last)
    people = state.by_row[:, DISPLACED_SINCE + walk.job.world.area_ids.index("h")]
    assert people.sum() > 10_000
    return dict(zip(walk.job.world.place_ids, map(int, people), strict=True))


def with_room(sketch: Sketch, **km: float) -> Sketch:
    """The sketch with room for all in each town, and other lengths of some roads."""
    towns = tuple(t if t.id == "home" else replace(t, residents=200_000) for t in sketch.towns)
    roads = tuple(replace(r, km=km.get(r.id, r.km)) for r in sketch.roads)
    return replace(sketch, towns=towns, roads=roads)


def there(found: dict[str, int]) -> set[str]:
    return {place for place, people in found.items() if people > 0 and place != "home"}


@pytest.mark.parametrize(
    ("refuge", "places"),
    [
        ((("def", "neu", 0.0, "no"),), {"own3"}),
        ((("def", "att", 0.5, "no"), ("def", "neu", 0.0, "no")), {"att0", "own3"}),
        ((("def", "bad", 0.5, "no"), ("def", "neu", 0.0, "no")), {"bad1", "own3"}),
        ((), {"neu2", "own3"}),
        ((("att", "def", 1.0, "yes"), ("def", "neu", 0.0, "no")), {"own3"}),
    ],
)
def test_people_flee_across_the_front_where_refuge_says_so_and_nowhere_else(
    refuge: Any, places: set[str]
) -> None:
    assert there(sheltered(crossroads(refuge=refuge))) == places


def test_the_share_is_the_pull_over_that_of_own_ground() -> None:
    """Equal towns at equal distance: half the pull draws a third of those who go."""
    sketch = crossroads(refuge=(("def", "neu", 0.5, "yes"), ("def", "bad", 0.0, "no")))
    even = with_room(sketch, r3=30.0)
    given = {"host_slack": 1.0, "destination_size_power": 0.0}
    found = sheltered(even, **given)
    assert found["neu2"] / (found["neu2"] + found["own3"]) == pytest.approx(1 / 3, abs=0.01)
    known = replace(even, refuge=(("def", "bad", 0.0, "no"),))
    share = sheltered(known, refuge_neutral=0.25, **given)
    assert share["neu2"] / (share["neu2"] + share["own3"]) == pytest.approx(0.2, abs=0.01)


def test_a_declared_share_is_drawn_between_its_low_and_high_value() -> None:
    sketch = crossroads(refuge=(("def", "neu", 0.4, "yes"),))
    crisis = crisis_of(sketch)
    crisis = replace(crisis, refuge=crisis.refuge.assign(low=0.2, high=1.0))
    job = job_of(crisis, futures=200)
    walk, drawn = Walk(job), []
    at = {party: i for i, party in enumerate(job.world.party_ids)}
    for future in range(200):
        walk.future, walk.day = future, -1
        drawn.append(float(walk.to(0).share[at["def"], at["neu"]]))
    shares = np.array(drawn)
    assert shares.min() >= 0.2
    assert shares.max() <= 1.0
    assert abs((shares > 0.4).mean() - 0.5) < 4 * np.sqrt(0.25 / 200)
    assert abs(shares[shares > 0.4].mean() - 0.7) < 0.08


def test_the_nearer_the_front_the_fewer_go_there() -> None:
    """Behind the attackers' front, 6 km off: 1 - exp(-6 / s) of the pull of a far town."""
    sketch = crossroads(refuge=(("def", "att", 1.0, "no"), ("def", "neu", 0.0, "no")))
    even = with_room(sketch, r3=12.0)
    given = {"host_slack": 1.0, "destination_size_power": 0.0, "flight_front_length": 8.0}
    for safe in (2.0, 6.0):
        found = sheltered(even, destination_safe_km=safe, **given)
        near, far = (1 - np.exp(-km / safe) for km in (6.0, 18.0))
        share = found["att0"] / (found["att0"] + found["own3"])
        assert share == pytest.approx(near / (near + far), abs=0.01)


def ends(share: float, name: str) -> NDArray[np.float64]:
    """A figure of the last day in each future, with a share of refuge on neutral ground."""
    sketch = crossroads(refuge=(("def", "neu", share, "yes"),))
    data = simulate(
        crisis_of(sketch), futures=30, settings={**STANDS, "destination_pull_sd": 0.5}
    ).dataset
    if name == "neu":
        got = data["displaced"].sel(area="n").sum("group")
    else:
        got = data["displaced_present"] - data["unsheltered"]
    return np.asarray(got.sel(option="no_deal").isel(day=-1).to_numpy(), dtype=np.float64)


def test_more_refuge_never_shelters_fewer() -> None:
    shares = (0.0, 0.1, 0.4, 1.0)
    came = [ends(share, "neu").mean() for share in shares]
    assert came[0] == 0.0
    assert (np.diff(came) > 0).all()
    roofs = [ends(share, "sheltered").mean() for share in shares]
    assert (np.diff(roofs) >= -1.0).all()
    assert roofs[-1] > roofs[0]


def test_who_lets_in_so_many_a_day_takes_no_more() -> None:
    """A town that sends too many at once sends none for as many days as make up for it."""
    crisis = crisis_of(crossroads(refuge=(("def", "neu", 1.0, "yes"),), days=40))
    given = {**STANDS, "flight_front": 0.05}
    came = {}
    for per_day in (50.0, float("nan")):
        one = replace(crisis, refuge=crisis.refuge.assign(per_day=per_day))
        walk = Walk(job_of(one, settings=given))
        at = walk.job.world.place_index("neu2")
        came[per_day] = int(walk.to(walk.last).by_status[at, DISPLACED_SINCE])
    limited, free = came.values()
    days = walk.last - 1
    assert free > 3 * 50 * days
    assert 0.7 * 50 * days < limited < 50 * days + 1_000


def test_where_no_ground_takes_them_people_stay() -> None:
    """The only other town of their own party is gone: they leave for neutral ground, or not."""
    sketch = crossroads(refuge=(("def", "neu", 0.0, "no"),))
    alone = replace(
        sketch,
        towns=tuple(t for t in sketch.towns if t.id != "own3"),
        roads=tuple(r for r in sketch.roads if r.b != "own3"),
    )
    moved = []
    for share in (0.0, 0.2):
        refuge = (("def", "neu", share, "no"),)
        walk = Walk(job_of(crisis_of(replace(alone, refuge=refuge)), settings=STANDS))
        moved.append(int(walk.to(walk.last).counts["newly_displaced"][0]))
    assert moved[0] == 0
    assert moved[1] > 10_000


def with_camp(opens: int, **more: Any) -> Sketch:
    """The crossroads with a camp 20 km off, in which nobody lives at the start."""
    sketch = crossroads()
    camp = {
        "place_id": "c4",
        "planned_capacity": 30_000.0,
        "opens": pd.Timestamp(START) + pd.Timedelta(days=opens),
        **more,
    }
    return replace(
        sketch,
        towns=(*sketch.towns, Town("c4", "c", 0.1, 0.1, kind="camp_cluster")),
        roads=(*sketch.roads, Road("r4", "home", "c4", 20.0)),
        camps=(camp,),
        concern=("h",),
    )


@pytest.mark.parametrize("opens", [12, 31])
def test_a_camp_that_opens_later_fills_only_from_its_opening_day(opens: int) -> None:
    """Before and after the as-of date, day 20."""
    walk = Walk(job_of(crisis_of(with_camp(opens)), settings={**STANDS, "flight_front": 0.06}))
    camp = walk.job.world.place_index("c4")
    came = [int(walk.to(day).by_status[camp, DISPLACED_SINCE]) for day in range(walk.last + 1)]
    assert not any(came[: opens + 1]), "the first journeys to it begin on the day it opens"
    assert came[opens + 5] > 0
    assert came[-1] > 1_000
    assert walk.state.place["site"][camp] == 30_000.0


def test_a_camp_that_takes_nobody_in_stays_empty() -> None:
    found = sheltered(with_camp(0, takes_in="no"))
    assert found["c4"] == 0
    assert sheltered(with_camp(0))["c4"] > 1_000


def test_from_a_transit_site_people_are_passed_on() -> None:
    """A tenth of a month in the mean: few are there at the end, as many are displaced in all."""
    stays = sheltered(with_camp(0))
    passed_on = sheltered(with_camp(0, transit="yes"), transit_days=2.0)
    assert 0 < passed_on["c4"] < 0.3 * stays["c4"]
    assert sum(passed_on.values()) > 0.8 * sum(stays.values())
    mixed = with_camp(0, transit="yes")
    other = {"place_id": "c4", "site_id": "to-stay", "planned_capacity": 10.0, "transit": "no"}
    mixed = replace(mixed, camps=(*mixed.camps, other))
    assert sheltered(mixed, transit_days=2.0)["c4"] > 0.7 * stays["c4"], "some may stay there"


def test_a_camp_of_unknown_size_draws_as_one_of_the_size_it_is_taken_for() -> None:
    """Its pull goes with the size to the power; where that is known the guess says nothing."""

    def pull(guess: float, **camp: Any) -> float:
        given = {**QUIET, "destination_size_power": 0.5, "destination_pull_sd": 0.0}
        given["site_unknown"] = guess
        walk = Walk(job_of(crisis_of(with_camp(0, **camp)), settings=given))
        state = walk.to(2)
        return float(state.pull[walk.job.world.place_ids.index("c4")])

    unknown = dict.fromkeys(("area_m2", "planned_capacity", "occupancy"))
    assert pull(40_000.0, **unknown) == pytest.approx(2.0 * pull(10_000.0, **unknown), rel=1e-6)
    assert pull(40_000.0) == pull(10_000.0) > 0.0


@pytest.mark.parametrize("passage", ["no", "yes"])
def test_whoever_holds_a_place_its_people_may_leave_it(passage: str) -> None:
    """Over nobody's ground but that of their own: as many as the new holder lets go."""
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2),),
        changes=((8, "t1", "att", 8), (9, "t2", "att", 9)),
        refuge=(("def", "att", 0.0, passage),),
    )
    law = {**STANDS, "flight_front": 0.05, "flight_captured": 0.5, "flight_at_capture": 0.3}
    walked = Walk(job_of(crisis_of(row), settings=law))
    ids = walked.job.world.place_ids
    one, two = ids.index("t1"), ids.index("t2")
    walked.to(8)
    before = int(walked.state.by_status[two, 0])
    state = walked.to(20)
    assert int(state.by_status[two, 0]) < 0.7 * before
    # t1 lies behind t2: its people would have to cross ground that is not theirs
    assert np.isfinite(state.dist[two, ids.index("t3")])
    assert np.isfinite(state.dist[one, ids.index("t3")]) == (passage == "yes")
