"""Observed series, scores, naive baselines and the hindcast."""

from havenline.evidence.baselines import simple_forecasts
from havenline.evidence.hindcast import hindcast
from havenline.evidence.prior_rate import PriorRate
from havenline.evidence.results import Hindcast
from havenline.evidence.series import increments_to_score
from havenline.facts.counts import Increment, Totals, published_totals

__all__ = [
    "Hindcast",
    "Increment",
    "PriorRate",
    "Totals",
    "hindcast",
    "increments_to_score",
    "published_totals",
    "simple_forecasts",
]
