"""Which rows of a table were known on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd


def known_by(table: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the rows of a table that were published by a day.

    Parameters
    ----------
    table : DataFrame
        A table of a crisis.
    as_of : date

    Returns
    -------
    DataFrame
        All rows where the table has no day of publication.
    """
    if "published" not in table.columns:
        return table
    return table[table["published"] <= pd.Timestamp(as_of)]
