"""Writing a displacement case as a folder of our own, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from havenline.cases.case import Case, Counts
from havenline.cases.settings import FleeSettings
from havenline.errors import HavenlineError
from havenline.io.case_tables import CASE_TABLES, ELSEWHERE, EVERYWHERE, TOTAL

SOURCE = "flee-folder"
Cells = Sequence[Any]


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
    files = {"crisis.yaml": _meta(case), **_tables(case)}
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
        reason = (getattr(error, "strerror", None) or "not a name for a folder").lower()
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
    data: dict[str, Any] = {
        "format": 1,
        "arrivals": "given",
        "id": case.id,
        "name": case.name,
        "period": {"start": case.start.isoformat(), "days": case.days},
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


def _tables(case: Case) -> dict[str, str]:
    """Return the text of every table that has rows, by file."""
    ids = place_ids(at.name for at in case.locations)
    rows: dict[str, list[Cells]] = {
        "places": [
            (
                ids[i],
                at.name,
                at.region,
                at.country,
                at.kind,
                _number(at.lat),
                _number(at.lon),
                at.persons,
                _number(at.capacity),
                at.conflict_day,
            )
            for i, at in enumerate(case.locations)
        ],
        "attributes": [
            (ids[i], name, value)
            for i, at in enumerate(case.locations)
            for name, value in at.attributes.items()
        ],
        "routes": [
            (
                ids[x.first],
                ids[x.second],
                _number(x.km),
                x.forced,
                _number(x.max_move_speed),
                _number(x.walk_probability),
            )
            for x in case.links
        ],
        "major_routes": [
            (number, position, ids[i])
            for number, route in enumerate(case.major_routes)
            for position, i in enumerate(route)
        ],
        "closures": _closures(case, ids),
        "changes": [(_date(case, x.day), ids[x.location], x.kind) for x in case.kind_changes],
        "conflict": _changes(case, case.conflict, ids),
        "flood": _changes(case, case.flood, ids),
        "food": _changes(case, case.food, ids),
        "counts": _counts(case, ids),
        "demographics": _demographics(case, ids),
        "travellers": _travellers(case, ids),
    }
    title = f"Folder {case.folder.resolve().name} in Flee's format"
    found = {"sources.csv": _csv("sources", [(SOURCE, "unknown", title, "", "", "read")], ())}
    for name, table in rows.items():
        if table or CASE_TABLES[name].needed:
            found[f"{name}.csv"] = _csv(name, table, (SOURCE,))
    return found


def _csv(name: str, rows: Iterable[Cells], more: Cells) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CASE_TABLES[name].names)
    writer.writerows((*row, *more) for row in rows)
    return text.getvalue()


def _number(value: float) -> str:
    """Write a number so that it is read back exactly; nothing for an unknown one."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _date(case: Case, day: int) -> str:
    return (case.start + dt.timedelta(days=int(day))).isoformat()


def _closures(case: Case, ids: Sequence[str]) -> list[Cells]:
    by_name = {at.name: ids[i] for i, at in enumerate(case.locations)}
    rows: list[Cells] = []
    for x in case.closures:
        first, second = x.first, x.second
        if x.kind != "country":
            first = by_name[first]
        if x.kind in ("link", "remove_forced_redirection"):
            second = by_name[second]
        end = "" if x.end == -1 else _date(case, x.end)
        rows.append((x.kind, first, second, _date(case, x.start), end))
    return rows


def _changes(case: Case, levels: NDArray[np.float64] | None, ids: Sequence[str]) -> list[Cells]:
    """Return the rows of a table by day: where a level differs from the day before."""
    if levels is None or not len(levels):
        return []
    before = np.vstack([np.zeros((1, levels.shape[1])), levels[:-1]])
    days, places = np.nonzero(levels != before)
    return [
        (_date(case, t), ids[i], _number(levels[t, i]))
        for t, i in zip(days.tolist(), places.tolist(), strict=True)
    ]


def _counts(case: Case, ids: Sequence[str]) -> list[Cells]:
    """Return the rows of every series of counts."""
    reading = case.flee_reading
    series: list[tuple[str, Counts, str]] = [(TOTAL, case.total, "corrected")]
    series += [(ids[i], counts, "corrected") for i, counts in case.counts.items()]
    series += [(f"{ELSEWHERE}{n}", counts, "corrected") for n, counts in case.others.items()]
    series += [(ids[i], counts, "registered") for i, counts in case.registered.items()]
    if reading.total is not None:
        series.append((TOTAL, reading.total, "flee"))
    series += [(ids[i], counts, "flee") for i, counts in reading.counts.items()]
    series += [(f"{ELSEWHERE}{n}", counts, "flee") for n, counts in reading.others.items()]
    return [
        (_date(case, day), place, _number(persons), kind)
        for place, counts, kind in series
        for day, persons in zip(counts.days.tolist(), counts.persons.tolist(), strict=True)
    ]


def _demographics(case: Case, ids: Sequence[str]) -> list[Cells]:
    rows: list[Cells] = []
    for one in case.demographics:
        for value, weights in zip(one.values, one.weights, strict=True):
            if (weights == weights[0]).all():
                rows.append((one.name, value, EVERYWHERE, _number(weights[0])))
            else:
                rows += [
                    (one.name, value, ids[i], _number(w)) for i, w in enumerate(weights.tolist())
                ]
    return rows


def _travellers(case: Case, ids: Sequence[str]) -> list[Cells]:
    rows: list[Cells] = []
    for number, one in enumerate(case.travellers):
        words = one.attributes or {"": ""}
        rows += [(number, ids[one.location], name, value) for name, value in words.items()]
    return rows
