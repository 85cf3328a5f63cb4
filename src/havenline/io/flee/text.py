"""From the bytes of a file to its rows, as real folders have them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from havenline.crisis.cells import SPREADSHEET_ERROR, text_fault
from havenline.crisis.files import unusable
from havenline.crisis.reading import QUOTE, foreign_format, likely_row, sha256, with_lf
from havenline.io.flee.checks import Report

_BOM = b"\xef\xbb\xbf"
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"))


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    line : int
        Line in the file as an editor counts it.
    cells : tuple of str
        Without the blanks around them.
    """

    line: int
    cells: tuple[str, ...]

    def cell(self, position: int) -> str:
        """Return a cell; empty where the row is too short."""
        return self.cells[position] if position < len(self.cells) else ""

    @property
    def word(self) -> str:
        """The first cell as the word of a header: small letters, without ``#``."""
        return self.cells[0].lstrip("#").strip().lower()


@dataclass(frozen=True)
class Shape:
    """What the rows of a table look like.

    Attributes
    ----------
    columns : tuple of str
        Names of the cells that every table of this kind may have, in their order.
    least : int
        How many of them a row must have.
    first : {"name", "date", "day", "word"}
        What the first cell is; in a table of names ``#3 Settlement`` is one.
    heads : collection of str
        Words that the first cell of a header may be, in small letters, without ``#``.
    headed : bool
        Whether there is a header in any case, whatever it begins with.
    whole : bool
        Whether its numbers are whole ones.
    open_ended : bool
        Whether a row may have any number of cells.
    once : bool
        Whether a row that stands twice is left out the second time.
    """

    columns: tuple[str, ...]
    least: int = 1
    first: str = "name"
    heads: Collection[str] = ()
    headed: bool = False
    whole: bool = False
    open_ended: bool = False
    once: bool = False


@dataclass
class Table:
    """A table: its rows, and the header above them.

    Attributes
    ----------
    header : Row or None
    body : list of Row
        Without comments.
    broken : set of int
        Lines of rows that are too long or too short, which are told already.
    blank : bool
        Whether the file has no row at all, not even a comment.
    """

    header: Row | None = None
    body: list[Row] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    blank: bool = False

    @property
    def rows(self) -> list[Row]:
        """The rows that have the cells that they need."""
        return [row for row in self.body if row.line not in self.broken]


class Folder:
    """A folder with its report and what was read of it.

    Attributes
    ----------
    path : Path
        The folder.
    report : Report
        Added to.
    hashes : dict of str to str
        SHA-256 of each file read, by path relative to the folder.
    """

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.report = report
        self.hashes: dict[str, str] = {}

    def data(self, file: str) -> bytes | None:
        """Read a file.

        Parameters
        ----------
        file : str
            Path relative to the folder.

        Returns
        -------
        bytes or None
            None where it cannot be read, with the problem in the report.
        """
        try:
            fault = unusable(self.path / file, file)
            if fault is not None:
                self.report.add(fault.check, file, fault.message, expected=fault.expected,
                                hint=fault.hint)  # fmt: skip
                return None
            data = (self.path / file).read_bytes()
        except FileNotFoundError:
            self.report.add("missing_file", file, "there is no such file")
        except PermissionError:
            self.report.add(
                "unreadable_file", file, "no permission to read this file", hint=f"chmod u+r {file}"
            )
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            self.report.add("unreadable_file", file, f"cannot be read: {reason}")
        except ValueError:
            self.report.add("missing_file", file, "no file can have this name")
        else:
            self.hashes[file] = sha256(data)
            return data
        return None

    def rows(self, file: str) -> list[Row] | None:
        """Read a table: every row that is not blank, comments among them.

        Parameters
        ----------
        file : str
            Path relative to the folder.

        Returns
        -------
        list of Row or None
            None where there is nothing to go on with; empty for an empty file.
        """
        data = self.data(file)
        if data is None:
            return None
        text = decode(data, file, self.report)
        return None if text is None else split(text, file, self.report)

    def table(self, file: str, shape: Shape) -> Table | None:
        """Read a table: rows told from comments, and rows that are too long or short reported.

        A row that begins with ``#`` is a comment where it plainly is one. One that has the cells
        of a row is left out as well, as Flee does, and told. What a spreadsheet writes where it
        has no value (``########``, ``#N/A``) is a cell like any other, and so is the name of a
        place that begins with ``#`` and a number.

        Parameters
        ----------
        file : str
            Path relative to the folder.
        shape : Shape

        Returns
        -------
        Table or None
            None where there is nothing to go on with.
        """
        rows = self.rows(file)
        if rows is None:
            return None
        table = Table(_header(rows, shape), blank=not rows)
        lines: dict[tuple[str, ...], int] = {}
        for row in rows:
            if row is table.header:
                continue
            if _is_data(row, shape):
                first = lines.setdefault(row.cells, row.line)
                if shape.once and first != row.line:
                    told = f"the same row as line {first}, left out"
                    self.report.add("duplicate_row", file, told, row=row.line, value=row.cells[0])
                    continue
                table.body.append(row)
                if shape.first == "name" and _NUMBER_SIGN.match(row.cells[0]):
                    self.report.add(
                        "number_sign",
                        file,
                        "read as a name although it begins with '#'; Flee leaves this row out",
                        row=row.line,
                        value=row.cells[0],
                    )
            elif _was_data(row, shape, table.header):
                self.report.add(
                    "commented_row",
                    file,
                    "this row begins with '#', so it is left out as a comment",
                    row=row.line,
                    value=",".join(row.cells),
                    expected="the row without '#', where it is meant",
                )
        self._report_bad_cells(table, file)
        if not shape.open_ended:
            heads = table.header.cells if table.header is not None else ()
            named = max((i + 1 for i, head in enumerate(heads) if head), default=0)
            further = self._further(table.body, max(named, len(shape.columns)), file, shape)
            table.broken |= {
                row.line for row in table.rows if not self._fits(row, named, file, shape, further)
            }
        return table

    def _report_bad_cells(self, table: Table, file: str) -> None:
        """Report what cannot be seen, and what a spreadsheet writes where it has no value."""
        for row in table.body if table.header is None else [table.header, *table.body]:
            fault = next((f for cell in row.cells if (f := text_fault(cell)) is not None), None)
            if fault is not None:
                table.broken.add(row.line)
                check, message, expected, hint = fault
                self.report.add(check, file, message, row=row.line, expected=expected, hint=hint)
            found = [cell for cell in row.cells if SPREADSHEET_ERROR.fullmatch(cell)]
            if found:
                table.broken.add(row.line)
                self.report.add(
                    "error_cell",
                    file,
                    "what a spreadsheet shows where it has no value or too little room",
                    row=row.line,
                    value=found[0],
                    expected="the value, or an empty cell",
                )

    def _further(self, rows: Sequence[Row], width: int, file: str, shape: Shape) -> bool:
        """Return whether every row has the same further columns, which nothing reads."""
        widths = {len(row.cells) for row in rows}
        if len(rows) < 2 or len(widths) > 1 or min(widths) <= width:
            return False
        if all(likely_row(row.cells, width, whole=shape.whole) for row in rows):
            return False
        self.report.add(
            "unread_cells",
            file,
            f"nothing reads the columns after column {width}",
            row=rows[0].line,
            value=",".join(rows[0].cells[width:]),
        )
        return True

    def _fits(self, row: Row, named: int, file: str, shape: Shape, further: bool) -> bool:
        """Report a row that is too long or too short; return whether it can be read."""
        width = max(named, len(shape.columns))
        extra = [cell for cell in row.cells[width:] if cell and not further]
        if any(_FIGURE.fullmatch(cell) for cell in extra):
            self.report.add(
                "extra_cells",
                file,
                f"{len(row.cells)} cells",
                row=row.line,
                value=",".join(row.cells),
                expected=f"{width} cells" + (" as in the header" if named == width else ""),
                hint=likely_row(row.cells, width, whole=shape.whole) or QUOTE,
            )
            return False
        if extra:
            self.report.add("unread_cells", file, "nothing reads what stands after the last column",
                            row=row.line, value=",".join(extra))  # fmt: skip
        if len(row.cells) < min(shape.least, named or shape.least):
            self.report.add(
                "ragged_row",
                file,
                f"{len(row.cells)} cell" + ("s" if len(row.cells) > 1 else ""),
                row=row.line,
                value=",".join(row.cells),
                expected=",".join(shape.columns[: shape.least]),
            )
            return False
        return True


_FIGURE = re.compile(r"[+-]?[0-9][0-9.' ]*%?")
_NUMBER_SIGN = re.compile(r"#[0-9]{1,4}(?![0-9]*[-/.][0-9])")


def _header(rows: Sequence[Row], shape: Shape) -> Row | None:
    """Return the header: the first row that begins like one; else one that is as long as one."""
    data = (i for i, row in enumerate(rows) if row.word not in shape.heads and _is_data(row, shape))
    above = rows[: next(data, len(rows))]
    named = next((row for row in rows[: len(above) + 1] if row.word in shape.heads), None)
    if named is not None:
        return named
    if shape.headed:
        return next((row for row in rows if len(row.cells) > 1), rows[0] if rows else None)
    return next((row for row in above if len(row.cells) >= len(shape.columns)), None)


def _is_data(row: Row, shape: Shape) -> bool:
    """Return whether a row is one of the table rather than a header or a comment."""
    start, others = row.cells[0], any(row.cells[1:])
    if not start.startswith("#"):
        return True
    if not others or row.word in shape.heads:
        return False
    named = shape.first == "name" and _NUMBER_SIGN.match(start) is not None
    return named or SPREADSHEET_ERROR.fullmatch(start) is not None


def _was_data(row: Row, shape: Shape, header: Row | None) -> bool:
    """Return whether a comment has the cells of a row, so that one may miss it."""
    if row.word in shape.heads or sum(map(bool, row.cells)) < max(2, shape.least):
        return False
    if header is not None and row.cells == header.cells:
        return False
    if shape.first in ("date", "day"):
        return row.word[:1].isdigit()
    return True


def decode(data: bytes, file: str, report: Report) -> str | None:
    """Turn bytes into text with LF line ends.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file : str
        Path relative to the folder.
    report : Report
        Added to.

    Returns
    -------
    str or None
        None where it is not text.
    """
    if told := foreign_format(data):
        report.add("not_text", file, told, expected="CSV, UTF-8 text",
                   hint="open it in a spreadsheet and save it as CSV UTF-8")  # fmt: skip
        return None
    if data.startswith(_BOM_16):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            report.add("nul_bytes", file, "not text", expected="UTF-8 text")
            return None
        report.add("not_utf8", file, "this is UTF-16 and is read as such", row=1, expected="UTF-8")
    else:
        if data.startswith(_BOM):
            data = data[len(_BOM) :]
            report.add("byte_order_mark", file, "starts with a byte order mark", row=1)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            report.add(
                "not_utf8",
                file,
                f"byte 0x{data[error.start]:02x} is not UTF-8; read as Latin-1",
                row=line,
                expected="UTF-8",
            )
            text = data.decode("latin-1")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        report.add("nul_bytes", file, "NUL bytes", row=line, expected="UTF-8 text")
        return None
    text, told, line = with_lf(text)
    if told:
        report.add("line_endings", file, told, row=line)
    return text


def split(text: str, file: str, report: Report) -> list[Row] | None:
    """Split a text into rows and cells.

    Parameters
    ----------
    text : str
        Content of the file.
    file : str
        Path relative to the folder.
    report : Report
        Added to.

    Returns
    -------
    list of Row or None
        None where it is not CSV.
    """
    rows, fault = _split(text, strict=True)
    if fault is not None:
        line, reason = fault
        rows, again = _split(text, strict=False)
        if again is not None or reason == "unexpected end of data":
            message = "a quote is opened and never closed" if again is None else again[1]
            report.add("broken_csv", file, f"not valid CSV: {message}", row=line)
            return None
        report.add("loose_quotes", file, "a quote within a cell, kept as it stands", row=line)
    plain = (row for row in rows if not row.cells[0].startswith("#"))
    first = next(plain, rows[0] if rows else None)
    if first is not None and len(first.cells) == 1:
        for mark, name in _SEPARATORS:
            if first.cells[0].count(mark) > 0:
                report.add(
                    "broken_csv",
                    file,
                    f"cells are separated by {name}",
                    row=first.line,
                    expected="commas",
                )
                return None
    return rows


def _split(text: str, strict: bool) -> tuple[list[Row], tuple[int, str] | None]:
    """Return the rows, and where and why reading stopped."""
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=strict, skipinitialspace=True)
    last = 0
    try:
        for record in reader:
            cells = tuple(cell.strip() for cell in record)
            if any(cells):
                rows.append(Row(last + 1, cells))
            last = reader.line_num
    except csv.Error as error:
        return rows, (last + 1, str(error))
    return rows, None
