"""Listed groups in a haven: contained or not, and aid despite their listing."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from havenline.engine import simulate
from tests.crises_random import Walk, crisis_of, job_of
from tests.crises_random import towns_in_a_row as row
from tests.engine.steps.test_truce import LAW

TRUCE = {"lever": "truce", "start": 1, "excludes_listed_groups": True}
CONTAIN = {"lever": "containment", "start": 1}
EXEMPT = {"lever": "exemption", "start": 1}


def run(*levers: dict[str, Any], futures: Any = 300, **settings: float) -> xr.Dataset:
    sketch = row(people=(500,), options={"deal": levers}, days=60)
    return simulate(
        crisis_of(sketch), futures=futures, workers=1, settings={**LAW, **settings}
    ).dataset


def stood(data: xr.Dataset) -> Any:
    return data["truce_standing"].sel(option="deal").to_numpy()


def suspended(data: xr.Dataset) -> float:
    return float(data["aid_suspended"].sel(option="deal").to_numpy().mean())


def test_contained_groups_do_not_break_a_truce_that_leaves_them_out() -> None:
    never = {"containment_fail_rate": 0.0, "truce_hr_excluded": 2.0}
    contained = stood(run(TRUCE, CONTAIN, **never))
    plain = stood(run({**TRUCE, "excludes_listed_groups": False}, **never))
    np.testing.assert_array_equal(contained, plain)
    assert stood(run(TRUCE, **never)).sum() < plain.sum()


def test_containment_that_fails_at_once_is_worse_than_none() -> None:
    fails = {
        "containment_fail_rate": 2000.0,
        "containment_failed_hr": 2.5,
        "truce_hr_excluded": 1.2,
    }
    assert stood(run(TRUCE, CONTAIN, **fails)).sum() < stood(run(TRUCE, **fails)).sum()


def test_containment_fails_at_its_rate() -> None:
    sketch = row(people=(50,), options={"deal": [CONTAIN]}, days=60)
    job = job_of(crisis_of(sketch), settings={"containment_fail_rate": 6.0}, futures=500)
    walk, held = Walk(job, 1), 0
    for future in range(500):
        walk.future, walk.day = future, -1
        held += int(walk.to(walk.today + 60).course["containment"][0] == 1)
    expected = np.exp(-6.0 * 60 / 365)
    assert abs(held / 500 - expected) < 4 * np.sqrt(expected * (1 - expected) / 500)


def test_donors_suspend_less_often_with_containment_and_with_an_exemption() -> None:
    often = {"aid_suspension_rate": 6.0, "aid_suspension_months": 1.0, "containment_fail_rate": 0.0}
    ratios = {"containment_aid": 0.5, "exemption_aid": 0.5}
    none, one, other, both = (
        suspended(run(*levers, **often, **ratios))
        for levers in ((TRUCE,), (TRUCE, CONTAIN), (TRUCE, EXEMPT), (TRUCE, CONTAIN, EXEMPT))
    )
    assert one == other, "the same ratio gives the same days"
    assert both < one < none
    failed = suspended(run(TRUCE, CONTAIN, **{**often, **ratios, "containment_fail_rate": 2000.0}))
    assert failed > none


def test_without_effect_neither_changes_a_number() -> None:
    none = {
        "containment_fail_rate": 0.0,
        "containment_aid": 1.0,
        "exemption_aid": 1.0,
        "truce_hr_excluded": 1.0,
    }
    one, other = run(TRUCE, futures=10, **none), run(TRUCE, CONTAIN, EXEMPT, futures=10, **none)
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy())
