"""What holds of every crisis that ships, declared from public sources."""

from __future__ import annotations

import re
from datetime import timedelta

import pandas as pd
import pytest

from havenline.crisis import Crisis, builtin_crises, check_crisis, open_crisis
from havenline.facts.holders import changes_known
from havenline.facts.populations import persons_by_place
from havenline.facts.relations import offensives_known

DECLARED = [name for name in builtin_crises() if name != "idlib-2020"]
"""Idlib is built from tables of its own, and tested in test_idlib."""

DATED = (
    "control",
    "control_counts",
    "observations",
    "violence",
    "sites",
    "happenings",
    "offensives",
)


@pytest.fixture(scope="module", params=DECLARED)
def crisis(request: pytest.FixtureRequest) -> Crisis:
    return open_crisis(request.param)


def test_check_has_nothing_to_say(crisis: Crisis) -> None:
    assert check_crisis(crisis.folder).problems == ()


@pytest.mark.parametrize("table", DATED)
def test_a_row_is_known_when_a_page_of_it_is_or_says_that_the_day_is_background(
    crisis: Crisis, table: str
) -> None:
    days = dict(zip(crisis.sources["source_id"], crisis.sources["published"], strict=True))
    rows: pd.DataFrame = getattr(crisis, table)
    for known, cell in zip(rows["published"], rows["source_id"], strict=True):
        named = re.split(";", cell)
        dated = [days[source] for source in named if not pd.isna(days[source])]
        assert not dated or "BG" in named or known >= min(dated), (table, cell)


def test_people_known_from_later_pages_are_marked(crisis: Crisis) -> None:
    days = dict(zip(crisis.sources["source_id"], crisis.sources["published"], strict=True))
    rows = crisis.populations
    for cell, known, reason in zip(
        rows["source_id"], rows["published"], rows["stand_in"], strict=True
    ):
        dated = [days[s] for s in cell.split(";") if not pd.isna(days[s])]
        assert not dated or known >= max(dated), cell
        assert reason or known <= pd.Timestamp(crisis.meta.as_of), cell


def test_nobody_is_invented_in_camps(crisis: Crisis) -> None:
    people = persons_by_place(crisis.populations, crisis.meta.as_of)
    camps = crisis.places.loc[crisis.places["kind"] == "camp_cluster", "place_id"]
    start = pd.Timestamp(crisis.meta.period.start)
    opened = crisis.sites[crisis.sites["opens"].isna() & (crisis.sites["as_of"] >= start)]
    for camp in camps:
        assert camp in set(crisis.sites["place_id"]), camp
        if people.get(camp, 0):
            assert camp in set(opened["place_id"]), camp
            assert people[camp] > 100, camp


def test_nobody_lives_at_posts_and_crossings(crisis: Crisis) -> None:
    people = persons_by_place(crisis.populations, crisis.meta.as_of)
    empty = crisis.places.loc[crisis.places["kind"].isin(["post", "crossing"]), "place_id"]
    assert not set(empty) & set(people)


def test_options_are_three_or_more_beside_the_baseline(crisis: Crisis) -> None:
    assert crisis.options[0].baseline
    assert len(crisis.options) >= 4
    assert crisis.options[0].levers == []


def test_own_rows_of_parameters_set_no_tempo(crisis: Crisis) -> None:
    names = set(crisis.parameters["name"])
    assert not {n for n in names if n.startswith(("offensive_", "front_", "flight_", "vehicle_"))}


def test_what_no_measure_fits_says_what_it_is(crisis: Crisis) -> None:
    rows = crisis.observations
    main = rows[rows["main"] == 1]
    assert set(main["series_id"]) == {crisis.meta.displaced_series}
    assert list(main.loc[main["ends"] == "yes", "date"]) == [main["date"].max()]
    untold = rows[(rows["measure"] == "other") & rows["note"].eq("")]
    assert list(untold["series_id"]) == []


def test_every_offensive_can_take_something_on_a_day_it_starts(crisis: Crisis) -> None:
    roads = list(zip(crisis.routes["from_place"], crisis.routes["to_place"], strict=True))
    parent = dict(zip(crisis.areas["area_id"], crisis.areas["parent_id"], strict=True))
    area = dict(zip(crisis.places["place_id"], crisis.places["area_id"], strict=True))
    starts = crisis.happenings[crisis.happenings["kind"] == "offensive_start"]
    begun = [
        (name, day.date())
        for cell, day in zip(starts["offensives"], starts["date"], strict=True)
        for name in cell.split(";")
    ]
    changes = list(changes_known(crisis.control, crisis.meta.period.end))
    declared = {o.id: o for o in offensives_known(crisis, crisis.meta.period.end)}
    reached: set[str] = set()
    for name, day in begun:
        offensive = declared[name]
        before = max(day - timedelta(days=1), crisis.meta.period.start)
        held = {c.place: c.party for c in changes if c.day <= before}
        for a, b in [*roads, *((b, a) for a, b in roads)]:
            if held[a] in offensive.attackers and held[b] in offensive.defenders:
                of = area[b]
                if not offensive.areas or offensive.areas & {of, parent[of], parent[parent[of]]}:
                    reached.add(name)
    assert reached == set(declared) == {name for name, _ in begun}
