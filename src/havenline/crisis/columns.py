"""Columns and tables of a crisis folder: what each may hold, and columns that many tables share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from havenline.crisis.choices import BASES, CONFIDENCES, YES_NO

ColumnType = Literal["id", "code", "codes", "ids", "text", "integer", "number", "date"]
ALL_GROUPS = "all"
MOST_PARTIES = 100
"""Parties of a crisis: each may stand in a relation to each, and a run numbers them in one byte."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in the header.
    type : str
        ``id``: lower-case slug; ``code``: slug or p-code as published; ``ids`` and ``codes``:
        several of them, separated by ``;``; ``text``; ``integer``; ``number``;
        ``date`` (YYYY-MM-DD).
    meaning : str
        What it says, one line.
    unit : str
        Unit of a number.
    required : bool
        Whether the cell must be filled.
    low, high : float or None
        Bounds of a number, included.
    choices : collection of str
        The fixed list of values, if there is one; a mapping says what each does in a run.
    refers : str
        Where the id must stand: a table, several with `` or `` between them, or ``meta.groups``
        and the like.
    not_before : str
        A date column of the same row that this date may not precede.
    may_lack : bool
        Whether the header may leave the column out, as if all its cells were empty.
    """

    name: str
    type: ColumnType
    meaning: str
    unit: str = ""
    required: bool = True
    low: float | None = None
    high: float | None = None
    choices: Collection[str] = ()
    refers: str = ""
    not_before: str = ""
    may_lack: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a crisis folder.

    Attributes
    ----------
    name : str
        Its name; the file is ``<name>.csv`` unless crisis.yaml says otherwise.
    meaning : str
        What a row is.
    columns : tuple of Column
        In the order of the header.
    key : tuple of str
        Columns that together may stand only once; empty for none.
    needed : bool
        Whether the file must be there with at least one row; otherwise it may be left out.
    reading : str
        What its rows mean where they could be read in two ways.
    does : str
        What a run does with its rows, in half a sentence.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    needed: bool = True
    reading: str = ""
    does: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the order of the header."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)


def source_column() -> Column:
    """Return the column of sources."""
    return Column(
        "source_id", "codes", "where it comes from; several ids with ';'", refers="sources"
    )


def note_column() -> Column:
    """Return the column of remarks."""
    return Column("note", "text", "anything a reader should know", required=False)


def basis_column() -> tuple[Column, Column]:
    """Return the columns of how a figure came about."""
    return (
        Column("basis", "text", "how the figure came about", choices=BASES),
        Column("method", "text", "how; required unless basis is counted", required=False),
    )


def confidence_column(name: str = "confidence") -> Column:
    """Return the column of how sure a figure is."""
    return Column(name, "text", "how sure the figure is", choices=CONFIDENCES)


def published_column(after: str = "") -> Column:
    """Return the column of the day from which a row was known."""
    return Column("published", "date", "day from which it was known", not_before=after)


def place_column(required: bool = True, name: str = "place_id") -> Column:
    """Return a column that names a place."""
    return Column(name, "id", "the place", refers="places", required=required)


def area_column(
    meaning: str = "the area", *, name: str = "area_id", required: bool = True
) -> Column:
    """Return a column that names an area."""
    return Column(name, "code", meaning, refers="areas", required=required)


def end_column(name: str, meaning: str, required: bool = True) -> Column:
    """Return a column that names a place or an area of any level."""
    return Column(name, "code", meaning, refers="places or areas", required=required)


def party_column() -> Column:
    """Return the column of a party."""
    return Column("party_id", "id", "the party", refers="parties")


def party_as_column(name: str, meaning: str) -> Column:
    """Return a column that names a party in some part."""
    return Column(name, "id", meaning, refers="parties")


def optional(name: str, kind: ColumnType, meaning: str, **more: Any) -> Column:
    """Return a column that a folder may leave out."""
    return Column(name, kind, meaning, required=False, may_lack=True, **more)


def yes_no_column(name: str, meaning: str) -> Column:
    """Return a column of yes or no that a folder may leave out."""
    return optional(name, "text", meaning, choices=YES_NO)


def lat_column(required: bool = True) -> Column:
    """Return the column of the latitude."""
    return Column("lat", "number", "latitude", "degrees north", required, -90.0, 90.0)


def lon_column(required: bool = True) -> Column:
    """Return the column of the longitude."""
    return Column("lon", "number", "longitude", "degrees east", required, -180.0, 180.0)
