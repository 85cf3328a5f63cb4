"""A cheap stand-in for settlements that were not run, with its error carried along.

A Gaussian process with a linear part (Rasmussen and Williams 2006, *Gaussian Processes for Machine
Learning*, chapters 2 and 5): what it says of a settlement is a weighted sum of what was run, with
the same weights for every outcome and every future, so that futures stay paired. Its error is what
it gets wrong about each run when that run is left out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from havenline.negotiation.zone import Bools, Floats

LENGTHS = (0.7, 1.5, 3.0)
LINEAR = (0.3, 3.0)
NUGGETS = (1e-3, 1e-2, 1e-1)


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator.

    Attributes
    ----------
    runs : (runs, features) float64
        Where it was fitted.
    inverse : (runs, runs) float64
        Of the covariance of the runs.
    length, linear, nugget : float
        Reach of a run in feature space; variance of the linear part and of noise over that of the
        smooth part: those of `LENGTHS`, `LINEAR`, `NUGGETS` that predict runs left out best.
    error : (outputs,) float64
        Root mean square error of runs left out, in the unit of each output.
    explained : (outputs,) float64
        One less the squared error over the variance among runs; below 0 where the mean of the runs
        would do better.
    """

    runs: Floats
    inverse: Floats
    length: float
    linear: float
    nugget: float
    error: Floats
    explained: Floats

    def weights(self, features: Floats) -> Floats:
        """Return the weight of each run in each settlement, (settlements, runs)."""
        cross = _kernel(features, self.runs, self.length, self.linear)
        raw = cross @ self.inverse
        # of the deviation from the mean of the runs: the weights sum to 1
        result: Floats = raw + (1.0 - raw.sum(axis=1, keepdims=True)) / len(self.runs)
        return result

    def error_factor(self, features: Floats, run: Bools) -> Floats:
        """Return a matrix that turns normal scores into joint errors in units of `error`.

        Parameters
        ----------
        features : (settlements, features) float64
        run : (settlements,) bool
            Settlements that were run: they have no error.

        Returns
        -------
        (settlements, settlements) float64
            Lower triangular.
        """
        cross = _kernel(features, self.runs, self.length, self.linear)
        own = _kernel(features, features, self.length, self.linear)
        rest = own - cross @ self.inverse @ cross.T
        left_out = float((1.0 / np.diag(self.inverse)).mean())
        joint = rest / left_out + 1e-8 * np.eye(len(own))
        factor = np.asarray(np.linalg.cholesky(joint), dtype=np.float64)
        factor[run] = 0.0
        return factor


def fit(features: Floats, outputs: Floats, deciding: slice = slice(None)) -> Emulator:
    """Fit an emulator to what was run.

    Parameters
    ----------
    features : (runs, features) float64
    outputs : (runs, outputs) float64
        Means over futures.
    deciding : slice
        Outputs that decide on length, linear part and nugget.

    Returns
    -------
    Emulator
    """
    centred = outputs - outputs.mean(axis=0)
    spread = centred.std(axis=0)
    scaled = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0.0)
    best: tuple[float, float, float, float, Floats, Floats] | None = None
    for length, linear, nugget in itertools.product(LENGTHS, LINEAR, NUGGETS):
        covariance = _kernel(features, features, length, linear) + nugget * np.eye(len(features))
        inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        missed: Floats = (inverse @ scaled) / np.diag(inverse)[:, None]
        score = float((missed[:, deciding] ** 2).mean())
        if best is None or score < best[0]:
            best = (score, length, linear, nugget, inverse, missed)
    assert best is not None
    _, length, linear, nugget, inverse, missed = best
    squared = (missed**2).mean(axis=0)
    return Emulator(
        features, inverse, length, linear, nugget,
        error=np.sqrt(squared) * spread,
        explained=np.where(spread > 0.0, 1.0 - squared, 1.0),
    )  # fmt: skip


def spread_out(features: Floats, first: list[int], count: int) -> list[int]:
    """Return rows to run: those given, then always the one farthest from all chosen.

    Parameters
    ----------
    features : (settlements, features) float64
    first : list of int
        Rows that must be run.
    count : int
        Rows in all.

    Returns
    -------
    list of int
        Sorted; the first of equally far rows is taken.
    """
    chosen = list(dict.fromkeys(first)) or [0]
    far = np.full(len(features), np.inf)
    for row in chosen:
        far = np.minimum(far, ((features - features[row]) ** 2).sum(axis=1))
    while len(chosen) < min(count, len(features)):
        row = int(np.argmax(far))
        chosen.append(row)
        far = np.minimum(far, ((features - features[row]) ** 2).sum(axis=1))
    return sorted(chosen)


def _kernel(a: Floats, b: Floats, length: float, linear: float) -> Floats:
    apart = ((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)
    result: Floats = np.exp(-0.5 * apart / length**2) + linear * (1.0 + a @ b.T)
    return result
