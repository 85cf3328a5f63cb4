"""How open each border is on a day, as known on another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from havenline.crisis.levers import REGIMES

UNKNOWN = len(REGIMES)
"""Code of a regime that nobody has published; the others are indices into ``REGIMES``."""
_OPENNESS = ("closed", "unknown", "managed", "open")


class Border(NamedTuple):
    """How the border with a neighbour is run.

    ``regime`` is a code; ``permeability`` the declared chance a day of those who wait, NaN where
    none is.
    """

    regime: int
    permeability: float


def borders_known(
    crossings: pd.DataFrame, neighbours: Sequence[str], day: date, as_of: date
) -> list[Border]:
    """Return how each border was run on a day, of its crossings the most open one.

    Parameters
    ----------
    crossings : DataFrame
        Columns crossing_id, neighbour, regime, since, published and permeability.
    neighbours : sequence of str
    day : date
        The day it is asked about.
    as_of : date
        Only rows published by this day.

    Returns
    -------
    list of Border
        In the order of the neighbours; unknown where no crossing is known.
    """
    known = crossings[
        (crossings["published"] <= pd.Timestamp(as_of)) & (crossings["since"] <= pd.Timestamp(day))
    ]
    newest = known.sort_values(["since", "published"], kind="stable").drop_duplicates(
        "crossing_id", keep="last"
    )
    found = []
    for neighbour in neighbours:
        rows = newest[newest["neighbour"] == neighbour]
        most = max(
            zip(rows["regime"], rows["permeability"], strict=True),
            key=lambda row: (_OPENNESS.index(row[0]), -math.inf if pd.isna(row[1]) else row[1]),
            default=("unknown", math.nan),
        )
        code = UNKNOWN if most[0] == "unknown" else REGIMES.index(most[0])
        found.append(Border(code, float(most[1])))
    return found


def borders_by_day(
    crossings: pd.DataFrame, neighbours: Sequence[str], start: date, as_of: date
) -> list[list[Border]]:
    """Return how each border was run on each day up to the as-of date; see `borders_known`."""
    changes = {since.date() for since in crossings["since"]}
    found: list[list[Border]] = []
    for k in range((as_of - start).days + 1):
        day = start + timedelta(days=k)
        if not found or day in changes:
            found.append(borders_known(crossings, neighbours, day, as_of))
        else:
            found.append(found[-1])
    return found


def most_open(borders: Sequence[Border]) -> int:
    """Return the index into ``REGIMES`` of the most open border; an unknown one counts as managed.

    Closed where there is none.
    """
    managed = REGIMES.index("managed")
    return max((managed if b.regime == UNKNOWN else b.regime for b in borders), default=0)
