"""On which days an offensive ran, and since when a truce has stood."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from havenline.crisis.cells import split_ids
from havenline.facts.known import known_by

_ORDER = ("truce_end", "offensive_pause", "truce_start", "offensive_start")
"""Of what happened on one day the last counts, in this order."""


@dataclass(frozen=True)
class Fighting:
    """What the happenings say of a period.

    Attributes
    ----------
    running : mapping of date to bool
        Whether an offensive ran, for every day of the period.
    standing : mapping of date to bool
        Whether a truce stood.
    truce_since : date or None
        First day of the truce that stands at the end of the period.
    recorded : bool
        Whether anything of it is recorded by then.
    """

    running: Mapping[date, bool]
    standing: Mapping[date, bool]
    truce_since: date | None
    recorded: bool

    def truce_age(self) -> float:
        """Return the days that the truce has stood on the last day; -1 without one."""
        if self.truce_since is None:
            return -1.0
        return float((max(self.running) - self.truce_since).days)


def fighting(
    happenings: pd.DataFrame,
    *,
    start: date,
    end: date,
    as_of: date | None = None,
    offensive: str | None = None,
) -> Fighting:
    """Return on which days an offensive ran.

    An offensive runs from the day of an ``offensive_start`` until the day of an
    ``offensive_pause`` or a ``truce_start``; what happened before the period carries over, and none
    runs before the first of them. A truce stands from a ``truce_start`` until a ``truce_end`` or an
    ``offensive_start``; its end alone starts no offensive. Of the happenings of one day ends count
    first, then pauses, then truces, then starts of offensives: a truce may follow another on one
    day, and an offensive that starts and is halted on one day runs on.

    Parameters
    ----------
    happenings : DataFrame
        Columns date, kind and, with an as-of date, published.
    start, end : date
        First and last day, both included.
    as_of : date, optional
        Only happenings published by this day; all of them, as only a score may, if not given.
    offensive : str, optional
        Only happenings of this offensive and those that name none; all if not given.

    Returns
    -------
    Fighting
    """
    rows = happenings[happenings["kind"].isin(_ORDER)]
    if offensive is not None:
        named = [cell.replace(" ", "").split(";") for cell in rows["offensives"]]
        rows = rows[np.array([ids == [""] or offensive in ids for ids in named], dtype=np.bool_)]
    if as_of is not None:
        rows = known_by(rows, as_of)
    turns = deque(
        sorted(
            (day.date(), _ORDER.index(kind))
            for day, kind in zip(rows["date"], rows["kind"], strict=True)
            if day.date() <= end
        )
    )
    running: dict[date, bool] = {}
    standing: dict[date, bool] = {}
    on, truce_since, recorded = False, None, bool(turns)
    for k in range((end - start).days + 1):
        day = start + timedelta(days=k)
        while turns and turns[0][0] <= day:
            when, rank = turns.popleft()
            kind = _ORDER[rank]
            on = kind == "offensive_start" or (on and kind == "truce_end")
            if kind != "offensive_pause":
                truce_since = when if kind == "truce_start" else None
        running[day], standing[day] = on, truce_since is not None
    return Fighting(running, standing, truce_since, recorded)


def days_of_any(happenings: pd.DataFrame, *, start: date, end: date) -> Mapping[date, bool]:
    """Return on which days any offensive ran, each by the happenings that name it.

    Parameters
    ----------
    happenings : DataFrame
        As in `fighting`.
    start, end : date
        First and last day, both included.

    Returns
    -------
    mapping of date to bool
        Every day of the period; empty where nothing is recorded by its end.
    """
    cells: Iterable[str] = happenings.get("offensives", ())
    named = sorted({name for cell in cells for name in split_ids(cell)})
    ids: list[str | None] = [*named] or [None]
    each = [fighting(happenings, start=start, end=end, offensive=name) for name in ids]
    if not any(one.recorded for one in each):
        return {}
    return {day: any(one.running[day] for one in each) for day in each[0].running}


def deals_after(happenings: pd.DataFrame, after: date) -> list[dict[str, Any]]:
    """Return agreements and truces dated after a day; only a look back may read them."""
    kinds = ["agreement", "truce_start", "truce_end"]
    rows = happenings[happenings["kind"].isin(kinds) & (happenings["date"] > pd.Timestamp(after))]
    return [
        {"date": day.date().isoformat(), "kind": kind, "what": what}
        for day, kind, what in zip(rows["date"], rows["kind"], rows["what"], strict=True)
    ]
