"""A crisis folder as far as it could be read, for the checks to walk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from havenline.crisis.case_schema import CASE_TABLES, CaseMeta
from havenline.crisis.cells import text_fault
from havenline.crisis.columns import Table
from havenline.crisis.drawn import plain_geometry, point_fault
from havenline.crisis.format1 import OLD_TABLES, convert
from havenline.crisis.levers import RELATIVE_PATH, OptionsFile, OptionSpec
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.past import PAST_FILE, Past
from havenline.crisis.reading import Rows, decode, read_bytes, read_rows, sha256
from havenline.crisis.registry import LONGEST_VALUE, Kind, problem, suggest
from havenline.crisis.schema import TABLES
from havenline.crisis.yamlread import Document, read_yaml, validate
from havenline.errors import Problem
from havenline.words import visible

META_FILE = "crisis.yaml"
OPTIONS_FILE = "options.yaml"
GEOGRAPHY = "geography"
LINES_FILE = f"{GEOGRAPHY}/lines.geojson"
_FORMAT_1 = re.compile(r"^format[ \t]*:[ \t]*1\b", re.MULTILINE)
UNUSED_KEYS = {"attacker": "leave it out: offensives.csv says who attacks"}
"""Keys of crisis.yaml that once had a meaning, with what to do about each."""
TABLES_OF: dict[Kind, dict[str, Table]] = {"crisis": TABLES, "case": CASE_TABLES}
"""The tables of each kind of folder, by name."""


@dataclass
class Draft:
    """What could be read of a crisis folder.

    Attributes
    ----------
    folder : Path
        The crisis folder.
    kind : str
        ``crisis``, or ``case`` for a displacement case.
    meta : CrisisMeta or None
        None where crisis.yaml has faults, and of a case.
    case : CaseMeta or None
        The same of a case.
    in_meta, in_options : Document
        The YAML files with their lines, empty where they could not be read.
    tables : dict of str to Rows
        Tables that could be read; one that may be left out and is, stands here empty.
    options : list of OptionSpec or None
        None where options.yaml has faults.
    geography : dict of str to dict
        Parsed GeoJSON by file stem.
    hashes : dict of str to str
        SHA-256 of each file read, by path relative to the folder; hindcast.yaml is no input.
    past : Past or None
        The kept scores; None where there are none or they have faults.
    old : bool
        Whether the folder is one of format 1; the tables are those of format 2 all the same.
    decided, untold : list of str
        Of a folder of format 1, how its tables became those of format 2, and what could not be
        told.
    """

    folder: Path
    kind: Kind = "crisis"
    meta: CrisisMeta | None = None
    case: CaseMeta | None = None
    in_meta: Document = field(default_factory=lambda: Document(META_FILE))
    in_options: Document = field(default_factory=lambda: Document(OPTIONS_FILE))
    tables: dict[str, Rows] = field(default_factory=dict)
    options: list[OptionSpec] | None = None
    geography: dict[str, dict[str, Any]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    past: Past | None = None
    old: bool = False
    decided: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    def records(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Walk the rows of a table; none where it could not be read.

        Parameters
        ----------
        table : str
            Name of the table.
        *columns : str
            Columns wanted.

        Yields
        ------
        tuple
            The line, then the value of each column.
        """
        if table in self.tables:
            yield from self.tables[table].records(*columns)

    def file(self, table: str) -> str:
        """Return the file of a table, for messages."""
        return self.tables[table].file

    def known(self, target: str) -> set[str] | None:
        """Return the ids that a reference may name.

        Parameters
        ----------
        target : str
            A table, several with `` or `` between them, or ``meta.groups``, ``meta.neighbours``.

        Returns
        -------
        set of str or None
            None where the target could not be read.
        """
        if target.startswith("meta."):
            if self.meta is None:
                return None
            if target == "meta.groups":
                return {"all", *(g.id for g in self.meta.groups)}
            return {n.id for n in self.meta.neighbours}
        if " or " in target:
            each = [self.known(one) for one in target.split(" or ")]
            return None if None in each else {i for ids in each for i in ids or ()}
        rows = self.tables.get(target)
        if rows is None or not rows.whole or rows.table.key[0] in rows.missing:
            return None
        if rows.table.needed and not len(rows):
            return None
        return {t for t in rows.texts[rows.table.key[0]] if t}

    def line_ids(self) -> set[str] | None:
        """Return the ids of the drawn lines; None where the file is damaged, told elsewhere."""
        if "lines" not in self.geography:
            return None if (self.folder / LINES_FILE).exists() else set()
        features = self.geography["lines"].get("features")
        if not isinstance(features, list):
            return None
        ids = set()
        for feature in features:
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if not isinstance(properties, dict) or not properties.get("line_id"):
                return None
            ids.add(str(properties["line_id"]))
        return ids


def read_draft(folder: Path, problems: list[Problem]) -> Draft:
    """Read every file of a crisis folder, as far as it goes.

    Parameters
    ----------
    folder : Path
        The crisis folder, which exists.
    problems : list of Problem
        Added to.

    Returns
    -------
    Draft
    """
    draft = Draft(folder)
    text = _text(draft, META_FILE, problems)
    document = read_yaml(text, META_FILE, problems) if text is not None else None
    where: dict[str, str] = {}
    if document is not None:
        draft.in_meta = document
        _drop_unused(document, problems)
        if document.data.get("kind") == "case":
            draft.kind = "case"
            draft.case = validate(document, CaseMeta, problems)
        else:
            draft.meta = validate(document, CrisisMeta, problems)
            where = _table_paths(document.data)
    draft.old = draft.kind == "crisis" and _of_format_1(text, document)
    for table in OLD_TABLES.values() if draft.old else TABLES_OF[draft.kind].values():
        _read_table(draft, table, where, problems)
    if draft.old:
        told = "format 1: read as format 2; `havenline upgrade DIR` writes it"
        problems.append(draft.in_meta.problem("old_format", ("format",), told, 1, "2"))
        convert(draft)
    if draft.kind == "crisis":
        _read_options(draft, problems)
        _read_geography(draft, problems)
        _read_past(draft, problems)
    _look_for_strays(draft, where, problems)
    return draft


def _of_format_1(text: str | None, document: Document | None) -> bool:
    """Return whether crisis.yaml says format 1, even where it is not valid YAML."""
    if document is not None:
        return bool(document.data.get("format") == 1)
    return _FORMAT_1.search(text or "") is not None


def _read_options(draft: Draft, problems: list[Problem]) -> None:
    text = _text(draft, OPTIONS_FILE, problems)
    document = read_yaml(text, OPTIONS_FILE, problems) if text is not None else None
    if document is not None:
        draft.in_options = document
        options = validate(document, OptionsFile, problems)
        draft.options = options.options if options is not None else None


def area_lineage(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Return each area with the areas it lies in, itself first.

    Parameters
    ----------
    draft : Draft
        What could be read.

    Returns
    -------
    dict of str to tuple of str
    """
    parents = {a: p for _, a, p in draft.records("areas", "area_id", "parent_id") if a}
    lineage = {}
    for area in parents:
        chain = [area]
        while (above := parents.get(chain[-1])) and above not in chain:
            chain.append(above)
        lineage[area] = tuple(chain)
    return lineage


def _drop_unused(document: Document, problems: list[Problem]) -> None:
    """Take out keys that once had a meaning, each with a warning."""
    for key, instead in UNUSED_KEYS.items():
        if isinstance(document.data, dict) and document.data.pop(key, None) is not None:
            problems.append(
                document.problem("unused_key", (key,), "nothing reads this key", hint=instead)
            )


def _text(draft: Draft, file: str, problems: list[Problem]) -> str | None:
    data = read_bytes(draft.folder, file, problems)
    if data is None:
        return None
    draft.hashes[file] = sha256(data)
    return decode(data, file, problems)


def _table_paths(data: Any) -> dict[str, str]:
    """Return the tables that lie elsewhere, even where the rest of crisis.yaml has faults."""
    tables = data.get("tables") if isinstance(data, dict) else None
    if not isinstance(tables, dict):
        return {}
    found = {}
    for name, path in tables.items():
        if name in TABLES and isinstance(path, str) and re.fullmatch(RELATIVE_PATH, path):
            found[name] = path
    return found


def _read_table(draft: Draft, table: Table, where: dict[str, str], problems: list[Problem]) -> None:
    file = where.get(table.name, f"{table.name}.csv")
    if not table.needed and table.name not in where and not os.path.lexists(draft.folder / file):
        draft.tables[table.name] = Rows(
            table, file, [], {c: [] for c in table.names}, {c: [] for c in table.names}
        )
        return
    text = _text(draft, file, problems)
    if text is None:
        return
    rows = read_rows(text, table, file, problems)
    if rows is not None:
        draft.tables[table.name] = rows


def _read_geography(draft: Draft, problems: list[Problem]) -> None:
    folder = draft.folder / GEOGRAPHY
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.geojson")):
        file = f"{GEOGRAPHY}/{path.name}"
        fault = text_fault(path.name)
        if fault is not None:
            problems.append(problem(fault[0], file, "the name of the file: " + fault[1]))
            continue
        text = _text(draft, file, problems)
        if text is None:
            continue
        try:
            data = json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            problems.append(
                problem("bad_geojson", file, f"not valid JSON: {error.msg}", row=error.lineno)
            )
            continue
        except (ValueError, RecursionError):
            problems.append(
                problem("bad_geojson", file, "not valid JSON: a number or nesting out of bounds")
            )
            continue
        if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
            problems.append(
                problem("bad_geojson", file, "wrong type", expected="a FeatureCollection")
            )
            continue
        draft.geography[path.stem] = _plain(data, path.stem, file, problems)


def _plain(data: dict[str, Any], stem: str, file: str, problems: list[Problem]) -> dict[str, Any]:
    """Return a layer with every geometry in its plain form; texts with faults are reported."""
    features = data.get("features")
    if not isinstance(features, list):
        return data
    plain = []
    for i, feature in enumerate(features):
        if not isinstance(feature, dict):
            plain.append(feature)
            continue
        found, repeated = plain_geometry(feature.get("geometry"), one_line=stem == "lines")
        if repeated:
            problems.append(
                problem(
                    "repeated_point",
                    file,
                    f"points stand twice in a row ({repeated}); each is read once",
                    column=f"features[{i}].geometry",
                )
            )
        properties = feature.get("properties")
        for name, value in properties.items() if isinstance(properties, dict) else ():
            for text in (name, value):
                fault = text_fault(text) if isinstance(text, str) else None
                if fault is not None:
                    problems.append(
                        problem(
                            fault[0],
                            file,
                            fault[1],
                            column=f"features[{i}].properties.{visible(name)[:LONGEST_VALUE]}",
                            value=text,
                            expected=fault[2],
                        )
                    )
        feature = {**feature, "geometry": found}
        if isinstance(properties, dict):
            inside = properties.get("protected_point")
            if isinstance(inside, list) and not point_fault(inside):
                feature["properties"] = {**properties, "protected_point": inside[:2]}
        plain.append(feature)
    return {**data, "features": plain}


def _read_past(draft: Draft, problems: list[Problem]) -> None:
    """Read the kept scores, if any: they inform no run, so they are no input of one."""
    if not os.path.lexists(draft.folder / PAST_FILE):
        return
    data = read_bytes(draft.folder, PAST_FILE, problems)
    text = decode(data, PAST_FILE, problems) if data is not None else None
    document = read_yaml(text, PAST_FILE, problems) if text is not None else None
    if document is not None:
        draft.past = validate(document, Past, problems)


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _look_for_strays(draft: Draft, where: dict[str, str], problems: list[Problem]) -> None:
    """Report files beside the tables that nothing reads, such as a misspelt table."""
    tables = OLD_TABLES if draft.old else TABLES_OF[draft.kind]
    usual = {where.get(name, f"{name}.csv") for name in tables} | {META_FILE}
    if draft.kind == "crisis":
        usual |= {OPTIONS_FILE, PAST_FILE}
    absent = usual - set(draft.hashes)
    for path in sorted(draft.folder.iterdir()):
        if path.suffix.lower() in (".csv", ".yaml", ".yml") and path.name not in usual:
            problems.append(
                problem(
                    "unknown_file",
                    path.name,
                    "nothing reads this file",
                    expected="a table of the format",
                    hint=suggest(path.name, absent),
                )
            )
