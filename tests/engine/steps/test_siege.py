"""Places that may not be left: nobody out, held back, out at once when it lifts; corridors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.engine.people import DISPLACED_BEFORE, RESIDENT
from havenline.errors import OptionRefused, RunError
from tests.crises_random import QUIET, STEADY_AXES, Sketch, Walk, crisis_of, job_of, towns_in_a_row

STILL = {
    **QUIET,
    **STEADY_AXES,
    "front_axis_share": 0.0,
    "flight_front": 0.2,
    "flight_background": 0.0,
    "flight_bombardment": 0.0,
    "return_monthly": 0.0,
    "offensive_end_rate": 0.0,
    "siege_leak": 1e-3,
}
RUNS = (2, "offensive_start", 2)
SHUT = (2, "siege_begins", 2, "", "t1")
CORRIDOR: dict[str, Any] = {"lever": "corridor", "start": 5}


def walk(row: Sketch, plan: int = 0, given: Mapping[str, float] | None = None) -> Walk:
    return Walk(job_of(crisis_of(row), settings={**STILL, **(given or {})}), plan)


def at_t1(walked: Walk, day: int) -> int:
    state = walked.to(day)
    at = walked.job.world.place_ids.index("t1")
    return int(state.by_status[at, [RESIDENT, DISPLACED_BEFORE]].sum())


def test_few_leave_a_place_under_siege_and_who_would_is_counted() -> None:
    free, shut = (walk(towns_in_a_row(happenings=h)) for h in ((RUNS,), (RUNS, SHUT)))
    left, kept = at_t1(free, 20), at_t1(shut, 20)
    assert left < 0.8 * 20_000
    assert kept > 19_900
    wanted = int(shut.to(20).counts["kept_in"][0])
    assert wanted == pytest.approx(20_000 - left, rel=0.1)
    state = shut.to(20)
    at = shut.job.world.place_ids.index("t1")
    assert int(state.counts["besieged"][0]) == int(state.by_status[at].sum())
    assert int(free.to(20).counts["kept_in"][0]) == 0


def test_kept_in_by_hand() -> None:
    """One town at a known distance, no shocks, all alike: people times 1 - exp(-H)."""
    law = {
        "flight_frailty": 0.0,
        "flight_shock_sd": 0.0,
        "flight_level_sd": 0.0,
        "flight_level_between": 0.0,
        "tempo_sd": 0.0,
    }
    row = towns_in_a_row(happenings=(RUNS, SHUT))
    shut = walk(row, given=law)
    state = shut.to(6)
    at = shut.job.world.place_ids.index("t1")
    values = shut.job.values[0]
    km = float(state.fronts[0, at])
    hazard = values["flight_front"] * math.exp(-km / values["flight_front_length"])
    hazard *= float(state.flight["level"][0]) * (1.0 - values["siege_leak"])
    expected = 20_000 * -math.expm1(-5 * hazard)
    assert int(state.counts["kept_in"][0]) == pytest.approx(expected, rel=0.02)


def test_when_a_siege_lifts_those_held_back_leave() -> None:
    lifted = (10, "siege_lifts", 10, "", "t1")
    shut = walk(towns_in_a_row(happenings=(RUNS, SHUT, lifted)))
    assert at_t1(shut, 9) > 19_900
    held = int(shut.to(9).counts["kept_in"][0])
    gone = 20_000 - at_t1(shut, 18)
    assert gone > 0.9 * held
    assert int(shut.to(18).counts["kept_in"][0]) < 0.1 * held


def test_an_order_to_stay_is_a_siege_and_a_corridor_of_the_record_opens_it() -> None:
    ordered = (2, "order_to_stay", 2, "", "south")
    opened = (8, "corridor_opens", 8, "", "t1")
    closed = (12, "corridor_closes", 12, "", "t1;t2")
    shut = walk(towns_in_a_row(happenings=(RUNS, ordered, opened, closed)))
    ids = shut.job.world.place_ids
    record = shut.job.facts.record.shut
    for town, day, told in (
        ("t1", 1, False), ("t1", 2, True), ("t1", 8, False), ("t1", 12, True), ("t2", 9, True),
        ("t3", 9, False),
    ):  # fmt: skip
        assert bool(record[day, ids.index(town)]) is told, (town, day)


def test_a_recorded_siege_ends_when_the_place_is_recorded_to_change_hands() -> None:
    taken = (9, "t1", "att", 10)
    shut = walk(towns_in_a_row(happenings=(RUNS, SHUT), changes=(taken,)))
    record = shut.job.facts.record.shut[:, shut.job.world.place_ids.index("t1")]
    assert record[2:9].all()
    assert not record[9:].any()


def test_closing_a_corridor_where_no_siege_was_shuts_nobody_in() -> None:
    closed = (4, "corridor_closes", 4, "", "t1")
    assert not walk(towns_in_a_row(happenings=(RUNS, closed))).job.facts.record.shut.any()


def test_a_siege_that_was_not_known_changes_nothing() -> None:
    unknown = (2, "siege_begins", 21, "", "t1")
    one, other = (walk(towns_in_a_row(happenings=h)) for h in ((RUNS,), (RUNS, unknown)))
    np.testing.assert_array_equal(one.to(20).persons, other.to(20).persons)


def test_a_siege_ends_when_the_place_has_changed_hands() -> None:
    fast = {"front_axis_share": 1.0, "front_speed": 3.0, "front_freeze_rate": 0.0}
    shut = walk(towns_in_a_row(happenings=(RUNS, SHUT)), given=fast)
    at = shut.job.world.place_ids.index("t1")
    for day in range(20, shut.last):
        state = shut.to(day)
        if shut.job.world.party_ids[state.holder[at]] == "att":
            assert state.place["shut"][at] == 0
            return
    pytest.fail("the town was never taken")


def opened(**lever: Any) -> Sketch:
    options = {"open": [{**CORRIDOR, **lever}]}
    return towns_in_a_row(happenings=(RUNS, SHUT), options=options, days=25)


def test_a_corridor_lets_out_who_wants_to_leave_and_they_are_its_own() -> None:
    kept = {"corridor_fail_rate": 0.0}
    none, out = (walk(opened(), plan, kept) for plan in (0, 1))
    last = none.last
    assert at_t1(none, last) > 19_500
    gone = 20_000 - at_t1(out, last)
    assert gone > 5_000
    own = int(out.to(last).counts["displaced_by_option"][0])
    assert own == pytest.approx(gone, rel=0.1)
    assert int(none.to(last).counts["kept_in"][0]) > int(out.to(last).counts["kept_in"][0])


def test_a_corridor_never_keeps_more_people_in() -> None:
    for rate in (0.0, 60.0, 3000.0):
        none, out = (walk(opened(), plan, {"corridor_fail_rate": rate}) for plan in (0, 1))
        assert at_t1(out, out.last) <= at_t1(none, none.last)


def test_one_side_alone_keeps_a_corridor_for_a_shorter_time() -> None:
    law = {"corridor_fail_rate": 30.0, "corridor_one_side": 10.0}
    agreed, alone = (
        20_000 - at_t1(out, out.last)
        for out in (walk(opened(agreed=a), 1, law) for a in (True, False))
    )
    assert agreed > alone


def enclave(**lever: Any) -> Sketch:
    """The town under siege, and behind it one that the attackers hold: no road leads out."""
    row = opened(**lever)
    return replace(
        row, towns=tuple(replace(t, party="att") if t.id == "t2" else t for t in row.towns)
    )


def test_a_corridor_leads_out_of_an_enclave_through_the_lines() -> None:
    kept = {"corridor_fail_rate": 0.0, "siege_leak": 1.0, "refuge_hostile": 0.0}
    none, out = (walk(enclave(), plan, kept) for plan in (0, 1))
    last = none.last
    at, city = (out.job.world.place_ids.index(place) for place in ("t1", "z9"))
    assert at_t1(none, last) == 20_000
    assert at_t1(out, last) < 15_000
    state = out.to(last)
    assert np.isfinite(state.dist[at, city])
    assert state.by_status[city, DISPLACED_BEFORE:].sum() > 1_000
    assert not np.isfinite(none.to(last).dist[at, city])


def test_when_a_corridor_is_shut_again_no_road_leads_through_the_lines() -> None:
    out = walk(enclave(), 1, {"corridor_fail_rate": 365.0 * 50.0})
    at, city = (out.job.world.place_ids.index(place) for place in ("t1", "z9"))
    assert np.isfinite(out.to(out.job.facts.days + 5).dist[at, city])
    assert not np.isfinite(out.to(out.last).dist[at, city])
    assert int(out.to(out.last).place["led_out"].sum()) == 0


def test_a_corridor_for_other_places_opens_nothing_here() -> None:
    none, out = (walk(opened(where=["t2"]), plan) for plan in (0, 1))
    np.testing.assert_array_equal(none.to(none.last).persons, out.to(out.last).persons)


@pytest.mark.parametrize("term", ["both_directions", "own_choice", "right_to_asylum"])
def test_a_corridor_on_conditions_is_refused(term: str) -> None:
    with pytest.raises(OptionRefused, match=term):
        walk(opened(**{term: False}))


def test_a_corridor_names_a_place_that_there_is() -> None:
    with pytest.raises(RunError, match="did you mean"):
        walk(opened(where=["t11"]))


def test_without_a_siege_a_corridor_changes_nothing() -> None:
    row = replace(opened(), happenings=(RUNS,))
    none, out = (walk(row, plan) for plan in (0, 1))
    np.testing.assert_array_equal(none.to(none.last).persons, out.to(out.last).persons)
