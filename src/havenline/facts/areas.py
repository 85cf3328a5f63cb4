"""Which areas an area lies in."""

from __future__ import annotations

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
