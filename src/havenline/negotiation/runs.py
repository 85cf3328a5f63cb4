"""Settlements and ways without one, run by the engine in the same futures.

Beside the run that is left to itself a settlement is run twice more: once so that its truce and
haven cannot fail (what it is worth while it stands) and once so that they soon do (what is left
when a signed deal has collapsed). The chance of collapse is counted once, when the two are
weighed, not hidden in the runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.engine.executors import run_in_order
from havenline.engine.ground import Ground, prepare
from havenline.engine.measures import COUNTS
from havenline.engine.state import State
from havenline.engine.values import VALUES
from havenline.errors import RunError
from havenline.facts.borders import borders_known, most_open
from havenline.negotiation.measures import MEASURES, OWN
from havenline.negotiation.terms import Terms, as_option
from havenline.negotiation.zone import Floats
from havenline.options import Schedule, build_schedule
from havenline.outcomes.indicators import INDICATORS, per_future
from havenline.world.geometry import distance_to_rings_km, rings
from havenline.world.record import known_facts
from havenline.world.world import build_world

STANDS: Mapping[str, float] = {
    "truce_cure_share": 1.0,
    "haven_hold_credible": 1.0,
    "haven_hold_consent": 1.0,
    "haven_hold_declared": 1.0,
}
"""Parameters under which neither truce nor haven fails."""
COLLAPSES: Mapping[str, float] = {
    "truce_cure_share": 0.0,
    "truce_median_days": 7.0,
    "haven_hold_credible": 1e-9,
    "haven_hold_consent": 1e-9,
    "haven_hold_declared": 1e-9,
}
"""Parameters under which a settlement is signed and breaks within weeks, often after its handover;
judgement."""


@dataclass(frozen=True)
class Course:
    """One course that things could take.

    Attributes
    ----------
    option : OptionSpec
    settings : mapping of str to float
        Parameters that are fixed; only such as act after the as-of date.
    offensive : bool or None
        Whether an offensive runs on every day after the as-of date; None leaves it to the run.
    """

    option: OptionSpec
    settings: Mapping[str, float] = field(default_factory=dict)
    offensive: bool | None = None


@dataclass(frozen=True)
class Measured:
    """What came of each course in each future.

    Attributes
    ----------
    values : dict of str to (course, future) float64
        By id of `measures.MEASURES`, in its unit.
    parameters : dict of str to (future,) float64
        The uncertain values of each future.
    wear : (future,) float64
        Factor on the hazard of a truce from how the agreement was kept up to the as-of date, as
        `havenline.engine.erosion` has it: a new one between the same parties begins with it.
    """

    values: dict[str, Floats]
    parameters: dict[str, Floats]
    wear: Floats


def measure(
    crisis: Crisis,
    courses: Sequence[Course],
    *,
    futures: int,
    seed: int,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Measured:
    """Run every course in the same futures, under the same luck.

    Parameters
    ----------
    crisis : Crisis
        With every line drawn that the options name.
    courses : sequence of Course
    futures, seed : int
    as_of : datetime.date, optional
    days : int, optional
        After the as-of date; the crisis's horizon by default.
    workers : int, optional
        Threads; one for each processor by default. They change nothing in the result.
    settings : mapping of str to float, optional
        Parameters fixed for all courses.
    progress : callable, optional
        Called with (futures done, futures in all).

    Returns
    -------
    Measured

    Raises
    ------
    RunError
        If a run cannot be made.
    OptionRefused
        If a settlement asks for what Havenline does not weigh.
    """
    if not 2 <= futures <= 10_000:
        raise RunError(f"futures: {futures} given; a negotiation needs 2 to 10000")
    ground = prepare(crisis, as_of, settings, futures=futures, seed=seed, days=days)
    ahead = [ground.as_of + dt.timedelta(days=i) for i in range(1, ground.days + 1)]
    grounds = [
        ground.varied(
            c.settings, None if c.offensive is None else dict.fromkeys(ahead, c.offensive)
        )
        for c in courses
    ]
    plans = [ground.plan(c.option) for c in courses]
    contested = _contested(ground, courses)
    found = {name: np.zeros((len(courses), futures)) for name in MEASURES}

    def one(future: int) -> None:
        for name, row in _future(ground, grounds, plans, contested, future):
            found[name][:, future] = row

    for done, _ in enumerate(run_in_order(one, futures, workers=workers), start=1):
        if progress is not None:
            progress(done, futures)
    drawn = {n: np.asarray(ground.values[n], dtype=np.float64) for n in VALUES.names or ()}
    return Measured(found, drawn, wear_of(ground))


def wear_of(ground: Ground) -> Floats:
    """Return the factor on the hazard of a truce from how the agreement was kept, (future,).

    Parameters
    ----------
    ground : Ground
    """
    kept, values = ground.facts.record.compliance[0], ground.values
    return np.asarray(
        values["truce_hr_breaches"] ** kept["doublings"]
        * values["truce_hr_posts"] ** kept["posts"]
        * values["truce_hr_missed"] ** kept["missed"]
    )


def border_regime(crisis: Crisis, as_of: dt.date | None = None) -> int:
    """Return the regime of the border on the as-of date: 0 closed, 1 managed, 2 open."""
    date = crisis.meta.as_of if as_of is None else as_of
    neighbours = [n.id for n in crisis.meta.neighbours]
    return most_open(borders_known(crisis.crossings, neighbours, date, date))


def _contested(ground: Ground, courses: Sequence[Course]) -> tuple[Floats, Floats]:
    """Return people of the start by contested place, and those of places lost by the as-of date."""
    world, facts = ground.world, ground.facts
    first, now = facts.record.holder[0], facts.record.holder[-1]
    defends, attacks = facts.defenders, facts.attackers
    capturable = world.network.place["capturable"]
    since = [
        lever.restores_since
        for c in courses
        for lever in c.option.levers
        if lever.lever == "line" and lever.restores_since is not None
    ]
    dates = [facts.captured_since.get(p, dt.date.min) for p in world.place_ids]
    given_back = np.array([bool(since) and d >= min(since) for d in dates])
    within = capturable & (defends[first] | defends[now] | (given_back & attacks[now]))
    people = world.network.start.sum(axis=(1, 2)).astype(np.float64)
    contested: Floats = np.where(within, people, 0.0)
    if not contested.any():
        raise RunError("no place is contested: there is nothing to bargain over")
    lost: Floats = np.where(attacks[now], contested, 0.0)
    return contested, lost


def _future(
    ground: Ground,
    grounds: Sequence[Ground],
    plans: Sequence[Schedule],
    contested: tuple[Floats, Floats],
    future: int,
) -> list[tuple[str, Floats]]:
    """Run all courses in one future; return each measure by course."""
    replay = ground.replay(future)
    weights, lost = contested
    series = np.zeros((len(plans), 1, ground.days + 1), dtype=COUNTS)
    own = {m.id: np.zeros(len(plans)) for m in OWN}
    for c, (varied, plan) in enumerate(zip(grounds, plans, strict=True)):

        def look(_: int, state: State, c: int = c, plan: Schedule = plan) -> None:
            held = ground.facts.attackers[state.holder]
            own["ground_taken"][c] = weights[held].sum() / weights.sum()
            own["ground_regained"][c] = lost[~held].sum() / weights.sum()
            if state.course["haven"][0] == 1:
                own["protected"][c] = state.by_status[plan.place["haven"]].sum()

        series[c, 0] = varied.branch(replay, plan, watch=look).out.series
        own["fighting"][c] = series[c, 0]["offensive_running"][1:].mean()
    names = VALUES.names or ()
    dims = ("option", "future", "day")
    dataset = xr.Dataset(
        {
            **{name: (dims, series[name].astype(np.float64)) for name in series.dtype.names or ()},
            "parameter_values": (
                ("future", "parameter"),
                np.array([[ground.values[future][n] for n in names]]),
            ),
        },
        coords={"parameter": list(names)},
    )
    return [*own.items(), *((i, per_future(dataset, i)[:, 0]) for i in INDICATORS)]


def haven_depth(crisis: Crisis, space: Sequence[Terms], as_of: dt.date | None = None) -> Floats:
    """Return how deep the haven of each settlement is.

    Parameters
    ----------
    crisis : Crisis
        With the lines drawn.
    space : sequence of Terms
    as_of : datetime.date, optional

    Returns
    -------
    (settlements,) float64
        Kilometres from the border of a neighbour within which nine of ten of its places lie; NaN
        where the crisis draws no outline of a neighbour.
    """
    date = crisis.meta.as_of if as_of is None else as_of
    world = build_world(crisis, date)
    facts = known_facts(world, date, 120)
    wanted = {w.casefold() for n in crisis.meta.neighbours for w in (n.name, n.country)}
    boundary = [
        ring
        for feature in crisis.geography.get("outlines", {"features": []})["features"]
        if str(feature["properties"].get("name", "")).casefold() in wanted
        for ring in rings(feature["geometry"])
    ]
    if not boundary:
        return np.full(len(space), np.nan)
    km = distance_to_rings_km(boundary, world.lon, world.lat)
    border = facts.border_regime
    by_line: dict[str, float] = {}
    for terms in space:
        if terms.line.drawn_id not in by_line:
            plan = build_schedule(world, facts, as_option(terms, crisis, border), 120)
            inside = km[plan.place["haven"]]
            by_line[terms.line.drawn_id] = float(np.quantile(inside, DEEP)) if len(inside) else 0.0
    return np.array([by_line[t.line.drawn_id] for t in space])


DEEP = 0.9
"""Share of the haven's places that lie within its depth."""
