"""What is declared: the crisis folder, its reading and its named checks."""

from __future__ import annotations

from havenline.crisis.case import Case
from havenline.crisis.case_schema import CASE_TABLES
from havenline.crisis.columns import Column, Table
from havenline.crisis.crisis import (
    CheckReport,
    Crisis,
    builtin_crises,
    check_crisis,
    init_crisis,
    is_case,
    json_schema,
    open_crisis,
    open_declared,
    strict_checks,
)
from havenline.crisis.levers import OptionSpec, day_of
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.registry import CHECKS, Check
from havenline.crisis.schema import TABLES

__all__ = [
    "CASE_TABLES",
    "CHECKS",
    "TABLES",
    "Case",
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
    "is_case",
    "json_schema",
    "open_crisis",
    "open_declared",
    "strict_checks",
]
