"""Every observed series beside the daily figure that answers to it: rises, stocks, shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from havenline.crisis.answers import ANSWERS, WITHOUT
from havenline.crisis.choices import MEASURES
from havenline.engine.layout import VARIABLES
from havenline.evidence.figures import FigureScore, Forecasts, last_figure, score_figures
from havenline.evidence.scores import spread_observed
from havenline.evidence.shares import ShareScore, score_shares
from havenline.facts.observed import beside, every_count

from .conftest import HandMade, observations, people

AS_OF = date(2020, 1, 11)
UNTIL = date(2020, 1, 31)
AREAS = ("A1", "A2", "B1")


def seen(*rows: tuple[str, str, str, str, str, float], **more: str | float) -> pd.DataFrame:
    """Rows: series, measure, area, period start or "", date, value; published the day after."""
    table = pd.DataFrame(
        {
            "series_id": [r[0] for r in rows],
            "measure": [r[1] for r in rows],
            "area_id": [r[2] for r in rows],
            "period_start": pd.to_datetime(pd.Series([r[3] or None for r in rows])),
            "date": pd.to_datetime([r[4] for r in rows]),
            "value": [float(r[5]) for r in rows],
            "unit": "persons",
            "main": 0,
            "qualifier": "=",
            "counter": "",
            "neighbour": "",
            "low": np.nan,
            "high": np.nan,
            "break": "",
            "ends": "",
            "repeats": "",
        }
    )
    table["published"] = table["date"] + pd.Timedelta(days=1)
    return table.assign(**more)


def crisis() -> HandMade:
    return HandMade(
        observations([]),
        areas=pd.DataFrame(
            {"area_id": ["S", "A", "A1", "A2", "B1"], "parent_id": ["", "S", "A", "A", "S"]}
        ),
        places=pd.DataFrame({"place_id": ["a1", "a2", "b1"], "area_id": list(AREAS)}),
        populations=people(("a1", 50_000), ("a2", 30_000), ("b1", 20_000)),
    )


def run(**daily: float) -> xr.Dataset:
    """Return a run of two futures: each figure grows by so many a day, twice in the second.

    Displaced people present and arrivals of a day are 100, 200 and 300 by area, times the day.
    """
    days = [AS_OF + timedelta(days=k) for k in range(21)]
    number = np.array([1.0, 2.0])[:, None] * np.arange(21.0)
    by_area = number[:, :, None, None] * np.array([100.0, 200.0, 300.0])[None, None, :, None]
    flow = np.ones((2, 21))[:, :, None, None] * np.array([10.0, 20.0, 70.0])[None, None, :, None]
    flow[1] *= 2.0
    dims = ("future", "day", "area", "group")
    result = xr.Dataset(
        {name: (("future", "day"), rate * number) for name, rate in daily.items()}
        | {"displaced": (dims, by_area), "arrivals": (dims, flow)},
        coords={"day": pd.to_datetime(days).to_numpy(), "area": list(AREAS)},
    )
    result["arrivals"].attrs["measure"] = "flow"
    return result


def score(
    table: pd.DataFrame, result: xr.Dataset, made: HandMade | None = None
) -> tuple[list[FigureScore], dict[str, str]]:
    declared = replace(made or crisis(), observations=table)
    found, without = score_figures(Forecasts(result, declared, "main", AS_OF, UNTIL))
    return found, {str(series): why for series, why in without.items()}


def middle(found: list[FigureScore]) -> list[float]:
    return [one.quantiles[1] for one in found]


def test_every_measure_has_an_answer_or_a_reason() -> None:
    assert set(ANSWERS) | set(WITHOUT) == set(MEASURES)
    assert not set(ANSWERS) & set(WITHOUT)
    named = {name for answer in ANSWERS.values() for name in (answer.whole, answer.part) if name}
    assert named <= set(VARIABLES)
    assert all("area" in VARIABLES[a.part].dims for a in ANSWERS.values() if a.part)


def test_a_running_count_gives_its_rises_and_a_step_of_method_is_none() -> None:
    table = seen(
        ("r", "returned_cumulative", "S", "2020-01-01", "2020-01-10", 100),
        ("r", "returned_cumulative", "S", "2020-01-01", "2020-01-14", 90),
        ("r", "returned_cumulative", "S", "2020-01-01", "2020-01-18", 130),
        ("r", "returned_cumulative", "S", "2020-01-01", "2020-01-22", 430),
        ("r", "returned_cumulative", "S", "2020-01-01", "2020-01-26", 450),
    )
    table.loc[3, "break"] = "yes"
    (found,) = every_count(table).values()
    assert [(f.start, f.end.day, f.value) for f in found] == [
        (date(2019, 12, 31), 10, 100.0),
        (date(2020, 1, 10), 14, 0.0),
        (date(2020, 1, 14), 18, 30.0),
        (date(2020, 1, 22), 26, 20.0),
    ]


def test_counters_of_one_quantity_are_several_series_and_main_rows_count_alone() -> None:
    table = pd.concat(
        [
            seen(("d", "displaced_cumulative", "S", "", "2020-01-20", 7), main=1, counter="x"),
            seen(("d", "displaced_cumulative", "S", "", "2020-01-20", 9), counter="x"),
            seen(("d", "displaced_present", "S", "", "2020-01-20", 5), counter="y"),
            seen(("e", "present", "A", "", "2020-01-20", 3)),
        ],
        ignore_index=True,
    )
    assert [str(series) for series in every_count(beside(table, "d"))] == ["d (y)", "e"]
    values = {str(s): [f.value for f in figures] for s, figures in every_count(table).items()}
    # one count that does not say since when it counts gives no rise
    assert values == {"d (x)": [], "d (y)": [5.0], "e": [3.0]}


def test_areas_of_any_level_are_summed_from_those_below_them() -> None:
    table = seen(
        ("p", "present", "A1", "", "2020-01-21", 1_500),
        ("p", "present", "A", "", "2020-01-21", 4_500),
        ("p", "present", "S", "", "2020-01-21", 9_000),
    )
    found, without = score(table, run())
    assert without == {}
    by_area = {one.counted.series.area: one for one in found}
    assert {a: s.quantiles[1] for a, s in by_area.items()} == {
        "A1": 1_500.0, "A": 4_500.0, "S": 9_000.0
    }  # fmt: skip
    assert all(one.crps == pytest.approx(0.0) for one in found)  # 1 and 2 around 1.5, fair


def test_an_area_without_a_place_is_the_whole_only_where_the_main_series_counts_it() -> None:
    table = seen(
        ("p", "present", "drawn-for-it", "", "2020-01-21", 9_000),
        ("q", "present", "elsewhere", "", "2020-01-21", 40),
        ("k", "killed", "elsewhere", "2020-01-12", "2020-01-21", 40),
    )
    main = seen(("main", "displaced_cumulative", "drawn-for-it", "", "2020-01-21", 9_000), main=1)
    found, without = score(pd.concat([table, main], ignore_index=True), run(killed=1.0))
    assert [str(one.counted.series) for one in found] == ["p"]
    assert middle(found) == [9_000.0]
    assert set(without) == {"q", "k"}
    assert all("no place that people may live in" in why for why in without.values())


def test_an_area_abroad_is_no_area_without_a_place() -> None:
    table = seen(("over", "entered", "abroad", "2020-01-12", "2020-01-21", 5), neighbour="x")
    made = replace(crisis(), crossings=pd.DataFrame({"crossing_id": ["c"], "neighbour": ["x"]}))
    found, _ = score(table, run(entries=2.0), made)
    assert middle(found) == [30.0]


def test_who_left_and_who_is_in_sites_are_summed_over_the_areas_of_a_series() -> None:
    result = run()
    number = np.array([1.0, 2.0])[:, None] * np.arange(21.0)
    share = np.array([0.1, 0.2, 0.3])
    dims = ("future", "day", "area")
    result["departures"] = (dims, np.ones((2, 21, 1)) * np.array([5.0, 7.0, 11.0]))
    result["departures"].attrs["measure"] = "flow"
    result["in_sites"] = (dims, 100.0 * number[:, :, None] * share)
    table = seen(
        ("part", "departed", "A", "2020-01-12", "2020-01-15", 48),
        ("whole", "departed", "S", "2020-01-12", "2020-01-15", 92),
        ("camps", "in_sites", "B1", "", "2020-01-21", 450),
        ("sites", "in_sites", "S", "", "2020-01-21", 900),
    )
    found, without = score(table, result)
    assert without == {}
    assert {str(f.counted.series): f.quantiles[1] for f in found} == pytest.approx(
        {"part": 4 * 12.0, "whole": 4 * 23.0, "camps": 450.0, "sites": 900.0}
    )


def test_who_waits_is_that_of_the_neighbour_named_or_of_all_of_them() -> None:
    result = run().assign_coords(neighbour=["w", "x"])
    at = np.ones((2, 21, 1)) * np.array([300.0, 40.0])
    result["waiting"] = (("future", "day", "neighbour"), at)
    table = pd.concat(
        [
            seen(("x", "stranded_at_border", "A", "", "2020-01-21", 5), neighbour="x"),
            seen(("z", "stranded_at_border", "S", "", "2020-01-21", 5), neighbour="z"),
            seen(
                ("all", "stranded_at_border", "S", "", "2020-01-21", 5),
                ("part", "stranded_at_border", "A", "", "2020-01-21", 5),
            ),
        ],
        ignore_index=True,
    )
    found, without = score(table, result)
    assert {str(f.counted.series): f.quantiles[1] for f in found} == {"x": 40.0, "all": 340.0}
    assert "whole crisis" in without["part"]
    assert "no border" in without["z"]


def test_those_displaced_before_are_no_part_of_those_still_displaced() -> None:
    made = crisis()
    made.populations.loc[2, "status"] = "idp"
    table = seen(
        ("now", "displaced_present", "S", "", "2020-01-31", 1),
        ("all", "present", "S", "", "2020-01-31", 1),
    )
    found, _ = score(table, run() * 10.0, made)
    assert dict(zip([str(f.counted.series) for f in found], middle(found), strict=True)) == {
        "all": 180_000.0,
        "now": 160_000.0,
    }


def test_a_rise_counts_from_the_as_of_date_and_only_if_half_of_it_lies_ahead() -> None:
    table = seen(
        ("ahead", "killed", "S", "2020-01-12", "2020-01-21", 60),
        ("half", "killed", "S", "2020-01-02", "2020-01-21", 60),
        ("past", "killed", "S", "2020-01-01", "2020-01-12", 60),
    )
    found, without = score(table, run(killed=2.0))
    assert {str(f.counted.series): f.observed for f in found} == {"ahead": 60.0, "half": 30.0}
    assert middle(found) == [30.0, 30.0]  # ten days of 2 and of 4
    assert "ahead" in without["past"]


def test_arrivals_of_an_area_are_added_over_the_days() -> None:
    table = seen(("in", "arrived", "A", "2020-01-12", "2020-01-15", 120))
    found, _ = score(table, run())
    assert middle(found) == [4 * 30 * 1.5]


def test_the_last_figure_or_rate_kept_stands_beside() -> None:
    table = seen(
        ("p", "present", "A", "", "2020-01-05", 4_000),
        ("p", "present", "A", "", "2020-01-31", 5_000),
        ("k", "killed", "S", "2020-01-01", "2020-01-10", 50),
        ("k", "killed", "S", "2020-01-01", "2020-01-20", 90),
        ("new", "present", "B1", "", "2020-01-20", 10),
        ("none", "killed", "S", "2020-01-12", "2020-01-21", 10),
    )
    found, _ = score(table, run(killed=1.0))
    kept = {str(one.counted.series): one.kept for one in found}
    assert kept["p"] == 1_000.0
    # five a day were killed; nine days of ten lie ahead of which 36 were counted
    assert kept["k"] == pytest.approx(45.0 - 36.0)
    assert np.isnan(kept["new"])
    assert kept["none"] == 10.0


def test_what_a_run_cannot_say_is_told_with_its_reason() -> None:
    table = pd.concat(
        [
            seen(
                ("trucks", "other", "S", "", "2020-01-20", 5),
                ("camps", "in_sites", "S", "", "2020-01-20", 5),
                ("there", "abroad", "S", "", "2020-01-20", 5),
                ("home", "returned", "A", "2020-01-12", "2020-01-20", 5),
                ("once", "returned", "S", "", "2020-01-20", 5),
                ("killed", "killed", "S", "2020-01-12", "2020-02-20", 5),
            ),
            seen(("over", "entered", "S", "2020-01-12", "2020-01-20", 5), neighbour="x"),
        ],
        ignore_index=True,
    )
    found, without = score(table, run(returned=1.0, killed=1.0, entries=1.0))
    assert found == []
    assert without["trucks"] == "no figure of a run answers to it"
    assert without["camps"] == "the run does not hold it"
    assert without["there"] == WITHOUT["abroad"]
    assert "whole crisis" in without["home"]
    assert "does not say since when" in without["once"]
    assert "no figure of it lies ahead" in without["killed"]
    assert "which neighbour" in without["over"]


def test_entries_are_those_of_the_only_neighbour_or_by_neighbour() -> None:
    table = seen(("over", "entered", "S", "2020-01-12", "2020-01-21", 5), neighbour="x")
    made = crisis()
    crossings = pd.DataFrame({"crossing_id": ["c", "d"], "neighbour": ["x", "x"]})
    one = replace(made, crossings=crossings)
    found, _ = score(table, run(entries=2.0), one)
    assert middle(found) == [30.0]
    split = run()
    entries = np.zeros((2, 21, 2))
    entries[:, :, 1] = 7.0 * np.arange(21)
    split["entered"] = (("future", "day", "neighbour"), entries)
    found, _ = score(table, split.assign_coords(neighbour=["w", "x"]), made)
    assert middle(found) == [70.0]


def test_people_counted_again_at_each_move_are_moves() -> None:
    once = seen(("d", "displaced", "S", "2020-01-12", "2020-01-21", 5))
    again = seen(("d", "displaced", "S", "2020-01-12", "2020-01-21", 5), repeats="yes")
    result = run(newly_displaced=2.0, movements=6.0)
    assert middle(score(once, result)[0]) == [30.0]
    assert middle(score(again, result)[0]) == [90.0]


def test_a_range_of_the_count_is_no_fault_of_the_forecast() -> None:
    sharp = seen(("p", "present", "S", "", "2020-01-21", 8_000))
    loose = seen(("p", "present", "S", "", "2020-01-21", 8_000), low=4_000.0, high=16_000.0)
    (exact,), (wide,) = score(sharp, run())[0], score(loose, run())[0]
    assert exact.inside[0.9] == 1.0
    assert 0.0 < wide.inside[0.9] < 1.0
    assert wide.crps > exact.crps
    points = spread_observed([8_000.0, 5.0], [4_000.0, 5.0], [16_000.0, 5.0])
    assert points[0].min() > 4_000.0
    assert points[0].max() < 16_000.0
    assert (np.diff(points[0]) > 0.0).all()
    assert points[0].mean() == pytest.approx((4_000 + 8_000 + 16_000) / 3, rel=0.01)
    assert points[1].tolist() == [5.0] * points.shape[1]
    with pytest.raises(ValueError, match="outside its range"):
        spread_observed([3.0], [4.0], [5.0])


def test_a_run_goes_on_to_the_last_figure_that_it_answers() -> None:
    table = seen(
        ("p", "present", "S", "", "2020-01-21", 8_000),
        ("o", "other", "S", "", "2020-01-25", 8_000),
        ("p", "present", "S", "", "2020-02-21", 8_000),
    )
    assert last_figure(table, "main", UNTIL) == date(2020, 1, 21)
    assert last_figure(table.assign(main=1), "p", UNTIL) == date.min


def shares(table: pd.DataFrame) -> list[ShareScore]:
    declared = replace(crisis(), observations=table)
    return score_shares(Forecasts(run(), declared, "main", AS_OF, UNTIL))


def test_shares_are_of_those_whom_the_series_counts_in_its_finest_areas() -> None:
    table = seen(
        ("in", "arrived", "A1", "2020-01-12", "2020-01-21", 100),
        ("in", "arrived", "B1", "2020-01-12", "2020-01-21", 300),
        ("in", "arrived", "S", "2020-01-12", "2020-01-21", 900),
    )
    found = shares(table)
    assert [(f.area, f.observed) for f in found] == [("A1", 0.25), ("B1", 0.75)]
    # arrivals are 10 and 70 a day there, whatever the number
    assert found[0].quantiles == pytest.approx((0.125, 0.125, 0.125))
    assert found[0].scores["model"] == pytest.approx(0.125)
    assert np.isnan(found[0].scores["last_counted"])


def test_the_shares_counted_last_are_those_known_by_the_as_of_date() -> None:
    table = seen(
        ("old", "present", "A1", "", "2020-01-02", 30),
        ("old", "present", "B1", "", "2020-01-02", 70),
        ("in", "arrived", "A1", "2020-01-12", "2020-01-21", 30),
        ("in", "arrived", "B1", "2020-01-12", "2020-01-21", 70),
    )
    (first, _) = shares(table)
    late = table.assign(published=pd.Timestamp("2020-02-01"))
    (unknown, _) = shares(late)
    assert first.scores["last_counted"] < 0.05
    assert np.isnan(unknown.scores["last_counted"])


def test_one_area_alone_has_no_share() -> None:
    assert shares(seen(("in", "arrived", "A1", "2020-01-12", "2020-01-21", 30))) == []
