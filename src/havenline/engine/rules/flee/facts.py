"""What a displacement case declares, day by day, under Flee's rules: nothing random.

Conflict, kinds of places, closures, scores, capacities and arrivals follow from the input files
and the settings alone. They are worked out once for all futures.

Rules and defaults are those of Flee 3 (Suleimenova, Bell and Groen 2017, "A generalized
simulation development approach for predicting refugee destinations", Sci. Rep. 7, 13377; and
the settings file that Flee 3 ships). Where Flee's code does something else than it says,
``exact`` decides: see ``docs/explanation/flee.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case, Counts
from havenline.crisis.case_roads import holds
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.rules.flee.roads import Roads, number

LEAST_CONFLICT = 1e-6
"""A conflict intensity at or below this is none."""

LEAST_MOVECHANCE = 0.005
"""Flee takes a place that people leave less often than this for a camp."""


@dataclass(frozen=True)
class Days:
    """The facts of each day; shape (days, places) unless said otherwise.

    Attributes
    ----------
    score : float64 array
        Pull of a place before anything personal.
    leave : float64 array
        Daily chance to leave, by kind of place.
    hunger : float64 array
        Chance to leave that hunger adds, 0 where that rule is off.
    conflict : float64 array
        Intensity; 0 without conflict.
    spawn : float64 array
        Weight of a place for new departures, for each resident.
    rate : float64 array
        Departures where conflict or floods drive them: people, or a share of the residents;
        to be multiplied with ``rate_part``, the intensity of the conflict.
    flood : float64 array
        Factor of floods on the pull of a place.
    capacity : float64 array
        In the people that are simulated; 0 where unlimited.
    limit : float64 array
        ``capacity`` times its scaling; 0 where unlimited.
    camp, town, marker : bool array
    open : bool array, shape (days, roads)
    forced : bool array, shape (days, roads)
        Roads that all who leave their start are led along.
    departures : int64 array, shape (days,)
        New departures where arrivals are given; 0 where conflict drives them.
    at_camps : int64 array, shape (places,)
        People in camps before day 0.
    harvest : bool array, shape (days,)
    """

    score: NDArray[np.float64]
    leave: NDArray[np.float64]
    hunger: NDArray[np.float64]
    conflict: NDArray[np.float64]
    spawn: NDArray[np.float64]
    rate: NDArray[np.float64]
    rate_part: NDArray[np.float64]
    flood: NDArray[np.float64]
    capacity: NDArray[np.float64]
    limit: NDArray[np.float64]
    camp: NDArray[np.bool_]
    town: NDArray[np.bool_]
    marker: NDArray[np.bool_]
    open: NDArray[np.bool_]
    forced: NDArray[np.bool_]
    departures: NDArray[np.int64]
    at_camps: NDArray[np.int64]
    harvest: NDArray[np.bool_]


def decay(settings: FleeSettings, days: int) -> float:
    """Return what is left of a conflict's weight a number of days after it began."""
    steps = settings.conflict_spawn_decay
    if not steps:
        return 1.0
    return float(steps[min(int(days / settings.conflict_spawn_decay_interval), len(steps) - 1)])


def counts_by_day(counts: Iterable[Counts], days: int, hasten: int) -> NDArray[np.float64]:
    """Return series of counts day by day, in simulated people.

    Parameters
    ----------
    counts : iterable of Counts
    days : int
        Days from day 0 on.
    hasten : int
        Persons that one simulated person stands for.

    Returns
    -------
    float64 array, shape (days, series)
        Whole numbers.
    """
    day = np.arange(days, dtype=np.int64)
    return np.trunc(np.stack([c.on(day) for c in counts], axis=1) / hasten + 1e-9)


def departures(
    case: Case, settings: FleeSettings, hasten: int, *, exact: bool
) -> NDArray[np.int64]:
    """Return how many set out on each day where arrivals are given.

    The change of the counts since the day before; a fall is a debt that later rises pay first.
    Flee counts the first day twice where nobody is put into camps at the start, and adds the
    series of places that are no camps of the case.

    Parameters
    ----------
    case : Case
    settings : FleeSettings
    hasten : int
    exact : bool

    Returns
    -------
    int64 array, shape (days,)
    """
    series = [*case.counts.values(), *(case.others.values() if exact else ())]
    total = counts_by_day([case.total], case.days, hasten)[:, 0]
    summed = counts_by_day(series, case.days, hasten).sum(axis=1)
    change = np.diff(summed if settings.sum_from_camps else total, prepend=0.0)
    if settings.sum_from_camps and exact:
        change[0] += total[0]
    if settings.insert_day0 or settings.empty_camps_on_day0:
        change[0] = 0.0
    result = np.zeros(case.days, dtype=np.int64)
    debt = 0.0
    for day in range(case.days):
        new = change[day] - debt
        debt = max(0.0, -new)
        result[day] = max(0, int(new))
    return result


class _Places:
    """The state of every place while the days are walked."""

    def __init__(self, case: Case, settings: FleeSettings, *, exact: bool) -> None:
        n = len(case.locations)
        self.case, self.settings, self.exact = case, settings, exact
        self.leave = np.zeros(n)
        self.conflict = np.zeros(n)
        self.began = np.full(n, -1, dtype=np.int64)
        self.camp = np.zeros(n, dtype=np.bool_)
        self.town = np.zeros(n, dtype=np.bool_)
        self.marker = np.zeros(n, dtype=np.bool_)
        self.kind = [location.kind for location in case.locations]
        for i, location in enumerate(case.locations):
            self.become(i, location.kind)
            if location.kind == "conflict":
                if location.conflict_day > 0:
                    self.calm(i)
                else:
                    self.began[i] = 0
                    self.conflict[i] = number(
                        location, "conflict_intensity", settings.default_conflict_intensity
                    )
        if exact:
            self.camp |= (self.leave < LEAST_MOVECHANCE) & ~np.array(
                [k == "flood_zone" for k in self.kind], dtype=np.bool_
            )

    def become(self, i: int, kind: str) -> None:
        """Make a place one of a kind."""
        s = self.settings
        self.kind[i] = kind  # type: ignore[call-overload]
        self.leave[i] = {
            "conflict": s.conflict_movechance,
            "camp": s.camp_movechance,
            "idpcamp": s.idpcamp_movechance,
            "forward": 1.0,
            "marker": 1.0,
        }.get(kind, s.default_movechance)
        self.camp[i] = kind in ("camp", "idpcamp")
        self.town[i] = kind == "town"
        self.marker[i] = kind == "marker"

    def calm(self, i: int) -> None:
        """End the conflict of a place; Flee makes a town of camps too."""
        self.conflict[i] = 0.0
        if self.camp[i] and not self.exact:
            self.become(i, self.kind[i])
            return
        self.leave[i] = self.settings.default_movechance
        self.town[i] = True

    def change_kinds(self, day: int) -> None:
        """Apply the changes of kind declared for a day."""
        for change in self.case.kind_changes:
            if change.day == day:
                self.conflict[change.location] = 0.0
                self.become(change.location, change.kind)
                if change.kind == "conflict":
                    self.conflict[change.location] = self.settings.default_conflict_intensity
                    self.began[change.location] = day

    def follow_conflict(self, day: int) -> None:
        """Begin and end conflict as the table of the day says."""
        if day >= len(self.case.conflict):
            return
        now = self.case.conflict[day]
        before = self.case.conflict[day - 1] if day else np.zeros_like(now)
        begins = (now > LEAST_CONFLICT) & (before <= LEAST_CONFLICT)
        for i in np.flatnonzero(begins):
            self.conflict[i] = now[i]
            self.leave[i] = self.settings.conflict_movechance
            self.town[i] = False
            self.began[i] = day
        for i in np.flatnonzero((now <= LEAST_CONFLICT) & (before > LEAST_CONFLICT)):
            self.calm(int(i))
        if not self.exact:
            goes_on = now > LEAST_CONFLICT
            self.conflict[goes_on] = now[goes_on]

    def decays(self, day: int) -> NDArray[np.float64]:
        """Return what is left of the weight of each conflict."""
        if not self.settings.conflict_spawn_decay:
            return np.ones(len(self.began))
        return np.array([decay(self.settings, day - int(b)) for b in self.began])


def _capacities(
    case: Case, settings: FleeSettings, hasten: int, at_start: NDArray[np.int64], *, exact: bool
) -> NDArray[np.float64]:
    """Return the capacity of each place on each day, 0 where it is unlimited.

    Flee takes the people counted on day 0 off the capacity although they also fill it, and
    does not scale daily additions with ``hasten``.
    """
    result = np.zeros((case.days, len(case.locations)))
    day = np.arange(1, case.days + 1)
    for i, location in enumerate(case.locations):
        capacity = 0 if math.isnan(location.capacity) else int(location.capacity) // hasten
        if capacity <= 0:
            continue
        if exact:
            capacity -= at_start[i]
            added = day * int(number(location, "capacity_per_day"))
        else:
            added = (day * number(location, "capacity_per_day") / hasten).astype(np.int64)
        result[:, i] = np.maximum(0.0, capacity + np.maximum(added, 0))
    return result


def _scores(
    places: _Places, day: int, foreign: NDArray[np.bool_], pull: NDArray[np.float64]
) -> NDArray[np.float64]:
    s = places.settings
    score = np.where(foreign, (1.0 + pull) * s.foreign_weight, 1.0)
    if s.avoid_food_deprived_locations and day > 0 and places.case.food is not None:
        score = np.where(foreign, score, score * (1.0 - (places.case.food[day] / 100.0) ** 2))
    score = np.where(places.camp, score * s.camp_weight, score)
    exponent = places.decays(day) * places.conflict
    return np.where(places.conflict > 0.0, score * s.conflict_weight**exponent, score)


def _close(
    case: Case, roads: Roads, places: _Places, day: int, is_open: NDArray[np.bool_],
    forced: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Apply the closures that begin or end on a day, in the order of the file."""
    names = {location.name: i for i, location in enumerate(case.locations)}
    country = np.array([location.country for location in case.locations])
    for closure in case.closures:
        begins = holds(closure, day)
        if begins == holds(closure, day - 1):
            continue
        here = names.get(closure.first, -1)
        there = names.get(closure.second, -1)
        if closure.kind == "country":
            a, b = country[roads.start], country[roads.end]
            one, two = closure.first, closure.second
            is_open[((a == one) & (b == two)) | ((a == two) & (b == one))] = not begins
        elif closure.kind == "location":
            is_open[(roads.start == here) | (roads.end == here)] = not begins
        elif closure.kind in ("camp", "idpcamp"):
            if here >= 0:
                places.become(here, "town" if begins else closure.kind)
        elif closure.kind == "link":
            if not places.exact:  # in Flee such a row never finds its road
                between = (roads.start == here) & (roads.end == there)
                between |= (roads.start == there) & (roads.end == here)
                is_open[between] = not begins
        else:
            leads = (roads.start == here) & (roads.end == there)
            leads |= (roads.start == there) & (roads.end == here)
            forced[leads] = roads.forces[leads] & (not begins)


def build_days(
    case: Case, settings: FleeSettings, roads: Roads, hasten: int, *, exact: bool
) -> Days:
    """Work out the facts of every day.

    Parameters
    ----------
    case : Case
    settings : FleeSettings
    roads : Roads
    hasten : int
        Persons that one simulated person stands for.
    exact : bool
        Follow Flee's code where it does not do what it says.

    Returns
    -------
    Days
    """
    n, span = len(case.locations), case.days
    shape = (span, n)
    places = _Places(case, settings, exact=exact)
    home = case.locations[0].country
    foreign = np.array([location.country != home for location in case.locations])
    pull = np.zeros(n)
    if settings.use_economic_pull:
        pull = np.array([number(x, "trade_volume") + number(x, "hdi") ** 2 for x in case.locations])
    flooded = settings.flood_zone_spawning_only
    driven = flooded or settings.conflict_spawn_mode is not None
    at_start = np.zeros(n, dtype=np.int64)
    at_camps = np.zeros(n, dtype=np.int64)
    if settings.insert_day0 and not settings.empty_camps_on_day0:
        at_start[list(case.camps)] = counts_by_day(case.counts.values(), 1, hasten)[0]
        at_camps = at_start.copy()
    if not settings.empty_camps_on_day0:
        for i, location in enumerate(case.locations):
            if location.is_camp:
                at_camps[i] += int(number(location, "initial_idps"))
    result = Days(
        score=np.ones(shape),
        leave=np.zeros(shape),
        hunger=np.zeros(shape),
        conflict=np.zeros(shape),
        spawn=np.zeros(shape),
        rate=np.full(shape, settings.displaced_per_conflict_day),
        rate_part=np.zeros(shape),
        flood=np.ones(shape),
        capacity=_capacities(
            case, settings, hasten, at_start if not driven else np.zeros_like(at_start), exact=exact
        ),
        limit=np.zeros(shape),
        camp=np.zeros(shape, dtype=np.bool_),
        town=np.zeros(shape, dtype=np.bool_),
        marker=np.zeros(shape, dtype=np.bool_),
        open=np.ones((span, len(roads.start)), dtype=np.bool_),
        forced=np.zeros((span, len(roads.start)), dtype=np.bool_),
        departures=np.zeros(span, dtype=np.int64)
        if driven
        else departures(case, settings, hasten, exact=exact),
        at_camps=at_camps,
        harvest=_harvest(case, settings),
    )
    scaled = result.capacity * settings.capacity_scaling
    result.limit[:] = np.where(scaled < 1.0, 0.0, scaled)
    is_open = np.ones(len(roads.start), dtype=np.bool_)
    forced = roads.forces.copy()
    for day in range(span):
        places.change_kinds(day)
        if not flooded:
            places.follow_conflict(day)
        result.conflict[day] = places.conflict
        result.spawn[day] = _spawn_weights(places, day)
        _close(case, roads, places, day, is_open, forced)
        result.score[day] = _scores(places, day, foreign, pull)
        result.leave[day] = places.leave
        result.camp[day], result.town[day] = places.camp, places.town
        result.marker[day] = places.marker
        result.open[day], result.forced[day] = is_open, forced
    if settings.flee_when_starving and case.food is not None:
        result.hunger[:] = case.food[:span] / 100.0
    result.rate_part[:] = result.conflict
    _flood(case, settings, result)
    return result


def _flood(case: Case, settings: FleeSettings, result: Days) -> None:
    """Let floods drive people out, and repel them; nothing without levels.

    A list by level is read linearly between its entries, its last beyond them.
    """
    if case.flood is None:
        return
    level = case.flood[: case.days]
    wet = np.zeros(result.score.shape, dtype=np.bool_)
    wet[: len(level)] = level > 0.0

    def by_level(values: Sequence[float]) -> NDArray[np.float64]:
        table = np.zeros(result.score.shape)
        table[: len(level)] = np.interp(level, np.arange(len(values)), values)
        return table

    if settings.flood_zone_spawning_only:
        result.rate[:] = by_level(settings.displaced_per_flood_day)
        result.rate_part[:] = wet
    if settings.flood_movechances:  # in place of every other chance
        result.hunger[wet] = by_level(settings.flood_movechances)[wet]
        result.leave[wet] = 0.0
    if settings.flood_loc_weights:
        factor = np.where(wet, by_level(settings.flood_loc_weights), 1.0)
        result.flood[:] = factor
        zones = np.array([x.kind == "flood_zone" for x in case.locations])
        result.score[:] = np.where(zones, result.score * factor, result.score)


def _spawn_weights(places: _Places, day: int) -> NDArray[np.float64]:
    """Return the weight of each place for departures, for each of its residents."""
    s = places.settings
    weight = np.where(places.conflict > 0.0, places.conflict * places.decays(day), 0.0)
    if s.starvation_driven_spawning and day > 0 and places.case.food is not None:
        weight = weight + places.case.food[day] / 100.0
    return np.where(places.conflict > 0.0, weight, 0.0) if s.conflict_zone_spawning_only else weight


def _harvest(case: Case, settings: FleeSettings) -> NDArray[np.bool_]:
    """Return the days on which farmers stay: those of the months of harvest."""
    months = set(settings.harvest_months)
    first = np.datetime64(case.start, "D")
    dates = (first + np.arange(case.days)).astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(dates, list(months)) if months else np.zeros(case.days, dtype=np.bool_)
