"""The built-in crisis mosul-2016: the army keeps what it takes, camps open when they opened."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.facts.fighting import days_of_any
from havenline.facts.holders import changes_known
from havenline.facts.populations import persons_by_place
from havenline.facts.relations import terms_known
from havenline.facts.sites import changes_of_capacity


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return open_crisis("mosul-2016")


def holders(crisis: Crisis, day: date) -> dict[str, str]:
    return {c.place: c.party for c in changes_known(crisis.control, day) if c.day <= day}


def test_the_city_has_the_people_of_the_estimate(crisis: Crisis) -> None:
    people = persons_by_place(crisis.populations, crisis.meta.as_of)
    quarters = crisis.places.loc[crisis.places["kind"] == "quarter", "place_id"]
    assert sum(people[q] for q in quarters) == 1_280_000
    camps = [p for p in people if p.startswith("camps-")]
    assert camps == ["camps-debaga"]


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2016, 10, 17), {"gogjali": "isil", "camps-khazer": "krg", "qayyarah": "isf"}),
        (date(2016, 11, 30), {"gogjali": "isf", "bashiqa": "krg", "em-bank": "isil"}),
        (date(2017, 2, 18), {"em-bank": "isf", "tel-kayf": "isf", "wm-south": "isil"}),
        (date(2017, 7, 15), {"old-city": "isf", "baaj": "isf", "tal-afar": "isil"}),
    ],
)
def test_who_holds_what(crisis: Crisis, day: date, held: dict[str, str]) -> None:
    assert held.items() <= holders(crisis, day).items()


def test_who_takes_a_place_keeps_it(crisis: Crisis) -> None:
    assert not (crisis.control["party_id"] == "rear").any()
    taken = crisis.control[crisis.control["date"] > pd.Timestamp(crisis.meta.period.start)]
    assert not taken["place_id"].duplicated().any()


def test_refuge_lies_behind_the_army(crisis: Crisis) -> None:
    refuge = terms_known(crisis, crisis.meta.period.start, crisis.meta.period.start)[-1].refuge
    army, own = refuge["isil", "isf"], refuge["isil", "isil"]
    assert army.passage
    assert army.share == 1.0
    assert own.share < 0.5
    assert 0.7 <= army.returns <= 0.9


def test_camps_open_one_after_the_other(crisis: Crisis) -> None:
    start = crisis.meta.period.start
    changes = changes_of_capacity(crisis.sites, crisis.meta.period.end)
    by_day = [sum(n for d, _, n in changes if d <= day) for day in (
        start, date(2016, 12, 31), date(2017, 3, 31), date(2017, 6, 30))]  # fmt: skip
    assert by_day == sorted(by_day)
    assert by_day[0] == 30_000
    assert by_day[1] > 150_000
    assert by_day[3] > 300_000
    known = changes_of_capacity(crisis.sites, date(2017, 2, 18))
    assert "hammam-al-alil" not in {place for _, place, _ in known}


def test_one_offensive_that_stops_stops_no_other(crisis: Crisis) -> None:
    period = crisis.meta.period
    on = days_of_any(crisis.happenings, start=period.start, end=period.end)
    for day in (date(2016, 11, 20), date(2017, 1, 5), date(2017, 3, 1), date(2017, 5, 10)):
        assert on[day], day
    for day in (date(2016, 12, 25), date(2017, 2, 10), date(2017, 7, 20)):
        assert not on[day], day
    alone = crisis.happenings.assign(offensives="")
    assert not days_of_any(alone, start=period.start, end=period.end)[date(2016, 11, 20)]


def test_the_counter_changes_in_april(crisis: Crisis) -> None:
    main = crisis.observations[crisis.observations["main"] == 1].set_index("date")
    assert list(main.index[main["break"] == "yes"]) == [pd.Timestamp("2017-04-03")]
    assert main["value"].iloc[-1] == 920_000
    assert len(main) == 33
    assert set(main["counter"]) == {"IOM DTM", "Government of Iraq"}
