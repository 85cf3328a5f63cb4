"""How much more or less each area draws people than the model says, by the counts of people there.

Kin, language, rents and who is let in are in no table, but where the displaced went until now tells
of them. The past is run plainly (`havenline.engine.conditioning.plain`), scaled to the counts of
flight and return, without a place's own luck, and held against every count of people or arrivals
of a part of the crisis that was known. Each such area k has a factor exp(b_k) on the pull of its
places, normal around 0 with the standard deviation ``destination_area_sd``; the most likely ones
minimise

    sum over areas of (1/2) w_k r_k^2 + (1/2) (b_k / sd)^2

with r_k the mean over the counts of an area of log((counted + FEW) / (run + FEW)), each weighing

    w = exp(-age / FORGET_DAYS)
        / (``flight_count_error``^2 + (FEW / larger of counted and run)^2 + late^2)

so that a few people say little. Nor does a count that is too low where most have just come: there
``late`` is the logarithm of (run + FEW) over the same ``report_lag_days`` before, for people are
counted some days after they come, and never sooner. And w_k the largest of these weights: counts
of one area err together. They are found by Gauss-Newton steps in which an area's people answer to
its pull by the share of all that are elsewhere, as those of a choice do. Areas may lie in one
another; a place has the factors of all that hold it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.frailty import FEW, FORGET_DAYS
from havenline.engine.conditioning.plain import plain_values
from havenline.engine.people import DISPLACED_BEFORE
from havenline.facts.whereabouts import CountOfPart, whereabouts_known

if TYPE_CHECKING:
    from havenline.engine.ground import Ground
    from havenline.engine.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ERROR, SPREAD, LAG = "flight_count_error", "destination_area_sd", "report_lag_days"
STEPS, DAMPING = 10, 0.7
"""Runs of the past, and the part of a Gauss-Newton step that is taken: areas share their people."""


@dataclass(frozen=True)
class Part:
    """A count of people at some places, as a run holds it.

    Attributes
    ----------
    area : int
        Index of the area that was counted, among those counted.
    places : (n_place,) bool
    start : int or None
        Day of the run after which arrivals are counted; None for who was there.
    end : int
        Day of the run.
    persons : float
        Counted, with those displaced before where they stand in the count.
    keep : float
        Weight by age, 0 to 1.
    """

    area: int
    places: NDArray[np.bool_]
    start: int | None
    end: int
    persons: float
    keep: float


@dataclass(frozen=True)
class Met:
    """A count of people at some places beside the plain past that follows it.

    Attributes
    ----------
    count : CountOfPart
    run : float
        Persons, of those that the count counts.
    """

    count: CountOfPart
    run: float


def follow_whereabouts(ground: Ground) -> Ground:
    """Return the ground whose places draw people as the counts of people by area speak for.

    Where no count is known, or ``destination_area_sd`` is 0, it is the same ground.
    """
    sd = ground.parameters[SPREAD].value
    counts = whereabouts_known(ground.crisis, ground.as_of)
    if sd <= 0.0 or not counts:
        return ground
    parts = parts_of(ground, counts)
    values = plain_values(ground)
    values["destination_pull_sd"] = 0.0
    plain = replace(ground, values=values)

    def run(factors: Floats) -> tuple[Ints, Ints]:
        return _past(_with_pull(plain, factors))

    error, lag = (ground.parameters[name].value for name in (ERROR, LAG))
    factors, made = fit(run, parts, error, round(lag), sd)
    met = tuple(
        Met(count, people - (part.persons - count.persons))
        for count, part, people in zip(counts, parts, made, strict=True)
    )
    return replace(_with_pull(ground, factors), whereabouts=met)


def parts_of(ground: Ground, counts: Sequence[CountOfPart]) -> list[Part]:
    """Return counts of parts of a crisis as a run holds them."""
    start, ids = ground.facts.start, ground.world.place_ids
    before = ground.world.network.start[:, 1].sum(axis=1)
    number: dict[frozenset[str], int] = {}
    parts = []
    for count in counts:
        inside = np.array([place in count.places for place in ids])
        parts.append(
            Part(
                area=number.setdefault(count.places, len(number)),
                places=inside,
                start=None if count.start is None else (count.start - start).days,
                end=(count.end - start).days,
                persons=count.persons + (before[inside].sum() if count.since_the_start else 0.0),
                keep=math.exp(-(ground.as_of - count.end).days / FORGET_DAYS),
            )
        )
    return parts


def fit(
    run: Callable[[Floats], tuple[Ints, Ints]],
    parts: Sequence[Part],
    error: float,
    lag: int,
    sd: float,
) -> tuple[Floats, list[float]]:
    """Return the most likely factors on the pull of places, and what they make of the past.

    Parameters
    ----------
    run : callable
        From the factors (n_place,) to the displaced people present at each place at the end of
        each day of the past and those who had arrived by then, both (n_day, n_place).
    parts : sequence of Part
    error : float
        Standard deviation of the logarithm of a count around what happened.
    lag : int
        Days after which people are counted.
    sd : float
        Standard deviation of the logarithm of an area's factor before any count.

    Returns
    -------
    factors : (n_place,) float64
    made : list of float
        Persons of each part in the run with them.
    """
    by_area = defaultdict(list)
    for part in parts:
        by_area[part.area].append(part)
    logs = np.zeros(len(by_area))
    inside = np.array([by_area[k][0].places for k in range(len(by_area))], dtype=np.float64)
    for step in range(STEPS + 1):
        factors = np.exp(logs @ inside)
        there, arrived = run(factors)
        if step < STEPS:
            for k in range(len(logs)):
                logs[k] += DAMPING * _step(by_area[k], there, arrived, logs[k], error, lag, sd)
    return factors, [float(_people(part, there, arrived)[part.places].sum()) for part in parts]


def _people(part: Part, there: Ints, arrived: Ints, before: int = 0) -> Ints:
    """Return what a count counts at every place, as it was some days before."""
    end, since = part.end - before, -1 if part.start is None else part.start
    if part.start is None:
        return np.asarray(there[max(0, end)])
    return np.asarray(arrived[max(0, since, end)] - (arrived[since] if since >= 0 else 0))


def _step(
    parts: Sequence[Part],
    there: Ints,
    arrived: Ints,
    log: float,
    error: float,
    lag: int,
    sd: float,
) -> float:
    """Return the step of an area's logarithm towards what its counts and its prior say."""
    missed, answers, weights = [], [], []
    for part in parts:
        people = _people(part, there, arrived)
        made, every = float(people[part.places].sum()), float(people.sum())
        late = 0.0
        if part.persons < made:
            before = float(_people(part, there, arrived, lag)[part.places].sum())
            late = math.log((made + FEW) / (before + FEW))
        few = FEW / max(1.0, made, part.persons)
        missed.append(math.log((part.persons + FEW) / (made + FEW)))
        answers.append(1.0 - made / every if every > 0.0 else 0.0)
        weights.append(part.keep / (error**2 + few**2 + late**2))
    miss, answer = (float(np.average(found, weights=weights)) for found in (missed, answers))
    weight = max(weights)
    return (weight * answer * miss - log / sd**2) / (weight * answer**2 + 1.0 / sd**2)


def _past(ground: Ground) -> tuple[Ints, Ints]:
    """Return who was displaced at each place at the end of each day, and who had arrived there."""
    there, arrived = (
        np.zeros((ground.facts.days + 1, len(ground.world.place_ids)), dtype=np.int64)
        for _ in range(2)
    )

    def see(day: int, state: State) -> None:
        there[day] = state.by_status[:, DISPLACED_BEFORE:].sum(axis=1)
        arrived[day] = state.arrived.sum(axis=1)

    ground.replay(0, watch=see)
    return there, arrived.cumsum(axis=0)


def _with_pull(ground: Ground, factors: Floats) -> Ground:
    factors.flags.writeable = False
    record = ground.facts.record._replace(pull=factors)
    return replace(ground, facts=replace(ground.facts, record=record))
