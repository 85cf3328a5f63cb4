"""What is declared: the crisis folder, its reading and its named checks."""

from __future__ import annotations

from havenline.crisis.columns import Column, Table
from havenline.crisis.crisis import (
    CheckReport,
    Crisis,
    builtin_crises,
    check_crisis,
    init_crisis,
    json_schema,
    open_crisis,
)
from havenline.crisis.levers import OptionSpec, day_of
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.registry import CHECKS, Check
from havenline.crisis.schema import TABLES

__all__ = [
    "CHECKS",
    "TABLES",
    "Check",
    "CheckReport",
    "Column",
    "Crisis",
    "CrisisMeta",
    "OptionSpec",
    "Table",
    "builtin_crises",
    "check_crisis",
    "day_of",
    "init_crisis",
    "json_schema",
    "open_crisis",
]
