"""Writing tables so that the same table gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

CREATED = datetime(2000, 1, 1)
"""Date of creation in every workbook, so that the same figures give the same bytes."""


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[Path]:
    """Give a hidden name to write to, which becomes ``path`` only when all went well.

    Parameters
    ----------
    path : Path
        The file as it shall be named.
    """
    hidden = path.with_name(f".{path.name}.unfinished")
    try:
        yield hidden
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)


_SIGNS = "=+\\-@" + "\uff1d\ufe66\u207c\u208c\uff0b\ufe62\u207a\u208a\ufb29\uff0d\ufe63\uff20\ufe6b"
"""Signs that begin a formula, in all widths (those that NFKC makes one of the first four)."""
_PARTS = (
    ",;|\t\n\r"
    + "\x0b\x0c\x1c-\x1e\x85\u2028\u2029\uff0c\ufe10\ufe50\uff1b\ufe14\ufe54\u037e\uff5c"
)
"""Signs at which a program, by its language or at a line end, may part a cell in two."""
_UNSEEN = (
    '\\s"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
    "\u2028-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
"""Blanks, quotes and characters without a shape, which a program may drop before it looks."""
_STARTS = re.compile(f"[\t\n\r]|[{_UNSEEN}]*[{_SIGNS}]")
_WITHIN = re.compile(f"(?<![{_UNSEEN}{_PARTS}])([{_UNSEEN}{_PARTS}]+)([{_SIGNS}])")
_PART = re.compile(f"[{_PARTS}]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula, whole or in part.

    A name comes from whoever made the crisis folder. One that begins as a formula does, after
    whatever cannot be seen, gets an apostrophe in front, by which spreadsheet programs know text;
    so does what follows a sign at which a program of another language parts cells (``a;=1+1``).
    A plain number stays one, and a carriage return is a line end like any other.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    if _NUMBER.fullmatch(text):
        return text

    def parted(found: re.Match[str]) -> str:
        between, sign = found.groups()
        return f"{between}'{sign}" if _PART.search(between) else found.group()

    within = _WITHIN.sub(parted, text.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{within}" if _STARTS.match(text) else within


def _plain(values: list[Any]) -> list[Any]:
    plain = {v: without_formula(v) for v in {v for v in values if isinstance(v, str)}}
    return [plain[v] if isinstance(v, str) else v for v in values]


def to_csv(frame: pd.DataFrame, target: Path | StringIO) -> None:
    """Write a table as CSV: LF, ISO dates; no text is a formula. Every CSV file is written here.

    Parameters
    ----------
    frame : pandas.DataFrame
    target : Path or StringIO
    """
    texts = [c for c in frame.columns if frame[c].dtype.kind not in "biufcmM"]
    safe = frame.assign(**{c: _plain(frame[c].tolist()) for c in texts})
    safe.to_csv(
        target,
        index=False,
        header=_plain(list(frame.columns)),
        lineterminator="\n",
        date_format="%Y-%m-%d",
    )


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table as a CSV file, whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : Path

    Returns
    -------
    Path
    """
    with whole_or_nothing(path) as file:
        to_csv(frame, file)
    return path


def write_parquet(
    frame: pd.DataFrame, path: Path, attrs: Mapping[str, object] | None = None
) -> Path:
    """Write a table as Parquet, without the time of writing.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : Path
    attrs : mapping, optional
        Attributes of the result, kept in the metadata of the file as ``havenline.<name>``.

    Returns
    -------
    Path
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    kept = {f"havenline.{name}": str(value) for name, value in sorted((attrs or {}).items())}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **kept})
    with whole_or_nothing(path) as file:
        pq.write_table(table, file, compression="zstd")
    return path


def write_book(
    path: Path,
    title: str,
    readme: Sequence[tuple[str, str]],
    sheets: Mapping[str, pd.DataFrame],
) -> Path:
    """Write a workbook: a sheet to read first, then one by table. Text is never a formula.

    Parameters
    ----------
    path : Path
    title : str
    readme : sequence of (str, str)
        Rows of the sheet "Read me".
    sheets : mapping of str to pandas.DataFrame
        Tables by name of their sheet, each with a filter and a frozen header; the first three
        columns stay in view.

    Returns
    -------
    Path
    """
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made = BytesIO()  # a workbook that meets a full disk while it is written says so badly
    with xlsxwriter.Workbook(made, plain) as book:
        book.set_properties({"title": title, "created": CREATED})
        formats = {
            "bold": book.add_format({"bold": True, "valign": "top"}),
            "head": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
            ),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "share": book.add_format({"num_format": "0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet = book.add_worksheet("Read me")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        for row, (key, text) in enumerate(readme):
            sheet.write_string(row, 0, key, formats["bold"])
            sheet.write_string(row, 1, text, formats["wrap"])
        for name, frame in sheets.items():
            _fill(book.add_worksheet(name), frame, formats)
    with whole_or_nothing(path) as file:
        file.write_bytes(made.getvalue())
    return path


def _fill(sheet: Any, frame: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 3)
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, str(title), formats["head"])
        values = frame[title]
        shares = values.dtype.kind == "f" and bool((values.fillna(0).abs() <= 1).all())
        kind = "date" if values.dtype.kind == "M" else "share" if shares else "whole"
        for row, value in enumerate(values.tolist(), start=1):
            _write_cell(sheet, row, column, value, formats[kind])
        longest = max((len(str(v)) for v in values.unique()), default=0)
        text = values.dtype.kind not in "iufbM"
        sheet.set_column(column, column, min(40, max(12, longest + 2)) if text else 14)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _write_cell(sheet: Any, row: int, column: int, value: Any, number: Any) -> None:
    if value is None or value != value:  # a missing figure stays an empty cell
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), number)
    else:
        sheet.write_number(row, column, value, number)
