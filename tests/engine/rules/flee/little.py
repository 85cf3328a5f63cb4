"""Cases of a few places, and where the people who start in them are each evening."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.crisis.case import Case, Counts, Link, Location, Traveller
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.cases import simulate_case

Counted = npt.NDArray[np.int64]

DRAWN = 2000, 50
"""People, and futures, where shares are compared."""


def place(
    name: str,
    kind: Any = "town",
    *,
    country: str = "Home",
    persons: int = 0,
    capacity: float = math.nan,
    at: tuple[float, float] = (0.0, 0.0),
    conflict_day: int = 0,
    **attributes: str,
) -> Location:
    """Return a location; ``at`` is its latitude and longitude."""
    return Location(
        name, "", country, at[0], at[1], kind, persons, capacity, conflict_day, attributes
    )


def people(place: int, number: int, **attributes: str) -> tuple[Traveller, ...]:
    """Return people who are at a place from the start."""
    return (Traveller(place, attributes),) * number


def counts(*persons: float) -> Counts:
    """Return counts on days 0, 1, …"""
    return Counts(np.arange(len(persons), dtype=np.int64), np.asarray(persons, dtype=np.float64))


def little(
    places: Sequence[Location],
    roads: Sequence[tuple[int, int, float] | Link],
    travellers: Sequence[Traveller] = (),
    *,
    days: int = 1,
    conflict: Mapping[int, Sequence[float]] | None = None,
    settings: Mapping[str, Any] | None = None,
    **further: Any,
) -> Case:
    """Return a case in which every place is counted and nobody but the travellers sets out.

    Parameters
    ----------
    conflict : mapping of int to sequence of float
        Intensity by day at some of the places.
    settings : mapping
        Other than shipped. Nobody goes back to a place in conflict unless they say so.
    further : mapping
        Other fields of the case.
    """
    table = np.zeros((days, len(places)))
    for i, values in (conflict or {}).items():
        table[:, i] = values
    chosen: dict[str, Any] = {"read_from_agents_csv_file": True, "conflict_weight": 0.0}
    nobody = counts(0)
    case = Case(
        id="little",
        name="Little",
        folder=Path("nowhere"),
        start=dt.date(2020, 1, 1),
        days=days,
        locations=tuple(places),
        links=tuple(r if isinstance(r, Link) else Link(*r) for r in roads),
        conflict=table,
        counts=dict.fromkeys(range(len(places)), nobody),
        total=nobody,
        settings=FleeSettings(**(chosen | dict(settings or {}))),
        travellers=tuple(travellers),
    )
    return replace(case, **further)


def follow(case: Case, *, exact: bool = False, futures: int = 1) -> Counted:
    """Return people at each counted place each evening; shape (futures, days, places)."""
    rules: Any = "flee-exact" if exact else "flee"
    run = simulate_case(case, rules=rules, futures=futures, seed=1, workers=1)
    found: Counted = run.present.to_numpy()
    return found


def evenings(case: Case, *, exact: bool = False) -> list[list[int]]:
    """Return people at each counted place each evening of one future."""
    return [[int(k) for k in day] for day in follow(case, exact=exact)[0]]


def share_at(case: Case, place: int, *, exact: bool = False, day: int = 0) -> float:
    """Return the share of people at a place in the evening, over many futures."""
    number, futures = DRAWN
    found = follow(case, exact=exact, futures=futures)[:, day, place].sum()
    return float(found / (number * futures))


def within(share: float) -> float:
    """Return how far a drawn share may lie from its chance: 4.5 standard errors."""
    number, futures = DRAWN
    return 4.5 * math.sqrt(share * (1.0 - share) / (number * futures)) + 1e-9
