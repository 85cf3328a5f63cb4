"""The built-in crisis tripoli-2019: a front that stands, a neutral town, a turn of the war."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.facts.fighting import fighting
from havenline.facts.holders import changes_known
from havenline.facts.populations import persons_by_place
from havenline.facts.relations import offensives_known, terms_known


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return open_crisis("tripoli-2019")


def test_people_stand_in_from_a_later_table_and_say_so(crisis: Crisis) -> None:
    people = persons_by_place(crisis.populations, crisis.meta.as_of)
    assert sum(people.values()) == pytest.approx(4_200_000, rel=0.1)
    rows = crisis.populations
    late = rows["published"] > pd.Timestamp(crisis.meta.as_of)
    assert late.any()
    assert (rows.loc[late, "stand_in"] != "").all()


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2019, 4, 3), {"qasr-bin-ghashir": "gna", "tarhuna": "lna"}),
        (date(2019, 4, 16), {"qasr-bin-ghashir": "lna", "gharyan": "lna", "ain-zara": "gna"}),
        (date(2020, 1, 10), {"gharyan": "gna", "sirt": "lna", "bani-waleed": "bani_waleed_local"}),
        (date(2020, 6, 30), {"tarhuna": "gna", "al-watiya": "gna", "sirt": "lna"}),
    ],
)
def test_who_holds_what(crisis: Crisis, day: date, held: dict[str, str]) -> None:
    now = {c.place: c.party for c in changes_known(crisis.control, day) if c.day <= day}
    assert held.items() <= now.items()


def test_bani_waleed_is_neutral_to_all(crisis: Crisis) -> None:
    relations = terms_known(crisis, crisis.meta.period.start, crisis.meta.period.end)[-1].relations
    assert not [pair for pair in relations if "bani_waleed_local" in pair]


def test_the_counter_offensive_is_one_of_its_own(crisis: Crisis) -> None:
    known = {o.id: o for o in offensives_known(crisis, crisis.meta.period.end)}
    assert known["peace-storm"].attackers == {"gna"}
    assert known["peace-storm"].defenders == {"lna"}
    assert "peace-storm" not in {o.id for o in offensives_known(crisis, crisis.meta.as_of)}


def test_a_truce_stops_all_and_one_offensive_breaks_it(crisis: Crisis) -> None:
    def running(name: str) -> dict[date, bool]:
        return dict(fighting(crisis.happenings, start=crisis.meta.period.start,
                             end=crisis.meta.period.end, offensive=name).running)  # fmt: skip

    tripoli, sirt = running("tripoli"), running("sirt")
    assert tripoli[date(2020, 1, 11)]
    assert not tripoli[date(2020, 2, 1)]
    assert sirt[date(2020, 2, 1)]
    assert tripoli[date(2020, 4, 1)]
    assert not tripoli[date(2020, 6, 10)]


def test_the_new_baseline_is_no_flight(crisis: Crisis) -> None:
    main = crisis.observations[crisis.observations["main"] == 1].set_index("date")
    broken = main.index[main["break"] == "yes"]
    assert list(broken) == [pd.Timestamp("2019-08-04")]
    step = main["value"].diff()[broken[0]]
    assert step == 8_225
    assert main["value"].iloc[-1] == 149_315


def test_people_walk_too(crisis: Crisis) -> None:
    assert "vehicle_share" not in set(crisis.parameters["name"])
