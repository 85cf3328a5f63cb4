"""When a truce has failed by a count of violence."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from havenline.crisis import open_crisis
from havenline.engine import simulate
from scripts.sources.violence import (
    LEAST_DAYS,
    WINDOW_DAYS,
    by_violence,
    deaths_by_day,
    failed_after,
)


def test_by_hand() -> None:
    """Quiet for 40 days, then as before: seven days of the old level in a window of 14 is half."""
    daily = np.concatenate((np.zeros(40), np.full(60, 10.0)))
    assert failed_after(daily, 10.0) == 40 + WINDOW_DAYS // 2
    assert failed_after(daily, 10.0, 1.0) == 40 + WINDOW_DAYS
    assert failed_after(daily, 10.0, 0.01) == 41


def test_a_truce_that_changes_nothing_fails_as_soon_as_it_can_be_told() -> None:
    assert failed_after(np.full(30, 10.0), 10.0) == LEAST_DAYS


def test_a_single_bad_day_is_no_failure() -> None:
    daily = np.full(100, 1.0)
    daily[50] = 90.0  # the mean of 14 days is above half of 10 for 14 days
    assert failed_after(daily, 10.0) == 51
    daily[50] = 40.0
    assert failed_after(daily, 10.0) is None


def test_more_violence_never_fails_later_and_a_higher_share_never_sooner() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        daily = rng.gamma(0.5, 8.0, 120)
        days = [failed_after(daily, 10.0, s) or 999 for s in (0.3, 0.5, 0.8)]
        assert days == sorted(days)
        assert (failed_after(1.5 * daily, 10.0) or 999) <= days[1]


def test_without_violence_before_nothing_can_be_told() -> None:
    assert failed_after(np.ones(30), 0.0) is None
    assert failed_after(np.zeros(0), 10.0) is None


@pytest.mark.parametrize(
    ("first", "last", "published"),
    [
        (dt.date(2019, 4, 29), dt.date(2019, 8, 29), 1089),
        (dt.date(2019, 8, 1), dt.date(2019, 9, 22), 209),
        (dt.date(2019, 10, 1), dt.date(2019, 11, 22), 136),
        (dt.date(2019, 4, 29), dt.date(2020, 1, 5), 1460),
        (dt.date(2019, 12, 1), dt.date(2020, 1, 31), 344),
        (dt.date(2020, 1, 15), dt.date(2020, 1, 23), 81),
        (dt.date(2020, 1, 1), dt.date(2020, 2, 18), 299),
        (dt.date(2020, 2, 1), dt.date(2020, 2, 29), 187),
    ],
)
def test_the_days_add_up_to_what_was_published(
    first: dt.date, last: dt.date, published: int
) -> None:
    start, daily = deaths_by_day()
    span = daily[(first - start).days : (last - start).days + 1]
    assert span.sum() == pytest.approx(published, abs=2)


def test_the_truce_of_august_2019_outlived_its_first_attacks_and_not_its_winter() -> None:
    found = by_violence(dt.date(2019, 8, 31))
    assert found is not None
    assert found.earliest < found.days <= found.latest
    assert 85 <= found.days <= 110
    assert by_violence(dt.date(2018, 9, 17)) is None
    held = by_violence(dt.date(2020, 3, 6))
    assert held is not None
    assert held.stands
    fell = by_violence(dt.date(2020, 1, 12), dt.date(2020, 3, 6))
    assert fell is not None
    assert fell.text == "7 or fewer"


def test_simulated_truces_fail_by_the_same_count() -> None:
    """Where the model lets a truce fail the count sees it within weeks, and hardly elsewhere."""
    data = simulate(
        open_crisis("idlib-2020"),
        options=["ceasefire"],
        futures=100,
        seed=2,
        settings={"tempo_sd": 0.0, "offensive_end_rate": 0.0},
    ).dataset
    killed = np.diff(data["killed"].sel(option="ceasefire").to_numpy(), axis=1)
    stands = data["truce_standing"].sel(option="ceasefire").to_numpy()[:, 1:] == 1
    names = [str(n) for n in data["parameter"].to_numpy()]
    before = data["parameter_values"].to_numpy()[:, names.index("violence_killed")]
    seen, missed, false = 0, 0, 0
    for future in range(killed.shape[0]):
        held = int(stands[future].sum())
        found = failed_after(killed[future], float(before[future]))
        if held == killed.shape[1]:
            false += found is not None
        elif held < killed.shape[1] - 40:
            if found is not None and held - WINDOW_DAYS <= found <= held + 40:
                seen += 1
            else:
                missed += 1
    assert seen > 30
    assert missed < 0.35 * (seen + missed)
    assert false <= 3
