"""Which pace of the front the recorded captures speak for.

Of the prior of ``front_speed``, in cells of equal chance, each weighs by how likely it makes as
many captures as were recorded while offensives ran: Poisson with mean

    sum over days and roads with a front that may move of
    exp(-age / FORGET_DAYS) * moving * speed * (built-up factor) / km

at the defaults of the other parameters, the logarithm divided by ``TOGETHER``, for places fall
together when a defence gives way. ``moving`` is the chance that an axis moves times the mean of its
speed over the median, as a run has both: ``front_axis_share`` e^(spread^2 / 2) on a road that the
front came to stand on; e^(3 spread^2 / 2) on one that leads on from a place taken by force, for the
axis that took it goes on and fast axes take more places, falling to the share of days on which axes
move, ``front_thaw_rate`` / (``front_thaw_rate`` + ``front_freeze_rate``), at the sum of the two.
The captures are weighed by their age in the same way; places that changed hands by agreement are
none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.steps.control import led_on
from havenline.world.record import Record
from havenline.world.terms import DEFENDED
from havenline.world.world import Network

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

NAME = "front_speed"
TOGETHER = 3.0
"""Captures that fall together count as one; judgement."""
FORGET_DAYS = 60.0
"""Days after which a capture, and a day without one, count for a third; judgement."""


def weigh(ground: Ground, speeds: Sequence[float]) -> NDArray[np.float64] | None:
    """Return the chance of each speed by the captures on record; None before any offensive."""
    values = {name: row.value for name, row in ground.parameters.items()}
    expected, captured, days = axis_days(ground.world.network, ground.facts.record, values)
    return weigh_speeds(speeds, expected, captured) if days and expected else None


def axis_days(
    net: Network, record: Record, values: Mapping[str, float]
) -> tuple[float, float, int]:
    """Return expected captures at a speed of 1 km a day, recorded ones, and days of offensives.

    Parameters
    ----------
    net : Network
    record : Record
    values : mapping of str to float
        Parameters at their defaults.

    Returns
    -------
    (float, float, int)
        The first two weighed by their age.
    """
    last = len(record.day) - 1
    expected, captured, days = 0.0, 0.0, 0
    taken_on = np.full(len(net.place), -1)
    for day in range(last + 1):
        running = np.flatnonzero(record.running[day])
        if not len(running):
            continue
        days += 1
        weight = math.exp(-(last - day) / FORGET_DAYS)
        defends = record.defends[record.day[day]["terms"]] == DEFENDED
        before = record.holder[max(0, day - 1)]
        taken = np.zeros(len(before), dtype=np.bool_)
        for k in running:
            attacked = defends[k][before] & record.within[k] & net.place["capturable"]
            moving = _moving(taken_on, day, values)
            expected += weight * _open_roads(
                net, record.attacks[k][before] * moving, attacked, values
            )
            taken |= attacked & record.attacks[k][record.holder[day]]
        taken &= ~record.by_agreement[day]
        captured += weight * float(taken.sum())
        taken_on[taken] = day
    return expected, captured, days


def _moving(
    taken_on: NDArray[np.int64], day: int, values: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the chance that an axis from each place moves times its speed over the median."""
    spread = values["front_speed_spread"] ** 2
    share, freeze, thaw = (
        values[f"front_{name}"] for name in ("axis_share", "freeze_rate", "thaw_rate")
    )
    moving = np.full(len(taken_on), share * math.exp(0.5 * spread))
    for i in np.flatnonzero(taken_on >= 0):
        moving[i] = led_on(share, freeze, thaw, day - taken_on[i]) * math.exp(1.5 * spread)
    return moving


def _open_roads(
    net: Network,
    attacks: NDArray[np.float64],
    attacked: NDArray[np.bool_],
    values: Mapping[str, float],
) -> float:
    """Return the sum of factor on speed over km, of roads from attackers to attacked ground.

    ``attacks`` holds how far axes from each place move, zero where its holder does not attack.
    """
    a, b, km = net.road["a"], net.road["b"], np.maximum(net.road["km"], 0.1)
    slow = np.where(net.place["built_up"], values["front_built_up"], 1.0)
    towards = [attacks[x] * attacked[y] * slow[y] / km for x, y in ((a, b), (b, a))]
    return float((towards[0] + towards[1]).sum())


def weigh_speeds(speeds: Sequence[float], expected: float, captured: float) -> NDArray[np.float64]:
    """Return the chance of each speed, of equal chance before.

    Parameters
    ----------
    speeds : sequence of float
        Kilometres a day.
    expected : float
        Captures at 1 km a day.
    captured : float

    Returns
    -------
    (n_speed,) float64
        Adding up to one.
    """
    means = np.maximum(1e-9, np.asarray(speeds) * expected)
    logs = (captured * np.log(means) - means) / TOGETHER
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
