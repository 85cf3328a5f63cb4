"""Camps and centres, and what they have room for, as known on a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from havenline.crisis.sites import SITE_PARTS, site_places
from havenline.facts.known import known_by

NEVER = date.max - timedelta(days=1)
"""Day of a closure that is not told: the last that has one after it."""


class Site(NamedTuple):
    """A site at a place, as one row tells of it.

    ``people`` are in it, and it has room for ``places`` (infinite: not known); it ``opens`` and
    ``closes`` on days (the first and the last there are where not told), may take nobody in, and
    may be one for ``transit``, from which people are passed on.
    """

    id: str
    place: str
    people: float
    places: float
    told: date
    opens: date
    closes: date
    takes_in: bool
    transit: bool


def sites_known(sites: pd.DataFrame, as_of: date) -> list[Site]:
    """Return the sites known on a day.

    Parameters
    ----------
    sites : DataFrame
        As the table of a crisis has it.
    as_of : date

    Returns
    -------
    list of Site
        One for each site, in the order of the table: the newest row that was published by the
        day and tells of a day up to it.
    """
    rows = [row for row in _rows(sites, as_of) if row.told <= as_of or row.opens > as_of]
    newest = {site.id: site for site in sorted(rows, key=lambda site: site.told)}
    order = dict.fromkeys(site.id for site in rows)
    return [newest[i] for i in order]


def changes_of_capacity(sites: pd.DataFrame, as_of: date) -> list[tuple[date, str, float]]:
    """Return by how much the places in sites change, on which day and where.

    Parameters
    ----------
    sites : DataFrame
    as_of : date
        Only rows published by this day; an opening or closure that they tell for later is among
        the changes.

    Returns
    -------
    list of (date, str, float)
        Day, place, places (below zero where they go). Capacities that are not known, and sites
        that take nobody in, change nothing.
    """
    of_site: dict[str, list[Site]] = defaultdict(list)
    for site in _rows(sites, as_of):
        of_site[site.id].append(site)
    changes = []
    for rows in of_site.values():
        rows.sort(key=lambda site: site.told)
        before = 0.0
        for k, site in enumerate(rows):
            until = rows[k + 1].told if k + 1 < len(rows) else NEVER
            first = max(site.told, site.opens) if k or site.opens != date.min else date.min
            places = site.places if np.isfinite(site.places) and site.takes_in else 0.0
            if first < until and first <= site.closes:
                changes.append((first, site.place, places - before))
                before = places
            if site.closes < until and before:
                changes.append((site.closes + timedelta(days=1), site.place, -before))
                before = 0.0
    return [change for change in changes if change[2] != 0.0]


def days_open(sites: pd.DataFrame, as_of: date) -> dict[str, tuple[date, date]]:
    """Return the first and the last day on which each place has a site that takes people in.

    Parameters
    ----------
    sites : DataFrame
    as_of : date
        Only rows published by this day.

    Returns
    -------
    dict of str to (date, date)
        By place; ``date.min`` and `NEVER` where not told.
    """
    days: dict[str, tuple[date, date]] = {}
    for site in _rows(sites, as_of):
        if site.takes_in:
            first, last = days.get(site.place, (NEVER, date.min))
            days[site.place] = min(first, site.opens), max(last, site.closes)
    return days


def transit_places(sites: pd.DataFrame, as_of: date) -> set[str]:
    """Return the places all of whose sites that take people in are for transit.

    Parameters
    ----------
    sites : DataFrame
    as_of : date
        Only rows published by this day.
    """
    of_place: dict[str, list[bool]] = defaultdict(list)
    for site in sites_known(sites, as_of):
        if site.takes_in:
            of_place[site.place].append(site.transit)
    return {place for place, transit in of_place.items() if all(transit)}


def unsized_places(sites: pd.DataFrame, as_of: date) -> set[str]:
    """Return the places with a site of which neither capacity nor people in it are known.

    Parameters
    ----------
    sites : DataFrame
    as_of : date
        Only rows published by this day.
    """
    known = sites_known(sites, as_of)
    return {
        site.place
        for site in known
        if site.takes_in and not site.people and not np.isfinite(site.places)
    }


def _rows(sites: pd.DataFrame, as_of: date) -> list[Site]:
    rows = known_by(sites, as_of)
    parts = rows.reindex(columns=SITE_PARTS).to_numpy(np.float64)
    names = ("site_id", "place_id", "occupancy", "as_of", "takes_in", "transit")
    columns = (rows[name] for name in names)
    days = (rows[name] for name in ("opens", "closes"))
    return [
        Site(
            id=str(site),
            place=str(place),
            people=0.0 if np.isnan(people) else float(people),
            places=site_places(*known),
            told=told.date(),
            opens=date.min if pd.isna(opens) else opens.date(),
            closes=NEVER if pd.isna(closes) else closes.date(),
            takes_in=takes_in != "no",
            transit=transit == "yes",
        )
        for site, place, people, told, takes_in, transit, opens, closes, known in zip(
            *columns, *days, parts, strict=True
        )
    ]
