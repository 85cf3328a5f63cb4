"""The borders: the chance a day that a person who waits to cross gets in.

Each neighbour has a regime of its own, and a chance that belongs to the regime or is declared for
its crossings. It is per day and per person who waits: people at a crossing, and people within 10 km
of the border without a shelter place.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel

CLOSED, MANAGED, OPEN = 0, 1, 2


@kernel
def permeability(values, record, plan, neighbour, day, today):  # type: ignore[no-untyped-def]
    """Return the chance of entry of a day for a person who waits to cross to a neighbour.

    In no future does a more open regime let fewer people in than a less open one.
    """
    ahead = day - today
    regime = record.border[day, neighbour] if ahead <= 0 else plan.border[ahead, neighbour]
    declared = record.permeability[neighbour]
    if not math.isnan(declared) and regime == record.border[today, neighbour]:
        return declared
    managed = max(values.border_closed, values.border_managed)
    if regime == CLOSED:
        return values.border_closed
    if regime == MANAGED:
        return managed
    if regime == OPEN:
        return max(managed, values.border_open)
    return values.border_unknown
