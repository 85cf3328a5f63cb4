"""Options as arrays, and options that are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.errors import OptionRefused, RunError
from havenline.facts.borders import UNKNOWN
from havenline.options.schedule import NEVER, chosen_options
from tests.crises_random import (
    PARTIES,
    RELATIONS,
    START,
    Attack,
    Job,
    Sketch,
    Town,
    crisis_of,
    job_of,
    parties_of,
    towns_in_a_row,
)

Levers = Sequence[Mapping[str, Any]]
AS_OF = START + dt.timedelta(days=20)
HAVEN = {"lever": "haven", "line_id": "mid", "start": 4, "guarantee": "consent"}


def sketch(*levers: Mapping[str, Any], regime: str = "managed") -> Sketch:
    return towns_in_a_row(
        options={"deal": levers}, crossings=(("z9", regime, -9, -9),), lines=(("mid", -0.35),)
    )


def job(*levers: Mapping[str, Any], regime: str = "managed", days: int = 12) -> Job:
    return job_of(crisis_of(sketch(*levers, regime=regime)), days=days)


# Refusals


@pytest.mark.parametrize(
    ("lever", "message"),
    [
        (
            {"lever": "border", "neighbour": "nb", "start": 3, "regime": "closed"},
            "option 'deal': it would make the border less open (closed) than it is at the as-of "
            "date (managed); Havenline does not weigh that",
        ),
        (
            {**HAVEN, "freedom_to_leave": False},
            "option 'deal': a haven may not condition the right to leave it or to seek asylum "
            "(freedom_to_leave and right_to_asylum must be true)",
        ),
        (
            {**HAVEN, "right_to_asylum": False},
            "option 'deal': a haven may not condition the right to leave it or to seek asylum "
            "(freedom_to_leave and right_to_asylum must be true)",
        ),
    ],
)
def test_what_havenline_does_not_weigh(lever: Mapping[str, Any], message: str) -> None:
    with pytest.raises(OptionRefused) as caught:
        job(lever)
    assert str(caught.value) == message


@pytest.mark.parametrize("start", [0, AS_OF, AS_OF - dt.timedelta(days=3)])
@pytest.mark.parametrize(
    "lever",
    [
        {"lever": "truce"},
        {"lever": "aid", "level": 2.0},
        {"lever": "border", "neighbour": "nb", "regime": "open"},
        {k: v for k, v in HAVEN.items() if k != "start"},
        pytest.param({"lever": "monitors", "kind": "unarmed", "persons": 300}),
    ],
    ids=lambda lever: str(lever["lever"]),
)
def test_a_lever_starts_after_the_as_of_date(
    lever: Mapping[str, Any], start: dt.date | int
) -> None:
    day = AS_OF if start == 0 else start
    with pytest.raises(RunError) as caught:
        job({**lever, "start": start})
    assert str(caught.value) == (
        f"option 'deal': a lever starts on {day}, not after the as-of date 2030-01-21; give a "
        "later date or days after the as-of date"
    )


def test_a_line_that_is_not_drawn() -> None:
    with pytest.raises(RunError) as caught:
        job({"lever": "line", "line_id": "middle", "announced": 2, "handover": 5})
    assert str(caught.value) == "unknown line 'middle'; the crisis draws: mid"


@pytest.mark.parametrize("handover", [3, 2])
def test_a_handover_comes_after_its_announcement(handover: int) -> None:
    with pytest.raises(RunError) as caught:
        job({"lever": "line", "line_id": "mid", "announced": 3, "handover": handover})
    assert str(caught.value) == "option 'deal': the handover must come after the announcement"


def test_the_baseline_is_always_run_and_first() -> None:
    world = job({"lever": "truce", "start": 2}).world
    assert [o.id for o in chosen_options(world, None)] == ["no_deal", "deal"]
    assert [o.id for o in chosen_options(world, ["deal", "deal"])] == ["no_deal", "deal"]
    assert [o.id for o in chosen_options(world, [])] == ["no_deal"]


# What each lever sets


def test_no_lever_sets_nothing() -> None:
    plan = job().plans[0]
    assert (plan.truce_start, plan.announce, plan.handover, plan.haven_start) == (NEVER,) * 4
    assert plan.interposed == 0.0
    assert not any(plan.place[name].any() for name in ("handed", "restored", "haven"))
    assert (plan.place["to"] == -1).all()
    assert plan.border[:, 0].tolist() == [1] * 13
    assert plan.day["aid"].tolist() == [1.0] * 13
    assert not plan.day["tents"].any()
    assert not plan.day["homes"].any()


def test_a_truce_and_its_terms() -> None:
    plan = job(
        {
            "lever": "truce",
            "start": AS_OF + dt.timedelta(days=4),
            "compliance_mechanism": True,
            "excludes_listed_groups": True,
        },
        {"lever": "monitors", "start": 5, "kind": "interposition", "persons": 2500},
    ).plans[1]
    assert plan.truce_start == 4
    assert (plan.compliance, plan.substance, plan.excluded, plan.observers) == (1, 0, 1, NEVER)
    assert plan.interposed == 2.5


def test_a_border_opens_on_its_day() -> None:
    lever = {"lever": "border", "neighbour": "nb", "start": 5, "regime": "open"}
    assert job(lever).plans[1].border[:, 0].tolist() == [1] * 5 + [2] * 8


def test_aid_levels_multiply_on_their_days() -> None:
    plan = job(
        {"lever": "aid", "start": 3, "until": 6, "level": 2.0},
        {**HAVEN, "aid": [{"from": 9, "level": 3.0}, {"from": 5, "level": 1.5}]},
    ).plans[1]
    assert plan.day["aid"].tolist() == [1, 1, 1, 2, 2, 3, 3, 1.5, 1.5, 3, 3, 3, 3]


def test_a_haven_lies_behind_its_line_and_builds_from_its_start() -> None:
    one = job({**HAVEN, "shelter_units_per_month": 60.0, "homes_per_month": 6.0})
    plan = one.plans[1]
    assert (plan.haven_start, plan.haven_kind) == (4, 2)
    inside = dict(zip(one.world.place_ids, plan.place["haven"].tolist(), strict=True))
    assert inside == {"a0": False, "t1": False, "t2": True, "t3": True, "t4": True, "z9": True}
    assert plan.day["tents"].tolist() == [0.0] * 4 + [60.0] * 9
    assert plan.day["homes"].tolist() == [0.0] * 4 + [6.0] * 9
    everywhere = job({k: v for k, v in HAVEN.items() if k != "line_id"})
    assert everywhere.plans[1].place["haven"].tolist() == [False] + [True] * 5


def test_a_line_hands_over_what_the_defender_holds_beyond_it() -> None:
    lever = {"lever": "line", "line_id": "mid", "announced": 2, "handover": 7}
    one = job(lever)
    assert (one.plans[1].announce, one.plans[1].handover) == (2, 7)
    handed = np.array(one.world.place_ids)[one.plans[1].place["handed"]]
    assert handed.tolist() == ["t1"]
    to = parties_of(one, one.plans[1].place["to"])[one.plans[1].place["handed"]]
    assert to.tolist() == ["att"]
    assert not one.plans[1].place["restored"].any()
    kept = job({**lever, "hands_over": False})
    assert not kept.plans[1].place["handed"].any()


def test_nothing_of_a_guarantor_or_abroad_is_handed_over() -> None:
    row = sketch({"lever": "line", "line_id": "mid", "announced": 2, "handover": 7})
    for change in ({"party": "gua"}, {"kind": "post"}, {"kind": "foreign_town"}):
        towns = tuple(replace(t, **change) if t.id == "t1" else t for t in row.towns)  # type: ignore[arg-type]
        assert not job_of(crisis_of(replace(row, towns=towns))).plans[1].place["handed"].any()


@pytest.mark.parametrize(("since", "restored"), [(9, ["t2", "t3"]), (11, ["t3"]), (14, [])])
def test_a_line_gives_back_what_was_taken_since_a_day(since: int, restored: list[str]) -> None:
    lever = {
        "lever": "line",
        "line_id": "mid",
        "announced": 2,
        "handover": 7,
        "restores_since": START + dt.timedelta(days=since),
    }
    row = replace(
        sketch(lever),
        changes=((8, "t1", "att", 9), (10, "t2", "att", 11), (12, "t3", "att", 13)),
    )
    one = job_of(crisis_of(row))
    given = one.plans[1].place["restored"]
    assert np.array(one.world.place_ids)[given].tolist() == restored
    assert set(parties_of(one, one.plans[1].place["to"])[given]) <= {"def"}


def test_schedules_are_frozen() -> None:
    plan = job().plans[0]
    with pytest.raises(ValueError, match="read-only"):
        plan.day["aid"] = 2.0


def test_the_order_of_levers_changes_nothing() -> None:
    line = {
        "lever": "line",
        "line_id": "mid",
        "announced": 2,
        "handover": 4,
        "restores_since": START + dt.timedelta(days=2),
    }
    row = sketch()
    options = {"one": [line, HAVEN], "other": [HAVEN, line]}
    row = replace(row, options=options, changes=((5, "t2", "att", 6),))
    one, other = job_of(crisis_of(row)).plans[1:]
    assert one.place["restored"].any()
    assert np.array_equal(one.place, other.place)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_border_changes_in_the_order_of_days_not_of_the_file(order: tuple[int, int]) -> None:
    levers = [
        {"lever": "border", "neighbour": "nb", "start": 4, "regime": "open"},
        {"lever": "border", "neighbour": "nb", "start": 9, "regime": "managed"},
    ]
    plan = job(*[levers[k] for k in order]).plans[1]
    assert plan.border[:, 0].tolist() == [1] * 4 + [2] * 5 + [1] * 4


def test_of_two_regimes_from_one_day_the_more_open_one_holds() -> None:
    levers = [
        {"lever": "border", "neighbour": "nb", "start": 4, "regime": regime}
        for regime in ("open", "managed")
    ]
    for order in (levers, levers[::-1]):
        assert job(*order).plans[1].border[:, 0].tolist() == [1] * 4 + [2] * 9


def test_a_border_of_one_neighbour_opens_and_that_of_another_stays() -> None:
    lever = {"lever": "border", "neighbour": "two", "start": 3, "regime": "open"}
    crossings = (("z9", "managed", -9, -9, "one"), ("t4", "closed", -9, -9, "two"))
    row = towns_in_a_row(options={"deal": [lever]}, crossings=crossings)
    plan = job_of(crisis_of(row), days=5).plans[1]
    assert plan.border.tolist() == [[1, 0]] * 3 + [[1, 2]] * 3


def test_a_border_that_nobody_knows_may_be_managed_and_not_closed() -> None:
    lever = {"lever": "border", "neighbour": "nb", "start": 3, "regime": "managed"}
    plan = job(lever, regime="unknown").plans[1]
    assert plan.border[:, 0].tolist() == [UNKNOWN] * 3 + [1] * 10
    with pytest.raises(OptionRefused, match=r"less open \(closed\) than it is at the as-of date"):
        job({**lever, "regime": "closed"}, regime="unknown")


def test_a_line_is_between_the_parties_that_hold_most_of_what_is_fought_for() -> None:
    """A second enemy holds one town: what is handed over goes to the first, who holds two."""
    lever = {"lever": "line", "line_id": "mid", "announced": 2, "handover": 7}
    row = sketch(lever)
    towns = (
        *row.towns,
        Town("b1", "south", -0.6, 0.1, "att"),
        Town("o1", "south", -0.6, 0.2, "oth"),
    )
    row = replace(
        row,
        towns=towns,
        parties=(*PARTIES, ("oth", "armed")),
        relations=(*RELATIONS, ("oth", "def", "hostile")),
        attacks=(Attack("main", "att;oth"),),
    )
    one = job_of(crisis_of(row))
    plan = one.plans[1]
    assert parties_of(one, np.array([plan.line_from, plan.line_to])).tolist() == ["def", "att"]
    assert np.array(one.world.place_ids)[plan.place["handed"]].tolist() == ["t1"]
