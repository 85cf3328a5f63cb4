"""Who lives where and which sites there are, as known on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.engine import simulate
from havenline.errors import RunError
from havenline.evidence.audit import audit
from havenline.facts.populations import people_known, persons_by_place
from havenline.facts.sites import changes_of_capacity, sites_known
from havenline.world.world import build_world
from tests.crises_random import START, crisis_of, sites_of, towns_in_a_row

Row = tuple[str, str, int, int, int, str]


def day(k: int) -> date:
    return START + timedelta(days=k)


def stocks(*rows: Row, place: str = "town") -> pd.DataFrame:
    """Rows: group, status, persons, day, day of publication, why it may stand in."""
    names = ("group", "status", "persons", "as_of", "published", "stand_in")
    table = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    for name in ("as_of", "published"):
        table[name] = pd.to_datetime([day(k) for k in table[name]])
    return table.assign(place_id=place)


OLD: Row = ("all", "resident", 256_849, -300, -290, "")
NEW: Row = ("all", "resident", 224_938, -30, -20, "")
LATE: Row = ("all", "resident", 200_000, -10, 30, "")
IDPS: Row = ("all", "idp", 5_000, -90, -80, "")
CENSUS: Row = ("all", "resident", 190_000, -10, 30, "a census that came out later")
BOYS: Row = ("boys", "resident", 100, -5, -4, "")
GIRLS: Row = ("girls", "resident", 120, -2, -1, "")


@pytest.mark.parametrize(
    ("rows", "as_of", "persons"),
    [
        ((OLD, NEW), 0, {"resident": 224_938}),
        ((OLD, NEW), -25, {"resident": 256_849}),
        ((OLD, NEW, IDPS), 0, {"resident": 224_938, "idp": 5_000}),
        ((OLD, LATE), 10, {"resident": 256_849}),
        ((OLD, LATE), 30, {"resident": 200_000}),
        ((LATE,), 10, {}),
        ((CENSUS,), 10, {"resident": 190_000}),
        ((OLD, CENSUS), 10, {"resident": 256_849}),
        ((OLD, CENSUS), 30, {"resident": 190_000}),
        ((LATE, CENSUS), 10, {"resident": 190_000}),
        ((NEW, BOYS, GIRLS), 0, {"resident": 220}),
        ((NEW, BOYS, GIRLS), -3, {"resident": 100}),
        ((NEW, BOYS, GIRLS), -10, {"resident": 224_938}),
        ((BOYS, GIRLS, ("all", "resident", 9, 0, 0, "")), 0, {"resident": 9}),
    ],
)
def test_the_newest_stock_known_holds_and_none_are_added(
    rows: tuple[Row, ...], as_of: int, persons: dict[str, int]
) -> None:
    for order in permutations(rows):
        hold = people_known(stocks(*order), day(as_of))
        found: dict[str, int] = {}
        for stock in hold:
            found[stock.status] = found.get(stock.status, 0) + stock.persons
        assert found == persons
        total = sum(persons.values())
        assert persons_by_place(stocks(*order), day(as_of)) == ({"town": total} if total else {})
        assert persons_by_place(stocks(*order), day(as_of), "idp") == (
            {"town": persons["idp"]} if "idp" in persons else {}
        )


def with_town(crisis: Crisis, table: pd.DataFrame) -> Crisis:
    others = crisis.populations[crisis.populations["place_id"] != "t1"]
    return replace(crisis, populations=pd.concat([others, table], ignore_index=True))


def starters(crisis: Crisis, as_of: date) -> int:
    world = build_world(crisis, as_of)
    return int(world.network.start[world.place_index("t1")].sum())


def test_a_run_starts_from_the_people_known_by_its_own_as_of_date() -> None:
    row = crisis_of(towns_in_a_row(days=2, happenings=()))
    crisis = with_town(row, stocks(OLD, ("all", "resident", 300_000, -10, 15, ""), place="t1"))
    assert starters(crisis, day(14)) == 256_849
    assert starters(crisis, day(15)) == 300_000
    assert (
        build_world(crisis).network.start.sum() == build_world(crisis, day(20)).network.start.sum()
    )
    early, late = (
        simulate(crisis, options=["no_deal"], futures=2, as_of=day(k)).dataset for k in (14, 15)
    )
    more = [float(d["residents"].isel(day=0).sum("area").mean()) for d in (early, late)]
    assert more[1] - more[0] == pytest.approx(300_000 - 256_849, rel=0.2)


def test_where_nobody_is_known_a_run_says_so() -> None:
    row = crisis_of(towns_in_a_row())
    late = row.populations.assign(published=pd.Timestamp(day(30)))
    with pytest.raises(RunError) as caught:
        build_world(replace(row, populations=late))
    assert str(caught.value) == (
        "populations.csv: nobody is known to live anywhere by 2030-01-21; give persons per place, "
        "published by then or marked as stand_in"
    )
    build_world(replace(row, populations=late.assign(stand_in="a register of later")))


@pytest.mark.parametrize("as_of", [day(-1), day(181)])
def test_a_day_outside_the_period_is_told_first(as_of: date) -> None:
    with pytest.raises(RunError, match="outside the crisis period"):
        build_world(crisis_of(towns_in_a_row()), as_of)


def test_more_persons_than_results_hold_are_refused() -> None:
    row = crisis_of(towns_in_a_row())
    many = row.populations.assign(persons=600_000_000)
    with pytest.raises(RunError) as caught:
        simulate(replace(row, populations=many), futures=1, days=1)
    assert str(caught.value) == (
        "populations.csv: 3,600,000,000 persons in all, more than results hold; expected at most "
        "2,147,483,647: take a part of the crisis"
    )


def test_the_audit_lists_the_people_that_stand_in(tmp_path: Any) -> None:
    crisis = open_crisis("idlib-2020")
    assert audit(crisis).stand_ins == ()
    people = crisis.populations.copy()
    people.loc[people["place_id"] == "idlib", "published"] = pd.Timestamp("2020-12-01")
    people.loc[people["place_id"] == "idlib", "stand_in"] = "worked out later"
    told = audit(replace(crisis, populations=people)).to_json_dict()["stand_ins"]
    assert {(row["place_id"], row["published"], row["why"]) for row in told} == {
        ("idlib", "2020-12-01", "worked out later")
    }


def test_a_site_published_later_is_not_there_yet() -> None:
    table = sites_of(
        {"place_id": "town", "occupancy": 100.0, "planned_capacity": 150.0},
        {"place_id": "town", "planned_capacity": 50.0, "published": pd.Timestamp(day(9))},
    )

    def known(k: int) -> list[tuple[float, float]]:
        return [(site.people, site.places) for site in sites_known(table, day(k))]

    assert known(8) == [(100.0, 150.0)]
    assert known(9) == [(100.0, 150.0), (0.0, 50.0)]


def told(k: int, places: float, **more: Any) -> dict[str, Any]:
    """A row about one site at a place, as of a day and published on it."""
    when = {"as_of": pd.Timestamp(day(k)), "published": pd.Timestamp(day(k))}
    days = {n: pd.Timestamp(day(v)) if n in DAYS_OF_SITES else v for n, v in more.items()}
    return {"site_id": "s", "place_id": "town", "planned_capacity": places, **when, **days}


DAYS_OF_SITES = ("opens", "closes", "published")


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        # there from before the period, and larger from a day on
        ((told(-20, 100.0), told(6, 250.0)), [(None, 100.0), (6, 150.0)]),
        # a row that says less takes places away
        ((told(-20, 100.0), told(6, 40.0)), [(None, 100.0), (6, -60.0)]),
        # it opens on a day that is told before
        ((told(2, 80.0, opens=9),), [(9, 80.0)]),
        # and one that is told late has stood since it was opened: places count from the telling
        ((told(5, 80.0, opens=3),), [(5, 80.0)]),
        # it closes: gone from the day after
        ((told(-9, 80.0, closes=7),), [(None, 80.0), (8, -80.0)]),
        # nobody gets in
        ((told(-9, 80.0, takes_in="no"),), []),
        # one that shuts its doors with a later row
        ((told(-9, 80.0), told(4, 80.0, takes_in="no")), [(None, 80.0), (4, -80.0)]),
        # what is published after the day is not known
        ((told(-9, 80.0), told(4, 90.0, published=25)), [(None, 80.0)]),
        # a capacity that is not known adds none
        ((told(-9, float("nan")),), []),
    ],
)
def test_places_in_sites_change_on_the_days_that_are_known(
    rows: tuple[dict[str, Any], ...], changes: list[tuple[int | None, float]]
) -> None:
    for order in permutations(rows):
        found = changes_of_capacity(sites_of(*order), day(20))
        assert [(d, n) for d, _, n in found] == [
            (date.min if k is None else day(k), n) for k, n in changes
        ]
