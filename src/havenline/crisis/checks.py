"""Running every check over what could be read of a crisis."""

from __future__ import annotations

from havenline.crisis import (
    checks_bargaining,
    checks_case,
    checks_compliance,
    checks_drawn,
    checks_geometry,
    checks_moves,
    checks_options,
    checks_relations,
    checks_series,
    checks_sieges,
    checks_state,
    checks_tables,
    checks_theatres,
)
from havenline.crisis.draft import Draft
from havenline.crisis.registry import CHECKS
from havenline.errors import Problem

PARTS = (
    checks_tables,
    checks_geometry,
    checks_drawn,
    checks_state,
    checks_relations,
    checks_moves,
    checks_sieges,
    checks_compliance,
    checks_theatres,
    checks_series,
    checks_options,
    checks_bargaining,
    checks_case,
)


def run_checks(draft: Draft) -> list[Problem]:
    """Run every registered check.

    Parameters
    ----------
    draft : Draft
        What could be read.

    Returns
    -------
    list of Problem
        In the order of the checks.
    """
    found: list[Problem] = []
    for check in CHECKS.values():
        if check.function is not None and draft.kind in check.kinds:
            found.extend(check.function(draft))
    return found
