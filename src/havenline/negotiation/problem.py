"""The bargaining problem of a crisis in many draws: payoffs, no deal, weights, chance of collapse.

What parties want is scaled from 0 (the 5th percentile over all that was run, settlements and ways
without one, all futures) to 1 (the 95th), reversed where less is better; a stake ``near`` an ideal
falls in a straight line from 1 at the ideal to 0 at the farther end of the scale. A payoff is the
weighted sum of a party's stakes, a number from 0 to 1 that compares with the same party's only.

A draw holds one set of the parties' weights and of all other judgement, and one *outlook*: the mean
over a few futures drawn with replacement, the same for every settlement and for no deal. It stands
for what the parties jointly expect, which neither is one future nor averages out everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from havenline.crisis.parameters import Parameter
from havenline.engine.values import sample_values
from havenline.negotiation.collapse import expect_collapse
from havenline.negotiation.emulator import Emulator, fit
from havenline.negotiation.leverage import bargaining_weights, weights_of_consenting
from havenline.negotiation.parties import Parties, RedLine, draw, random
from havenline.negotiation.settlements import NONE, Ran
from havenline.negotiation.terms import TERMS, features
from havenline.negotiation.zone import Bools, Floats


@dataclass(frozen=True)
class Aspect:
    """One thing that some party looks at, on a scale from 0 to 1."""

    about: str
    better: str
    ideal: float | None
    low: float
    high: float

    def scaled(self, values: Floats) -> Floats:
        """Return values as worth from 0 to 1."""
        span = self.high - self.low
        if self.better == "near":
            assert self.ideal is not None
            reach = max(self.high - self.ideal, self.ideal - self.low, 1e-12)
            worth = 1.0 - np.abs(values - self.ideal) / reach
        elif span <= 0.0:
            return np.zeros_like(values)
        else:
            worth = (values - self.low) / span
            worth = worth if self.better == "more" else 1.0 - worth
        result: Floats = np.clip(worth, 0.0, 1.0)
        return result


@dataclass(frozen=True)
class Payoffs:
    """What everything is worth under one level of support, by draw.

    Attributes
    ----------
    standing, collapsed, value : (draws, settlements, parties) float64
        While it stands; after its collapse; with its chance of collapse. Minus infinity in
        ``value`` where a red line is crossed.
    no_deal : (draws, parties) float64
        With the ties that would be cut.
    no_deal_plain : (draws, parties) float64
        Without them.
    chance : (draws, settlements, parties) float64
        Discounted chance of collapse.
    stands_at : (ages, settlements) float64
        Chance to stand at `collapse.HORIZON_YEARS`, mean over draws.
    weights : (draws, consenting) float64
        Bargaining weights.
    """

    standing: Floats
    collapsed: Floats
    value: Floats
    no_deal: Floats
    no_deal_plain: Floats
    chance: Floats
    stands_at: Floats
    weights: Floats

    def mean_value(self) -> tuple[Floats, Bools]:
        """Return the mean value over draws in which no red line is crossed, and where most cross.

        Returns
        -------
        value : (settlements, parties) float64
            0 where every draw crosses one.
        refused : (settlements, parties) bool
        """
        finite = np.isfinite(self.value)
        total = np.where(finite, self.value, 0.0).sum(axis=0)
        return total / np.maximum(finite.sum(axis=0), 1), finite.mean(axis=0) < 0.5


class Model:
    """The bargaining problem, ready to be solved under any support.

    Parameters
    ----------
    parties : Parties
    ran : Ran
    parameters : mapping of str to Parameter
        Of which those of negotiation are drawn anew for each draw.
    draws, seed : int
    outlook : int, optional
        Futures that make up an outlook; as the parameter says by default.

    Attributes
    ----------
    run_weights : (settlements, runs) float64
        Weight of each run in what is said of each settlement; exact for those that were run.
    """

    def __init__(
        self,
        parties: Parties,
        ran: Ran,
        parameters: Mapping[str, Parameter],
        draws: int,
        seed: int,
        outlook: int | None = None,
    ) -> None:
        self.parties = parties
        self.ran = ran
        self.parameters = parameters
        self.judged = sample_values(parameters, draws, seed)
        self.draws = draws
        self.seed = seed
        self.terms = ran.terms
        self.aspects = self._aspects()
        self.of_runs = [i for i, a in enumerate(self.aspects) if a.about not in TERMS]
        futures = next(iter(ran.measured.values.values())).shape[1]
        rng = random("outlook", seed)
        size = outlook or max(1, round(parameters["outlook_futures"].value))
        chosen = rng.integers(0, futures, size=(draws, size))
        self.outlook = np.zeros((draws, futures))
        np.add.at(self.outlook, (np.arange(draws)[:, None], chosen), 1.0 / chosen.shape[1])
        self.features = features(ran.terms)
        names = list(ran.measured.values)
        figures = ran.measured.values
        means = [figures[self.aspects[i].about] for i in self.of_runs]
        self._worth = {
            way: np.stack(
                [self.aspects[i].scaled(m[rows]) for i, m in zip(self.of_runs, means, strict=True)]
            )
            for way, rows in (("stands", ran.stands), ("falls", ran.falls))
        }
        self.raw_names = tuple(names)
        self._raw = np.stack([figures[n][ran.stands] for n in names])  # (measure, run, future)
        outputs = np.concatenate(
            [self._worth["stands"].mean(axis=2), self._worth["falls"].mean(axis=2),
             self._raw.mean(axis=2)]
        ).T  # fmt: skip
        # what is run decides, not who looks at it: parties must not change what is said of runs
        measures = slice(2 * len(self.of_runs), None)
        self.emulator: Emulator = fit(self.features[ran.run], outputs, measures)
        self.run_weights = self.emulator.weights(self.features)
        self.run_weights[ran.run] = np.eye(len(ran.run))
        mask = np.zeros(len(self.terms), dtype=np.bool_)
        mask[ran.run] = True
        self._factor = self.emulator.error_factor(self.features, mask)

    def _aspects(self) -> list[Aspect]:
        found: dict[tuple[str, str, float | None], Aspect] = {}
        for party in self.parties.all:
            for stake in party.stakes:
                key = (stake.about, stake.better, stake.ideal)
                if key not in found:
                    found[key] = Aspect(*key, *self._scale(stake.about))
        return list(found.values())

    def _scale(self, about: str) -> tuple[float, float]:
        if about == "aid":
            return 1.0, max(t.aid for t in self.terms)
        if about in TERMS:
            return 0.0, 1.0
        values = self.ran.measured.values[about]
        low, high = np.quantile(values, (0.05, 0.95))
        return float(low), float(high)

    @cached_property
    def stakes(self) -> Floats:
        """Draws of what each party cares about, (draws, parties, aspects), sums 1."""
        where = {(a.about, a.better, a.ideal): i for i, a in enumerate(self.aspects)}
        weights = np.zeros((self.draws, len(self.parties.all), len(self.aspects)))
        for p, party in enumerate(self.parties.all):
            for s in party.stakes:
                name = f"stake:{party.id}:{s.about}"
                weights[:, p, where[s.about, s.better, s.ideal]] = draw(
                    s.weight, name, self.draws, self.seed
                )
        result: Floats = weights / weights.sum(axis=2, keepdims=True)
        return result

    @cached_property
    def capability(self) -> Floats:
        """Draws of each party's capability, (draws, parties)."""
        return np.stack(
            [draw(p.capability, f"capability:{p.id}", self.draws, self.seed, 100.0)
             for p in self.parties.all], axis=1
        )  # fmt: skip

    def needs(self, support: Mapping[str, float]) -> dict[str, Floats]:
        """Return draws of the dependence through each channel, (draws, parties, parties).

        Support of an outside party replaces its declared share of a tie.
        """
        ids, n = self.parties.ids, len(self.parties.all)
        found = {"no deal": np.zeros((self.draws, n, n)), "weights": np.zeros((self.draws, n, n))}
        for need in self.parties.needs:
            a, b = ids[need.party], ids[need.supplier]
            value = draw(need.value, f"need:{a}:{b}:{need.good}", self.draws, self.seed, 1.0)
            for s in self.parties.supports:
                if s.channel == "dependence" and (s.for_party, s.on_party) == (a, b):
                    value = value * (
                        1.0 - support[s.party] * self._effect(s.party, "dependence", a)
                    )
            found[need.channel][:, need.party, need.supplier] += value * need.part
        return found

    def _effect(self, party: str, channel: str, for_party: str = "") -> Floats:
        """Return draws of the effect of full support, summed over rows that fit, (draws,)."""
        total = np.zeros(self.draws)
        top = np.inf if channel in ("aid", "guarantee") else 1.0
        for s in self.parties.supports:
            if s.party == party and s.channel == channel and s.for_party in ("", for_party):
                name = f"support:{party}:{channel}:{s.for_party}:{s.on_party}"
                total += draw(s.effect, name, self.draws, self.seed, top)
        return total

    def add_support(
        self, support: Mapping[str, float], channel: str, for_party: str = ""
    ) -> Floats:
        """Return draws of what all support does through a channel, (draws,)."""
        total = np.zeros(self.draws)
        for party, part in support.items():
            if part > 0.0:
                total += part * self._effect(party, channel, for_party)
        return total

    def worth(self, way: str, support: Mapping[str, float]) -> Floats:
        """Return draws of the worth of every aspect of every settlement.

        Between runs emulated, with what the emulator may get wrong drawn as well. Once a settlement
        has collapsed its terms hold no more: they are those of no deal.

        Parameters
        ----------
        way : {"stands", "falls"}
        support : mapping of str to float

        Returns
        -------
        (draws, aspects, settlements) float64
        """
        k, s = len(self.aspects), len(self.terms)
        out = np.zeros((self.draws, k, s))
        of_outlook, base = self._without_support[way]
        more = self.add_support(support, "aid")
        if more.any():
            central = float(np.median(more))
            base = (
                base + (of_outlook @ self._aid_change(central).T) * (more / central)[:, None, None]
            )
        out[:, self.of_runs] = np.clip(base + self._errors[way], 0.0, 1.0)
        for i, aspect in enumerate(self.aspects):
            if aspect.about in TERMS:
                if way == "falls":
                    left = self.ran.branches[NONE].terms[aspect.about]
                    out[:, i] = aspect.scaled(np.array([left]))[0]
                    continue
                values = np.array([t.value(aspect.about) for t in self.terms])[None]
                if aspect.about == "aid":
                    values = values + more[:, None]
                out[:, i] = aspect.scaled(np.broadcast_to(values, (self.draws, s)))
        return out

    @cached_property
    def _without_support(self) -> dict[str, tuple[Floats, Floats]]:
        """Worths of the runs by outlook, and of all settlements without support, by way."""
        found = {}
        for way, worth in self._worth.items():
            k, runs, futures = worth.shape
            of_outlook = (self.outlook @ worth.reshape(k * runs, futures).T).reshape(-1, k, runs)
            found[way] = of_outlook, of_outlook @ self.run_weights.T
        return found

    @cached_property
    def _errors(self) -> dict[str, Floats]:
        """Draws of what the emulator gets wrong, (draws, aspects of runs, settlements), by way."""
        k, s = len(self.of_runs), len(self.terms)
        turn = np.ascontiguousarray(self._factor.T)
        found = {}
        for way, sd in (("stands", self.emulator.error[:k]), ("falls", self.emulator.error[k:])):
            found[way] = np.empty((self.draws, k, s))
            for i, at in enumerate(self.of_runs):
                aspect = self.aspects[at]
                name = f"emulator:{way}:{aspect.about}:{aspect.better}:{aspect.ideal}"
                scores = random(name, self.seed).standard_normal((self.draws, s))
                found[way][:, i] = (scores @ turn) * sd[i]
        return found

    @lru_cache(maxsize=16)  # noqa: B019
    def _aid_change(self, more: float) -> Floats:
        """Return how the weights of the runs change with so much more aid, (settlements, runs)."""
        aid = np.array([t.aid for t in self.terms]) + more
        moved = self.emulator.weights(features(self.terms, aid))
        result: Floats = moved - self.emulator.weights(self.features)
        return result

    def branch_payoffs(self, name: str) -> Floats:
        """Return draws of the payoff of one way without a settlement, (draws, parties)."""
        branch = self.ran.branches[name]
        worth = np.zeros((self.draws, len(self.aspects)))
        for i, aspect in enumerate(self.aspects):
            if aspect.about in TERMS:
                worth[:, i] = aspect.scaled(np.array([branch.terms[aspect.about]]))[0]
            else:
                figures = self.ran.measured.values[aspect.about][branch.course]
                worth[:, i] = self.outlook @ aspect.scaled(figures)
        return np.asarray(np.einsum("dpk,dk->dp", self.stakes, worth), dtype=np.float64)

    def solve_payoffs(self, support: Mapping[str, float]) -> Payoffs:
        """Return what everything is worth under some support, by draw.

        Parameters
        ----------
        support : mapping of str to float
            Part of full support of each outside party.

        Returns
        -------
        Payoffs
        """
        stakes = self.stakes
        standing = np.swapaxes(stakes @ self.worth("stands", support), 1, 2)
        collapsed = np.swapaxes(stakes @ self.worth("falls", support), 1, 2)
        for p, party in enumerate(self.parties.all):
            paid = self.add_support(support, "payment", party.id)
            if paid.any():
                standing[:, :, p] += paid[:, None]
        no_deal = self.branch_payoffs(NONE)
        stops = np.minimum(self.add_support(support, "deterrence"), 1.0)
        if stops.any():
            frozen = self.branch_payoffs("frozen front")
            no_deal = no_deal + stops[:, None] * (frozen - no_deal)
        if "partial deal" in self.ran.branches:
            part = self.judged["partial_deal_chance"][:, None]
            no_deal = (1.0 - part) * no_deal + part * self.branch_payoffs("partial deal")
        needs = self.needs(support)
        cut = no_deal - needs["no deal"].sum(axis=2)
        chance, stands_at = expect_collapse(self, support, standing, collapsed)
        value = (1.0 - chance) * standing + chance * collapsed
        value = np.where(self._crossed(), -np.inf, value)
        alpha = bargaining_weights(needs["weights"], self.judged["proposer_dependence"])
        consent = np.zeros(len(self.parties.all), dtype=np.bool_)
        consent[list(self.parties.consenting)] = True
        return Payoffs(
            standing=standing,
            collapsed=collapsed,
            value=value,
            no_deal=cut,
            no_deal_plain=no_deal,
            chance=chance,
            stands_at=stands_at,
            weights=weights_of_consenting(alpha, consent),
        )

    def _crossed(self) -> Bools:
        """Return where a red line that is meant is crossed, (draws, settlements, parties)."""
        out = np.zeros((self.draws, len(self.terms), len(self.parties.all)), dtype=np.bool_)
        for line in self.parties.red_lines:
            meant = (
                random(f"red line:{self.parties.ids[line.party]}:{line.about}", self.seed).random(
                    self.draws
                )
                < line.chance
            )
            out[:, :, line.party] |= meant[:, None] & self._beyond(line)[None]
        return out

    def _beyond(self, line: RedLine) -> Bools:
        if line.about in TERMS:
            values = np.array([t.value(line.about) for t in self.terms])
        else:
            values = self.figures(line.about).mean(axis=0)
        result: Bools = (values > line.at_most) | (values < line.at_least)
        return result

    def figures(self, name: str, support: Mapping[str, float] | None = None) -> Floats:
        """Return a measure of every settlement while it stands, by draw.

        Returns
        -------
        (draws, settlements) float64
            In the unit of the measure; between runs emulated, without its error.
        """
        return self._figures(name, tuple((support or {}).items()))

    @lru_cache(maxsize=32)  # noqa: B019
    def _figures(self, name: str, support: tuple[tuple[str, float], ...]) -> Floats:
        raw = self.outlook @ self._raw[self.raw_names.index(name)].T
        found = raw @ self.run_weights.T
        more = self.add_support(dict(support), "aid")
        if more.any():
            central = float(np.median(more))
            found = found + (raw @ self._aid_change(central).T) * (more / central)[:, None]
        result: Floats = np.maximum(found, 0.0)
        return result

    def assumptions(self) -> tuple[str, ...]:
        """Return what the answer rests on beside the declared stakes, in sentences."""

        def told(name: str) -> str:
            p = self.parameters[name]
            fixed = p.distribution == "fixed"
            return f"{p.value:g}" if fixed else f"{p.value:g} ({p.low:g} to {p.high:g})"

        return (
            "Each party acts as one mind, with straight-line stakes; weights are judgement with "
            "ranges.",
            "Payoffs are the outcomes of the run's horizon, taken to go on; a discount rate weighs "
            "when a settlement would collapse.",
            f"An outlook is the mean of {told('outlook_futures')} futures; parties share it.",
            "The chance to table a text goes with dependence: an assumption, not a finding; its "
            f"strength is {told('proposer_dependence')}.",
            "Without a settlement a partial deal comes about with chance "
            f"{told('partial_deal_chance')}.",
            f"Breaking first gains {told('breaking_first_gain')} of a party's scale; a joint "
            "temptation of 1 raises the log hazard of collapse by "
            f"{told('temptation_hazard')}, and never by more than {told('temptation_most')}.",
            f"Of support for a guarantee a part of {told('guarantee_lasting')} stays over the "
            "years.",
            "No model of this kind is known to forecast the end of wars better than a weighted "
            "mean.",
        )
