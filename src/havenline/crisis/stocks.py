"""Which stocks of people hold on a day: one rule for the checks and for the facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from havenline.crisis.columns import ALL_GROUPS

MOST_PERSONS = 2**31 - 1
"""Most persons of a crisis: results hold persons as whole numbers of 32 bits."""


def too_many_persons(persons: int) -> str:
    """Return the sentence by which more persons than fit are refused."""
    return (
        f"{persons:,} persons in all, more than results hold; expected at most {MOST_PERSONS:,}: "
        "take a part of the crisis"
    )


class Stock(NamedTuple):
    """A row of the populations: persons of one group and status at one place on one day.

    ``stand_in`` says why it may be used before it was published; empty: it may not.
    """

    place: str
    group: str
    status: str
    persons: int
    day: date
    published: date
    stand_in: str


def stocks_that_hold(stocks: Iterable[Stock], as_of: date) -> list[Stock]:
    """Return the stocks that hold on a day; stocks of different days are never added.

    Of a place and status count the stocks published by the day; where there are none, those that
    may stand in. The newest of each group holds; one of all groups replaces every earlier one,
    and is replaced by a later one of any single group.

    Parameters
    ----------
    stocks : iterable of Stock
    as_of : date

    Returns
    -------
    list of Stock
        In their order.
    """
    own: dict[tuple[str, str], list[Stock]] = {}
    order: dict[Stock, int] = {}
    for stock in stocks:
        order.setdefault(stock, len(order))
        if stock.published <= as_of or stock.stand_in:
            own.setdefault((stock.place, stock.status), []).append(stock)
    hold = []
    for rows in own.values():
        known = [stock for stock in rows if stock.published <= as_of] or rows
        newest: dict[str, Stock] = {}
        for stock in sorted(known, key=lambda s: (s.day, s.published, s.persons)):
            newest[stock.group] = stock
        whole = newest.pop(ALL_GROUPS, None)
        later = [s for s in newest.values() if whole is None or s.day > whole.day]
        hold += later if later or whole is None else [whole]
    return sorted(hold, key=order.__getitem__)
