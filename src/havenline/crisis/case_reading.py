"""From the checked tables of a displacement case to the case."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import (
    Case,
    Closure,
    Counts,
    Demographic,
    FleeReading,
    KindChange,
    Link,
    Location,
    Traveller,
)
from havenline.crisis.case_schema import ELSEWHERE, EVERYWHERE, TOTAL, TWO_NAMED
from havenline.crisis.draft import Draft, area_lineage
from havenline.errors import Problem


def case_of(draft: Draft, warnings: tuple[Problem, ...]) -> Case:
    """Return the case that a folder declares.

    Parameters
    ----------
    draft : Draft
        Of kind case and without errors.
    warnings : tuple of Problem

    Returns
    -------
    Case
    """
    return _Tables(draft).case(warnings)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


class _Tables:
    """The tables of a case, with its places numbered and its days counted from the first."""

    def __init__(self, draft: Draft) -> None:
        assert draft.case is not None
        self.draft, self.meta = draft, draft.case
        self.start = self.meta.period.start
        self.days = (self.meta.period.end - self.start).days + 1
        self.place = {p: i for i, (_, p) in enumerate(draft.records("places", "place_id"))}
        self.area_name = {a: n for _, a, n in draft.records("areas", "area_id", "name")}

    def _day(self, date: dt.date) -> int:
        return (date - self.start).days

    def case(self, warnings: tuple[Problem, ...]) -> Case:
        """Put the tables together."""
        draft, meta, place = self.draft, self.meta, self.place
        series = self._series()
        others = {
            reading: {
                p.removeprefix(ELSEWHERE): counts
                for (p, r), counts in series.items()
                if p.startswith(ELSEWHERE) and (r == "flee") == (reading == "flee")
            }
            for reading in ("corrected", "flee")
        }
        counts = {
            reading: {i: series[p, reading] for p, i in place.items() if (p, reading) in series}
            for reading in ("corrected", "registered", "flee")
        }
        flood_days = meta.flood_days or (self.days if len(draft.tables["flood"]) else 0)
        food = len(draft.tables["food"])
        return Case(
            id=meta.id,
            name=meta.name,
            folder=draft.folder,
            start=self.start,
            days=self.days,
            locations=self._locations(),
            links=tuple(
                Link(place[a], place[b], km, forced, _or_nan(speed), walked)
                for _, a, b, km, forced, speed, walked in draft.records(
                    "routes", "from_place", "to_place", "road_km", "forced", "km_a_day", "walked"
                )
            ),
            conflict=self._levels("conflict", "intensity", self.days),
            counts=counts["corrected"],
            total=series[TOTAL, "corrected"],
            settings=meta.flee,
            major_routes=self._major_routes(),
            closures=self._closures(),
            kind_changes=tuple(
                KindChange(place[p], kind, self._day(date))
                for _, date, p, kind in draft.records("changes", "date", "place_id", "kind")
            ),
            flood=self._levels("flood", "level", flood_days) if flood_days else None,
            food=self._levels("food", "percent", self.days) if food else None,
            demographics=self._demographics(),
            travellers=self._travellers(),
            others=others["corrected"],
            registered=counts["registered"],
            flee_reading=FleeReading(
                counts=counts["flee"],
                total=series.get((TOTAL, "flee")),
                others=others["flee"],
                swapped=meta.swapped_in_flee,
                no_conflict=tuple(place[p] for p in meta.no_conflict_in_flee if p in place),
            ),
            input_hashes=dict(sorted(draft.hashes.items())),
            warnings=warnings,
        )

    def _locations(self) -> tuple[Location, ...]:
        records = self.draft.records
        latest: dict[tuple[str, ...], int] = {}
        columns = ("as_of", "place_id", "group", "status", "persons")
        for _, _, *key, number in sorted(
            records("populations", *columns), key=lambda row: row[1] or dt.date.min
        ):
            latest[tuple(key)] = number
        persons = Counter[str]()
        for (p, *_), number in latest.items():
            persons[p] += number
        capacity = {p: c for _, p, c in records("sites", "place_id", "planned_capacity")}
        more: dict[str, dict[str, str]] = {}
        for _, p, name, value in records("attributes", "place_id", "attribute", "value"):
            more.setdefault(p, {})[name] = value
        lineage = area_lineage(self.draft)
        return tuple(
            Location(
                name,
                self.area_name[area],
                self.area_name[lineage[area][-1]],
                _or_nan(lat),
                _or_nan(lon),
                kind,
                persons[p],
                _or_nan(capacity.get(p)),
                day or 0,
                more.get(p, {}),
            )
            for _, p, name, kind, area, lat, lon, day in records(
                "places", "place_id", "name", "kind", "area_id", "lat", "lon", "conflict_day"
            )
        )

    def _series(self) -> dict[tuple[str, str], Counts]:
        points: dict[tuple[str, str], list[tuple[int, float]]] = {}
        columns = ("date", "place_id", "persons", "reading")
        for _, date, place_id, persons, reading in self.draft.records("counts", *columns):
            points.setdefault((place_id, reading), []).append((self._day(date), persons))
        return {
            key: Counts(
                np.array([d for d, _ in sorted(found)], dtype=np.int64),
                np.array([p for _, p in sorted(found)], dtype=np.float64),
            )
            for key, found in points.items()
        }

    def _levels(self, table: str, column: str, days: int) -> NDArray[np.float64]:
        levels = np.zeros((days, len(self.place)))
        rows = sorted(self.draft.records(table, "date", "place_id", column), key=lambda r: r[1])
        for _, date, place_id, value in rows:
            levels[max(self._day(date), 0) :, self.place[place_id]] = value
        return levels

    def _major_routes(self) -> tuple[tuple[int, ...], ...]:
        routes: dict[int, list[tuple[int, int]]] = {}
        columns = ("route", "position", "place_id")
        for _, route, position, place_id in self.draft.records("major_routes", *columns):
            routes.setdefault(route, []).append((position, self.place[place_id]))
        return tuple(tuple(i for _, i in sorted(routes[r])) for r in sorted(routes))

    def _closures(self) -> tuple[Closure, ...]:
        names = {p: n for _, p, n in self.draft.records("places", "place_id", "name")}
        found = []
        columns = ("kind", "first", "second", "start", "end")
        for _, kind, first, second, start, end in self.draft.records("closures", *columns):
            name = self.area_name if kind == "country" else names
            last = -1 if end is None else self._day(end)
            second = name[second] if kind in TWO_NAMED else second
            found.append(Closure(kind, name[first], second, self._day(start), last))
        return tuple(found)

    def _demographics(self) -> tuple[Demographic, ...]:
        found: dict[str, dict[str, NDArray[np.float64]]] = {}
        columns = ("attribute", "value", "place_id", "weight")
        for _, name, value, place_id, weight in self.draft.records("demographics", *columns):
            row = found.setdefault(name, {}).setdefault(value, np.zeros(len(self.place)))
            row[slice(None) if place_id == EVERYWHERE else self.place[place_id]] = weight
        return tuple(
            Demographic(name, tuple(rows), np.stack(list(rows.values())))
            for name, rows in found.items()
        )

    def _travellers(self) -> tuple[Traveller, ...]:
        found: dict[int, tuple[int, dict[str, str]]] = {}
        columns = ("traveller", "place_id", "attribute", "value")
        for _, number, place_id, name, value in self.draft.records("travellers", *columns):
            words: dict[str, Any] = found.setdefault(number, (self.place[place_id], {}))[1]
            if name:
                words[name] = value
        return tuple(Traveller(at, words) for at, words in found.values())
