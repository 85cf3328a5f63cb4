"""Adding persons to places and taking them out, in whole numbers.

How many persons of a status leave is drawn exactly. Who they are (home and group) is then dealt
by systematic sampling with a random start: every person is as likely as any other, and the
shares of homes and groups among those who leave differ from their shares among those present by
less than one person a cell. What is lost against drawing each person is the chance variation of
those shares; totals by place, day and status are not touched.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.world.state import DISPLACED_SINCE


@kernel
def add(persons, by_status, place, row, group, number):  # type: ignore[no-untyped-def]
    """Add persons to a cell (a negative number removes)."""
    persons[place, row, group] += number
    by_status[place, min(row, DISPLACED_SINCE)] += number


@kernel
def gather(persons, listed, place, first, last):  # type: ignore[no-untyped-def]
    """List the cells of rows ``first`` to ``last`` that hold persons.

    Returns
    -------
    (int64, int64)
        Number of cells listed, and the persons in them.
    """
    groups = persons.shape[2]
    m, total = 0, 0
    for row in range(first, last):
        for g in range(groups):
            here = persons[place, row, g]
            if here > 0:
                one = listed[m]
                one.cell = row * groups + g
                one.pool = here
                total += here
                m += 1
    return m, total


@kernel
def choose(listed, m, total, number, start):  # type: ignore[no-untyped-def]
    """Choose persons from listed cells by systematic sampling; writes ``count`` of each cell.

    Parameters
    ----------
    listed : records ``LISTED``
        Cells with ``pool`` persons each.
    m, total : int64
        Number of cells, and persons in them.
    number : int64
        How many to choose, at most ``total``.
    start : float64
        The random start, between 0 and 1.
    """
    step = number / total if total > 0 else 0.0
    passed, chosen = 0, 0
    for c in range(m):
        passed += listed[c].pool
        due = number if passed == total else min(number, math.floor(passed * step + start))
        here = max(0, min(listed[c].pool, due - chosen))
        listed[c].count = here
        chosen += here
    c = 0
    while chosen < number and c < m:  # rounding of the step: the first cells with room
        here = min(number - chosen, listed[c].pool - listed[c].count)
        listed[c].count += here
        chosen += here
        c += 1
