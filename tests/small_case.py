"""A displacement case small enough to reckon by hand."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np

from havenline.crisis.case import Case, Closure, Counts, KindChange, Link, Location
from havenline.crisis.flee_settings import FleeSettings


def place(
    name: str, kind: Any, country: str, persons: int = 0, capacity: float = math.nan
) -> Location:
    return Location(name, "", country, 0.0, 0.0, kind, persons, capacity)


def small_case(
    days: int = 4,
    near: tuple[float, ...] = (0, 0, 0, 0),
    far: tuple[float, ...] = (0, 100, 200, 150),
    capacities: tuple[float, float] = (100.0, 1000.0),
    closures: tuple[Closure, ...] = (),
    kind_changes: tuple[KindChange, ...] = (),
) -> Case:
    """Two places in conflict, a camp at 90 km and one at 190 km from the first.

    The second place lies 100 km from the first, away from the camps, and has as many people.
    """

    def counts(values: tuple[float, ...]) -> Counts:
        given = np.asarray(values, dtype=np.float64)
        return Counts(np.arange(len(given), dtype=np.int64), given)

    locations = (
        place("A", "conflict", "home", persons=1000),
        place("B", "conflict", "home", persons=1000),
        place("Near", "camp", "east", capacity=capacities[0]),
        place("Far", "camp", "west", capacity=capacities[1]),
    )
    conflict = np.zeros((days, 4))
    conflict[:, 0] = 1.0
    both = tuple(np.add(near, far))
    return Case(
        id="small",
        name="Small",
        folder=Path("nowhere"),
        start=dt.date(2020, 1, 1),
        days=days,
        locations=locations,
        links=(Link(0, 2, 90.0), Link(0, 3, 190.0), Link(0, 1, 100.0)),
        conflict=conflict,
        counts={2: counts(near), 3: counts(far)},
        total=counts(both),
        settings=FleeSettings(),
        closures=closures,
        kind_changes=kind_changes,
    )
