"""How much more or less each area and border draws, lets go or lets in than the model says.

Kin, language, rents and who is let in are in no table, but where the displaced went until now tells
of them. The past is run plainly (`havenline.engine.conditioning.plain`), scaled to the counts of
flight and return, without a place's own luck, and held against every count of a part of the crisis
that was known. What a count k is of has a factor exp(b_k):

- people or arrivals in an area: on the pull of its places;
- people in the sites of an area, or of the whole: on the pull of its camps, and on the sites of its
  other places over the hosts there;
- those who left an area: on the hazard of flight from its places;
- those who entered a neighbour: on the pull of its crossings;
- those who wait at its border: on the hazard of getting in, where no chance is declared.

They are normal around 0 with the standard deviation ``destination_area_sd``, and the most likely
ones minimise

    sum over factors of (1/2) w_k r_k^2 + (1/2) (b_k / sd)^2

with r_k the mean over the counts of log((counted + few) / (run + few)), weighed as
`havenline.engine.conditioning.counted` says. They are found by Gauss-Newton steps in which people
answer to a factor by the share of all that are elsewhere, as those of a choice do. Areas may lie in
one another; a place has the factors of all that hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.counted import Count, answer, count_of, together
from havenline.engine.conditioning.plain import plain_values
from havenline.engine.past import Past, past_of
from havenline.facts.followed import ENTERED, IN_SITES, LEFT, WAITING, Followed

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

Floats = NDArray[np.float64]
On = dict[str, NDArray[np.bool_]]

ERROR, SPREAD, LAG = "flight_count_error", "destination_area_sd", "report_lag_days"
PULL, LEAVE, TO_SITES, ENTER = "pull", "leave", "to_sites", "enter"
STEPS, DAMPING = 10, 0.7
"""Runs of the past, and the part of a Gauss-Newton step that is taken: areas share their people."""


class Factors(NamedTuple):
    """Factors as a record of facts has them; see `havenline.world.record.Record`.

    Attributes
    ----------
    pull, leave, to_sites : (n_place,) float64
    enter : (n_neighbour,) float64
    """

    pull: Floats
    leave: Floats
    to_sites: Floats
    enter: Floats


@dataclass(frozen=True)
class Followable:
    """What one factor is on, and the counts that it is found from.

    Attributes
    ----------
    on : mapping of str to (n,) bool
        Places, or neighbours, by the field of `Factors`.
    counts : sequence of Count
    """

    on: On
    counts: Sequence[Count]


@dataclass(frozen=True)
class Met:
    """A count beside the plain past that follows it.

    Attributes
    ----------
    count : Followed
    run : float
        Persons, of those that the count counts.
    """

    count: Followed
    run: float


def follow_counts(ground: Ground) -> Ground:
    """Return the ground whose factors are those that the counts of parts of it speak for.

    Where no count is known, or ``destination_area_sd`` is 0, it is the same ground but for what
    the counts were beside it.
    """
    if not ground.followed:
        return ground
    sd = ground.parameters[SPREAD].value
    counts = [count_of(ground, count) for count in ground.followed]
    values = plain_values(ground)
    values["destination_pull_sd"] = 0.0
    plain = replace(ground, values=values)
    factors = Factors(*(getattr(ground.facts.record, name) for name in Factors._fields))
    followed = followed_by(ground, counts) if sd > 0.0 else []
    error, lag = (ground.parameters[name].value for name in (ERROR, LAG))
    factors, past = fit(
        lambda given: past_of(_with(plain, given)), followed, factors, error, round(lag), sd
    )
    met = tuple(
        Met(count, held.made(past) - (held.persons - count.persons))
        for count, held in zip(ground.followed, counts, strict=True)
    )
    return replace(_with(ground, factors), met=met)


def followed_by(ground: Ground, counts: Sequence[Count]) -> list[Followable]:
    """Return what the counts of parts of a crisis give a factor to.

    Counts of one area, or neighbour, that one factor answers to are held together; a count of the
    whole crisis gives none, but of its sites.
    """
    place = ground.world.network.place
    found: dict[tuple[str, frozenset[str], str], tuple[On, list[Count]]] = {}
    for of, count in zip(ground.followed, counts, strict=True):
        kind, on = "", {}
        if of.figure == ENTERED:
            crossings = np.append(count.inside, False)[place["border"]] & place["crossing"]
            kind = PULL if crossings.any() else ENTER
            on = {kind: crossings if crossings.any() else count.inside}
        elif of.figure == WAITING:
            kind, on = ENTER, {ENTER: count.inside}
        elif of.figure == IN_SITES:
            kind = TO_SITES
            on = {TO_SITES: count.inside, PULL: count.inside & place["camp"]}
        elif of.places:
            kind = LEAVE if of.figure == LEFT else PULL
            on = {kind: count.inside}
        if on:
            found.setdefault((kind, of.places, of.neighbour), (on, []))[1].append(count)
    return [Followable(*held) for held in found.values()]


def fit(
    run: Callable[[Factors], Past],
    followed: Sequence[Followable],
    before: Factors,
    error: float,
    lag: int,
    sd: float,
) -> tuple[Factors, Past]:
    """Return the most likely factors, and the past that they make.

    Parameters
    ----------
    run : callable
        From factors to the past.
    followed : sequence of Followable
        One for each factor.
    before : Factors
        Those that they multiply.
    error : float
        Standard deviation of the logarithm of a count around what happened.
    lag : int
        Days after which people are counted.
    sd : float
        Standard deviation of the logarithm of a factor before any count.
    """
    logs = np.zeros(len(followed))
    past = run(before)
    factors = before
    for _ in range(STEPS if len(followed) else 0):
        for k, factor in enumerate(followed):
            weight, weights, missed = together(factor.counts, past, error, lag)
            answers = np.array([answer(count, past) for count in factor.counts])
            towards = weight * float(weights @ (answers * missed)) - logs[k] / sd**2
            logs[k] += DAMPING * towards / (weight * float(weights @ answers**2) + 1.0 / sd**2)
        factors = _multiplied(before, followed, logs)
        past = run(factors)
    return factors, past


def _multiplied(before: Factors, followed: Sequence[Followable], logs: Floats) -> Factors:
    made = {name: np.array(values) for name, values in before._asdict().items()}
    for factor, log in zip(followed, logs, strict=True):
        for name, on in factor.on.items():
            made[name][on] *= np.exp(log)
    return Factors(**made)


def _with(ground: Ground, factors: Factors) -> Ground:
    for values in factors:
        values.flags.writeable = False
    record = ground.facts.record._replace(**factors._asdict())
    return replace(ground, facts=replace(ground.facts, record=record))
