"""Havenline: compare the options in a displacement crisis, with honest uncertainty.

Public names: `open_crisis`, `check_crisis`, `simulate`, `compare`, `negotiate`, `write_report`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Kernels compile a quarter faster and run no slower at this level; a choice of the user holds.
os.environ.setdefault("NUMBA_OPT", "1")

__version__ = "0.1.0"

__all__ = ["check_crisis", "compare", "negotiate", "open_crisis", "simulate", "write_report"]

_HOMES = {
    "check_crisis": "havenline.crisis",
    "compare": "havenline.outcomes",
    "negotiate": "havenline.negotiation.negotiate",
    "open_crisis": "havenline.crisis",
    "simulate": "havenline.engine",
    "write_report": "havenline.report",
}

if TYPE_CHECKING:
    from havenline.crisis import check_crisis, open_crisis
    from havenline.engine import simulate
    from havenline.negotiation.negotiate import negotiate
    from havenline.outcomes import compare
    from havenline.report import write_report


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package is light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'havenline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
