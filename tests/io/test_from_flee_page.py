"""The page for people who come from Flee says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from havenline.crisis.flee_settings import READ_ONLY_WITH, REFUSED_WHERE_ON, FleeSettings
from havenline.io.flee.checks import CHECKS, MOST_OF_A_KIND
from havenline.io.flee.files import INPUT_FILES, LAYOUT, SETTINGS
from havenline.io.flee.settings import (
    ALIASES,
    CODE_DEFAULTS,
    KEYS,
    NO_EFFECT,
    PRESETS,
    UNREAD_BY_FLEE,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "from-flee.md"
TEXT = PAGE.read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the rows of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def written(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool) or not isinstance(value, float | tuple):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}"
    return "[" + ", ".join(f"{x:g}" for x in value) + "]"


def test_every_key_stands_there_with_what_becomes_of_it() -> None:
    shipped = FleeSettings()
    expected: dict[str, list[str]] = {}
    for key, name in KEYS.items():
        meaning = FleeSettings.model_fields[name].description
        how = "honoured"
        if name in REFUSED_WHERE_ON:
            how = "refused where on"
        elif name in READ_ONLY_WITH:
            how = f"without effect: only `{READ_ONLY_WITH[name]}` reads it"
        expected[key] = [written(getattr(shipped, name)), how, str(meaning)]
    for key, name in ALIASES.items():
        first = next(k for k, n in KEYS.items() if n == name)
        how = "honoured; Flee does not read it" if key in UNREAD_BY_FLEE else "honoured"
        expected[key] = ["", how, f"another name of `{first}`"]
    for key, values in PRESETS.items():
        said = ", ".join(f"`{name}` {written(value)}" for name, value in values.items())
        expected[key] = ["False", "honoured", f"sets {said}"]
    for key, (_, why) in NO_EFFECT.items():
        expected[key] = ["", "without effect", why]
    found = {row[0].strip("`"): row[1:] for row in rows("Keys of `simsetting.yml`")}
    assert found == expected


def test_every_setting_is_read_or_said_not_to_be() -> None:
    """Every name of a setting stands somewhere in the rules, or the page says why it does not."""
    source = PAGE.parents[2] / "src" / "havenline"
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in source.rglob("*.py")
        if path.name not in ("settings.py", "flee_settings.py")
    )
    unread = {name for name in KEYS.values() if not re.search(rf"\.{name}\b", code)}
    assert unread == {*READ_ONLY_WITH, *REFUSED_WHERE_ON}


def test_every_check_stands_there() -> None:
    found = [[row[0].strip("`"), row[1], row[2]] for row in rows("Named checks")]
    assert found == [[c.name, c.severity, c.meaning] for c in CHECKS.values()]


def test_every_file_stands_there() -> None:
    named = {
        name for row in rows("Which files are read") for name in re.findall(r"`([^`]+)`", row[0])
    }
    assert named == {*INPUT_FILES, LAYOUT, SETTINGS, "demographics_<attribute>.csv"}


def test_figures_that_the_page_names() -> None:
    assert f"{CODE_DEFAULTS['conflict_weight']:.6f} and {FleeSettings().conflict_weight:g}" in TEXT
    assert MOST_OF_A_KIND == 20
    assert "After twenty problems" in TEXT


def test_the_line_that_the_page_shows_is_what_the_check_says(flee: Any) -> None:
    flee.change("input_csv/routes.csv", "Dune,East_Camp", "Dune,East_Kamp")
    (shown,) = re.findall(r"^input_csv/.*$", TEXT, flags=re.M)
    assert flee.messages() == [shown]


def test_which_files_are_needed_is_true(flee: Any) -> None:
    for name, needed, _ in rows("Which files are read"):
        file = re.findall(r"`([^`]+)`", name)[0]
        path = next(iter(flee.path.rglob(file)), None)
        if path is None:
            assert needed != "yes"
            continue
        before = path.read_bytes()
        path.unlink()
        failed = any(not m.endswith("WARNING") for m in flee.messages())
        assert failed == (needed == "yes"), file
        path.write_bytes(before)
