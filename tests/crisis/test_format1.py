"""Folders of format 1: one remark, and in memory the tables of format 2."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from havenline.crisis import Crisis, check_crisis, open_crisis
from havenline.crisis.format1 import measure_of
from tests.crisis.old_format import add, as_format_1


@pytest.fixture
def old(folder: Any) -> Any:
    as_format_1(folder.path)
    return folder


def rows(crisis: Crisis, table: str, *columns: str) -> list[tuple[Any, ...]]:
    frame = getattr(crisis, table)
    return list(zip(*(frame[c] for c in columns), strict=True))


def test_one_remark_and_nothing_else(old: Any) -> None:
    assert old.messages() == [
        "crisis.yaml:4 [format]: format 1: read as format 2; `havenline upgrade DIR` writes it "
        "(found '1'); expected 2 (old_format)"
    ]
    assert open_crisis(old.path).meta.format == 2


def test_sides_become_relations_an_offensive_and_refuge(old: Any) -> None:
    add(
        old.path, "parties.csv",
        "hills,Hills,attacker,invented",
        "keepers,Keepers,guarantor,invented",
        "third,Third,other,invented",
        "bystander,Bystander,other,invented",
    )  # fmt: skip
    old.replace("control.csv", "2029-12-01,,birchmill,lowland", "2029-12-01,,birchmill,keepers")
    old.replace("control.csv", "2029-12-01,,fenwick,lowland", "2029-12-01,,fenwick,third")
    old.replace("crisis.yaml", "low: 150000", "low: 0")
    crisis = open_crisis(old.path)
    assert rows(crisis, "parties", "party_id", "kind")[:4] == [
        ("highland", "armed"),
        ("lowland", "armed"),
        ("plainland_gov", "neighbour"),
        ("donors", "donor"),
    ]
    assert set(rows(crisis, "relations", "party", "other", "relation")) == {
        ("highland", "lowland", "hostile"),
        ("hills", "lowland", "hostile"),
        ("keepers", "lowland", "guards"),
        ("highland", "hills", "allied"),
    }
    (offensive,) = rows(crisis, "offensives", "attackers", "defenders", "areas", "since")
    assert offensive[:3] == ("highland;hills", "lowland", "")
    assert offensive[3].date() == date(2030, 1, 10)  # the first recorded start
    assert set(rows(crisis, "refuge", "home", "holder", "share", "passage")) == {
        ("lowland", "third", 0.0, "no"),
        ("keepers", "third", 0.0, "no"),
        ("keepers", "lowland", 1.0, "yes"),
    }
    start = crisis.meta.period.start
    for table in ("relations", "offensives", "refuge"):
        assert (getattr(crisis, table)["published"].dt.date <= start).all()


def test_without_a_recorded_start_the_offensive_may_run_from_the_first_day(old: Any) -> None:
    (old.path / "happenings.csv").unlink()
    crisis = open_crisis(old.path)
    assert crisis.offensives["since"].dt.date.tolist() == [crisis.meta.period.start]


@pytest.mark.parametrize("missing", ["attacker", "defender"])
def test_one_side_alone_makes_no_offensive(old: Any, missing: str) -> None:
    old.replace("parties.csv", f",{missing},", ",other,")
    crisis = open_crisis(old.path)
    assert len(crisis.offensives) == len(crisis.relations) == 0


def test_a_faulty_old_cell_is_told_in_its_own_words(old: Any) -> None:
    old.replace("parties.csv", "attacker", "atacker")
    old.replace("observations.csv", "4000,persons,cumulative", "4000,persons,comulative")
    told = [str(p) for p in check_crisis(old.path).errors]
    assert told == [
        "observations.csv:2 [kind]: unknown kind (found 'comulative'); expected one of stock, "
        "flow, cumulative; did you mean 'cumulative'? (unknown_value)",
        "parties.csv:2 [side]: unknown side (found 'atacker'); expected one of attacker, defender, "
        "guarantor, neighbour, donor, other; did you mean 'attacker'? (unknown_value)",
    ]


def test_broken_yaml_does_not_turn_old_tables_into_faults(old: Any) -> None:
    old.replace("crisis.yaml", "tables: {}", "tables: {")
    assert {p.check for p in check_crisis(old.path).errors} == {"broken_yaml"}


def test_tables_of_format_2_beside_format_1_are_not_read(old: Any) -> None:
    old.write("relations.csv", b"party,other\n")
    assert [p.check for p in check_crisis(old.path).problems] == ["old_format", "unknown_file"]


@pytest.mark.parametrize(
    ("series", "kind", "unit", "measure"),
    [
        ("total", "cumulative", "persons", "displaced_cumulative"),
        ("total", "cumulative", "movements", "displaced_cumulative"),
        ("total", "stock", "persons", "other"),
        ("moves_of_may", "flow", "movements", "moves"),
        ("moves_since_may", "cumulative", "movements", "moves_cumulative"),
        ("newly_displaced_in_week", "flow", "persons", "displaced"),
        ("deaths_of_civilians", "flow", "persons", "killed"),
        ("arrivals_in_north", "cumulative", "persons", "arrived"),
        ("arrivals_in_north", "flow", "movements", "arrived"),
        ("departures", "flow", "persons", "departed"),
        ("returned_home", "cumulative", "persons", "returned_cumulative"),
        ("returned_home", "flow", "persons", "returned"),
        ("still_displaced", "stock", "persons", "displaced_present"),
        ("displaced_in_the_country", "stock", "persons", "present"),
        ("present_in_north", "stock", "persons", "present"),
        ("idps_in_camps", "stock", "persons", "in_sites"),
        ("entries", "cumulative", "persons", "other"),
        ("displaced_elsewhere", "cumulative", "persons", "displaced_cumulative"),
        ("displaced_again", "cumulative", "persons", "other"),
        ("share_in_camps", "stock", "share", "other"),
        ("trucks", "flow", "trucks", "other"),
        ("households_displaced", "cumulative", "households", "other"),
        ("people_of_the_north", "stock", "persons", "other"),
    ],
)
def test_unit_kind_and_words_say_what_a_series_measures(
    series: str, kind: str, unit: str, measure: str
) -> None:
    found = measure_of(
        series, kind, unit, main=False, scaled=series == "total", whole=True, abroad=False
    )
    assert found == measure


def test_a_series_that_names_a_neighbour_counts_entries_into_it(old: Any) -> None:
    add(
        old.path, "observations.csv",
        "entries_into_plainland,2030-01-31,2030-01-01,valley,900,persons,cumulative,0,about,"
        "2030-02-02,low,invented,",
        "moves,2030-01-31,2030-01-01,valley,900,movements,flow,0,about,2030-02-02,low,invented,",
    )  # fmt: skip
    crisis = open_crisis(old.path)
    found = rows(crisis, "observations", "measure", "neighbour", "repeats")
    assert found == [("displaced_cumulative", "", "")] * 3 + [
        ("entered", "plainland", ""),
        ("moves", "", "yes"),
    ]
