"""What stands in a linked theatre on a day, and who is away."""

from __future__ import annotations

from datetime import date

import pytest

from havenline.crisis import open_crisis
from havenline.crisis.meta import Theatre, TheatreArea, TheatreCount
from havenline.facts.theatres import newest_count, theatres_known


def count(day: date, known: date, displaced: int) -> TheatreCount:
    return TheatreCount(
        date=day, known_from=known, displaced=displaced, returned=1, source_id="made"
    )


AREA = TheatreArea(
    id="a",
    name="a",
    people=100,
    other_side_since=date(2029, 3, 5),
    counts=[
        count(date(2029, 3, 10), date(2029, 3, 20), 30),
        count(date(2029, 3, 2), date(2029, 3, 3), 20),
        count(date(2029, 3, 10), date(2029, 3, 25), 40),
    ],
    source_id="made",
)
FOUGHT = Theatre(
    id="t",
    name="t",
    offensive_since=date(2029, 3, 1),
    truce_since=date(2029, 3, 8),
    areas=[AREA],
    source_id="made",
)


@pytest.mark.parametrize(
    ("day", "truce", "days", "displaced", "lost"),
    [
        (date(2029, 3, 1), False, 0, 0, False),
        (date(2029, 3, 7), False, 6, 20, True),
        (date(2029, 3, 8), True, 0, 20, True),
        (date(2029, 3, 20), True, 12, 30, True),
        (date(2029, 4, 1), True, 24, 40, True),
    ],
)
def test_what_was_known_holds(
    day: date, truce: bool, days: int, displaced: int, lost: bool
) -> None:
    (known,) = theatres_known([FOUGHT], day)
    (area,) = known.areas
    assert (known.truce, known.days) == (truce, days)
    assert (area.displaced, area.other_side) == (displaced, lost)
    assert area.returned == (1 if displaced else 0)


def test_nothing_is_known_before_it_begins() -> None:
    assert theatres_known([FOUGHT], date(2029, 2, 28)) == ()
    assert newest_count(AREA, date(2029, 3, 2)) is None


def test_an_offensive_after_a_truce_ended_it() -> None:
    again = FOUGHT.model_copy(update={"offensive_since": date(2029, 3, 9)})
    assert [theatres_known([again], date(2029, 3, d))[0].truce for d in (8, 9)] == [True, False]


def test_the_north_east_of_idlib_starts_from_what_was_published() -> None:
    meta = open_crisis("idlib-2020").meta
    (known,) = theatres_known(meta.theatres, meta.as_of)
    assert known.truce
    assert sum(a.displaced for a in known.areas) == 70_590  # OCHA, 18 December 2019
    assert sum(a.returned for a in known.areas) == 129_041
    (before,) = theatres_known(meta.theatres, date(2019, 12, 5))
    assert sum(a.displaced for a in before.areas) == 108_514  # UNHCR, 2 November 2019
    assert sum(a.returned for a in before.areas) == 106_605
