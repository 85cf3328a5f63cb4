"""Fear: people leave because those around them have left, where nothing is fought.

Once a week it is counted which share of the people around a place has fled in the seven days
before,

    F_i = sum_j w_ij fled_j / (people_i + sum_j w_ij people_j),    w_ij = 1 / (1 + (road_ij / d)^2),

over the other places that roads lead to from it, with d = ``flight_fear_km`` and the people of the
start. Until the next week the hazard of flight is higher by ``flight_fear`` F_i. It stands for what
kin, a language or news carry from place to place, which is in no table.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.engine.step import Step

WEEK = 7

STEP = Step(
    "Fear spreads from places people fled from.",
    reads=("fled_of_late", "people", "roads"),
    writes=("fear", "fled_of_late"),
    parts=("fear",),
    tables=("populations", "routes"),
    page="fear",
    place=(("fear", "f8"),),
)
"""``fear`` is the share of those around a place who have fled in the week before."""


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Count fear once a week; see `havenline.engine.steps.truce.step` for the parameters."""
    if day % WEEK != 0 or values.flight_fear <= 0.0:
        return
    n, per_km = state.place.shape[0], 1.0 / values.flight_fear_km
    for i in range(n):
        state.place[i].fear = 0.0
        if state.by_status[i].sum() == 0:
            continue  # nobody there to be afraid
        fled, people = 0.0, np.float64(net.place[i].people)
        for j in range(n):
            there = net.place[j].people
            if j == i or there == 0:
                continue
            off = state.dist[i, j] * per_km
            weight = 1.0 / (1.0 + off * off)
            fled += weight * state.place[j].fled_of_late
            people += weight * there
        if people > 0.0:
            state.place[i].fear = min(1.0, fled / people)
    for i in range(n):
        state.place[i].fled_of_late = 0
