"""Which areas an area lies in, which lie in it, and which places a name means."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from havenline.crisis import Crisis
from havenline.crisis.cells import ids_named
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
        Area ids; several in one, with ``;``, where a figure covers them together.

    Returns
    -------
    set of str
    """
    found: set[str] = set()
    more = {area for cell in wanted for area in ids_named(cell)}
    while more:
        found |= more
        more = set(areas.loc[areas["parent_id"].isin(list(more)), "area_id"]) - found
    return found


def places_named(crisis: Crisis) -> Callable[[str], set[str]]:
    """Return what gives the places that a cell means, by ids of places or areas of any level.

    Parameters
    ----------
    crisis : Crisis

    Returns
    -------
    callable
        From ids, with ``;`` between them, to the places that people may be at, as
        `havenline.crisis.moves.places_of`; from an empty cell to none.
    """
    places, above = crisis.places, lineage(crisis.areas)
    areas_of = {
        place: above[area]
        for place, area in zip(places["place_id"], places["area_id"], strict=True)
    }
    kinds = dict(zip(places["place_id"], places["kind"], strict=True))

    def named(cell: str) -> set[str]:
        return set().union(*(places_of(i, kinds, areas_of) for i in ids_named(cell)))

    return named
