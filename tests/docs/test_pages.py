"""Links lead somewhere, and what pages name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from havenline.cli import app
from havenline.crisis import CHECKS, check_crisis, init_crisis
from havenline.crisis.parameters import parameter_names

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = {
    "assimilate",
    "audit",
    "calibrate",
    "check",
    "crises",
    "delay",
    "forecast",
    "hindcast",
    "import",
    "info",
    "init",
    "negotiate",
    "options",
    "run",
    "schema",
    "serve",
    "score-negotiation",
    "steps",
    "upgrade",
    "validate",
}
TO_COME: set[str] = set()
"""Pictures that are taken from a finished run."""


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", without_code(text), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(read(page))):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        other = (page.parent / file).resolve() if file else page
        name = other.relative_to(ROOT).as_posix()
        assert other.exists() or name in TO_COME, target
        if anchor:
            assert anchor in anchors(read(other)), target


def test_every_page_of_the_docs_is_linked_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / t).resolve() for t in re.findall(r"\]\(([^)#]+)\)", read(index))}
    assert set((ROOT / "docs").rglob("*.md")) - {index} == linked


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_commands_that_pages_show_exist(page: Path) -> None:
    shown = re.findall(r"^(?:\$ )?havenline ([\w-]+)", read(page), flags=re.M)
    shown += re.findall(r"`havenline ([a-z][\w-]*)", read(page))
    assert set(shown) <= COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_flags_that_pages_show_exist(command: str) -> None:
    shown = set()
    for page in PAGES:
        for line in re.findall(rf"^havenline {command}\b.*$", read(page), flags=re.M):
            shown |= set(re.findall(r"--[a-z-]+", line))
    if command == "run":
        (options,) = re.findall(r"^Options of `run`:.*?^$", read(ROOT / "README.md"), re.M | re.S)
        shown |= set(re.findall(r"`(--[a-z-]+)", options))
    if command == "check":
        shown |= set(re.findall(r"`(--[a-z-]+)", read(ROOT / "docs/how-to/read-a-failed-check.md")))
    known = {
        flag
        for one in get_command(app).commands[command].params  # type: ignore[attr-defined]
        for flag in (*one.opts, *one.secondary_opts)
    }
    assert shown <= {*known, "--help"}


def test_readme_names_the_two_commands_and_every_subcommand() -> None:
    readme = read(ROOT / "README.md")
    for target in ("run", "test"):
        assert re.search(rf"^make {target}\b", readme, flags=re.M)
        assert re.search(rf"^{target}:", read(ROOT / "Makefile"), flags=re.M)
    for command in COMMANDS:
        assert f"`havenline {command}" in readme


def test_parameters_that_the_model_page_names_exist() -> None:
    known = set(parameter_names())
    prefixes = {name.split("_")[0] for name in known}
    named = re.findall(r"`([a-z]+_[a-z_]+)`", read(ROOT / "docs/explanation/model.md"))
    wrong = {n for n in named if n not in known and n.split("_")[0] in prefixes}
    assert wrong == set()
    assert len(set(named) & known) > 25


def test_settings_that_pages_show_are_parameters() -> None:
    for page in PAGES:
        for name in re.findall(r"--set (\w+)=\d", read(page)):
            assert name in parameter_names()


def test_checks_that_the_guide_names_exist() -> None:
    guide = read(ROOT / "docs/how-to/read-a-failed-check.md")
    named = re.findall(r"\(((?:`\w+`(?:,\s+)?)+)\)", guide)
    names = {n for group in named for n in re.findall(r"`(\w+)`", group)}
    assert len(names) > 10
    assert names <= set(CHECKS)


def test_the_line_that_the_guide_explains_is_what_the_check_says(tmp_path: Path) -> None:
    folder = init_crisis(tmp_path / "crisis")
    table = folder / "routes.csv"
    wrong = read(table).replace("alderford,dunstow,", "alderford,dunstov,")
    table.write_text(wrong, encoding="utf-8", newline="\n")
    lines = [str(p) for p in check_crisis(folder).problems]
    (shown,) = re.findall(r"^routes\.csv:.*$", read(ROOT / "docs/how-to/read-a-failed-check.md"),
                          flags=re.M)  # fmt: skip
    assert shown in lines


def test_changelog_has_the_version_and_explains_its_mark() -> None:
    import havenline

    log = read(ROOT / "CHANGELOG.md")
    assert f"## {havenline.__version__}" in log
    assert log.index("**Results change**") < log.index("## ")
