"""The reference pages that are made from the code are as the code is now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from havenline.crisis import CASE_TABLES, CHECKS, TABLES
from havenline.crisis.levers import LEVERS
from havenline.crisis.parameters import default_table

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def load_script() -> ModuleType:
    """Load the script, which lies outside the package."""
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "scripts/build_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build_docs = load_script()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs")
    build_docs.build(out)
    return out


@pytest.mark.parametrize("name", build_docs.PAGES)
def test_page_is_up_to_date(built: Path, name: str) -> None:
    same = (built / name).read_bytes() == (DOCS / name).read_bytes()
    assert same, f"docs/{name} is not as the code is now; run: make docs"


def test_every_declared_thing_has_its_row() -> None:
    parameters = build_docs.parameters_page()
    assert parameters.count("\n| `") >= len(default_table())
    folder = build_docs.folder_page()
    for name in {**TABLES, **CASE_TABLES}:
        assert f"### {name}.csv\n" in folder
    for name in LEVERS:
        assert f"### The lever `{name}`\n" in folder
    for name in CHECKS:
        assert f"| `{name}` |" in folder


def test_cells_do_not_break_the_table() -> None:
    (_, _, row, _) = build_docs.table(("a", "b"), [("x|y", "z")])
    assert row == "| x\\|y | z |"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.00005, "0.00005"), (0.0002, "0.0002"), (5.0, "5"), (float("nan"), ""), (2e9, "2e+09")],
)
def test_numbers_are_written_plainly(value: float, written: str) -> None:
    assert build_docs.number(value) == written
