"""Idlib 2020: rebuilt byte for byte, adds up, knows nothing too early, shares ground with 2019."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, box, shape
from shapely.ops import split

from havenline.crisis import Crisis, check_crisis, open_crisis
from havenline.crisis.schema import TABLES
from scripts.build_idlib import build
from scripts.idlib.common import straight_km

ROOT = Path(__file__).resolve().parents[2]
CRISES = ROOT / "src" / "havenline" / "crises"
FOLDER = CRISES / "idlib-2020"
SHARED = ("areas", "places", "routes", "crossings")
"""Tables that idlib-2019 has from the same sourced rows."""
SIDES = ["opposition", "turkish_forces"]


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return open_crisis("idlib-2020")


@pytest.fixture(scope="module")
def summer() -> Crisis:
    return open_crisis("idlib-2019")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("idlib")
    build(out)
    return out


@pytest.fixture(scope="module")
def holder(crisis: Crisis) -> dict[str, str]:
    start = crisis.control[crisis.control["date"] <= pd.Timestamp(crisis.meta.period.start)]
    return {
        str(p): str(party) for p, party in zip(start["place_id"], start["party_id"], strict=True)
    }


def _parts(crisis: Crisis, line_id: str) -> tuple[Any, Any]:
    """The protected side of a line within the box, and the rest."""
    limits = crisis.meta.bounding_box
    area = box(limits.west, limits.south, limits.east, limits.north)
    features = crisis.geography["lines"]["features"]
    feature = next(f for f in features if f["properties"]["line_id"] == line_id)
    parts = list(split(area, shape(feature["geometry"])).geoms)
    assert len(parts) == 2
    point = Point(*feature["properties"]["protected_point"])
    protected = next(p for p in parts if p.contains(point))
    return protected, next(p for p in parts if p is not protected)


def _points(crisis: Crisis) -> dict[str, Point]:
    rows = crisis.places
    return {
        p: Point(lon, lat)
        for p, lat, lon in zip(rows["place_id"], rows["lat"], rows["lon"], strict=True)
    }


def test_passes_every_check() -> None:
    report = check_crisis(FOLDER)
    assert [p for p in report.problems if p.severity == "error"] == []


def test_rebuild_is_byte_identical(rebuilt: Path) -> None:
    built = sorted(p.relative_to(rebuilt) for p in rebuilt.rglob("*") if p.is_file())
    by_hand = {"parties.csv", "parameters.csv", "bargaining.csv", "stakes.csv", "red_lines.csv"}
    by_hand |= {"dependences.csv", "supports.csv", "relations.csv", "offensives.csv", "refuge.csv"}
    by_hand |= {"compliance.csv"}
    tables = {p.relative_to(CRISES) for p in FOLDER.glob("*.csv") if p.name not in by_hand}
    assert tables <= set(built)
    ground = {f"{name}.csv" for name in SHARED} | {"outlines.geojson", "lines.geojson"}
    assert {p.name for p in built if p.parts[0] == "idlib-2019"} == ground
    for path in built:
        if path.name != "cells.geojson":
            assert (rebuilt / path).read_bytes() == (CRISES / path).read_bytes(), path


@pytest.mark.parametrize("table", SHARED)
def test_what_both_crises_have_of_the_ground_is_the_same_in_both(
    crisis: Crisis, summer: Crisis, table: str
) -> None:
    key = TABLES[table].key
    ours, theirs = (getattr(c, table).set_index(list(key)) for c in (crisis, summer))
    both = ours.index.intersection(theirs.index)
    assert len(both) == len(ours)  # the summer crisis has more places and roads, none fewer
    pd.testing.assert_frame_equal(ours.loc[both], theirs.loc[both])


def test_outlines_lines_and_sources_that_both_crises_have_are_the_same(
    crisis: Crisis, summer: Crisis
) -> None:
    for layer in ("outlines", "lines"):
        assert crisis.geography[layer] == summer.geography[layer]
    ours, theirs = (c.sources.set_index("source_id") for c in (crisis, summer))
    both = [i for i in ours.index.intersection(theirs.index) if ours.loc[i, "kind"] == "read"]
    assert len(both) > 30
    pd.testing.assert_frame_equal(ours.loc[both], theirs.loc[both])


def test_whoever_held_a_place_after_the_summer_holds_it_when_the_winter_begins(
    crisis: Crisis, summer: Crisis, holder: dict[str, str]
) -> None:
    rows = summer.control.sort_values("date", kind="stable")
    after = dict(zip(rows["place_id"], rows["party_id"], strict=True))
    between = crisis.control[
        (crisis.control["date"] > summer.control["date"].max())
        & (crisis.control["date"] < pd.Timestamp(crisis.meta.period.start))
    ]
    taken = set(between["place_id"])
    assert {p for p in holder if after[p] != holder[p]} == taken
    assert 0 < len(taken) < 10


def test_a_road_of_the_summer_is_as_long_as_its_method_says(summer: Crisis) -> None:
    rows = summer.places[["place_id", "lat", "lon"]].astype(str)
    places = {i: {"lat": lat, "lon": lon} for i, lat, lon in rows.itertuples(index=False)}
    for a, b, km, method in zip(
        *(summer.routes[c] for c in ("from_place", "to_place", "road_km", "method")), strict=True
    ):
        straight = straight_km(places[a], places[b])
        assert km > straight - 0.05, (a, b)
        if factor := re.fullmatch(r"straight line [0-9.]+ km x ([0-9.]+)", method):
            assert km == pytest.approx(straight * float(factor[1]), abs=0.15), (a, b)


def test_those_home_again_and_those_still_displaced_are_the_displaced(crisis: Crisis) -> None:
    rows = crisis.observations
    home = rows[rows["measure"] == "returned_cumulative"]
    assert set(home["period_start"]) == {pd.Timestamp("2019-12-01")}
    back = dict(zip(home["date"].dt.strftime("%m-%d"), home["value"], strict=True))
    still = rows[rows["measure"] == "displaced_present"]
    away = dict(zip(still["date"].dt.strftime("%m-%d"), still["value"], strict=True))
    assert back["04-17"] + away["04-17"] == back["04-30"] + away["05-01"] == 960_000
    assert (home["published"] > pd.Timestamp(crisis.meta.period.end)).all()  # no replay has them


def test_movements_of_the_months_before_are_counts_of_moves(crisis: Crisis) -> None:
    rows = crisis.observations
    monthly = rows[rows["series_id"].isin(["arrival_movements", "movements_in_the_month"])]
    assert set(monthly["repeats"]) == {"yes"}
    months = set(monthly["period_start"].dt.strftime("%Y-%m"))
    assert {"2019-10", "2019-11", "2019-12", "2020-01", "2020-02"} <= months


def test_rebuilt_cells_are_the_same_areas(rebuilt: Path) -> None:
    def read(crises: Path) -> dict[str, Any]:
        loaded = json.loads(
            (crises / "idlib-2020" / "geography" / "cells.geojson").read_text(encoding="utf-8")
        )
        return {f["properties"]["area_id"]: shape(f["geometry"]) for f in loaded["features"]}

    new, old = read(rebuilt), read(CRISES)
    assert set(new) == set(old)
    for area, cell in old.items():
        assert new[area].symmetric_difference(cell).area < 1e-5 * cell.area + 1e-8


def test_cells_cover_each_area_with_places_and_do_not_overlap(crisis: Crisis) -> None:
    cells = {
        f["properties"]["area_id"]: shape(f["geometry"])
        for f in crisis.geography["cells"]["features"]
    }
    people = crisis.populations.merge(crisis.places, on="place_id")
    assert set(people["area_id"]) <= set(cells)
    assert all(cell.is_valid for cell in cells.values())
    total = sum(cell.area for cell in cells.values())
    assert shapely.unary_union(list(cells.values())).area == pytest.approx(total, rel=1e-6)
    assert (FOLDER / "geography" / "cells.geojson").stat().st_size < 300_000


def test_totals_add_up(crisis: Crisis, holder: dict[str, str]) -> None:
    people = crisis.populations.assign(party=crisis.populations["place_id"].map(holder))
    sums = people.groupby(["party", "status"])["persons"].sum()
    assert int(sums["opposition"].sum()) == 3_000_000
    assert int(sums["turkish_forces"].sum()) == 1_000_000
    assert int(people.loc[people["status"] == "idp", "persons"].sum()) == 2_000_000
    assert set(people["party"]) == set(SIDES)


def test_figures_published_later_agree_with_the_derivation(crisis: Crisis) -> None:
    people = crisis.populations.merge(crisis.places, on="place_id")
    by_area = people.groupby("area_id")["persons"].sum()
    town = people[people["place_id"] == "maarrat-al-numan"]["persons"].sum()
    assert by_area["SY070200"] == pytest.approx(163_800, rel=0.15)
    assert by_area["SY070301"] == pytest.approx(712_000, rel=0.15)
    assert town == pytest.approx(110_000, rel=0.15)


def test_start_uses_nothing_published_in_the_period(crisis: Crisis) -> None:
    start = pd.Timestamp(crisis.meta.period.start)
    assert (crisis.populations["published"] <= start).all()
    days = dict(zip(crisis.sources["source_id"], crisis.sources["published"], strict=True))
    for cell in set(crisis.populations["source_id"]):
        for source in cell.split(";"):
            assert pd.isna(days[source]) or days[source] <= start, source


def test_camp_clusters_hold_their_november_count(crisis: Crisis) -> None:
    camps = crisis.sites.set_index("place_id")["occupancy"]
    people = crisis.populations[crisis.populations["place_id"].isin(camps.index)]
    counted = people.groupby("place_id")["persons"].sum()
    assert (counted.reindex(camps.index) == camps).all()
    parts = ["area_m2", "covered_m2", "water_l_day", "latrines", "planned_capacity"]
    assert crisis.sites[parts].isna().all().all()


def test_control_never_contradicts_itself(crisis: Crisis, holder: dict[str, str]) -> None:
    assert set(holder) == set(crisis.places["place_id"])
    start = pd.Timestamp(crisis.meta.period.start)
    begin = crisis.control[crisis.control["date"] <= start]
    assert not begin["place_id"].duplicated().any()
    state = dict(holder)
    changes = crisis.control[crisis.control["date"] > start].sort_values("date", kind="stable")
    for place, party in zip(changes["place_id"], changes["party_id"], strict=True):
        assert state[place] != party, place
        state[place] = party
    assert state["maarrat-al-numan"] == state["saraqib"] == "gov"
    assert state["idlib"] == state["nayrab"] == "opposition"


def test_every_change_of_control_is_kept_or_named(crisis: Crisis) -> None:
    sourced = pd.read_csv(FOLDER / "sourced" / "control_changes.csv", keep_default_na=False)
    begin = pd.Timestamp(crisis.meta.period.start)
    dates = pd.to_datetime(sourced["date"])
    changes = sourced[dates > begin]
    kept = crisis.control[(crisis.control["date"] > begin) & (crisis.control["basis"] != "derived")]
    left_out = 2  # Tell Mannas in December; Qamhana, which is a count
    assert len(kept) == len(changes) - left_out
    assert crisis.control_counts["what"].str.contains("Qamhana").any()
    assert "Tell Mannas" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "table", ["control", "control_counts", "observations", "violence", "sites", "populations"]
)
def test_nothing_is_known_before_it_happened_or_before_its_first_source(
    crisis: Crisis, table: str
) -> None:
    rows: pd.DataFrame = getattr(crisis, table)
    day = "as_of" if table in ("sites", "populations") else "date"
    assert (rows["published"] >= rows[day]).all()
    days = dict(zip(crisis.sources["source_id"], crisis.sources["published"], strict=True))
    for known, cell in zip(rows["published"], rows["source_id"], strict=True):
        dated = [days[s] for s in cell.split(";") if not pd.isna(days[s])]
        zero = table == "observations" and known == pd.Timestamp(crisis.meta.period.start)
        assert not dated or known >= min(dated) or zero, cell


def test_every_row_has_a_known_source(crisis: Crisis) -> None:
    known = set(crisis.sources["source_id"])
    tables = "areas places populations routes sites crossings control control_counts violence"
    for name in [*tables.split(), "happenings", "observations", "parties"]:
        for cell in set(getattr(crisis, name)["source_id"]):
            assert cell, name
            assert set(re.split(";", cell)) <= known, (name, cell)


def test_routes_join_all_places_and_are_no_shortcuts(crisis: Crisis) -> None:
    neighbours: dict[str, set[str]] = {p: set() for p in crisis.places["place_id"]}
    for a, b in zip(crisis.routes["from_place"], crisis.routes["to_place"], strict=True):
        neighbours[a].add(b)
        neighbours[b].add(a)
    reached, todo = {"idlib"}, ["idlib"]
    while todo:
        for other in neighbours[todo.pop()] - reached:
            reached.add(other)
            todo.append(other)
    assert reached == set(neighbours)
    assert (crisis.routes["road_km"] >= 0.3).all()
    assert {"M4", "M5", "local", "link"} == set(crisis.routes["road"])


def test_highway_line_separates_the_north_from_the_south(crisis: Crisis) -> None:
    protected, beyond = _parts(crisis, "m4-highway")
    points = _points(crisis)
    assert protected.contains(points["dana"])
    assert beyond.contains(points["hama"])
    sourced = pd.read_csv(FOLDER / "sourced" / "locations.csv", keep_default_na=False)
    ids = dict(zip(crisis.places["name"], crisis.places["place_id"], strict=True))
    for name, side in zip(sourced["name"], sourced["side_of_m4"], strict=True):
        part = beyond if side == "south" else protected
        assert part.contains(points[ids[name]]), name


def test_line_of_2018_hands_nothing_over_and_gives_back_what_fell_in_2019(
    crisis: Crisis, holder: dict[str, str]
) -> None:
    protected, beyond = _parts(crisis, "line-2018")
    points = _points(crisis)
    assert protected.contains(points["dana"])
    assert beyond.contains(points["hama"])
    for place, party in holder.items():
        if party in SIDES:
            assert protected.contains(points[place]), place
    back = {p for p, party in holder.items() if party == "gov" and protected.contains(points[p])}
    assert {"khan-shaykhun", "morek", "kafr-zita", "qalaat-al-madiq"} <= back
    assert not {"nubl", "abu-al-duhur", "sinjar", "al-hader", "aleppo"} & back


def test_options_are_the_six_and_the_first_is_the_baseline(crisis: Crisis) -> None:
    ids = [option.id for option in crisis.options]
    assert ids == [
        "no_deal", "ceasefire", "highway_line_haven", "line_2018", "open_border", "turkey_fights"
    ]  # fmt: skip
    assert [option.baseline for option in crisis.options] == [True] + [False] * 5
    assert crisis.options[0].levers == []


def test_borders_are_closed_and_truces_end_before_they_start_again(crisis: Crisis) -> None:
    assert set(crisis.crossings["regime"]) == {"closed"}
    truces = crisis.happenings[crisis.happenings["kind"].isin(["truce_start", "truce_end"])]
    kinds = truces.sort_values("date", kind="stable")["kind"].tolist()
    assert kinds == ["truce_start", "truce_end"] * (len(kinds) // 2) + ["truce_start"]
    fights = crisis.happenings[
        crisis.happenings["kind"].isin(["offensive_start", "offensive_pause"])
    ]
    kinds = fights.sort_values("date", kind="stable")["kind"].tolist()
    assert kinds == ["offensive_start", "offensive_pause"] * (len(kinds) // 2)


def test_main_series_rises_from_zero_to_the_truce(crisis: Crisis) -> None:
    rows = crisis.observations
    main = rows[rows["main"] == 1].sort_values("date")
    assert set(main["series_id"]) == {"displaced_since_2019_12_01"}
    before = main[main["date"] <= pd.Timestamp("2020-03-02")]["value"]
    assert before.iloc[0] == 0
    assert before.is_monotonic_increasing
    assert before.iloc[-1] == 961_300


def test_folder_is_small() -> None:
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 3_000_000
