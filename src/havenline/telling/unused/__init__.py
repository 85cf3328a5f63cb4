"""What a run will not use of a crisis, and why: no fact is left out in silence."""

from __future__ import annotations

from havenline.crisis import Crisis
from havenline.telling.unused.ground import of_ground
from havenline.telling.unused.kept import Unused
from havenline.telling.unused.tables import of_tables

__all__ = ["Unused", "unused_of"]


def unused_of(crisis: Crisis) -> tuple[Unused, ...]:
    """Return what a run as of the crisis's own day will not use, one of a kind and file each.

    Parameters
    ----------
    crisis : Crisis
        One that passed its checks.

    Returns
    -------
    tuple of Unused
        Tables first, then what ground, roads and parties leave without effect; empty where a run
        uses everything.
    """
    return tuple(found for found in (*of_tables(crisis), *of_ground(crisis)) if found.names)
