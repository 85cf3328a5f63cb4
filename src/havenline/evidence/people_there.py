"""The people who are there: no forecast of people displaced may go above them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline.facts.areas import areas_within
from havenline.facts.populations import persons_by_place

Floats = npt.NDArray[np.float64]


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


def people_there(
    crisis: Peopled, areas: Collection[str], as_of: date, status: str | None = None
) -> float | None:
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
    status : str, optional
        Only people of one status.

    Returns
    -------
    float or None
        Persons; None where nobody is known to live there, so that there is no ceiling.
    """
    inside = crisis.places["area_id"].isin(list(areas_within(crisis.areas, areas)))
    within = set(crisis.places.loc[inside, "place_id"])
    there = persons_by_place(crisis.populations, as_of, status)
    persons = sum(n for place, n in there.items() if place in within or not within)
    return float(persons) or None


def held_below(samples: Floats, counted: float, people: float | None) -> Floats:
    """Return increments whose total goes no higher than the people who are there.

    Parameters
    ----------
    samples : (increments, members) float64
        Persons; a member is one path.
    counted : float
        People counted before.
    people : float or None
        The people who are there. Where none are known, or more were counted (people counted
        again, or of other places), nothing is held.

    Returns
    -------
    (increments, members) float64
    """
    room = people - counted if people is not None and people > counted else np.inf
    return np.diff(np.minimum(samples.cumsum(axis=0), room), axis=0, prepend=0.0)
