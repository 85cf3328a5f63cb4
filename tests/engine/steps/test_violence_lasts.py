"""Violence without a front goes on where it was recorded, ever less."""

from __future__ import annotations

import numpy as np
import pytest

from tests.crises_random import QUIET, Walk, crisis_of, job_of, towns_in_a_row

FAR = {
    **QUIET,
    "front_axis_share": 0.0,
    "violence_events": 0.003,
    "violence_quiet": 0.0,
    "violence_memory_days": 10.0,
    "violence_lasting": 0.5,
    "offensive_start_rate": 0.0,
}
DAILY = tuple((day, "t4", 6.0, day) for day in range(1, 21))


def events(
    futures: int = 300, truce: bool = False, **given: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean events of each day after the as-of date at the town that was bombed."""
    happenings = ((15, "truce_start", 15),) if truce else ()
    row = towns_in_a_row(violence=DAILY, happenings=happenings, as_of=20, days=28)
    job = job_of(crisis_of(row), futures=futures, settings={**FAR, **given})
    at = job.world.place_ids.index("t4")
    found = []
    for future in range(futures):
        walked = Walk(job, 0, future)
        walked.to(20)
        found.append([walked.to(day).events[day % 7, at] for day in range(21, 49)])
    return np.asarray(np.mean(found, axis=0))


def test_the_recent_mean_goes_on_and_halves_from_week_to_week() -> None:
    """By hand: 6 a day for 20 days, forgotten over 10, leave 6 (1 - e^-2) on the as-of date."""
    found = events()
    rate = 6.0 * (1.0 - np.exp(-2.0))
    weeks = found.reshape(4, 7).mean(axis=1)
    expected = [np.mean(rate * 0.5 ** ((7 * w + np.arange(1, 8)) / 7.0)) for w in range(4)]
    np.testing.assert_allclose(weeks, expected, rtol=0.25)


def test_a_truce_that_stands_leaves_its_part() -> None:
    plain, halted = events().sum(), events(truce=True, violence_truce=0.1, truce_median_days=3000.0)
    assert halted.sum() == pytest.approx(0.1 * plain, rel=0.3)


def test_the_switch() -> None:
    assert events(futures=30, violence_lasting=0.0).sum() < 1.0
