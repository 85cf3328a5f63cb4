"""Which places people may not leave, as known on a day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from havenline.crisis import Crisis
from havenline.crisis.choices import SIEGE_KINDS
from havenline.facts.areas import places_named
from havenline.facts.known import known_by


class Siege(NamedTuple):
    """A place that may not be left from a day on, or from then on may be.

    ``shut`` tells which.
    """

    day: date
    place: str
    shut: bool


def sieges_known(crisis: Crisis, as_of: date) -> list[Siege]:
    """Return when places came not to be left, and to be left again, by what was known on a day.

    A siege and an order to stay shut a place, a corridor and the end of the siege open it; that a
    corridor closes shuts only what was under siege before. Of the happenings of one day those that
    open a place count last.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Only happenings up to this day that were published by it.

    Returns
    -------
    list of Siege
        In order of the days; only places that people may be at.
    """
    rows = crisis.happenings[crisis.happenings["kind"].isin(list(SIEGE_KINDS))]
    rows, named = known_by(rows, as_of), places_named(crisis)
    told = sorted(
        (day.date(), not SIEGE_KINDS[kind], kind, where)
        for day, kind, where in zip(rows["date"], rows["kind"], rows["where"], strict=True)
        if day.date() <= as_of
    )
    besieged: dict[str, bool] = {}
    changes = []
    for day, _, kind, where in told:
        for place in sorted(named(str(where))):
            if kind in ("siege_begins", "order_to_stay"):
                besieged[place] = True
            elif kind == "siege_lifts":
                besieged[place] = False
            shut = besieged.get(place, False) and SIEGE_KINDS[kind]
            changes.append(Siege(day, place, shut))
    return changes
