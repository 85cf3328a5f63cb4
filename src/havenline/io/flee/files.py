"""Where the files of a folder in Flee's format lie."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from havenline.io.flee.text import Folder

INPUT, COUNTS = "input_csv", "source_data"
OLD_COUNTS = "refugee_data"
"""Where the folders that Flee is tested with have the counts: beside or within the tables."""
LAYOUT = "data_layout.csv"
SETTINGS = "simsetting.yml"
INPUT_FILES = (
    "locations.csv",
    "routes.csv",
    "closures.csv",
    "conflicts.csv",
    "sim_period.csv",
    "major_routes.csv",
    "location_changes.csv",
    "registration_corrections.csv",
    "flood_level.csv",
    "region_attributes_IPC.csv",
    "agents.csv",
)
_SIGNS = ("locations.csv", "sim_period.csv", LAYOUT)
_NEAR = 0.75
_OF_A_SCALE = re.compile(r"(locations|routes|source_data)-\d(\.csv)?")


def is_flee(path: str | Path) -> bool:
    """Return whether a folder is one in Flee's format, however broken.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bool
        True where it, or the folder whose part it is, has ``input_csv/`` or ``source_data/``, or
        one of Flee's own tables, and no ``crisis.yaml``.
    """
    try:
        root = Path(path)
        if root.name in (INPUT, COUNTS) and root.is_dir():
            root = root.parent
        if not root.is_dir() or (root / "crisis.yaml").exists():
            return False
        names = {p.name.lower() for p in root.iterdir()}
    except (OSError, ValueError):
        return False
    return bool(names & {INPUT, COUNTS, *_SIGNS}) or any(map(_OF_A_SCALE.fullmatch, names))


class Files:
    """The files of a folder by what they are, whichever way the folder is laid out.

    The tables lie in ``input_csv/`` and the counts in ``source_data/`` or ``refugee_data/``, or
    all in the folder itself. The case of letters in file names does not matter.

    Parameters
    ----------
    folder : Folder
        Read through; its report is added to.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        top = self._names("")
        self.inputs = self._part(INPUT, top)
        self.counts = self._part(COUNTS, top)
        for where, within in (self.inputs, ("", top)):
            if LAYOUT not in self.counts[1] and OLD_COUNTS in within:
                found = f"{where}{within[OLD_COUNTS]}"
                self.counts = f"{found}/", self._names(found)

    def _names(self, part: str) -> dict[str, str]:
        """Return the names in a part of the folder by their lower-case form."""
        try:
            found = sorted(p.name for p in (self.folder.path / part).iterdir())
        except NotADirectoryError:
            self.folder.report.add("unreadable_file", part, "this is a file", expected="a folder")
            return {}
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            self.folder.report.add("unreadable_file", part, f"cannot be read: {reason}")
            return {}
        return {name.lower(): name for name in reversed(found)}

    def _part(self, name: str, top: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Return where a part of the folder lies, and its names."""
        if name in top:
            return f"{top[name]}/", self._names(top[name])
        return "", top

    def scales(self) -> list[str]:
        """Return the files of a folder of coupled scales, such as ``locations-0.csv``, sorted."""
        names = {**self._names(""), **self.inputs[1]}
        return sorted(name for low, name in names.items() if _OF_A_SCALE.fullmatch(low))

    def find(self, name: str) -> str | None:
        """Return the path of a table within the folder; None where it is not there.

        Parameters
        ----------
        name : str
            As the format calls it, such as ``routes.csv``.

        Returns
        -------
        str or None
        """
        return self._find(name, *self.inputs)

    def find_counts(self, name: str) -> str | None:
        """Return the path of a file of counts within the folder; None where it is not there."""
        return self._find(name, *self.counts)

    def _find(self, name: str, where: str, names: dict[str, str]) -> str | None:
        """Look a name up, whatever the case of its letters."""
        if "/" in name or "\\" in name:
            path = f"{where}{name}"
            return path if ".." not in name and (self.folder.path / path).exists() else None
        found = names.get(name.lower())
        if found is None:
            return None
        if found != name and (self.folder.path / where / name).exists():
            found = name
        if found != name:
            self.folder.report.add(
                "file_name",
                f"{where}{found}",
                "the name differs in capital letters",
                expected=name,
            )
        return f"{where}{found}"

    def as_spreadsheet(self, name: str) -> str:
        """Return the spreadsheet of a table's name; empty where there is none."""
        stem = name.rsplit(".", 1)[0].lower()
        found = (n for low, n in self.inputs[1].items() if low.startswith(f"{stem}."))
        return next((n for n in found if n.lower().endswith((".xlsx", ".xls", ".ods"))), "")

    def nearest_counts(self, name: str) -> str:
        """Return "did you mean 'x'?" for the file of counts with the nearest name."""
        near = difflib.get_close_matches(name.lower(), self.counts[1], n=1, cutoff=_NEAR)
        return f"did you mean {self.counts[1][near[0]]!r}?" if near else ""

    def settings(self) -> str | None:
        """Return the path of the settings file, beside the tables or above them."""
        top = self._names("")
        for where, names in (("", top), self.inputs):
            if SETTINGS in names:
                return f"{where}{names[SETTINGS]}"
        return None

    def demographics(self) -> list[str]:
        """Return the paths of the tables of attributes, sorted."""
        where, names = self.inputs
        found = (n for low, n in names.items() if low.startswith("demographics_"))
        return [f"{where}{n}" for n in sorted(found) if n.lower().endswith(".csv")]

    def report_strays(self) -> None:
        """Report files whose name is nearly that of a table which is not there."""
        where, names = self.inputs
        absent = [n for n in (*INPUT_FILES, LAYOUT, SETTINGS) if n.lower() not in names]
        listed = {n.lower() for n in (*INPUT_FILES, LAYOUT, SETTINGS)}
        for low, name in sorted(names.items()):
            if low in listed or low.startswith("demographics_"):
                continue
            if not low.endswith((".csv", ".yml", ".yaml")):
                continue
            near = difflib.get_close_matches(low, [n.lower() for n in absent], 1, _NEAR)
            meant = next((n for n in absent if near and n.lower() == near[0]), None)
            if meant is None and low.startswith("demographic"):
                meant = "demographics_<attribute>.csv"
            if meant is not None:
                self.folder.report.add(
                    "unread_file",
                    f"{where}{name}",
                    "nothing reads this file",
                    hint=f"did you mean {meant!r}?",
                )
