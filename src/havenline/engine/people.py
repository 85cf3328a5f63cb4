"""Adding persons to places and taking them out, in whole numbers.

How many persons of a status leave is drawn exactly. Who they are is then dealt, such that every
person is as likely as any other. People of one home stand side by side on a circle, and those
who leave are taken in turn from a random start: people of one home move together. Groups within
a home are taken by systematic sampling, in proportion up to one person. What is lost against
drawing each person alone is only how homes and groups mix among those who move on one day;
totals by place, day and status are not touched, and nor are expected shares.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel

RESIDENT, RETURNED, DISPLACED_BEFORE, DISPLACED_SINCE = (np.int64(i) for i in range(4))
"""Status of persons. The second axis of ``State.persons`` is the status, and from
``DISPLACED_SINCE`` on also the home area: index ``DISPLACED_SINCE + home``; the last home
index stands for a home elsewhere, from before the start. Displaced people fill all rows from
``DISPLACED_BEFORE`` on."""


MOST_AT_ONCE = 0.999
"""Most of those at a place whom one cause moves: a share of 1 has no hazard."""


@kernel
def hazard_of_share(share):  # type: ignore[no-untyped-def]
    """Return the hazard that moves a share of those at a place."""
    return -math.log1p(-min(MOST_AT_ONCE, share))


@kernel
def displaced(state, place):  # type: ignore[no-untyped-def]
    """Return the displaced people present at a place."""
    return state.by_status[place, DISPLACED_BEFORE] + state.by_status[place, DISPLACED_SINCE]


@kernel
def add(persons, by_status, by_row, place, row, group, number):  # type: ignore[no-untyped-def]
    """Add persons to a cell (a negative number removes)."""
    persons[place, row, group] += number
    by_status[place, min(row, DISPLACED_SINCE)] += number
    by_row[place, row] += number


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


@kernel
def list_row(persons, listed, place, row):  # type: ignore[no-untyped-def]
    """List the cells of a row that hold persons; return (cells, persons)."""
    groups = persons.shape[2]
    m, total = 0, 0
    for g in range(groups):
        here = persons[place, row, g]
        if here > 0:
            listed[m].cell = row * groups + g
            listed[m].pool = here
            total += here
            m += 1
    return m, total


@kernel
def choose_homes(persons, in_row, listed, place, first, last, total, number, spot, start):  # type: ignore[no-untyped-def]
    """Choose persons from several rows, row by row on the circle; return the cells listed.

    Parameters
    ----------
    in_row : (n_row,) int64
        Persons to choose from in each row: a row of ``State.by_row``, or part of it.
    first, last : int64
        Rows ``first`` to ``last - 1``; ``total`` persons are in them.
    number : int64
        How many to choose, at most ``total``.
    spot, start : float64
        Random start on the circle, and of the choice of groups, between 0 and 1.
    """
    at = min(total - 1, np.int64(spot * total))
    row = first
    while at >= in_row[row]:
        at -= in_row[row]
        row += 1
    begun = row
    here = in_row[row]
    # The row where the circle opens also gives those who come last, when it closes.
    here = min(number, here - at) + max(0, number - (total - at))
    left = number - here
    m = 0
    while True:
        if here > 0:
            cells, pool = list_row(persons, listed[m:], place, row)
            choose(listed[m:], cells, pool, here, start)
            m += cells
        row = row + 1 if row + 1 < last else first
        if left == 0 or row == begun:
            return m
        here = min(left, in_row[row])
        left -= here
