"""Foreign formats in and out: displacement cases in Flee's format, and our own case folders."""

from __future__ import annotations

from havenline.io.flee.files import is_flee
from havenline.io.flee.reading import open_flee

__all__ = ["is_flee", "open_flee"]
