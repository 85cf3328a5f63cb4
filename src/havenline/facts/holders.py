"""Who holds each place, and when it changed hands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

import pandas as pd

from havenline.crisis.cells import ids_named
from havenline.facts.known import known_by


class Change(NamedTuple):
    """A place comes under a party on a day.

    ``how`` is empty where that is not known; ``contested`` are parties that hold a part of it.
    """

    day: date
    place: str
    party: str
    how: str = ""
    contested: tuple[str, ...] = ()


BY_AGREEMENT = ("agreed", "handed_over")
"""How places change hands without being stormed or given up in flight."""


def changes_known(control: pd.DataFrame, as_of: date) -> Iterator[Change]:
    """Walk the changes of control dated and known by a day, in order of time.

    Of two rows about one place and day the one published last comes last: it is the revision.

    Parameters
    ----------
    control : DataFrame
        Columns date, place_id, party_id, how, contested and published.
    as_of : date

    Yields
    ------
    Change
    """
    rows = known_by(control, as_of)
    rows = rows[rows["date"] <= pd.Timestamp(as_of)]
    rows = rows.sort_values(["date", "published", "place_id", "party_id"], kind="stable")
    columns = (rows[name] for name in ("date", "place_id", "party_id", "how", "contested"))
    for day, place, party, how, contested in zip(*columns, strict=True):
        others = tuple(ids_named(str(contested)))
        yield Change(day.date(), str(place), str(party), str(how), others)


def holders_known(control: pd.DataFrame, as_of: date) -> dict[str, str]:
    """Return the party that holds each place on a day, as known that day; others are left out."""
    return {change.place: change.party for change in changes_known(control, as_of)}


def captured_since(control: pd.DataFrame, as_of: date, parties: Collection[str]) -> dict[str, date]:
    """Return the day of the newest change for places that one of the parties holds on a day."""
    newest = {change.place: change for change in changes_known(control, as_of)}
    return {place: c.day for place, c in newest.items() if c.party in parties}


def recorded_captures(
    control: pd.DataFrame, after: date, until: date, parties: Collection[str]
) -> dict[str, date]:
    """Return the first day after a day on which each place is recorded as taken.

    It is what came true, whenever it was published: only scores may read it.

    Parameters
    ----------
    control : DataFrame
        Columns date, place_id and party_id.
    after, until : date
        Changes later than the one, up to and with the other.
    parties : collection of str
        Those who take places.

    Returns
    -------
    dict of str to date
        By place; without the places that did not change.
    """
    rows = control[control["party_id"].isin(list(parties))]
    rows = rows[(rows["date"] > pd.Timestamp(after)) & (rows["date"] <= pd.Timestamp(until))]
    first = rows.groupby("place_id")["date"].min()
    return {str(place): pd.Timestamp(day).date() for place, day in first.items()}
