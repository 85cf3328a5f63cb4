"""The server's folder under the temporary directory; those of servers that were killed go."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # this system knows no such locks: nothing is removed but one's own
    fcntl = None  # type: ignore[assignment]

PREFIX = "havenline-web-"
_LOCK = "owner.lock"


class Home:
    """A folder that lives as long as the process that made it.

    A lock says that its owner lives; the system lets it go with the process, however that ends.

    Attributes
    ----------
    path : Path
    """

    def __init__(self) -> None:
        remove_abandoned()
        new = Path(tempfile.mkdtemp(prefix="havenline-new-"))
        self._lock = _lock(new)
        self.path = new.with_name(PREFIX + new.name.removeprefix("havenline-new-"))
        new.rename(self.path)  # nobody sees it before it is locked

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(folder: Path) -> int | None:
    """Return a file that holds the lock of a folder, or None where another process holds it."""
    file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def remove_abandoned() -> None:
    """Remove the folders of servers of this user that have ended without doing so."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            about = folder.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
                continue
            file = _lock(folder) if (folder / _LOCK).is_file() else None
        except OSError:
            continue
        if file is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(file)
