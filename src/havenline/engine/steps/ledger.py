"""The ledger of people: what is where, and that the sum never changes.

Accounts: present at places, on the road, entered a neighbour, killed. Their sum is the number
of people at the start on every day of every run.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel, kernel_entry
from havenline.engine.state import (
    ERROR,
    ERROR_LEDGER,
    HORIZON,
    TOTAL,
    TRAVELLING,
)


@kernel
def residual(state):  # type: ignore[no-untyped-def]
    """Return the sum of all accounts minus the people at the start (must be 0)."""
    present = state.by_status.sum()
    return (
        present
        + state.whole[TRAVELLING]
        + state.abroad.sum()
        + state.dead.sum()
        - state.whole[TOTAL]
    )


@kernel_entry
def audit(state):  # type: ignore[no-untyped-def]
    """Recount everything from the cells and the calendar; return the faults found.

    Counts cells below zero, cells that do not add up to their status, and the difference
    between the calendar and the people on the road.
    """
    faults = 0
    n, rows, groups = state.persons.shape
    for i in range(n):
        for status in range(4):
            total = 0
            last = status + 1 if status < 3 else rows
            for row in range(status, last):
                for g in range(groups):
                    if state.persons[i, row, g] < 0:
                        faults += 1
                    total += state.persons[i, row, g]
            faults += abs(total - state.by_status[i, status])
        for row in range(rows):
            faults += abs(state.persons[i, row].sum() - state.by_row[i, row])
    travelling = 0
    for d in range(HORIZON):
        e = state.trip_head[d]
        while e >= 0:
            travelling += state.trip[e].persons
            e = state.trip[e].next
    return faults + abs(travelling - state.whole[TRAVELLING])


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Close the books of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    if state.whole[ERROR] == 0 and residual(state) != 0:
        state.whole[ERROR] = ERROR_LEDGER
