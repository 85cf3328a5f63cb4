"""Scores over several crises: dates by one rule, weights of twins, and what fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from havenline.errors import RunError
from havenline.evidence.several import (
    MODEL,
    Standing,
    best_single,
    dates_by_rule,
    mean_ratio,
    score_crisis,
    weights,
)

from .conftest import HandMade, Row, Told, observations

START = date(2020, 1, 1)


def declared(rows: list[Row], *dates: date, until: date = date(2020, 1, 20)) -> Any:
    """Return a crisis of counts alone, with days to forecast from."""
    made = HandMade(observations(rows))
    days = SimpleNamespace(dates=list(dates), until=until) if dates else None
    period = SimpleNamespace(end=date(2020, 1, 31))
    meta = SimpleNamespace(displaced_series="displaced_total", hindcast=days, period=period)
    return replace(made, meta=meta)


def told(rate: float) -> Told:
    def path(day: date, futures: int) -> npt.NDArray[np.float64]:
        return np.arange(1.0, futures + 1.0) * rate * (day - START).days

    return Told(path, start=START)


def test_the_dates_are_the_days_on_which_shares_of_the_counts_were_out(rows: list[Row]) -> None:
    # seven counts; the second, third, fourth and sixth were out on 4, 6, 10 and 16 January, and
    # after the last of these a single count was left
    found, until = dates_by_rule(declared(rows))
    assert found == [date(2020, 1, 4), date(2020, 1, 6), date(2020, 1, 10)]
    assert until == date(2020, 1, 31)


def test_few_counts_leave_no_date_and_it_is_said(rows: list[Row]) -> None:
    found = score_crisis(declared(rows[:3]), simulate=told(900.0), futures=3)
    assert found["by rule"].pooled is None
    assert "too few counts" in found["by rule"].failed["dates"]
    assert found["declared"].failed == {"dates": "no dates are declared"}


def test_a_date_that_fails_is_told_and_stops_no_other(rows: list[Row]) -> None:
    whole = told(900.0)

    def breaks(*given: Any, as_of: date, **more: Any) -> Any:
        if as_of == date(2020, 1, 6):
            raise ZeroDivisionError("a fault of the model")
        return whole(*given, as_of=as_of, **more)

    crisis = declared(rows, date(2020, 1, 6), date(2020, 1, 11))
    found = score_crisis(crisis, simulate=breaks, futures=3)
    standing = found["declared"]
    assert standing.failed == {"2020-01-06": "ZeroDivisionError: a fault of the model"}
    assert [score.as_of for score in standing.dates] == [date(2020, 1, 11)]
    assert standing.ratio(MODEL) > 0.0
    assert standing.pooled is not None
    assert standing.pooled.ratio == standing.ratio(MODEL)


def test_a_day_of_both_sets_is_run_once(rows: list[Row]) -> None:
    simulation = told(900.0)
    last = date(2020, 1, 31)
    score_crisis(declared(rows, date(2020, 1, 6), until=last), simulate=simulation, futures=3)
    assert sorted(call["as_of"].day for call in simulation.calls) == [4, 6, 10]


def test_twins_share_the_weight_of_one(rows: list[Row]) -> None:
    crises = {
        name: score_crisis(declared(rows, date(2020, 1, 11)), simulate=told(rate), futures=3)[
            "declared"
        ]
        for name, rate in (("a", 100.0), ("b", 900.0), ("c", 5_000.0))
    }
    weight = weights(list(crises), [("a", "b")])
    assert weight == {"a": 0.5, "b": 0.5, "c": 1.0}
    a, b, c = (s.ratio(MODEL) for s in crises.values())
    assert mean_ratio(crises, weight, MODEL) == pytest.approx((a + b + 2 * c) / 4)
    assert mean_ratio(crises, weight, "six") == 1.0
    none = Standing((), None, {"dates": "none"})
    assert mean_ratio({**crises, "d": none}, {**weight, "d": 1.0}, "six") == 1.0
    best = best_single(crises, weight)
    assert best != "six"
    with pytest.raises(RunError, match="'e' is none of a, b, c"):
        weights(list(crises), [("a", "e")])
