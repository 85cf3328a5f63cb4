"""How much each area draws, as the counts of people by area speak for it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine.conditioning.frailty import FEW
from havenline.engine.conditioning.pull import Part, fit
from tests.crises_random import Job, crisis_of, job_of, towns_in_a_row

Ints = NDArray[np.int64]
ERROR, SD = 0.4, 1.0
PEOPLE, DAYS = 1_000_000, 11
EVEN = np.array([0.5, 0.3, 0.2])


def choice(grows: bool = True) -> Callable[[NDArray[np.float64]], tuple[Ints, Ints]]:
    """People who come in equal numbers a day, or all at once, and choose by pull alone."""

    def run(factors: NDArray[np.float64]) -> tuple[Ints, Ints]:
        share = EVEN * factors / (EVEN * factors).sum()
        part = np.arange(1, DAYS + 1) / DAYS if grows else np.ones(DAYS)
        there = np.round(PEOPLE * part[:, None] * share).astype(np.int64)
        return there, there

    return run


def part(place: int, persons: float, area: int = 0, start: int | None = None) -> Part:
    inside = np.zeros(3, dtype=np.bool_)
    inside[place] = True
    return Part(area, inside, start, DAYS - 1, persons, 1.0)


def test_a_count_that_the_run_meets_changes_nothing() -> None:
    factors, made = fit(choice(), [part(0, 500_000.0)], ERROR, 0, SD)
    np.testing.assert_allclose(factors, 1.0, atol=1e-3)
    assert made == [500_000.0]


@pytest.mark.parametrize("start", [None, -1])
def test_by_hand_one_area_of_three(start: int | None) -> None:
    """At the most likely factor the pull of the count and that of the prior are equal."""
    counted = 800_000.0
    factors, made = fit(choice(), [part(0, counted, start=start)], ERROR, 0, SD)
    log = math.log(factors[0])
    assert factors[1:].tolist() == [1.0, 1.0]
    assert made[0] == pytest.approx(PEOPLE * 0.5 * factors[0] / (0.5 * factors[0] + 0.5), abs=1.0)
    miss = math.log((counted + FEW) / (made[0] + FEW))
    weight = 1.0 / (ERROR**2 + (FEW / counted) ** 2)
    assert weight * (1.0 - made[0] / PEOPLE) * miss == pytest.approx(log / SD**2, rel=0.02)
    assert 1.5 < factors[0] < 4.0  # 4 would meet the count


def test_a_surer_count_and_a_wider_prior_come_closer() -> None:
    def off(error: float, sd: float) -> float:
        return abs(fit(choice(), [part(0, 800_000.0)], error, 0, sd)[1][0] - 800_000.0)

    assert off(0.1, SD) < off(0.4, SD) < off(1.6, SD)
    assert off(ERROR, 2.0) < off(ERROR, 1.0) < off(ERROR, 0.2)


def test_shares_of_two_counted_areas_are_met() -> None:
    parts = [part(1, 700_000.0), part(2, 30_000.0, area=1)]
    factors, made = fit(choice(), parts, 0.1, 0, 2.0)
    assert factors[1] > 1.0 > factors[2]
    assert made == pytest.approx([700_000.0, 30_000.0], rel=0.05)


def test_counts_of_few_people_say_little() -> None:
    few = np.array([0.5, 0.499, 0.001])

    def run(factors: NDArray[np.float64]) -> tuple[Ints, Ints]:
        share = few * factors / (few * factors).sum()
        there = np.round(PEOPLE * np.ones((DAYS, 1)) * share).astype(np.int64)
        return there, there

    factors, _ = fit(run, [part(2, 2_000.0)], ERROR, 0, SD)
    assert 1.0 < factors[2] < 1.1
    factors, _ = fit(run, [part(2, 200_000.0)], ERROR, 0, SD)
    assert factors[2] > 20.0


def test_a_count_that_is_late_says_less_where_it_is_too_low_alone() -> None:
    """Half of those there came in the last days: they may just not be counted yet."""

    def factor(persons: float, lag: int, grows: bool = True) -> float:
        return float(fit(choice(grows), [part(0, persons)], ERROR, lag, SD)[0][0])

    assert factor(200_000.0, 0) < factor(200_000.0, 6) < 1.0
    assert factor(800_000.0, 0) == factor(800_000.0, 6) > 1.0
    assert factor(200_000.0, 0, grows=False) == factor(200_000.0, 6, grows=False)


def test_old_counts_say_less() -> None:
    new = part(0, 800_000.0)
    old = Part(new.area, new.places, None, new.end, new.persons, 0.1)
    assert fit(choice(), [old], ERROR, 0, SD)[0][0] < fit(choice(), [new], ERROR, 0, SD)[0][0]


FLED = ((6, 20_000.0, 7), (10, 30_000.0, 11))


def job_with(*there: tuple[str, str, int | None, int, float, int], **settings: float) -> Job:
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (10, "offensive_pause", 10)),
        counts=FLED,
        there=there,
        as_of=20,
    )
    return job_of(crisis_of(row), settings=settings, futures=20)


def in_north(job: Job) -> float:
    city = job.world.place_ids.index("z9")
    return float(
        np.mean([job.ground.replay(f).arrays["by_status"][city, 2:].sum() for f in range(20)])
    )


def test_the_replay_follows_counts_of_an_area() -> None:
    plain = in_north(job_with())
    for counted in (0.2 * plain, 0.5 * plain):
        count = ("present", "north", None, 15, counted, 16)
        found = in_north(job_with(count))
        assert abs(math.log(found / counted)) < 0.8 * abs(math.log(plain / counted))
    assert in_north(job_with(("present", "north", None, 15, 0.2 * plain, 21))) == plain


def test_with_areas_alike_no_count_is_followed() -> None:
    count = ("present", "north", None, 15, 1_000.0, 16)
    plain, followed, switched = (
        job.ground
        for job in (job_with(), job_with(count), job_with(count, destination_area_sd=0.0))
    )
    assert (plain.facts.record.pull == 1.0).all()
    assert (switched.facts.record.pull == 1.0).all()
    assert not (followed.facts.record.pull == 1.0).all()
    assert plain.replay(3).past.tobytes() == switched.replay(3).past.tobytes()
    assert [m.count.persons for m in followed.whereabouts] == [1_000.0]
    assert plain.whereabouts == switched.whereabouts == ()
