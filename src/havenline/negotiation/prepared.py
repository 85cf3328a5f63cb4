"""Runs of settlements made once, to be bargained over again and again under any support.

What the engine says of settlements and of ways without one does not turn on what outside parties
give: a page can run it once and solve the bargaining anew each time that a slider of support is
moved.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from havenline.crisis import Crisis
from havenline.errors import HavenlineError
from havenline.negotiation.answer import plain
from havenline.negotiation.parties import Parties, check_support, read_parties
from havenline.negotiation.payoffs import Ran
from havenline.negotiation.problem import Model
from havenline.negotiation.quick import quick_answer, quick_curve
from havenline.negotiation.settlements import RUNS, run_settlements

QUICK = 200
"""Draws of the parties' weights while somebody moves a slider."""
MOST = 100_000


@dataclass(frozen=True)
class Prepared:
    """What was run of a crisis's settlements; made by `prepare`.

    Attributes
    ----------
    crisis : Crisis
    parties : Parties
    ran : Ran
    proposals : dict of str to int
        Options of the crisis that are settlements, with their row of the space.
    as_of : datetime.date
    futures, seed : int
    """

    crisis: Crisis
    parties: Parties
    ran: Ran
    proposals: dict[str, int]
    as_of: dt.date
    futures: int
    seed: int
    _models: dict[int, Model] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def supporters(self) -> dict[str, str]:
        """Outside parties whose support may be given: id and name."""
        names = {p.id: p.name for p in self.parties.all}
        return {p: names.get(p, p) for p in self.parties.supporters}

    def model(self, draws: int) -> Model:
        """Return the bargaining problem with so many draws, made once and kept."""
        if isinstance(draws, bool) or not isinstance(draws, int) or not 10 <= draws <= MOST:
            raise HavenlineError(f"draws: {draws} given; 10 to {MOST} are possible")
        with self._lock:
            if draws not in self._models:
                self._models.clear()
                self._models[draws] = Model(self.parties, self.ran, draws, self.seed)
            return self._models[draws]

    def solve(
        self, support: Mapping[str, float] | None = None, *, draws: int = QUICK
    ) -> dict[str, Any]:
        """Say under some support whether the parties could agree, where, and whether it holds.

        Nothing is run. The same support and draws give the same answer.

        Parameters
        ----------
        support : mapping of str to float, optional
            Part of full support, 0 to 1, by outside party; 0 for those left out.
        draws : int
            Of the parties' weights and all other judgement.

        Returns
        -------
        dict
            Plain values, ready for JSON; see ``docs/explanation/negotiation.md``.

        Raises
        ------
        HavenlineError
            If a party declares no support, a part is not from 0 to 1, or draws are out of range.
        """
        given = check_support(self.parties, dict(support or {}))
        found: dict[str, Any] = plain(
            quick_answer(self.model(draws), self.proposals, given, self.as_of)
        )
        return found

    def curve(
        self,
        sweep: Sequence[str] | None = None,
        support: Mapping[str, float] | None = None,
        *,
        draws: int = QUICK,
    ) -> list[dict[str, Any]]:
        """Return the leverage curve as support of some parties rises together from none to full.

        Parameters
        ----------
        sweep : sequence of str, optional
            Whose support rises; all by default.
        support : mapping of str to float, optional
            Of the others.
        draws : int

        Returns
        -------
        list of dict
            One for each part of full support; see `answer.CurvePoint`.
        """
        given = check_support(self.parties, dict(support or {}))
        rising = tuple(self.parties.supporters if sweep is None else dict.fromkeys(sweep))
        check_support(self.parties, dict.fromkeys(rising, 0.0))
        found: list[dict[str, Any]] = plain(
            quick_curve(self.model(draws), self.proposals, given, rising)
        )
        return found


def prepare(
    crisis: Crisis,
    *,
    futures: int = 60,
    seed: int = 1,
    runs: int = RUNS,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Prepared:
    """Run settlements and ways without one, ready to be bargained over.

    Parameters
    ----------
    crisis : Crisis
        With the tables bargaining and stakes.
    futures, seed, runs, as_of, days, workers, settings, progress
        As for `havenline.negotiate`.

    Returns
    -------
    Prepared

    Raises
    ------
    HavenlineError
        If the crisis declares nobody who could negotiate, or a run cannot be made.
    """
    parties = read_parties(crisis)
    ran, proposals = run_settlements(
        crisis, futures=futures, seed=seed, runs=runs, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    date = crisis.meta.as_of if as_of is None else as_of
    return Prepared(crisis, parties, ran, proposals, date, futures, seed)
