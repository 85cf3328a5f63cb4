"""Organised moves, as known on a day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from havenline.crisis import Crisis
from havenline.crisis.moves import apart
from havenline.facts.areas import places_named
from havenline.facts.known import known_by


class Move(NamedTuple):
    """People who are moved by agencies or under an agreement.

    In equal parts on each day from ``start`` to ``end``, from the places of ``leaves`` to those
    of ``reaches``, or where that is empty out of the crisis.
    """

    id: str
    leaves: frozenset[str]
    reaches: frozenset[str]
    start: date
    end: date
    persons: int


def moves_known(crisis: Crisis, as_of: date) -> list[Move]:
    """Return the moves known on a day, those announced for later days among them.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Only rows published by this day.

    Returns
    -------
    list of Move
        Sorted by id.
    """
    rows, named = known_by(crisis.moves, as_of), places_named(crisis)
    found = []
    columns = ("move_id", "from_id", "to_id", "start", "end", "persons")
    for move, origin, target, start, end, persons in zip(*(rows[c] for c in columns), strict=True):
        leaves, reaches = apart(named(origin), named(target))
        found.append(
            Move(
                id=str(move),
                leaves=frozenset(leaves),
                reaches=frozenset(reaches),
                start=_day(start),
                end=_day(end),
                persons=int(persons),
            )
        )
    return sorted(found, key=lambda move: move.id)


def _day(cell: pd.Timestamp) -> date:
    return cell.date()
