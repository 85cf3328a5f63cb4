"""Violence, harm, aid and shelter: totals on cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.engine.measures import MEASURES
from havenline.options.schedule import is_winter
from tests.crises_random import Walk, crisis_of, job_of, towns_in_a_row

QUIET_FRONT = {
    "front_axis_share": 0.0,
    "offensive_end_rate": 0.0,
    "rout_rate": 0.0,
    "tempo_sd": 0.0,
}
STILL = {
    "flight_front": 0.0,
    "flight_bombardment": 0.0,
    "flight_background": 0.0,
    "flight_shock_sd": 0.0,
    "flight_at_capture": 0.0,
    "flight_fear": 0.0,
    "return_monthly": 0.0,
}


def ends(
    given: dict[str, float], futures: int = 60, plan: int = 0, **changes: Any
) -> dict[str, np.ndarray[Any, Any]]:
    """Series of one option in some futures."""
    job = job_of(
        crisis_of(towns_in_a_row(**changes)),
        futures=futures,
        settings={**QUIET_FRONT, **STILL, **given},
    )
    rows = []
    for future in range(futures):
        walk = Walk(job, plan, future)
        walk.to(walk.last)
        rows.append(walk.out.series)
    data = np.array(rows)
    return {name: data[name].astype(float) for name in MEASURES}


def near(sample: np.ndarray[Any, Any], expected: float) -> bool:
    error = sample.std(ddof=1) / np.sqrt(len(sample))
    return bool(abs(sample.mean() - expected) < 4 * error)


HARM = {
    "violence_events": 40.0,
    "violence_killed": 4.0,
    "injured_ratio": 2.5,
    "homes_per_event": 0.5,
    "violence_theta": 0.7,
}


def test_totals_of_harm_are_those_of_the_priors() -> None:
    """Nobody moves and the front stands: 30 days of 40 events and 4 killed a day."""
    got = ends({**HARM, "front_start_share": 1e-9})
    assert near(got["killed"][:, -1], 30 * 4.0)
    assert near(got["injured"][:, -1], 30 * 4.0 * 2.5)
    assert near(got["homes_damaged"][:, -1], 30 * 40 * 0.5)
    assert not got["movements"].any()


@pytest.mark.parametrize(
    ("happening", "name"),
    [("offensive_pause", "violence_quiet"), ("truce_start", "violence_truce")],
)
def test_violence_falls_in_a_pause_and_under_a_truce(happening: str, name: str) -> None:
    given = {**HARM, name: 0.2, "offensive_start_rate": 0.0, "truce_cure_share": 1.0}
    given["return_monthly"] = 0.0
    got = ends(given, happenings=((1, "offensive_start", 1), (15, happening, 15)))
    assert near(got["killed"][:, -1], 30 * 4.0 * 0.2)


def test_violence_is_less_in_a_haven_by_its_guarantee() -> None:
    haven = {"lever": "haven", "start": 1, "guarantee": "credible_force"}
    given = {**HARM, "haven_violence_credible": 0.1, "haven_hold_credible": 1 - 1e-12}
    got = ends(given, plan=1, options={"haven": [haven]})
    assert near(got["killed"][:, -1], 30 * 4.0 * 0.1)


def test_a_front_that_comes_from_afar_keeps_the_total_of_events() -> None:
    row = towns_in_a_row(changes=((10, "t1", "att", 10),))
    roads = tuple(replace(r, km=300.0) if r.id == "r0" else r for r in row.roads)
    given = {**HARM, "violence_length": 20.0}
    got = ends(given, futures=20, roads=roads, changes=row.changes)
    assert got["homes_damaged"][:, -1].mean() < 3 * 30 * 40 * 0.5


def test_behind_the_front_events_are_a_share_of_those_before_it() -> None:
    """t1 is taken and its people may stay; beyond the share, what it has not is elsewhere."""
    row = towns_in_a_row(
        changes=((10, "t1", "att", 10),), refuge=(("def", "att", 1.0, "yes"),), days=1
    )
    behind = []
    for share in (0.02, 0.2, 1.0):
        given = {**HARM, "violence_behind": share, "violence_length": 30.0, "front_axis_share": 0.0}
        job = job_of(crisis_of(row), settings=given, futures=40)
        total = np.zeros(len(row.towns))
        for future in range(40):
            walk = Walk(job, 0, future)
            total += walk.to(walk.today).events.sum(axis=0)
        ids = job.world.place_ids
        behind.append(total[ids.index("t1")] / total[ids.index("t2")])
    assert behind[0] < 0.3 * behind[1] < 0.3 * behind[2]


QUIET_PLACE = {
    "violence_killed": 0.0,
    "mortality_usual": 2.0,
    "mortality_idp_ratio": 3.0,
    "mortality_resident_ratio": 1.5,
    "mortality_unsheltered": 0.5,
}


def test_deaths_from_what_displacement_brings_by_hand() -> None:
    """5,000 displaced with shelter, 80,000 residents near the front: 2e-4 x (10,000 + 40,000)."""
    given = {**QUIET_PLACE, "offensive_start_rate": 0.0, "return_monthly": 0.0}
    calm = {"flight_front": 0.0, "flight_background": 0.0, "flight_bombardment": 0.0}
    got = ends(
        {**given, **calm, "violence_length": 90.0, "host_slack": 0.5},
        futures=1,
        happenings=((15, "truce_start", 15),),
    )
    daily = np.diff(got["excess_deaths"][0])
    np.testing.assert_allclose(daily, 2e-4 * (5000 * 2.0 + 80_000 * 0.5))


def test_people_without_shelter_die_more_in_winter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [m for m in range(1, 13) if is_winter(dt.date(2020, m, 1), True)] == [1, 2, 3, 11, 12]
    assert [m for m in range(1, 13) if is_winter(dt.date(2020, m, 1), False)] == [5, 6, 7, 8, 9]
    given = {**SHELTER, **QUIET_PLACE, "tents_per_month": 0.0, "offensive_start_rate": 0.0}

    def deaths(more: float) -> float:
        got = ends({**given, "mortality_unsheltered": more}, futures=1, **people_in_the_open())
        return float(got["excess_deaths"][0, -1])

    assert deaths(0.0) < deaths(0.5)
    monkeypatch.setattr("havenline.options.schedule.is_winter", lambda *_: False)
    assert 0.0 < deaths(0.0) == deaths(0.5)


# Aid


SHELTER = {
    "flight_front": 0.06,
    "flight_idp_ratio": 0.0,
    "violence_killed": 0.0,
    "camp_slack": 0.0,
    "host_slack": 0.0,
    "aid_leak": 0.1,
    "aid_suspension_rate": 0.0,
    "tent_life_months": 6.0,
    "home_life_months": 60.0,
    "persons_per_unit": 5.0,
    "tent_cost": 100.0,
    "home_cost": 1000.0,
    "aid_cost": 30.0,
}
MONTH = 30.4375


def people_in_the_open() -> dict[str, Any]:
    """20,000 people are displaced in a day; there is no slack in sites or with hosts."""
    return {
        "happenings": ((1, "offensive_start", 1), (5, "offensive_pause", 5)),
        "counts": ((4, 20_000.0, 4), (20, 20_000.0, 20)),
    }


def test_tents_come_at_their_rate_and_cost_what_they_cost() -> None:
    given = {**SHELTER, "tents_per_month": 1000.0, "offensive_start_rate": 0.0}
    got = ends(given, futures=2, **people_in_the_open())
    per_day = 1000.0 * 0.9 * 5.0 / MONTH
    assert (got["unsheltered"] > 1000).all()
    np.testing.assert_allclose(np.diff(got["shelter_places"], axis=1), per_day, rtol=1e-6)
    cost = np.diff(got["cost_usd"], axis=1)
    people = (cost - 1000.0 * 0.9 * 100.0 / MONTH) * MONTH / (30.0 * 0.9)
    np.testing.assert_allclose(people, got["newly_displaced"][:, 1:] + 5000, rtol=1e-9)


def test_aid_at_twice_the_level_builds_twice_as_much() -> None:
    given = {**SHELTER, "tents_per_month": 400.0, "offensive_start_rate": 0.0}
    twice = {"twice": [{"lever": "aid", "start": 11, "level": 2.0}]}
    got = ends(given, futures=1, plan=1, options=twice, **people_in_the_open())
    daily = np.diff(got["shelter_places"][0])
    np.testing.assert_allclose(daily[:10], 400 * 0.9 * 5 / MONTH, rtol=1e-6)
    np.testing.assert_allclose(daily[10:], 2 * 400 * 0.9 * 5 / MONTH, rtol=1e-6)


def test_tents_wear_out_where_aid_does_not_replace_them() -> None:
    none = {"none": [{"lever": "aid", "start": 1, "level": 0.0}]}
    given = {**SHELTER, "tents_per_month": 0.0, "offensive_start_rate": 0.0}
    row = towns_in_a_row()
    towns = tuple(replace(t, in_sites=t.idps) for t in row.towns)
    got = ends(given, futures=1, plan=1, options=none, happenings=(), towns=towns)
    tents = got["shelter_places"][0]
    np.testing.assert_allclose(tents, 5000 * (1 - 1 / (6 * MONTH)) ** np.arange(31), rtol=1e-9)
    assert not got["cost_usd"].any()


def test_a_haven_builds_homes_while_it_holds() -> None:
    haven = {
        "lever": "haven",
        "start": 6,
        "guarantee": "consent",
        "shelter_units_per_month": 200.0,
        "homes_per_month": 100.0,
    }
    given = {**SHELTER, "tents_per_month": 0.0, "offensive_start_rate": 0.0}
    given["haven_hold_consent"] = 1 - 1e-12
    got = ends(given, futures=1, plan=1, options={"haven": [haven]}, **people_in_the_open())
    daily = np.diff(got["shelter_places"][0])
    assert not daily[:5].any()
    np.testing.assert_allclose(daily[5], 300 * 0.9 * 5 / MONTH, rtol=1e-6)
    cost = np.diff(got["cost_usd"][0])
    rise = (200 * 100.0 + 100 * 1000.0) * 0.9 / MONTH
    assert cost[5] - cost[4] == pytest.approx(rise, rel=0.01)


def test_dignified_homes_wear_out_too() -> None:
    haven = {"lever": "haven", "start": 1, "guarantee": "consent", "homes_per_month": 100.0}
    given = {**SHELTER, "tents_per_month": 0.0, "offensive_start_rate": 0.0}
    given |= {"haven_hold_consent": 1 - 1e-12, "tent_life_months": 12000.0}

    def places(life: float) -> np.ndarray[Any, Any]:
        settings = {**given, "home_life_months": life}
        got = ends(settings, futures=1, plan=1, options={"haven": [haven]}, **people_in_the_open())
        return np.asarray(got["shelter_places"][0] - got["shelter_places"][0, 0])

    built, keep = 100 * 0.9 * 5 / MONTH, 1 - 1 / (2 * MONTH)
    days = np.arange(31)
    np.testing.assert_allclose(places(12000.0), built * days, rtol=1e-3)
    np.testing.assert_allclose(places(2.0), built * (1 - keep**days) / (1 - keep), rtol=1e-6)


def test_a_haven_shelters_no_more_than_its_scarcest_component_holds() -> None:
    haven = {
        "lever": "haven",
        "start": 1,
        "guarantee": "consent",
        "homes_per_month": 20_000.0,
        "area_m2": 45.0 * 9_000,
        "water_l_day": 15.0 * 4_000,
        "latrines": 400,
    }
    given = {
        **SHELTER,
        "tents_per_month": 0.0,
        "offensive_start_rate": 0.0,
        "home_life_months": 144000.0,
        "haven_hold_consent": 1 - 1e-12,
    }
    got = ends(given, futures=1, plan=1, options={"haven": [haven]}, **people_in_the_open())
    built = got["shelter_places"][0] - got["shelter_places"][0, 0]
    assert built[-1] == pytest.approx(4_000, rel=1e-6)
    dry = {k: v for k, v in haven.items() if k != "water_l_day"}
    got = ends(given, futures=1, plan=1, options={"haven": [dry]}, **people_in_the_open())
    assert (got["shelter_places"][0] - got["shelter_places"][0, 0])[-1] == pytest.approx(8_000)


def test_a_haven_that_failed_is_more_dangerous_than_outside() -> None:
    haven = [{"lever": "haven", "start": 1, "guarantee": "consent"}]
    given = {
        "haven_hold_consent": 1e-300,
        "offensive_end_rate": 0.0,
        "front_axis_share": 0.0,
        "violence_killed": 20.0,
    }
    killed = [
        ends(
            {**given, "haven_violence_failed": ratio},
            futures=60,
            plan=1,
            options={"haven": haven},
        )["killed"][:, -1].sum()
        for ratio in (1.0, 1.5, 3.0)
    ]
    assert killed[0] < killed[1] < killed[2]


def test_suspensions_cut_the_delivery_by_their_share() -> None:
    given = {
        **SHELTER,
        "tents_per_month": 400.0,
        "offensive_start_rate": 0.0,
        "aid_suspension_rate": 40.0,
        "aid_suspension_cut": 0.5,
        "tent_life_months": 12000.0,
    }
    got = ends(given, futures=40, **people_in_the_open())
    full = 400 * 0.9 * 5 / MONTH
    daily = np.diff(got["shelter_places"], axis=1) / full
    assert set(np.round(daily.ravel(), 3)) == {0.5, 1.0}
    assert (daily[:, -1] < 0.75).mean() > 0.2
