"""Flee's rules behind the protocol of rule sets."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.flee_settings import REFUSED_WHERE_ON, FleeSettings
from havenline.draws import key_of
from havenline.engine.rules.flee.day import NOWHERE, TOO_MANY_CELLS, run_case
from havenline.engine.rules.flee.network import build_case_network
from havenline.engine.rules.flee.state import FleeState, empty_state
from havenline.errors import RunError

FIRST_CELLS = 1 << 12
MOST_CELLS = 1 << 22


class FleeRules:
    """Futures of one case under Flee's rules; each thread keeps its own room to work in.

    Parameters
    ----------
    case : Case
    settings : FleeSettings or None
        In place of those of the case.
    seed : int
    hasten : int, optional
        As the settings say by default.
    exact : bool
        What Flee's code does where that is something else than its rules.

    Raises
    ------
    RunError
        If the settings switch on a rule of ``REFUSED_WHERE_ON``, or `hasten` is below 1.
    """

    def __init__(
        self,
        case: Case,
        settings: FleeSettings | None = None,
        *,
        seed: int = 0,
        hasten: int | None = None,
        exact: bool = False,
    ) -> None:
        read = case.as_flee() if exact else case
        chosen = read.settings if settings is None else settings
        for name, reason in REFUSED_WHERE_ON.items():
            if getattr(chosen, name):
                raise RunError(f"setting {name}: {reason}")
        self.hasten = chosen.hasten if hasten is None else hasten
        if self.hasten < 1:
            raise RunError(f"hasten: {hasten} given; at least 1 is needed")
        self.network, self.rules = build_case_network(read, chosen, self.hasten, exact=exact)
        self.seed, self.cells = seed, FIRST_CELLS
        self.local = threading.local()

    def _state(self) -> FleeState:
        state: FleeState | None = getattr(self.local, "state", None)
        if state is None or len(state.today.people) < self.cells:
            state = self.local.state = empty_state(self.network, self.cells)
        return state

    def run(self, future: int, present: NDArray[np.int64], elsewhere: NDArray[np.int64]) -> None:
        """Run one future; tables that are too small are made larger and the run repeated.

        Raises
        ------
        RunError
            If nobody could set out on a day on which people were to, or people are in more
            different states than can be kept.
        """
        while True:
            state = self._state()
            key = key_of(self.seed, future)
            code = run_case(self.network, self.rules, state, key, present, elsewhere)
            if code == NOWHERE:
                raise RunError(
                    "people were to set out on a day on which no place is in conflict (or has "
                    "residents); see conflicts.csv and the places' populations"
                )
            if code != TOO_MANY_CELLS:
                return
            if len(state.today.people) >= MOST_CELLS:
                raise RunError("people are in too many different states; scale down with hasten")
            self.cells = max(self.cells, 4 * len(state.today.people))
