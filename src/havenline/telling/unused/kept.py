"""One thing that a run will not use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from havenline import words

FIRST = 3
"""Names that a line tells; the others are counted."""


@dataclass(frozen=True)
class Unused:
    """Things of one kind in one file that a run will not use.

    Attributes
    ----------
    kind : str
        Short name of the kind.
    file : str
        File of the crisis folder; empty where the names say of which of several.
    noun : str
        What the names are names of, in the singular.
    names : tuple of str
        Ids, or days and ids where rows have none.
    why : str
        Why no run uses them, what it does instead, or how to change it.
    """

    kind: str
    file: str
    noun: str
    names: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        """Return it on one line, with the first names."""
        more = len(self.names) - FIRST
        named = ", ".join(self.names[:FIRST]) + (f" and {more} more" if more > 0 else "")
        number = len(self.names)
        plural = self.noun if self.noun == "series" else f"{self.noun}s"
        count = f"{number} {self.noun if number == 1 else plural}"
        where = f"{self.file}: " if self.file else ""
        return f"{where}{count} ({words.visible(named)}): {self.why} ({self.kind})"

    def to_json_dict(self) -> dict[str, Any]:
        """Return it as plain data, with every name."""
        return {
            "kind": self.kind,
            "file": self.file,
            "what": self.noun,
            "count": len(self.names),
            "names": list(self.names),
            "why": self.why,
        }
