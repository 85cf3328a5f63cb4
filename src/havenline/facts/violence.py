"""Recorded violent events by day, as known on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pandas as pd

from havenline.facts.known import known_by


class Events(NamedTuple):
    """Events of one day, at a place or (where it is empty) in an area."""

    day: date
    place: str
    area: str
    events: float


def events_known(violence: pd.DataFrame, start: date, as_of: date) -> Iterator[Events]:
    """Walk the events of single days from a day on, as known on another.

    Parameters
    ----------
    violence : DataFrame
        Columns date, period_start, place_id, area_id, events and published.
    start : date
    as_of : date
        Only rows published by this day, about days up to it.

    Yields
    ------
    Events
        Rows that stand for many days are no rate of one and are left out.
    """
    rows = known_by(violence, as_of)
    rows = rows[(rows["date"] >= pd.Timestamp(start)) & (rows["date"] <= pd.Timestamp(as_of))]
    rows = rows[rows["period_start"].isna() | (rows["period_start"] == rows["date"])]
    columns = (rows[name] for name in ("date", "place_id", "area_id", "events"))
    for day, place, area, events in zip(*columns, strict=True):
        yield Events(day.date(), str(place), str(area), float(events))
