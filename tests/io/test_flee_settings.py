"""Settings of Flee's rules: every key has a place, a meaning and bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from havenline.crisis.flee_settings import FleeSettings
from havenline.errors import CrisisError, Problem
from havenline.io.flee.settings import (
    ALIASES,
    CODE_DEFAULTS,
    KEYS,
    NO_EFFECT,
    PRESETS,
    UNREAD_BY_FLEE,
    read_settings,
)

NOT_KEYS = {"unread_by_flee"}


def read(tmp_path: Path, text: str) -> FleeSettings:
    """Read a settings file of that text."""
    path = tmp_path / "simsetting.yml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_every_setting_has_one_key_and_a_meaning() -> None:
    assert sorted(KEYS.values()) == sorted(set(FleeSettings.model_fields) - NOT_KEYS)
    for name, field in FleeSettings.model_fields.items():
        assert name in NOT_KEYS or field.description
    known = [*KEYS, *ALIASES, *PRESETS, *NO_EFFECT]
    assert len(known) == len(set(known))
    assert set(ALIASES) >= UNREAD_BY_FLEE - set(KEYS)
    assert set(ALIASES.values()) <= set(KEYS.values())


def test_an_empty_file_means_the_code_and_no_file_what_flee_ships(tmp_path: Path) -> None:
    for text in ("", "# nothing\n", "move_rules:\nspawn_rules:\n", "---\n"):
        assert read(tmp_path, text) == FleeSettings(**CODE_DEFAULTS)
    assert FleeSettings().conflict_weight == 0.25
    assert read(tmp_path, "").conflict_weight == pytest.approx(10**-0.5)


def test_every_key_reaches_its_setting(tmp_path: Path) -> None:
    values: dict[str, Any] = {}
    for dotted, name in KEYS.items():
        default = getattr(FleeSettings(), name)
        if name == "conflict_spawn_decay":
            value: Any = [1.0, 0.5]
        elif name.endswith("spawn_mode"):
            value = "poisson"
        elif isinstance(default, bool):
            value = not default
        elif isinstance(default, tuple):
            value = [1, 1]
        elif isinstance(default, int):
            value = 3
        else:
            value = 0.75
        node = values
        *above, last = dotted.split(".")
        for part in above:
            node = node.setdefault(part, {})
        node[last] = value
    import yaml

    found = read(tmp_path, yaml.safe_dump(values))
    for dotted, name in KEYS.items():
        node = values
        for part in dotted.split("."):
            node = node[part]
        expected = tuple(node) if isinstance(node, list) else node
        assert getattr(found, name) == expected, dotted
        assert getattr(found, name) != getattr(FleeSettings(), name), dotted


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("move_rules: {start_on_foot: yes}", "start_on_foot", True),
        ("move_rules: {start_on_foot: 1}", "start_on_foot", True),
        ("move_rules: {start_on_foot: Off}", "start_on_foot", False),
        ("move_rules: {softening: '12'}", "softening", 12.0),
        ("move_rules: {awareness_level: 2.0}", "awareness_level", 2),
        ("spawn_rules: {conflict_spawn_decay: None}", "conflict_spawn_decay", None),
        ("spawn_rules: {conflict_driven_spawning: }", "conflict_spawn_mode", "constant"),
        ("spawn_rules: {flood_driven_spawn_mode: }", "flood_spawn_mode", "pop_ratio"),
        (
            "spawn_rules: {conflict_driven_spawning: {spawn_mode: pop_ratio}}",
            "displaced_per_conflict_day",
            0.01,
        ),
        (
            "spawn_rules: {flood_driven_spawn_mode: {spawn_mode: constant}}",
            "displaced_per_flood_day",
            (0.0, 100.0, 200.0, 300.0, 500.0),
        ),
        ("spawn_rules: {camps_are_sicks: True}", "camps_are_sinks", True),
        ("move_rules: {use_v1_rules: True, max_move_speed: 1}", "max_move_speed", 200.0),
        ("move_rules: {use_v1_rules: True}", "camp_weight", 2.0),
        ("move_rules: {use_v1_rules: False, max_move_speed: 1}", "max_move_speed", 1.0),
        ("\ufeffmove_rules: {softening: 3}", "softening", 3.0),
    ],
)
def test_how_values_may_be_written(tmp_path: Path, text: str, name: str, value: Any) -> None:
    assert getattr(read(tmp_path, text), name) == value


def test_what_flee_reads_of_the_same_file(tmp_path: Path) -> None:
    text = (
        "spawn_rules:\n  camps_are_sinks: True\n"
        "  flood_driven_spawn_mode: {flood_spawn_mode: constant}\n"
        "move_rules: {two_system_decision_making: True, softening: 3}\n"
    )
    found = read(tmp_path, text)
    assert found.camps_are_sinks
    assert found.flood_spawn_mode == "constant"
    assert found.two_system_decision_making
    in_flee = found.as_flee()
    assert not in_flee.camps_are_sinks
    assert in_flee.flood_spawn_mode == "pop_ratio"
    assert not in_flee.two_system_decision_making
    assert in_flee.softening == 3
    assert read(tmp_path, "spawn_rules: {camps_are_sicks: True}").as_flee().camps_are_sinks
    assert FleeSettings().as_flee() == FleeSettings()


def test_all_faults_of_a_file_are_in_one_error(tmp_path: Path) -> None:
    (tmp_path / "simsetting.yml").write_text(
        "move_rules:\n  softening: -1\n  hastn: 3\nspawn_rule: 3\n", encoding="utf-8"
    )
    found: list[Problem] = []
    read_settings(tmp_path / "simsetting.yml", found)
    assert [str(p) for p in found] == [
        "simsetting.yml:2 [move_rules.softening]: cannot be negative (found '-1'); expected at "
        "least 0 (negative_number)",
        "simsetting.yml:3 [move_rules.hastn]: ignored, as in Flee, which has no such key "
        "(found '3'); did you mean 'optimisations.hasten'? (key_ignored)",
        "simsetting.yml:4 [spawn_rule]: ignored, as in Flee, which has no such key (found '3'); "
        "did you mean 'spawn_rules'? (key_ignored)",
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "no.yml", tmp_path, "nul\0byte"):
        with pytest.raises(CrisisError):
            read_settings(path)


@pytest.mark.parametrize(
    "wrong",
    [{"softening": float("nan")}, {"hasten": 0}, {"conflict_spawn_decay": []}, {"soft": 1}],
)
def test_settings_made_in_python_are_checked_too(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FleeSettings(**wrong)
