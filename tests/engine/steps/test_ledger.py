"""The ledger of people balances on every day, in every run of every crisis."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from havenline.engine import simulate
from havenline.engine.steps.ledger import ACCOUNTS, audit
from tests.crises_random import Sketch, Walk, crisis_of, job_of, several, sketches, towns_in_a_row


@settings(max_examples=20, deadline=None, derandomize=True)
@given(sketch=sketches() | several())
def test_every_account_is_recounted_every_day(sketch: Sketch) -> None:
    job = job_of(crisis_of(sketch), futures=2)
    persons = sum(t.residents + t.idps for t in sketch.towns)
    for plan in range(len(job.plans)):
        walk = Walk(job, plan, future=plan % 2)
        for day in range(walk.last + 1):
            state = walk.to(day)
            assert audit(state) == 0, (plan, day)
            assert state.books["people"][0] == persons
            assert (state.place["spent"] >= 0).all()
            assert (state.arrived >= 0).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sketch=sketches() | several())
def test_no_run_of_any_option_leaves_anyone_unaccounted(sketch: Sketch) -> None:
    result = simulate(crisis_of(sketch), futures=5, workers=2).dataset
    assert not result["ledger_residual"].any()
    accounts = sum(result[name] for name in ACCOUNTS)
    np.testing.assert_array_equal(accounts, result["people_at_start"])
    persons = sum(t.residents + t.idps for t in sketch.towns)
    assert (result["people_at_start"] == persons).all()
    crossed = result["entries"] - result["returned_from_abroad"]
    assert (result["people_abroad"].diff("day") == crossed.diff("day")).all()
    if "entered" in result:
        np.testing.assert_array_equal(result["entered"].sum("neighbour"), result["entries"])
        assert (result["waiting"].sum("neighbour") <= result["near_border"]).all()
    left = result["departures"].sum("area").isel(day=slice(1, None)).cumsum("day")
    np.testing.assert_array_equal(left, result["movements"].isel(day=slice(1, None)))
    assert (result["in_sites"] <= result["displaced"].sum("group")).all()
    since = result["people_killed"] - result["people_killed"].isel(day=0)
    np.testing.assert_array_equal(since, result["killed"])
    for name in ("newly_displaced", "movements", "entries", "returned", "killed", "cost_usd"):
        assert (np.diff(result[name], axis=-1) >= 0).all(), name
    for name in ("displaced", "arrivals", "residents", "in_sites", "unsheltered", "shelter_places"):
        assert (result[name] >= 0).all(), name


def test_the_audit_sees_a_person_who_is_missing() -> None:
    walk = Walk(job_of(crisis_of(towns_in_a_row())))
    state = walk.to(10)
    assert audit(state) == 0
    state.persons[1, 0, 0] += 1
    assert audit(state) == 2
    state.persons[1, 0, 0] -= 1
    state.by_status[1, 0] -= 1
    assert audit(state) == 1
