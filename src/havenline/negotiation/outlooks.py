"""How far the chance of agreement turns on the outlook and on what no deal is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from havenline.negotiation.problem import Model
from havenline.negotiation.zone import Floats

SIZES = (1, 30)
SHIFTS = (-0.1, 0.05, 0.1, 0.2)
MOST_DRAWS = 200


def by_size(model: Model, support: Mapping[str, float]) -> dict[str, float]:
    """Return the chance of agreement with outlooks of other numbers of futures.

    Parameters
    ----------
    model : Model
    support : mapping of str to float

    Returns
    -------
    dict of str to float
        Over at most 200 draws.
    """
    who = list(model.parties.consenting)
    found = {}
    for size in SIZES:
        other = Model(model.parties, model.ran, min(model.draws, MOST_DRAWS), model.seed, size)
        p = other.solve_payoffs(support)
        found[str(size)] = chance(p.value[:, :, who], p.no_deal[:, who])
    return found


def by_shift(value: Floats, no_deal: Floats, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the chance of agreement with each party's no deal worth more or less.

    Parameters
    ----------
    value : (draws, settlements, parties) float64
    no_deal : (draws, parties) float64
    names : sequence of str

    Returns
    -------
    dict of str to dict of str to float
        By party, then by shift on its scale of 0 to 1.
    """
    found: dict[str, dict[str, float]] = {}
    for i, name in enumerate(names):
        found[name] = {}
        for shift in SHIFTS:
            moved = no_deal.copy()
            moved[:, i] += shift
            found[name][f"{shift:+g}"] = chance(value, moved)
    return found


def chance(value: Floats, no_deal: Floats) -> float:
    """Return the share of draws with a settlement that is no worse than no deal for all."""
    fits = (value >= no_deal[:, None]).all(axis=2)
    return float(np.asarray(fits).any(axis=1).mean())
