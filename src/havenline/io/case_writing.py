"""Writing a displacement case as a folder of our own, whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from havenline.crisis.case import Case, Counts
from havenline.crisis.case_schema import CASE_TABLES, ELSEWHERE, EVERYWHERE, TOTAL, TWO_NAMED
from havenline.crisis.flee_settings import FleeSettings
from havenline.errors import HavenlineError, reason_of
from havenline.outcomes.tables import to_csv

SOURCE = "flee-folder"
Row = dict[str, Any]
"""Cells by column; those left out are empty, and the source that of the folder."""


def write_case(case: Case, to: str | Path) -> Path:
    """Write a case as a folder of our own.

    Parameters
    ----------
    case : Case
    to : str or Path
        A folder that does not exist yet or is empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    HavenlineError
        Where the folder is not empty or cannot be written; nothing is left behind then.
    """
    target = Path(to)
    files = {"crisis.yaml": _meta(case), **_Tables(case).files()}
    try:
        if target.exists() and not target.is_dir():
            raise HavenlineError(f"{target} is a file; give a new folder")
        if target.is_dir() and any(target.iterdir()):
            raise HavenlineError(f"{target} is not empty; give a new or an empty folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=target.parent))
        try:
            whole = beside / "case"
            whole.mkdir()
            for name, text in files.items():
                (whole / name).write_text(text, encoding="utf-8", newline="\n")
            whole.rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "not a name for a folder"
        raise HavenlineError(f"{target} cannot be written: {reason}") from None
    return target


def place_ids(names: Iterable[str]) -> list[str]:
    """Return an id for each name, no two alike.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    list of str
        Lower-case slugs.
    """
    ids: list[str] = []
    taken = {TOTAL, EVERYWHERE}
    for number, name in enumerate(names):
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or f"place-{number}"
        one, again = slug, 2
        while one in taken:
            one, again = f"{slug}-{again}", again + 1
        taken.add(one)
        ids.append(one)
    return ids


def _meta(case: Case) -> str:
    """Return the text of crisis.yaml."""
    shipped = FleeSettings()
    differ = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in case.settings
        if value != getattr(shipped, name)
    }
    ids = place_ids(at.name for at in case.locations)
    last = case.start + dt.timedelta(days=case.days - 1)
    data: dict[str, Any] = {
        "format": 1,
        "kind": "case",
        "id": case.id,
        "name": case.name,
        "period": {"start": case.start.isoformat(), "end": last.isoformat()},
    }
    if differ:
        data["flee"] = differ
    if case.flood is not None:
        data["flood_days"] = len(case.flood)
    if case.flee_reading.swapped:
        data["swapped_in_flee"] = True
    if case.flee_reading.no_conflict:
        data["no_conflict_in_flee"] = [ids[i] for i in case.flee_reading.no_conflict]
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100))


class _Tables:
    """The tables of a case; every method yields the rows of the table of its name."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ids = place_ids(at.name for at in case.locations)
        pairs = [(at.country, at.region) for at in case.locations]
        areas = [(c, "") for c in dict.fromkeys(c for c, _ in pairs)] + list(dict.fromkeys(pairs))
        names = [f"{country} {region}".strip() for country, region in areas]
        self.area_ids = dict(zip(areas, place_ids(names), strict=True))

    def files(self) -> dict[str, str]:
        """Return the text of every table that has rows, by file."""
        found = {}
        for name, table in CASE_TABLES.items():
            rows = list(getattr(self, name)())
            if rows or table.needed:
                text = io.StringIO()
                cells = [{"source_id": SOURCE, **row} for row in rows]
                to_csv(pd.DataFrame(cells, columns=list(table.names), dtype=object), text)
                found[f"{name}.csv"] = text.getvalue()
        return found

    def _date(self, day: int) -> str:
        return (self.case.start + dt.timedelta(days=int(day))).isoformat()

    def sources(self) -> Iterator[Row]:
        title = f"Folder {self.case.folder.resolve().name} in Flee's format"
        yield {"publisher": "unknown", "title": title, "kind": "read"}

    def areas(self) -> Iterator[Row]:
        for (country, region), area in self.area_ids.items():
            parent = self.area_ids[country, ""] if region else ""
            yield {"area_id": area, "name": region or country, "level": int(bool(region)),
                   "parent_id": parent}  # fmt: skip

    def places(self) -> Iterator[Row]:
        for place, at in zip(self.ids, self.case.locations, strict=True):
            area = self.area_ids[at.country, at.region]
            yield {"place_id": place, "name": at.name, "kind": at.kind, "area_id": area,
                   "lat": _number(at.lat), "lon": _number(at.lon),
                   "conflict_day": at.conflict_day or ""}  # fmt: skip

    def populations(self) -> Iterator[Row]:
        for place, at in zip(self.ids, self.case.locations, strict=True):
            if at.persons:
                yield {"place_id": place, "group": "all", "status": "resident",
                       "persons": at.persons}  # fmt: skip

    def sites(self) -> Iterator[Row]:
        for place, at in zip(self.ids, self.case.locations, strict=True):
            if not math.isnan(at.capacity):
                yield {"site_id": place, "place_id": place, "name": at.name,
                       "planned_capacity": _number(at.capacity)}  # fmt: skip

    def routes(self) -> Iterator[Row]:
        pairs = [(self.ids[x.first], self.ids[x.second]) for x in self.case.links]
        route_ids = place_ids(f"{a} {b}" for a, b in pairs)
        country = [at.country for at in self.case.locations]
        for route, (a, b), x in zip(route_ids, pairs, self.case.links, strict=True):
            yield {"route_id": route, "from_place": a, "to_place": b, "road_km": _number(x.km),
                   "crosses_border": int(country[x.first] != country[x.second]),
                   "forced": x.forced, "km_a_day": _number(x.max_move_speed),
                   "walked": _number(x.walk_probability)}  # fmt: skip

    def attributes(self) -> Iterator[Row]:
        for place, at in zip(self.ids, self.case.locations, strict=True):
            for name, value in at.attributes.items():
                yield {"place_id": place, "attribute": name, "value": value}

    def major_routes(self) -> Iterator[Row]:
        for number, route in enumerate(self.case.major_routes):
            for position, i in enumerate(route):
                yield {"route": number, "position": position, "place_id": self.ids[i]}

    def closures(self) -> Iterator[Row]:
        places = {at.name: i for at, i in zip(self.case.locations, self.ids, strict=True)}
        countries = {country: i for (country, region), i in self.area_ids.items() if not region}
        for x in self.case.closures:
            known = countries if x.kind == "country" else places
            second = known[x.second] if x.kind in TWO_NAMED else x.second
            end = "" if x.end == -1 else self._date(x.end)
            yield {"kind": x.kind, "first": known[x.first], "second": second,
                   "start": self._date(x.start), "end": end}  # fmt: skip

    def changes(self) -> Iterator[Row]:
        for x in self.case.kind_changes:
            yield {"date": self._date(x.day), "place_id": self.ids[x.location], "kind": x.kind}

    def conflict(self) -> Iterator[Row]:
        return self._levels(self.case.conflict, "intensity")

    def flood(self) -> Iterator[Row]:
        return self._levels(self.case.flood, "level")

    def food(self) -> Iterator[Row]:
        return self._levels(self.case.food, "percent")

    def _levels(self, levels: NDArray[np.float64] | None, column: str) -> Iterator[Row]:
        """Yield a row where a level differs from that of the day before."""
        if levels is None or not len(levels):
            return
        before = np.vstack([np.zeros((1, levels.shape[1])), levels[:-1]])
        for t, i in np.argwhere(levels != before).tolist():
            yield {"date": self._date(t), "place_id": self.ids[i], column: _number(levels[t, i])}

    def counts(self) -> Iterator[Row]:
        case, flee = self.case, self.case.flee_reading
        flee_total = {} if flee.total is None else {TOTAL: flee.total}
        for series, reading in (
            ({TOTAL: case.total}, "corrected"),
            (self._by_id(case.counts), "corrected"),
            ({f"{ELSEWHERE}{n}": c for n, c in case.others.items()}, "corrected"),
            (self._by_id(case.registered), "registered"),
            (flee_total, "flee"),
            (self._by_id(flee.counts), "flee"),
            ({f"{ELSEWHERE}{n}": c for n, c in flee.others.items()}, "flee"),
        ):
            for place, counts in series.items():
                for day, persons in zip(counts.days, counts.persons, strict=True):
                    yield {"date": self._date(day), "place_id": place,
                           "persons": _number(persons), "reading": reading}  # fmt: skip

    def _by_id(self, counts: Mapping[int, Counts]) -> dict[str, Counts]:
        return {self.ids[i]: found for i, found in counts.items()}

    def demographics(self) -> Iterator[Row]:
        for one in self.case.demographics:
            for value, weights in zip(one.values, one.weights, strict=True):
                same = (weights == weights[0]).all()
                where = [(EVERYWHERE, weights[0])] if same else zip(self.ids, weights, strict=True)
                for place, weight in where:
                    yield {"attribute": one.name, "value": value, "place_id": place,
                           "weight": _number(weight)}  # fmt: skip

    def travellers(self) -> Iterator[Row]:
        for number, one in enumerate(self.case.travellers):
            for name, value in (one.attributes or {"": ""}).items():
                yield {"traveller": number, "place_id": self.ids[one.location],
                       "attribute": name, "value": value}  # fmt: skip


def _number(value: float) -> str:
    """Write a number so that it is read back exactly; nothing for an unknown one."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
