"""How an agreement was kept, as known on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.facts.compliance import Phase, compliance_known, ground_lost
from tests.crises_random import START, crisis_of, shuffled, towns_in_a_row

ROWS = (
    (-9, "post_set_up", "hill", -9),
    (-9, "post_set_up", "mill", -9),
    (-8, "post_set_up", "ford", -8),
    (-8, "post_set_up", "well", -8),
    (6, "post_surrounded", "hill", 7),
    (7, "post_shelled", "mill", 7),
    (8, "post_surrounded", "ford", 8),
    (9, "post_relieved", "ford", 9),
    (12, "post_left", "mill", 15),
    (13, "breaches", "one", 13, 4, 20.0),
    (13, "breaches", "two", 14, 13, 1.0),
    (2, "breaches", "one", 3, -9, 999.0),
    (10, "phase_due", "ports", 3),
    (11, "phase_missed", "ports", 11),
    (30, "phase_due", "city", 3),
    (1, "phase_due", "before", 1),
)
TRUCE = ((-9, "offensive_start", -9), (4, "truce_start", 4))


def crisis(**changes: Any) -> Crisis:
    return crisis_of(towns_in_a_row(happenings=TRUCE, compliance=ROWS, **changes))


def day(number: int) -> date:
    return START + timedelta(days=number)


def test_by_hand() -> None:
    """Of 4 posts one is surrounded, one left; 20 in 10 days and 1 in one day: 60 and 30 a month."""
    known = compliance_known(crisis(), day(20))
    assert known.since == day(4)
    assert (known.posts, known.surrounded, known.left, known.shelled) == (4, 1, 1, 1)
    assert known.lost_posts == 0.5
    assert known.breaches == pytest.approx(45.0)
    assert known.phases == (Phase("city", day(30), ""), Phase("ports", day(10), "missed"))
    assert known.missed == 1


@pytest.mark.parametrize(
    ("as_of", "surrounded", "left", "breaches", "missed"),
    [(5, 0, 0, None, 0), (6, 0, 0, None, 0), (8, 2, 0, None, 0), (13, 1, 0, 60.0, 1),
     (14, 1, 0, 45.0, 1), (15, 1, 1, 45.0, 1)],
)  # fmt: skip
def test_only_what_was_published_by_the_day_is_known(
    as_of: int, surrounded: int, left: int, breaches: float | None, missed: int
) -> None:
    known = compliance_known(crisis(), day(as_of))
    assert (known.surrounded, known.left, known.missed) == (surrounded, left, missed)
    assert known.breaches == (None if breaches is None else pytest.approx(breaches))


def test_counts_and_phases_are_those_of_a_truce_that_stands() -> None:
    known = compliance_known(crisis(), day(3))
    assert (known.since, known.breaches, known.phases) == (None, None, ())
    assert known.posts == 4


def test_a_phase_may_be_put_off() -> None:
    put_off = (*ROWS, (40, "phase_due", "city", 16))
    found = crisis_of(towns_in_a_row(happenings=TRUCE, compliance=put_off))
    assert compliance_known(found, day(15)).phases[0].due == day(30)
    assert compliance_known(found, day(16)).phases[0].due == day(40)


def test_the_order_of_rows_does_not_matter() -> None:
    one = crisis()
    assert len({compliance_known(shuffled(one, seed), day(20)) for seed in range(5)}) == 1


def test_ground_lost_under_a_truce_is_told_from_ground_lost_before_and_by_agreement() -> None:
    found = crisis(
        changes=(
            (3, "t1", "att", 3),
            (4, "t2", "att", 4),
            (9, "t3", "att", 12),
            (10, "t4", "att", 10, "agreed"),
        )
    )
    assert ground_lost(found, day(11)) == []
    assert [(p.day, p.place) for p in ground_lost(found, day(20))] == [(day(9), "t3")]


def test_what_ships_by_hand() -> None:
    """Idlib: 12 posts; Morek and Surman surrounded before February, two more on the eighth."""
    idlib = open_crisis("idlib-2020")
    for as_of, surrounded in (
        (date(2019, 12, 20), 1),
        (date(2020, 2, 3), 2),
        (date(2020, 2, 8), 4),
    ):
        known = compliance_known(idlib, as_of)
        assert (known.posts, known.surrounded) == (12, surrounded)
    hodeidah = open_crisis("hodeidah-2018")
    assert compliance_known(hodeidah, date(2019, 1, 27)).missed == 0
    assert compliance_known(hodeidah, date(2019, 1, 28)).missed == 2
    assert compliance_known(hodeidah, date(2018, 12, 17)).phases == ()
