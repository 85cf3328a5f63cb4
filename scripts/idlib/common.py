"""Reading, writing, ids, distances and days of publication."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from havenline.crisis.schema import TABLES

CRISES = Path("src/havenline/crises")
WINTER = "idlib-2020"
SUMMER = "idlib-2019"
"""Two crises of one ground: their places, roads and lines are built from one set of tables."""
SOURCED = CRISES / WINTER / "sourced"
START = "2019-12-01"

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Return the rows of a sourced table."""
    with (SOURCED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(out: Path, path: str, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as a table of the crisis, with the columns that the format declares."""
    rows = list(rows)
    columns = [
        column.name
        for column in TABLES[table].columns
        if not column.may_lack or any(row.get(column.name) for row in rows)
    ]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    target = out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(stream.getvalue().encode("utf-8"))


def slug(name: str) -> str:
    """Return the stable id of a name: plain ASCII, lower case, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")


def straight_km(a: Mapping[str, str], b: Mapping[str, str]) -> float:
    """Return the great-circle distance between two rows with lat and lon, in kilometres."""
    lat_a, lon_a, lat_b, lon_b = (
        math.radians(float(v)) for v in (a["lat"], a["lon"], b["lat"], b["lon"])
    )
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def keys(text: str) -> list[str]:
    """Return the source keys that stand in square brackets in a source text."""
    found = re.findall(r"\[([A-Z0-9]+)\]", text)
    return list(dict.fromkeys(found))


def source_ids(text: str) -> str:
    """Return the source ids of a source text, with BG for background knowledge."""
    found = keys(text)
    if "background knowledge" in text or not found:
        found.append("BG")
    return ";".join(found)


def day_after(day: str) -> str:
    """Return the next day."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def month_end(month: str) -> str:
    """Return the last day of a month given as YYYY-MM."""
    year, number = int(month[:4]), int(month[5:7])
    following = date(year + number // 12, number % 12 + 1, 1)
    return (following - timedelta(days=1)).isoformat()


def _dated() -> dict[str, str]:
    rows: Sequence[Row] = [*read("sources"), *read("extra_sources")]
    return {r["key"]: r["date"] for r in rows if re.fullmatch(r"\d{4}-\d\d-\d\d", r["date"])}


DATED = _dated()


def published(text: str, last_day: str, derived: bool = False) -> tuple[str, str]:
    """Return the first day on which a figure can have been known, and a note.

    Parameters
    ----------
    text : str
        Source text with keys in square brackets.
    last_day : str
        Last day that the figure speaks of.
    derived : bool
        Whether the figure was worked out from several sources, so that all must be out.

    Returns
    -------
    day : str
        The earliest exact date among the sources that is not before `last_day` (the latest for a
        derived figure); without one, the day after `last_day`.
    note : str
        Empty when the day comes from a source.
    """
    days = sorted(DATED[k] for k in keys(text) if k in DATED and DATED[k] >= last_day)
    if days:
        return days[-1 if derived else 0], ""
    return day_after(last_day), "day of publication not known: first day after what it describes"


def join_notes(*notes: str) -> str:
    """Return notes joined by semicolons, empty ones left out."""
    return "; ".join(n for n in notes if n)
