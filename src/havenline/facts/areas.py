"""Which areas an area lies in, which lie in it, and which places a name means."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import pandas as pd

from havenline.crisis import Crisis
from havenline.crisis.moves import places_of


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


def places_named(crisis: Crisis) -> Callable[[str], set[str]]:
    """Return what gives the places that the id of a place or of an area, of any level, means.

    Parameters
    ----------
    crisis : Crisis

    Returns
    -------
    callable
        From an id to the places that people may be at, as `havenline.crisis.moves.places_of`.
    """
    places, above = crisis.places, lineage(crisis.areas)
    areas_of = {
        place: above[area]
        for place, area in zip(places["place_id"], places["area_id"], strict=True)
    }
    kinds = dict(zip(places["place_id"], places["kind"], strict=True))
    return partial(places_of, kinds=kinds, areas_of=areas_of)
