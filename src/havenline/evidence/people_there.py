"""The people who are there: no forecast of people displaced may go above them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

import pandas as pd

from havenline.facts.populations import persons_by_place


class Peopled(Protocol):
    """What is read of a crisis."""

    @property
    def areas(self) -> pd.DataFrame:
        """Areas, with the area each lies in."""
        ...

    @property
    def places(self) -> pd.DataFrame:
        """Places, with the finest area of each."""
        ...

    @property
    def populations(self) -> pd.DataFrame:
        """Persons by place."""
        ...


def places_within(crisis: Peopled, areas: Collection[str]) -> set[str]:
    """Return the places that lie in some areas, of whatever level.

    Parameters
    ----------
    crisis : Crisis
    areas : collection of str
        Area ids.

    Returns
    -------
    set of str
        Place ids.
    """
    parents = dict(zip(crisis.areas["area_id"], crisis.areas["parent_id"], strict=True))

    def lies_within(area: str) -> bool:
        seen: set[str] = set()
        while area and area not in seen:
            if area in areas:
                return True
            seen.add(area)
            area = parents.get(area, "")
        return False

    return {
        str(place)
        for place, area in zip(crisis.places["place_id"], crisis.places["area_id"], strict=True)
        if lies_within(area)
    }


def people_there(crisis: Peopled, areas: Collection[str], as_of: date) -> float | None:
    """Return the people in the places that a series covers, as a run as of a day starts with them.

    Residents and those displaced before count alike, for both can be displaced again. Where the
    areas hold no place, as those drawn for one series, it covers every place.

    Parameters
    ----------
    crisis : Crisis
    areas : collection of str
        Areas that the series covers.
    as_of : date
        Populations known by this day, or marked as standing in.

    Returns
    -------
    float or None
        Persons; None where nobody is known to live there, so that there is no ceiling.
    """
    within = places_within(crisis, areas)
    there = persons_by_place(crisis.populations, as_of)
    persons = sum(n for place, n in there.items() if place in within or not within)
    return float(persons) or None
