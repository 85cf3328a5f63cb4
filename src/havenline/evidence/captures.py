"""Capture dates in memory: how well the simulated front says which places fall, and when.

Runs are stepped day by day and only the day on which a place falls is kept, in memory, until it
is scored. What leaves this module are mean scores over all places and how many there were;
never a place, and never a day.

Scored are the places that the defender held on the as-of date and the front can take. A place
that is recorded as taken between the as-of date and the last scored day happened; one of which
nothing is recorded did not. For a number of days ahead each place has a chance of having fallen
by then, scored by its Brier score: the squared distance from what happened.

Baselines: no change (chance 0 everywhere); a constant rate (every place the same chance, from
the places taken in the 30 days before the as-of date, as far as published, one half at least);
Flare's rule of spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.crisis import Crisis
from havenline.engine.ground import Ground, prepare
from havenline.engine.state import State
from havenline.errors import RunError
from havenline.evidence.flare import spread
from havenline.evidence.scores import brier
from havenline.facts.holders import recorded_captures
from havenline.facts.sides import attackers
from havenline.options import Schedule
from havenline.world import roads
from havenline.world.record import Facts
from havenline.world.world import World

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

AHEAD = (7, 14, 28, 56)
"""Days ahead at which the chances are scored, as far as they lie before the last scored day."""
MOST_FUTURES = 40
"""Futures that are stepped day by day; more change the scores little."""
LEARN_DAYS = 30
BASELINES = ("no_change", "constant_rate", "flare")
LABELS: Mapping[str, str] = {
    "no_change": "no change",
    "constant_rate": "a constant rate",
    "flare": "Flare's rule",
}


@dataclass(frozen=True)
class CaptureScore:
    """Scores of the front from one as-of date; nothing by place.

    Attributes
    ----------
    ahead : tuple of int
        Days ahead that were scored; the last is the whole stretch.
    places : int
        Places that could fall.
    fell : tuple of int
        How many were recorded as taken by each of the days ahead.
    brier : dict of str to tuple of float
        Mean Brier score over the places of ``model`` and of each baseline, for each of the days
        ahead; lower is better.
    futures : int
        Futures that were stepped.
    """

    ahead: tuple[int, ...]
    places: int
    fell: tuple[int, ...]
    brier: dict[str, tuple[float, ...]]
    futures: int

    def mean(self, name: str) -> float:
        """Return the mean of a forecast's Brier scores over the days ahead."""
        return math.fsum(self.brier[name]) / len(self.ahead)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        return {
            "days_ahead": list(self.ahead),
            "places": self.places,
            "fell": list(self.fell),
            "brier": list(self.brier["model"]),
            "baselines_brier": {name: list(self.brier[name]) for name in BASELINES},
            "futures": self.futures,
        }


def score_captures(
    crisis: Crisis,
    *,
    option: str,
    futures: int,
    seed: int,
    as_of: date,
    until: date,
    offensive: Mapping[date, bool] | None = None,
    settings: Mapping[str, float] | None = None,
) -> CaptureScore:
    """Step an option's futures and score on which days places fall.

    Parameters
    ----------
    crisis : Crisis
    option : str
    futures : int
        At most `MOST_FUTURES` are used, the first ones.
    seed : int
    as_of, until : date
        Day of the forecast, and the last day that is scored.
    offensive, settings : mapping, optional
        As `havenline.simulate` takes them.

    Returns
    -------
    CaptureScore

    Raises
    ------
    RunError
        If nothing lies ahead or no place could fall.
    """
    days = (until - as_of).days
    if days < 1:
        raise RunError(f"as of {as_of} no capture is left to score up to {until}")
    number = min(futures, MOST_FUTURES)
    ground = prepare(
        crisis, as_of, settings, futures=number, seed=seed, days=days, offensive=offensive
    )
    world, facts = ground.world, ground.facts
    plan = ground.plan(next(s for s in ground.chosen([option]) if s.id == option))
    open_to_it = (facts.record.side[-1] == roads.DEFENDER) & world.network.place["capturable"]
    if not open_to_it.any():
        raise RunError(f"as of {as_of} no place could fall")
    simulated = np.array([_fall_days(ground, plan, f) for f in range(number)])[:, open_to_it]
    happened = recorded_falls(world, as_of, until)[open_to_it]
    ahead = (*(d for d in AHEAD if d < days), days)
    pairs = [(int(r["a"]), int(r["b"])) for r in world.network.road[~world.network.road["border"]]]
    at_start = facts.record.side[-1] == roads.ATTACKER
    flare = spread(pairs, at_start, open_to_it, days=days, runs=200, seed=seed)[:, open_to_it]
    rate = recent_rate(facts, int(open_to_it.sum()))
    zero = np.zeros(happened.size)
    chances: dict[str, list[Floats]] = {
        "model": [_share_by(simulated, d) for d in ahead],
        "no_change": [zero for _ in ahead],
        "constant_rate": [zero + -math.expm1(-rate * d) for d in ahead],
        "flare": [_share_by(flare, d) for d in ahead],
    }
    truth = [(happened > 0) & (happened <= d) for d in ahead]
    return CaptureScore(
        ahead=ahead,
        places=int(open_to_it.sum()),
        fell=tuple(int(t.sum()) for t in truth),
        brier={
            name: tuple(float(brier(p, t).mean()) for p, t in zip(forecast, truth, strict=True))
            for name, forecast in chances.items()
        },
        futures=number,
    )


def recorded_falls(world: World, as_of: date, until: date) -> Days:
    """Return the days after the as-of date on which places are recorded as taken.

    Parameters
    ----------
    world : World
    as_of, until : date

    Returns
    -------
    (places,) int64
        -1 where nothing is recorded. The first change to the attacker counts, whenever it was
        published: this is the truth that no forecast sees.
    """
    attacking = attackers(world.crisis, until)
    taken = recorded_captures(world.crisis.control, as_of, until, attacking)
    days = [(taken[p] - as_of).days if p in taken else -1 for p in world.place_ids]
    return np.array(days, dtype=np.int64)


def recent_rate(facts: Facts, places: int) -> float:
    """Return the rate a day at which a place fell in the 30 days before the as-of date.

    Parameters
    ----------
    facts : Facts
    places : int
        Places that could still fall.

    Returns
    -------
    float
        Chance a day of a place; with no fall, half a fall is counted.
    """
    since = facts.as_of - timedelta(days=LEARN_DAYS)
    fell = sum(since < day <= facts.as_of for day in facts.captured_since.values())
    return max(0.5, float(fell)) / LEARN_DAYS / places


def _share_by(days: Days, ahead: int) -> Floats:
    """Return the share of runs in which each place has fallen by a number of days ahead."""
    return np.asarray(((days > 0) & (days <= ahead)).mean(axis=0), dtype=np.float64)


def _fall_days(ground: Ground, plan: Schedule, future: int) -> Days:
    """Step one future and return the day ahead on which each place falls; -1 for never."""
    at_start = ground.facts.record.side[-1] == roads.ATTACKER
    by_day = np.zeros((ground.days + 1, len(at_start)), dtype=np.bool_)

    def look(ahead: int, state: State) -> None:
        by_day[ahead] = (state.side == roads.ATTACKER) & ~at_start

    ground.branch(future, plan, watch=look, every_day=True)
    return np.where(by_day.any(axis=0), by_day.argmax(axis=0), -1)
