"""How well the replay meets what it follows, as a reader is told."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import xarray as xr

from havenline.engine import simulate
from havenline.engine.conditioning.counted import few_of
from havenline.evidence.replay import ReplayFit, replay_fit
from havenline.facts.counts import displaced_known
from tests.crises_random import crisis_of, towns_in_a_row


def count(figure: str, name: str, counted: float, run: int) -> dict[str, object]:
    return {"figure": figure, "name": name, "date": "2020-01-05", "counted": counted, "run": run}


def result() -> xr.Dataset:
    crisis = crisis_of(
        towns_in_a_row(
            happenings=((2, "offensive_start", 2),),
            counts=((6, 20_000.0, 7),),
            there=(("present", "north", None, 9, 9_000, 9), ("departed", "middle", 1, 9, 5_000, 9)),
        )
    )
    return simulate(crisis, futures=3, workers=1, days=5).dataset


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return result()


def fit_of(dataset: xr.Dataset) -> ReplayFit:
    crisis = crisis_of(towns_in_a_row(counts=((6, 20_000.0, 7),)))
    day = pd.Timestamp(dataset["day"].to_numpy()[0]).date()
    fit = replay_fit(dataset, displaced_known(crisis, day), ("displaced_present", []))
    assert fit is not None
    return fit


def test_a_run_tells_every_count_that_it_was_held_against(dataset: xr.Dataset) -> None:
    told = json.loads(dataset.attrs["followed"])
    assert [(t["figure"], t["name"], t["counted"]) for t in told] == [
        ("left", "middle", 5_000.0),
        ("there", "north", 9_000.0),
    ]
    assert all(t["run"] > 0 for t in told)


def test_by_hand_each_figure_has_its_factor_and_the_worst_is_named(dataset: xr.Dataset) -> None:
    marked = dataset.assign_attrs(
        followed=json.dumps(
            [
                count("there", "Alpha", 16_000.0, 36_000),
                count("there", "Beta", 6_000.0, 1_000),
                count("killed", "the whole crisis", 180.0, 80),
            ]
        )
    )
    fit = fit_of(marked)
    there, killed = fit.beside
    assert there.factor == pytest.approx(2.0)  # 40,000 over 20,000, and 5,000 over 10,000
    assert killed.factor == pytest.approx((180.0 + few_of("killed")) / (80.0 + few_of("killed")))
    assert "2 counts of people by area within a factor of 2.0" in fit.sentence
    assert "1 of civilians killed within a factor of 2.0" in fit.sentence
    assert [part["figure"] for part in fit.to_json_dict()["beside"]] == ["there", "killed"]


def test_without_counts_beside_the_main_series_nothing_is_said(dataset: xr.Dataset) -> None:
    fit = fit_of(dataset.assign_attrs(followed="[]"))
    assert fit.beside == ()
    assert "factor" not in fit.sentence
