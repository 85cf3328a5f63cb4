"""Writing tables so that the same table gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
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


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Starts of a text that spreadsheet programs take for a formula."""


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is taken for a formula by a spreadsheet program.

    A name comes from whoever made the crisis folder. One that begins as a formula does gets an
    apostrophe in front, by which spreadsheet programs know text; numbers stay as they are.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame
    """
    changed = {}
    for column in frame.columns:
        if frame[column].dtype.kind in "biufcmM":
            continue
        wanted = [
            f"'{v}" if isinstance(v, str) and v.startswith(FORMULA_STARTS) else v
            for v in frame[column].tolist()
        ]
        if wanted != frame[column].tolist():
            changed[column] = wanted
    return frame.assign(**changed) if changed else frame


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV: UTF-8, LF, ISO dates; no text is a formula.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : Path

    Returns
    -------
    Path
    """
    with whole_or_nothing(path) as file:
        without_formulas(frame).to_csv(
            file, index=False, lineterminator="\n", date_format="%Y-%m-%d"
        )
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
