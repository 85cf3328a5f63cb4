"""A displacement case as declared: places, roads, conflict by day, counts of arrivals by camp."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.flee_settings import FleeSettings
from havenline.errors import Problem

LocationKind = Literal["conflict", "town", "camp", "idpcamp", "forward", "marker", "flood_zone"]
ClosureKind = Literal["country", "location", "camp", "idpcamp", "link", "remove_forced_redirection"]


@dataclass(frozen=True)
class Location:
    """A place of a case.

    Attributes
    ----------
    name : str
        Name as in the file; every random number of the place is keyed by it.
    region, country : str
    lat, lon : float
        Degrees; NaN where the file has none.
    kind : str
        What it is at the start.
    persons : int
        Residents; 0 for camps.
    capacity : float
        Persons; NaN where unknown or unlimited.
    conflict_day : int
        Day of the first conflict that the table of places names; 0 for none.
    attributes : mapping of str to str
        Further columns as written, such as ``capacity_per_day``.
    """

    name: str
    region: str
    country: str
    lat: float
    lon: float
    kind: LocationKind
    persons: int
    capacity: float = math.nan
    conflict_day: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_camp(self) -> bool:
        """Whether arrivals are counted there."""
        return self.kind in ("camp", "idpcamp")


@dataclass(frozen=True)
class Link:
    """A road between two locations, both ways.

    Attributes
    ----------
    first, second : int
        Positions in ``Case.locations``.
    km : float
    forced : int
        Forced redirection as written: 0, 1 or 2.
    max_move_speed : float
        Kilometres a day on this road; NaN for the setting.
    walk_probability : float
        Chance that it is walked.
    """

    first: int
    second: int
    km: float
    forced: int = 0
    max_move_speed: float = math.nan
    walk_probability: float = 0.0


@dataclass(frozen=True)
class Closure:
    """A closed border, place or road.

    Attributes
    ----------
    kind : str
    first, second : str
        Countries or names of locations, as declared; ``second`` may be empty.
    start, end : int
        Day it begins and day it ends; ``end`` is -1 where it never does.
    """

    kind: ClosureKind
    first: str
    second: str
    start: int
    end: int


@dataclass(frozen=True)
class KindChange:
    """A location becomes another kind of place on a day."""

    location: int
    kind: LocationKind
    day: int


@dataclass(frozen=True, eq=False)
class Counts:
    """Published counts of one camp, or of all.

    Attributes
    ----------
    days : int64 array, shape (counts,)
        Days from the start of the case, ascending; may be negative.
    persons : float64 array, shape (counts,)
        Persons present, after registration corrections.
    """

    days: NDArray[np.int64]
    persons: NDArray[np.float64]
    LONGEST_GAP: ClassVar[int] = 366
    """Days between two counts over which nothing is known: yearly figures still join."""

    def known(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each day is one of a count or lies between two.

        Parameters
        ----------
        days : int64 array, shape (n,)

        Returns
        -------
        bool array, shape (n,)
            False before the first count, after the last, and between two that are more than a
            year apart: what `on` gives there is no observation.
        """
        at = np.searchsorted(self.days, days, side="right")
        before = self.days[np.maximum(at - 1, 0)]
        after = self.days[np.minimum(at, len(self.days) - 1)]
        between = (at > 0) & (at < len(self.days)) & (after - before <= self.LONGEST_GAP)
        return np.asarray(np.isin(days, self.days) | between)

    def on(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the count on each day, as the field reads them.

        Linear between two counts, cut to whole persons; the first before the first, the last
        after the last.

        Parameters
        ----------
        days : int64 array, shape (n,)

        Returns
        -------
        float64 array, shape (n,)
        """
        exact = np.interp(days, self.days, self.persons)
        return np.asarray(np.trunc(exact + 1e-9), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Demographic:
    """How an attribute is distributed over people, by the place they come from.

    Attributes
    ----------
    name : str
        Such as ``age`` or ``gender``.
    values : tuple of str
    weights : float64 array, shape (values, locations)
        Not negative; columns need not sum to 1.
    """

    name: str
    values: tuple[str, ...]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class Traveller:
    """People who are there from the start, one row of an agents file."""

    location: int
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class FleeReading:
    """What Flee itself reads differently in the same files.

    Attributes
    ----------
    counts : mapping of int to Counts
        Camps whose series Flee puts together in another way, by position.
    total : Counts or None
        The published total, where Flee reads it in another way.
    others : mapping of str to Counts
        Series of names that are no camps, which Flee puts together in another way.
    swapped : bool
        Whether Flee takes the two coordinates for each other.
    no_conflict : tuple of int
        Locations whose conflict Flee does not find, because the names differ in spelling.
    """

    counts: Mapping[int, Counts] = field(default_factory=dict)
    total: Counts | None = None
    others: Mapping[str, Counts] = field(default_factory=dict)
    swapped: bool = False
    no_conflict: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """A displacement case: everything declared, nothing computed.

    Attributes
    ----------
    id, name : str
    folder : Path
    start : datetime.date
        Day 0.
    days : int
        Days to simulate, from day 0 on.
    locations : tuple of Location
        In the order of the file; the country of the first is home.
    links : tuple of Link
    major_routes : tuple of tuple of int
        Sequences of locations.
    closures : tuple of Closure
    kind_changes : tuple of KindChange
    conflict : float64 array, shape (days given, locations)
        Intensity from 0 to 1; rows are days from day 0.
    flood : float64 array or None, shape (days given, locations)
        Levels.
    food : float64 array or None, shape (days given, locations)
        IPC level in percent, interpolated.
    counts : mapping of int to Counts
        By position of the camp in ``locations``, in the order of the file.
    total : Counts
        The published total.
    others : mapping of str to Counts
        Counts that the list of series gives for names that are no camps here; Flee adds them to
        the arrivals of a day.
    registered : mapping of int to Counts
        Counts of the camps with registration corrections, as they were before these.
    flee_reading : FleeReading
        What Flee itself reads differently.
    demographics : tuple of Demographic
    travellers : tuple of Traveller
    settings : FleeSettings
        Settings of Flee's rules.
    input_hashes : mapping of str to str
        SHA-256 of each file read, by path relative to the folder.
    warnings : tuple of Problem
    """

    id: str
    name: str
    folder: Path
    start: dt.date
    days: int
    locations: tuple[Location, ...]
    links: tuple[Link, ...]
    conflict: NDArray[np.float64]
    counts: Mapping[int, Counts]
    total: Counts
    settings: FleeSettings
    major_routes: tuple[tuple[int, ...], ...] = ()
    closures: tuple[Closure, ...] = ()
    kind_changes: tuple[KindChange, ...] = ()
    flood: NDArray[np.float64] | None = None
    food: NDArray[np.float64] | None = None
    demographics: tuple[Demographic, ...] = ()
    travellers: tuple[Traveller, ...] = ()
    others: Mapping[str, Counts] = field(default_factory=dict)
    registered: Mapping[int, Counts] = field(default_factory=dict)
    flee_reading: FleeReading = field(default_factory=FleeReading)
    input_hashes: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @property
    def camps(self) -> tuple[int, ...]:
        """Positions of the locations with counts, in the order of the file."""
        return tuple(self.counts)

    def as_registered(self) -> Case:
        """Return the case with the counts as they were before registration corrections.

        Returns
        -------
        Case
        """
        return replace(self, counts={**self.counts, **self.registered}, registered={})

    def as_flee(self) -> Case:
        """Return the case as Flee itself reads the same files, for a comparison on equal terms.

        Returns
        -------
        Case
        """
        reading = self.flee_reading
        conflict = self.conflict.copy()
        conflict[:, list(reading.no_conflict)] = 0.0
        return replace(
            self,
            locations=tuple(_placed(at, reading.swapped) for at in self.locations),
            conflict=conflict,
            counts={**self.counts, **reading.counts},
            total=self.total if reading.total is None else reading.total,
            others={**self.others, **reading.others},
            settings=self.settings.as_flee(),
            flee_reading=FleeReading(),
        )

    def observed(self) -> NDArray[np.float64]:
        """Return the published counts of every camp on every day.

        Returns
        -------
        float64 array, shape (days, camps)
            Persons, on days 0 to ``days - 1``.
        """
        days = np.arange(self.days, dtype=np.int64)
        return np.stack([c.on(days) for c in self.counts.values()], axis=1)

    def known(self) -> NDArray[np.bool_]:
        """Return on which days each camp's count is known; see `Counts.known`.

        Returns
        -------
        bool array, shape (days, camps)
        """
        days = np.arange(self.days, dtype=np.int64)
        return np.stack([c.known(days) for c in self.counts.values()], axis=1)


def _placed(location: Location, swapped: bool) -> Location:
    """Place a location as Flee does: an empty coordinate is 0."""
    lat, lon = (0.0 if math.isnan(x) else x for x in (location.lat, location.lon))
    return replace(location, lat=lon if swapped else lat, lon=lat if swapped else lon)
