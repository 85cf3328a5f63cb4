"""Compile the kernels of the first run in two processes instead of one.

Compiling takes most of a first run and uses one processor. Where nothing is compiled yet, a
second process compiles the later steps of a day and keeps the code on disk, where the first one
finds it when it comes to them. What is compiled is the same with and without it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import Any

from havenline.draws.kernels import FOLDER

LATER_STEPS = ("flight", "returns", "entry", "harm")
"""Modules of ``havenline.engine.steps`` whose steps the second process compiles."""


def start_if_cold() -> subprocess.Popen[bytes] | None:
    """Start the second process where the kernels are not compiled yet.

    Returns
    -------
    subprocess.Popen or None
        None where there is nothing to do, nothing can be kept, or there is only one processor.
    """
    if (os.cpu_count() or 1) < 2 or FOLDER is None or any(FOLDER.rglob("ground.run_days*.nbi")):
        return None
    with contextlib.suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-m", "havenline.engine.warm"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return None


def compile_later_steps() -> None:
    """Compile the later steps for the types that every crisis has, from a built-in one."""
    from importlib import import_module

    import numba
    from numba import int64, uint64

    from havenline.crisis import builtin_crises, open_crisis
    from havenline.draws.held import HeldType
    from havenline.engine.ground import prepare
    from havenline.engine.state import empty_state

    ground = prepare(open_crisis(builtin_crises()[0]), futures=1)
    state = empty_state(ground.world.network, ground.sizes, 16, 16)
    typeof: Any = numba.typeof
    network, record, plan, parts = (
        HeldType(typeof(part))
        for part in (ground.world.network, ground.facts.record, ground.plain, state)
    )
    values = typeof(ground.values[0])
    signature = (network, record, values, plan, parts, uint64, int64, int64)
    for name in LATER_STEPS:
        import_module(f"havenline.engine.steps.{name}").step.compile(signature)


if __name__ == "__main__":
    compile_later_steps()
