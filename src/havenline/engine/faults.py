"""Why a run stopped: codes that compiled code sets, and the one place that says them in words."""

from __future__ import annotations

from havenline.errors import RunError

NONE, TRIPS, HORIZON, LEDGER, HAZARD = range(5)
"""Nothing; more journeys at once, or longer ones, than the calendar of arrivals holds; people
who are not accounted for; a chance of leaving that is no number."""

_WORDS = {
    LEDGER: "the ledger of people does not balance",
    HAZARD: "the chance of leaving a place is not a number; check the parameters of flight",
}


def refuse_fault(fault: int, future: int) -> None:
    """Raise an error in words where a run stopped for good.

    Parameters
    ----------
    fault : int
        Code of the run; those of the calendar are for the caller, who makes it larger.
    future : int

    Raises
    ------
    RunError
        For every code but `NONE`, `TRIPS` and `HORIZON`.
    """
    if fault in _WORDS:
        raise RunError(f"future {future}: {_WORDS[fault]}")
