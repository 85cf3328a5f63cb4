"""The ledger of people: what is where, and that the sum never changes.

Accounts: present at places, on the road, abroad, moved out of the crisis, killed. Their sum is the
number of people at the start on every day of every run.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel, kernel_entry
from havenline.engine import faults
from havenline.engine.step import Measure, Step

ACCOUNTS = (
    "people_present",
    "people_on_the_way",
    "people_abroad",
    "people_moved_out",
    "people_killed",
)
"""The accounts whose sum is ``people_at_start`` on every day."""


def _account(name: str, long_name: str, *of: str) -> Measure:
    return Measure(name, long_name, "persons", "stock", of=of)


STEP = Step(
    "All accounts are summed and checked.",
    reads=("people", "calendar", "abroad", "people_moved_out", "dead"),
    writes=("accounts",),
    parts=(),
    page="ledger",
    measures=(
        _account("people_at_start", "people of the crisis at its start", "people"),
        _account("people_present", "people present at places", "people"),
        _account("people_on_the_way", "people on a journey", "calendar"),
        _account("people_abroad", "people who entered a neighbour and are there", "abroad"),
        _account("people_killed", "people killed since the start", "dead"),
        _account(
            "ledger_residual",
            "persons not accounted for, must be 0",
            "people",
            "calendar",
            "abroad",
            "people_moved_out",
            "dead",
        ),
    ),
)


@kernel
def residual(state):  # type: ignore[no-untyped-def]
    """Return the sum of all accounts minus the people at the start (must be 0)."""
    counts = state.counts[0]
    return (
        counts.people_present
        + counts.people_on_the_way
        + counts.people_abroad
        + counts.people_moved_out
        + counts.people_killed
        - counts.people_at_start
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
    for d in range(state.trip_head.shape[0]):
        e = state.trip_head[d]
        while e >= 0:
            travelling += state.trip[e].persons
            e = state.trip[e].next
    return faults + abs(travelling - state.books[0].on_the_way)


@kernel
def write_accounts(state):  # type: ignore[no-untyped-def]
    """Write down every account, and what is missing from their sum."""
    counts = state.counts[0]
    counts.people_at_start = state.books[0].people
    counts.people_present = state.by_status.sum()
    counts.people_on_the_way = state.books[0].on_the_way
    counts.people_abroad = state.abroad.sum()
    counts.people_killed = state.dead.sum()
    counts.ledger_residual = residual(state)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Close the books of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    write_accounts(state)
    if state.books[0].fault == faults.NONE and state.counts[0].ledger_residual != 0:
        state.books[0].fault = faults.LEDGER
