"""Hostile folders: no traceback, bounded work, and what is checked and what is run agree."""

from __future__ import annotations

import csv
import io
import random
import shutil
import signal
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from havenline.crisis import TABLES, CheckReport, init_crisis, open_crisis
from havenline.crisis.outcome_names import INDICATORS, STAKES
from havenline.crisis.parameters import parameter_names
from havenline.crisis.registry import MOST_OF_A_KIND
from havenline.engine import simulate
from havenline.errors import CrisisError
from havenline.io import check_any
from havenline.negotiation.measures import MEASURES
from havenline.negotiation.terms import TERMS
from havenline.outcomes import INDICATORS as MADE
from havenline.outcomes import compare
from havenline.report import write_report
from havenline.report.atlas import maps_of
from havenline.telling.unused import unused_of
from tests.crisis.conftest import with_optional_tables
from tests.crisis.hostile import EDITS, RUNS, Edit, link, pipe

GUARD = 120
"""Seconds after which an edit has hung."""
NAMES = "places.csv"
"""Edits of this file are also told in a report: names of places stand all over it."""
DRAWN = "geography/"
"""Edits of these files are also drawn on maps."""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Kernels that are compiled, so that no edit has to wait for them."""
    folder = init_crisis(tmp_path_factory.mktemp("compiled") / "example", bargaining=True)
    simulate(open_crisis(folder), futures=1, days=7, workers=1)


@pytest.fixture(scope="module", autouse=True)
def composed_once() -> Iterator[None]:
    """Compose each text of YAML once: most edits leave crisis.yaml and options.yaml as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "compose", lru_cache(maxsize=8)(yaml.compose))
        yield


@pytest.fixture(autouse=True)
def guard(compiled: None) -> Iterator[None]:
    """Fail where something hangs, such as at a pipe that nobody writes to."""

    def hung(*_: object) -> None:
        raise TimeoutError(f"nothing came of this in {GUARD} s")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(GUARD)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def agreed(folder: Path, file: str = "") -> CheckReport:
    """Check and run a folder, which must come to the same."""
    report = check_any(folder)
    assert all(str(problem) for problem in report.problems)
    if report.errors:
        with pytest.raises(CrisisError) as refused:
            open_crisis(folder)
        assert refused.value.problems == report.errors
        return report
    crisis = open_crisis(folder)
    assert all(str(unused) for unused in unused_of(crisis))
    result = simulate(crisis, futures=1, days=7, workers=1)
    comparison = compare(result.dataset)
    if file.startswith(DRAWN):
        as_of = pd.Timestamp(crisis.meta.as_of)
        maps = maps_of(result.dataset, crisis, as_of, {o.id: o.name for o in crisis.options})
        assert any("<svg" in str(drawn) for drawn in maps.values())
    if file == NAMES:
        page = folder.parent / "report.html"
        write_report(result.dataset, crisis, comparison, page, parameters=result.parameters)
        assert page.stat().st_size > 10_000
    return report


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init_crisis(tmp_path_factory.mktemp("crises") / "example", bargaining=True)


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_a_hostile_folder_is_refused_in_words_or_runs(
    edit: Edit, example: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    edit.change(folder / edit.file)
    report = agreed(folder, edit.file)
    kinds = {problem.check for problem in report.errors}
    if edit.outcome == RUNS:
        assert kinds == set()
    elif edit.outcome == "unknown_file":
        assert edit.outcome in {problem.check for problem in report.warnings}
    else:
        assert edit.outcome in kinds
    told = [(p.check, p.file) for p in report.problems]
    assert max(map(told.count, told), default=0) <= MOST_OF_A_KIND + 1


def test_the_collection_reaches_every_table_and_file() -> None:
    files = {edit.file for edit in EDITS}
    names = {f"{name}.csv" for name in TABLES} | {"crisis.yaml", "options.yaml", "hindcast.yaml"}
    assert names <= files
    assert len({edit.name for edit in EDITS}) == len(EDITS)


ODD_CELLS = (
    "", " ", "0", "-0", "-1", "1", "1e300", "1e18", "999999999999", "0.000000000000001", "1e-320",
    "nan", "inf", "-inf", "true", "null", "#REF!", "2030-02-29", "2030-01-05", "1900-01-01",
    "2199-12-31", "9999-12-31", "0001-01-01", "alderford", "lowland", "all", "north", "x" * 300,
    "x" * 20_000, "é", "\x1b[31m", "\u202e", "\u200b", "\ud7ff", "=1+1", "<b>", ";", "a;b", '"',
    "line\nend", "closed", "hostile", "fixed", "prior", "=", "invented",
    "guards", "highland", "plainland", "river", "unknown", "quarter", "yes", "no", "0.5", "persons",
    "displaced_present", "entered", "donor", "neighbour",
)  # fmt: skip


def _random_edit(number: int) -> tuple[str, int, str, str]:
    """Return a table, a row, a column and a cell; the same for the same number."""
    drawn = random.Random(f"cell {number}")
    name = drawn.choice(sorted(set(TABLES) - {"parameters"}))
    column = drawn.choice(TABLES[name].names)
    return name, drawn.randrange(100), column, drawn.choice(ODD_CELLS)


ODD_NUMBERS = ("", "0", "-1", "1", "0.5", "1e-12", "1e-320", "1e6", "1e18", "1e300", "nan", "inf")
ODD_SHAPES = (
    "", "fixed", "uniform", "loguniform", "lognormal", "normal", "triangular", "beta:1:1",
    "beta:1e-9:1e8", "beta:0:1", "beta:nan:1", "cauchy",
)  # fmt: skip


@pytest.mark.parametrize("number", range(60))
def test_a_random_parameter_is_refused_in_words_or_runs(
    number: int, example: Path, tmp_path: Path
) -> None:
    drawn = random.Random(f"parameter {number}")
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    with (folder / "parameters.csv").open("a", encoding="utf-8") as file:
        name, shape = drawn.choice(parameter_names()), drawn.choice(ODD_SHAPES)
        numbers = sorted(drawn.choices(ODD_NUMBERS, k=3), key=len)
        figures = f"{numbers[1]},{numbers[0]},{numbers[2]}" if number % 2 else ",".join(numbers)
        file.write(f"{name},{shape},{figures},2029-01-01,prior,odd,invented\n")
    agreed(folder)


@pytest.mark.parametrize("number", range(200))
def test_a_random_cell_is_refused_in_words_or_runs(
    number: int, example: Path, tmp_path: Path
) -> None:
    name, row, column, cell = _random_edit(number)
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    path = with_optional_tables(folder) / f"{name}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    if column not in rows[0]:
        rows[0].append(column)
        for line in rows[1:]:
            line.append("")
    rows[1 + row % (len(rows) - 1)][rows[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    agreed(folder)


def test_a_point_twice_in_a_row_is_told_and_changes_nothing(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    lines = folder / "geography/lines.geojson"
    lines.write_text(lines.read_text().replace("[30.55, 10.02]", "[30.55, 10.02], [30.55, 10.02]"))
    crisis = open_crisis(folder)
    assert [str(p) for p in crisis.warnings] == [
        "geography/lines.geojson [features[0].geometry]: points stand twice in a row (1); each is "
        "read once (repeated_point)"
    ]
    assert crisis.geography == open_crisis(example).geography


def test_many_problems_of_a_kind_are_counted(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    with (folder / "violence.csv").open("a") as file:
        file.writelines("2030-01-12,,nrth,shelling,4,3,2030-01-13,invented,\n" for _ in range(500))
    problems = check_any(folder).problems
    assert len(problems) == MOST_OF_A_KIND + 1
    assert str(problems[-1]) == "violence.csv: 480 more of this kind (unknown_id)"
    assert all("did you mean 'north'?" in str(p) for p in problems[:-1])


def test_a_pipe_or_a_device_for_a_crisis_is_told(tmp_path: Path) -> None:
    for name, change in (("pipe", pipe), ("device", link("/dev/zero")), ("loop", link("loop"))):
        change(tmp_path / name)
        report = check_any(tmp_path / name)
        assert report.exit_code == 2
        assert len(report.problems) == 1


def test_names_of_outcomes_are_those_that_are_made() -> None:
    assert tuple(MADE) == INDICATORS
    assert (*MEASURES, *TERMS) == STAKES
