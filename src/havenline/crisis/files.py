"""Reading a file whole: only regular files, none larger than files of its kind need be."""

from __future__ import annotations

import stat
from pathlib import Path

from havenline.crisis.registry import problem
from havenline.errors import Problem

MOST_BYTES = 20_000_000
"""A table or a layer: some 200,000 rows, which are read within a minute."""
MOST_BYTES_YAML = 500_000
"""A YAML file, which is written by hand and slow to read: no more than some seconds."""
YAML = (".yaml", ".yml")


def unusable(path: Path, file: str) -> Problem | None:
    """Return why a file is not to be read, or None; nothing is read to tell.

    A named pipe would wait for ever, a device would never end.

    Parameters
    ----------
    path : Path
    file : str
        Its name in messages.

    Returns
    -------
    Problem or None

    Raises
    ------
    OSError
        If nothing can be said of it, such as where there is none.
    """
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        return problem("unreadable_file", file, "this is a folder", expected="a file")
    if not stat.S_ISREG(found.st_mode):
        what = "a named pipe" if stat.S_ISFIFO(found.st_mode) else "a device or a socket"
        return problem("unreadable_file", file, f"this is {what}", expected="a file")
    most = MOST_BYTES_YAML if path.suffix.lower() in YAML else MOST_BYTES
    if found.st_size > most:
        return problem(
            "too_large",
            file,
            f"{found.st_size / 1e6:,.1f} MB are too large to be read",
            expected=f"at most {most / 1e6:g} MB",
            hint="take a part of it",
        )
    return None
