"""Whatever stands in a file, the answer is a crisis or a CrisisError."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havenline.crisis import TABLES, check_crisis, init_crisis, open_crisis
from havenline.errors import CrisisError, Problem
from tests.crisis.conftest import with_optional_tables

FILES = [f"{name}.csv" for name in TABLES]
TEXTS = ["crisis.yaml", "options.yaml", "geography/lines.geojson"]
ODD = ["", "0", "-1", "1e999", "9" * 400, "nan", "é", '"', ",", ";", "\n", "\t", "[", "{a: b", "é"]


def _try(folder: Path) -> None:
    problems: Sequence[Problem] = ()
    try:
        open_crisis(folder)
    except CrisisError as error:
        problems = error.problems
    report = check_crisis(folder)
    assert tuple(problems) == report.errors
    assert all(str(problem) for problem in report.problems)


@pytest.fixture(scope="module")
def example() -> Path:
    return with_optional_tables(init_crisis(Path(tempfile.mkdtemp()) / "example", bargaining=True))


def _with(folder: Path, file: str, data: bytes) -> None:
    before = (folder / file).read_bytes()
    try:
        (folder / file).write_bytes(data)
        _try(folder)
    finally:
        (folder / file).write_bytes(before)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=st.sampled_from(FILES + TEXTS), data=st.binary(max_size=400))
def test_random_bytes(example: Path, file: str, data: bytes) -> None:
    _with(example, file, data)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    file=st.sampled_from(FILES + TEXTS),
    start=st.integers(0, 4000),
    length=st.integers(0, 30),
    piece=st.one_of(st.sampled_from(ODD), st.text(max_size=12)),
)
def test_random_changes(example: Path, file: str, start: int, length: int, piece: str) -> None:
    text = (example / file).read_text(encoding="utf-8")
    start = start % (len(text) + 1)
    changed = text[:start] + piece + text[start + length :]
    _with(example, file, changed.encode("utf-8", "surrogatepass"))


ODD_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**400),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["", "river", "Feature", "Point", "LineString", "Polygon"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["type", "coordinates", "line_id", "lever"]), inner),
    ),
    max_leaves=8,
)


def _paths(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in items:
        found += _paths(value, (*path, key))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=st.sampled_from(TEXTS), pick=st.integers(0, 10**6), value=ODD_VALUES)
def test_random_values_in_place_of_any_value(
    example: Path, file: str, pick: int, value: object
) -> None:
    data = yaml.load((example / file).read_text(), yaml.BaseLoader)
    paths = _paths(data)
    *above, last = paths[pick % len(paths)]
    inner = data
    for key in above:
        inner = inner[key]
    inner[last] = value
    _with(example, file, json.dumps(data).encode())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(TABLES)),
    cells=st.lists(st.one_of(st.sampled_from(ODD[:8]), st.text(max_size=8)), max_size=12),
)
def test_random_cells(example: Path, name: str, cells: list[str]) -> None:
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    data = (example / f"{name}.csv").read_bytes() + row.encode("utf-8", "surrogatepass") + b"\n"
    _with(example, f"{name}.csv", data)
