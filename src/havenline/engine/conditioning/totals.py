"""Which values of a parameter the counts of the whole crisis speak for.

Some counts of the whole answer to one parameter more than to any other: civilians killed, people
without shelter, moves (who was displaced before moves more readily or less), people back from
abroad, and people gone home over some days where nothing is told of all of them (else
`havenline.engine.conditioning.returns` reads it). The past is run with each value of the parameter,
scaled to the counts of the displaced, every other parameter at its default and no shocks. A value
weighs by how well the counts fit,

    exp(-(1/2) w r^2),

with r the mean of log((counted + few) / (run + few)) and w its weight, as
`havenline.engine.conditioning.counted` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.counted import Count, count_of, together
from havenline.engine.conditioning.plain import plain_values
from havenline.engine.past import Past, past_of
from havenline.facts.followed import CAME_BACK, HOME, KILLED, LEFT, UNSHELTERED

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

Floats = NDArray[np.float64]

ANSWERING: Mapping[str, str] = {
    "violence_killed": KILLED,
    "host_slack": UNSHELTERED,
    "flight_idp_ratio": LEFT,
    "return_abroad": CAME_BACK,
    "return_monthly": HOME,
}
"""The figure of the whole crisis that answers to a parameter."""


def weigh(figure: str, name: str, ground: Ground, levels: Sequence[float]) -> Floats | None:
    """Return the chance of each value of a parameter by the counts of a figure; None without any.

    Parameters
    ----------
    figure : str
        Of `ANSWERING`.
    name : str
        The parameter.
    ground : Ground
    levels : sequence of float
    """
    counts = [count_of(ground, k) for k in ground.followed if k.figure == figure and not k.places]
    if not counts:
        return None

    def run(level: float) -> Past:
        values = plain_values(ground)
        values[name] = level
        return past_of(replace(ground, values=values))

    error, lag = (ground.parameters[of].value for of in ("flight_count_error", "report_lag_days"))
    return weigh_levels(run, levels, counts, error, round(lag))


def weigh_levels(
    run: Callable[[float], Past],
    levels: Sequence[float],
    counts: Sequence[Count],
    error: float,
    lag: int,
) -> Floats:
    """Return the chance of each value by how well the past that it makes fits counts.

    Parameters
    ----------
    run : callable
        From a value to the past.
    levels : sequence of float
    counts : sequence of Count
    error, lag
        As `havenline.engine.conditioning.counted.missed` has them.
    """
    logs = np.zeros(len(levels))
    for k, level in enumerate(levels):
        weight, weights, missed = together(counts, run(level), error, lag)
        logs[k] = -0.5 * weight * float(weights @ missed) ** 2
    chances = np.exp(logs - logs.max())
    return np.asarray(chances / chances.sum())


WEIGHED = {name: partial(weigh, figure, name) for name, figure in ANSWERING.items()}
"""What weighs the values of each parameter; see `havenline.engine.conditioning`."""
