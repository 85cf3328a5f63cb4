"""Against which offensives an army stands in the way, as known on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.crisis.cells import split_ids
from havenline.facts.known import known_by

BEGINS, ENDS = "intervention", "intervention_ends"


def stands_in_the_way(happenings: pd.DataFrame, as_of: date, offensive: str) -> bool:
    """Return whether an army stood in the way of an offensive on a day.

    Parameters
    ----------
    happenings : DataFrame
    as_of : date
        Only happenings up to this day that were published by it; of one day the end counts last.
    offensive : str
        Happenings that name it, or name none, are about it.
    """
    rows = known_by(happenings[happenings["kind"].isin([BEGINS, ENDS])], as_of)
    told = sorted(
        (day.date(), kind == ENDS)
        for day, kind, named in zip(rows["date"], rows["kind"], rows["offensives"], strict=True)
        if day.date() <= as_of and (not named or offensive in split_ids(named))
    )
    return bool(told) and not told[-1][1]
