"""Uncertain values, running many futures, and the store of results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Result", "simulate"]

if TYPE_CHECKING:
    from havenline.engine.simulation import Result, simulate


def __getattr__(name: str) -> Any:
    """Load the engine when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'havenline.engine' has no attribute {name!r}")
    from havenline.engine import simulation

    return getattr(simulation, name)
