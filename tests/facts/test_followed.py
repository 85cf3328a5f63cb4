"""What was counted beside the main series: which counts a run follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from havenline.facts.followed import followed_known
from tests.crises_random import START, Sketch, crisis_of, towns_in_a_row

Row = tuple[str, str, int | None, int, float, int]
NORTH, MIDDLE = frozenset({"z9"}), frozenset({"t3", "t4"})


def day(k: int) -> date:
    return START + timedelta(days=k)


def known(
    *rows: Row, on: int = 20, **changes: object
) -> list[tuple[str, date | None, date, float]]:
    sketch: Sketch = replace(towns_in_a_row(there=rows), **changes)  # type: ignore[arg-type]
    return [(c.area, c.start, c.end, c.persons) for c in followed_known(crisis_of(sketch), day(on))]


def test_the_newest_of_who_was_there_holds_and_every_arrival_counts() -> None:
    assert known(
        ("present", "north", None, 8, 6_000, 9),
        ("present", "north", None, 12, 9_000, 13),
        ("arrived", "middle", 5, 8, 300, 9),
        ("arrived", "middle", 5, 12, 800, 13),
    ) == [
        ("middle", day(4), day(12), 800.0),  # 300, then 500 more
        ("north", None, day(12), 9_000.0),
    ]


def test_days_between_two_figures_keep_them_apart() -> None:
    assert known(
        ("departed", "middle", 5, 8, 300, 9),
        ("departed", "middle", 11, 12, 80, 13),
        ("departed", "middle", 13, 14, 20, 15),
    ) == [("middle", day(4), day(8), 300.0), ("middle", day(10), day(14), 100.0)]


def test_of_figures_from_before_the_period_those_within_it_count() -> None:
    assert known(
        ("arrived", "middle", -20, 5, 700, 6),
        ("arrived", "middle", -20, 9, 900, 9),
        ("arrived", "middle", -20, 12, 950, 12),
    ) == [("middle", day(5), day(12), 250.0)]


def test_of_two_counters_of_one_day_the_one_published_last_holds() -> None:
    rows: tuple[Row, Row] = (
        ("present", "north", None, 12, 9_000, 15),
        ("displaced_present", "north", None, 12, 4_000, 13),
    )
    for given in (rows, rows[::-1]):
        assert known(*given) == [("north", None, day(12), 9_000.0)]
        assert known(*given, on=14) == [("north", None, day(12), 4_000.0)]


def test_nothing_published_later_and_nothing_of_before_the_period() -> None:
    rows: tuple[Row, ...] = (
        ("present", "north", None, 12, 9_000, 25),
        ("present", "middle", None, 0, 500, 1),
        ("arrived", "middle", -20, 5, 700, 6),
    )
    assert known(*rows) == []
    assert known(*rows, on=25) == [("north", None, day(12), 9_000.0)]


def test_it_says_which_places_and_of_whom() -> None:
    sketch = towns_in_a_row(
        there=(
            ("present", "middle", None, 12, 9_000, 13),
            ("displaced_present", "north", None, 12, 9_000, 13),
        )
    )
    middle, north = followed_known(crisis_of(sketch), day(20))
    assert (middle.places, middle.since_the_start) == (MIDDLE, False)
    assert (north.places, north.since_the_start) == (NORTH, True)


def test_a_count_of_the_whole_crisis_says_nothing_of_a_part() -> None:
    crisis = crisis_of(
        towns_in_a_row(counts=((9, 1_000.0, 9),), there=(("present", "north", None, 9, 900, 9),))
    )
    assert len(followed_known(crisis, day(20))) == 1
    one = crisis.observations.copy()
    one.loc[one["series_id"] == "newly", "area_id"] = "north"
    assert followed_known(replace(crisis, observations=one), day(20)) == []
    areas = crisis.areas.copy()
    areas.loc[len(areas)] = {"area_id": "land", "name": "land", "level": 1, "parent_id": ""}
    areas.loc[areas["area_id"] != "land", "parent_id"] = "land"
    every = crisis.observations.copy()
    every.loc[every["series_id"] == "present", "area_id"] = "land"
    assert followed_known(replace(crisis, areas=areas, observations=every), day(20)) == []


def test_one_count_of_several_areas_means_the_places_of_all() -> None:
    crisis = crisis_of(towns_in_a_row(there=(("arrived", "middle", 5, 9, 900, 9),)))
    rows = crisis.observations.copy()
    rows.loc[rows["series_id"] == "arrived", "area_id"] = "north; middle"
    (count,) = followed_known(replace(crisis, observations=rows), day(20))
    assert (count.area, count.places) == ("north; middle", NORTH | MIDDLE)


def figures(*rows: Row) -> list[tuple[str, str, float]]:
    crisis = crisis_of(towns_in_a_row(counts=((9, 1_000.0, 9),), there=rows))
    return [
        (c.figure, c.area if c.places else "", c.persons) for c in followed_known(crisis, day(20))
    ]


def test_each_measure_of_a_part_is_one_figure_of_a_run() -> None:
    assert figures(
        ("in_sites", "north", None, 9, 900, 9),
        ("present", "north", None, 9, 800, 9),
        ("departed", "middle", 5, 9, 700, 9),
        ("moves", "middle", 5, 9, 600, 9),
        ("killed", "middle", 5, 9, 50, 9),  # of a part: no run has it
        ("sheltered_outside", "north", None, 9, 40, 9),
    ) == [
        ("arrived", "middle", 600.0),
        ("in_sites", "north", 900.0),
        ("left", "middle", 700.0),
        ("there", "north", 800.0),
    ]


def test_a_neighbour_is_counted_for_what_is_told_of_it_alone() -> None:
    crisis = crisis_of(
        towns_in_a_row(
            there=(
                ("entered", "north", 5, 9, 900, 9),
                ("stranded_at_border", "north", None, 9, 300, 9),
                ("present", "north", None, 9, 900, 9),
            )
        )
    )
    rows = crisis.observations.copy()
    rows["neighbour"] = "nb"
    found = followed_known(replace(crisis, observations=rows), day(20))
    assert [(c.figure, c.neighbour, c.places) for c in found] == [
        ("entered", "nb", frozenset()),
        ("waiting", "nb", frozenset()),
    ]


def test_counts_of_the_whole_are_of_moves_deaths_and_shelter() -> None:
    measures = ("departed", "moves", "killed", "returned", "arrived", "in_sites")
    crisis = crisis_of(
        towns_in_a_row(
            counts=((9, 1_000.0, 9),),
            there=tuple((m, "north", None if m == "in_sites" else 5, 9, 9.0, 9) for m in measures),
        )
    )
    rows = crisis.observations.copy()
    rows.loc[rows["series_id"] == "newly", "area_id"] = "north"
    found = followed_known(replace(crisis, observations=rows), day(20))
    assert [c.figure for c in found] == ["home", "in_sites", "killed", "left", "left"]
    assert all(not c.places for c in found)
