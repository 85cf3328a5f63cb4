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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.crisis import Crisis
from havenline.crisis.parameters import known_parameters
from havenline.draws import key_of
from havenline.engine.day import run_days
from havenline.engine.run import FIRST_TRIPS, Job, empty_output
from havenline.engine.state import ERROR, State, empty_state
from havenline.engine.values import sample_values
from havenline.errors import RunError
from havenline.evidence.flare import spread
from havenline.evidence.scores import brier
from havenline.facts.holders import recorded_captures
from havenline.options import build_schedule, chosen_options
from havenline.world import roads
from havenline.world.record import Facts, known_facts
from havenline.world.world import World, build_world

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
    world = build_world(crisis, as_of)
    facts = known_facts(world, as_of, days, offensive)
    spec = next((s for s in chosen_options(world, [option]) if s.id == option), None)
    if spec is None:
        raise RunError(f"the crisis has no option {option!r}")
    number = min(futures, MOST_FUTURES)
    job = Job(
        world=world,
        facts=facts,
        plans=(build_schedule(world, facts, spec, days),),
        values=sample_values(known_parameters(as_of, crisis.parameters, settings), number, seed),
        seed=seed,
        days=days,
    )
    open_to_it = (facts.record.side[-1] == roads.DEFENDER) & world.network.place["capturable"]
    if not open_to_it.any():
        raise RunError(f"as of {as_of} no place could fall")
    simulated = np.array([_fall_days(job, f) for f in range(number)])[:, open_to_it]
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
    parties = world.crisis.parties
    attacker = set(parties.loc[parties["side"] == "attacker", "party_id"])
    taken = recorded_captures(world.crisis.control, as_of, until, attacker)
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


def _fall_days(job: Job, future: int) -> Sequence[int]:
    """Step one future and return the day ahead on which each place falls; -1 for never."""
    net, record = job.world.network, job.facts.record
    today, age = job.facts.days, job.facts.truce_age
    values, plan = job.values[future], job.plans[0]
    key = key_of(job.seed, 0, future)
    history, out = np.zeros(today + 1), empty_output(job)
    state: State = empty_state(net, len(job.world.area_ids), 4 * FIRST_TRIPS)
    run_days(net, record, values, plan, state, key, age, 0, today, today, history, out)
    fell = np.full(len(job.world.place_ids), -1, dtype=np.int64)
    at_start = state.side == roads.ATTACKER
    for day in range(today + 1, today + job.days + 1):
        run_days(net, record, values, plan, state, key, age, day, day, today, history, out)
        if state.whole[ERROR] != 0:
            raise RunError(f"future {future} could not be stepped to its end")
        fell[(state.side == roads.ATTACKER) & ~at_start & (fell < 0)] = day - today
    return [int(d) for d in fell]
