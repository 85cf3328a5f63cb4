"""Linked theatres as known on a day: what stands there since when, and who is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from havenline.crisis.meta import Theatre, TheatreArea, TheatreCount


@dataclass(frozen=True)
class AreaKnown:
    """An area of a theatre on a day.

    Attributes
    ----------
    id : str
        Empty for people at stake without an area.
    people, displaced, returned : int
        Whose home it is; who of them are away; who had fled and are home again.
    front_km : float or None
        Road distance from the front, where it is declared.
    other_side : bool
        Whether the other side holds their homes.
    """

    id: str
    people: int
    displaced: int
    returned: int
    front_km: float | None
    other_side: bool


@dataclass(frozen=True)
class TheatreKnown:
    """A theatre on a day.

    Attributes
    ----------
    declared : Theatre
    truce : bool
        Whether a truce stands; else an offensive runs.
    days : int
        For how long.
    areas : tuple of AreaKnown
        By id.
    """

    declared: Theatre
    truce: bool
    days: int
    areas: tuple[AreaKnown, ...]


def theatres_known(declared: Sequence[Theatre], as_of: date) -> tuple[TheatreKnown, ...]:
    """Return the theatres in which a truce stood or an offensive ran by a day, by id.

    Parameters
    ----------
    declared : sequence of Theatre
    as_of : datetime.date
        What began later of the two that a theatre declares holds, as far as it had begun; a truce
        that began on the day of an offensive ended it.
    """
    known = []
    for theatre in sorted(declared, key=lambda t: t.id):
        since = {True: theatre.truce_since, False: theatre.offensive_since}
        begun = [(day, truce) for truce, day in since.items() if day is not None and day <= as_of]
        if begun:
            day, truce = max(begun)
            areas = tuple(_area(a, as_of) for a in sorted(theatre.areas, key=lambda a: a.id))
            if theatre.people_at_stake is not None:
                areas = (AreaKnown("", theatre.people_at_stake, 0, 0, None, other_side=False),)
            known.append(TheatreKnown(theatre, truce, (as_of - day).days, areas))
    return tuple(known)


def newest_count(area: TheatreArea, as_of: date) -> TheatreCount | None:
    """Return the newest count of an area that was known by a day."""
    known = [c for c in area.counts if c.known_from <= as_of]
    return max(known, key=lambda c: (c.date, c.known_from), default=None)


def _area(area: TheatreArea, as_of: date) -> AreaKnown:
    count = newest_count(area, as_of)
    return AreaKnown(
        id=area.id,
        people=area.people,
        displaced=count.displaced if count else 0,
        returned=count.returned if count else 0,
        front_km=area.front_km,
        other_side=area.other_side_since is not None and area.other_side_since <= as_of,
    )
