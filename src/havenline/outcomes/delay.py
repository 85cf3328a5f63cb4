"""What waiting costs: the same option weeks later, and no deal against the best of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from havenline.outcomes.comparison import Difference, difference_of
from havenline.outcomes.indicators import INDICATORS, judged_by, per_future

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class PriceOfDelay:
    """One outcome of one option for each week that it comes later.

    Attributes
    ----------
    option, indicator : str
        Ids.
    later : mapping of int to Difference
        By days of delay: the option that much later less the option on time, in the same
        futures.
    price : Difference
        Per week of delay: in each future, the slope through 0 that fits the delays best.
    """

    option: str
    indicator: str
    later: Mapping[int, Difference]
    price: Difference


@dataclass(frozen=True)
class Inaction:
    """What no deal costs over the best alternative, in one outcome.

    Attributes
    ----------
    indicator : str
    best : str
        The option with the lowest median, with those who could not leave where they count.
    difference : Difference
        No deal less that option, in the same futures.
    """

    indicator: str
    best: str
    difference: Difference


def price_of_delay(
    dataset: xr.Dataset, option: str, later: Mapping[int, str]
) -> tuple[PriceOfDelay, ...]:
    """Return what each week of delay of an option costs, by outcome.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result that holds the option and its delayed forms.
    option : str
        Id of the option on time.
    later : mapping of int to str
        Days of delay to the id of the option so much later.

    Returns
    -------
    tuple of PriceOfDelay
        One for each indicator.
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    weeks = np.array([days / 7 for days in later])
    rows = []
    for indicator in INDICATORS.values():
        values, weighed = per_future(dataset, indicator.id), judged_by(dataset, indicator.id)
        at, those = ids.index(option), [ids.index(i) for i in later.values()]
        on_time, late = values[at], values[those]
        worth = weighed[those] - weighed[at]
        slope, worth_a_week = (
            (weeks[:, None] * more).sum(axis=0) / (weeks**2).sum()
            for more in (late - on_time, worth)
        )
        lower = indicator.better == "lower"
        rows.append(
            PriceOfDelay(
                option,
                indicator.id,
                {
                    days: difference_of(row, on_time, lower, judged=more)
                    for days, row, more in zip(later, late, worth, strict=True)
                },
                difference_of(slope, np.zeros_like(slope), lower, judged=worth_a_week),
            )
        )
    return tuple(rows)


def price_of_inaction(
    dataset: xr.Dataset, options: Sequence[str], baseline: str
) -> tuple[Inaction, ...]:
    """Return what no deal costs over the best of the other options, by outcome.

    Parameters
    ----------
    dataset : xarray.Dataset
    options : sequence of str
        Ids of the options that could be chosen, without the baseline.
    baseline : str

    Returns
    -------
    tuple of Inaction
        For each indicator of which less is better.
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    rows = []
    for indicator in INDICATORS.values():
        if indicator.better != "lower" or not options:
            continue
        values, weighed = per_future(dataset, indicator.id), judged_by(dataset, indicator.id)
        medians = {o: float(np.median(weighed[ids.index(o)])) for o in options}
        best = min(options, key=lambda o: medians[o])
        nothing, other = ids.index(baseline), ids.index(best)
        worth = weighed[nothing] - weighed[other]
        rows.append(
            Inaction(
                indicator.id,
                best,
                difference_of(values[nothing], values[other], lower=True, judged=worth),
            )
        )
    return tuple(rows)


def delay_json(weeks: Sequence[PriceOfDelay], inaction: Sequence[Inaction]) -> dict[str, Any]:
    """Return both as plain values for JSON, rounded to their Monte-Carlo error."""
    return {
        "per_week": [
            {
                "option": w.option,
                "indicator": w.indicator,
                "unit": INDICATORS[w.indicator].unit,
                "price": w.price.to_json_dict(),
                "later": {str(d): x.to_json_dict() for d, x in w.later.items()},
            }
            for w in weeks
        ],
        "inaction": [
            {
                "indicator": i.indicator,
                "unit": INDICATORS[i.indicator].unit,
                "best": i.best,
                "no_deal_less_best": i.difference.to_json_dict(),
            }
            for i in inaction
        ],
    }
