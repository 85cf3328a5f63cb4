"""The whole rise over a forecast, scored as one figure beside the increments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.evidence.baselines import Forecast
from havenline.evidence.scores import crps

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TotalScore:
    """The forecast of the sum of all increments.

    Attributes
    ----------
    observed : float
        Persons.
    quantiles : tuple of float
        5%, 50% and 95% of the model's forecast, persons.
    scores : dict of str to float
        CRPS of ``model`` and of each baseline, persons. One case: an anecdote.
    """

    observed: float
    quantiles: tuple[float, float, float]
    scores: dict[str, float]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        low, middle, high = self.quantiles
        return {
            "observed": self.observed,
            "q05": low,
            "q50": middle,
            "q95": high,
            "crps": self.scores["model"],
            "baselines_crps": {n: v for n, v in self.scores.items() if n != "model"},
        }


def score_total(samples: Floats, naive: Mapping[str, Forecast], observed: Floats) -> TotalScore:
    """Score the sum of increments.

    Parameters
    ----------
    samples : (increments, members) float64
        The model's forecast; a member is one path, so its increments are added.
    naive : mapping of str to Forecast
        The baselines'.
    observed : (increments,) float64

    Returns
    -------
    TotalScore
    """
    truth = np.array([observed.sum()])
    total = samples.sum(axis=0, keepdims=True)
    low, middle, high = (float(q) for q in np.quantile(total, [0.05, 0.5, 0.95]))
    sums = {name: f.summed().score(truth[:, None]) for name, f in naive.items()}
    return TotalScore(
        observed=float(truth[0]),
        quantiles=(low, middle, high),
        scores={n: float(v[0]) for n, v in {"model": crps(total, truth), **sums}.items()},
    )
