"""How much each area draws, lets go or lets in, as the counts of parts of a crisis speak for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine.conditioning.counted import Count, answer
from havenline.engine.conditioning.factors import Factors, Followable, fit
from havenline.engine.conditioning.frailty import FEW
from havenline.engine.past import Past, past_of
from havenline.facts.followed import ENTERED, WAITING
from tests.crises_random import Job, Road, Town, crisis_of, job_of, towns_in_a_row

Ints = NDArray[np.int64]
ERROR, SD = 0.4, 1.0
PEOPLE, DAYS = 1_000_000, 11
EVEN = np.array([0.5, 0.3, 0.2])
ONES = Factors(np.ones(3), np.ones(3), np.ones(3), np.ones(1))


def seen(there: Ints, **others: Ints) -> Past:
    """A past in which everybody who is at a place came there and left another of three."""
    none = np.zeros((DAYS, 3), dtype=np.int64)
    one = np.zeros((DAYS, 1), dtype=np.int64)
    figures = {"in_sites": none, "unsheltered": none, "arrived": there, "left": there}
    figures |= dict.fromkeys(("waiting", "entered", "came_back", "killed", "home"), one)
    return Past(**{"there": there, **figures, **others})


def choice(grows: bool = True, shares: NDArray[np.float64] = EVEN) -> Callable[[Factors], Past]:
    """People who come in equal numbers a day, or all at once, and choose by pull alone."""

    def run(factors: Factors) -> Past:
        share = shares * factors.pull / (shares * factors.pull).sum()
        part = np.arange(1, DAYS + 1) / DAYS if grows else np.ones(DAYS)
        return seen(np.round(PEOPLE * part[:, None] * share).astype(np.int64))

    return run


def count(place: int, persons: float, start: int | None = None, figure: str = "") -> Count:
    inside = np.zeros(3, dtype=np.bool_)
    inside[place] = True
    return Count(
        figure or ("there" if start is None else "arrived"), inside, start, DAYS - 1, persons, 1.0
    )


def fitted(
    run: Callable[[Factors], Past],
    *counts: Count,
    error: float = ERROR,
    lag: int = 0,
    sd: float = SD,
) -> tuple[NDArray[np.float64], list[float]]:
    """Fit a factor on the pull of each counted place."""
    followed = [Followable({"pull": c.inside}, [c]) for c in counts]
    factors, past = fit(run, followed, ONES, error, lag, sd)
    return factors.pull, [c.made(past) for c in counts]


def test_a_count_that_the_run_meets_changes_nothing() -> None:
    factors, made = fitted(choice(), count(0, 500_000.0))
    np.testing.assert_allclose(factors, 1.0, atol=1e-3)
    assert made == [500_000.0]


@pytest.mark.parametrize("start", [None, -1])
def test_by_hand_one_area_of_three(start: int | None) -> None:
    """At the most likely factor the pull of the count and that of the prior are equal."""
    counted = 800_000.0
    factors, made = fitted(choice(), count(0, counted, start=start))
    log = math.log(factors[0])
    assert factors[1:].tolist() == [1.0, 1.0]
    assert made[0] == pytest.approx(PEOPLE * 0.5 * factors[0] / (0.5 * factors[0] + 0.5), abs=1.0)
    miss = math.log((counted + FEW) / (made[0] + FEW))
    weeks = 1.0 if start is None else DAYS / 7.0
    weight = 1.0 / (ERROR**2 / weeks + (FEW / counted) ** 2)
    assert weight * (1.0 - made[0] / PEOPLE) * miss == pytest.approx(log / SD**2, rel=0.02)
    assert 1.5 < factors[0] < 4.0  # 4 would meet the count


def test_a_surer_count_and_a_wider_prior_come_closer() -> None:
    def off(error: float, sd: float) -> float:
        return abs(fitted(choice(), count(0, 800_000.0), error=error, sd=sd)[1][0] - 800_000.0)

    assert off(0.1, SD) < off(0.4, SD) < off(1.6, SD)
    assert off(ERROR, 2.0) < off(ERROR, 1.0) < off(ERROR, 0.2)


def test_shares_of_two_counted_areas_are_met() -> None:
    counts = [count(1, 700_000.0), count(2, 30_000.0)]
    factors, made = fitted(choice(), *counts, error=0.1, sd=2.0)
    assert factors[1] > 1.0 > factors[2]
    assert made == pytest.approx([700_000.0, 30_000.0], rel=0.05)


def test_counts_of_few_people_say_little() -> None:
    few = choice(grows=False, shares=np.array([0.5, 0.499, 0.001]))
    assert 1.0 < fitted(few, count(2, 2_000.0))[0][2] < 1.1
    assert fitted(few, count(2, 200_000.0))[0][2] > 20.0


def test_a_count_that_is_late_says_less_where_it_is_too_low_alone() -> None:
    """Half of those there came in the last days: they may just not be counted yet."""

    def factor(persons: float, lag: int, grows: bool = True) -> float:
        return float(fitted(choice(grows), count(0, persons), lag=lag)[0][0])

    assert factor(200_000.0, 0) < factor(200_000.0, 6) < 1.0
    assert factor(800_000.0, 0) == factor(800_000.0, 6) > 1.0
    assert factor(200_000.0, 0, grows=False) == factor(200_000.0, 6, grows=False)


def test_old_counts_say_less() -> None:
    new = count(0, 800_000.0)
    old = replace(new, keep=0.1)
    assert fitted(choice(), old)[0][0] < fitted(choice(), new)[0][0]


def test_two_counts_of_one_factor_weigh_as_one() -> None:
    """Counts of one thing err together: the same one twice says what it said once."""
    one = count(0, 800_000.0)
    (once, _), (twice, _) = (
        fit(choice(), [Followable({"pull": one.inside}, counts)], ONES, ERROR, 0, SD)
        for counts in ([one], [one, one])
    )
    np.testing.assert_allclose(once.pull, twice.pull)


def test_who_waits_at_a_border_answers_to_how_fast_they_enter() -> None:
    """A thousand come a day and enter at a hazard: by hand, and fewer wait the faster they do."""
    base, coming = 0.05, 10_000

    def run(factors: Factors) -> Past:
        chance = -math.expm1(-base * factors.enter[0])
        waiting, entered = np.zeros((DAYS, 1), np.int64), np.zeros((DAYS, 1), np.int64)
        here, through = 0.0, 0.0
        for day in range(DAYS):
            here += coming
            through += here * chance
            here -= here * chance
            waiting[day, 0], entered[day, 0] = round(here), round(through)
        return seen(np.zeros((DAYS, 3), dtype=np.int64), waiting=waiting, entered=entered)

    plain = run(ONES)
    here = np.ones(1, dtype=np.bool_)
    for persons in (0.5, 0.8):
        held = Count(WAITING, here, None, DAYS - 1, persons * plain.waiting[-1, 0], 1.0)
        through = plain.entered[-1, 0]
        assert answer(held, plain) == -through / (through + plain.waiting[-1, 0])
        factors, past = fit(run, [Followable({"enter": here}, [held])], ONES, 0.05, 0, 3.0)
        assert factors.enter[0] > 1.0
        assert held.made(past) == pytest.approx(held.persons, rel=0.1)


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
    assert [m.count.persons for m in followed.met] == [1_000.0]
    assert [m.count.persons for m in switched.met] == [1_000.0]
    assert abs(followed.met[0].run - 1_000.0) < abs(switched.met[0].run - 1_000.0)
    assert plain.met == ()


def left(job: Job, places: tuple[str, ...]) -> float:
    at = [job.world.place_ids.index(place) for place in places]
    return float(np.mean([past_of(job.ground, f).left[-1, at].sum() for f in range(20)]))


def test_the_replay_follows_counts_of_those_who_left_an_area() -> None:
    """Who fled altogether is the main series; from where, the count of an area."""
    plain = job_with()
    before = left(plain, ("t3", "t4"))
    for counted in (0.5 * before, 1.3 * before):
        found = job_with(("departed", "middle", 1, 19, counted, 20))
        after = left(found, ("t3", "t4"))
        assert abs(math.log(after / counted)) < 0.8 * abs(math.log(before / counted))
        factors = found.ground.facts.record.leave
        at = found.world.place_ids.index("t3")
        assert (factors[at] > 1.0) == (counted > before)
        assert (np.delete(factors, [at, found.world.place_ids.index("t4")]) == 1.0).all()


def at_the_border(
    kind: str, *there: tuple[str, str, int | None, int, float, int], **settings: float
) -> Job:
    """A border at a town, where who has no shelter waits, or at a crossing of its own."""
    row = towns_in_a_row(
        people=(200_000,) * 4,
        happenings=((2, "offensive_start", 2), (10, "offensive_pause", 10)),
        counts=((6, 200_000.0, 7), (10, 400_000.0, 11)),
        there=there,
        as_of=20,
    )
    gate = "z9"
    if kind == "crossing":
        gate = "gate"
        row = replace(
            row,
            towns=(*row.towns, Town(gate, "north", 1.6, 0.0, "def", kind="crossing")),
            roads=(*row.roads, Road("rg", "z9", gate, 10.0)),
        )
    row = replace(
        row,
        towns=(*row.towns, Town("abroad", "north", 1.7, 0.0, "nbr", kind="foreign_town")),
        roads=(*row.roads, Road("rx", gate, "abroad", 20.0, border=1)),
        crossings=((gate, "managed", -9, -9),),
    )
    crisis = crisis_of(row)
    rows = crisis.observations.copy()
    rows.loc[rows["measure"].isin(["entered", "stranded_at_border"]), "neighbour"] = "nb"
    return job_of(replace(crisis, observations=rows), settings=settings, futures=20)


@pytest.mark.parametrize("kind", ["town", "crossing"])
@pytest.mark.parametrize(("measure", "since"), [("entered", 1), ("stranded_at_border", None)])
def test_the_replay_follows_counts_at_a_border(measure: str, since: int | None, kind: str) -> None:
    figure = {"entered": ENTERED, "stranded_at_border": WAITING}[measure]

    def made(job: Job) -> float:
        return float(np.mean([getattr(past_of(job.ground, f), figure)[-1, 0] for f in range(20)]))

    plain = made(at_the_border(kind))
    assert plain > 1_000.0
    for counted in (0.4 * plain, 2.0 * plain):
        found = made(at_the_border(kind, (measure, "north", since, 19, counted, 20)))
        assert abs(math.log(found / counted)) < 0.85 * abs(math.log(plain / counted))
    off = at_the_border(
        kind, (measure, "north", since, 19, 2.0 * plain, 20), destination_area_sd=0.0
    )
    assert made(off) == plain


def test_counts_of_sites_divide_people_between_sites_and_hosts() -> None:
    """With as many in all, more are in sites where more were counted there."""

    def in_sites(job: Job) -> float:
        at = [job.world.place_ids.index(place) for place in ("t3", "t4")]
        return float(np.mean([past_of(job.ground, f).in_sites[-1, at].sum() for f in range(20)]))

    plain = in_sites(job_with())
    assert plain > 1_000.0
    for counted in (0.5 * plain, 1.5 * plain):
        found = in_sites(job_with(("in_sites", "middle", None, 19, counted, 20)))
        assert (found > plain) == (counted > plain)
    assert in_sites(job_with(("in_sites", "middle", None, 19, plain, 25))) == plain
