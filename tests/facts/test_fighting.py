"""On which days an offensive ran: one answer for the replay and for the score."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.crisis import Crisis, builtin_crises, open_crisis
from havenline.crisis.meta import Period
from havenline.evidence.hindcast import hindcast
from havenline.facts.fighting import deals_after, fighting
from havenline.world.record import known_facts
from havenline.world.world import World, build_world
from tests.crises_random import START, crisis_of, towns_in_a_row
from tests.evidence.conftest import HandMade, Told, observations

KINDS = ("offensive_start", "offensive_pause", "truce_start", "truce_end")
DECLARED = Path(__file__).resolve().parents[3] / "shared" / "crises"
Row = tuple[int, str]


def table(*rows: Any) -> pd.DataFrame:
    """Happenings (day, kind[, day of publication, offensives]); known the same day if not said."""
    return pd.DataFrame(
        {
            "date": pd.to_datetime([START + timedelta(days=r[0]) for r in rows]),
            "kind": [r[1] for r in rows],
            "published": pd.to_datetime(
                [START + timedelta(days=r[2] if r[2:] else r[0]) for r in rows]
            ),
            "offensives": pd.Series([r[3] if r[3:] else "" for r in rows], dtype="str"),
            "where": pd.Series([""] * len(rows), dtype="str"),
        }
    )


def days_of(happenings: pd.DataFrame, last: int = 10, **known: Any) -> tuple[list[int], float]:
    found = fighting(happenings, start=START, end=START + timedelta(days=last), **known)
    days = [(day - START).days for day, on in found.running.items() if on]
    return days, found.truce_age()


@pytest.mark.parametrize(
    ("rows", "days", "age"),
    [
        ((), [], -1.0),
        (((3, "offensive_start"), (5, "offensive_pause")), [3, 4], -1.0),
        (((-9, "offensive_start"), (2, "truce_start")), [0, 1], 8.0),
        (((-9, "truce_start"), (4, "truce_end")), [], -1.0),
        (((-9, "truce_start"), (4, "truce_end"), (6, "offensive_start")), [6, 7, 8, 9, 10], -1.0),
        (((-9, "truce_start"), (4, "offensive_start"), (6, "offensive_pause")), [4, 5], -1.0),
        (((-9, "truce_start"), (4, "offensive_pause")), [], 19.0),
        (((0, "offensive_start"), (4, "truce_end")), list(range(11)), -1.0),
        (((0, "offensive_start"), (12, "truce_start")), list(range(11)), -1.0),
    ],
)
def test_days_of_fighting_and_the_age_of_a_truce(
    rows: tuple[Row, ...], days: list[int], age: float
) -> None:
    assert days_of(table(*rows)) == (days, age)


@pytest.mark.parametrize(
    ("kinds", "runs", "age"),
    [
        (("offensive_start", "offensive_pause"), True, -1.0),
        (("offensive_start", "truce_start"), True, -1.0),
        (("offensive_start", "truce_end"), True, -1.0),
        (("truce_start", "truce_end"), False, 5.0),
        (("truce_start", "offensive_pause"), False, 5.0),
        (("truce_end", "offensive_pause"), False, -1.0),
    ],
)
def test_what_stands_at_one_day_counts_in_one_order_whatever_the_order_of_the_rows(
    kinds: tuple[str, ...], runs: bool, age: float
) -> None:
    for order in permutations(kinds):
        rows = [(-2, "truce_start"), (-1, "offensive_start"), *((5, kind) for kind in order)]
        days, found = days_of(table(*rows))
        assert days == list(range(11 if runs else 5))
        assert found == age


def test_only_what_was_published_by_the_day_is_known() -> None:
    rows = table((2, "offensive_start", 4), (6, "offensive_pause", 30))
    assert days_of(rows, 3, as_of=START + timedelta(days=3)) == ([], -1.0)
    assert days_of(rows, 9, as_of=START + timedelta(days=9))[0] == list(range(2, 10))
    assert days_of(rows, 9)[0] == [2, 3, 4, 5]


def test_happenings_act_on_the_offensives_they_name_or_on_all() -> None:
    rows = table(
        (1, "offensive_start"),
        (3, "truce_start", 3, "east"),
        (5, "offensive_pause", 5, "west; south"),
        (8, "offensive_start", 8, "south"),
    )
    assert days_of(rows, offensive="east") == ([1, 2], 7.0)
    assert days_of(rows, offensive="west") == ([1, 2, 3, 4], -1.0)
    assert days_of(rows, offensive="south") == ([1, 2, 3, 4, 8, 9, 10], -1.0)


def test_nothing_recorded_is_not_the_same_as_quiet() -> None:
    end = START + timedelta(days=3)
    assert not fighting(table((1, "strike")), start=START, end=end).recorded
    assert not fighting(table((4, "offensive_start")), start=START, end=end).recorded
    assert fighting(table((-4, "offensive_pause")), start=START, end=end).recorded


def replayed(world: World, happenings: pd.DataFrame, start: date, end: date) -> list[bool]:
    """The days that the replay takes as days of an offensive."""
    meta = world.crisis.meta
    meta = meta.model_copy(
        update={"period": Period(start=start, end=end), "as_of": end, "displaced_series": None}
    )
    told = happenings.assign(offensives="")
    known = world.crisis.offensives.assign(published=pd.Timestamp(start))
    crisis = replace(world.crisis, meta=meta, happenings=told, offensives=known)
    there = replace(world, crisis=crisis)
    return [bool(on) for on in known_facts(there, end).record.running[:, 0]]


def scored(happenings: pd.DataFrame, start: date, end: date) -> list[bool]:
    """The days of fighting that the conditional line of a hindcast is told."""
    counts = observations(
        [(str(start), 0, str(start)), (str(end), 100, str(end))],
        flows=[(str(start - timedelta(days=9)), str(start - timedelta(days=2)), "SY", 90.0,
                str(start))],
    )  # fmt: skip
    told = Told(lambda day, futures: np.zeros(futures), start=start)
    made = HandMade(counts, happenings)
    hindcast(made, simulate=told, dates=[start], until=end, futures=2)
    given = [call["offensive"] for call in told.calls if call["offensive"] is not None]
    days = [start + timedelta(days=k) for k in range((end - start).days + 1)]
    return [given[0][day] for day in days] if given else [False] * len(days)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(crisis_of(towns_in_a_row()))


happened = st.lists(st.tuples(st.integers(-8, 16), st.sampled_from(KINDS)), max_size=9)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(rows=happened, data=st.data())
def test_replay_and_score_agree_on_random_happenings_in_any_order(
    world: World, rows: list[Row], data: st.DataObject
) -> None:
    end = START + timedelta(days=12)
    first = replayed(world, table(*rows), START, end)
    assert first == scored(table(*rows), START, end)
    other = table(*data.draw(st.permutations(rows)))
    assert first == replayed(world, other, START, end) == scored(other, START, end)


def folders() -> list[Any]:
    found = sorted(p.parent for p in DECLARED.glob("*/happenings.csv"))
    if not found:
        why = "the folder shared/crises does not lie beside the checkout"
        return [pytest.param(DECLARED, marks=pytest.mark.skip(reason=why), id="none")]
    return [pytest.param(folder, id=folder.name) for folder in found]


@pytest.mark.parametrize("folder", folders())
def test_replay_and_score_agree_on_every_declared_crisis(folder: Path, world: World) -> None:
    period = yaml.safe_load((folder / "crisis.yaml").read_text(encoding="utf-8"))["period"]
    rows = pd.read_csv(folder / "happenings.csv", parse_dates=["date", "published"])
    rows["where"] = ""
    known = rows[rows["published"] <= pd.Timestamp(period["end"])]
    days = replayed(world, known, period["start"], period["end"])
    assert days == scored(known, period["start"], period["end"])
    assert any(days)


@pytest.mark.parametrize("name", builtin_crises())
def test_replay_and_score_agree_on_every_built_in_crisis(name: str) -> None:
    """Day by day, whether any of its offensives ran."""
    crisis: Crisis = open_crisis(name)
    period = crisis.meta.period
    known = crisis.happenings[crisis.happenings["published"] <= pd.Timestamp(period.end)]
    record = known_facts(build_world(crisis, period.end), period.end).record
    days: list[bool] = np.any(record.running, axis=1).tolist()
    assert days == scored(known, period.start, period.end)
    assert any(days)


def test_deals_after_a_day_are_those_of_a_look_back() -> None:
    rows = table((3, "truce_start"), (5, "agreement"), (7, "strike"), (9, "truce_end"))
    told = deals_after(rows.assign(what=["a", "b", "c", "d"]), START + timedelta(days=3))
    assert [(row["date"], row["what"]) for row in told] == [
        ("2030-01-06", "b"),
        ("2030-01-10", "d"),
    ]
