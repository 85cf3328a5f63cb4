"""Could they agree, where, and would it hold: run once, answered under any support.

What the engine says of settlements and of ways without one does not turn on what outside parties
give: who keeps the talks can bargain anew each time that support is changed.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from havenline.crisis import Crisis
from havenline.crisis.parameters import Parameter, check_values, known_parameters
from havenline.errors import HavenlineError, RunError
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.moves import CurvePoint, trace_curve
from havenline.negotiation.parties import Parties, check_support, read_parties
from havenline.negotiation.problem import Model
from havenline.negotiation.settlements import RUNS, Ran, run_settlements

DRAWS = 1000
"""Draws of the parties' weights and all other judgement."""
FEWEST, MOST = 10, 100_000


@dataclass(frozen=True)
class Talks:
    """What was run of a crisis's settlements, ready to be bargained over; made by `open_talks`.

    Attributes
    ----------
    crisis : Crisis
    parties : Parties
    ran : Ran
    proposals : dict of str to int
        Options of the crisis that are settlements, with their row of the space.
    parameters : mapping of str to Parameter
        As known at the as-of date, with the settings.
    as_of : datetime.date
    futures, seed : int
    """

    crisis: Crisis
    parties: Parties
    ran: Ran
    proposals: dict[str, int]
    parameters: Mapping[str, Parameter]
    as_of: dt.date
    futures: int
    seed: int
    _models: dict[int, Model] = field(default_factory=dict, repr=False, compare=False)
    _curves: dict[object, tuple[CurvePoint, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def supporters(self) -> dict[str, str]:
        """Outside parties whose support may be given: id and name."""
        names = {p.id: p.name for p in self.parties.all}
        return {p: names.get(p, p) for p in self.parties.supporters}

    def answer(
        self,
        support: Mapping[str, float] | None = None,
        *,
        sweep: Sequence[str] | None = None,
        draws: int = DRAWS,
    ) -> Negotiation:
        """Say under some support whether the parties could agree, where, and whether it holds.

        Nothing is run. The same support and draws give the same answer.

        Parameters
        ----------
        support : mapping of str to float, optional
            Part of full support, 0 to 1, by outside party; 0 for those left out.
        sweep : sequence of str, optional
            Outside parties whose support rises together along the leverage curve; all by default.
        draws : int

        Returns
        -------
        Negotiation

        Raises
        ------
        HavenlineError
            If a party declares no support, a part is not from 0 to 1, or draws are out of range.
        """
        return Negotiation(self, draws, *_checked(self.parties, support, sweep, draws))

    def model(self, draws: int) -> Model:
        """Return the bargaining problem with so many draws, made once and kept."""
        with self._lock:
            if draws not in self._models:
                self._models.clear()
                self._curves.clear()
                self._models[draws] = Model(
                    self.parties, self.ran, self.parameters, draws, self.seed
                )
            return self._models[draws]

    def curve(
        self, draws: int, support: Mapping[str, float], rising: tuple[str, ...]
    ) -> tuple[CurvePoint, ...]:
        """Return the leverage curve, kept: what the parties that rise give now has no part in it.

        Parameters
        ----------
        draws : int
        support : mapping of str to float
        rising : tuple of str

        Returns
        -------
        tuple of CurvePoint
        """
        model = self.model(draws)
        others = tuple((p, part) for p, part in support.items() if p not in rising)
        key = (draws, rising, others)
        if key not in self._curves:
            self._curves[key] = trace_curve(model, support, rising, self.proposals)
        return self._curves[key]


def open_talks(
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
) -> Talks:
    """Run settlements and ways without one, ready to be bargained over.

    Parameters
    ----------
    crisis : Crisis
        With the tables bargaining and stakes.
    futures, seed, runs, as_of, days, workers, settings, progress
        As for `havenline.negotiate`.

    Returns
    -------
    Talks

    Raises
    ------
    HavenlineError
        If the crisis declares nobody who could negotiate, or a run cannot be made.
    """
    parties = read_parties(crisis)
    if not 0 <= seed < 2**63:
        raise HavenlineError(f"seed: {seed} given; a whole number of 0 or more is needed")
    date = crisis.meta.as_of if as_of is None else as_of
    parameters = known_parameters(date, crisis.parameters, settings)
    check_values(parameters)
    chain = parameters["proposer_dependence"]
    if max(chain.value, np.nan_to_num(chain.high)) >= 1.0:
        raise RunError(
            f"parameter 'proposer_dependence': {chain.value:g} given; expected 0 or more and below "
            "1: at 1 who tables texts is settled once for all"
        )
    ran, proposals = run_settlements(
        crisis, parameters, futures=futures, seed=seed, runs=runs, as_of=as_of, days=days,
        workers=workers, settings=settings, progress=progress,
    )  # fmt: skip
    return Talks(crisis, parties, ran, proposals, parameters, date, futures, seed)


def negotiate(
    crisis: Crisis,
    *,
    futures: int = 60,
    seed: int = 1,
    support: Mapping[str, float] | None = None,
    sweep: Sequence[str] | None = None,
    draws: int = DRAWS,
    runs: int = RUNS,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Negotiation:
    """Say whether the parties of a crisis could agree, where, and whether it would hold.

    Parameters
    ----------
    crisis : Crisis
        With the tables bargaining and stakes.
    futures : int
        In which settlements and ways without one are run.
    seed : int
        Of runs and draws.
    support : mapping of str to float, optional
        Part of full support, 0 to 1, of outside parties; none by default.
    sweep : sequence of str, optional
        Outside parties whose support rises together from none to full along the leverage curve;
        all by default. Others keep ``support``.
    draws : int
        Of the parties' weights and all other judgement.
    runs : int
        Settlements that are run.
    as_of, days, workers, settings
        As for `havenline.simulate`.
    progress : callable, optional
        Called with (futures done, futures in all).

    Returns
    -------
    Negotiation

    Raises
    ------
    HavenlineError
        If the crisis declares nobody who could negotiate, or a support that it does not know.
    """
    _checked(read_parties(crisis), support, sweep, draws)  # before minutes of running
    talks = open_talks(
        crisis, futures=futures, seed=seed, runs=runs, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    return talks.answer(support, sweep=sweep, draws=draws)


def _checked(
    parties: Parties,
    support: Mapping[str, float] | None,
    sweep: Sequence[str] | None,
    draws: int,
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the support of every outside party, and whose rises along the curve."""
    given = check_support(parties, dict(support or {}))
    rising = tuple(parties.supporters if sweep is None else dict.fromkeys(sweep))
    check_support(parties, dict.fromkeys(rising, 0.0))
    if isinstance(draws, bool) or not isinstance(draws, int) or not FEWEST <= draws <= MOST:
        raise HavenlineError(f"draws: {draws} given; {FEWEST} to {MOST} are possible")
    return given, rising
