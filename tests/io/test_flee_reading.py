"""What a folder in Flee's format says stands in the case, value by value."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from havenline.crisis.case import Closure, KindChange, Link, Location
from havenline.crisis.flee_settings import FleeSettings
from havenline.io import is_flee, open_flee
from tests import flee_folder
from tests.same_case import differences

PLACES = "input_csv/locations.csv"
ROUTES = "input_csv/routes.csv"
LAYOUT = "source_data/data_layout.csv"
FEN = "source_data/fen.csv"


def test_the_small_folder(flee: Any) -> None:
    case = open_flee(flee.path)
    assert (case.id, case.name, case.start, case.days) == ("small", "small", dt.date(2030, 1, 1), 8)
    alder = Location("Alder", "North", "Home", 10.1, 30.0, "conflict", 40000, math.nan)
    assert differences(case.locations[0], alder) == []
    kinds = [at.kind for at in case.locations]
    assert kinds == ["conflict", "conflict", "town", "forward", "camp", "camp"]
    assert [at.persons for at in case.locations] == [40000, 9000, 0, 0, 0, 0]
    assert [at.conflict_day for at in case.locations] == [0, 3, 0, 0, 0, 0]
    assert case.locations[4].capacity == 6000
    assert math.isnan(case.locations[5].capacity)
    assert len(case.links) == 6
    assert (case.links[5].first, case.links[5].second, case.links[5].km) == (2, 5, 95.5)
    assert math.isnan(case.links[5].max_move_speed)
    assert case.closures == (
        Closure("country", "Home", "Away", 2, 4),
        Closure("camp", "Fen", "", 0, 3),
    )
    assert case.conflict.shape == (8, 6)
    assert case.conflict[:, 0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert case.camps == (4, 5)
    assert case.settings == FleeSettings()
    assert sorted(case.input_hashes) == sorted(flee_folder.FILES)
    assert case.warnings == ()


def test_counts_with_a_registration_correction(flee: Any) -> None:
    case = open_flee(flee.path)
    # 100 and 700 are doubled: on the day of registration 700 became 1400
    assert case.counts[4].persons.tolist() == [200, 1400, 1400, 2000]
    assert case.registered[4].persons.tolist() == [100, 700, 1400, 2000]
    assert list(case.registered) == [4]
    before = case.as_registered()
    assert before.observed()[:, 0].tolist() == [100, 400, 700, 933, 1166, 1400, 1700, 2000]
    assert before.observed()[:, 1].tolist() == case.observed()[:, 1].tolist()
    assert case.total.on(np.array([-3, 1, 7, 90])).tolist() == [100, 475, 3000, 3000]


def test_corrections_of_a_camp_compound(flee: Any) -> None:
    flee.change(
        "input_csv/registration_corrections.csv",
        None,
        "East_Camp,2030-01-06\nEast_Camp,2030-01-03\nEast_Camp,2030-01-08\n",
    )
    # x2 up to day 2; then 1400/200 = 7 on day 0; then x 2000/1400 on all before day 7
    persons = open_flee(flee.path).counts[4].persons
    assert persons == pytest.approx([2000, 2000, 2000, 2000])


def test_all_files_in_one_place(tmp_path: Any, flee: Any) -> None:
    flat = open_flee(flee_folder.write(tmp_path / "flat", flat=True))
    assert flat.observed().tolist() == open_flee(flee.path).observed().tolist()
    assert "routes.csv" in flat.input_hashes


@pytest.mark.parametrize("part", ["input_csv", "source_data"])
def test_a_part_of_the_folder_stands_for_it(flee: Any, part: str) -> None:
    assert open_flee(flee.path / part).observed().shape == (8, 2)


def test_several_files_of_a_camp(flee: Any) -> None:
    flee.change(LAYOUT, "Fen,fen.csv", "Fen,fen.csv,more.csv")
    flee.change(
        "source_data/more.csv",
        None,
        "2030-01-01,10\n2030-01-03,30\n2030-01-08,130\n2030-01-20,370\n",
    )
    case = open_flee(flee.path)
    # by dates: the sum of both lines on each date of either
    assert case.counts[5].days.tolist() == [0, 2, 3, 7, 19]
    assert case.counts[5].persons == pytest.approx([10, 200 * 2 / 3 + 30, 250, 1130, 1370])
    # by rows: both; only the second, plus the first's next; only the first, plus the second's
    # last; both; beyond the first, plus its last
    flee_counts = case.as_flee().counts[5]
    rows = {0: 10, 2: 30 + 200, 3: 200 + 30, 7: 1130}
    assert [flee_counts.persons[day] for day in rows] == list(rows.values())


def test_a_descending_file_is_sorted_and_flee_does_not(flee: Any) -> None:
    before = open_flee(flee.path).observed()[:, 1].tolist()
    flee.change(FEN, None, "2030-01-08,1000\n2030-01-04,200\n2030-01-01,0\n")
    case = open_flee(flee.path)
    assert case.observed()[:, 1].tolist() == before
    assert case.as_flee().observed()[:, 1].tolist() == [1000] * 8


def test_counts_of_no_camp_add_to_the_arrivals(flee: Any) -> None:
    flee.change(LAYOUT, "Fen,fen.csv", "Fen,fen.csv\nGrove,fen.csv")
    case = open_flee(flee.path)
    assert list(case.others) == ["Grove"]
    assert case.others["Grove"].persons.tolist() == [0, 200, 1000]


def test_without_a_total_the_camps_are_it(flee: Any) -> None:
    flee.change(LAYOUT, "total,refugees.csv\n", "")
    case = open_flee(flee.path)
    assert case.total.days.tolist() == [0, 2, 3, 5, 7]
    assert case.total.persons == pytest.approx([200, 1400 + 400 / 3, 1400 + 200, 1400 + 600, 3000])


def test_a_camp_without_counts_is_a_camp(flee: Any) -> None:
    flee.change(LAYOUT, "Fen,fen.csv\n", "")
    case = open_flee(flee.path)
    assert case.camps == (4,)
    assert case.locations[5].is_camp


def test_roads_with_more_columns(flee: Any) -> None:
    flee.change(
        ROUTES,
        None,
        "#name1,name2,distance,forced_redirection,walk_probability,max_move_speed\n"
        "Alder,Birch,24\nAlder,Birch,24,2,0.5,100\nBirch,Fen,1e2,1,,\n",
    )
    a, b, c = open_flee(flee.path).links
    assert (a.km, a.forced, a.walk_probability) == (24, 0, 0)
    assert b == Link(0, 1, 24.0, 2, 100.0, 0.5)
    assert (c.second, c.km, c.forced) == (5, 100, 1)
    assert math.isnan(c.max_move_speed)


def test_places_by_the_names_of_their_columns(flee: Any) -> None:
    flee.change(
        PLACES,
        None,
        "#name,location_type,country,lon,lat,hdi,pop\n"
        "Alder,Conflict_Zone,Home,30,10,0.4,5\nBirch,default,Home,29,11,,\n"
        "Cedar Hill,MARKER,Home,28,12,,\nDune,flood_zone,Home,27,13,,\n"
        "East_Camp,IDPcamp,Away,26,14,,70\nFen,camp,,25,15,,0\n",
    )
    case = open_flee(flee.path)
    kinds = [at.kind for at in case.locations]
    assert kinds == ["conflict", "town", "marker", "flood_zone", "idpcamp", "camp"]
    assert (case.locations[0].lat, case.locations[0].lon) == (10, 30)
    assert case.locations[0].attributes == {"hdi": "0.4"}
    assert case.locations[0].region == "unknown"
    assert case.locations[5].country == "unknown"
    assert case.locations[4].capacity == 70


@pytest.mark.parametrize(
    "header",
    [
        "",
        "#a list of places\n",
        "#name,region\n",
        "#a list of places\n#name,region,country,lat,lon,type,conflict date,pop/cap\n",
        '"#Name","Region","Country","Latitude","Longitude","location_type","date","population"\n',
    ],
)
def test_headers_of_all_kinds(flee: Any, header: str) -> None:
    before = open_flee(flee.path)
    flee.change(PLACES, "#" + flee_folder.FILES[PLACES].split("\n")[0][1:] + "\n", header)
    after = open_flee(flee.path)
    assert differences(before, after) == []
    assert after.warnings == ()


def test_further_columns_need_a_header(flee: Any) -> None:
    flee.change(PLACES, "population\n", "population,hdi\n")
    flee.change(PLACES, "40000\n", "40000,0.5\n")
    assert open_flee(flee.path).locations[0].attributes == {"hdi": "0.5"}
    flee.change(PLACES, "#name,", "#x,")
    assert open_flee(flee.path).locations[0].attributes == {"hdi": "0.5"}


@pytest.mark.parametrize(
    ("header", "at", "in_flee"),
    [
        ("latitude,longitude", (10.1, 30.0), (30.0, 10.1)),
        ("gps_x,gps_y", (30.0, 10.1), (30.0, 10.1)),
    ],
)
def test_which_coordinate_is_which(
    flee: Any, header: str, at: tuple[float, float], in_flee: tuple[float, float]
) -> None:
    flee.change(PLACES, "latitude,longitude", header)
    case = open_flee(flee.path)
    assert (case.locations[0].lat, case.locations[0].lon) == at
    flee_at = case.as_flee().locations[0]
    assert (flee_at.lat, flee_at.lon) == in_flee


def test_an_empty_coordinate_is_unknown_and_0_to_flee(flee: Any) -> None:
    flee.change(PLACES, "10.1,30.0", ",")
    case = open_flee(flee.path)
    assert math.isnan(case.locations[0].lat)
    assert case.as_flee().locations[0].lat == 0


def test_conflict_found_by_another_spelling_is_not_found_by_flee(flee: Any) -> None:
    flee.change("input_csv/conflicts.csv", "Alder", "alder")
    case = open_flee(flee.path)
    assert case.conflict[:, 0].sum() == 5
    assert case.as_flee().conflict[:, 0].sum() == 0
    assert case.as_flee().conflict[:, 1].sum() == case.conflict[:, 1].sum() == 5


def test_without_a_conflict_table_the_dates_of_places_hold(flee: Any) -> None:
    flee.change("input_csv/conflicts.csv", None, None)
    flee.change("simsetting.yml", None, "default_conflict_intensity: 0.5\n")
    case = open_flee(flee.path)
    assert case.conflict[:, 0].tolist() == [0.5] * 8
    assert case.conflict[:, 1].tolist() == [0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_more_rows_of_conflict_than_days(flee: Any) -> None:
    flee.change("input_csv/sim_period.csv", "Length,8", "length, 3 ")
    assert open_flee(flee.path).conflict.shape == (3, 6)


def test_what_may_be_there_too(flee: Any) -> None:
    flee.change("input_csv/major_routes.csv", None, "Alder,Cedar Hill,Fen\n")
    flee.change("input_csv/location_changes.csv", None, "#name,newtype,day\nFen,town,3\n")
    flee.change("input_csv/flood_level.csv", None, "#Day,Alder,Fen\n0,0,1\n1,2,1\n")
    flee.change("input_csv/region_attributes_IPC.csv", None, "#Day,North,South\n0,10,20\n10,30,5\n")
    flee.change("input_csv/demographics_age.csv", None, "age,Default,Birch\n4,1,2\n50,0.5,3\n")
    flee.change("input_csv/agents.csv", None, "location,age\nFen,50\nalder,3\n")
    flee.change("simsetting.yml", None, "spawn_rules:\n  read_from_agents_csv_file: True\n")
    case = open_flee(flee.path)
    assert case.major_routes == ((0, 2, 5),)
    assert case.kind_changes == (KindChange(5, "town", 3),)
    assert case.flood is not None
    assert case.flood.tolist() == [[0, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 1]]
    assert case.food is not None
    assert case.food[:, 0].tolist() == [10, 12, 14, 16, 18, 20, 22, 24]
    assert case.food[:3, 2] == pytest.approx([20, 18.5, 17])
    assert case.food[:, 5].tolist() == [0] * 8
    (age,) = case.demographics
    assert (age.name, age.values) == ("age", ("4", "50"))
    assert age.weights.tolist() == [[1, 2, 1, 1, 1, 1], [0.5, 3, 0.5, 0.5, 0.5, 0.5]]
    assert [(t.location, dict(t.attributes)) for t in case.travellers] == [
        (5, {"age": "50"}),
        (0, {"age": "3"}),
    ]


def test_settings_of_the_folder_or_given(flee: Any, tmp_path: Any) -> None:
    flee.change("simsetting.yml", None, "move_rules:\n  softening: 50\n")
    settings = open_flee(flee.path).settings
    assert (settings.softening, settings.conflict_weight) == (50, 0.3162277660)
    (tmp_path / "other.yml").write_text("move_rules: {softening: 7}\n")
    assert open_flee(flee.path, tmp_path / "other.yml").settings.softening == 7
    assert open_flee(flee.path, FleeSettings(softening=8)).settings.softening == 8


def test_which_folders_are_in_flees_format(flee: Any, tmp_path: Any) -> None:
    assert is_flee(flee.path)
    assert is_flee(str(flee.path / "input_csv"))
    assert not is_flee(tmp_path)
    assert not is_flee(flee.path / PLACES)
    (flee.path / "crisis.yaml").write_text("format: 1\n")
    assert not is_flee(flee.path)
