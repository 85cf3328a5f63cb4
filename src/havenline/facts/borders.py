"""How open a border is on a day, as known that day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.crisis.levers import border_regime


def border_known(crossings: pd.DataFrame, as_of: date) -> int:
    """Return the regime of the border: of the crossings the most open one.

    Parameters
    ----------
    crossings : DataFrame
        Columns crossing_id, regime, since and published.
    as_of : date

    Returns
    -------
    int
        Index into `havenline.crisis.levers.REGIMES`; closed where no crossing is known.
    """
    days = (crossings[column].dt.date for column in ("since", "published"))
    rows = zip(crossings["crossing_id"], crossings["regime"], *days, strict=True)
    return border_regime(rows, as_of)
