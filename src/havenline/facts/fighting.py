"""On which days an offensive ran, and since when a truce has stood."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

_TURNS_ON = ("offensive_start",)
_TURNS_OFF = ("offensive_pause", "truce_start")


def offensive_by_day(happenings: pd.DataFrame, *, start: date, end: date) -> dict[date, bool]:
    """Return the recorded state of the offensive for every day of a period.

    On from the day of an ``offensive_start`` on, off from the day of an ``offensive_pause`` or
    ``truce_start`` on; where both stand at one day it is on. The end of a truce does not by
    itself turn it on. Off before the first of them.

    Parameters
    ----------
    happenings : DataFrame
        Columns date and kind.
    start, end : date
        First and last day, both included.

    Returns
    -------
    dict of date to bool
        Empty if nothing about the offensive is recorded by `end`.
    """
    rows = happenings[happenings["kind"].isin([*_TURNS_ON, *_TURNS_OFF])]
    rows = rows[rows["date"] <= pd.Timestamp(end)]
    if not len(rows):
        return {}
    turns: dict[date, bool] = {}
    for when, kind in zip(rows["date"], rows["kind"], strict=True):
        day = when.date()
        turns[day] = kind in _TURNS_ON or turns.get(day, False)
    state = False
    for day in sorted(turns):
        if day < start:
            state = turns[day]
    result = {}
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        state = turns.get(day, state)
        result[day] = state
    return result


def deals_after(happenings: pd.DataFrame, after: date) -> list[dict[str, Any]]:
    """Return agreements and truces dated after a day; only a look back may read them."""
    kinds = ["agreement", "truce_start", "truce_end"]
    rows = happenings[happenings["kind"].isin(kinds) & (happenings["date"] > pd.Timestamp(after))]
    return [
        {"date": day.date().isoformat(), "kind": kind, "what": what}
        for day, kind, what in zip(rows["date"], rows["kind"], rows["what"], strict=True)
    ]
