"""What the facts of the past leave of the prior of parameters, before any future runs.

One file for each way in which facts speak of a parameter. Its prior is cut into cells of equal
chance; facts known by the as-of date weigh them, and each future's value, a quantile of the prior,
becomes the same quantile of what is left. Where the facts cannot tell, or the user or the crisis
fixed the parameter, nothing changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning import frailty, pace, returns, totals
from havenline.engine.conditioning.plain import cells

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

WEIGHED: Mapping[str, Callable[[Ground, list[float]], NDArray[np.float64] | None]] = {
    pace.NAME: pace.weigh,
    frailty.NAME: frailty.weigh,
    **totals.WEIGHED,
    returns.NAME: returns.weigh,
}
"""What weighs the values of a parameter, one for each cell; None where the facts cannot tell."""


def left_of_priors(ground: Ground) -> dict[str, NDArray[np.float64]]:
    """Return the chance of each cell of every parameter that the facts of the past speak of.

    Parameters
    ----------
    ground : Ground

    Returns
    -------
    dict of str to (n_cell,) float64
        Chances, adding up to one; parameters of which the facts say nothing are left out.
    """
    asked = [name for name in WEIGHED if ground.parameters[name].distribution != "fixed"]

    def weigh(name: str) -> NDArray[np.float64] | None:
        return WEIGHED[name](ground, cells(ground.parameters[name]))

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # none rests on what another found
        found = zip(asked, threads.map(weigh, asked), strict=True)
        return {name: weights for name, weights in found if weights is not None}
