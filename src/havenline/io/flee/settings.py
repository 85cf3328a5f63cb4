"""Reading a settings file of Flee: every key honoured, said to be without effect, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from havenline.crisis.flee_settings import FleeSettings
from havenline.crisis.reading import decode, read_bytes
from havenline.crisis.registry import suggest
from havenline.crisis.yamlread import Document, read_yaml
from havenline.errors import CrisisError, Problem

CODE_DEFAULTS: dict[str, Any] = {"conflict_weight": 0.3162277660}
"""What a file that leaves keys out means, where that is not what Flee ships: 10 to the -1/2."""

_BY_SECTION: dict[str, tuple[str, ...]] = {
    "": ("default_conflict_intensity",),
    "spawn_rules": (
        "take_from_population",
        "insert_day0",
        "empty_camps_on_day0",
        "conflict_zone_spawning_only",
        "flood_zone_spawning_only",
        "camps_are_sinks",
        "read_from_agents_csv_file",
        "sum_from_camps",
        "starvation_driven_spawning",
        "average_social_connectivity",
        "conflict_spawn_decay",
        "conflict_spawn_decay_interval",
    ),
    "move_rules": (
        "max_move_speed",
        "max_walk_speed",
        "foreign_weight",
        "camp_weight",
        "conflict_weight",
        "conflict_movechance",
        "camp_movechance",
        "idpcamp_movechance",
        "default_movechance",
        "awareness_level",
        "capacity_buffer",
        "capacity_scaling",
        "avoid_short_stints",
        "start_on_foot",
        "softening",
        "weight_softening",
        "weight_power",
        "distance_power",
        "stay_close_to_home",
        "home_distance_power",
        "use_pop_for_loc_weight",
        "pop_power_for_loc_weight",
        "movechance_pop_base",
        "movechance_pop_scale_factor",
        "pruning_threshold",
        "WomenAvoidHazards",
        "ChildrenAvoidHazards",
        "ElderlyAvoidHazards",
        "BoysTakeRisk",
        "MatchCampReligion",
        "MatchCampEthnicity",
        "MatchTownEthnicity",
        "MatchConflictEthnicity",
        "avg_religion_fraction",
        "fixed_routes",
        "two_system_decision_making",
        "use_economic_pull",
        "harvest_months",
        "flee_when_starving",
        "avoid_food_deprived_locations",
    ),
    "move_rules.flood_rules": (
        "flood_movechances",
        "flood_loc_weights",
        "flood_forecaster",
        "flood_forecaster_timescale",
        "flood_forecaster_end_time",
        "flood_forecaster_weights",
        "flood_awareness_weights",
    ),
    "optimisations": ("hasten",),
}

KEYS: dict[str, str] = {
    (f"{section}.{name}" if section else name): name
    for section, names in _BY_SECTION.items()
    for name in names
} | {
    "spawn_rules.conflict_driven_spawning.spawn_mode": "conflict_spawn_mode",
    "spawn_rules.conflict_driven_spawning.displaced_per_conflict_day": "displaced_per_conflict_day",
    "spawn_rules.flood_driven_spawn_mode.spawn_mode": "flood_spawn_mode",
    "spawn_rules.flood_driven_spawn_mode.displaced_per_flood_day": "displaced_per_flood_day",
}
"""Name of the setting by its dotted place in a settings file."""

ALIASES: dict[str, str] = {
    "spawn_rules.camps_are_sicks": "camps_are_sinks",
    "spawn_rules.flood_driven_spawn_mode.flood_spawn_mode": "flood_spawn_mode",
    "spawn_rules.flood_driven_spawning.spawn_mode": "flood_spawn_mode",
    "spawn_rules.flood_driven_spawning.flood_spawn_mode": "flood_spawn_mode",
    "spawn_rules.flood_driven_spawning.displaced_per_flood_day": "displaced_per_flood_day",
}
"""Other names that files use for a setting."""

UNREAD_BY_FLEE: frozenset[str] = frozenset(
    {
        "spawn_rules.camps_are_sinks",
        "spawn_rules.flood_driven_spawn_mode.flood_spawn_mode",
        "spawn_rules.flood_driven_spawning.spawn_mode",
        "spawn_rules.flood_driven_spawning.flood_spawn_mode",
        "spawn_rules.flood_driven_spawning.displaced_per_flood_day",
    }
)
"""Names that Flee's papers use and its code does not read."""

PRESETS: dict[str, dict[str, Any]] = {
    "move_rules.use_v1_rules": {
        "max_move_speed": 200.0,
        "start_on_foot": False,
        "avoid_short_stints": False,
        "camp_weight": 2.0,
        "conflict_weight": 0.25,
    }
}
"""Keys that stand for several settings."""

NO_EFFECT: dict[str, tuple[Any, str]] = {
    "number_of_steps": (-1, "the length stands in sim_period.csv"),
    "conflict_input_file": ("", "conflicts.csv of the folder is read"),
    "flood_level_input_file": ("", "flood_level.csv of the folder is read"),
    "log_levels.agent": (0, "people are counted, so there is no log of single people"),
    "log_levels.link": (0, "people are counted, so there is no log of roads"),
    "log_levels.camp": (0, "results stand in tables, not in logs"),
    "log_levels.init": (0, "results stand in tables, not in logs"),
    "log_levels.conflict": (0, "results stand in tables, not in logs"),
    "log_levels.idp_totals": (0, "results stand in tables, not in logs"),
    "log_levels.granularity": ("location", "results are by place"),
    "move_rules.max_crossing_speed": (20.0, "Flee reads it and uses it nowhere"),
    "move_rules.flood_rules.max_flood_level": (-1, "Flee reads it and uses it nowhere"),
    "move_rules.flood_rules.flood_link_weights": ([], "Flee reads it and uses it nowhere"),
}
"""Keys that are understood and change no number: the value that says nothing, and why."""

_KNOWN = (*KEYS, *ALIASES, *PRESETS, *NO_EFFECT)
_SECTIONS = {key.rsplit(".", 1)[0] for key in _KNOWN if "." in key} | {"log_levels"}
_MODES = {
    "spawn_rules.conflict_driven_spawning": ("conflict_spawn_mode", "constant"),
    "spawn_rules.flood_driven_spawn_mode": ("flood_spawn_mode", "pop_ratio"),
    "spawn_rules.flood_driven_spawning": ("flood_spawn_mode", "pop_ratio"),
}
_UNREAD_SECTION = "spawn_rules.flood_driven_spawning"
_TEXT_FAULTS = {"byte_order_mark", "line_endings", "not_utf8"}
_LONGEST_VALUE = 60


def read_settings(path: str | Path, problems: list[Problem] | None = None) -> FleeSettings:
    """Read a settings file of Flee.

    Keys that the file leaves out take the values of Flee's code, which differ from those of the
    file that Flee ships in ``conflict_weight``.

    Parameters
    ----------
    path : str or Path
        The file, such as ``simsetting.yml``.
    problems : list of Problem, optional
        Added to, errors and warnings.

    Returns
    -------
    FleeSettings
        Where there are errors and `problems` is given: as far as could be read.

    Raises
    ------
    CrisisError
        Where there are errors and `problems` is not given.
    """
    found: list[Problem] = []
    path = Path(path)
    settings = FleeSettings(**CODE_DEFAULTS)
    try:
        data = read_bytes(path.parent, path.name, found)
    except ValueError:  # a name that no file can have
        found.append(_fault("missing_file", str(path), "there is no such file"))
        data = None
    found = [p for p in found if p.check != "empty_file"]
    if data is not None:
        settings, read = parse_settings(data, path.name)
        found += read
    if problems is not None:
        problems += found
    elif errors := [p for p in found if p.severity == "error"]:
        raise CrisisError(errors)
    return settings


def parse_settings(data: bytes, file: str) -> tuple[FleeSettings, list[Problem]]:
    """Read the content of a settings file of Flee.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Its name, for messages.

    Returns
    -------
    settings : FleeSettings
    problems : list of Problem
    """
    raw: list[Problem] = []
    problems: list[Problem] = []
    text = decode(data, file, raw)
    bare = text is not None and not any(
        line.split("#")[0].strip(" \t-.") for line in text.splitlines()
    )
    document = Document(file) if bare else None
    if text is not None and not bare:
        document = read_yaml(text, file, raw)
    for found in raw:
        lenient = found.check in _TEXT_FAULTS
        if found.check != "line_endings":
            problems.append(_as_warning(found) if lenient else found)
    if document is None:
        return FleeSettings(**CODE_DEFAULTS), problems
    values, places = _collect(document, problems)
    settings = validated(document, {**CODE_DEFAULTS, **values}, places, problems)
    return settings, sorted(problems, key=lambda p: p.row or 0)


def validated(
    document: Document,
    values: dict[str, Any],
    places: dict[str, tuple[str, ...]],
    problems: list[Problem],
) -> FleeSettings:
    """Check values of settings, each fault a problem at the place of its key.

    Parameters
    ----------
    document : Document
        Where they stand.
    values : dict of str to object
        By name of the setting.
    places : dict of str to tuple of str
        Path of the key of each.
    problems : list of Problem
        Added to.

    Returns
    -------
    FleeSettings
        Without the values that have a fault.
    """
    try:
        return FleeSettings(**values)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    for fault in faults:
        problems.append(_invalid(document, places, dict(fault)))
    bad = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
    return FleeSettings(**{name: value for name, value in values.items() if name not in bad})


def _as_warning(found: Problem) -> Problem:
    return Problem(
        found.check,
        found.file,
        found.row,
        found.column,
        found.value,
        found.message,
        found.expected,
        found.hint,
        "warning",
    )


def _fault(check: str, file: str, message: str, **more: Any) -> Problem:
    more.setdefault("row", None)
    more.setdefault("column", "")
    value = str(more.pop("value", ""))
    if len(value) > _LONGEST_VALUE:
        value = value[: _LONGEST_VALUE - 3] + "..."
    return Problem(check, file, message=message, value=value, **more)


def _walk(data: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every key with its value; a section comes before what it holds."""
    for key, value in data.items():
        dotted = f"{above}.{key}" if above else str(key)
        yield dotted, value
        if dotted in _SECTIONS and isinstance(value, dict):
            yield from _walk(value, dotted)


def _collect(
    document: Document, problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Return the value of every setting that the file gives, and the place of its key."""
    values: dict[str, Any] = {}
    places: dict[str, tuple[str, ...]] = {}
    unread: list[str] = []
    presets: list[str] = []
    for dotted, value in _walk(document.data or {}):
        path = tuple(dotted.split("."))
        row = document.line(path)
        where: dict[str, Any] = {"row": row, "column": dotted}
        if dotted in _SECTIONS:
            _section(document, dotted, value, values, places, problems)
        elif dotted in NO_EFFECT:
            idle, why = NO_EFFECT[dotted]
            if value not in (idle, None, ""):
                problems.append(
                    _fault("key_without_effect", document.file, f"changes nothing: {why}",
                           value=_written(value), severity="warning", **where)
                )  # fmt: skip
        elif dotted in PRESETS:
            presets.append(dotted)
            places[dotted] = path
            values[dotted] = value
        elif dotted in KEYS or dotted in ALIASES:
            name = KEYS.get(dotted) or ALIASES[dotted]
            if name in values and places.get(name) is not None and dotted in ALIASES:
                problems.append(
                    _fault("duplicate_key", document.file, "this setting is given twice",
                           hint=f"keep {'.'.join(places[name])!r}", **where)
                )  # fmt: skip
                continue
            values[name] = value
            places[name] = path
            if dotted in UNREAD_BY_FLEE:
                unread.append(name)
                problems.append(
                    _fault("key_unread_by_flee", document.file,
                           "honoured here; Flee itself reads another name and leaves this out",
                           expected=_name_in_flee(name), severity="warning", **where)
                )  # fmt: skip
        else:
            problems.append(_ignored(document.file, dotted, row, _written(value)))
    for dotted in presets:
        _preset(document, dotted, values, places, problems)
    if unread:
        values["unread_by_flee"] = tuple(sorted(unread))
    return values, places


def _name_in_flee(name: str) -> str:
    """Return the key that Flee reads for a setting."""
    for dotted, known in (*ALIASES.items(), *KEYS.items()):
        if known == name and dotted not in UNREAD_BY_FLEE:
            return repr(dotted.rsplit(".", 1)[1])
    return ""


def _section(
    document: Document,
    dotted: str,
    value: Any,
    values: dict[str, Any],
    places: dict[str, tuple[str, ...]],
    problems: list[Problem],
) -> None:
    """Check that a section holds keys; one for spawning switches its mode on."""
    path = tuple(dotted.split("."))
    if dotted == _UNREAD_SECTION and isinstance(value, bool):
        problems.append(
            _fault("key_ignored", document.file, "ignored, as in Flee, which reads another key",
                   row=document.line(path), column=dotted, value=_written(value),
                   expected="'flood_driven_spawn_mode'", severity="warning")
        )  # fmt: skip
        return
    if value is not None and not isinstance(value, dict):
        problems.append(
            _fault("wrong_type", document.file, "wrong kind of value", row=document.line(path),
                   column=dotted, value=_written(value), expected="keys and values")
        )  # fmt: skip
        return
    if dotted in _MODES:
        name, mode = _MODES[dotted]
        values.setdefault(name, mode)
    if dotted == _UNREAD_SECTION:
        problems.append(
            _fault("key_unread_by_flee", document.file,
                   "honoured here; Flee itself reads another name and leaves this out",
                   row=document.line(path), column=dotted, expected="'flood_driven_spawn_mode'",
                   severity="warning")
        )  # fmt: skip


def _preset(
    document: Document,
    dotted: str,
    values: dict[str, Any],
    places: dict[str, tuple[str, ...]],
    problems: list[Problem],
) -> None:
    """Set what a key stands for, saying which keys of the file it overrules."""
    given = values.pop(dotted)
    path = places.pop(dotted)
    text = str(given).strip().lower()
    where: dict[str, Any] = {"row": document.line(path), "column": dotted}
    if text in ("false", "no", "off", "0", "none", ""):
        return
    if text not in ("true", "yes", "on", "1"):
        problems.append(
            _fault("wrong_type", document.file, "not true or false", value=_written(given),
                   expected="True or False", **where)
        )  # fmt: skip
        return
    overruled = [n for n, v in PRESETS[dotted].items() if n in values and values[n] != v]
    if overruled:
        problems.append(
            _fault("key_overruled", document.file,
                   "overrules other keys of this file: " + ", ".join(overruled),
                   severity="warning", **where)
        )  # fmt: skip
    values.update(PRESETS[dotted])


def _ignored(file: str, dotted: str, row: int | None, value: str) -> Problem:
    """Report a key that Flee has no use for, with where it may belong."""
    section, _, name = dotted.rpartition(".")
    same = [known for known in _KNOWN if known.rpartition(".")[2] == name]
    if same:
        belongs = same[0].rpartition(".")[0]
        hint = f"it belongs in {belongs}" if belongs else "it belongs at the top of the file"
    else:
        here = [k.rpartition(".")[2] for k in _KNOWN if k.rpartition(".")[0] == section]
        here += [s.rpartition(".")[2] for s in _SECTIONS if s.rpartition(".")[0] == section]
        hint = suggest(name, here) if name not in here else ""
        if not hint and (near := suggest(name, {k.rpartition(".")[2] for k in _KNOWN})):
            meant = near.split("'")[1]
            place = next(k for k in _KNOWN if k.rpartition(".")[2] == meant)
            hint = f"did you mean {place!r}?"
    return _fault("key_ignored", file, "ignored, as in Flee, which has no such key", row=row,
                  column=dotted, value=value, hint=hint, severity="warning")  # fmt: skip


def _invalid(
    document: Document, places: dict[str, tuple[str, ...]], fault: dict[str, Any]
) -> Problem:
    """Turn an error of a value into a problem with its line."""
    name = str(fault["loc"][0]) if fault["loc"] else ""
    path: tuple[str | int, ...] = places.get(name, ())
    column = ".".join(str(part) for part in path)
    for part in fault["loc"][1:]:
        if isinstance(part, int):
            path = (*path, part)
            column += f"[{part}]"
    kind, context = fault["type"], fault.get("ctx") or {}
    check, message, expected, hint = "wrong_type", "wrong kind of value", "", ""
    if kind in ("wrong_type", "not_finite", "out_of_bounds"):
        check, message = kind, fault["msg"]
        expected = str(context.get("expected", ""))
        text = str(fault["input"]).strip().lower()
        if expected == "True or False" and text.strip("\"'") in ("true", "false"):
            hint = "write it without quotes"
    elif kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        check, message = "out_of_bounds", "out of bounds"
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        expected = ", ".join(f"{words[k]} {v:g}" for k, v in context.items() if k in words)
        if kind == "greater_than_equal" and context.get("ge") == 0:
            check, message = "negative_number", "cannot be negative"
    elif kind == "literal_error":
        check, message = "unknown_value", "unknown value"
        expected = "one of constant, pop_ratio, poisson"
        hint = suggest(str(fault["input"]), ("constant", "pop_ratio", "poisson"))
    elif kind == "extra_forbidden":
        check, message = "unknown_key", "no such key"
        hint = suggest(name, FleeSettings.model_fields)
    elif kind == "too_short":
        check, message = "missing_value", "this list must not be empty"
    return _fault(
        check,
        document.file,
        message,
        row=document.line(path),
        column=column,
        value=_written(fault["input"]),
        expected=expected,
        hint=hint,
    )


def _written(value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        return ""
    return "" if value is None else str(value)
