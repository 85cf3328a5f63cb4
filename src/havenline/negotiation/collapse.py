"""How likely each settlement is to collapse: by its terms, and by who would gain from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from havenline.engine.steps.truce import HR_FLOOR_INTERPOSED
from havenline.negotiation.survival import Survival, breakdown_chance
from havenline.negotiation.zone import Floats

if TYPE_CHECKING:
    from havenline.negotiation.problem import Model

HORIZON_YEARS = (0.5, 1.0, 3.0)
"""Ages at which the chance to stand is told."""
GRID = np.exp(np.linspace(np.log(1e-4), np.log(1e3), 60))
"""Scale times discount rate, at which the discounted chance of collapse is tabled."""


def truce_law(model: Model) -> dict[str, Floats]:
    """Return the truce model's parameters in each outlook, (draws,)."""
    values = model.ran.measured.parameters
    found = {n: model.outlook @ v for n, v in values.items() if n.startswith("truce_")}
    found["truce_median_days"] = np.exp(model.outlook @ np.log(values["truce_median_days"]))
    return found


def scale_of(median_days: float, shape: float) -> float:
    """Return the scale in years of a Weibull law with a median in days."""
    return float(median_days / 365.25 / np.log(2.0) ** (1.0 / shape))


def hazard_ratios(model: Model, support: Mapping[str, float]) -> Floats:
    """Return the hazard ratio of collapse by terms, (draws, settlements).

    The truce model's own ratios: compliance, observers and a buffer with joint patrols, interposed
    soldiers with a force, substance where a line settles something, listed groups left out. How the
    agreement before it was kept wears each settlement alike. Support for a guarantee lowers it
    further where there is one.
    """
    t = truce_law(model)
    wear = model.outlook @ model.ran.measured.wear
    ratio = np.repeat(wear[:, None], len(model.terms), axis=1)
    lasting = model.judged["guarantee_lasting"]
    helped = np.exp(-lasting * model.add_support(support, "guarantee"))
    thousands = model.parameters["settlement_force"].value / 1000.0
    force = np.maximum(HR_FLOOR_INTERPOSED, t["truce_hr_interposition"] ** thousands)
    for s, terms in enumerate(model.terms):
        if terms.guarantee > 0:
            ratio[:, s] *= t["truce_hr_compliance"] * helped
        if terms.guarantee == 1:
            ratio[:, s] *= t["truce_hr_buffer"] * t["truce_hr_observers"]
        elif terms.guarantee == 2:
            ratio[:, s] *= force
        if terms.line.hands_over or terms.line.restores_since is not None:
            ratio[:, s] *= t["truce_hr_substance"]
        if not terms.listed:
            ratio[:, s] *= t["truce_hr_excluded"]
    return ratio


def expect_collapse(
    model: Model, support: Mapping[str, float], standing: Floats, collapsed: Floats
) -> tuple[Floats, Floats]:
    """Return the discounted chance of collapse, and the chance to stand at some ages.

    The hazard is evaluated once from the terms, then once more with what parties that could break
    the settlement would gain by it.

    Parameters
    ----------
    model : Model
    support : mapping of str to float
    standing, collapsed : (draws, settlements, parties) float64
        Payoffs while it stands and after its collapse.

    Returns
    -------
    chance : (draws, settlements, parties) float64
    stands : (ages, settlements) float64
        At `HORIZON_YEARS`, mean over draws.
    """
    ratio = hazard_ratios(model, support)
    rates = np.array([p.discount for p in model.parties.all])
    first = model.judged["breaking_first_gain"]
    tempted, most = model.judged["temptation_hazard"], model.judged["temptation_most"]
    capability = model.capability * np.array([float(p.spoils) for p in model.parties.all])
    share = capability / np.maximum(capability.sum(axis=1, keepdims=True), 1e-12)
    chance = np.zeros_like(standing)
    stands = np.zeros((len(HORIZON_YEARS), len(model.terms)))
    t = truce_law(model)
    for d in range(model.draws):
        shape, cure = float(t["truce_shape"][d]), float(t["truce_cure_share"][d])
        years = scale_of(t["truce_median_days"][d], shape)
        table = breakdown_chance(Survival.of(1.0, shape, cure), GRID)
        law = Survival.of(years * ratio[d] ** (-1.0 / shape), shape, cure)
        w = _look_up(law.scale, rates, table)
        value = (1.0 - w) * standing[d] + w * collapsed[d]
        gains = np.maximum(0.0, collapsed[d] + first[d] - value) @ share[d]
        law = law.with_ratio(np.exp(np.minimum(tempted[d] * gains, most[d])))
        chance[d] = _look_up(law.scale, rates, table)
        stands += np.stack([law.at(y) for y in HORIZON_YEARS])
    return chance, stands / model.draws


def _look_up(scale: Floats, rates: Floats, table: Floats) -> Floats:
    """Return the discounted chance of collapse by scale and discount rate, from a table."""
    pace = np.log(np.clip(scale[:, None] * rates[None], GRID[0], GRID[-1]))
    found: Floats = np.interp(pace, np.log(GRID), table)
    return found
