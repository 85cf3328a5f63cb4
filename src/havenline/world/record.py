"""What was known by the as-of date, day by day: control, offensive, truces, counts.

Nothing published after the as-of date enters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.meta import EarlierOffensive, Theatre
from havenline.draws import key_of_text
from havenline.draws.kernels import bare, kernel
from havenline.facts.borders import border_known
from havenline.facts.counts import displaced_known, increments
from havenline.facts.fighting import fighting
from havenline.facts.holders import captured_since, changes_known
from havenline.facts.sides import side_of_party
from havenline.world import roads
from havenline.world.world import World, check_as_of

QUIET_WEIGHT = 0.15
"""Weight of a day without an offensive when a reported increment is spread over its days
(a day with one weighs 1). A convention of this replay, not a parameter of forecasts."""


DAY = np.dtype([("offensive", "i8"), ("target", "f8"), ("epoch", "i8")])


THEATRE = np.dtype(
    [
        ("key", "u8"),
        ("age", "f8"),
        ("people", "f8"),
        ("compliance", "?"),
        ("substance", "?"),
        ("excluded", "?"),
    ]
)


EARLIER = np.dtype([("days", "f8"), ("persons", "f8")])


class Record(NamedTuple):
    """The facts as arrays; day 0 is the first day of the period, the last the as-of date.

    Attributes
    ----------
    side : (n_day, n_place) int8
        Side codes of who holds each place.
    day : (n_day,) records ``DAY``
        ``offensive`` 1 while an offensive ran; ``target`` persons newly displaced on the day by
        the published counts, -1 where none covers it; ``epoch`` index into ``dist`` and
        ``pred``: the road network of the day.
    dist : (n_epoch, n_place, n_place) float32
        Road kilometres over open roads; infinite where none leads.
    pred : (n_epoch, n_place, n_place) int16
    forced : (n_ahead,) int8
        Offensive on (1) or off (0) on the days after the as-of date where it is given as
        known; -1 where it is simulated.
    theatre : (n_theatre,) records ``THEATRE``
        Linked theatres whose truce was known to stand: key of the id, days it has stood, people
        at stake, terms.
    earlier : (n_earlier,) records ``EARLIER``
        Offensives of before the period whose displacement was known: days and persons.
    """

    side: NDArray[np.int8]
    day: NDArray[np.void]
    dist: NDArray[np.float32]
    pred: NDArray[np.int16]
    forced: NDArray[np.int8]
    theatre: NDArray[np.void]
    earlier: NDArray[np.void]


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
    truce_age : float
        Days that a truce has stood at the as-of date; -1 without one.
    border_regime : int
        0 closed, 1 managed, 2 open, as of the as-of date.
    last_count : datetime.date or None
        Date of the newest count of displaced people published by the as-of date.
    captured_since : mapping of str to datetime.date
        For places that the attacker holds at the as-of date: the recorded day of the change.
    """

    as_of: dt.date
    start: dt.date
    record: Record
    truce_age: float
    border_regime: int
    last_count: dt.date | None
    captured_since: Mapping[str, dt.date]

    @property
    def days(self) -> int:
        """Days from the start of the period to the as-of date."""
        return (self.as_of - self.start).days

    def given(self, offensive: Mapping[dt.date, bool]) -> Facts:
        """Return the same facts with other days on which an offensive is taken to run or not."""
        forced = _forced(self.as_of, len(self.record.forced) - 1, offensive)
        return replace(self, record=self.record._replace(forced=forced))


@kernel
def bare_record(r):  # type: ignore[no-untyped-def]
    """Return a record (inside kernels) with arrays that are not reference-counted."""
    return Record(
        bare(r.side),
        bare(r.day),
        bare(r.dist),
        bare(r.pred),
        bare(r.forced),
        bare(r.theatre),
        bare(r.earlier),
    )


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
    side, captured = _sides(world, period.start, as_of, n_day)
    fought = fighting(world.crisis.happenings, start=period.start, end=as_of, as_of=as_of)
    on = np.array(list(fought.running.values()), dtype=np.int8)
    target, last = _targets(world, period.start, as_of, on)
    epoch, dist, pred = _networks(world, side)
    day = np.zeros(n_day, dtype=DAY)
    day["offensive"], day["target"], day["epoch"] = on, target, epoch
    record = Record(
        side=side,
        day=day,
        dist=dist,
        pred=pred,
        forced=_forced(as_of, ahead, offensive or {}),
        theatre=_theatres(world.crisis.meta.theatres, as_of),
        earlier=_earlier(world.crisis.meta.earlier_offensives, as_of),
    )
    for array in record:
        array.flags.writeable = False
    return Facts(
        as_of=as_of,
        start=period.start,
        record=record,
        truce_age=fought.truce_age(),
        border_regime=border_known(world.crisis.crossings, as_of),
        last_count=last,
        captured_since=captured,
    )


def _forced(as_of: dt.date, ahead: int, offensive: Mapping[dt.date, bool]) -> NDArray[np.int8]:
    forced = np.full(ahead + 1, -1, dtype=np.int8)
    for date, running in offensive.items():
        k = (date - as_of).days
        if 0 < k <= ahead:
            forced[k] = int(running)
    forced.flags.writeable = False
    return forced


def _theatres(declared: Sequence[Theatre], as_of: dt.date) -> NDArray[np.void]:
    """Return the linked theatres whose truce had started by the as-of date, sorted by id."""
    known = sorted((t for t in declared if t.truce_since <= as_of), key=lambda t: t.id)
    theatre = np.zeros(len(known), dtype=THEATRE)
    for row, t in zip(theatre, known, strict=True):
        row["key"] = key_of_text(f"theatre:{t.id}")
        row["age"] = (as_of - t.truce_since).days
        row["people"] = t.people_at_stake
        row["compliance"] = t.compliance_mechanism
        row["substance"] = t.substance
        row["excluded"] = t.excludes_listed_groups
    return theatre


def _earlier(declared: Sequence[EarlierOffensive], as_of: dt.date) -> NDArray[np.void]:
    """Return the earlier offensives whose displacement was known by the as-of date, in order."""
    known = sorted(
        ((o.end - o.start).days + 1, o.displaced) for o in declared if o.known_from <= as_of
    )
    return np.array(known, dtype=EARLIER)


def _sides(
    world: World, start: dt.date, as_of: dt.date, n_day: int
) -> tuple[NDArray[np.int8], dict[str, dt.date]]:
    code = side_of_party(world.crisis, as_of)
    control = world.crisis.control
    side = np.full((n_day, len(world.place_ids)), roads.OTHER, dtype=np.int8)
    index = {p: i for i, p in enumerate(world.place_ids)}
    for change in changes_known(control, as_of):
        side[max(0, (change.day - start).days) :, index[change.place]] = code[change.party]
    attackers = [party for party, own in code.items() if own == roads.ATTACKER]
    return side, captured_since(control, as_of, attackers)


def _targets(
    world: World, start: dt.date, as_of: dt.date, on: NDArray[np.int8]
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
        weight = np.where(on[days] == 1, 1.0, QUIET_WEIGHT)
        target[days] = step.persons * weight / weight.sum()
    return target, totals.dates[-1]


def _networks(
    world: World, side: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int16]]:
    net = world.network
    n = len(world.place_ids)
    queue, queued = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    epoch = np.zeros(len(side), dtype=np.int64)
    dists: list[NDArray[np.float32]] = []
    preds: list[NDArray[np.int16]] = []
    for day in range(len(side)):
        if day == 0 or not np.array_equal(side[day], side[day - 1]):
            dist = np.empty((n, n), dtype=np.float32)
            pred = np.empty((n, n), dtype=np.int16)
            roads.all_shortest(net.ptr, net.link, net.road, side[day], dist, pred, queue, queued)
            dists.append(dist)
            preds.append(pred)
        epoch[day] = len(dists) - 1
    return epoch, np.stack(dists), np.stack(preds)
