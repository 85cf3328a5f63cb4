"""What was counted beside the displaced of the whole crisis, and is followed by the replay.

Counts of parts of a crisis (who is in an area, came to it or left it, is in its sites, who entered
a neighbour or waits at its border), and of the whole of it where they are of something else than
the displaced (moves, civilians killed, people without shelter, people back from abroad). The main
series and counts of return are read by `havenline.facts.counts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from havenline.crisis import Crisis
from havenline.crisis.answers import ANSWERS
from havenline.facts.areas import places_named
from havenline.facts.counts import areas_of_main
from havenline.facts.known import known_by
from havenline.facts.observed import Counted, Series, every_count

THERE, ARRIVED, LEFT, IN_SITES = "there", "arrived", "left", "in_sites"
ENTERED, WAITING, CAME_BACK = "entered", "waiting", "came_back"
KILLED, UNSHELTERED, HOME = "killed", "unsheltered", "home"

OF_PARTS: Mapping[str, str] = {
    "present": THERE,
    "displaced_present": THERE,
    "arrived": ARRIVED,
    "moves": ARRIVED,
    "moves_cumulative": ARRIVED,
    "departed": LEFT,
    "in_sites": IN_SITES,
}
"""By measure, the figure of a run that a count of an area is a count of."""
OF_NEIGHBOURS: Mapping[str, str] = {
    "entered": ENTERED,
    "stranded_at_border": WAITING,
    "returned_from_abroad": CAME_BACK,
}
"""The same of counts by neighbour; one that names none is of all of them."""
OF_THE_WHOLE: Mapping[str, str] = {
    "moves": LEFT,
    "moves_cumulative": LEFT,
    "departed": LEFT,
    "in_sites": IN_SITES,
    "killed": KILLED,
    "sheltered_outside": UNSHELTERED,
    "returned": HOME,
}
"""The same of counts of the whole crisis."""
MOVED: Mapping[str, str] = {"departed": LEFT}
"""Of counts of moves, where one person may stand several times: where people have come to
be is not in them."""


class Followed(NamedTuple):
    """A count beside the main series.

    Attributes
    ----------
    figure : str
        What it counts: ``there``, ``arrived``, ``left`` and so on.
    area : str
    neighbour : str
        ``""`` where it names none.
    places : frozenset of str
        The places that it covers; empty for the whole of the crisis and for neighbours.
    start : date or None
        Day after which people are counted; None for who was there on the day `end`.
    end : date
    persons : float
    since_the_start : bool
        Whether it counts those displaced in the crisis alone.
    """

    figure: str
    area: str
    neighbour: str
    places: frozenset[str]
    start: date | None
    end: date
    persons: float
    since_the_start: bool


def followed_known(crisis: Crisis, as_of: date) -> list[Followed]:
    """Return the counts beside the main series that were known on a day.

    A count of the area of the main series is one of the whole crisis, as in
    `havenline.facts.counts.counts_of_all`. Of what was there on a day, the newest count of an area
    or neighbour holds, for what was counted before is in it; of several that are as new, the one
    published last. What is counted over days counts where these are of the period alone; figures of
    a series whose days follow one another are one of all of these days.

    Parameters
    ----------
    crisis : Crisis
    as_of : date

    Returns
    -------
    list of Followed
        In order of their figures, areas, neighbours and days; of the period, after its first day.
    """
    found = _followed(crisis, as_of)
    return sorted(found, key=lambda c: (*c[:3], c.end, c.start or date.min))


def _followed(crisis: Crisis, as_of: date) -> Iterator[Followed]:
    rows, start = known_by(crisis.observations, as_of), crisis.meta.period.start
    rows = rows[rows["measure"].isin([*OF_PARTS, *OF_NEIGHBOURS, *OF_THE_WHOLE])]
    named, main = places_named(crisis), areas_of_main(crisis)
    whole = set().union(*map(named, crisis.places["place_id"]))

    def figure_of(series: Series, of_parts: Mapping[str, str]) -> tuple[str, frozenset[str]]:
        """Return what a series counts, ``""`` if nothing that is followed, and its places."""
        if series.measure in OF_NEIGHBOURS:
            return OF_NEIGHBOURS[series.measure], frozenset()
        places = set(named(series.area))
        if series.neighbour or not places:
            return "", frozenset()
        if series.area in main or places == whole:
            return OF_THE_WHOLE.get(series.measure, ""), frozenset()
        return of_parts.get(series.measure, ""), frozenset(places)

    for unit, of_parts in (("persons", OF_PARTS), ("movements", MOVED)):
        of_unit = rows[rows["unit"].eq(unit)]
        if of_unit.empty:
            continue
        every = every_count(of_unit)
        figures = {series: figure_of(series, of_parts) for series in every}
        counts = {series: every[series] for series, (figure, _) in figures.items() if figure}
        for counted in _chosen(counts, start, as_of):
            figure, places = figures[counted.series]
            yield Followed(
                figure,
                counted.series.area,
                counted.series.neighbour,
                places,
                counted.start,
                counted.end,
                counted.value,
                ANSWERS[counted.series.measure].since_the_start,
            )


def _chosen(
    counts: Mapping[Series, Sequence[Counted]], start: date, as_of: date
) -> Iterator[Counted]:
    """Walk what was counted over days of the period, and the newest of what was there."""
    there: dict[tuple[str, str, str], Counted] = {}
    first = start - timedelta(days=1)
    of_period = (
        [f for f in figures if start < f.end <= as_of and (f.start or first) >= first]
        for figures in counts.values()
    )
    for counted in (counted for figures in of_period for counted in _joined(figures)):
        if counted.start is not None:
            yield counted
            continue
        series = counted.series
        of = series.area, series.neighbour, OF_PARTS.get(series.measure, series.measure)
        before = there.get(of, counted)
        if (before.end, before.published) <= (counted.end, counted.published):
            there[of] = counted
    yield from there.values()


def _joined(figures: Iterable[Counted]) -> Iterator[Counted]:
    """Walk the figures of a series; what was counted over days that follow is one of all of them.

    Who is counted late on one day is in the rise of the next, so together they err less.
    """
    whole: Counted | None = None
    for figure in figures:
        if whole is not None and figure.start == whole.end:
            value, low, high = (
                getattr(whole, name) + getattr(figure, name) for name in ("value", "low", "high")
            )
            published = max(whole.published, figure.published)
            whole = Counted(figure.series, whole.start, figure.end, value, low, high, published)
            continue
        if whole is not None:
            yield whole
        whole = figure
    if whole is not None:
        yield whole
