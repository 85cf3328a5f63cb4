"""Which places people were told to leave, as known on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from havenline.crisis import Crisis
from havenline.crisis.choices import ORDER_TO_LEAVE
from havenline.facts.areas import places_named
from havenline.facts.known import known_by


class Order(NamedTuple):
    """People are told on a day to leave a place."""

    day: date
    place: str


def orders_known(crisis: Crisis, as_of: date) -> Iterator[Order]:
    """Walk the orders to leave that were known on a day.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Only happenings up to this day that were published by it.

    Yields
    ------
    Order
        In order of the days; only places that people may be at, each once a day.
    """
    rows = known_by(crisis.happenings, as_of)
    rows = rows[rows["kind"].eq(ORDER_TO_LEAVE) & rows["date"].dt.date.le(as_of)]
    named = places_named(crisis)
    found = {
        Order(day.date(), place)
        for day, where in zip(rows["date"], rows["where"], strict=True)
        for place in named(str(where))
    }
    yield from sorted(found)
