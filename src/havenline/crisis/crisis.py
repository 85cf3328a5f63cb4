"""Opening, checking and starting a crisis."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from havenline.crisis.case import Case
from havenline.crisis.case_reading import case_of
from havenline.crisis.case_schema import CaseMeta
from havenline.crisis.checks import run_checks
from havenline.crisis.checks_case import doubts_of
from havenline.crisis.columns import Column
from havenline.crisis.draft import META_FILE, OPTIONS_FILE, TABLES_OF, Draft, read_draft
from havenline.crisis.files import unusable
from havenline.crisis.levers import OptionsFile, OptionSpec
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.past import PAST_FILE, Past
from havenline.crisis.reading import Rows
from havenline.crisis.registry import CHECKS, Kind, first_of_each_kind, one_of, problem, suggest
from havenline.crisis.schema import BARGAINING, TABLES, table_json_schema
from havenline.errors import CrisisError, HavenlineError, Problem, reason_of

if TYPE_CHECKING:
    import pandas as pd

_BUILT_IN = Path(__file__).resolve().parent.parent / "crises"
_CASE = re.compile(rb"^kind[ \t]*:[ \t]*[\"']?case\b", re.MULTILINE)
_EXAMPLE = Path(__file__).resolve().parent / "example"


@dataclass(frozen=True, eq=False)
class Crisis:
    """A crisis as declared: every table checked, nothing computed.

    Attributes
    ----------
    id : str
        Slug of the crisis.
    folder : Path
        Where it was read from.
    meta : CrisisMeta
        crisis.yaml.
    areas, places, populations, routes, sites, crossings, control, control_counts, violence, \
happenings, compliance, observations, parties, relations, offensives, refuge, moves, parameters, \
sources : DataFrame
        One row for each row of the file, columns as in `havenline.crisis.schema.TABLES`: text
        and ids as str (empty ``""``), dates as datetime64[ns] (empty NaT), numbers as float64
        (empty NaN), required whole numbers as int64. Units stand in the schema.
    options : list of OptionSpec
        options.yaml, the baseline first.
    geography : dict of str to dict
        Parsed GeoJSON by file stem, such as ``lines``.
    input_hashes : dict of str to str
        SHA-256 of each file read, by path relative to the folder.
    warnings : tuple of Problem
        What the checks found that does not stop a run.
    bargaining, stakes, red_lines, dependences, supports : DataFrame or None
        What a negotiation needs; without rows where the folder declares none.
    past : Past or None
        Kept scores of forecasts from earlier days; None where none are kept.
    """

    id: str
    folder: Path
    meta: CrisisMeta
    areas: pd.DataFrame
    places: pd.DataFrame
    populations: pd.DataFrame
    routes: pd.DataFrame
    sites: pd.DataFrame
    crossings: pd.DataFrame
    control: pd.DataFrame
    control_counts: pd.DataFrame
    violence: pd.DataFrame
    happenings: pd.DataFrame
    compliance: pd.DataFrame
    observations: pd.DataFrame
    parties: pd.DataFrame
    relations: pd.DataFrame
    offensives: pd.DataFrame
    refuge: pd.DataFrame
    moves: pd.DataFrame
    parameters: pd.DataFrame
    sources: pd.DataFrame
    options: list[OptionSpec]
    geography: Mapping[str, dict[str, Any]]
    input_hashes: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()
    bargaining: pd.DataFrame | None = None
    stakes: pd.DataFrame | None = None
    red_lines: pd.DataFrame | None = None
    dependences: pd.DataFrame | None = None
    supports: pd.DataFrame | None = None
    past: Past | None = None

    def option(self, option_id: str) -> OptionSpec:
        """Return an option by its id.

        Parameters
        ----------
        option_id : str
            An id of options.yaml.

        Returns
        -------
        OptionSpec

        Raises
        ------
        CrisisError
            Where there is no such option, with the nearest one.
        """
        ids = [option.id for option in self.options]
        if option_id in ids:
            return self.options[ids.index(option_id)]
        raise CrisisError(
            [
                problem(
                    "unknown_id",
                    "options.yaml",
                    "there is no such option",
                    value=option_id,
                    expected=one_of(ids),
                    hint=suggest(option_id, ids),
                )
            ]
        )


@dataclass(frozen=True)
class CheckReport:
    """All problems of a crisis folder.

    Attributes
    ----------
    folder : str
        The folder, as it was asked for.
    problems : tuple of Problem
        Every problem, in the order of the files.
    strict : frozenset of str
        Names of checks whose warnings count as failures.
    """

    folder: str
    problems: tuple[Problem, ...]
    strict: frozenset[str] = field(default_factory=frozenset)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that stop a run."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that stop nothing, unless their check is strict."""
        return tuple(p for p in self.problems if p.severity == "warning")

    @property
    def failed_strict(self) -> tuple[Problem, ...]:
        """Warnings of checks that were made strict."""
        return tuple(p for p in self.warnings if p.check in self.strict)

    @property
    def ok(self) -> bool:
        """Whether the crisis can be used and every strict check passed."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """2 for bad input, 1 for failed strict checks, 0 otherwise."""
        if self.errors:
            return 2
        return 1 if self.failed_strict else 0


def builtin_crises() -> list[str]:
    """Return the names of the crises that ship with Havenline, sorted.

    Returns
    -------
    list of str
    """
    if not _BUILT_IN.is_dir():
        return []
    return sorted(p.name for p in _BUILT_IN.iterdir() if (p / "crisis.yaml").is_file())


def is_case(path: str | Path) -> bool:
    """Return whether a folder is one that holds a displacement case.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bool
        True where its ``crisis.yaml`` says ``kind: case``.
    """
    try:
        meta = Path(path) / META_FILE
        return unusable(meta, META_FILE) is None and bool(_CASE.search(meta.read_bytes()))
    except (OSError, ValueError):
        return False


def strict_checks(strict: Iterable[str], known: Iterable[str] = CHECKS) -> frozenset[str]:
    """Return the names of checks that were made strict.

    Parameters
    ----------
    strict : iterable of str
        Names of checks; ``"all"`` for every one.
    known : iterable of str
        All names.

    Returns
    -------
    frozenset of str

    Raises
    ------
    HavenlineError
        Where a name is no check.
    """
    names: set[str] = set()
    for name in strict:
        if name == "all":
            names |= set(known)
        elif name in known:
            names.add(name)
        else:
            hint = suggest(name, known)
            raise HavenlineError(f"there is no check {name!r}" + (f"; {hint}" if hint else ""))
    return frozenset(names)


def check_crisis(path: str | Path, strict: Iterable[str] = ()) -> CheckReport:
    """Check the folder of a crisis or of a case and report every problem at once.

    Parameters
    ----------
    path : str or Path
        A built-in name or a folder.
    strict : iterable of str
        Names of checks whose warnings count as failures; ``"all"`` for every check.

    Returns
    -------
    CheckReport

    Raises
    ------
    HavenlineError
        Where a name in `strict` is no check.
    """
    names = strict_checks(strict)
    problems: list[Problem] = []
    folder = _find(path, problems)
    if folder is not None:
        read_and_check(folder, problems)
    return CheckReport(str(path), tuple(problems), names)


def open_declared(name_or_path: str | Path) -> Crisis | Case:
    """Open a crisis by built-in name, or a crisis or displacement case by path.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `builtin_crises`, or a folder. A name wins; write ``./name`` for a folder.

    Returns
    -------
    Crisis or Case

    Raises
    ------
    CrisisError
        Where any check of severity error failed; it holds all of them.
    """
    problems: list[Problem] = []
    folder = _find(name_or_path, problems)
    draft = read_and_check(folder, problems) if folder is not None else None
    errors = [p for p in problems if p.severity == "error"]
    if folder is None or draft is None or errors:
        raise CrisisError(errors)
    if draft.kind == "case":
        return case_of(draft, tuple(problems))
    assert draft.meta is not None
    assert draft.options is not None
    frames = {name: _frame(draft.tables[name]) for name in TABLES}
    return Crisis(
        id=draft.meta.id,
        folder=folder,
        meta=draft.meta,
        options=sorted(draft.options, key=lambda option: not option.baseline),
        geography=draft.geography,
        input_hashes=dict(sorted(draft.hashes.items())),
        warnings=tuple(problems),
        past=draft.past,
        **frames,
    )


def open_crisis(name_or_path: str | Path) -> Crisis:
    """Open a crisis by built-in name or by path.

    Parameters
    ----------
    name_or_path : str or Path
        See `open_declared`.

    Returns
    -------
    Crisis

    Raises
    ------
    CrisisError
        Where any check of severity error failed, or the folder holds a displacement case.
    """
    found = open_declared(name_or_path)
    if isinstance(found, Crisis):
        return found
    raise CrisisError(
        [
            problem("unknown_value", META_FILE, "this is a displacement case, which has no options",
                    column="kind", value="case", expected="crisis",
                    hint="open it with open_case, or run or validate it")
        ]
    )  # fmt: skip


def _find(name_or_path: str | Path, problems: list[Problem]) -> Path | None:
    """Return the folder of a crisis, or report why there is none."""
    names = builtin_crises()
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in names:
        return _BUILT_IN / text
    path = Path(name_or_path)
    try:
        if path.is_dir():
            return path
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if there:
        hint = f"give the folder: {path.parent}" if path.name == "crisis.yaml" else ""
        problems.append(
            problem(
                "not_a_folder", "", "this is a file", value=text, expected="a folder", hint=hint
            )
        )
    elif isinstance(name_or_path, str) and "/" not in text and "\\" not in text:
        problems.append(
            problem(
                "unknown_crisis",
                "",
                "there is no built-in crisis and no folder of this name",
                value=text,
                expected="one of " + ", ".join(names) + " or a folder" if names else "a folder",
                hint=suggest(text, names),
            )
        )
    else:
        problems.append(problem("missing_folder", "", "there is no such folder", value=text))
    return None


def read_and_check(folder: Path, problems: list[Problem]) -> Draft | None:
    """Read and check a folder; None where not even its list of files can be read.

    Parameters
    ----------
    folder : Path
        Which exists.
    problems : list of Problem
        Added to.

    Returns
    -------
    Draft or None
    """
    try:
        draft = read_draft(folder, problems)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(problem("unreadable_file", "", f"cannot be read: {reason}"))
        return None
    problems.extend(run_checks(draft))
    if draft.kind == "case" and not any(p.severity == "error" for p in problems):
        problems.extend(doubts_of(draft))
    order = {file: i for i, file in enumerate((META_FILE, *_files(draft)))}
    problems.sort(key=lambda p: (order.get(p.file, len(order)), p.row or 0))
    problems[:] = first_of_each_kind(problems)
    return draft


def _files(draft: Draft) -> list[str]:
    """Return the files of the tables in the order of the format, then the options."""
    tables = [draft.tables[n].file for n in TABLES_OF[draft.kind] if n in draft.tables]
    return [*tables, OPTIONS_FILE, PAST_FILE]


def _frame(rows: Rows) -> pd.DataFrame:
    """Turn the rows of a table into a frame with the types of its columns."""
    import pandas as pd

    return pd.DataFrame({c.name: _series(rows, c) for c in rows.table.columns})


def _series(rows: Rows, column: Column) -> pd.Series[Any]:
    import pandas as pd

    values = rows.values[column.name]  # noqa: PD011
    if column.type == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[ns]"))
    if column.type == "integer" and column.required:
        return pd.Series(values, dtype="int64")
    if column.type in ("integer", "number"):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype="str")


def json_schema(kind: Kind = "crisis") -> dict[str, Any]:
    """Return one JSON Schema for the YAML files and the rows of every table.

    Parameters
    ----------
    kind : {"crisis", "case"}

    Returns
    -------
    dict
        A document of JSON Schema 2020-12 whose properties are the files of a folder.
    """
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    crisis: dict[str, type[BaseModel]] = {
        META_FILE: CrisisMeta, OPTIONS_FILE: OptionsFile, PAST_FILE: Past
    }  # fmt: skip
    for file, model in (crisis if kind == "crisis" else {META_FILE: CaseMeta}).items():
        schema = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(schema.pop("$defs", {}))
        properties[file] = schema
    tables = TABLES_OF[kind].values()
    for table in tables:
        properties[f"{table.name}.csv"] = table_json_schema(table)
    needed = [META_FILE, OPTIONS_FILE] if kind == "crisis" else [META_FILE]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A Havenline {kind} folder",
        "type": "object",
        "properties": properties,
        "required": needed + [f"{t.name}.csv" for t in tables if t.needed],
        "$defs": definitions,
    }


def init_crisis(folder: str | Path, *, bargaining: bool = False) -> Path:
    """Copy the worked example into a folder, to be changed into a crisis of one's own.

    Parameters
    ----------
    folder : str or Path
        A folder that does not exist yet or is empty.
    bargaining : bool
        Whether to copy the tables that only a negotiation needs as well.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    HavenlineError
        Where the folder is not empty or cannot be written.
    """
    target = Path(folder)
    try:
        if target.exists() and not target.is_dir():
            raise HavenlineError(f"{target} is a file; give a new folder")
        if target.is_dir() and any(target.iterdir()):
            raise HavenlineError(f"{target} is not empty; give a new or an empty folder")
        there = target.is_dir()
        left_out = () if bargaining else tuple(f"{name}.csv" for name in BARGAINING)
        try:
            shutil.copytree(
                _EXAMPLE,
                target,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("__pycache__", *left_out),
            )
        except BaseException:
            for left in target.iterdir() if there else [target]:
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HavenlineError(f"{target} cannot be written: {reason_of(error)}") from None
    except ValueError:
        raise HavenlineError(f"{str(target)!r} is not a name for a folder") from None
    return target
