"""Naive allocations of the given total to camps: what a model of destinations has to beat.

Each takes the persons in all camps by day and the counts of day 0, as the models do; only
`last_shares` looks at later counts. Increases are allocated, decreases taken in proportion.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.case_roads import kilometres

Floats = NDArray[np.float64]

SOFTENING_KM = 10.0
FULL_FROM = 0.9
LAST_SHARES_DAYS = 30


def equal_split(case: Case) -> Floats:
    """Return counts where every camp gets the same number of those who arrive."""
    camps = len(case.camps)
    return _allocate(case, lambda _day, _people: np.full(camps, 1.0 / camps))


def nearest_first(case: Case) -> Floats:
    """Return counts where people go to the nearest camp that is not full.

    From each place in conflict, weighted as in `gravity`; where all camps are full, or no road
    leads to one with room, in equal parts.
    """
    km, capacity = _kilometres(case), _capacity(case)

    def shares(day: int, people: Floats) -> Floats:
        room = np.where(people < capacity, km, np.inf)
        reached = np.isfinite(room).any(axis=1)
        nearest = np.zeros_like(km)
        nearest[np.arange(len(km)), room.argmin(axis=1)] = 1.0
        nearest[~reached] = 1.0 / km.shape[1]
        return np.asarray(_leaving(case, day) @ nearest)

    return _allocate(case, shares)


def gravity(case: Case) -> Floats:
    r"""Return counts by plain gravity.

    From each place, weighted by persons times conflict of the day before, camp :math:`j` gets a
    share in proportion to

    .. math:: \frac{1}{10\,\mathrm{km} + d_{ij}} \;
       \min\left(1, \max\left(0, \frac{1 - x_j / C_j}{0.1}\right)\right)

    with :math:`d_{ij}` the shortest road, closures not regarded, :math:`x_j` the people there
    and :math:`C_j` the declared capacity; in equal parts where all weights are 0.
    """
    km, capacity = _kilometres(case), _capacity(case)

    def shares(day: int, people: Floats) -> Floats:
        throttle = np.clip((1.0 - people / capacity) / (1.0 - FULL_FROM), 0.0, 1.0)
        weight = throttle / (SOFTENING_KM + km)
        total = weight.sum(axis=1, keepdims=True)
        camps = weight.shape[1]
        chance = np.where(total > 0.0, weight / np.where(total > 0.0, total, 1.0), 1.0 / camps)
        return np.asarray(_leaving(case, day) @ chance)

    return _allocate(case, shares)


def last_shares(case: Case) -> Floats:
    """Return the total times the shares that were counted 30 days earlier.

    In the first 30 days the shares of day 0; equal ones while nobody was counted. This one
    looks at the counts of the camps, which the models do not.
    """
    observed = case.observed()
    earlier = observed[np.maximum(np.arange(case.days) - LAST_SHARES_DAYS, 0)]
    total = earlier.sum(axis=1, keepdims=True)
    camps = observed.shape[1]
    shares = np.where(total > 0.0, earlier / np.maximum(total, 1.0), 1.0 / camps)
    return np.asarray(observed.sum(axis=1, keepdims=True) * shares)


BASELINES: dict[str, Callable[[Case], Floats]] = {
    "equal_split": equal_split,
    "nearest_first": nearest_first,
    "gravity": gravity,
    "last_shares": last_shares,
}


def _allocate(case: Case, shares: Callable[[int, Floats], Floats]) -> Floats:
    observed = case.observed()
    totals = observed.sum(axis=1)
    people = observed[0].copy()
    out = [people]
    for day in range(1, case.days):
        change = totals[day] - totals[day - 1]
        if change > 0.0:
            people = people + change * shares(day, people)
        elif change < 0.0 and people.sum() > 0.0:
            people = people * max(0.0, 1.0 + change / people.sum())
        out.append(people)
    return np.stack(out)


def _leaving(case: Case, day: int) -> Floats:
    """Return each place's share of those who leave; where none leaves, by persons."""
    persons = np.array([0.0 if at.is_camp else float(at.persons) for at in case.locations])
    weight = persons
    if len(case.conflict):
        weight = persons * case.conflict[min(max(day - 1, 0), len(case.conflict) - 1)]
    if not weight.any():
        weight = persons if persons.any() else np.ones(len(persons))
    return np.asarray(weight / weight.sum())


def _capacity(case: Case) -> Floats:
    declared = np.array([case.locations[j].capacity for j in case.camps])
    return np.where(declared > 0.0, declared, np.inf)


def _kilometres(case: Case) -> Floats:
    return kilometres(case, None, range(len(case.locations)), case.camps)
