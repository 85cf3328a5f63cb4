"""Everything that the package imports is declared in pyproject.toml, and the other way round."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT_NAMES = {"pyyaml": "yaml"}
"""Where a distribution is imported under another name."""
COMES_WITH = {"pydantic_core": "pydantic"}
"""Parts that a declared distribution pins and documents as its own."""
LOADED_BY_NAME = {"h5py", "h5netcdf", "pyarrow", "xlsxwriter"}
"""Engines that pandas and xarray load by name; no import of ours names them."""
BROUGHT = {"starlette", "h11"}
"""What fastapi and uvicorn bring, named to keep it above versions with known faults."""


def import_name(requirement: str) -> str:
    """Return the name under which a required distribution is imported."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    name = found[0].lower()
    return IMPORT_NAMES.get(name, name.replace("-", "_"))


def imports_of(folder: Path) -> dict[str, str]:
    """Return each top-level name imported below a folder, with a file that imports it."""
    names: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found = [node.module]
            for name in found:
                names.setdefault(name.split(".")[0], path.relative_to(ROOT).as_posix())
    return {n: p for n, p in names.items() if n not in sys.stdlib_module_names}


def project() -> dict[str, list[str]]:
    """Return the declared requirements, by extra; ``""`` for those that are always there."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = table.get("optional-dependencies", {})
    of_extra = {f"havenline[{name}]": part for name, part in extras.items()}
    whole = {name: [r for p in part for r in of_extra.get(p, [p])] for name, part in extras.items()}
    return {"": table["dependencies"], **whole}


def test_the_package_imports_only_what_is_declared() -> None:
    required = {import_name(r) for r in project()[""]} | {"havenline"}
    undeclared = {
        name: path
        for name, path in imports_of(ROOT / "src").items()
        if COMES_WITH.get(name, name) not in required
    }
    assert undeclared == {}


def test_tests_scripts_and_benchmarks_import_only_what_the_dev_extra_brings() -> None:
    declared = project()
    brought = {import_name(r) for r in (*declared[""], *declared["dev"], *declared["bench"])}
    brought |= {"havenline", "scripts", "benchmarks", "tests"}
    undeclared = {
        name: path
        for folder in ("tests", "scripts", "benchmarks")
        for name, path in imports_of(ROOT / folder).items()
        if COMES_WITH.get(name, name) not in brought
    }
    assert undeclared == {}


def test_nothing_is_declared_that_is_not_used() -> None:
    used = set(imports_of(ROOT / "src")) | LOADED_BY_NAME
    planned = {"typer", "rich", "jinja2"} if not (ROOT / "src/havenline/cli").exists() else set()
    unused = {import_name(r) for r in project()[""]} - used - planned - BROUGHT
    assert unused == set()


def test_every_requirement_has_a_lowest_version() -> None:
    loose = [r for part in project().values() for r in part if ">=" not in r]
    assert loose == []
