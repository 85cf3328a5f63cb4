"""What a displacement case says that is probably not meant, or that leaves nothing to score.

Each doubt is a warning about the case as it was read, so the same ones are raised for a folder of
our own and for one in Flee's format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from havenline.crisis.case import Case, Counts
from havenline.crisis.case_roads import holds, kilometres, takes_in, turning_days
from havenline.crisis.checks_geometry import straight_line_km

DOUBTS: dict[str, str] = {
    "days_without_counts": "every day of the period lies between two counts",
    "one_counted_camp": "several camps have counts, so that a score says something",
    "total_differs": "the published total is that of the camps, within a tenth",
    "same_counts": "no two camps have the same counts",
    "count_out_of_line": "no count is many times those before and after it",
    "counted_while_closed": "nobody is counted anew in a camp while it is closed",
    "unreachable_camp": "an open road leads to every camp on some day",
    "no_way_out": "an open road leads from every conflict zone to a camp on some day",
    "closure_without_effect": "every closure holds on some day",
    "closed_throughout": "nothing is closed on every day",
    "road_below_straight_line": "no road is shorter than the straight line",
    "zero_coordinates": "no place lies at 0, 0",
    "nobody_leaves": "people live in every conflict zone",
}
"""Every doubt by name, with what the check looks for; all are warnings."""

MOST_DIFFERENCE = 0.1
"""Share by which a published total may differ from the sum of the camps."""
OUT_OF_LINE = 5.0
"""A count this many times larger, or smaller, than both its neighbours is doubted."""
LEAST_PERSONS = 100
"""Persons below which a count or a difference is too small to be doubted."""
STRAIGHT_TOLERANCE = 0.1
"""Coordinates of places are those of some point in them, so roads may seem this much short."""
STRAIGHT_FREE_KM = 10.0
"""Nor is a road doubted that is only this much shorter: towns are that wide."""
Doubt = tuple[str, str, str, str, str]
"""Name, table, value, message, hint."""


def doubts(case: Case) -> list[Doubt]:
    """Return everything about a case that is probably not meant.

    Parameters
    ----------
    case : Case

    Returns
    -------
    list of tuple of str
        Name in `DOUBTS`, table (``counts``, ``closures``, ``routes`` or ``places``), the value
        that is doubted, what to say of it, and a hint.
    """
    parts = (_counts, _totals, _camps, _closures, _reach, _roads, _zones)
    return [doubt for part in parts for doubt in part(case)]


def _on(case: Case, day: int) -> str:
    return str(np.datetime64(case.start, "D") + int(day))


def _counts(case: Case) -> Iterator[Doubt]:
    """Doubt days that no count tells of, and counts far from their neighbours."""
    days = np.arange(case.days, dtype=np.int64)
    unknown = {at: int((~c.known(days)).sum()) for at, c in case.counts.items()}
    partly = {at: n for at, n in unknown.items() if n}
    if partly:
        most = sorted(partly, key=lambda at: -partly[at])[:3]
        told = ", ".join(f"{case.locations[at].name} {partly[at]}" for at in most)
        more = f" and {len(partly) - 3} more" if len(partly) > 3 else ""
        yield ("days_without_counts", "counts", "", f"days of {case.days} that lie between no two "
               f"counts are not scored, by camp: {told}{more}", "")  # fmt: skip
    named = {case.locations[at].name: counts for at, counts in case.counts.items()}
    for name, counts in {**named, "total": case.total}.items():
        for i in range(1, len(counts.days) - 1):
            a, b, c = (float(x) for x in counts.persons[i - 1 : i + 2])
            high = b > OUT_OF_LINE * max(a, c) and b > LEAST_PERSONS and max(a, c) > 0
            low = OUT_OF_LINE * b < min(a, c) and min(a, c) > LEAST_PERSONS
            if high or low:
                yield ("count_out_of_line", "counts", f"{b:.0f}", f"{name} has {b:.0f} on "
                       f"{_on(case, counts.days[i])}, between {a:.0f} and {c:.0f}",
                       "a digit too many?" if high else "a digit lost?")  # fmt: skip
        for first, last in pairwise(counts.days):
            if last - first > Counts.LONGEST_GAP and last >= case.days:
                yield ("count_out_of_line", "counts", _on(case, last), f"{name}: the date lies "
                       f"{last - first} days after the one before", "a mistyped year?")  # fmt: skip
                break


def _totals(case: Case) -> Iterator[Doubt]:
    """Doubt a total that is not that of the camps, and scores of a single camp."""
    known = case.known()
    observed = np.where(known, case.observed(), 0.0)
    peopled = [at for at, part in zip(case.counts, observed.T, strict=True) if part.any()]
    if len(peopled) < 2:
        name = case.locations[(peopled or list(case.counts))[0]].name
        yield ("one_counted_camp", "counts", name, "people are counted in this camp only, so a "
               "score says nothing of where they go", "")  # fmt: skip
    days = np.flatnonzero(known.all(axis=1) & case.total.known(np.arange(case.days)))
    if len(days):
        total = case.total.on(days)
        before = case.as_registered().observed()[days].sum(axis=1)
        after = observed[days].sum(axis=1)
        camps = np.where(np.abs(total - before) < np.abs(total - after), before, after)
        off = np.abs(total - camps)
        day = int(off.argmax())
        if off[day] > max(MOST_DIFFERENCE * camps[day], MOST_DIFFERENCE * total[day]) and (
            off[day] > LEAST_PERSONS
        ):
            yield ("total_differs", "counts", f"{total[day]:.0f}", f"the published total is "
                   f"{total[day]:.0f} on {_on(case, days[day])}, the camps have {camps[day]:.0f} "
                   "together", "")  # fmt: skip


def _camps(case: Case) -> Iterator[Doubt]:
    """Doubt camps with the same counts, and counts that rise while a camp is closed."""
    published = case.as_registered().counts
    for a, b in combinations(published, 2):
        one, other = published[a], published[b]
        same = np.array_equal(one.days, other.days) and np.array_equal(one.persons, other.persons)
        if same and one.persons.any() and len(one.days) > 1:
            yield ("same_counts", "counts", case.locations[b].name,
                   f"these are the counts of {case.locations[a].name} as well", "")  # fmt: skip
    for at, counts in published.items():
        for first, end in _closed_spans(case, at):
            there = (counts.days >= first) & (counts.days < end)
            if there.any():
                rose = counts.persons[there].max() - counts.on(np.array([first]))[0]
                if rose > LEAST_PERSONS:
                    day = counts.days[there][counts.persons[there].argmax()]
                    yield ("counted_while_closed", "counts", case.locations[at].name,
                           f"{counts.persons[there].max():.0f} counted on {_on(case, day)}, "
                           "while this camp takes nobody in", "")  # fmt: skip
                    break


def _closed_spans(case: Case, camp: int) -> Iterator[tuple[int, int]]:
    """Walk the spans of days, without the last, in which a camp takes nobody in."""
    since = None
    for day in turning_days(case):
        if not takes_in(case, camp, day):
            since = day if since is None else since
        elif since is not None:
            yield since, day
            since = None
    if since is not None:
        yield since, case.days


def _closures(case: Case) -> Iterator[Doubt]:
    """Doubt closures that never hold, and those that hold on every day."""
    for closure in case.closures:
        name = f"{closure.kind} {closure.first}" + (
            f" - {closure.second}" if closure.second else ""
        )
        span = f"{name}, {closure.start} to {closure.end}"
        held = [day for day in (0, *turning_days(case)) if holds(closure, day)]
        if not held:
            why, hint = "begins after the last day", ""
            if closure.end == closure.start:
                why, hint = "ends on the day it begins", ""
            elif closure.start < 0:
                why, hint = "begins before day 0", "write 0 if it was closed from the start"
            yield ("closure_without_effect", "closures", span, f"this closure {why}, so it changes "
                   "nothing, as in Flee", hint)  # fmt: skip
        elif held[0] == 0 and holds(closure, case.days - 1):
            yield ("closed_throughout", "closures", span, "this is closed on every day", "")


def _reach(case: Case) -> Iterator[Doubt]:
    """Doubt camps that no road reaches and zones that nobody can leave, on any day."""
    zones = [i for i, at in enumerate(case.locations) if not at.is_camp and _fought(case, i)]
    camps = list(case.counts)
    if not zones or not camps:
        return
    reached = np.zeros((len(zones), len(camps)), dtype=np.bool_)
    for day in turning_days(case):
        opened = [takes_in(case, at, day) for at in camps]
        reached |= np.isfinite(kilometres(case, day, zones, camps)) & opened
    anyway = np.isfinite(kilometres(case, None, zones, camps))
    for j, at in enumerate(camps):
        if not reached[:, j].any():
            closed = "open road" if anyway[:, j].any() else "road"
            yield ("unreachable_camp", "routes", case.locations[at].name, f"no {closed} leads here "
                   "from any conflict zone on any day, so nobody comes", "")  # fmt: skip
    for i, at in enumerate(zones):
        if not reached[i].any():
            closed = "open road" if anyway[i].any() else "road"
            yield ("no_way_out", "routes", case.locations[at].name, f"no {closed} leads from here "
                   "to a camp with counts on any day", "")  # fmt: skip


def _fought(case: Case, i: int) -> bool:
    return case.locations[i].kind == "conflict" or bool(case.conflict[:, i].any())


def _roads(case: Case) -> Iterator[Doubt]:
    """Doubt roads shorter than the straight line, with the coordinates that may be why."""
    placed = {i for i, at in enumerate(case.locations) if math.isfinite(at.lat + at.lon)}
    nowhere = {i for i in placed if case.locations[i].lat == 0 == case.locations[i].lon}
    if len(placed) > len(nowhere):
        for i in sorted(nowhere):
            yield ("zero_coordinates", "places", case.locations[i].name,
                   "lies at 0, 0, as an empty coordinate does", "")  # fmt: skip
        placed -= nowhere
    short: dict[int, float] = {}
    for k, link in enumerate(case.links):
        if {link.first, link.second} <= placed:
            straight = _straight(case, link.first, link.second)
            if link.km < min((1 - STRAIGHT_TOLERANCE) * straight, straight - STRAIGHT_FREE_KM):
                short[k] = straight
    for k, straight in short.items():
        link = case.links[k]
        a, b = case.locations[link.first].name, case.locations[link.second].name
        swapped = next((i for i in (link.first, link.second) if _swapped(case, i, placed)), None)
        hint = "a digit lost, or wrong coordinates?"
        if swapped is not None:
            hint = f"are the coordinates of {case.locations[swapped].name} swapped?"
        yield ("road_below_straight_line", "routes", f"{link.km:g}", f"the road {a} - {b} is "
               f"shorter than the straight line of {straight:.0f} km", hint)  # fmt: skip


def _straight(case: Case, a: int, b: int, *, swap: int = -1) -> float:
    points = []
    for i in (a, b):
        at = case.locations[i]
        points += [at.lon, at.lat] if i == swap else [at.lat, at.lon]
    return straight_line_km(*points)


def _swapped(case: Case, i: int, placed: set[int]) -> bool:
    """Return whether all roads of a place are too short, and none with its coordinates swapped."""
    roads = [x for x in case.links if i in (x.first, x.second) and {x.first, x.second} <= placed]
    return all(
        x.km < (1 - STRAIGHT_TOLERANCE) * _straight(case, x.first, x.second)
        and x.km >= (1 - STRAIGHT_TOLERANCE) * _straight(case, x.first, x.second, swap=i)
        for x in roads
    )


def _zones(case: Case) -> Iterator[Doubt]:
    """Doubt conflict zones in which nobody lives, where people live in others."""
    zones = [at for at in case.locations if at.kind == "conflict"]
    if any(at.persons for at in zones):
        for at in zones:
            if not at.persons:
                yield ("nobody_leaves", "places", at.name, "nobody lives in this conflict zone, so "
                       "nobody leaves it", "")  # fmt: skip
