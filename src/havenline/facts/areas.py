"""Which areas an area lies in, and which lie in it."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd


def lineage(areas: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return each area with those that it lies in, itself first.

    Parameters
    ----------
    areas : DataFrame
        Columns area_id and parent_id.

    Returns
    -------
    dict of str to tuple of str
    """
    parents = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    found = {}
    for area in parents:
        chain = [area]
        while (above := parents.get(chain[-1])) and above not in chain:
            chain.append(above)
        found[area] = tuple(chain)
    return found


def areas_within(areas: pd.DataFrame, wanted: Collection[str]) -> set[str]:
    """Return some areas and all that lie in them, at any depth.

    Parameters
    ----------
    areas : DataFrame
        Columns area_id and parent_id.
    wanted : collection of str
        Area ids.

    Returns
    -------
    set of str
    """
    found: set[str] = set()
    more = set(wanted)
    while more:
        found |= more
        more = set(areas.loc[areas["parent_id"].isin(list(more)), "area_id"]) - found
    return found
