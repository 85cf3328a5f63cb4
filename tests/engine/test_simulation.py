"""What a simulation may depend on, and what it may not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.crisis import Crisis, init_crisis, open_crisis
from havenline.crisis.parameters import default_table, parameter_names
from havenline.engine import simulate
from havenline.engine.layout import LARGE
from havenline.errors import RunError
from havenline.outcomes import compare
from tests.crises_random import (
    ALL_LEVERS,
    PARTIES,
    RELATIONS,
    TABLES,
    Attack,
    Road,
    Sketch,
    Town,
    crisis_of,
    several,
    shuffled,
    sketches,
    towns_in_a_row,
)

few = settings(max_examples=15, deadline=None, derandomize=True)


def busy() -> Sketch:
    """Towns in a row with a side road, a border and every lever."""
    row = towns_in_a_row(
        options=ALL_LEVERS,
        crossings=(("z9", "managed", -9, -9),),
        happenings=((2, "offensive_start", 3),),
        counts=((12, 9_000.0, 13),),
    )
    towns = (
        *row.towns,
        Town("m5", "middle", -0.1, 0.3, residents=15_000, idps=8_000, in_sites=900),
    )
    return replace(row, towns=towns, roads=(*row.roads, Road("rm", "t3", "m5", 44.0)))


def same(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether all arrays are identical."""
    return all(np.array_equal(one[v].to_numpy(), other[v].to_numpy()) for v in one.data_vars)


def agree(one: xr.Dataset, other: xr.Dataset, name: str) -> bool:
    """Whether means over futures of the last day lie within four standard errors."""
    a, b = (d[name].isel(day=-1).to_numpy() for d in (one, other))
    error = np.sqrt(a.var(axis=1, ddof=1) / a.shape[1] + b.var(axis=1, ddof=1) / b.shape[1])
    return bool((np.abs(a.mean(axis=1) - b.mean(axis=1)) <= 4 * error + 1e-9).all())


# Order and names


@few
@given(sketch=sketches() | several(), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(sketch: Sketch, seed: int) -> None:
    crisis = crisis_of(sketch)
    one = simulate(crisis, futures=3, workers=1).dataset
    assert one.identical(simulate(shuffled(crisis, seed), futures=3, workers=1).dataset)


def test_display_names_change_names_only() -> None:
    one = simulate(crisis_of(busy()), futures=3).dataset
    other = simulate(crisis_of(replace(busy(), names=" by another name")), futures=3).dataset
    assert same(one, other)
    assert one["area_name"].to_numpy().tolist() == ["middle", "north", "south"]
    assert other["area_name"].to_numpy()[0] == "middle by another name"


ID_COLUMNS = {
    *("place_id", "area_id", "route_id", "from_place", "to_place", "party_id", "party", "other"),
    *("home", "holder", "offensive_id", "site_id", "crossing_id"),
}
LISTS = {"attackers", "defenders", "areas", "offensives"}


def renamed(crisis: Crisis) -> Crisis:
    """The crisis with other ids, which also sort in another order."""

    def other(cell: str) -> str:
        return ";".join(f"x{part.strip()[::-1]}" for part in cell.split(";") if part.strip())

    tables = {}
    for name in TABLES:
        frame = getattr(crisis, name).copy()
        for column in (ID_COLUMNS | LISTS) & set(frame.columns):
            frame[column] = [other(v) for v in frame[column]]
        tables[name] = frame
    groups = [g.model_copy(update={"id": f"y{g.id[::-1]}"}) for g in crisis.meta.groups]
    return replace(crisis, meta=crisis.meta.model_copy(update={"groups": groups}), **tables)


FIGURES = ("newly_displaced", "movements", "unsheltered", "entries", "returned", "killed")


def test_other_ids_leave_the_distribution() -> None:
    crisis = crisis_of(busy())
    one = simulate(crisis, futures=200, days=20).dataset
    other = simulate(renamed(crisis), futures=200, days=20).dataset
    assert not same(one, other)
    for name in FIGURES:
        assert agree(one, other, name), name


def with_two_offensives() -> Sketch:
    """The busy row with a second enemy in the north that attacks on its own, and one who guards."""
    row = busy()
    enemy = Town("o6", "north", 1.6, 0.1, "oth", residents=9_000)
    guarded = Town("g7", "middle", 0.3, 0.2, "gua", residents=4_000)
    roads = (Road("ro", "z9", "o6", 14.0), Road("rg", "t4", "g7", 30.0))
    return replace(
        row,
        towns=(*row.towns, enemy, guarded),
        roads=(*row.roads, *roads),
        parties=(*PARTIES, ("oth", "armed")),
        relations=(*RELATIONS, ("oth", "def", "hostile"), ("oth", "att", "allied")),
        attacks=(Attack("east", areas="south;middle"), Attack("west", "oth", "def", "north")),
        happenings=((2, "offensive_start", 3), (14, "offensive_pause", 15, "west")),
        refuge=(*row.refuge, ("def", "oth", 0.3, "no")),
        options={"halt": [{"lever": "truce", "start": 9}]},
    )


def test_other_ids_of_parties_and_offensives_leave_the_distribution() -> None:
    crisis = crisis_of(with_two_offensives())
    given = {"front_speed": 1.0, "front_axis_share": 0.7}
    one, other = (
        simulate(c, futures=200, days=30, settings=given).dataset for c in (crisis, renamed(crisis))
    )
    assert not same(one, other)
    for name in (*FIGURES, "in_captured_places", "near_front"):
        assert agree(one, other, name), name


def test_a_group_split_in_two_leaves_the_distribution_of_sums() -> None:
    whole = replace(busy(), groups=(("adults", 0.5), ("children", 0.5)))
    split = replace(busy(), groups=(("adults", 0.5), ("boys", 0.25), ("girls", 0.25)))
    one, other = (simulate(crisis_of(s), futures=200, days=20).dataset for s in (whole, split))
    for name in ("newly_displaced", "movements", "unsheltered", "entries", "returned", "killed"):
        assert agree(one, other, name), name
    for name in ("displaced", "arrivals"):
        a = one[name].sel(group="children").sum("area")
        b = other[name].sel(group=["boys", "girls"]).sum(["group", "area"])
        assert agree(xr.Dataset({"x": a}), xr.Dataset({"x": b}), "x"), name
        boys, girls = (
            other[name].sel(group=g).sum(["area", "day"]).mean() for g in ("boys", "girls")
        )
        assert abs(boys - girls) <= 0.01 * girls


# Threads, seeds, futures, options


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_no_byte(tmp_path: Path, workers: int) -> None:
    crisis = crisis_of(busy())
    simulate(crisis, futures=12, days=14, workers=1, out=tmp_path / "one")
    simulate(crisis, futures=12, days=14, workers=workers, out=tmp_path / "many")
    one, many = ((tmp_path / d / "result.nc").read_bytes() for d in ("one", "many"))
    assert one == many


@few
@given(sketch=sketches(days=10))
def test_workers_change_no_number(sketch: Sketch) -> None:
    one, two, four = (simulate(crisis_of(sketch), futures=6, workers=w).dataset for w in (1, 2, 4))
    assert one.identical(two)
    assert one.identical(four)


@pytest.mark.parametrize("crossings", [busy().crossings, ()])
def test_in_memory_and_on_disk_are_the_same(tmp_path: Path, crossings: Any) -> None:
    """Also where no neighbour is declared, and so no entries by neighbour."""
    options = {} if not crossings else busy().options
    crisis = crisis_of(replace(busy(), crossings=crossings, options=options))
    held = simulate(crisis, futures=4, days=9).dataset
    written = simulate(crisis, futures=4, days=9, out=tmp_path).dataset
    assert set(held.data_vars) == set(written.data_vars)
    assert same(held, written)


def test_the_same_seed_gives_the_same_and_another_seed_something_else() -> None:
    crisis = crisis_of(busy())
    one = simulate(crisis, futures=10, seed=5).dataset
    assert one.identical(simulate(crisis, futures=10, seed=5).dataset)
    other = simulate(crisis, futures=10, seed=6).dataset
    assert (one["movements"].isel(day=-1) != other["movements"].isel(day=-1)).all()
    ends = one["movements"].isel(day=-1, option=0).to_numpy()
    assert len(np.unique(ends)) == 10


@few
@given(sketch=sketches(days=20))
def test_an_option_more_changes_no_other_option(sketch: Sketch) -> None:
    crisis = crisis_of(sketch)
    everything = simulate(crisis, futures=3).dataset
    for name in sketch.options:
        alone = simulate(crisis, options=[name], futures=3).dataset
        for v in (*LARGE, "movements", "cost_usd", "near_front"):
            assert np.array_equal(alone[v], everything[v].sel(option=["no_deal", name])), (name, v)


def test_an_option_without_effect_is_the_baseline() -> None:
    levers: dict[str, Any] = {
        "same_aid": [{"lever": "aid", "start": 3, "level": 1.0}],
        "same_border": [{"lever": "border", "neighbour": "nb", "start": 3, "regime": "managed"}],
    }
    data = simulate(crisis_of(replace(busy(), options=levers)), futures=5).dataset
    for v in data.data_vars:
        if "option" in data[v].dims:
            for option in levers:
                assert np.array_equal(data[v].sel(option=option), data[v].sel(option="no_deal")), v


def test_all_options_start_from_the_same_day() -> None:
    data = simulate(crisis_of(busy()), futures=5).dataset.isel(day=0)
    for v in (
        "displaced",
        "residents",
        "departures",
        "in_sites",
        "newly_displaced",
        "movements",
        "unsheltered",
        "near_front",
    ):
        for option in data["option"].to_numpy():
            assert np.array_equal(data[v].sel(option=option), data[v].sel(option="no_deal")), v


# What was not yet known


def with_later_facts(crisis: Crisis, as_of: dt.date) -> Crisis:
    """The crisis with everything changed that was published after a day."""
    late = pd.Timestamp(as_of)
    start = pd.Timestamp(crisis.meta.period.start)
    tables = {}
    changes: Mapping[str, Any] = {
        "control": lambda f: f.assign(
            party_id=f["party_id"].map(
                lambda p: next(q for q in crisis.parties["party_id"] if q != p)
            )
        ),
        "observations": lambda f: f.assign(value=f["value"] * 3 + 1000),
        "happenings": lambda f: f.assign(kind="truce_start"),
        "crossings": lambda f: f.assign(regime="open"),
    }
    for name, change in changes.items():
        frame = getattr(crisis, name)
        unknown = frame["published"] > late
        if name == "control":  # who held what at the start is known from the start
            unknown &= frame["date"] > start
        frame = pd.concat([frame.loc[~unknown], change(frame.loc[unknown])])
        tables[name] = frame.astype(getattr(crisis, name).dtypes.to_dict())
    own = crisis.parameters
    tables["parameters"] = own.loc[own["known_from"] <= late]
    return replace(crisis, **tables)


def test_what_was_published_later_changes_nothing_in_idlib() -> None:
    crisis = open_crisis("idlib-2020")
    as_of = dt.date(2020, 1, 15)
    other = with_later_facts(crisis, as_of)
    for name in ("control", "observations", "happenings"):
        assert not getattr(crisis, name).equals(getattr(other, name)), name
    one, two = (simulate(c, futures=2, days=5, as_of=as_of).dataset for c in (crisis, other))
    assert one.identical(two)


@few
@given(sketch=sketches(days=10))
def test_what_was_published_later_changes_nothing(sketch: Sketch) -> None:
    later = replace(
        sketch,
        changes=(*sketch.changes, (15, sketch.towns[1].id, "att", 21), (25, "p02", "att", 25)),
        happenings=(*sketch.happenings, (14, "offensive_start", 40), (22, "truce_start", 22)),
        counts=(*sketch.counts, (19, 9e6, 21), (30, 9e6, 31)) if sketch.counts else (),
        crossings=(*sketch.crossings, (sketch.towns[1].id, "open", 10, 21))
        if sketch.crossings
        else (),
    )
    one, two = (simulate(crisis_of(s), futures=2).dataset for s in (sketch, later))
    assert one.identical(two)


# Handing over


def test_no_option_of_idlib_loses_anyone() -> None:
    data = simulate(open_crisis("idlib-2020"), futures=3, days=40).dataset
    assert not data["ledger_residual"].any()
    handing = data.sel(option="highway_line_haven")
    assert (handing["left_on_other_side"].isel(day=-1) > 0).all()
    assert (handing["displaced_by_option"].isel(day=-1) > 0).all()
    for option in ("no_deal", "ceasefire", "line_2018", "open_border"):
        assert not data["left_on_other_side"].sel(option=option).any(), option
        assert not data["displaced_by_option"].sel(option=option).any(), option


# What is refused


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"futures": 0}, "futures: 0 given; 1 to 100000 are possible"),
        ({"days": 0}, "days: 0 given; 1 to 730 are possible"),
        ({"days": 731}, "days: 731 given; 1 to 730 are possible"),
        ({"seed": -1}, "seed: -1 given; a whole number of 0 to 2**63 - 1 is needed"),
        ({"workers": 0}, "workers: 0 given; at least 1 is needed"),
        (
            {"as_of": dt.date(2029, 12, 31)},
            "as-of date 2029-12-31: outside the crisis period 2030-01-01 to 2030-06-30",
        ),
        (
            {"as_of": dt.date(2030, 7, 1)},
            "as-of date 2030-07-01: outside the crisis period 2030-01-01 to 2030-06-30",
        ),
        (
            {"options": ["deel"]},
            "unknown option 'deel'; the crisis declares: no_deal, halt, deal, back, shelter, open; "
            "did you mean 'deal'?",
        ),
        (
            {"settings": {"front_sped": 1.0}},
            "unknown parameter 'front_sped'; did you mean 'front_speed'?",
        ),
        ({"settings": {"zzzzzz": 1.0}}, "unknown parameter 'zzzzzz'"),
        (
            {"settings": {"front_speed": float("nan")}},
            "parameter 'front_speed': nan is not a finite number",
        ),
    ],
)
def test_what_cannot_be_run_is_refused(asked: Mapping[str, Any], message: str) -> None:
    with pytest.raises(RunError) as caught:
        simulate(crisis_of(busy()), **asked)
    assert str(caught.value) == message


def test_nobody_to_simulate_is_refused() -> None:
    empty = replace(busy(), towns=tuple(replace(t, residents=0, idps=0) for t in busy().towns))
    with pytest.raises(RunError, match=r"^populations\.csv: nobody is known to live anywhere by"):
        simulate(crisis_of(empty), futures=1)


def test_results_too_large_for_memory_want_a_folder() -> None:
    with pytest.raises(RunError, match="give a folder to write them to"):
        simulate(crisis_of(busy()), futures=100_000)


def test_flows_add_up_to_the_arrivals_of_each_area_and_week() -> None:
    dataset = simulate(open_crisis("idlib-2020"), futures=3, days=30).dataset
    came = dataset["arrivals"].isel(day=slice(1, None)).sum("group").mean("future").to_numpy()
    weekly = np.add.reduceat(came, np.arange(0, came.shape[1], 7), axis=1)
    flows = dataset["flows"].transpose("option", "week", "from_area", "area").to_numpy()
    np.testing.assert_allclose(flows.sum(axis=2), weekly, rtol=1e-12)
    assert weekly.sum() > 0
    by_pair = flows[0].sum(axis=0)
    assert by_pair.sum() > 2 * np.trace(by_pair)  # most go to another sub-district


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    return open_crisis(init_crisis(tmp_path_factory.mktemp("crises") / "example"))


def ran_or_refused(crisis: Crisis, settings: Mapping[str, float]) -> set[str]:
    """Run a crisis; return the settings that it was refused for, each by its name."""
    try:
        found = simulate(crisis, futures=1, days=3, workers=1, settings=settings).dataset
    except RunError as error:
        named = set(re.findall(r"\w+", str(error))) & set(settings)
        if named:
            return named
        raise
    assert compare(found).futures == 1
    assert not found["ledger_residual"].any()
    return set()


@pytest.mark.parametrize("name", parameter_names())
def test_a_setting_of_zero_runs_or_is_refused(example: Crisis, name: str) -> None:
    ran_or_refused(example, {name: 0.0})


@pytest.mark.parametrize("part", sorted({row.part for row in default_table()}))
def test_settings_of_one_run_together_without_those_that_are_refused(
    example: Crisis, part: str
) -> None:
    given = {row.name: 1.0 for row in default_table() if row.part == part}
    while refused := ran_or_refused(example, given):
        for name in refused:
            assert ran_or_refused(example, {name: 1.0}) == {name}
            del given[name]
    assert given
