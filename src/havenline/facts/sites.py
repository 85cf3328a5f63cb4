"""Camps and centres, and what they have room for, as known on a day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from havenline.crisis.sites import SITE_PARTS, site_places
from havenline.facts.known import known_by


class Site(NamedTuple):
    """A site at a place: the people in it, and those it has room for (infinite: not known)."""

    place: str
    people: float
    places: float


def sites_known(sites: pd.DataFrame, as_of: date) -> list[Site]:
    """Return the sites known on a day.

    Parameters
    ----------
    sites : DataFrame
        Columns place_id, occupancy, published and those of `havenline.crisis.sites.SITE_PARTS`;
        a part that has no column is not known of any site.
    as_of : date

    Returns
    -------
    list of Site
        In the order of the table.
    """
    rows = known_by(sites, as_of)
    parts = rows.reindex(columns=SITE_PARTS).to_numpy(np.float64)
    return [
        Site(str(place), 0.0 if np.isnan(people) else float(people), site_places(*known))
        for place, people, known in zip(rows["place_id"], rows["occupancy"], parts, strict=True)
    ]
