"""Between which places organised moves lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from havenline.crisis.choices import HOSTING

PEOPLED = (*HOSTING, "crossing")
"""Kinds of places in the crisis that people may be at."""


def places_of(
    named: str, kinds: Mapping[str, str], areas_of: Mapping[str, Collection[str]]
) -> set[str]:
    """Return the places that an end of a move names.

    Parameters
    ----------
    named : str
        Id of a place or of an area; of an id that is both, the place is meant. Empty: out of the
        crisis.
    kinds : mapping of str to str
        Kind of each place.
    areas_of : mapping of str to collection of str
        The areas that each place lies in.

    Returns
    -------
    set of str
        Only places that people may be at; empty for out of the crisis.
    """
    chosen = [named] if named in kinds else [p for p, areas in areas_of.items() if named in areas]
    return {place for place in chosen if kinds[place] in PEOPLED}


def apart(origin: set[str], target: set[str]) -> tuple[set[str], set[str]]:
    """Return the places that a move leaves and those that it reaches, none of which is both.

    Where one end lies within the other, such as a town in its district, the rest of the larger
    one is meant.

    Parameters
    ----------
    origin, target : set of str
        As `places_of` names them.

    Returns
    -------
    (set of str, set of str)
        The first is empty where both are the same places.
    """
    rest = target - origin
    return (origin, rest) if rest else (origin - target, target)
