from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from havenline.crisis.parameters import parameter_names
from havenline.evidence.ablation import (
    LABELS,
    SETTINGS,
    Ablation,
    ablation_notes,
    ablation_table,
    ablations,
)
from havenline.evidence.scores import Interval

from .conftest import Answer, HandMade, Row, Told, happenings, observations

START = date(2020, 1, 1)


class Ablated:
    """A simulation that is right in full, and too high by a factor without a mechanism."""

    def __init__(self, rows: list[Row], factor: float) -> None:
        self.rows = {date.fromisoformat(r[0]): float(r[1]) for r in rows}
        self.factor = factor
        self.settings: list[Mapping[str, float]] = []

    def __call__(
        self, crisis: HandMade, *, settings: Mapping[str, float] | None = None, **more: Any
    ) -> Answer:
        self.settings.append(settings or {})
        times = self.factor if settings and "tempo_sd" in settings else 1.0

        def path(day: date, futures: int) -> npt.NDArray[np.float64]:
            level = max(v for d, v in self.rows.items() if d <= day)
            return 50.0 * times * level * np.ones(futures)

        return Told(path, start=START)(crisis, **more)


def run(rows: list[Row], factor: float) -> tuple[tuple[Ablation, ...], Ablated]:
    large: list[Row] = [(d, 50.0 * v, p) for d, v, p in rows]
    simulate = Ablated(rows, factor)
    found = ablations(
        HandMade(observations(large), happenings(("2020-01-12", "offensive_start"))),
        simulate=simulate,
        futures=20,
        dates=(date(2020, 1, 11), date(2020, 1, 16)),
        until=date(2020, 1, 20),
    )
    return found, simulate


def test_every_mechanism_is_taken_out_by_parameters_that_exist() -> None:
    assert all(name in parameter_names() for s in SETTINGS.values() for name in s)
    assert set(SETTINGS) < set(LABELS)


def test_a_mechanism_that_matters_hurts_and_one_that_does_not_is_named(rows: list[Row]) -> None:
    found, simulate = run(rows, 9.0)
    assert [a.name for a in found] == list(LABELS)
    # two dates, two lines
    assert simulate.settings[:4] == [{}] * 4
    by_name = {a.name: a for a in found}
    assert by_name["no_tempo"].helps == ()
    assert by_name["no_tempo"].worse["unconditional"].mean > 0.0
    assert by_name["no_capacity"].hurts == ()
    notes = {n.split(":")[0]: n for n in ablation_notes(found)}
    # a few increments are too few to be sure, however much worse it is in the mean
    assert "not distinguishable (unconditional: rather worse without it" in notes["no tempo"]
    assert "not distinguishable" in notes["no capacity"]
    assert "kept for where people shelter" in notes["no capacity"]


def test_only_what_the_range_holds_is_called_sure() -> None:
    worse_by = {"conditional": Interval(30.0, 10.0, 50.0, 0.9, 3)}
    needed = Ablation("no_tempo", 9, {}, {}, worse_by, {})
    full = Ablation("full", 9, {}, {}, {}, {})
    assert "leaving it out surely hurts (conditional)" in ablation_notes((full, needed))[0]
    sure, unsure = Interval(-30.0, -50.0, -10.0, 0.9, 3), Interval(-30.0, -50.0, 10.0, 0.9, 3)
    worse = {"unconditional": sure, "conditional": unsure}
    one = Ablation("no_tempo", 9, {}, {}, worse, {})
    note = ablation_notes((full, one))[0]
    assert "leaving it out surely helps (unconditional)" in note
    assert "not distinguishable (conditional: rather better without it)" in note


def test_without_the_reporting_model_the_runs_are_those_of_the_full_one(rows: list[Row]) -> None:
    found, _ = run(rows, 2.0)
    last = found[-1]
    assert last.name == "no_reporting"
    # told the truth, people who fled are the observed increments
    assert last.crps["unconditional"] == pytest.approx(0.0, abs=1e-6)
    assert last.worse["unconditional"].mean == pytest.approx(-found[0].crps["unconditional"])


def test_table_and_json_hold_every_line(rows: list[Row]) -> None:
    found, _ = run(rows, 2.0)
    table = ablation_table(found)
    assert len(table.rows) == 2 * len(LABELS)
    assert all(len(row) == len(table.header) for row in table.rows)
    data = json.loads(json.dumps([a.to_json_dict() for a in found], allow_nan=False))
    assert data[0]["increments"] == 3
    assert data[0]["shares_crps"] == {"unconditional": None, "conditional": None}
