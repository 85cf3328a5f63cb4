"""What draws people to a place: how near it is, how large, and how much room it has.

The one kernel of destinations, of crises (`havenline.engine.destination`) and of displacement
cases (`havenline.engine.rules.allocation`): the gravity model of migration with a competing,
filling capacity. The weight of place j for those who leave place i is

    own_j * size_j^a * (d0 + km_ij)^-g * room_j,

with ``own`` what draws people to j that nobody counted, drawn once in each future. Its numbers are
the rows ``destination_*`` of the parameter table, for both.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel


@kernel
def nearness(km, offset, power):  # type: ignore[no-untyped-def]
    """Return how much a distance leaves of a pull; 0 where no road leads there.

    Parameters
    ----------
    km : float
        By road; infinite without one.
    offset : float64
        Kilometres added to every road.
    power : float64
    """
    return (offset + km) ** -power


@kernel
def pull_of_size(size, power):  # type: ignore[no-untyped-def]
    """Return the pull of a place by its size.

    Parameters
    ----------
    size : float64
        Persons or places, on any scale: only ratios matter.
    power : float64
    """
    return size**power


@kernel
def room(people, places, full_from, full_to, least):  # type: ignore[no-untyped-def]
    """Return the throttle for how full a place is: 1, then falling in a line to the least.

    Parameters
    ----------
    people, places : float64
        People who take up places, and places; without any the place is full.
    full_from, full_to : float64
        People over places where the fall begins and ends.
    least : float64
        What is left beyond.
    """
    if places <= 0.0:
        return least
    full = people / places
    if full <= full_from:
        return 1.0
    if full >= full_to:
        return least
    return 1.0 - (1.0 - least) * (full - full_from) / (full_to - full_from)
