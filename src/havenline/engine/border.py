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
def of_regime(values, regime):  # type: ignore[no-untyped-def]
    """Return the chance of entry of a day under a regime, where none is declared.

    In no future does a more open regime let fewer people in than a less open one.
    """
    managed = max(values.border_closed, values.border_managed)
    if regime == CLOSED:
        return values.border_closed
    if regime == MANAGED:
        return managed
    if regime == OPEN:
        return max(managed, values.border_open)
    return values.border_unknown


@kernel
def as_counted(chance, factor):  # type: ignore[no-untyped-def]
    """Return a chance of a day whose hazard is multiplied by a factor; the same where it is 1."""
    if factor == 1.0:
        return chance
    return -math.expm1(factor * math.log1p(-chance))


@kernel
def permeability(values, record, plan, neighbour, day, today):  # type: ignore[no-untyped-def]
    """Return the chance of entry of a day for a person who waits to cross to a neighbour.

    After the as-of date options only open borders: then it is never less than it was on that day.
    Where no chance is declared, the hazard has the factor that counts at the border speak for,
    until it opens further.
    """
    ahead, now = day - today, record.border[today, neighbour]
    regime = record.border[day, neighbour] if ahead <= 0 else plan.border[ahead, neighbour]
    known = record.permeability[neighbour]
    if math.isnan(known):
        known = as_counted(of_regime(values, now), record.enter[neighbour])
    if regime == now:
        return known
    chance = of_regime(values, regime)
    return as_counted(chance, record.enter[neighbour]) if ahead <= 0 else max(known, chance)
