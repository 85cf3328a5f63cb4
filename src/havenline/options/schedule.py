"""Turn an option into arrays that the drivers read, or refuse it with the reason."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.levers import (
    REGIMES,
    AidLever,
    BorderLever,
    ContainmentLever,
    CorridorLever,
    ExemptionLever,
    HavenLever,
    InterventionLever,
    Lever,
    LineLever,
    MonitorsLever,
    OnwardLever,
    OptionSpec,
    ReturnLever,
    TruceLever,
    day_of,
)
from havenline.crisis.registry import suggest
from havenline.crisis.sites import site_places
from havenline.draws import key_of_text
from havenline.errors import OptionRefused, RunError
from havenline.facts.areas import places_named
from havenline.facts.borders import UNKNOWN
from havenline.facts.onward import open_since
from havenline.facts.relations import offensives_known
from havenline.world.geometry import protected_side
from havenline.world.record import Facts
from havenline.world.world import World

GUARANTEES = ("", "credible_force", "consent", "declared")
NEVER = 1 << 30


PLAN_PLACE = np.dtype(
    [("handed", "?"), ("restored", "?"), ("haven", "?"), ("corridor", "?"), ("to", "i8")]
)
PLAN_NEIGHBOUR = np.dtype(
    [("key", "u8"), ("hosted", "f8"), ("onward_open", "i8")],
    align=True,
)
PLAN_DAY = np.dtype(
    [
        ("aid", "f8"),
        ("tents", "f8"),
        ("homes", "f8"),
        ("winter", "?"),
        ("year", "f8"),
    ]
)


class Schedule(NamedTuple):
    """What an option changes, day by day after the as-of date (day 0).

    Attributes
    ----------
    truce_start : int
        Day on which the option's truce starts; ``NEVER`` without one.
    compliance, substance, excluded, buffer : int
        1 where the truce has a compliance mechanism, settles substance, leaves out listed
        groups, declares a buffer zone.
    halted : (n_offensive,) bool
        Offensives that the truce halts.
    observers : int
        Day from which unarmed observers are there.
    interposed : float
        Thousands of soldiers between the sides.
    interposed_start : int
        Day from which they are there.
    announce, handover : int
        Days on which a line is announced and places change hands.
    return_watched : int
        1 where return beyond the line is watched by a body that both sides accept.
    place : (n_place,) records ``PLAN_PLACE``
        Whether a place is handed over by the line, given back by those who took it, in the
        haven, opened by the corridor; ``to`` which party it passes to, -1 for none.
    line_from, line_to : int
        Index of the party that hands places over along the line, and of the one that gets them.
    haven_start, haven_kind : int
        First day of the haven; index into ``GUARANTEES``.
    haven_capacity : float
        Persons whom the haven can shelter by its area, water and latrines; infinite where none
        of them is declared.
    neighbour : (n_neighbour,) records ``PLAN_NEIGHBOUR``
        Key of the id, refugees who are there, day from which it lets people go on freely.
    containment_start, exemption_start : int
        Day from which listed groups are contained; from which aid is exempt despite listing.
    intervention_start, intervention_until : int
        Days on which an army puts itself in the way of offensives, and withdraws.
    intervened : (n_offensive,) bool
        Those that it stands against.
    corridor_start, corridor_agreed : int
        Day on which a corridor out of places under siege opens; 1 where both sides agreed to it.
    border : (n_day, n_neighbour) int8
        Regime of each border.
    day : (n_day,) records ``PLAN_DAY``
        Multiple of the delivery of today; family tents and homes
        built a month; whether it is winter; how far the year has turned, radians.
    """

    truce_start: int
    compliance: int
    substance: int
    excluded: int
    buffer: int
    halted: NDArray[np.bool_]
    observers: int
    interposed: float
    interposed_start: int
    announce: int
    handover: int
    return_watched: int
    line_from: int
    line_to: int
    place: NDArray[np.void]
    haven_start: int
    haven_kind: int
    haven_capacity: float
    neighbour: NDArray[np.void]
    containment_start: int
    exemption_start: int
    intervention_start: int
    intervention_until: int
    intervened: NDArray[np.bool_]
    corridor_start: int
    corridor_agreed: int
    border: NDArray[np.int8]
    day: NDArray[np.void]


def plan_arrays(plan: Schedule) -> tuple[NDArray[Any], ...]:
    """Return the arrays of a schedule."""
    return tuple(value for value in plan if isinstance(value, np.ndarray))


def chosen_options(world: World, names: Sequence[str | OptionSpec] | None) -> list[OptionSpec]:
    """Return the options to run, the baseline first.

    Parameters
    ----------
    world : World
    names : sequence of str or OptionSpec, or None
        Ids of declared options, or options of one's own; None for all. The baseline is added
        when it is not named.

    Raises
    ------
    RunError
        If an id is unknown.
    """
    declared = {o.id: o for o in world.crisis.options}
    wanted: dict[str, OptionSpec] = {}
    for name in declared if names is None else names:
        if isinstance(name, OptionSpec):
            wanted[name.id] = name
        elif name in declared:
            wanted[name] = declared[name]
        else:
            hint = suggest(name, declared)
            raise RunError(
                f"unknown option {name!r}; the crisis declares: {', '.join(declared)}"
                + (f"; {hint}" if hint else "")
            )
    baseline = next(o for o in declared.values() if o.baseline)
    return [baseline, *(o for o in wanted.values() if o.id != baseline.id)]


def build_schedule(world: World, facts: Facts, option: OptionSpec, days: int) -> Schedule:
    """Compile an option for a run.

    Parameters
    ----------
    world : World
    facts : Facts
        What was known by the as-of date.
    option : OptionSpec
    days : int
        Days that are simulated after the as-of date.

    Returns
    -------
    Schedule

    Raises
    ------
    OptionRefused
        If the option makes a border less open than the facts, or a haven conditions the right
        to leave or to seek asylum.
    RunError
        If a lever has a date before the as-of date or names an unknown line.
    """
    place = np.zeros(len(world.place_ids), dtype=PLAN_PLACE)
    place["to"] = -1
    day = np.zeros(days + 1, dtype=PLAN_DAY)
    border = np.repeat(facts.record.border[-1:], days + 1, axis=0)
    neighbour = _neighbours(world, facts)
    halted = np.ones(len(facts.record.offensive), dtype=np.bool_)
    intervened = np.zeros(len(facts.record.offensive), dtype=np.bool_)
    day["aid"] = 1.0
    north = float(np.mean(world.lat)) >= 0.0
    for i in range(days + 1):
        date = facts.as_of + dt.timedelta(days=i)
        day[i]["winter"] = is_winter(date, north)
        day[i]["year"] = turn_of_year(date, north)
    terms: dict[str, int | float] = {
        "truce_start": NEVER,
        "compliance": 0,
        "substance": 0,
        "excluded": 0,
        "buffer": 0,
        "observers": NEVER,
        "interposed": 0.0,
        "interposed_start": NEVER,
        "announce": NEVER,
        "handover": NEVER,
        "return_watched": 0,
        "line_from": -1,
        "line_to": -1,
        "haven_start": NEVER,
        "haven_kind": 0,
        "haven_capacity": math.inf,
        "containment_start": NEVER,
        "exemption_start": NEVER,
        "intervention_start": NEVER,
        "intervention_until": NEVER,
        "corridor_start": NEVER,
        "corridor_agreed": 0,
    }
    # What a line gives back belongs to a haven behind it, so lines come first.
    for lever in _in_order(option, facts.as_of):
        if isinstance(lever, TruceLever):
            terms["truce_start"] = _day(option, lever.start, facts)
            terms["compliance"] = int(lever.compliance_mechanism)
            terms["substance"] = int(lever.substance)
            terms["excluded"] = int(lever.excludes_listed_groups)
            terms["buffer"] = int(lever.buffer_zone)
            halted[:] = _named(world, facts, option, lever.offensives, "the truce halts")
        elif isinstance(lever, MonitorsLever):
            start = _day(option, lever.start, facts)
            if lever.kind == "unarmed":
                terms["observers"] = start
            else:
                terms["interposed"] = lever.persons / 1000.0
                terms["interposed_start"] = start
        elif isinstance(lever, LineLever):
            _line(world, facts, option, lever, terms, place)
        elif isinstance(lever, HavenLever):
            terms["haven_start"] = _day(option, lever.start, facts)
            terms["haven_kind"] = GUARANTEES.index(lever.guarantee)
            terms["haven_capacity"] = haven_capacity(lever)
            _haven(world, facts, option, lever, place, day)
        elif isinstance(lever, OnwardLever):
            opens = neighbour[_neighbour(world, option, lever.neighbour)]
            opens["onward_open"] = min(opens["onward_open"], _day(option, lever.start, facts))
        elif isinstance(lever, ContainmentLever):
            terms["containment_start"] = _day(option, lever.start, facts)
        elif isinstance(lever, ExemptionLever):
            terms["exemption_start"] = _day(option, lever.start, facts)
        elif isinstance(lever, InterventionLever):
            if lever.party not in world.party_ids:
                hint = suggest(lever.party, world.party_ids)
                raise RunError(
                    f"option {option.id!r}: the army of {lever.party!r}, no party of the crisis"
                    + (f"; {hint}" if hint else "")
                )
            terms["intervention_start"] = _day(option, lever.start, facts)
            if lever.until is not None:
                terms["intervention_until"] = _day(option, lever.until, facts)
            intervened[:] = _named(world, facts, option, lever.offensives, "an army fights")
        elif isinstance(lever, CorridorLever):
            terms["corridor_start"] = _day(option, lever.start, facts)
            terms["corridor_agreed"] = int(lever.agreed)
            _corridor(world, option, lever, place)
        elif isinstance(lever, BorderLever):
            _border(world, facts, option, lever, border)
        elif isinstance(lever, ReturnLever):
            if not lever.voluntary:
                raise OptionRefused(
                    f"option {option.id!r}: return that is not voluntary is refused, not weighed"
                )
        elif isinstance(lever, AidLever):
            first = _day(option, lever.start, facts)
            last = days if lever.until is None else _day(option, lever.until, facts)
            day["aid"][first : last + 1] *= lever.level
    for array in (place, day, neighbour, border, halted, intervened):
        array.flags.writeable = False
    return Schedule(
        place=place, day=day, neighbour=neighbour, border=border, halted=halted,
        intervened=intervened,
        **terms,  # type: ignore[arg-type]
    )  # fmt: skip


def _named(
    world: World, facts: Facts, option: OptionSpec, offensives: Sequence[str], what: str
) -> NDArray[np.bool_]:
    known = [o.id for o in offensives_known(world.crisis, facts.as_of)]
    for name in offensives:
        if name not in known:
            hint = suggest(name, known)
            raise RunError(
                f"option {option.id!r}: {what} {name!r}, no offensive known by "
                f"{facts.as_of}; known are {', '.join(known) or 'none'}"
                + (f"; {hint}" if hint else "")
            )
    return np.array([not offensives or name in offensives for name in known], dtype=np.bool_)


def _in_order(option: OptionSpec, as_of: dt.date) -> list[Lever]:
    """Return the levers, lines first, and those of the border by their day, not by the file.

    Of two regimes from the same day the more open one holds.
    """

    def rank(lever: Lever) -> tuple[bool, dt.date, int]:
        if isinstance(lever, BorderLever):
            return True, day_of(lever.start, as_of), REGIMES.index(lever.regime)
        return not isinstance(lever, LineLever), dt.date.min, 0

    return sorted(option.levers, key=rank)


def _neighbours(world: World, facts: Facts) -> NDArray[np.void]:
    """Return who is in each neighbour, and since when its far border was open by the as-of date."""
    hosts = {n.id: sum(h.refugees for h in n.hosts) for n in world.crisis.meta.neighbours}
    found = np.zeros(len(world.neighbour_ids), dtype=PLAN_NEIGHBOUR)
    for row, name in zip(found, world.neighbour_ids, strict=True):
        since = open_since(world.crisis.happenings, name, facts.as_of)
        opened = NEVER if since is None else (since - facts.as_of).days
        row["key"], row["hosted"] = key_of_text(f"neighbour:{name}"), hosts[name]
        row["onward_open"] = opened
    return found


def _neighbour(world: World, option: OptionSpec, name: str) -> int:
    """Return the index of a neighbour that a lever names."""
    if name not in world.neighbour_ids:
        hint = suggest(name, world.neighbour_ids)
        raise RunError(
            f"option {option.id!r}: {name!r} is no neighbour of the crisis"
            + (f"; {hint}" if hint else "")
        )
    return world.neighbour_ids.index(name)


def _day(option: OptionSpec, value: dt.date | int, facts: Facts) -> int:
    day = (day_of(value, facts.as_of) - facts.as_of).days
    if day < 1:
        raise RunError(
            f"option {option.id!r}: a lever starts on {day_of(value, facts.as_of)}, not after the "
            f"as-of date {facts.as_of}; give a later date or days after the as-of date"
        )
    return day


def line_side(world: World, line_id: str) -> NDArray[np.bool_]:
    """Return which places lie on the protected side of a line of the crisis.

    Parameters
    ----------
    world : World
    line_id : str

    Returns
    -------
    (n_place,) bool

    Raises
    ------
    RunError
        If the crisis has no such line.
    """
    features = world.crisis.geography.get("lines", {"features": []})["features"]
    for feature in features:
        properties = feature["properties"]
        if properties["line_id"] == line_id:
            return protected_side(
                feature["geometry"]["coordinates"],
                properties["protected_point"],
                world.lon,
                world.lat,
            )
    known = ", ".join(f["properties"]["line_id"] for f in features) or "none"
    raise RunError(f"unknown line {line_id!r}; the crisis draws: {known}")


WINTER = (11, 12, 1, 2, 3)
"""Months of the cold season north of the equator; half a year later south of it."""


def turn_of_year(date: dt.date, north: bool) -> float:
    """Return how far the year has turned, 0 to 2 pi; half a year later south of the equator."""
    turned = (date.timetuple().tm_yday - 0.5) / 365.25
    return 2.0 * math.pi * (turned if north else (turned + 0.5) % 1.0)


def is_winter(date: dt.date, north: bool) -> bool:
    """Tell whether a day lies in the cold season."""
    return (date.month if north else (date.month + 5) % 12 + 1) in WINTER


def haven_capacity(lever: HavenLever) -> float:
    """Return how many persons a haven can shelter by what is declared of it.

    The least of area, water and latrines; a component that is not declared drops out.

    Parameters
    ----------
    lever : HavenLever

    Returns
    -------
    float
        Persons; infinite where nothing is declared.
    """
    return site_places(
        area_m2=lever.area_m2, water_l_day=lever.water_l_day, latrines=lever.latrines
    )


def _line(
    world: World,
    facts: Facts,
    option: OptionSpec,
    lever: LineLever,
    terms: dict[str, int | float],
    place: NDArray[np.void],
) -> None:
    protected = line_side(world, lever.line_id)
    holder = facts.record.holder[-1]
    capturable = world.network.place["capturable"]
    giving, taking = most_places(holder, facts.defenders), most_places(holder, facts.attackers)
    terms["line_from"], terms["line_to"] = giving, taking
    if lever.hands_over:
        place["handed"] = ~protected & (holder == giving) & capturable
        place["to"][place["handed"]] = taking
    if lever.restores_since is not None:
        since = [facts.captured_since.get(p, dt.date.min) for p in world.place_ids]
        recent = np.array([day >= lever.restores_since for day in since])
        place["restored"] = protected & (holder == taking) & capturable & recent
        place["to"][place["restored"]] = giving
    announce = _day(option, lever.announced, facts)
    handover = _day(option, lever.handover, facts)
    if handover <= announce:
        raise RunError(f"option {option.id!r}: the handover must come after the announcement")
    terms["announce"], terms["handover"] = announce, handover
    terms["return_watched"] = int(lever.return_watched)


def _corridor(
    world: World, option: OptionSpec, lever: CorridorLever, place: NDArray[np.void]
) -> None:
    if not (lever.both_directions and lever.own_choice and lever.right_to_asylum):
        raise OptionRefused(
            f"option {option.id!r}: a corridor may not keep people from coming back, send them "
            "where they do not choose to go or condition asylum (both_directions, own_choice and "
            "right_to_asylum must be true)"
        )
    named, opened = places_named(world.crisis), set[str]()
    for name in lever.where:
        if not named(name):
            hint = suggest(name, [*world.place_ids, *world.crisis.areas["area_id"]])
            raise RunError(
                f"option {option.id!r}: the corridor opens {name!r}, which is no place nor an area "
                "with one" + (f"; {hint}" if hint else "")
            )
        opened |= named(name)
    place["corridor"] = [not lever.where or place_id in opened for place_id in world.place_ids]


def most_places(holder: NDArray[np.int8], parties: NDArray[np.bool_]) -> int:
    """Return the index of the party that holds most places, of some parties; -1 without any.

    Parameters
    ----------
    holder : (n_place,) int8
    parties : (n_party + 1,) bool
    """
    held = np.bincount(holder, minlength=len(parties)) * parties
    return int(held.argmax()) if parties.any() else -1


def _haven(
    world: World,
    facts: Facts,
    option: OptionSpec,
    lever: HavenLever,
    place: NDArray[np.void],
    day: NDArray[np.void],
) -> None:
    if not (lever.freedom_to_leave and lever.right_to_asylum):
        raise OptionRefused(
            f"option {option.id!r}: a haven may not condition the right to leave it or to seek "
            "asylum (freedom_to_leave and right_to_asylum must be true)"
        )
    only_attack = facts.attackers & ~facts.defenders
    inside = facts.sheltering() & ~only_attack[facts.record.holder[-1]] | place["restored"]
    if lever.line_id is not None:
        inside &= line_side(world, lever.line_id)
    place["haven"] = inside & (world.network.place["area"] >= 0)
    start = _day(option, lever.start, facts)
    day["tents"][start:] = lever.shelter_units_per_month
    day["homes"][start:] = lever.homes_per_month
    steps = sorted((_day(option, s.from_, facts), s.level) for s in lever.aid)
    for i, (first, level) in enumerate(steps):
        last = steps[i + 1][0] if i + 1 < len(steps) else len(day)
        day["aid"][first:last] *= level


def _border(
    world: World, facts: Facts, option: OptionSpec, lever: BorderLever, border: NDArray[np.int8]
) -> None:
    regime, at = REGIMES.index(lever.regime), _neighbour(world, option, lever.neighbour)
    known = int(facts.record.border[-1, at])
    now = "unknown" if known == UNKNOWN else REGIMES[known]
    if regime < known and (known != UNKNOWN or lever.regime == "closed"):
        raise OptionRefused(
            f"option {option.id!r}: it would make the border less open ({lever.regime}) than it is "
            f"at the as-of date ({now}); Havenline does not weigh that"
        )
    border[_day(option, lever.start, facts) :, at] = regime
