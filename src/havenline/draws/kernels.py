"""How kernels are compiled, and a compiled cache that is never stale.

Numba keeps compiled code beside each source file and looks at that file's date only, not at
the files of the functions it calls. So the code kept is thrown away as a whole when any source
file that holds kernels has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import cgutils
from numba.extending import intrinsic

ROOMS = ("draws", "world", "options", "engine")
_STAMP = "kernels.stamp"


def sources_digest(package: Path) -> str:
    """Return a digest of all source files that hold kernels, and of the compiler's version."""
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=16)
    for room in ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def drop_stale_kernels(package: Path) -> bool:
    """Delete compiled kernels made from other sources; return whether any were dropped.

    Parameters
    ----------
    package : Path
        Folder of the package. Nothing happens where it cannot be written.
    """
    stamp = package / "draws" / "__pycache__" / _STAMP
    digest = sources_digest(package)
    try:
        if stamp.exists() and stamp.read_text() == digest:
            return False
        stale = [p for room in ROOMS for p in (package / room).rglob("__pycache__/*.nb[ic]")]
        for path in stale:
            path.unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest)
    except OSError:
        return False
    return bool(stale)


drop_stale_kernels(Path(__file__).parent.parent)


def _compile(function: Callable[..., Any], **options: bool) -> Callable[..., Any]:
    decorate: Any = numba.njit
    compiled: Callable[..., Any] = decorate(cache=True, error_model="numpy", **options)(function)
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


def _bare(_context: Any, array: Any) -> Any:
    """Return an array (inside kernels) as a view that is not reference-counted.

    Compiled code counts references whenever it takes a row or a record of an array, with
    operations that lock memory between threads: half of the time of a run. The caller's array
    must outlive the view.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, value=args[0])
        nothing: Any = cgutils.get_null_value
        view.meminfo = nothing(view.meminfo.type)
        view.parent = nothing(view.parent.type)
        return view._getvalue()

    return array(array), generate


bare: Any = intrinsic(_bare)
"""See `_bare`: an array as a view that is not reference-counted."""
