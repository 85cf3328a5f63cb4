"""Could they agree, where, and would it hold: from a crisis to the answer."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from havenline.crisis import Crisis
from havenline.errors import HavenlineError
from havenline.negotiation import outlooks, problem
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.concur import second_opinion
from havenline.negotiation.curve import channels_of, curve_of, matters_most
from havenline.negotiation.holding import hold_of, who_holds
from havenline.negotiation.landing import (
    HEADLINE,
    RULES,
    by_party,
    central,
    landing_of,
    solve,
    where,
)
from havenline.negotiation.parties import check_support, read_parties
from havenline.negotiation.plainly import in_words
from havenline.negotiation.problem import Model
from havenline.negotiation.proposals import agreeable, flagged, named, observed, space_of
from havenline.negotiation.settlements import RUNS, run_settlements

DRAWS = 1000
ASSUMPTIONS = (
    "Each party acts as one mind, with straight-line stakes; weights are judgement with ranges.",
    "Payoffs are the outcomes of the run's horizon, taken to go on; a discount rate weighs when a "
    "settlement would collapse.",
    f"An outlook is the mean of {problem.OUTLOOK} futures; parties share it.",
    "The chance to table a text goes with dependence: an assumption, not a finding; its strength "
    f"is uniform from 0 to {problem.TOP_STRENGTH:g}.",
    f"Without a settlement a partial deal comes about with chance {problem.PARTIAL.value:g} "
    f"({problem.PARTIAL.low:g} to {problem.PARTIAL.high:g}).",
    f"Breaking first gains {problem.FIRST_MOVE.value:g} ({problem.FIRST_MOVE.low:g} to "
    f"{problem.FIRST_MOVE.high:g}) of a party's scale; a joint temptation of 1 raises the log "
    f"hazard of collapse by {problem.TEMPTED.value:g} ({problem.TEMPTED.low:g} to "
    f"{problem.TEMPTED.high:g}).",
    f"Of support for a guarantee a part of {problem.FADES:g} stays over the years.",
    "No model of this kind is known to forecast the end of wars better than a weighted mean.",
)


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
    parties = read_parties(crisis)
    given = check_support(parties, dict(support or {}))
    rising = tuple(parties.supporters if sweep is None else dict.fromkeys(sweep))
    check_support(parties, dict.fromkeys(rising, 0.0))
    if not 10 <= draws <= 100_000:
        raise HavenlineError(f"draws: {draws} given; 10 to 100000 are possible")
    if not 0 <= seed < 2**63:
        raise HavenlineError(f"seed: {seed} given; a whole number of 0 or more is needed")
    started = time.perf_counter()
    ran, proposals = run_settlements(
        crisis, futures=futures, seed=seed, runs=runs, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    ran_at = time.perf_counter()
    model = Model(parties, ran, draws, seed)
    result = _answer(crisis, model, proposals, given, rising, as_of)
    seconds = {"runs": ran_at - started, "bargaining": time.perf_counter() - ran_at}
    return Negotiation(**result, futures=futures, draws=draws, seed=seed, seconds=seconds)


def _answer(
    crisis: Crisis,
    model: Model,
    proposals: dict[str, int],
    support: dict[str, float],
    rising: tuple[str, ...],
    as_of: dt.date | None,
) -> dict[str, Any]:
    parties = model.parties
    solved = solve(model, support)
    payoffs = solved.payoffs
    who = list(parties.consenting)
    names = [parties.ids[i] for i in who]
    by_weight = solved.landings[HEADLINE]
    landings = {rule: landing_of(model, solved, rule, names) for rule in RULES}
    curve = curve_of(model, support, rising, names, proposals)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    date = crisis.meta.as_of if as_of is None else as_of
    central_value, central_none = central(payoffs, who)
    landing = where(central_value, central_none, payoffs, by_weight)
    opinion = second_opinion(model, payoffs, landing)
    return {
        "crisis": crisis.id,
        "as_of": date.isoformat(),
        "support": support,
        "space": space_of(model),
        "scaling": {a.about: [a.low, a.high] for a in model.aspects},
        "chance": by_weight.chance,
        "chances": {
            "outlook": outlooks.by_size(model, support),
            "no_deal_worth_more": outlooks.by_shift(value, nothing, names),
        },
        "refuses": by_party(names, by_weight.refuses.mean(axis=0)),
        "opens_without": by_party(names, by_weight.opens_without.mean(axis=0)),
        "no_deal": {
            **{
                name: by_party(parties.ids, model.branch_payoffs(name).mean(axis=0))
                for name in model.ran.branches
            },
            "as expected": by_party(parties.ids, payoffs.no_deal.mean(axis=0)),
        },
        "landings": landings,
        "leverage": channels_of(model, payoffs, names),
        "curve": tuple(curve),
        "curve_of": rising,
        "matters_most": matters_most(model, solved, support),
        "hold": None if landing is None else hold_of(model, payoffs, landing),
        "flagged": flagged(model, payoffs, central_value, central_none),
        "coalitions": who_holds(model, support),
        "second_opinion": opinion,
        "named": tuple(
            named(model, payoffs, option, row, curve, names) for option, row in proposals.items()
        ),
        "parties": in_words(model, payoffs, landing),
        "agreeable": agreeable(model, payoffs),
        "observed": observed(crisis, date),
        "assumptions": ASSUMPTIONS,
    }
