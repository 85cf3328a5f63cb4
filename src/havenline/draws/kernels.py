"""How kernels are compiled, and a compiled cache that is never stale.

Numba looks at the date of the one source file that a kernel stands in, not at the files of the
functions it calls. So compiled code is kept in a folder whose name is a digest of all the sources
that hold kernels: other sources, another folder. It lies in NUMBA_CACHE_DIR where that is set,
else beside the package, else in the user's cache.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
from numba.misc import appdirs

ROOMS = ("draws", "world", "options", "engine")
PACKAGE = Path(__file__).parent.parent
_config: Any = numba.config
_dirs: Any = appdirs.AppDirs


def sources_digest(package: Path, rooms: Sequence[str] = ROOMS) -> str:
    """Return a digest of all source files that hold kernels, of the compiler and its level.

    Parameters
    ----------
    package : Path
        Folder of the package.
    rooms : sequence of str
        Folders in it; those that hold kernels by default.
    """
    compiler = f"{numba.__version__} {int(_config.OPT)}"
    digest = hashlib.blake2b(compiler.encode(), digest_size=12)
    for room in rooms:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def kept_in(package: Path) -> Path | None:
    """Return the folder of the compiled kernels of these sources; drop those of older ones.

    Parameters
    ----------
    package : Path
        Folder of the package. Kernels of other copies of it are left alone.

    Returns
    -------
    Path or None
        None where no folder can be written: then nothing is kept.
    """
    copy = hashlib.blake2b(str(package.resolve()).encode(), digest_size=4).hexdigest()
    ours = f"havenline-{copy}-"
    chosen = str(_config.CACHE_DIR)
    usual = (package / "__pycache__", Path(_dirs("havenline", False).user_cache_dir))
    for base in (Path(chosen),) if chosen else usual:
        folder = base / (ours + sources_digest(package))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        for other in base.glob(f"{ours}*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return folder
    return None


FOLDER = kept_in(PACKAGE)
"""Where the compiled kernels of this process are kept; None where they are not."""


def _compile(function: Callable[..., Any], **options: bool) -> Callable[..., Any]:
    decorate: Any = numba.njit
    kept = {"cache": True} if FOLDER is not None else {}
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(FOLDER or before)  # read once, when a function is decorated
    try:
        compiled: Callable[..., Any] = decorate(error_model="numpy", **kept, **options)(function)
    finally:
        _config.CACHE_DIR = before
    return compiled


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that only other kernels call, and keep the compiled code.

    Without an entry from Python, which for functions of many arrays takes most of the time of
    compiling. Tests call such functions from a compiled function of their own.
    """
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def kernel_within(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function whose code is copied into every kernel that calls it.

    For short functions that take a whole network: handing over its arrays costs more than what
    the function does.
    """
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


def kernel_entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that Python calls, without the interpreter's lock."""
    return _compile(function, nogil=True)
