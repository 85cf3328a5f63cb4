"""Opening and checking a folder of our own that holds a displacement case."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.cases.case import (
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
from havenline.cases.settings import FleeSettings
from havenline.cases.settings_file import read_settings, validated
from havenline.crisis.reading import Rows, decode, read_bytes, read_rows, sha256
from havenline.crisis.registry import problem, suggest
from havenline.crisis.yamlread import read_yaml, validate
from havenline.errors import CrisisError, Problem
from havenline.io.case_tables import (
    CASE_TABLES,
    ELSEWHERE,
    EVERYWHERE,
    TOTAL,
    CaseMeta,
)

META_FILE = "crisis.yaml"
_GIVEN = re.compile(rb"^arrivals[ \t]*:[ \t]*[\"']?given\b", re.MULTILINE)


def is_case(path: str | Path) -> bool:
    """Return whether a folder is one of ours that holds a displacement case.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bool
        True where its ``crisis.yaml`` says ``arrivals: given``.
    """
    try:
        return bool(_GIVEN.search((Path(path) / META_FILE).read_bytes()))
    except (OSError, ValueError):
        return False


def open_case_folder(path: str | Path, settings: FleeSettings | str | Path | None = None) -> Case:
    """Open a folder of our own that holds a displacement case.

    Parameters
    ----------
    path : str or Path
    settings : FleeSettings, str or Path, optional
        Settings, or a settings file of Flee, in place of those of the folder.

    Returns
    -------
    Case

    Raises
    ------
    CrisisError
        Where there is any error; it holds all of them.
    """
    problems: list[Problem] = []
    case = _Reader(Path(path), problems).case(settings)
    errors = [p for p in problems if p.severity == "error"]
    if case is None or errors:
        raise CrisisError(errors)
    return case


def case_problems(path: str | Path) -> tuple[Problem, ...]:
    """Return every problem of a case folder.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    tuple of Problem
    """
    problems: list[Problem] = []
    _Reader(Path(path), problems).case(None)
    return tuple(problems)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


class _Reader:
    """Reads one folder; every method adds to the same list of problems."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems
        self.hashes: dict[str, str] = {}
        self.tables: dict[str, Rows] = {}
        self.place: dict[str, int] = {}
        self.start = dt.date(2000, 1, 1)

    def _text(self, file: str) -> str | None:
        data = read_bytes(self.folder, file, self.problems)
        if data is None:
            return None
        self.hashes[file] = sha256(data)
        return decode(data, file, self.problems)

    def case(self, settings: FleeSettings | str | Path | None) -> Case | None:
        """Return the case, None where there are errors."""
        meta, flee = self._meta()
        if isinstance(settings, FleeSettings):
            flee = settings
        elif settings is not None:
            flee = read_settings(settings, self.problems)
        for table in CASE_TABLES.values():
            file = f"{table.name}.csv"
            if not table.needed and not (self.folder / file).exists():
                none: dict[str, list[Any]] = {c: [] for c in table.names}
                self.tables[table.name] = Rows(table, file, [], dict(none), dict(none))
            elif (text := self._text(file)) is not None:
                rows = read_rows(text, table, file, self.problems)
                if rows is not None:
                    self.tables[table.name] = rows
        self._strays()
        self._references()
        if meta is None or any(p.severity == "error" for p in self.problems):
            return None
        self.start = meta.period.start
        return self._built(meta, flee)

    def _meta(self) -> tuple[CaseMeta | None, FleeSettings]:
        """Read crisis.yaml with the settings in it."""
        text = self._text(META_FILE)
        document = read_yaml(text, META_FILE, self.problems) if text is not None else None
        if document is None:
            return None, FleeSettings()
        meta = validate(document, CaseMeta, self.problems)
        values = document.data.get("flee") or {}
        if not isinstance(values, dict):
            return meta, FleeSettings()
        places: dict[str, tuple[str, ...]] = {str(name): ("flee", str(name)) for name in values}
        return meta, validated(document, values, places, self.problems)

    def _strays(self) -> None:
        """Report files that nothing reads, such as a misspelt table."""
        usual = {f"{name}.csv" for name in CASE_TABLES} | {META_FILE}
        absent = usual - set(self.hashes)
        try:
            names = sorted(p.name for p in self.folder.iterdir())
        except OSError:
            return
        for name in names:
            if name.lower().endswith((".csv", ".yaml", ".yml")) and name not in usual:
                self.problems.append(
                    problem("unknown_file", name, "nothing reads this file",
                            expected="a table of a case", hint=suggest(name, absent))
                )  # fmt: skip

    def _records(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        if table in self.tables:
            yield from self.tables[table].records(*columns)

    def _words(self, table: str, column: str) -> set[str]:
        """Return what stands in a column of text."""
        return {word for _, word in self._records(table, column) if word}

    def _references(self) -> None:
        """Check that ids join, and that what must stand once stands once."""
        for line, place_id in self._records("places", "place_id"):
            if place_id in self.place:
                self._fault("duplicate_id", "places.csv", line, "place_id", place_id,
                            "this id stands twice")  # fmt: skip
            elif place_id:
                self.place[place_id] = len(self.place)
        names = Counter(name for _, name in self._records("places", "name"))
        for line, name in self._records("places", "name"):
            if names[name] > 1 and name:
                self._fault("duplicate_id", "places.csv", line, "name", name,
                            "this name stands twice")  # fmt: skip
        sources = self._words("sources", "source_id")
        for table in CASE_TABLES.values():
            if table.name not in self.tables:
                continue
            for column in table.columns:
                if column.refers == "places" and table.name != "places":
                    self._known(table.name, column.name, self.place)
                elif column.refers == "sources" and sources:
                    self._known(table.name, column.name, sources)
            if table.key and table.name != "places":
                self._once(table.name, table.key)
        self._check_counts()
        self._check_closures()
        for line, place_id in self._records("demographics", "place_id"):
            if place_id and self.place and place_id != EVERYWHERE and place_id not in self.place:
                self._unknown("demographics.csv", line, "place_id", place_id, self.place)

    def _fault(
        self, name: str, file: str, line: int, column: str, value: object, message: str,
        hint: str = "", expected: str = "",
    ) -> None:  # fmt: skip
        self.problems.append(
            problem(name, file, message, row=line, column=column, value=value, hint=hint,
                    expected=expected)
        )  # fmt: skip

    def _unknown(self, file: str, line: int, column: str, value: str, known: Any) -> None:
        self._fault("unknown_id", file, line, column, value, "no such id",
                    suggest(value, known))  # fmt: skip

    def _known(self, table: str, column: str, known: Any) -> None:
        if not self.place:
            return
        for line, value in self._records(table, column):
            if value and value not in known:
                self._unknown(f"{table}.csv", line, column, value, known)

    def _once(self, table: str, key: tuple[str, ...]) -> None:
        seen: set[tuple[Any, ...]] = set()
        for line, *values in self._records(table, *key):
            if tuple(values) in seen and None not in values:
                self._fault("duplicate_id", f"{table}.csv", line, "", ", ".join(map(str, values)),
                            f"{', '.join(key)} may stand only once together")  # fmt: skip
            seen.add(tuple(values))

    def _check_counts(self) -> None:
        if "counts" not in self.tables or not self.place:
            return
        total = camps = False
        for line, place_id, reading in self._records("counts", "place_id", "reading"):
            total = total or (place_id == TOTAL and reading == "corrected")
            if not place_id or place_id == TOTAL or place_id.startswith(ELSEWHERE):
                continue
            camps = camps or reading == "corrected"
            if place_id not in self.place:
                self._unknown("counts.csv", line, "place_id", place_id, [*self.place, TOTAL])
        for line, persons, reading in self._records("counts", "persons", "reading"):
            # Flee adds up and scales what is -1 for no count: its own reading may be any number.
            if persons is not None and persons < -1 and reading != "flee":
                self._fault("out_of_bounds", "counts.csv", line, "persons", f"{persons:g}",
                            "persons is out of bounds", expected="-1 or more")  # fmt: skip
        if not total:
            self.problems.append(
                problem("missing_value", "counts.csv", "there is no total",
                        expected="rows with place_id 'total'")
            )  # fmt: skip
        if not camps:
            self.problems.append(
                problem("missing_value", "counts.csv", "no place has counts",
                        expected="rows with the place_id of a camp")
            )  # fmt: skip

    def _check_closures(self) -> None:
        countries = self._words("places", "country")
        if not self.place:
            return
        for line, kind, first, second in self._records("closures", "kind", "first", "second"):
            known: Any = countries if kind == "country" else self.place
            pairs = [("first", first)]
            if kind in ("country", "link", "remove_forced_redirection"):
                pairs.append(("second", second))
            for column, value in pairs:
                if kind and value is not None and value not in known:
                    self._unknown("closures.csv", line, column, value, known)

    def _day(self, date: dt.date) -> int:
        return (date - self.start).days

    def _built(self, meta: CaseMeta, flee: FleeSettings) -> Case:
        """Put the tables together; they have no errors."""
        n, days = len(self.place), meta.period.days
        others: dict[str, dict[str, Counts]] = {ELSEWHERE: {}, "flee": {}}
        series = self._series()
        for (place_id, reading), counts in series.items():
            if place_id.startswith(ELSEWHERE):
                kind = "flee" if reading == "flee" else ELSEWHERE
                others[kind][place_id.removeprefix(ELSEWHERE)] = counts
        by_reading = {
            reading: {
                i: series[p, reading] for p, i in self.place.items() if (p, reading) in series
            }
            for reading in ("corrected", "registered", "flee")
        }
        flood_days = meta.flood_days or (days if len(self.tables["flood"]) else 0)
        conflict = self._levels("conflict", "intensity", days, n)
        return Case(
            id=meta.id,
            name=meta.name,
            folder=self.folder,
            start=self.start,
            days=days,
            locations=self._locations(),
            links=tuple(
                Link(
                    self.place[a],
                    self.place[b],
                    km,
                    forced,
                    _or_nan(speed),
                    walked,
                )
                for _, a, b, km, forced, speed, walked in self._records(
                    "routes", "from_place", "to_place", "road_km", "forced", "km_a_day", "walked"
                )
            ),
            conflict=conflict,
            counts=by_reading["corrected"],
            total=series[TOTAL, "corrected"],
            settings=flee,
            major_routes=self._major_routes(),
            closures=self._closures(),
            kind_changes=tuple(
                KindChange(self.place[p], kind, self._day(date))
                for _, date, p, kind in self._records("changes", "date", "place_id", "kind")
            ),
            flood=self._levels("flood", "level", flood_days, n) if flood_days else None,
            food=self._levels("food", "percent", days, n) if len(self.tables["food"]) else None,
            demographics=self._demographics(n),
            travellers=self._travellers(),
            others=others[ELSEWHERE],
            registered=by_reading["registered"],
            flee_reading=FleeReading(
                counts=by_reading["flee"],
                total=series.get((TOTAL, "flee")),
                others=others["flee"],
                swapped=meta.swapped_in_flee,
                no_conflict=tuple(
                    self.place[p] for p in meta.no_conflict_in_flee if p in self.place
                ),
            ),
            input_hashes=dict(sorted(self.hashes.items())),
            warnings=tuple(self.problems),
        )

    def _locations(self) -> tuple[Location, ...]:
        more: dict[str, dict[str, str]] = {}
        columns = ("place_id", "attribute", "value")
        for _, place_id, name, value in self._records("attributes", *columns):
            more.setdefault(place_id, {})[name] = value
        names = tuple(c for c in CASE_TABLES["places"].names if c != "source_id")
        return tuple(
            Location(
                name,
                region,
                country,
                _or_nan(lat),
                _or_nan(lon),
                kind,
                persons,
                _or_nan(capacity),
                day,
                more.get(place_id, {}),
            )
            for _, place_id, name, region, country, kind, lat, lon, persons, capacity, day in (
                self._records("places", *names)
            )
        )

    def _series(self) -> dict[tuple[str, str], Counts]:
        points: dict[tuple[str, str], list[tuple[int, float]]] = {}
        columns = ("date", "place_id", "persons", "reading")
        for _, date, place_id, persons, reading in self._records("counts", *columns):
            points.setdefault((place_id, reading), []).append((self._day(date), persons))
        return {
            key: Counts(
                np.array([d for d, _ in sorted(found)], dtype=np.int64),
                np.array([p for _, p in sorted(found)], dtype=np.float64),
            )
            for key, found in points.items()
        }

    def _levels(self, table: str, column: str, days: int, n: int) -> NDArray[np.float64]:
        levels = np.zeros((days, n))
        rows = sorted(self._records(table, "date", "place_id", column), key=lambda r: r[1])
        for _, date, place_id, value in rows:
            levels[max(self._day(date), 0) :, self.place[place_id]] = value
        return levels

    def _major_routes(self) -> tuple[tuple[int, ...], ...]:
        routes: dict[int, list[tuple[int, int]]] = {}
        columns = ("route", "position", "place_id")
        for _, route, position, place_id in self._records("major_routes", *columns):
            routes.setdefault(route, []).append((position, self.place[place_id]))
        return tuple(tuple(i for _, i in sorted(routes[r])) for r in sorted(routes))

    def _closures(self) -> tuple[Closure, ...]:
        names = {p: at.name for p, at in zip(self.place, self._locations(), strict=True)}
        found = []
        columns = ("kind", "first", "second", "start", "end")
        for _, kind, first, second, start, end in self._records("closures", *columns):
            if kind != "country":
                first = names[first]
            if kind in ("link", "remove_forced_redirection"):
                second = names[second]
            last = -1 if end is None else self._day(end)
            found.append(Closure(kind, first, second, self._day(start), last))
        return tuple(found)

    def _demographics(self, n: int) -> tuple[Demographic, ...]:
        found: dict[str, dict[str, NDArray[np.float64]]] = {}
        columns = ("attribute", "value", "place_id", "weight")
        for _, name, value, place_id, weight in self._records("demographics", *columns):
            row = found.setdefault(name, {}).setdefault(value, np.zeros(n))
            if place_id == EVERYWHERE:
                row[:] = weight
            else:
                row[self.place[place_id]] = weight
        return tuple(
            Demographic(name, tuple(rows), np.stack(list(rows.values())))
            for name, rows in found.items()
        )

    def _travellers(self) -> tuple[Traveller, ...]:
        found: dict[int, tuple[int, dict[str, str]]] = {}
        columns = ("traveller", "place_id", "attribute", "value")
        for _, number, place_id, name, value in self._records("travellers", *columns):
            words = found.setdefault(number, (self.place[place_id], {}))[1]
            if name:
                words[name] = value
        return tuple(Traveller(at, words) for at, words in found.values())
