"""Who lives where, as known on a day."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd

from havenline.crisis.stocks import Stock, stocks_that_hold


def people_known(populations: pd.DataFrame, as_of: date) -> list[Stock]:
    """Return the stocks of people that hold on a day; those published later stand in.

    Parameters
    ----------
    populations : DataFrame
        Columns place_id, group, status, persons, as_of, published and perhaps stand_in.
    as_of : date

    Returns
    -------
    list of Stock
        As `havenline.crisis.stocks.stocks_that_hold` decides, in the order of the table.
    """
    reasons = populations["stand_in"] if "stand_in" in populations else [""] * len(populations)
    stocks = zip(
        populations["place_id"],
        populations["group"],
        populations["status"],
        populations["persons"],
        populations["as_of"].dt.date,
        populations["published"].dt.date,
        reasons,
        strict=True,
    )
    return stocks_that_hold((Stock(*stock) for stock in stocks), as_of)


def persons_by_place(
    populations: pd.DataFrame, as_of: date, status: str | None = None
) -> dict[str, int]:
    """Return the persons of each place on a day, those of one status if it is given."""
    persons: Counter[str] = Counter()
    for stock in people_known(populations, as_of):
        if status in (None, stock.status):
            persons[stock.place] += int(stock.persons)
    return dict(persons)
