"""Strict reading of the text files of a crisis: bytes to rows, every fault reported."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from havenline.crisis.cells import Value, empty, parse_cell
from havenline.crisis.columns import Table
from havenline.crisis.files import unusable
from havenline.crisis.registry import problem, suggest
from havenline.errors import Problem

_BOM = b"\xef\xbb\xbf"
MOST_COLUMNS = 100
"""Columns of a table; no table of the format has a third of them."""
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Rows:
    """A table as read.

    Attributes
    ----------
    table : Table
        Its declaration.
    file : str
        File relative to the crisis folder.
    lines : list of int
        Line of each row as an editor counts it.
    texts : dict of str to list of str
        Cells as written, by column; empty where a cell is not there.
    values : dict of str to list
        Cells as read, by column; None where a cell is empty or cannot be read.
    missing : frozenset of str
        Columns that the header does not have.
    whole : bool
        False where the file could not be read to its end.
    """

    table: Table
    file: str
    lines: list[int] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[Value]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    whole: bool = True

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def records(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Walk the rows.

        Parameters
        ----------
        *columns : str
            Columns wanted.

        Yields
        ------
        tuple
            The line, then the value of each column.
        """
        yield from zip(self.lines, *(self.values[c] for c in columns), strict=True)


def read_bytes(folder: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Read a file of the folder, reporting one that cannot be read or is empty.

    Parameters
    ----------
    folder : Path
        The crisis folder.
    file : str
        Path relative to it.
    problems : list of Problem
        Added to.

    Returns
    -------
    bytes or None
        None where there is nothing to go on with.
    """
    try:
        fault = unusable(folder / file, file)
        if fault is not None:
            problems.append(fault)
            return None
        data = (folder / file).read_bytes()
    except FileNotFoundError:
        problems.append(problem("missing_file", file, "there is no such file"))
        return None
    except PermissionError:
        problems.append(
            problem(
                "unreadable_file",
                file,
                "no permission to read this file",
                hint=f"chmod u+r {file}",
            )
        )
        return None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(problem("unreadable_file", file, f"cannot be read: {reason}"))
        return None
    if not data.removeprefix(_BOM).strip():
        problems.append(problem("empty_file", file, "the file is empty"))
        return None
    return data


_FORMATS = (
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML"),
)


def foreign_format(data: bytes) -> str:
    """Say what a file is where a table or YAML was expected and its bytes say otherwise.

    Parameters
    ----------
    data : bytes
        Content of the file.

    Returns
    -------
    str
        Such as "this is a spreadsheet, renamed"; empty where nothing is known against it.
    """
    start = data[:64].removeprefix(_BOM).lstrip().lower()
    for mark, name in _FORMATS:
        if data.startswith(mark) or start.startswith(mark.lower()):
            return f"this is {name} under another name, not text"
    return ""


QUOTE = "put text that has a comma in double quotes"


def likely_row(cells: Sequence[str], width: int, *, whole: bool = False) -> str:
    """Say what a row with too many cells was probably meant to be.

    Parameters
    ----------
    cells : sequence of str
        The row.
    width : int
        Cells that it should have.
    whole : bool
        Whether its numbers are whole, so that no comma is one for decimals.

    Returns
    -------
    str
        A hint: digits parted by commas put together, groups of three as thousands and else as
        decimals, if that leaves as many cells as there should be; else nothing.
    """
    ways = ((_thousands, "commas for thousands"), (_decimals, "a decimal comma"))
    for joined, told in ways[: 1 if whole else 2]:
        row = joined([cell.strip() for cell in cells if cell.strip() or len(cells) <= width + 3])
        if len(row) == width:
            return f"{told}? write {','.join(row)}"
    return ""


def _thousands(cells: list[str]) -> list[str]:
    row: list[str] = []
    grouped = False
    for cell in cells:
        opens = bool(row) and re.fullmatch(r"[+-]?[0-9]{1,3}", row[-1]) is not None
        if re.fullmatch(r"[0-9]{3}(\.[0-9]+)?", cell) and (grouped or opens):
            row[-1] += cell
            grouped = "." not in cell
            continue
        grouped = False
        row.append(cell)
    return row


def _decimals(cells: list[str]) -> list[str]:
    row: list[str] = []
    part = False
    for cell in cells:
        whole = bool(row) and not part and re.fullmatch(r"[+-]?[0-9]+", row[-1]) is not None
        if whole and re.fullmatch(r"[0-9]+", cell):
            row[-1] += f".{cell}"
            part = True
            continue
        part = False
        row.append(cell)
    return row


def decode(data: bytes, file: str, problems: list[Problem]) -> str | None:
    """Turn bytes into text with LF line ends, reporting what is not plain UTF-8.

    A byte order mark and other line ends are a spreadsheet's habits: remarks, no errors.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Path relative to the crisis folder.
    problems : list of Problem
        Added to.

    Returns
    -------
    str or None
        The text, repaired as far as can be so that its other faults are found as well;
        None where it is not text.
    """
    if told := foreign_format(data):
        problems.append(problem("not_text", file, told, expected="UTF-8 text"))
        return None
    if data.startswith(_BOM_16) or b"\x00" in data:
        sixteen = data.startswith(_BOM_16) or data[1::2].count(0) > len(data) // 4
        hint = "UTF-16? save it as UTF-8" if sixteen else ""
        line = data[: data.index(0)].count(b"\n") + 1 if b"\x00" in data else 1
        problems.append(
            problem("nul_bytes", file, "NUL bytes", row=line, expected="UTF-8 text", hint=hint)
        )
        return None
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
        problems.append(
            problem(
                "byte_order_mark",
                file,
                "starts with a byte order mark; read without it",
                row=1,
            )
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(
            problem(
                "not_utf8",
                file,
                f"byte 0x{data[error.start]:02x} is not UTF-8",
                row=line,
                expected="UTF-8",
                hint=f"if it is Latin-1, convert it: iconv -f LATIN1 -t UTF-8 {file}",
            )
        )
        text = data.decode("latin-1")
    text, told, line = with_lf(text)
    if told:
        problems.append(problem("line_endings", file, told, row=line))
    return text


def with_lf(text: str) -> tuple[str, str, int]:
    """Return a text with LF line ends.

    Parameters
    ----------
    text : str
        With any line ends.

    Returns
    -------
    text : str
    told : str
        What other line ends it had; empty where it had none.
    line : int
        The first of them.
    """
    if "\r" not in text:
        return text, "", 0
    line = text[: text.index("\r")].count("\n") + 1
    kind = "CRLF" if "\r\n" in text else "CR"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, f"lines end in {kind}; read as LF", line


def read_rows(text: str, table: Table, file: str, problems: list[Problem]) -> Rows | None:
    """Read the text of a table.

    Parameters
    ----------
    text : str
        Content of the file.
    table : Table
        Its declaration.
    file : str
        Path relative to the crisis folder.
    problems : list of Problem
        Added to.

    Returns
    -------
    Rows or None
        None where the header says too little to go on.
    """
    lines: list[int] = []
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    last, whole = 0, True
    try:
        for record in reader:
            lines.append(last + 1)
            records.append(record)
            last = reader.line_num
    except csv.Error as error:
        whole = False
        problems.append(problem("broken_csv", file, f"not valid CSV: {error}", row=last + 1))
    if not records:
        return None
    header = records[0]
    if not header:
        problems.append(
            problem("broken_csv", file, "the first line is blank", row=1, expected="the header")
        )
        return None
    if len(header) > MOST_COLUMNS:
        many = f"{len(header)} columns"
        problems.append(problem("too_wide", file, many, row=1, expected=f"at most {MOST_COLUMNS}"))
        return None
    separator = _other_separator(header, table)
    if separator:
        problems.append(
            problem(
                "broken_csv",
                file,
                f"cells are separated by {separator}",
                row=1,
                expected="commas",
            )
        )
        return None
    places = _header(header, table, file, problems)
    rows = Rows(table, file, missing=frozenset(table.names) - places.keys(), whole=whole)
    keep: list[list[str]] = []
    broken: list[bool] = []
    for line, record in zip(lines[1:], records[1:], strict=True):
        if not any(cell.strip() for cell in record):
            problems.append(problem("blank_line", file, "blank line", row=line))
            continue
        ragged = len(record) != len(header)
        if ragged:
            long = len(record) > len(header)
            hint = (likely_row(record, len(header)) or QUOTE) if long else ""
            problems.append(
                problem(
                    "ragged_row",
                    file,
                    f"{len(record)} cells",
                    row=line,
                    expected=f"{len(header)} cells as in the header",
                    hint=hint,
                )
            )
            record = (record + [""] * len(header))[: len(header)]
        rows.lines.append(line)
        keep.append(record)
        broken.append(ragged)
    _fill(rows, keep, broken, places, problems)
    if not keep and table.needed and whole:
        problems.append(
            problem("empty_table", file, "the table has no rows", expected="at least one row")
        )
    return rows


def _other_separator(header: list[str], table: Table) -> str:
    """Name what separates the columns where it is not the comma."""
    if len(header) > 1:
        return ""
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(set(header[0].split(mark)) & set(table.names)) > 1:
            return name
    return ""


def _header(header: list[str], table: Table, file: str, problems: list[Problem]) -> dict[str, int]:
    """Return where each known column stands, reporting the rest."""
    places: dict[str, int] = {}
    missing = [name for name in table.names if name not in header]
    for position, name in enumerate(header):
        if name in places:
            problems.append(
                problem("duplicate_column", file, "this column stands twice", row=1, column=name)
            )
        elif name in table.names:
            places[name] = position
        else:
            problems.append(
                problem(
                    "unknown_column",
                    file,
                    "the table has no such column",
                    row=1,
                    value=name or "an empty name",
                    expected=", ".join(table.names),
                    hint=suggest(name, missing),
                )
            )
    for name in missing:
        if table.column(name).may_lack:
            continue
        problems.append(
            problem(
                "missing_column",
                file,
                f"the column {name!r} is missing",
                row=1,
                expected=", ".join(table.names),
            )
        )
    return places


def _fill(
    rows: Rows,
    records: list[list[str]],
    broken: list[bool],
    places: dict[str, int],
    problems: list[Problem],
) -> None:
    """Read every cell, column by column, reporting faults in the order of the lines."""
    found: list[tuple[int, Problem]] = []
    for column in rows.table.columns:
        position = places.get(column.name)
        if position is None:
            rows.texts[column.name] = [""] * len(rows)
            rows.values[column.name] = [empty(column) if column.may_lack else None] * len(rows)
            continue
        texts = [record[position] for record in records]
        values: list[Value] = []
        for line, text, bad in zip(rows.lines, texts, broken, strict=True):
            if bad:
                values.append(None)
                continue
            value, fault = parse_cell(text, column, rows.file, line)
            values.append(value)
            if fault is not None:
                found.append((line, fault))
        rows.texts[column.name] = texts
        rows.values[column.name] = values
    found.sort(key=lambda entry: entry[0])
    problems.extend(fault for _, fault in found)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
