"""The roads of a displacement case under Flee's rules, and what places say of themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case, Link, Location
from havenline.crisis.flee_settings import FleeSettings


@dataclass(frozen=True)
class Roads:
    """Directed roads, two for each link.

    Attributes
    ----------
    start, end : int64 array, shape (roads,)
        Positions of locations.
    km : float64 array, shape (roads,)
    speed : float64 array, shape (roads,)
        Kilometres a day.
    walk : float64 array, shape (roads,)
        Chance that it is walked.
    forces : bool array, shape (roads,)
        Whether all who leave its start are led along it.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    km: NDArray[np.float64]
    speed: NDArray[np.float64]
    walk: NDArray[np.float64]
    forces: NDArray[np.bool_]


def number(location: Location, attribute: str, otherwise: float = 0.0) -> float:
    """Return an attribute of a location as a number.

    Parameters
    ----------
    location : Location
    attribute : str
        Name of the column.
    otherwise : float
        Returned where the column is missing, empty or no number.
    """
    try:
        return float(location.attributes.get(attribute, "") or otherwise)
    except ValueError:
        return otherwise


def build_roads(case: Case, settings: FleeSettings, *, exact: bool) -> Roads:
    """Return the directed roads of a case.

    Flee makes a link with forced redirection 1 twice, so that it is chosen twice as often, and
    leads nobody. ``exact`` follows it; otherwise every link is made once, and leads.

    Parameters
    ----------
    case : Case
    settings : FleeSettings
    exact : bool
    """
    directed: list[tuple[int, int, Link, bool]] = []
    for link in case.links:
        for _ in range(2 if exact and link.forced == 1 else 1):
            directed.append((link.first, link.second, link, link.forced == 1 and not exact))
            directed.append((link.second, link.first, link, link.forced == 2 and not exact))
    speeds = [link.max_move_speed for _, _, link, _ in directed]
    return Roads(
        start=np.array([d[0] for d in directed], dtype=np.int64),
        end=np.array([d[1] for d in directed], dtype=np.int64),
        km=np.array([d[2].km for d in directed], dtype=np.float64),
        speed=np.array(
            [settings.max_move_speed if math.isnan(s) else s for s in speeds], dtype=np.float64
        ),
        walk=np.array([d[2].walk_probability for d in directed], dtype=np.float64),
        forces=np.array([d[3] for d in directed], dtype=np.bool_),
    )
