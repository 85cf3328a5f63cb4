"""How a report did in hindsight: counts from after the as-of date beside what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from markupsafe import Markup

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.past import PastForecast
from havenline.outcomes.comparison import bands, two_digits
from havenline.report.figures import Observed, RangeRow, range_rows
from havenline.telling.past import PastRow

CAUTION = (
    "One run against one course of events proves little, counts of one series are not independent, "
    "and totals flatter every model."
)


def past_picture(dates: Sequence[PastForecast], rows: Sequence[PastRow]) -> Markup:
    """Draw each forecast from an earlier day beside what was counted of it."""
    shown = [
        RangeRow(
            r.when,
            d.middle,
            d.low,
            d.high,
            f"forecast {r.forecast}, counted {r.counted}",
            True,
            d.counted,
        )
        for d, r in zip(dates, rows, strict=False)
    ]
    return Markup(
        range_rows(
            shown,
            width=560.0,
            name="past",
            title="People newly displaced from each day to the last count: forecast and counted",
            desc="; ".join(f"{r.name}: {r.text}" for r in shown) + ".",
        )
    )


def told(
    dataset: xr.Dataset, crisis: Crisis, observed: Sequence[Observed], baseline: str
) -> list[str]:
    """Return what is to be said about counts from after the as-of date, a paragraph each.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis
    observed : sequence of Observed
        The observed points of the main series.
    baseline : str
        Id of the option under which nothing is agreed; ``""`` for none.
    """
    scores = f"havenline hindcast {crisis.id}"
    if crisis.past is None:
        more = f"The command {scores} scores the increments, as of several days, beside "
        more += "simple baselines, and says where the model loses."
    else:
        more = "Below are the scores of forecasts from several earlier days."
    days = dataset["day"].to_numpy()
    later = [p for p in observed if not p.known and days[0] < p.date.to_datetime64() <= days[-1]]
    if not later or not baseline:
        return [
            "No count from after the as-of date is at hand to hold this report against. Where a "
            "crisis has counts from its past, havenline hindcast scores the model on them."
        ]
    at = np.searchsorted(days, np.array([p.date.to_datetime64() for p in later], dtype=days.dtype))
    low, middle, high = bands(dataset, "newly_displaced", baseline, (0.05, 0.5, 0.95))[:, at]
    values = np.array([p.value for p in later])
    inside = int(((low <= values) & (values <= high)).sum())
    off = values - middle
    side = "too low" if (off > 0).mean() > 0.5 else "too high"
    names = dict(zip(dataset["option"].to_numpy(), dataset["option_name"].to_numpy(), strict=True))
    most = int(max((off > 0).sum(), (off < 0).sum()))
    return [
        f"{_counts(len(later))} of newly displaced people from after the as-of date. "
        f"{inside} of {len(later)} lie within the 5 to 95% range of "
        f"\u201c{names[baseline]}\u201d. Its median is off by "
        f"{words.number(two_digits(float(np.abs(off).mean())))} people in the mean, and {side} for "
        f"{most} of them. What was agreed and done after that day is in the counts, and not in "
        "that option.",
        f"{CAUTION} {more}",
    ]


def _counts(number: int) -> str:
    return "There is one count" if number == 1 else f"There are {number} counts"
