"""What was known by the as-of date, day by day: control, offensive, truces, counts.

Nothing published after the as-of date enters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.meta import EarlierOffensive
from havenline.draws import key_of_text
from havenline.facts.borders import borders_by_day, most_open
from havenline.facts.compliance import compliance_known, ground_lost
from havenline.facts.counts import displaced_known, increments, returns_known
from havenline.facts.fighting import fighting
from havenline.facts.holders import BY_AGREEMENT, captured_since, changes_known
from havenline.facts.interventions import stands_in_the_way
from havenline.facts.moves import moves_known
from havenline.facts.orders import orders_known
from havenline.facts.relations import Offensive, offensives_known, terms_known
from havenline.facts.sieges import sieges_known
from havenline.facts.sites import changes_of_capacity, days_open, transit_places, unsized_places
from havenline.facts.theatres import TheatreKnown, theatres_known
from havenline.facts.violence import events_known
from havenline.world import roads
from havenline.world.terms import (
    BY_NEUTRAL,
    DEFENDED,
    compile_terms,
    epochs,
    offensive_facts,
)
from havenline.world.world import CAMP, World, check_as_of, in_areas

QUIET_WEIGHT = 0.15
"""Weight of a day without an offensive when a reported increment is spread over its days
(a day with one weighs 1). A convention of this replay, not a parameter of forecasts."""


ORDINARY_BREACHES = 30.0
"""Breaches a month that count as one doubling: one a day; a convention, so that a truce of which
few are counted is an ordinary one."""


DAY = np.dtype(
    [
        ("target", "f8"),
        ("epoch", "i8"),
        ("terms", "i8"),
        ("still", "f8"),
        ("home", "f8"),
        ("due", "i8"),
    ]
)


THEATRE = np.dtype(
    [
        ("key", "u8"),
        ("first", "i8"),
        ("end", "i8"),
        ("days", "f8"),
        ("stands", "?"),
        ("compliance", "?"),
        ("substance", "?"),
        ("excluded", "?"),
    ],
    align=True,
)


THEATRE_AREA = np.dtype(
    [
        ("key", "u8"),
        ("people", "i8"),
        ("away", "i8"),
        ("home", "i8"),
        ("days", "f8"),
        ("front_km", "f8"),
        ("other_side", "?"),
    ],
    align=True,
)


VIOLENCE = np.dtype([("day", "i8"), ("place", "i8"), ("events", "f8")])


ORDER = np.dtype([("day", "i8"), ("place", "i8")])


SITE = np.dtype([("day", "i8"), ("place", "i8"), ("places", "f8")])


MOVE = np.dtype(
    [("key", "u8"), ("first", "i8"), ("last", "i8"), ("persons", "i8"), ("out", "?")], align=True
)


EARLIER = np.dtype([("days", "f8"), ("persons", "f8")])


COMPLIANCE = np.dtype([("doublings", "f8"), ("posts", "f8"), ("missed", "i8")])


PHASE = np.dtype([("key", "u8"), ("due", "i8")])


class Record(NamedTuple):
    """The facts as arrays; day 0 is the first day of the period, the last the as-of date.

    Attributes
    ----------
    holder : (n_day, n_place) int8
        Index of the party that holds each place, the number of parties where nobody does.
    own : (n_place,) int8
        Whose people live at each place: its holder at the start of the period.
    day : (n_day,) records ``DAY``
        ``target`` persons newly displaced on the day by the published counts, -1 where none
        covers it; ``epoch`` index into ``dist`` and ``pred``: the road network of the day;
        ``terms`` index into what holds between parties; ``still`` persons displaced since the
        start who are still so, or ``home`` again, by the next count of it, ``due`` days ahead;
        -1 where none is.
    running : (n_day, n_offensive) int8
        1 while an offensive ran.
    standing : (n_day, n_offensive) int8
        1 while a truce halted it.
    dist : (n_epoch, n_place, n_place) float32
        Road kilometres over roads that are open to the people of the first place; infinite where
        none leads.
    pred : (n_epoch, n_place, n_place) int16
    contact, share, share_range, per_day, pair_key, accept, passage, attacks, defends : arrays
        See `havenline.world.terms.TermArrays`.
    offensive : (n_offensive,) records ``OFFENSIVE_FACTS``
    within : (n_offensive, n_place) bool
        Whether a place lies in the areas of an offensive.
    by_agreement : (n_day, n_place) bool
        Whether a place changed hands by agreement on the day.
    contested : (n_day, n_place) int16
        Index into ``parts``: which parties hold a part of a place, its holder apart; 0 for none.
    parts : (n_set, n_party + 1) bool
        Sets of parties that hold a part of one place.
    shut : (n_day, n_place) bool
        Whether people may not leave a place on the day.
    order : (n_order,) records ``ORDER``
        Days on which people were told to leave a place.
    violence : (n_row,) records ``VIOLENCE``
        Recorded events of a day at a place.
    border : (n_day, n_neighbour) int8
        Regime of each border, as `havenline.facts.borders` codes it.
    permeability : (n_neighbour,) float64
        Chance a day of those who wait that is declared for the regime of the as-of date, or NaN.
    site : (n_change,) records ``SITE``
        Places in sites that are added or, below zero, go on a day: openings, closures and
        changes of capacity known by the as-of date, later ones too.
    open_days : (n_place, 2) int64
        First and last day on which people can go to a place: of camps those of their sites.
    unsized : (n_place,) bool
        Whether a place has a site of which neither capacity nor people in it are known.
    transit : (n_place,) bool
        Whether people are passed on from the sites of a place.
    pull, leave, to_sites : (n_place,) float64
        Factors that the counts of parts of the crisis speak for, on the pull of each place, on the
        hazard of flight from it, on its sites over the hosts there; 1 before they are asked (see
        `havenline.engine.conditioning.factors`).
    enter : (n_neighbour,) float64
        The same on the hazard of getting in.
    move : (n_move,) records ``MOVE``
        Organised moves: key of the id, first and last day (below 0 before the period), persons
        on all days, whether they leave the crisis.
    leaves, reaches : (n_move, n_place) bool
        The places that a move leaves, and those that it brings people to.
    forced : (n_ahead,) int8
        Offensive on (1) or off (0) on the days after the as-of date where it is given as
        known; -1 where it is simulated.
    theatre : (n_theatre,) records ``THEATRE``
        Linked theatres: key of the id, the first of its areas and the one after its last, for how
        many days a truce has stood (``stands``) or an offensive run, terms of the truce.
    theatre_area : (n_theatre_area,) records ``THEATRE_AREA``
        Their areas: key of the ids, people whose home it is, how many of them are away and home
        again, days since those left, road kilometres to the front (-1 where it is not declared),
        whether the other side holds it.
    earlier : (n_earlier,) records ``EARLIER``
        Offensives of before the period whose displacement was known: days and persons.
    compliance : (1,) records ``COMPLIANCE``
        How the agreement was kept: doublings of the breaches (`havenline.engine.erosion`), share of
        the observation posts surrounded or left, phases missed.
    phase : (n_phase,) records ``PHASE``
        Phases of redeployment not known to be met or missed: key of the id, days from the as-of
        date to the day they are due, below zero where that has passed.
    """

    holder: NDArray[np.int8]
    own: NDArray[np.int8]
    day: NDArray[np.void]
    running: NDArray[np.int8]
    standing: NDArray[np.int8]
    dist: NDArray[np.float32]
    pred: NDArray[np.int16]
    contact: NDArray[np.int8]
    share: NDArray[np.float64]
    share_range: NDArray[np.float64]
    per_day: NDArray[np.float64]
    pair_key: NDArray[np.uint64]
    accept: NDArray[np.float64]
    passage: NDArray[np.int8]
    attacks: NDArray[np.bool_]
    defends: NDArray[np.int8]
    offensive: NDArray[np.void]
    within: NDArray[np.bool_]
    by_agreement: NDArray[np.bool_]
    contested: NDArray[np.int16]
    parts: NDArray[np.bool_]
    shut: NDArray[np.bool_]
    order: NDArray[np.void]
    violence: NDArray[np.void]
    border: NDArray[np.int8]
    permeability: NDArray[np.float64]
    site: NDArray[np.void]
    open_days: NDArray[np.int64]
    unsized: NDArray[np.bool_]
    transit: NDArray[np.bool_]
    pull: NDArray[np.float64]
    leave: NDArray[np.float64]
    to_sites: NDArray[np.float64]
    enter: NDArray[np.float64]
    move: NDArray[np.void]
    leaves: NDArray[np.bool_]
    reaches: NDArray[np.bool_]
    forced: NDArray[np.int8]
    theatre: NDArray[np.void]
    theatre_area: NDArray[np.void]
    earlier: NDArray[np.void]
    compliance: NDArray[np.void]
    phase: NDArray[np.void]


@dataclass(frozen=True)
class Facts:
    """What was known by the as-of date.

    Attributes
    ----------
    as_of : datetime.date
    start : datetime.date
        First day of the period.
    record : Record
        Day by day.
    attackers, defenders : (n_party + 1,) bool
        Who attacks and who defends in any offensive that is known.
    border_regime : int
        The most open border on the as-of date: 0 closed, 1 managed, 2 open.
    last_count : datetime.date or None
        Date of the newest count of displaced people published by the as-of date.
    captured_since : mapping of str to datetime.date
        For places that an attacker holds at the as-of date: the recorded day of the change.
    """

    as_of: dt.date
    start: dt.date
    record: Record
    attackers: NDArray[np.bool_]
    defenders: NDArray[np.bool_]
    border_regime: int
    last_count: dt.date | None
    captured_since: Mapping[str, dt.date]

    @property
    def days(self) -> int:
        """Days from the start of the period to the as-of date."""
        return (self.as_of - self.start).days

    def sheltering(self) -> NDArray[np.bool_]:
        """Return which places are held by those who shelter their people, as declared."""
        share = self.record.share[self.record.day[-1]["terms"]]
        of = share[self.record.own, self.record.holder[-1]]
        return np.asarray((of > 0.0) | (of == BY_NEUTRAL), dtype=np.bool_)

    def given(self, offensive: Mapping[dt.date, bool]) -> Facts:
        """Return the same facts with other days on which an offensive is taken to run or not."""
        forced = _forced(self.as_of, len(self.record.forced) - 1, offensive)
        return replace(self, record=self.record._replace(forced=forced))


def known_facts(
    world: World,
    as_of: dt.date,
    ahead: int = 0,
    offensive: Mapping[dt.date, bool] | None = None,
) -> Facts:
    """Collect what was known by a day.

    Parameters
    ----------
    world : World
    as_of : datetime.date
        Within the crisis period.
    ahead : int
        Days that will be simulated after the as-of date.
    offensive : mapping of datetime.date to bool, optional
        Days after the as-of date on which an offensive is taken to run or not (conditional
        runs of a hindcast only).

    Raises
    ------
    RunError
        If the as-of date lies outside the period.
    """
    period = world.crisis.meta.period
    check_as_of(world.crisis, as_of)
    n_day = (as_of - period.start).days + 1
    holder, by_agreement, contested, parts = _holders(world, period.start, as_of, n_day)
    terms = terms_known(world.crisis, period.start, as_of)
    offensives = offensives_known(world.crisis, as_of)
    arrays = compile_terms(world.party_ids, world.abroad, terms, offensives)
    fought = [
        fighting(
            world.crisis.happenings, start=period.start, end=as_of, as_of=as_of, offensive=o.id
        )
        for o in offensives
    ]
    running = _by_day([f.running for f in fought], n_day)
    target, last = _targets(world, period.start, as_of, np.asarray(running.any(axis=1)))
    day = np.zeros(n_day, dtype=DAY)
    day["target"], day["terms"] = target, epochs(terms, period.start, n_day)
    _set_returns(day, world, period.start, as_of)
    epoch, dist, pred = _networks(world, holder, day["terms"], arrays.passage)
    day["epoch"] = epoch
    borders = borders_by_day(world.crisis.crossings, world.neighbour_ids, period.start, as_of)
    attackers = np.asarray(arrays.attacks.any(axis=0))
    move, leaves, reaches = _moves(world, period.start, as_of)
    theatre, theatre_area = _theatres(theatres_known(world.crisis.meta.theatres, as_of))
    compliance, phase = _compliance(world, as_of)
    known = offensive_facts(
        offensives,
        period.start,
        [f.truce_age() for f in fought],
        [any(f.running.values()) for f in fought],
        [stands_in_the_way(world.crisis.happenings, as_of, o.id) for o in offensives],
    )
    known["lost"] = _lost(
        world, as_of, {o.id: f.truce_since for o, f in zip(offensives, fought, strict=True)}
    )
    record = Record(
        holder=holder,
        own=holder[0].copy(),
        day=day,
        running=running,
        standing=_by_day([f.standing for f in fought], n_day),
        dist=dist,
        pred=pred,
        contact=arrays.contact,
        share=arrays.share,
        share_range=arrays.share_range,
        per_day=arrays.per_day,
        pair_key=arrays.pair_key,
        accept=arrays.accept,
        passage=arrays.passage,
        attacks=arrays.attacks,
        defends=arrays.defends,
        offensive=known,
        within=_within(world, offensives),
        by_agreement=by_agreement,
        contested=contested,
        parts=parts,
        shut=_shut(world, period.start, as_of, holder),
        order=_orders(world, period.start, as_of),
        violence=_violence(world, period.start, as_of),
        border=np.array([[b.regime for b in day] for day in borders], dtype=np.int8).reshape(
            n_day, len(world.neighbour_ids)
        ),
        permeability=np.array([b.permeability for b in borders[-1]], dtype=np.float64),
        site=_site_changes(world, period.start, as_of),
        open_days=_open_days(world, period.start, as_of),
        unsized=_placed(world, unsized_places(world.crisis.sites, as_of)),
        transit=_placed(world, transit_places(world.crisis.sites, as_of)),
        pull=np.ones(len(world.place_ids)),
        leave=np.ones(len(world.place_ids)),
        to_sites=np.ones(len(world.place_ids)),
        enter=np.ones(len(world.neighbour_ids)),
        move=move,
        leaves=leaves,
        reaches=reaches,
        forced=_forced(as_of, ahead, offensive or {}),
        theatre=theatre,
        theatre_area=theatre_area,
        earlier=_earlier(world.crisis.meta.earlier_offensives, as_of),
        compliance=compliance,
        phase=phase,
    )
    for array in record:
        array.flags.writeable = False
    holding = [p for p, attacks in zip(world.party_ids, attackers, strict=False) if attacks]
    return Facts(
        as_of=as_of,
        start=period.start,
        record=record,
        attackers=attackers,
        defenders=np.asarray((arrays.defends == DEFENDED).any(axis=(0, 1))),
        border_regime=most_open(borders[-1]),
        last_count=last,
        captured_since=captured_since(world.crisis.control, as_of, holding),
    )


def _by_day(days: Sequence[Mapping[dt.date, bool]], n_day: int) -> NDArray[np.int8]:
    """Return whether something held on each day, by day and offensive."""
    held = np.array([list(by_day.values()) for by_day in days], dtype=np.int8)
    return np.ascontiguousarray(held.reshape(len(days), n_day).T)


def _forced(as_of: dt.date, ahead: int, offensive: Mapping[dt.date, bool]) -> NDArray[np.int8]:
    forced = np.full(ahead + 1, -1, dtype=np.int8)
    for date, running in offensive.items():
        k = (date - as_of).days
        if 0 < k <= ahead:
            forced[k] = int(running)
    forced.flags.writeable = False
    return forced


def _theatres(known: Sequence[TheatreKnown]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the linked theatres and their areas, those of one theatre together."""
    theatre = np.zeros(len(known), dtype=THEATRE)
    area = np.zeros(sum(len(t.areas) for t in known), dtype=THEATRE_AREA)
    at = 0
    for row, t in zip(theatre, known, strict=True):
        row["key"] = key_of_text(f"theatre:{t.declared.id}")
        row["first"], row["end"] = at, at + len(t.areas)
        row["days"], row["stands"] = t.days, t.truce
        row["compliance"] = t.declared.compliance_mechanism
        row["substance"] = t.declared.substance
        row["excluded"] = t.declared.excludes_listed_groups
        for place, a in zip(area[at:], t.areas, strict=False):
            place["key"] = key_of_text(f"theatre:{t.declared.id}:{a.id}")
            place["people"], place["away"] = a.people, a.displaced
            place["home"], place["days"] = a.returned, t.days
            place["front_km"] = -1.0 if a.front_km is None else a.front_km
            place["other_side"] = a.other_side
        at += len(t.areas)
    return theatre, area


def _earlier(declared: Sequence[EarlierOffensive], as_of: dt.date) -> NDArray[np.void]:
    """Return the earlier offensives whose displacement was known by the as-of date, in order."""
    known = sorted(
        ((o.end - o.start).days + 1, o.displaced) for o in declared if o.known_from <= as_of
    )
    return np.array(known, dtype=EARLIER)


def _compliance(world: World, as_of: dt.date) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return how the agreement was kept, and the phases of which that is not known."""
    known = compliance_known(world.crisis, as_of)
    compliance = np.zeros(1, dtype=COMPLIANCE)
    compliance["doublings"] = np.log2(1.0 + (known.breaches or 0.0) / ORDINARY_BREACHES)
    compliance["posts"], compliance["missed"] = known.lost_posts, known.missed
    open_ones = [phase for phase in known.phases if not phase.outcome]
    phases = [(key_of_text(f"phase:{p.id}"), (p.due - as_of).days) for p in open_ones]
    return compliance, np.array(phases, dtype=PHASE)


def _lost(world: World, as_of: dt.date, since: Mapping[str, dt.date | None]) -> list[float]:
    """Return, by offensive, the people who lived in ground lost under the truce that stands."""
    people = dict(zip(world.place_ids, world.network.start.sum(axis=(1, 2)), strict=True))
    lost = ground_lost(world.crisis, as_of)
    return [
        float(sum(people[p.place] for p in lost if p.offensive == o and day and p.day > day))
        for o, day in since.items()
    ]


def _holders(
    world: World, start: dt.date, as_of: dt.date, n_day: int
) -> tuple[NDArray[np.int8], NDArray[np.bool_], NDArray[np.int16], NDArray[np.bool_]]:
    number = {party: i for i, party in enumerate(world.party_ids)}
    holder = np.full((n_day, len(world.place_ids)), len(number), dtype=np.int8)
    index = {p: i for i, p in enumerate(world.place_ids)}
    agreed = np.zeros(holder.shape, dtype=np.bool_)
    contested = np.zeros(holder.shape, dtype=np.int16)
    sets: dict[tuple[str, ...], int] = {(): 0}
    for change in changes_known(world.crisis.control, as_of):
        day = max(0, (change.day - start).days)
        holder[day:, index[change.place]] = number[change.party]
        agreed[day, index[change.place]] = change.how in BY_AGREEMENT
        others = tuple(sorted(change.contested))
        contested[day:, index[change.place]] = sets.setdefault(others, len(sets))
    parts = np.array([[p in s for p in (*world.party_ids, None)] for s in sets], dtype=np.bool_)
    return holder, agreed, contested, parts


def _orders(world: World, start: dt.date, as_of: dt.date) -> NDArray[np.void]:
    index = {p: i for i, p in enumerate(world.place_ids)}
    known = [
        ((order.day - start).days, index[order.place])
        for order in orders_known(world.crisis, as_of)
        if order.day >= start
    ]
    return np.array(known, dtype=ORDER)


def _shut(
    world: World, start: dt.date, as_of: dt.date, holder: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Return which places may not be left by day; a siege ends where the place changes hands."""
    shut = np.zeros(holder.shape, dtype=np.bool_)
    index = {p: i for i, p in enumerate(world.place_ids)}
    for change in sieges_known(world.crisis, as_of):
        first, i = max(0, (change.day - start).days), index[change.place]
        held = holder[first:, i] == holder[first, i]
        shut[first:, i] = change.shut & np.logical_and.accumulate(held)
    return shut


def _site_changes(world: World, start: dt.date, as_of: dt.date) -> NDArray[np.void]:
    index = {p: i for i, p in enumerate(world.place_ids)}
    changes = [
        (max(0, (day - start).days), index[place], places)
        for day, place, places in changes_of_capacity(world.crisis.sites, as_of)
    ]
    return np.array(sorted(changes), dtype=SITE)


def _open_days(world: World, start: dt.date, as_of: dt.date) -> NDArray[np.int64]:
    kinds = dict(zip(world.crisis.places["place_id"], world.crisis.places["kind"], strict=True))
    known = days_open(world.crisis.sites, as_of)
    always = (dt.date.min, dt.date.max)
    days = [known.get(p, always) if kinds[p] == CAMP else always for p in world.place_ids]
    return np.array([[(day - start).days for day in ends] for ends in days], dtype=np.int64)


def _placed(world: World, places: Set[str]) -> NDArray[np.bool_]:
    return np.array([place in places for place in world.place_ids], dtype=np.bool_)


def _moves(
    world: World, start: dt.date, as_of: dt.date
) -> tuple[NDArray[np.void], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the organised moves known by the as-of date, and which places they leave and reach."""
    known = moves_known(world.crisis, as_of)
    move = np.zeros(len(known), dtype=MOVE)
    for row, of in zip(move, known, strict=True):
        row["key"] = key_of_text(f"move:{of.id}")
        row["first"], row["last"] = (of.start - start).days, (of.end - start).days
        row["persons"] = of.persons
        row["out"] = not of.reaches
    ends = np.array(
        [[(p in of.leaves, p in of.reaches) for p in world.place_ids] for of in known],
        dtype=np.bool_,
    ).reshape(len(known), len(world.place_ids), 2)
    return move, ends[:, :, 0].copy(), ends[:, :, 1].copy()


def _areas_of_places(world: World) -> list[str]:
    places = world.crisis.places
    area_of = dict(zip(places["place_id"], places["area_id"], strict=True))
    return [area_of[p] for p in world.place_ids]


def _within(world: World, offensives: Sequence[Offensive]) -> NDArray[np.bool_]:
    """Return which places lie in the areas of each offensive, with the areas below them."""
    areas = _areas_of_places(world)
    within = np.ones((len(offensives), len(areas)), dtype=np.bool_)
    for row, offensive in zip(within, offensives, strict=True):
        if offensive.areas:
            row[:] = in_areas(world.crisis, areas, offensive.areas)
    return within


def _set_returns(day: NDArray[np.void], world: World, start: dt.date, as_of: dt.date) -> None:
    """Set the next count of those who are still displaced, or home again, on every day."""
    for name in ("still", "home", "due"):
        day[name] = -1
    measure, counts = returns_known(world.crisis, as_of)
    name = "home" if measure == "returned_cumulative" else "still"
    before = 0
    for count in counts:
        at = (count.day - start).days
        day[name][before + 1 : at + 1] = count.persons
        day["due"][before + 1 : at + 1] = at - np.arange(before + 1, at + 1)
        before = at


def _targets(
    world: World, start: dt.date, as_of: dt.date, on: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], dt.date | None]:
    """Spread the published cumulative counts over days, more on days of an offensive."""
    totals = displaced_known(world.crisis, as_of)
    target = np.full(len(on), -1.0)
    if not len(totals):
        return target, None
    if totals.dates[0] > start:
        totals = totals.from_zero(start)
    target[0] = totals.persons[0]
    for step in increments(totals):
        days = slice((step.start - start).days + 1, (step.end - start).days + 1)
        weight = np.where(on[days], 1.0, QUIET_WEIGHT)
        target[days] = step.persons * weight / weight.sum()
    return target, totals.dates[-1]


def _violence(world: World, start: dt.date, as_of: dt.date) -> NDArray[np.void]:
    """Return the recorded events by day and place; those of an area are spread by people."""
    index = {p: i for i, p in enumerate(world.place_ids)}
    areas = _areas_of_places(world)
    people = world.network.start.sum(axis=(1, 2)).astype(np.float64)
    found: dict[tuple[int, int], float] = {}
    for row in events_known(world.crisis.violence, start, as_of):
        day = (row.day - start).days
        if row.place:
            shares = {index[row.place]: 1.0}
        else:
            here = in_areas(world.crisis, areas, {row.area}) * people
            total = float(here.sum())
            shares = {int(i): float(here[i]) / total for i in np.flatnonzero(here)}
        for place, share in shares.items():
            found[day, place] = found.get((day, place), 0.0) + share * row.events
    return np.array([(d, p, e) for (d, p), e in sorted(found.items())], dtype=VIOLENCE)


def _networks(
    world: World,
    holder: NDArray[np.int8],
    terms: NDArray[np.int64],
    passage: NDArray[np.int8],
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int16]]:
    net = world.network
    n = len(world.place_ids)
    queue, queued = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    epoch = np.zeros(len(holder), dtype=np.int64)
    dists: list[NDArray[np.float32]] = []
    preds: list[NDArray[np.int16]] = []
    for day, (held, at) in enumerate(zip(holder, terms, strict=True)):
        if day == 0 or at != terms[day - 1] or not np.array_equal(held, holder[day - 1]):
            dist = np.empty((n, n), dtype=np.float32)
            pred = np.empty((n, n), dtype=np.int16)
            roads.all_shortest(
                net.ptr, net.link, net.road, held, holder[0], passage[at], dist, pred, queue, queued
            )  # fmt: skip
            dists.append(dist)
            preds.append(pred)
        epoch[day] = len(dists) - 1
    return epoch, np.stack(dists), np.stack(preds)
