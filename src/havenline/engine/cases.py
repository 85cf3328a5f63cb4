"""Run a displacement case in many futures, under Flee's rules or Havenline's."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.flee_settings import REFUSED_WHERE_ON, FleeSettings
from havenline.draws import key_of
from havenline.engine.rules.allocation.model import simulate_given
from havenline.engine.rules.flee.day import NOWHERE, TOO_MANY_CELLS, run_case
from havenline.engine.rules.flee.network import CaseNetwork, CaseRules, build_case_network
from havenline.engine.rules.flee.state import FleeState, empty_state
from havenline.errors import RunError

Rules = Literal["havenline", "flee", "flee-exact"]

FIRST_CELLS = 1 << 12
MOST_CELLS = 1 << 22
MOST_FUTURES = 100_000


@dataclass(frozen=True, eq=False)
class CaseRun:
    """What a simulation of a case gives.

    Attributes
    ----------
    case : Case
    rules : str
    seed : int
    persons : int64 array, shape (futures, days, camps)
        Persons in each camp at the end of each day.
    elsewhere : int64 array, shape (futures, days)
        Persons in the simulation and in none of the camps.
    seconds : float
        Time of the runs, without reading and compiling.
    person_days : int
        Simulated people times days, all futures; ``hasten`` persons are one.
    hasten : int
        Persons that one simulated person stands for.
    """

    case: Case
    rules: Rules
    seed: int
    persons: NDArray[np.int64]
    elsewhere: NDArray[np.int64]
    seconds: float
    person_days: int
    hasten: int


class _FleeRuns:
    """Futures of one case under Flee's rules; each thread keeps its own room to work in."""

    def __init__(self, network: CaseNetwork, rules: CaseRules, seed: int) -> None:
        self.network, self.rules, self.seed = network, rules, seed
        self.cells = FIRST_CELLS
        self.local = threading.local()

    def _state(self) -> FleeState:
        state: FleeState | None = getattr(self.local, "state", None)
        if state is None or len(state.today.people) < self.cells:
            state = self.local.state = empty_state(self.network, self.cells)
        return state

    def run(self, future: int, persons: NDArray[np.int64], elsewhere: NDArray[np.int64]) -> None:
        """Run one future; tables that are too small are made larger and the run repeated.

        Raises
        ------
        RunError
            If nobody could set out on a day on which people were to, or people are in more
            different states than can be kept.
        """
        while True:
            state = self._state()
            code = run_case(
                self.network, self.rules, state, key_of(self.seed, future), persons, elsewhere
            )
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


def simulate_flee(
    case: Case, settings: FleeSettings, *, futures: int, seed: int, workers: int, hasten: int,
    exact: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Run a case under Flee's rules; return people in camps and elsewhere, as simulated.

    Raises
    ------
    RunError
        If the settings switch on a rule of ``REFUSED_WHERE_ON``.
    """
    for name, reason in REFUSED_WHERE_ON.items():
        if getattr(settings, name):
            raise RunError(f"setting {name}: {reason}")
    network, rules = build_case_network(case, settings, hasten, exact=exact)
    runs = _FleeRuns(network, rules, seed)
    persons = np.zeros((futures, case.days, len(case.camps)), dtype=np.int64)
    elsewhere = np.zeros((futures, case.days), dtype=np.int64)

    def one(future: int) -> None:
        runs.run(future, persons[future], elsewhere[future])

    if workers == 1:
        for future in range(futures):
            one(future)
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            list(pool.map(one, range(futures)))
    return persons, elsewhere


def simulate_case(
    case: Case,
    *,
    rules: Rules = "havenline",
    futures: int = 100,
    seed: int = 0,
    workers: int | None = None,
    hasten: int | None = None,
    settings: FleeSettings | None = None,
) -> CaseRun:
    """Simulate a displacement case in many futures.

    Parameters
    ----------
    case : Case
    rules : str
        ``havenline``; ``flee`` for Flee's rules; ``flee-exact`` for what Flee's code does where
        that is something else.
    futures : int
    seed : int
        0 or more. The same seed gives the same numbers with any number of workers.
    workers : int, optional
        Threads; one for each processor by default.
    hasten : int, optional
        Persons that one simulated person stands for, as in Flee; as the settings say by default.
        Not used by Havenline's own rules, under which everybody counted is in a camp.
    settings : FleeSettings, optional
        In place of those of the case.

    Returns
    -------
    CaseRun

    Raises
    ------
    RunError
        If something asked for cannot be done.
    """
    if not 1 <= futures <= MOST_FUTURES:
        raise RunError(f"futures: {futures} given; 1 to {MOST_FUTURES} are possible")
    if workers is not None and workers < 1:
        raise RunError(f"workers: {workers} given; at least 1 is needed")
    exact = rules == "flee-exact"
    read = case.as_flee() if exact else case
    chosen = read.settings if settings is None else settings
    scale = chosen.hasten if hasten is None else hasten
    if scale < 1:
        raise RunError(f"hasten: {scale} given; at least 1 is needed")
    begun = time.perf_counter()
    if rules == "havenline":
        people = simulate_given(case, futures=futures, seed=seed)
        return CaseRun(
            case=case,
            rules=rules,
            seed=seed,
            persons=people,
            elsewhere=np.zeros(people.shape[:2], dtype=np.int64),
            seconds=time.perf_counter() - begun,
            person_days=int(people.sum()),
            hasten=1,
        )
    persons, elsewhere = simulate_flee(
        read, chosen, futures=futures, seed=seed,
        workers=min(workers or os.cpu_count() or 1, futures), hasten=scale, exact=exact,
    )  # fmt: skip
    return CaseRun(
        case=case,
        rules=rules,
        seed=seed,
        persons=persons * scale,
        elsewhere=elsewhere * scale,
        seconds=time.perf_counter() - begun,
        person_days=int(persons.sum() + elsewhere.sum()),
        hasten=scale,
    )
