"""Listed groups: how much of the area they run on the as-of date, as a constraint on aid.

Told from declared shares and the residents at the start of the period. It enters no run, is told
for no later day, and nothing of it is attached to people who flee.
"""

from __future__ import annotations

import pandas as pd

from havenline import words
from havenline.crisis import Crisis
from havenline.facts.holders import holders_known
from havenline.facts.populations import persons_by_place


def listed_groups(crisis: Crisis, as_of: pd.Timestamp) -> list[str]:
    """Return a sentence for each listed group that the crisis declares.

    Parameters
    ----------
    crisis : Crisis
    as_of : pandas.Timestamp
        The as-of date; groups known of later are left out.

    Returns
    -------
    list of str
    """
    holder = holders_known(crisis.control, as_of.date())
    residents = persons_by_place(crisis.populations, as_of.date(), "resident")
    names = dict(zip(crisis.parties["party_id"], crisis.parties["name"], strict=True))
    told = []
    for group in crisis.meta.listed_groups:
        if pd.Timestamp(group.known_from) > as_of:
            continue
        places = [place for place, party in holder.items() if party in group.within]
        there = sum(residents.get(place, 0) for place in places)
        low, middle, high = (
            words.number(round(share * there, -4)) for share in (group.low, group.share, group.high)
        )
        held = words.listed([str(names[p]) for p in group.within])
        told.append(
            f"{names[group.party]} runs about {group.share:.0%} ({group.low:.0%} to "
            f"{group.high:.0%}) of the {words.number(len(places))} recorded places that "
            f"“{held}” holds on {words.day(as_of)}, where about {middle} ({low} to {high}) "
            "residents live under it."
        )
    return told
