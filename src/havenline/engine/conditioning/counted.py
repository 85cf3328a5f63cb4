"""How far a run of the past is from the counts that it is to follow, and what these weigh.

A count weighs

    w = exp(-age / FORGET_DAYS)
        / (``flight_count_error``^2 / weeks + (few / larger of counted and run)^2 + late^2)

with the weeks over which people were counted (one at least, and for who was there on a day), for
the errors of weeks are taken to be apart. So a few people say little. Nor does a count that is too
low where most have just come: there ``late`` is the logarithm of (run + few) over the same
``report_lag_days`` before, for people are
counted some days after they come, and never sooner. Counts of one thing err together: of several,
the mean by these weights is one count of the largest of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.frailty import FEW, FORGET_DAYS
from havenline.engine.past import WHOLE, Past
from havenline.facts.followed import CAME_BACK, ENTERED, IN_SITES, KILLED, WAITING, Followed

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

FEW_KILLED = 20.0
"""Persons killed up to which a count says little, as `FEW` of all others; judgement."""
EVERY = {IN_SITES: "there", ENTERED: "arrived"}
"""Of whom a figure counts a part, where that is not the same figure of all places."""


def few_of(figure: str) -> float:
    """Return the persons up to which a count of a figure says little."""
    return FEW_KILLED if figure == KILLED else FEW


@dataclass(frozen=True)
class Count:
    """A count as a run holds it.

    Attributes
    ----------
    figure : str
        Name of a figure of `havenline.engine.past.Past`.
    inside : (n,) bool
        The places, or neighbours, that it covers.
    start : int or None
        Day of the run after which people are counted; None for who was there.
    end : int
        Day of the run.
    persons : float
        Counted, with those displaced before where they stand in the run's figure.
    keep : float
        Weight by age, 0 to 1.
    """

    figure: str
    inside: NDArray[np.bool_]
    start: int | None
    end: int
    persons: float
    keep: float

    @property
    def weeks(self) -> float:
        """Weeks over which people were counted; one at least, and for who was there."""
        return 1.0 if self.start is None else max(1.0, (self.end - max(-1, self.start)) / 7.0)

    def made(self, past: Past, before: int = 0) -> float:
        """Return the persons of a past that it counts, as they were some days before."""
        return float(past.counted(self.figure, self.start, self.end - before)[self.inside].sum())


def count_of(ground: Ground, known: Followed) -> Count:
    """Return a known count as a run holds it."""
    start, ids = ground.facts.start, ground.world.place_ids
    if known.figure in (ENTERED, WAITING, CAME_BACK):
        every = ground.world.neighbour_ids
        inside = np.array([known.neighbour in ("", name) for name in every], dtype=np.bool_)
    elif known.figure in WHOLE:
        inside = np.ones(1, dtype=np.bool_)
    else:
        inside = np.array([not known.places or place in known.places for place in ids])
    persons = known.persons
    if known.since_the_start:
        persons += float(ground.world.network.start[:, 1].sum(axis=1)[inside].sum())
    return Count(
        known.figure,
        inside,
        None if known.start is None else (known.start - start).days,
        (known.end - start).days,
        persons,
        math.exp(-(ground.as_of - known.end).days / FORGET_DAYS),
    )


def missed(count: Count, past: Past, error: float, lag: int) -> tuple[float, float]:
    """Return the logarithm of counted over run, and what the count weighs.

    Parameters
    ----------
    count : Count
    past : Past
    error : float
        Standard deviation of the logarithm of a week's count around what happened.
    lag : int
        Days after which people are counted.
    """
    made, few = count.made(past), few_of(count.figure)
    late = 0.0
    if count.persons < made:
        late = math.log((made + few) / (count.made(past, lag) + few))
    small = few / max(1.0, made, count.persons)
    miss = math.log((count.persons + few) / (made + few))
    return miss, count.keep / (error**2 / count.weeks + small**2 + max(0.0, late) ** 2)


def together(
    counts: Sequence[Count], past: Past, error: float, lag: int
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return what counts of one thing weigh together, the weight of each, and how each is missed.

    Returns
    -------
    weight : float
        Of all of them.
    weights : (n,) float64
        Adding up to one.
    missed : (n,) float64
        Logarithms of counted over run.
    """
    found = np.array([missed(count, past, error, lag) for count in counts])
    weight = found[:, 1].max()
    total = found[:, 1].sum()
    weights = found[:, 1] / total if total > 0.0 else np.full(len(counts), 1.0 / len(counts))
    return float(weight), weights, found[:, 0]


def answer(count: Count, past: Past) -> float:
    """Return by how much the logarithm of a figure answers to that of what draws it.

    The share of all that are not in it, as those of a choice do. Of those who wait at a border,
    less the share of those who came that has entered: the faster they enter, the fewer wait.
    """
    made = count.made(past)
    if count.figure == WAITING:
        entered = float(past.counted(ENTERED, -1, count.end)[count.inside].sum())
        return -entered / (entered + made) if entered > 0.0 else 0.0
    every = float(past.counted(EVERY.get(count.figure, count.figure), count.start, count.end).sum())
    return max(0.0, 1.0 - made / every) if every > 0.0 else 0.0
