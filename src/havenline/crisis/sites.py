"""How many people a site has room for, by the parts of it that are known."""

from __future__ import annotations

import math

AREA_PER_PERSON, WATER_PER_PERSON, PERSONS_PER_LATRINE = 45.0, 15.0, 20.0
"""Square metres of site and litres of water a day for each person, persons for each latrine:
the minimum standards of the Sphere Handbook (2018)."""
COVERED_PER_PERSON = 3.5
"""Square metres of covered living space for each person; the same standards."""


SITE_PARTS = ("area_m2", "covered_m2", "water_l_day", "latrines", "planned_capacity")
"""Columns of the sites, each of which allows for so many people."""


def site_places(
    area_m2: float | None = None,
    covered_m2: float | None = None,
    water_l_day: float | None = None,
    latrines: float | None = None,
    planned_capacity: float | None = None,
) -> float:
    """Return the people a site has room for: the least of what its known parts allow.

    Parameters
    ----------
    area_m2, covered_m2 : float or None
        Ground and covered living space, square metres.
    water_l_day : float or None
        Litres of water a day.
    latrines : float or None
    planned_capacity : float or None
        Persons, as planned.

    Returns
    -------
    float
        Persons; infinite where nothing is known. A part that is None or NaN drops out of the
        least and is never filled in.
    """
    allowed = (
        (area_m2, 1.0 / AREA_PER_PERSON),
        (covered_m2, 1.0 / COVERED_PER_PERSON),
        (water_l_day, 1.0 / WATER_PER_PERSON),
        (latrines, PERSONS_PER_LATRINE),
        (planned_capacity, 1.0),
    )
    known = [v * each for v, each in allowed if v is not None and not math.isnan(v)]
    return min(known, default=math.inf)
