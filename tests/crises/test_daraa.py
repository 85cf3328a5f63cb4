"""The built-in crisis daraa-2018: three armies, two shut borders, surrenders by agreement."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.engine import simulate
from havenline.facts.fighting import fighting
from havenline.facts.holders import changes_known
from havenline.facts.moves import moves_known
from havenline.facts.populations import persons_by_place
from havenline.facts.relations import terms_known


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return open_crisis("daraa-2018")


def test_people_add_up_to_the_published_total_without_the_camps(crisis: Crisis) -> None:
    people = persons_by_place(crisis.populations, crisis.meta.as_of)
    assert sum(people.values()) == 750_000
    assert not {"nasib-zone", "rafid-camps", "burayqa-camps", "jbab"} & set(people)


def test_villages_are_villages(crisis: Crisis) -> None:
    kind = crisis.places.set_index("place_id")["kind"]
    assert set(kind[["naimah", "kudna", "rafid", "burayqa", "nahtah"]]) == {"village"}
    assert kind["daraa-balad"] == "quarter"
    assert not crisis.places["note"].str.contains("called a town").any()


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2018, 6, 22), {"saida": "opposition", "shajara": "jkbw", "sanamayn": "gov"}),
        (date(2018, 7, 6), {"saida": "gov", "nawa": "opposition", "nasib-crossing": "gov"}),
        (date(2018, 7, 20), {"hayt": "jkbw", "nawa": "gov", "rafid": "opposition"}),
        (date(2018, 8, 5), {"shajara": "gov", "burayqa": "gov", "golan-line": "gov"}),
    ],
)
def test_who_holds_what(crisis: Crisis, day: date, held: dict[str, str]) -> None:
    now = {c.place: c.party for c in changes_known(crisis.control, day) if c.day <= day}
    assert held.items() <= now.items()


def test_two_borders_are_shut(crisis: Crisis) -> None:
    assert set(crisis.crossings["neighbour"]) == {"jo", "il"}
    assert set(crisis.crossings["regime"]) == {"closed"}


def test_the_third_army_is_hostile_to_both(crisis: Crisis) -> None:
    relations = terms_known(crisis, crisis.meta.period.start, crisis.meta.as_of)[-1].relations
    for pair in (("gov", "jkbw"), ("opposition", "jkbw"), ("gov", "opposition")):
        assert relations[pair] == "hostile"
    assert relations["russia", "gov"] == "allied"


def test_offensives_run_one_after_the_other(crisis: Crisis) -> None:
    first = {}
    for name in crisis.offensives["offensive_id"]:
        days = fighting(crisis.happenings, start=crisis.meta.period.start,
                        end=crisis.meta.period.end, offensive=name).running  # fmt: skip
        first[name] = min(day for day, on in days.items() if on)
        assert not days[crisis.meta.period.end]
    assert first["east"] < first["hayt"] < first["north-west"] < first["basin"]


def test_homes_are_gone_back_to_after_the_deal_and_not_before_it_is_known(crisis: Crisis) -> None:
    start = crisis.meta.period.start
    before = terms_known(crisis, start, date(2018, 7, 5))[-1].refuge["opposition", "gov"]
    after = terms_known(crisis, start, date(2018, 7, 6))[-1].refuge["opposition", "gov"]
    assert before.share < after.share < 1.0
    assert before.returns < after.returns


def test_surrendered_places_changed_hands_by_agreement(crisis: Crisis) -> None:
    how = crisis.control[crisis.control["date"] > pd.Timestamp("2018-06-17")]
    agreed = set(how.loc[how["how"] == "agreed", "place_id"])
    assert {"dael", "nasib", "daraa-balad", "rafid"} <= agreed
    assert not {"saida", "shajara", "busra-harir"} & agreed


def test_counts_have_their_ranges(crisis: Crisis) -> None:
    rows = crisis.observations
    main = rows[rows["main"] == 1]
    assert list(main["value"]) == [5_890, 47_500, 64_000, 160_000, 271_800, 305_000, 320_000]
    told = rows.dropna(subset=["low", "high"])
    assert len(told) >= 8
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()


def test_the_convoys_to_idlib_are_those_that_the_un_counted(crisis: Crisis) -> None:
    rows = crisis.observations
    counted = rows.loc[rows["series_id"] == "evacuated_to_the_north_west", "value"]
    assert crisis.moves["persons"].sum() == counted.sum()
    assert moves_known(crisis, crisis.meta.as_of) == []
    told = moves_known(crisis, date(2018, 7, 31))
    assert [move.persons for move in told] == [500, 2_500]
    assert all(move.leaves and not move.reaches for move in told)


def test_those_in_the_convoys_have_left_once_they_are_known(crisis: Crisis) -> None:
    out = simulate(crisis, as_of=date(2018, 8, 2), futures=2, days=3).dataset["people_moved_out"]
    assert (out == crisis.moves["persons"].sum()).all()
