"""Who lives where, as known on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.facts.known import known_by


def people_known(populations: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the stocks of people known on a day."""
    return known_by(populations, as_of)
