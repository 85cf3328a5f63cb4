"""What was known by a day, as arrays, on cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.errors import RunError
from havenline.world.record import QUIET_WEIGHT, Facts, known_facts
from havenline.world.roads import ATTACKER, DEFENDER, FOREIGN, GUARANTOR
from havenline.world.world import build_world
from tests.crises_random import START, crisis_of, towns_in_a_row


def facts(as_of: int = 20, ahead: int = 0, **changes: Any) -> Facts:
    world = build_world(crisis_of(towns_in_a_row(**changes)))
    return known_facts(world, START + dt.timedelta(days=as_of), ahead)


def test_published_counts_are_spread_with_less_on_quiet_days() -> None:
    happenings = ((3, "offensive_start", 3), (6, "offensive_pause", 6))
    target = facts(happenings=happenings, counts=((4, 230.0, 5), (8, 530.0, 9))).record.day[
        "target"
    ]
    quiet, first = QUIET_WEIGHT, 2 * QUIET_WEIGHT + 2
    expected = [quiet / first, quiet / first, 1 / first, 1 / first]
    np.testing.assert_allclose(target[1:5], 230 * np.array(expected))
    second = 1 + 3 * quiet
    np.testing.assert_allclose(target[5:9], 300 * np.array([1, quiet, quiet, quiet]) / second)
    assert target[0] == 0.0
    assert (target[9:] == -1.0).all()
    assert QUIET_WEIGHT == 0.15


def test_counts_that_fall_are_no_negative_displacement() -> None:
    counts = ((4, 300.0, 5), (8, 200.0, 9), (12, 400.0, 13))
    target = facts(counts=counts).record.day["target"]
    assert target[1:5].sum() == pytest.approx(300)
    assert not target[5:9].any()
    assert target[9:13].sum() == pytest.approx(100)


def test_only_counts_published_by_the_day_are_known() -> None:
    counts = ((4, 300.0, 5), (8, 500.0, 15))
    assert facts(14, counts=counts).last_count == START + dt.timedelta(days=4)
    assert facts(15, counts=counts).last_count == START + dt.timedelta(days=8)
    assert facts(4, counts=counts).last_count is None
    assert (facts(4, counts=counts).record.day["target"] == -1.0).all()


def test_control_by_day() -> None:
    changes = (
        (3, "t1", "att", 4),
        (6, "t2", "att", 30),
        (9, "t3", "gua", 9),
        (12, "t1", "def", 12),
    )
    known = facts(changes=changes, crossings=(("z9", "closed", -9, -9),))
    side = known.record.side
    assert side.shape == (21, 6)
    assert side[:, 0].tolist() == [ATTACKER] * 21
    assert side[:, 1].tolist() == [DEFENDER] * 3 + [ATTACKER] * 9 + [DEFENDER] * 9
    assert (side[:, 2] == DEFENDER).all()
    assert side[[8, 9], 3].tolist() == [DEFENDER, GUARANTOR]
    assert dict(known.captured_since) == {"a0": START}
    assert known.record.day["epoch"].tolist() == [0] * 3 + [1] * 6 + [2] * 3 + [3] * 9
    assert np.isinf(known.record.dist[1, 2, 1])
    assert known.record.dist[0, 1, 3] == 24.0
    later = facts(30, changes=changes)
    assert later.record.side[6:, 2].tolist() == [ATTACKER] * 25
    assert FOREIGN not in side


@pytest.mark.parametrize(
    ("happenings", "age", "on"),
    [
        ((), -1.0, []),
        (((5, "offensive_start", 6),), -1.0, list(range(5, 21))),
        (((-4, "offensive_start", -4), (7, "offensive_pause", 7)), -1.0, list(range(7))),
        (((3, "offensive_start", 3), (8, "truce_start", 8)), 12.0, list(range(3, 8))),
        (((-30, "truce_start", -30),), 50.0, []),
        (((-30, "truce_start", -30), (18, "truce_end", 18)), -1.0, []),
        (((-30, "truce_start", -30), (18, "truce_end", 21)), 50.0, []),
    ],
)
def test_offensives_and_the_age_of_a_truce(happenings: Any, age: float, on: list[int]) -> None:
    known = facts(happenings=happenings)
    assert known.truce_age == age
    assert np.flatnonzero(known.record.day["offensive"]).tolist() == on


@pytest.mark.parametrize(("as_of", "regime"), [(5, 0), (11, 0), (12, 1), (20, 2)])
def test_the_border_as_of_a_day(as_of: int, regime: int) -> None:
    crossings = (("z9", "closed", -9, -9), ("t4", "managed", 10, 12), ("t4", "open", 15, 16))
    assert facts(as_of, crossings=crossings).border_regime == regime


def test_an_opening_announced_for_later_leaves_the_border_closed() -> None:
    crossings = (("z9", "closed", -9, -9), ("z9", "open", 25, 10))
    assert facts(20, crossings=crossings).border_regime == 0
    assert facts(25, crossings=crossings).border_regime == 2


def test_without_crossings_the_border_is_closed() -> None:
    assert facts().border_regime == 0


def test_days_taken_as_known() -> None:
    world = build_world(crisis_of(towns_in_a_row()))
    days = {START + dt.timedelta(days=d): on for d, on in ((20, True), (21, True), (23, False))}
    forced = known_facts(world, START + dt.timedelta(days=20), 4, days).record.forced
    assert forced.tolist() == [-1, 1, -1, 0, -1]


def test_a_series_that_is_not_there() -> None:
    sketch = towns_in_a_row(counts=((4, 1.0, 4),))
    crisis = crisis_of(sketch)
    other = replace(crisis, meta=crisis.meta.model_copy(update={"displaced_series": "nearly"}))
    with pytest.raises(RunError) as caught:
        known_facts(build_world(other), START)
    assert str(caught.value) == (
        "crisis.yaml [displaced_series]: 'nearly' is not a series of observations.csv"
    )


def test_the_record_is_frozen() -> None:
    for array in facts().record:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array
