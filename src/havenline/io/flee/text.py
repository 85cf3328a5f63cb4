"""From the bytes of a file to its rows, as real folders have them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from havenline.crisis.reading import sha256, with_lf
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
    def is_comment(self) -> bool:
        """Whether the row begins with ``#``, also within quotes."""
        return self.cells[0].startswith("#")


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
            data = (self.path / file).read_bytes()
        except FileNotFoundError:
            self.report.add("missing_file", file, "there is no such file")
        except IsADirectoryError:
            self.report.add("unreadable_file", file, "this is a folder", expected="a file")
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
    first = next((row for row in rows if not row.is_comment), rows[0] if rows else None)
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
