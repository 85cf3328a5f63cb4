"""The whole rise over a forecast, scored as one figure beside the increments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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
        Fair CRPS of ``model`` and of each baseline, persons. One case: an anecdote.
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


def score_total(forecasts: Mapping[str, Floats], observed: Floats) -> TotalScore:
    """Score the sum of increments.

    Parameters
    ----------
    forecasts : mapping of str to (increments, members) float64
        By name, ``model`` among them; a member is one path, so its increments are added.
    observed : (increments,) float64

    Returns
    -------
    TotalScore
    """
    truth = np.array([observed.sum()])
    sums = {name: samples.sum(axis=0) for name, samples in forecasts.items()}
    low, middle, high = (float(q) for q in np.quantile(sums["model"], [0.05, 0.5, 0.95]))
    return TotalScore(
        observed=float(truth[0]),
        quantiles=(low, middle, high),
        scores={name: float(crps(total[None, :], truth)[0]) for name, total in sums.items()},
    )
