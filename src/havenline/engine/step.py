"""What a step of a day declares of itself, and what a daily figure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stock", "flow", "cumulative", "share", "value"]
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Measure:
    """A daily figure of a run, declared once.

    The output of a run, the dataset, the tidy files, what an outcome rests on and the docs are
    made from it. In compiled code it is the field ``state.counts[0].<name>``, which is written
    down at the end of every day after the as-of date.

    Attributes
    ----------
    name : str
    long_name, units : str
    kind : {"stock", "flow", "cumulative", "share", "value"}
        Present at a time, per period, counted from a start, a share or state between 0 and 1, or
        a value.
    of : tuple of str
        Parts of the state that it is read from, as the steps name what they write.
    since_as_of : bool
        Whether it starts from 0 at the end of the as-of date.
    prior_only : bool
        True where the figure rests on a prior alone and must be marked so wherever it is shown.
    whole : bool
        Whether it is a whole number in compiled code.
    """

    name: str
    long_name: str
    units: str
    kind: Kind
    of: tuple[str, ...]
    since_as_of: bool = False
    prior_only: bool = False
    whole: bool = True

    @property
    def dtype(self) -> str:
        """Return the numpy name of its type in compiled code."""
        return "i8" if self.whole else "f8"


@dataclass(frozen=True)
class Step:
    """One step of a day.

    Attributes
    ----------
    what : str
        What it does, one sentence.
    reads, writes : tuple of str
        Parts of the state (or of the option and the record) that it reads and changes; see
        `havenline.engine.state.PARTS`.
    parts : tuple of str
        Parts of the parameter table whose values it uses.
    tables : tuple of str
        Tables of the crisis folder whose facts it uses.
    page : str
        Its page of the docs, in ``docs/explanation/mechanisms``, without ending.
    course : tuple of (str, str)
        Numbers that it keeps from day to day, fields of ``state.course[0]``, with their types.
    place : tuple of (str, str)
        Numbers that it keeps of every place, fields of ``state.place``, with their types.
    offensive : tuple of (str, str)
        Numbers that it keeps of every offensive, fields of ``state.offensive``, with their types.
    measures : tuple of Measure
        Daily figures that it keeps.
    """

    what: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    parts: tuple[str, ...]
    page: str
    tables: tuple[str, ...] = ()
    course: Fields = ()
    place: Fields = ()
    offensive: Fields = ()
    measures: tuple[Measure, ...] = ()
