"""Onward movement against sea arrivals."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from havenline.crisis import open_crisis
from havenline.crisis.parameters import known_parameters
from scripts.sources.onward import (
    between,
    check_onward,
    onward_notes,
    onward_table,
    sea_arrivals,
)

KNOWN = known_parameters(dt.date(2020, 2, 3), open_crisis("idlib-2020").parameters)


def test_the_years_add_up_to_published_totals() -> None:
    assert sum(m.arrivals for m in between("2015-01", "2015-12")) == 856_723
    assert sum(m.arrivals for m in between("2016-01", "2016-12")) == 173_450
    assert [m.month for m in sea_arrivals()] == sorted(m.month for m in sea_arrivals())
    assert len(between("2019-08", "2020-02")) == 7


def test_a_month_by_hand() -> None:
    (october,) = between("2015-10", "2015-10")
    assert not october.managed
    assert october.rate == pytest.approx(211_663 * 0.5 / 2_100_000)
    assert october.expected(0.001, 0.5) == pytest.approx(2_100_000 * 0.001 * october.season / 0.5)


def test_what_the_months_say() -> None:
    """Worked by hand in the notes: -29% a month, then 84% below; pass-through about none."""
    check = check_onward(KNOWN["onward_managed"])
    assert check.trend == pytest.approx(-0.29, abs=0.01)
    assert check.below == pytest.approx(0.84, abs=0.02)
    assert check.open_peak == pytest.approx(0.0504, abs=0.001)
    assert abs(check.passthrough) < 0.16
    assert check.inside >= check.months - 1


def test_the_model_lies_where_the_months_are() -> None:
    check = check_onward(KNOWN["onward_managed"])
    managed, opened = KNOWN["onward_managed"], KNOWN["onward_open"]
    assert managed.low <= check.managed_rate <= managed.high
    assert check.open_peak <= 1.1 * opened.high
    year = between("2016-01", "2016-12")
    assert math.isclose(sum(m.season for m in year) / 12, 1.0, abs_tol=0.02)
    assert max(year, key=lambda m: m.season).month in ("2016-08", "2016-09")


def test_the_table_marks_what_was_not_checked() -> None:
    rows = onward_table(KNOWN["onward_managed"]).rows
    assert len(rows) == len(sea_arrivals())
    assert "not checked" in rows[0][0]
    assert "not checked" not in rows[-1][0]
    notes = onward_notes(check_onward(KNOWN["onward_managed"]), list(KNOWN.values()))
    assert any("from memory" in n for n in notes)
