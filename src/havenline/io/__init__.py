"""Foreign formats in and out: displacement cases in Flee's format, and our own case folders."""

from __future__ import annotations

from havenline.crisis import is_case
from havenline.io.case_writing import write_case
from havenline.io.flee.files import is_flee
from havenline.io.flee.reading import open_flee
from havenline.io.opening import (
    check_any,
    import_flee,
    is_any_case,
    open_any,
    open_case,
)
from havenline.io.upgrade import Upgrade, upgrade_crisis

__all__ = [
    "Upgrade",
    "check_any",
    "import_flee",
    "is_any_case",
    "is_case",
    "is_flee",
    "open_any",
    "open_case",
    "open_flee",
    "upgrade_crisis",
    "write_case",
]
