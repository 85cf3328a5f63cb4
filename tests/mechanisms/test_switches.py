"""Every mechanism can be switched off: to the byte the run is then the one without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

from havenline.engine import simulate
from tests.crises_random import Levers
from tests.full_crisis import full_crisis

TRUCE = {"lever": "truce", "start": 2}
LINE = {"lever": "line", "line_id": "mid", "announced": 2, "handover": 9}
HAVEN = {"lever": "haven", "start": 3, "guarantee": "declared"}
LIVELY = {
    "aid_suspension_rate": 10.0,
    "truce_median_days": 20.0,
    "offensive_start_rate": 0.05,
    "erosion_pace": 0.2,
    "front_axis_share": 1.0,
}
"""Values under which rare things happen in a small run."""


def run(options: Mapping[str, Levers], **settings: float) -> xr.Dataset:
    return simulate(
        full_crisis(options), futures=8, seed=4, workers=1, settings={**LIVELY, **settings}
    ).dataset


def same(one: xr.Dataset, other: xr.Dataset, but: Sequence[str] = ()) -> None:
    for name in one.data_vars:
        if name not in ("parameter_values", *but):
            np.testing.assert_array_equal(one[name].to_numpy(), other[name].to_numpy(), str(name))


WITH_AND_WITHOUT: Mapping[str, tuple[Levers, Levers, Mapping[str, float], Sequence[str]]] = {
    "observers": (
        [TRUCE, {"lever": "monitors", "start": 4, "kind": "unarmed", "persons": 300}],
        [TRUCE],
        {"truce_hr_observers": 1.0, "erosion_monitored": 1.0},
        (),
    ),
    "interposed forces": (
        [TRUCE, {"lever": "monitors", "start": 4, "kind": "interposition", "persons": 5000}],
        [TRUCE],
        {"truce_hr_interposition": 1.0, "front_check_factor": 1.0},
        (),
    ),
    "a compliance mechanism": (
        [{**TRUCE, "compliance_mechanism": True}],
        [TRUCE],
        {"truce_hr_compliance": 1.0},
        (),
    ),
    "substance": ([{**TRUCE, "substance": True}], [TRUCE], {"truce_hr_substance": 1.0}, ()),
    "a buffer zone": ([{**TRUCE, "buffer_zone": True}], [TRUCE], {"truce_hr_buffer": 1.0}, ()),
    "listed groups left out": (
        [{**TRUCE, "excludes_listed_groups": True}],
        [TRUCE],
        {"truce_hr_excluded": 1.0},
        (),
    ),
    "containment": (
        [TRUCE, {"lever": "containment", "start": 3}],
        [TRUCE],
        {"containment_fail_rate": 0.0, "containment_aid": 1.0},
        (),
    ),
    "an exemption": (
        [{"lever": "exemption", "start": 3}],
        [{"lever": "aid", "start": 3, "level": 1.0}],
        {"exemption_aid": 1.0},
        (),
    ),
    "a line that nobody hands anything over at": (
        [TRUCE, {**LINE, "hands_over": False}],
        [TRUCE],
        {},
        (),
    ),
    "a haven that protects nobody": (
        [HAVEN],
        [{"lever": "aid", "start": 3, "level": 1.0}],
        {
            "haven_violence_declared": 1.0,
            "haven_violence_failed": 1.0,
            "front_axis_share": 0.0,
            "front_thaw_rate": 0.0,
        },
        ("haven_standing",),
    ),
    "a border as it is": (
        [{"lever": "border", "neighbour": "nb", "start": 2, "regime": "closed"}],
        [{"lever": "aid", "start": 3, "level": 1.0}],
        {},
        (),
    ),
    "a far border that opens to nobody": (
        [{"lever": "onward", "neighbour": "nb", "start": 2}],
        [{"lever": "aid", "start": 3, "level": 1.0}],
        {
            "onward_open": 0.0004,
            "onward_managed": 0.0004,
            "onward_pulse": 1e-300,
            "onward_opening_rate": 0.0,
        },
        (),
    ),
}


@pytest.mark.parametrize("name", WITH_AND_WITHOUT)
def test_a_lever_without_effect_gives_the_run_without_it(name: str) -> None:
    levers, without, settings, but = WITH_AND_WITHOUT[name]
    one = run({"deal": levers}, **settings)
    other = run({"deal": without}, **settings)
    same(one, other, but)


@pytest.mark.parametrize("name", WITH_AND_WITHOUT)
def test_with_an_effect_it_is_another_run(name: str) -> None:
    """So that the test above does not hold because nothing ever happens."""
    if name in ("a line that nobody hands anything over at", "a border as it is"):
        return
    levers, without, settings, but = WITH_AND_WITHOUT[name]
    changed = {k: v * 0.2 if k != "containment_fail_rate" else 50.0 for k, v in settings.items()}
    changed.pop("onward_managed", None)
    one, other = run({"deal": levers}, **changed), run({"deal": without}, **changed)
    with pytest.raises(AssertionError):
        same(one, other, but)


def test_an_aid_level_of_one_is_no_lever() -> None:
    data = run({"deal": [{"lever": "aid", "start": 1, "level": 1.0}]})
    for name in data.data_vars:
        if "option" in data[name].dims:
            nothing, deal = data[name].to_numpy()
            np.testing.assert_array_equal(nothing, deal, str(name))


ALL = {
    "deal": [TRUCE, LINE, {**HAVEN, "line_id": "mid", "start": 9}],
    "open": [{"lever": "border", "neighbour": "nb", "start": 5, "regime": "open"}],
}
OFF: Mapping[str, tuple[Mapping[str, float], Mapping[str, Any], Sequence[str]]] = {
    "violence": (
        {
            "violence_killed": 0.0,
            "homes_per_event": 0.0,
            "flight_bombardment": 0.0,
            "return_monthly": 0.0,
        },
        {"violence_events": 90.0, "violence_length": 5.0, "violence_quiet": 0.9},
        ("excess_deaths",),
    ),
    "suspensions": (
        {"aid_suspension_rate": 0.0},
        {"aid_suspension_months": 1.0, "aid_suspension_cut": 1.0},
        (),
    ),
    "return": (
        {"return_monthly": 0.0},
        {"return_decay_months": 0.5, "return_quiet_days": 90.0, "return_unsettled": 1.0},
        (),
    ),
    "the tempo of an offensive": ({"tempo_sd": 0.0}, {"tempo_persistence": 0.1}, ()),
    "shocks of flight": ({"flight_shock_sd": 0.0}, {"flight_shock_persistence": 0.1}, ()),
    "erosion": ({"erosion_pace": 0.0}, {"erosion_monitored": 0.1, "erosion_gain": 3.0}, ()),
    "the front": (
        {"front_axis_share": 0.0, "front_thaw_rate": 0.0},
        {
            "front_speed": 9.0,
            "front_speed_spread": 2.0,
            "front_check_factor": 0.01,
            "front_built_up": 0.9,
            "front_freeze_rate": 0.5,
        },
        (),
    ),
    "onward pass-through": (
        {
            "onward_passthrough": 0.0,
            "onward_opening_rate": 0.0,
            "border_closed": 0.0,
            "border_managed": 0.0,
            "border_open": 0.0,
        },
        {"flight_front": 0.3},
        "onward only",
    ),
    "fear": ({"flight_fear": 0.0}, {"flight_fear_km": 80.0}, ()),
    "a defence that dissolves": (
        {"rout_rate": 0.0},
        {"rout_days": 25.0, "rout_pace": 20.0},
        (),
    ),
    "a host state that opens under pressure": (
        {"onward_opening_rate": 0.0},
        {"onward_opening_pressure": 9.0, "onward_opening_days": 60.0},
        "onward only",
    ),
    "deaths from what displacement brings": (
        {"mortality_usual": 0.0},
        {"mortality_idp_ratio": 9.0, "mortality_unsheltered": 5.0},
        (),
    ),
    "linked theatres": (
        {"theatre_coupling": 0.0},
        {"theatre_violence": 9.0, "theatre_front_km": 3.0},
        ("displaced_elsewhere", "displaced_present_elsewhere", "returned_elsewhere"),
    ),
}


@pytest.mark.parametrize("name", OFF)
def test_switched_off_its_other_values_change_no_byte(name: str) -> None:
    off, others, but = OFF[name]
    one, other = run(ALL, **off), run(ALL, **{**others, **off})
    if but == "onward only":
        np.testing.assert_array_equal(one["onward_attempts"], other["onward_attempts"])
        return
    same(one, other, but)


@pytest.mark.parametrize("name", OFF)
def test_switched_on_they_change_the_run(name: str) -> None:
    off, others, but = OFF[name]
    on = {
        k: 50.0 if k == "rout_rate" else 0.5
        for k in off
        if k not in ("tempo_sd", "theatre_coupling", "front_axis_share")
    }
    one, other = run(ALL, **on), run(ALL, **{**on, **others})
    if but == "onward only":
        assert (one["onward_attempts"] != other["onward_attempts"]).any()
        return
    with pytest.raises(AssertionError):
        same(one, other, but if name != "linked theatres" else ())


WATCHED = {**LINE, "return_watched": True, "announced": 1, "handover": 3}
SAFE = {"truce_cure_share": 1.0, "return_monthly": 2.0, "line_leave_share": 0.9}


def test_return_to_the_other_side_depends_on_safety_there() -> None:
    """About none on their own; more where return beyond a line is watched; none switched off."""
    line = {**WATCHED, "return_watched": False}
    off = run({"deal": [TRUCE, line]}, **SAFE, return_other_side=0.0)
    few = run({"deal": [TRUCE, line]}, **SAFE, return_other_side=0.05)
    many = run(
        {"deal": [TRUCE, WATCHED]},
        **SAFE,
        return_other_side=0.05,
        return_other_side_watched=0.7,
    )
    crossed = [d["returned_other_side"].to_numpy()[1, :, -1].sum() for d in (off, few, many)]
    assert crossed[0] == 0
    assert 0 < crossed[1] < 0.3 * crossed[2]
    for data in (off, few, many):
        assert (data["ledger_residual"] == 0).all()
        assert (data["returned"] >= data["returned_other_side"]).all()
        # those who come back are not among those who were left
        left = data["left_on_other_side"].to_numpy()[1, :, 4:]
        assert (np.diff(left, axis=1) <= 0).all()


def test_unwatched_and_switched_off_nobody_crosses_and_nothing_else_changes() -> None:
    one = run({"deal": [TRUCE, WATCHED]}, **SAFE, return_other_side=0.0,
              return_other_side_watched=1e-300)  # fmt: skip
    other = run({"deal": [TRUCE, {**WATCHED, "return_watched": False}]}, **SAFE,
                return_other_side=0.0)  # fmt: skip
    same(one, other)
