"""Names of places: as they stand in one table and as they are meant in another."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from havenline.io.flee.checks import Report


def plain(name: str) -> str:
    """Return a name without what spelling changes: case, blanks, underscores, Latin accents.

    What distinguishes places is kept: digits and what stands between them, hyphens, points,
    apostrophes, and the marks of other scripts.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
    """
    letters: list[str] = []
    latin = False
    for c in unicodedata.normalize("NFD", name.casefold()):
        if unicodedata.combining(c):
            if latin:
                continue
        else:
            latin = unicodedata.name(c, "").startswith("LATIN")
        letters.append(c)
    parts = re.split(r"[\s_]+", unicodedata.normalize("NFC", "".join(letters)).strip(" _"))
    joined = parts[0]
    for part in parts[1:]:
        apart = joined[-1:].isdigit() and part[:1].isdigit()
        joined += f" {part}" if apart else part
    return joined


class Names:
    """Names of one kind, found also where they are spelt otherwise.

    Parameters
    ----------
    names : sequence of str
        In the order of their table; each once.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.position = {name: i for i, name in enumerate(self.names)}
        self._plain: dict[str, list[int]] = {}
        for i, name in enumerate(self.names):
            self._plain.setdefault(plain(name), []).append(i)

    def find(
        self, name: str, report: Report, file: str, row: int | None, column: str = ""
    ) -> int | None:
        """Return the position of a name; another spelling of it is taken with a warning.

        Parameters
        ----------
        name : str
            As written.
        report : Report
            Added to where the spelling differs.
        file, row, column
            Where it is written.

        Returns
        -------
        int or None
            None where no name or more than one is meant; nothing is reported then.
        """
        if name in self.position:
            return self.position[name]
        near = self._plain.get(plain(name), [])
        if len(near) != 1:
            return None
        report.add(
            "name_spelling",
            file,
            "spelt otherwise than in locations.csv",
            row=row,
            column=column,
            value=name,
            expected=self.names[near[0]],
        )
        return near[0]

    def hint(self, name: str) -> str:
        """Return "did you mean 'x'?" for the nearest name, or an empty string."""
        if not name or len(name) > 60:
            return ""
        words = {n.lower(): n for n in reversed(self.names)}
        near = difflib.get_close_matches(name.lower(), words, n=1, cutoff=0.6)
        return f"did you mean {words[near[0]]!r}?" if near else ""


def needed(
    name: str, column: str, names: Names, where: dict[str, Any], report: Report
) -> int | None:
    """Return the position of a location that must be known.

    Parameters
    ----------
    name, column : str
        As written, and where.
    names : Names
    where : dict of str to object
        File and row.
    report : Report
        Added to where it is not known.

    Returns
    -------
    int or None
    """
    if not name:
        report.add("missing_value", message="this cell must be filled", column=column,
                   expected="a name of locations.csv", **where)  # fmt: skip
        return None
    found = names.find(name, report, where["file"], where["row"], column)
    if found is None:
        report.add("unknown_place", message="no such location", column=column, value=name,
                   expected="a name of locations.csv", hint=names.hint(name), **where)  # fmt: skip
    return found
