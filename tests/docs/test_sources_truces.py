from __future__ import annotations

import math
from datetime import date

import numpy as np
import numpy.typing as npt
import pytest

from havenline.crisis import open_crisis
from havenline.crisis.parameters import known_parameters
from havenline.engine.values import sample_values
from scripts.sources.truces import (
    HORIZONS,
    NOT_CHECKED,
    brier_by_horizon,
    check_truces,
    durations,
    listed_truces,
    survival,
    truce_notes,
    truce_table,
)

FIXED = {
    "truce_cure_share": 0.2,
    "truce_shape": 0.7,
    "truce_median_days": 40.0,
    "truce_hr_compliance": 0.5,
}


def values(draws: int) -> npt.NDArray[np.void]:
    return sample_values(known_parameters(date(2020, 3, 1), settings=FIXED), draws, 1)


def test_survival_is_the_law_by_hand() -> None:
    # the failing part stands with chance one half at its median
    assert survival(values(1), (), 40.0)[0] == pytest.approx(0.2 + 0.8 * 0.5)
    # a ratio of one half takes the root of the failing part
    assert survival(values(1), ("compliance",), 40.0)[0] == pytest.approx(0.2 + 0.8 * 0.5**0.5)
    assert survival(values(1), (), 1e9)[0] == pytest.approx(0.2)


def test_drawn_durations_follow_the_survival() -> None:
    many = values(20_000)
    drawn = durations(many, (), seed=3)
    assert np.mean(np.isinf(drawn)) == pytest.approx(0.2, abs=0.01)
    for days in HORIZONS:
        expected = survival(many, (), days).mean()
        assert np.mean(drawn > days) == pytest.approx(expected, abs=0.012)
    longer = durations(many, ("compliance",), seed=3)
    assert np.all(longer >= drawn)


def test_the_list_is_in_order_and_says_what_it_is() -> None:
    truces = listed_truces()
    assert len(truces) == 10
    assert list(truces) == sorted(truces, key=lambda t: t.start)
    assert all(t.days_low <= t.days <= t.days_high for t in truces)
    later = [t for t in truces if t.post]
    assert [t.start for t in later] == [date(2020, 3, 6)]
    assert any(t.source == NOT_CHECKED for t in truces)


def test_dates_of_the_list_agree_with_the_recorded_happenings() -> None:
    happenings = open_crisis("idlib-2020").happenings
    starts = {d.date() for d in happenings.loc[happenings["kind"] == "truce_start", "date"]}
    ours = {t.start for t in listed_truces() if t.start >= date(2018, 9, 1)}
    assert ours == starts


def test_ranks_are_shares_and_the_later_truce_informs_no_value() -> None:
    own = open_crisis("idlib-2020").parameters
    checks = check_truces(own, draws=500)
    assert [c.truce for c in checks] == list(listed_truces())
    assert all(0.0 <= c.rank[1] <= c.rank[0] <= c.rank[2] <= 1.0 for c in checks)
    assert [c.truce.start for c in checks if not c.in_sample] == [
        date(2020, 1, 12),
        date(2020, 3, 6),
    ]
    for check in checks:
        assert list(check.standing) == sorted(check.standing, reverse=True)
        assert not math.isnan(check.quantiles[0])
    assert [row[0] for row in brier_by_horizon(checks)] == list(HORIZONS)


def test_the_table_marks_what_came_later_and_what_is_not_checked() -> None:
    checks = check_truces(None, draws=200)
    table = truce_table(checks)
    assert len(table.rows) == 10
    assert "later: test only" in table.rows[-1][0]
    assert "not checked" in table.rows[0][0]
    assert any("used by no prior" in note for note in truce_notes(checks))
