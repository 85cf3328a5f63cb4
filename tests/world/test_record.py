"""What was known by a day, as arrays, on cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.errors import RunError
from havenline.world.record import QUIET_WEIGHT, Facts, known_facts
from havenline.world.world import build_world
from tests.crises_random import START, Attack, Job, crisis_of, job_of, parties_of, towns_in_a_row


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
    job = job_of(crisis_of(towns_in_a_row(changes=changes, crossings=CLOSED)))
    known, held = job.facts, parties_of(job, job.facts.record.holder)
    assert held.shape == (21, 6)
    assert held[:, 0].tolist() == ["att"] * 21
    assert held[:, 1].tolist() == ["def"] * 3 + ["att"] * 9 + ["def"] * 9
    assert (held[:, 2] == "def").all()
    assert held[[8, 9], 3].tolist() == ["def", "gua"]
    assert (known.record.own == known.record.holder[0]).all()
    assert dict(known.captured_since) == {"a0": START}
    assert known.record.day["epoch"].tolist() == [0] * 3 + [1] * 6 + [2] * 3 + [3] * 9
    assert known.record.dist[1, 2, 1] == 12.0, "across the front"
    assert known.record.dist[0, 1, 3] == 24.0
    later = facts(30, changes=changes).record.holder
    assert parties_of(job, later)[6:, 2].tolist() == ["att"] * 25


CLOSED = (("z9", "closed", -9, -9),)


def test_ground_that_nobody_is_known_to_hold_is_nobodys() -> None:
    sketch = towns_in_a_row()
    crisis = crisis_of(sketch)
    control = crisis.control[crisis.control["place_id"] != "t3"]
    job: Job = job_of(replace(crisis, control=control))
    assert parties_of(job, job.facts.record.holder[0]).tolist() == [
        "att", "def", "def", "", "def", "def"
    ]  # fmt: skip


def test_places_that_change_hands_by_agreement_are_marked_on_the_day() -> None:
    changes = (
        (3, "t1", "att", 4, "stormed"),
        (5, "t2", "att", 6, "agreed"),
        (7, "t3", "att", 8, "handed_over"),
        (9, "t4", "att", 9),
    )
    marked = np.argwhere(facts(changes=changes).record.by_agreement)
    assert marked.tolist() == [[5, 2], [7, 3]]


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
    assert known.record.offensive["truce_age"].tolist() == [age]
    assert np.flatnonzero(known.record.running[:, 0]).tolist() == on


def test_each_offensive_has_days_a_truce_and_areas_of_its_own() -> None:
    attacks = (Attack("east", areas="south"), Attack("west", areas="middle; north"))
    happenings = (
        (3, "offensive_start", 3),
        (8, "truce_start", 8, "west"),
        (11, "offensive_pause", 11, "east"),
        (14, "offensive_start", 14, "east"),
    )
    record = facts(attacks=attacks, happenings=happenings).record
    assert np.flatnonzero(record.running[:, 0]).tolist() == [*range(3, 11), *range(14, 21)]
    assert np.flatnonzero(record.running[:, 1]).tolist() == list(range(3, 8))
    assert record.offensive["truce_age"].tolist() == [-1.0, 12.0]
    assert record.within.tolist() == [[True] * 3 + [False] * 3, [False] * 3 + [True] * 3]


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
