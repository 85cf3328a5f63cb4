"""More of a cause is more, or less, of its effect: each parameter in the direction it must have.

Runs share their luck, so totals over futures are compared, not fitted. Where a mechanism feeds back
(people who find shelter near the front flee again) the direction holds within a step only; those
are in ``tests/engine/test_one_step.py``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from havenline.crisis import Crisis
from havenline.engine import simulate
from havenline.outcomes.indicators import INDICATORS, per_future
from tests.crises_random import Levers
from tests.full_crisis import full_crisis

ROOT = Path(__file__).resolve().parents[2]

TRUCE = {
    "lever": "truce",
    "start": 2,
    "compliance_mechanism": True,
    "substance": True,
    "excludes_listed_groups": True,
    "buffer_zone": True,
}
OPTIONS: Mapping[str, Levers] = {
    "truce": [TRUCE],
    "watched": [TRUCE, {"lever": "monitors", "start": 2, "kind": "unarmed", "persons": 300}],
    "force": [TRUCE, {"lever": "monitors", "start": 2, "kind": "interposition", "persons": 3000}],
    "contained": [TRUCE, {"lever": "containment", "start": 2}],
    "exempt": [{"lever": "exemption", "start": 1}],
    "line": [
        {**TRUCE, "excludes_listed_groups": False},
        {"lever": "line", "line_id": "mid", "announced": 2, "handover": 20},
    ],
    "haven": [
        {
            "lever": "haven",
            "start": 2,
            "guarantee": "consent",
            "shelter_units_per_month": 400.0,
            "homes_per_month": 400.0,
        }
    ],
    "declared": [{"lever": "haven", "start": 2, "guarantee": "declared"}],
    "credible": [{"lever": "haven", "start": 2, "guarantee": "credible_force"}],
    "managed": [{"lever": "border", "neighbour": "nb", "start": 1, "regime": "managed"}],
    "open": [{"lever": "border", "neighbour": "nb", "start": 1, "regime": "open"}],
    "gate": [{"lever": "onward", "neighbour": "nb", "start": 3}],
}
STEADY = {
    "truce_median_days": 12.0,
    "aid_suspension_rate": 4.0,
    "flight_level_sd": 0.0,
    "flight_level_between": 0.0,
}

UP, DOWN = 1, -1
CASES = [
    # parameter, values, option, outcome, direction, settings
    ("flight_front", (0.01, 0.05, 0.2), "no_deal", "newly_displaced", UP, {}),
    ("flight_background", (0.0, 0.005, 0.03), "no_deal", "newly_displaced", UP, {}),
    ("flight_bombardment", (0.0, 0.03, 0.2), "no_deal", "newly_displaced", UP, {}),
    ("flight_front_length", (2.0, 8.0, 30.0), "no_deal", "newly_displaced", UP, {}),
    ("flight_idp_ratio", (0.5, 1.0, 2.0), "no_deal", "movements", UP, {}),
    ("flight_frailty", (0.0, 2.0, 20.0), "no_deal", "newly_displaced", DOWN, {}),
    ("offensive_end_rate", (0.0, 0.05, 0.5), "no_deal", "killed", DOWN, {}),
    ("front_speed", (0.02, 0.3, 2.0), "no_deal", "in_captured_places", UP, {"flight_front": 0.0}),
    ("front_axis_share", (0.0, 0.5, 1.0), "no_deal", "in_captured_places", UP,
     {"flight_front": 0.0, "front_speed": 1.0}),
    ("violence_killed", (1.0, 4.0, 12.0), "no_deal", "killed", UP, {}),
    ("violence_quiet", (0.0, 0.3, 1.0), "no_deal", "killed", UP, {"offensive_end_rate": 0.5}),
    ("violence_truce", (0.0, 0.1, 1.0), "truce", "killed", UP, {}),
    ("violence_undercount", (1.0, 1.3, 2.0), "no_deal", "killed_all", UP, {}),
    ("injured_ratio", (1.0, 2.8, 6.0), "no_deal", "injured", UP, {}),
    ("homes_per_event", (0.1, 0.7, 4.0), "no_deal", "homes_damaged", UP, {}),
    ("mortality_usual", (0.05, 0.12, 0.3), "no_deal", "excess_deaths", UP, {}),
    ("mortality_idp_ratio", (1.5, 2.5, 4.0), "no_deal", "excess_deaths", UP, {}),
    ("mortality_resident_ratio", (1.0, 1.5, 3.0), "no_deal", "excess_deaths", UP, {}),
    ("mortality_siege", (1.0, 2.0, 4.0), "no_deal", "excess_deaths", UP, {}),
    ("other_side_harm", (0.1, 2.0, 20.0), "line", "harmed_left", UP, {}),
    ("truce_median_days", (3.0, 12.0, 60.0), "truce", "truce_standing", UP, {}),
    ("truce_cure_share", (0.0, 0.3, 1.0), "truce", "truce_standing", UP, {}),
    ("truce_hr_compliance", (0.3, 0.7, 2.0), "truce", "truce_standing", DOWN, {}),
    ("truce_hr_substance", (0.2, 0.6, 2.0), "truce", "truce_standing", DOWN, {}),
    ("truce_hr_buffer", (0.5, 0.9, 2.0), "truce", "truce_standing", DOWN, {}),
    ("truce_hr_excluded", (0.8, 1.5, 4.0), "truce", "truce_standing", DOWN, {}),
    ("truce_hr_observers", (0.5, 1.0, 2.0), "watched", "truce_standing", DOWN, {}),
    ("truce_hr_interposition", (0.5, 0.88, 1.0), "force", "truce_standing", DOWN, {}),
    ("containment_fail_rate", (0.0, 5.0, 80.0), "contained", "truce_standing", DOWN,
     {"truce_hr_excluded": 1.0, "containment_failed_hr": 4.0}),
    ("containment_failed_hr", (1.0, 2.0, 6.0), "contained", "truce_standing", DOWN,
     {"containment_fail_rate": 50.0}),
    ("containment_aid", (0.1, 0.5, 1.0), "contained", "aid_suspended", UP,
     {"containment_fail_rate": 0.0}),
    ("exemption_aid", (0.1, 0.5, 1.0), "exempt", "aid_suspended", UP, {}),
    ("aid_suspension_rate", (0.0, 3.0, 20.0), "no_deal", "aid_suspended", UP, {}),
    ("aid_suspension_cut", (0.0, 0.4, 1.0), "no_deal", "cost_usd", DOWN, {}),
    ("aid_leak", (0.0, 0.1, 0.5), "no_deal", "cost_usd", DOWN, {}),
    ("aid_cost", (15.0, 40.0, 90.0), "no_deal", "cost_usd", UP, {}),
    ("tent_cost", (100.0, 500.0, 1200.0), "haven", "cost_usd", UP, {}),
    ("home_cost", (700.0, 2000.0, 9000.0), "haven", "cost_usd", UP, {}),
    ("response_halflife", (3.0, 18.0, 90.0), "no_deal", "cost_24m", UP, {}),
    ("rebuild_cost", (500.0, 5000.0, 50000.0), "no_deal", "cost_6m_rebuilt", UP, {}),
    ("return_monthly", (0.0, 0.1, 0.5), "truce", "returned", UP, {"truce_cure_share": 1.0}),
    ("return_decay_months", (0.2, 3.0, 30.0), "truce", "returned", UP, {"truce_cure_share": 1.0}),
    ("border_closed", (0.0, 0.001, 0.05), "no_deal", "entries", UP, {"host_slack": 0.0}),
    ("border_managed", (0.01, 0.1, 0.4), "managed", "entries", UP, {"host_slack": 0.0}),
    ("border_open", (0.1, 0.4, 0.9), "open", "entries", UP, {"host_slack": 0.0}),
    ("onward_managed", (0.0001, 0.001, 0.01), "no_deal", "onward_attempts", UP, {}),
    ("onward_open", (0.001, 0.02, 0.1), "gate", "onward_attempts", UP, {}),
    ("onward_pulse", (1000.0, 13000.0, 40000.0), "gate", "onward_attempts", UP, {}),
    ("onward_passthrough", (-0.3, 0.0, 0.5), "no_deal", "onward_attempts", UP, {}),
    ("line_leave_share", (0.3, 0.7, 0.99), "line", "left_on_other_side", DOWN, {}),
    ("line_leave_share", (0.3, 0.7, 0.99), "line", "displaced_by_option", UP, {}),
    ("haven_hold_consent", (1e-9, 0.3, 0.99), "haven", "haven_standing", UP, {}),
    ("haven_hold_declared", (1e-9, 0.3, 0.99), "declared", "haven_standing", UP, {}),
    ("haven_hold_credible", (1e-9, 0.3, 0.99), "credible", "haven_standing", UP, {}),
    ("haven_violence_consent", (0.1, 0.5, 1.0), "haven", "killed", UP, {"haven_hold_consent": 1.0}),
    ("haven_violence_declared", (0.1, 0.5, 1.0), "declared", "killed", UP,
     {"haven_hold_declared": 1.0}),
    ("haven_violence_credible", (0.1, 0.5, 1.0), "credible", "killed", UP,
     {"haven_hold_credible": 1.0}),
    ("haven_violence_failed", (1.0, 2.0, 5.0), "declared", "killed", UP,
     {"haven_hold_declared": 1e-300}),
    ("erosion_pace", (0.0, 0.1, 1.0), "truce", "in_captured_places", UP,
     {"truce_cure_share": 1.0, "front_axis_share": 1.0, "front_speed": 2.0, "flight_front": 0.0}),
    ("theatre_coupling", (0.0, 0.5, 3.0), "no_deal", "displaced_elsewhere", UP,
     {"offensive_end_rate": 0.0}),
    ("theatre_front_km", (1.0, 10.0, 30.0), "no_deal", "displaced_elsewhere", DOWN, {}),
    ("theatre_violence", (0.0, 0.3, 3.0), "no_deal", "displaced_elsewhere", UP,
     {"truce_cure_share": 1.0}),
]  # fmt: skip


@cache
def crisis_with(option: str) -> Crisis:
    return full_crisis({} if option == "no_deal" else {option: OPTIONS[option]})


def total(option: str, outcome: str, settings: Mapping[str, float]) -> float:
    data = simulate(
        crisis_with(option), futures=40, seed=6, workers=1, settings={**STEADY, **settings}
    ).dataset
    row = 0 if option == "no_deal" else 1
    if outcome in INDICATORS:
        return float(per_future(data, outcome)[row].sum())
    return float(data[outcome].to_numpy()[row].sum())


@pytest.mark.parametrize(
    ("parameter", "values", "option", "outcome", "direction", "settings"),
    CASES,
    ids=[f"{c[0]}-{c[3]}" for c in CASES],
)
def test_more_of_it_moves_the_outcome_one_way(
    parameter: str,
    values: tuple[float, float, float],
    option: str,
    outcome: str,
    direction: int,
    settings: Mapping[str, float],
) -> None:
    totals = [total(option, outcome, {**settings, parameter: v}) for v in values]
    steps = direction * np.diff(totals)
    assert (steps >= 0).all(), totals
    assert steps.sum() > 0, totals


ELSEWHERE = {
    "tests/mechanisms/test_journey_directions.py": (
        "destination_distance_power", "destination_offset", "destination_pull_sd",
        "destination_size_power",
        "vehicle_km_day", "vehicle_share", "walk_km_day",
    ),
    "tests/engine/conditioning/test_factors.py": ("destination_area_sd",),
    "tests/engine/steps/test_harm_and_aid.py": (
        "camp_slack", "home_life_months", "host_slack", "mortality_unsheltered",
        "persons_per_unit", "tent_life_months", "tents_per_month", "violence_events",
        "violence_behind", "violence_length", "violence_theta",
    ),
    "tests/engine/steps/test_violence_lasts.py": ("violence_lasting", "violence_memory_days"),
    "tests/engine/steps/test_fear.py": ("flight_fear", "flight_fear_km"),
    "tests/engine/steps/test_orders.py": ("order_days", "order_share"),
    "tests/engine/steps/test_rout.py": ("rout_days", "rout_pace", "rout_rate"),
    "tests/engine/steps/test_intervention.py": (
        "intervention_clash_rate", "intervention_days", "intervention_pace",
        "intervention_restart", "intervention_stops", "intervention_violence",
    ),
    "tests/engine/steps/test_siege.py": (
        "corridor_fail_rate", "corridor_one_side", "siege_leak",
    ),
    "tests/engine/steps/test_containment.py": ("aid_suspension_months",),
    "tests/engine/test_erosion.py": ("erosion_gain", "erosion_monitored"),
    "tests/engine/steps/test_hollowing.py": (
        "erosion_wear", "phase_missed", "truce_hr_breaches", "truce_hr_missed", "truce_hr_posts",
    ),
    "tests/engine/steps/test_control.py": (
        "front_check_factor", "front_speed_spread", "front_start_share", "offensive_start_rate",
    ),
    "tests/engine/steps/test_truce.py": ("tempo_persistence", "truce_shape"),
    "tests/engine/test_level.py": (
        "flight_count_error", "flight_level_between", "flight_level_sd", "tempo_sd",
    ),
    "tests/engine/steps/test_flight.py": (
        "flight_shock_persistence", "flight_shock_sd",
    ),
    "tests/engine/test_several.py": (
        "flight_announced", "flight_at_capture", "flight_attackers_side",
        "flight_built_up_reach", "flight_captured",
        "flight_pause", "front_built_up", "front_freeze_rate", "front_thaw_rate",
        "offensive_announced",
    ),
    "tests/engine/test_refuge.py": (
        "destination_safe_km", "refuge_hostile", "refuge_neutral", "site_unknown", "transit_days",
    ),
    "tests/engine/steps/test_returns.py": (
        "return_damaged", "return_far_km", "return_quiet_days", "return_unsettled", "return_wary",
    ),
    "tests/engine/test_border.py": (
        "return_abroad", "border_shelter",
        "border_known_open", "border_pull", "border_unknown", "border_wait",
    ),
    "tests/mechanisms/test_switches.py": ("return_other_side", "return_other_side_watched"),
    "tests/outcomes/test_tension.py": (
        "host_coverage", "host_overload", "host_price_rise", "pressure_full_inflow",
        "pressure_full_overload", "pressure_full_prices", "pressure_full_share",
        "pressure_full_uncovered", "pressure_weight_inflow", "pressure_weight_overload",
        "pressure_weight_prices", "pressure_weight_share", "pressure_weight_uncovered",
        "pressure_weights",
    ),
    "tests/engine/steps/test_onward.py": (
        "onward_new", "onward_opening_days", "onward_opening_pressure", "onward_opening_rate",
        "onward_season_peak", "onward_season_swing",
    ),
    "tests/negotiation/test_negotiate.py": (
        "breaking_first_gain", "cost_of_war", "guarantee_lasting", "outlook_futures",
        "partial_deal_chance", "proposer_dependence", "settlement_force",
        "settlement_handover_day", "settlement_haven_day", "settlement_haven_first_day",
        "settlement_homes", "settlement_late_handover_day", "settlement_observers",
        "settlement_shelters", "settlement_truce_day", "temptation_hazard", "temptation_most",
        "undeclared_salience",
    ),
    "tests/evidence/test_reporting.py": (
        "report_error", "report_error_floor", "report_incomplete", "report_lag_days",
    ),
}  # fmt: skip
"""Parameters whose effect is tested within a step, by hand or as a distribution, and where."""


def test_every_parameter_has_its_effect_tested() -> None:
    from havenline.crisis.parameters import parameter_names

    here = {c[0] for c in CASES}
    there = {name for names in ELSEWHERE.values() for name in names}
    assert here | there == set(parameter_names())
    assert not here & there
    for file, names in ELSEWHERE.items():
        tested = names_tested((ROOT / file).read_text(encoding="utf-8"))
        assert [name for name in names if name not in tested] == [], file


def names_tested(source: str) -> set[str]:
    """Return the words that the tests of a file use, by themselves or through what they name.

    Words in comments, in docstrings, and in what no test reaches do not count.
    """
    parts: dict[str, ast.AST] = {}
    for part in ast.parse(source).body:
        if isinstance(part, ast.FunctionDef):
            parts[part.name] = part
        elif isinstance(part, ast.Assign | ast.AnnAssign):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            parts.update({t.id: part for t in targets if isinstance(t, ast.Name)})
    found: set[str] = set()
    reached = [name for name in parts if name.startswith("test_")]
    while reached:
        within = parts.pop(reached.pop(), ast.Pass())
        said = {id(n.value) for n in ast.walk(within) if isinstance(n, ast.Expr)}
        for node in ast.walk(within):
            if isinstance(node, ast.Name | ast.arg):
                reached.append(node.id if isinstance(node, ast.Name) else node.arg)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.keyword):
                found.add(node.arg or "")
            elif isinstance(node, ast.Constant) and id(node) not in said:
                found.add(str(node.value))
    return found


def test_a_word_that_no_test_reaches_is_not_tested() -> None:
    source = """
LATER = {"late": 1.0}
HIDDEN = {"hidden": 1.0}
def run(values):
    return values["inner"]
def test_it():
    "docstring"
    # comment
    assert run(LATER, keyword=2)
"""
    assert names_tested(source) == {"late", "1.0", "inner", "keyword", "2"}
