"""Relations, offensives and refuge as arrays over parties.

Parties are numbered in the order of their ids; the last number stands for ground that nobody who
is declared holds, which is neutral to all.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws import key_of_text
from havenline.facts.relations import ALLIED, GUARDS, HOSTILE, Offensive, Terms

NO_CONTACT, BY_GUARD, AT_WAR = 0, 1, 2
"""What stands between two parties: no front; one at the edge of guarded ground; one that may move,
over a border too."""

DEFENDED, GUARDED = 1, 2
"""What the ground of a party is in an offensive: it may be taken; the front only stands at it."""

BY_NEUTRAL, BY_HOSTILE = -1.0, -2.0
"""Shares of refuge that are not declared: the parameter for neutral or for hostile ground holds."""

OFFENSIVE_FACTS = np.dtype(
    [
        ("key", "u8"),
        ("since", "i8"),
        ("truce_age", "f8"),
        ("announced", "?"),
        ("announced_on", "i8"),
        ("intervened", "?"),
        ("lost", "f8"),
    ],
    align=True,
)

NO_WAY, THROUGH, INTO = 0, 1, 2
"""Whether people may travel over the ground of a party: not at all; wherever roads lead; into it,
to stay there, and not through it to ground of another."""


class TermArrays(NamedTuple):
    """What holds between parties, by epoch (a stretch of days without a change).

    Attributes
    ----------
    contact : (n_epoch, n_party + 1, n_party + 1) int8
        ``NO_CONTACT``, ``BY_GUARD`` or ``AT_WAR``, the same both ways.
    share : (n_epoch, n_party + 1, n_party + 1) float64
        Pull of the ground of the second for the people of the first, over that of their own;
        ``BY_NEUTRAL`` and ``BY_HOSTILE`` where it is not declared.
    share_range : (n_epoch, n_party + 1, n_party + 1, 2) float64
        The range of a declared share; the share twice where none is.
    per_day : (n_epoch, n_party + 1, n_party + 1) float64
        Persons of the first whom the second lets in a day; infinite without a limit.
    pair_key : (n_party + 1, n_party + 1) uint64
        Stable keys of pairs, for random numbers.
    accept : (n_epoch, n_party + 1, n_party + 1) float64
        How far the second accepts those whose home it holds and who were of the first, as a share
        of the hazard of return; ``BY_HOSTILE`` where the parameter holds.
    passage : (n_epoch, n_party + 1, n_party + 1) int8
        ``NO_WAY``, ``THROUGH`` or ``INTO``: how the people of the first may travel over the ground
        of the second.
    attacks : (n_offensive, n_party + 1) bool
        Who attacks.
    defends : (n_epoch, n_offensive, n_party + 1) int8
        0, ``DEFENDED`` or ``GUARDED``.
    """

    contact: NDArray[np.int8]
    share: NDArray[np.float64]
    share_range: NDArray[np.float64]
    per_day: NDArray[np.float64]
    pair_key: NDArray[np.uint64]
    accept: NDArray[np.float64]
    passage: NDArray[np.int8]
    attacks: NDArray[np.bool_]
    defends: NDArray[np.int8]


def compile_terms(
    party_ids: Sequence[str],
    abroad: Sequence[str],
    terms: Sequence[Terms],
    offensives: Sequence[Offensive],
) -> TermArrays:
    """Compile what holds between parties.

    Parameters
    ----------
    party_ids : sequence of str
        In index order.
    abroad : sequence of str
        Parties that hold ground in other countries: nobody flees to it but over a crossing.
    terms : sequence of Terms
    offensives : sequence of Offensive

    Returns
    -------
    TermArrays
    """
    n, k = len(party_ids) + 1, len(offensives)
    index = {party: i for i, party in enumerate(party_ids)}
    foreign = np.array([party in set(abroad) for party in party_ids] + [False])
    arrays = TermArrays(
        contact=np.zeros((len(terms), n, n), dtype=np.int8),
        share=np.full((len(terms), n, n), BY_NEUTRAL),
        share_range=np.zeros((len(terms), n, n, 2)),
        per_day=np.full((len(terms), n, n), np.inf),
        pair_key=_pair_keys(party_ids),
        accept=np.ones((len(terms), n, n)),
        passage=np.full((len(terms), n, n), THROUGH, dtype=np.int8),
        attacks=np.zeros((k, n), dtype=np.bool_),
        defends=np.zeros((len(terms), k, n), dtype=np.int8),
    )
    for o, offensive in enumerate(offensives):
        arrays.attacks[o, [index[p] for p in offensive.attackers]] = True
    for e, at in enumerate(terms):
        share, passage = arrays.share[e], arrays.passage[e]
        np.fill_diagonal(share, 1.0)
        _relate(at.relations, index, arrays.contact[e], share)
        passage[share == BY_HOSTILE] = INTO
        accept = arrays.accept[e]
        accept[share == BY_HOSTILE] = BY_HOSTILE
        for (home, holder), refuge in at.refuge.items():
            share[index[home], index[holder]] = refuge.share
            arrays.per_day[e, index[home], index[holder]] = refuge.per_day
            if not math.isnan(refuge.returns):
                accept[index[home], index[holder]] = refuge.returns
            way = THROUGH if refuge.passage else INTO if refuge.share > 0.0 else NO_WAY
            passage[index[home], index[holder]] = way
        apart = foreign[None, :] != foreign[:, None]
        share[apart], passage[apart] = 0.0, NO_WAY
        arrays.share_range[e] = share[..., None]
        for (home, holder), refuge in at.refuge.items():
            if not math.isnan(refuge.low + refuge.high) and not apart[index[home], index[holder]]:
                arrays.share_range[e, index[home], index[holder]] = refuge.low, refuge.high
        for o, offensive in enumerate(offensives):
            _defend(offensive, at.relations, index, arrays.defends[e, o])
    return arrays


def _pair_keys(party_ids: Sequence[str]) -> NDArray[np.uint64]:
    ids = [*party_ids, ""]
    pairs = [[key_of_text(f"pair:{one}:{other}") for other in ids] for one in ids]
    return np.array(pairs, dtype=np.uint64)


def _relate(
    relations: Mapping[tuple[str, str], str],
    index: Mapping[str, int],
    contact: NDArray[np.int8],
    share: NDArray[np.float64],
) -> None:
    for (one, other), relation in relations.items():
        i, j = index[one], index[other]
        if relation == HOSTILE:
            contact[i, j] = AT_WAR
            share[i, j] = BY_HOSTILE
        elif relation in (ALLIED, GUARDS):
            share[i, j] = 1.0
            if relation == GUARDS:
                share[j, i] = 1.0
    for (guard, guarded), relation in relations.items():
        if relation != GUARDS:
            continue
        for (enemy, other), hostile in relations.items():
            if hostile == HOSTILE and other == guarded and enemy != guard:
                i, j = index[enemy], index[guard]
                if contact[i, j] == NO_CONTACT and relations.get((enemy, guard)) != ALLIED:
                    contact[i, j] = contact[j, i] = BY_GUARD
                    share[i, j] = share[j, i] = BY_HOSTILE


def _defend(
    offensive: Offensive,
    relations: Mapping[tuple[str, str], str],
    index: Mapping[str, int],
    defends: NDArray[np.int8],
) -> None:
    for guard, guarded in (pair for pair, relation in relations.items() if relation == GUARDS):
        if guarded in offensive.defenders and guard not in offensive.attackers:
            defends[index[guard]] = GUARDED
    for party in offensive.defenders:
        defends[index[party]] = DEFENDED


def epochs(terms: Sequence[Terms], start: dt.date, n_day: int) -> NDArray[np.int64]:
    """Return which terms hold on each day of the period.

    Parameters
    ----------
    terms : sequence of Terms
        In order; the first from the start.
    start : datetime.date
    n_day : int
    """
    epoch = np.zeros(n_day, dtype=np.int64)
    for e, at in enumerate(terms):
        epoch[max(0, (at.since - start).days) :] = e
    return epoch


def offensive_facts(
    offensives: Sequence[Offensive],
    start: dt.date,
    truce_age: Sequence[float],
    ran: Sequence[bool],
    intervened: Sequence[bool],
) -> NDArray[np.void]:
    """Return the offensives as records.

    Key, first day it can run, days its truce has stood, whether it is announced and still to come,
    the day of that, whether an army stands in its way.

    Parameters
    ----------
    offensives : sequence of Offensive
    start : datetime.date
        First day of the period.
    truce_age : sequence of float
        -1 without a truce.
    ran : sequence of bool
        Whether it has run by the as-of date.
    intervened : sequence of bool
        Whether an army stands in its way on the as-of date.
    """
    facts = np.zeros(len(offensives), dtype=OFFENSIVE_FACTS)
    for row, offensive, age, begun, against in zip(
        facts, offensives, truce_age, ran, intervened, strict=True
    ):
        row["key"] = key_of_text(f"offensive:{offensive.id}")
        row["since"] = (offensive.since - start).days
        row["truce_age"] = age
        if offensive.announced is not None and not begun:
            row["announced"] = True
            row["announced_on"] = (offensive.announced - start).days
        row["intervened"] = against
    return facts
