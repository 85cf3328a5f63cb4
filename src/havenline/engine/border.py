"""The border: the chance a day that a person who waits to cross gets in.

Permeability belongs to the regime. It is per day and per person who wishes to cross: people within
10 km of the border without a shelter place.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel


@kernel
def permeability(values, plan, day, today):  # type: ignore[no-untyped-def]
    """Return the chance of entry of a day for a person who waits to cross.

    In no future does a more open regime let fewer people in than a less open one.
    """
    regime = plan.day[max(0, day - today)].border
    if regime == 0:
        return values.border_closed
    managed = max(values.border_closed, values.border_managed)
    if regime == 1:
        return managed
    return max(managed, values.border_open)
