"""The answer to: could they agree, where, and would it hold? Each part is worked out when asked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from havenline.negotiation.coalitions import find_coalitions
from havenline.negotiation.concur import give_second_opinion
from havenline.negotiation.holding import assess_holding
from havenline.negotiation.landing import (
    HEADLINE,
    RULES,
    Landing,
    Settled,
    Solved,
    by_party,
    describe_landing,
    describe_settlement,
    solve,
)
from havenline.negotiation.moves import (
    CurvePoint,
    compare_supporters,
    shift_no_deal,
    split_leverage,
    vary_outlook,
)
from havenline.negotiation.plainly import describe_parties
from havenline.negotiation.proposals import (
    Proposal,
    describe_proposal,
    describe_space,
    list_flagged,
    list_observed,
    rate_lines,
)

if TYPE_CHECKING:
    from havenline.negotiation.negotiate import Talks

PARTS = (
    "crisis", "as_of", "futures", "draws", "seed", "support", "space", "scaling", "chance",
    "chances", "refuses", "opens_without", "no_deal", "landing", "landings", "leverage", "curve",
    "curve_of", "matters_most", "hold", "flagged", "coalitions", "second_opinion", "named",
    "parties", "agreeable", "observed", "assumptions",
)  # fmt: skip
"""Every part of the answer, in the order in which it is written."""


class Negotiation:
    """The answer under one support, by command, page and report alike.

    A part is worked out when it is first asked for and kept: a page that shows a few parts while
    support is changed pays for these alone, and shows the figures that the whole answer has.

    Parameters
    ----------
    talks : Talks
        What was run.
    draws : int
    support : mapping of str to float
        Of every outside party that declares some.
    rising : tuple of str
        Whose support rises along the leverage curve.
    """

    def __init__(
        self, talks: Talks, draws: int, support: Mapping[str, float], rising: tuple[str, ...]
    ) -> None:
        self.talks = talks
        self.crisis = talks.crisis.id
        self.as_of = talks.as_of.isoformat()
        self.futures = talks.futures
        self.draws = draws
        self.seed = talks.seed
        self.support = dict(support)
        self.curve_of = rising

    @cached_property
    def solved(self) -> Solved:
        """The bargaining problem with where the parties land."""
        return solve(self.talks.model(self.draws), self.support)

    @cached_property
    def space(self) -> dict[str, Any]:
        """Settlements, how many were run, the emulator and what it gets wrong."""
        return describe_space(self.solved.model)

    @cached_property
    def scaling(self) -> dict[str, list[float]]:
        """What is worth 0 and 1 of each measure."""
        return {a.about: [a.low, a.high] for a in self.solved.model.aspects}

    @cached_property
    def chance(self) -> float:
        """Share of draws in which some settlement is no worse than no deal for all who consent."""
        return self.solved.by_weight.chance

    @cached_property
    def no_deal_worth_more(self) -> dict[str, dict[str, float]]:
        """The same chance with each party's no deal worth more or less."""
        return shift_no_deal(self.solved)

    @cached_property
    def chances(self) -> dict[str, Any]:
        """The chance with other outlooks, and with each party's no deal worth more or less."""
        return {
            "outlook": vary_outlook(self.solved),
            "no_deal_worth_more": self.no_deal_worth_more,
        }

    @property
    def refuses(self) -> dict[str, float]:
        """Share of draws in which a party refuses every settlement."""
        return by_party(self.solved.names, self.solved.by_weight.refuses.mean(axis=0))

    @property
    def opens_without(self) -> dict[str, float]:
        """Share of draws in which there would be an agreement without a party's consent only."""
        return by_party(self.solved.names, self.solved.by_weight.opens_without.mean(axis=0))

    @cached_property
    def no_deal(self) -> dict[str, Any]:
        """What each way without a settlement is worth to each party, and what they expect."""
        model = self.solved.model
        ids = model.parties.ids
        return {
            **{
                name: by_party(ids, model.branch_payoffs(name).mean(axis=0))
                for name in model.ran.branches
            },
            "as expected": by_party(ids, self.solved.payoffs.no_deal.mean(axis=0)),
        }

    @cached_property
    def headline(self) -> Landing:
        """Where they land by bargaining weights."""
        return describe_landing(self.solved, HEADLINE)

    @cached_property
    def landings(self) -> dict[str, Landing]:
        """Where they land by each rule."""
        return {
            rule: self.headline if rule == HEADLINE else describe_landing(self.solved, rule)
            for rule in RULES
        }

    @cached_property
    def landing(self) -> Settled | None:
        """Where the mean of all draws lands by weight, else where most draws do; None for none.

        ``share``: of draws in which all accept it.
        """
        solved = self.solved
        if solved.row is None:
            return None
        share = float(solved.by_weight.accepts[solved.row])
        return describe_settlement(solved.model, solved.row, share, self.support)

    @cached_property
    def leverage(self) -> dict[str, Any]:
        """Bargaining weights, dependence, and the effect of leverage through each channel."""
        return split_leverage(self.solved)

    @property
    def curve(self) -> tuple[CurvePoint, ...]:
        """Where they land as support rises from none to full."""
        return self.talks.curve(self.draws, self.support, self.curve_of)

    @cached_property
    def matters_most(self) -> dict[str, Any]:
        """What full support of each outside party alone changes, and whose changes most."""
        return compare_supporters(self.solved)

    @cached_property
    def hold(self) -> dict[str, Any] | None:
        """Whether `landing` would hold; see `assess_holding`."""
        row = self.solved.row
        return None if row is None else assess_holding(self.solved, row)

    @cached_property
    def flagged(self) -> dict[str, Any]:
        """Settlements that look agreeable only while nobody counts their collapse."""
        return list_flagged(self.solved)

    @cached_property
    def coalitions(self) -> dict[str, Any]:
        """Which sets of parties hold together, and on whom an agreement turns."""
        return find_coalitions(self.solved.model, self.support)

    @cached_property
    def second_opinion(self) -> dict[str, Any]:
        """Weighted mean, weighted median and election; never averaged in."""
        return give_second_opinion(self.solved)

    @cached_property
    def named(self) -> tuple[Proposal, ...]:
        """The options of the crisis that are settlements."""
        return tuple(
            describe_proposal(self.solved, option, row, self.curve)
            for option, row in self.talks.proposals.items()
        )

    @cached_property
    def parties(self) -> tuple[dict[str, Any], ...]:
        """Each party in plain words."""
        return describe_parties(self.solved)

    @cached_property
    def agreeable(self) -> tuple[dict[str, Any], ...]:
        """Share of draws in which the best settlement on each line is acceptable to all."""
        return rate_lines(self.solved)

    @cached_property
    def observed(self) -> tuple[dict[str, Any], ...]:
        """Agreements after the as-of date: not used, beside the answer."""
        return list_observed(self.talks.crisis, self.talks.as_of)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the answer rests on, in sentences."""
        return self.solved.model.assumptions()

    def to_json_dict(self) -> dict[str, Any]:
        """Return the whole answer as plain values; what is not finite becomes null."""
        return {part: plain(getattr(self, part)) for part in PARTS}


def plain(value: Any) -> Any:
    """Return a value as plain ones for JSON, six digits of a number; what is not finite is None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return float(f"{number:.6g}") if math.isfinite(number) else None
    return value
