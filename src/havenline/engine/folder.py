"""A folder that results are written to: by one run at a time, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from havenline.errors import RunError, reason_of

try:
    import fcntl
except ImportError:  # pragma: no cover  (no such locks on Windows)
    fcntl = None  # type: ignore[assignment]

STAGE = ".unfinished"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder if need be and hold it while results are written to it.

    The kernel releases it when the process ends, however it ends. What cannot be written is told
    in words; a folder that was made for it is gone again then.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    RunError
        If another run writes to it, or it cannot be written to.
    """
    missing = [p for p in (folder, *folder.parents) if not os.path.exists(p)]  # noqa: PTH110  (a name too long is not there)
    lock = -1
    try:
        _make(folder)
        lock = _lock(folder)
        yield
    except BaseException as error:
        for made in missing:
            with suppress(OSError):
                made.rmdir()
        if isinstance(error, OSError):
            raise RunError(f"{folder} cannot be written: {reason_of(error)}") from None
        raise
    finally:
        if lock >= 0:
            os.close(lock)


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Hold a folder and give a hidden one in it, whose files get into it together at the end.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    Path
        The hidden folder; where anything fails it is gone, and ``folder`` is as it was.

    Raises
    ------
    RunError
        As `held`.
    """
    with held(folder):
        for left in folder.glob(f"{STAGE}-*"):  # of runs that were killed: the folder is ours
            shutil.rmtree(left, ignore_errors=True)
        stage = folder / f"{STAGE}-{os.getpid()}"
        stage.mkdir()
        try:
            yield stage
            for file in sorted(stage.iterdir()):
                file.replace(folder / file.name)
        except RunError as error:
            raise RunError(str(error).replace(str(stage), str(folder))) from None
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RunError(f"{folder} is a file; give a folder to write to") from None
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "not a name for a folder"
        raise RunError(f"cannot make the folder {folder}: {reason}") from None


def _lock(folder: Path) -> int:
    """Return the lock of a folder, to be closed; below 0 where the system has none."""
    if fcntl is None:
        return -1
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise RunError(
            f"another run is writing to {folder}; wait for it, or give another folder"
        ) from None
    except OSError:  # a disk without locks: the result file itself still tells of another run
        os.close(lock)
        return -1
    return lock
