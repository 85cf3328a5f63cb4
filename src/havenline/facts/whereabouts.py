"""Where the displaced were known to be, or to have gone: counts of parts of a crisis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from havenline.crisis import Crisis
from havenline.crisis.answers import ANSWERS
from havenline.facts.areas import places_named
from havenline.facts.counts import areas_of_main
from havenline.facts.known import known_by
from havenline.facts.observed import WHERE, Counted, Series, every_count


class CountOfPart(NamedTuple):
    """A count of people at some places of a crisis.

    Attributes
    ----------
    area : str
    places : frozenset of str
        The places that it covers; never none, never the whole of the crisis.
    start : date or None
        Day after which arrivals are counted; None for who was there on the day `end`.
    end : date
    persons : float
    since_the_start : bool
        Whether it counts those displaced in the crisis alone.
    """

    area: str
    places: frozenset[str]
    start: date | None
    end: date
    persons: float
    since_the_start: bool


def whereabouts_known(crisis: Crisis, as_of: date) -> list[CountOfPart]:
    """Return the counts of people by area that were known on a day.

    A count of the area of the main series is one of the whole crisis, as in
    `havenline.facts.counts.counts_of_all`. Of who was there, the newest count of an area holds,
    for what was counted before is in it; of several that are as new, the one published last.
    Arrivals count where they are of days of the period alone.

    Parameters
    ----------
    crisis : Crisis
    as_of : date

    Returns
    -------
    list of CountOfPart
        In order of their areas and days; of the period, after its first day.
    """
    return sorted(_parts(crisis, as_of), key=lambda c: (c.area, c.end, c.start or date.min))


def _parts(crisis: Crisis, as_of: date) -> Iterator[CountOfPart]:
    rows, start = known_by(crisis.observations, as_of), crisis.meta.period.start
    rows = rows[rows["measure"].isin(WHERE) & rows["unit"].eq("persons") & rows["neighbour"].eq("")]
    rows = rows[~rows["area_id"].isin(areas_of_main(crisis))]
    named = places_named(crisis)
    whole = set().union(*map(named, crisis.places["place_id"]))
    for figure in _chosen(every_count(rows), start, as_of):
        places = frozenset(named(figure.series.area))
        if places and places != whole:
            yield CountOfPart(
                figure.series.area,
                places,
                figure.start,
                figure.end,
                figure.value,
                ANSWERS[figure.series.measure].since_the_start,
            )


def _chosen(
    counts: Mapping[Series, Sequence[Counted]], start: date, as_of: date
) -> Iterator[Counted]:
    """Walk the arrivals of days of the period, and the newest of who was there in each area."""
    there: dict[str, Counted] = {}
    for figure in (figure for figures in counts.values() for figure in figures):
        if not start < figure.end <= as_of:
            continue
        if figure.start is not None:
            if figure.start >= start - timedelta(days=1):
                yield figure
            continue
        before = there.get(figure.series.area, figure)
        if (before.end, before.published) <= (figure.end, figure.published):
            there[figure.series.area] = figure
    yield from there.values()
