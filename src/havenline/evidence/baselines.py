"""Simple forecasts of displacement, from the published totals alone, that a model has to beat.

Four rates (`havenline.evidence.rates`), an ensemble of six one-line forecasts
(`havenline.evidence.growth`) and a model of the counts alone (`havenline.evidence.counts_alone`).
All start from the latest published total and count from the day on which the count began, with
nobody counted on that day. None may carry the total above the people who are there
(`havenline.evidence.people_there`); where the count itself has gone above them, it counts
people again or covers other places, and there is no ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from havenline.evidence.counts_alone import counts_alone
from havenline.evidence.growth import ensemble_of_six
from havenline.evidence.people_there import held_below
from havenline.evidence.prior_rate import PriorRate
from havenline.evidence.rates import RATES, forecast_at, sampled_rates
from havenline.evidence.scores import crps, over_observed
from havenline.facts.counts import Increment, Totals

Floats = npt.NDArray[np.float64]

SIX = "six"
LABELS: Mapping[str, str] = {
    "last_rate": "the last rate kept",
    "mean_rate": "the mean rate so far",
    "linear_trend": "a linear trend",
    "decaying_rate": "a decaying rate",
    SIX: "the ensemble of six",
    "counts_alone": "the counts alone",
}
"""Every baseline, in the order in which they are shown."""
Spread = Literal["own errors", "prior", "its members", "weighed draws"]


@dataclass(frozen=True)
class Forecast:
    """The predictive distribution of one baseline.

    Attributes
    ----------
    spread : {"own errors", "prior", "its members", "weighed draws"}
        Where the spread comes from.
    samples : (increments, members) float64
        Persons; a member is one path.
    """

    spread: Spread
    samples: Floats

    def score(self, seen: Floats) -> Floats:
        """Return the CRPS of each increment, (increments,) persons.

        Fair where the members stand for a distribution, plain where they are all there is.

        Parameters
        ----------
        seen : (increments, n) float64
            What was observed, as `havenline.evidence.scores.spread_observed` returns it.
        """
        fair = self.spread != "its members"
        return over_observed(lambda y: crps(self.samples, y, fair=fair), seen)

    def summed(self) -> Forecast:
        """Return the forecast of all increments as one."""
        return Forecast(self.spread, self.samples.sum(axis=0, keepdims=True))


def simple_forecasts(
    known: Totals,
    ahead: Sequence[Increment],
    *,
    began: date,
    prior: PriorRate | None = None,
    people: float | None = None,
) -> dict[str, Forecast]:
    """Return the forecast of each baseline from the totals published so far.

    Parameters
    ----------
    known : Totals
        What was published by the as-of date, at least one total.
    ahead : sequence of Increment
        Which days to forecast; the first starts on the day of the latest total. What was observed
        on them is not read.
    began : date
        Day on which the count began.
    prior : PriorRate or None
        Rate and spread while there are fewer than three increments.
    people : float or None
        The people who are there.

    Returns
    -------
    dict of str to Forecast
        By name, in the order of `LABELS`.
    """
    totals = known.from_zero(began) if began < known.dates[0] else known
    highest = totals.highest()
    found = {}
    for name, rule in RATES.items():
        rates, own = sampled_rates(totals, rule, prior=prior)
        samples = forecast_at(rates, rule, totals, ahead)
        found[name] = Forecast(
            "own errors" if own else "prior", held_below(samples, highest, people)
        )
    six = ensemble_of_six(totals, ahead)
    found[SIX] = Forecast("its members", held_below(six, highest, people))
    alone = counts_alone(totals, ahead, prior=prior)
    found["counts_alone"] = Forecast("weighed draws", held_below(alone, highest, people))
    return found
