"""Since when a neighbour lets refugees go on to the next, as known on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.facts.known import known_by

OPENS, CLOSES = "onward_opens", "onward_closes"


def open_since(happenings: pd.DataFrame, neighbour: str, as_of: date) -> date | None:
    """Return the day from which a neighbour's way onward stood open at the end of a day, or None.

    Parameters
    ----------
    happenings : DataFrame
    neighbour : str
        What names no neighbour is of each.
    as_of : date
        Only happenings up to this day that were published by it; of one day the closing counts
        last. Opened again while it is open, it has been so since the first time.
    """
    rows = happenings[happenings["kind"].isin([OPENS, CLOSES])]
    rows = known_by(rows[rows["neighbour"].isin(["", neighbour])], as_of)
    told = sorted(
        (day.date(), kind == CLOSES) for day, kind in zip(rows["date"], rows["kind"], strict=True)
    )
    since: date | None = None
    for day, closes in told:
        if day <= as_of:
            since = None if closes else since or day
    return since
