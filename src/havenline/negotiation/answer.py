"""What a negotiation gives: typed, and as plain values for JSON."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.negotiation.zone import Floats

Band = tuple[float, float, float]
"""Median, 5th and 95th percentile."""


def band(values: Floats) -> Band | None:
    """Return median, 5th and 95th percentile of the finite values; None where there is none."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return None
    low, mid, high = np.quantile(kept, (0.05, 0.5, 0.95))
    return float(mid), float(low), float(high)


@dataclass(frozen=True)
class Settled:
    """A settlement in an answer.

    Attributes
    ----------
    id, text : str
    terms : dict
        Plain values of the terms.
    run : bool
        Whether it was run or emulated.
    share : float
        Share of all draws that land on it, or accept it, as the place says.
    depth_km : float or None
        Within so many km of the border nine of ten places of its haven lie.
    outcomes : dict of str to Band
        While it stands: people protected, displaced, killed; homes under the attacker.
    """

    id: str
    text: str
    terms: dict[str, Any]
    run: bool
    share: float
    depth_km: float | None
    outcomes: dict[str, Band | None]


@dataclass(frozen=True)
class Landing:
    """Where the parties would land by one rule.

    Attributes
    ----------
    rule : str
        "nash", "weighted nash" or "kalai-smorodinsky".
    agreement : dict or None
        Of the mean of all draws: settlement, share of draws in which all
        accept it, gains, who binds, shadow weights, next best and its
        loss, flat top. None where there is no zone.
    no_agreement : dict or None
        The reason, where there is none.
    often : tuple of Settled
        The settlements on which most draws land.
    lines : dict of str to float
        Share of all draws that land on each line.
    terms : dict of str to dict of str to float
        Share of all draws that land on each guarantee, border regime and treatment of listed
        groups.
    moved_km : Band or None
        Offset of the line, over draws that land on a line that can be moved.
    outcomes : dict of str to Band
        Over the draws that land anywhere.
    depth_km : Band or None
    gains : dict of str to Band
        By consenting party, in its own units of 0 to 1.
    """

    rule: str
    agreement: dict[str, Any] | None
    no_agreement: dict[str, Any] | None
    often: tuple[Settled, ...]
    lines: dict[str, float]
    terms: dict[str, dict[str, float]]
    moved_km: Band | None
    outcomes: dict[str, Band | None]
    depth_km: Band | None
    gains: dict[str, Band | None]


@dataclass(frozen=True)
class CurvePoint:
    """One point of the leverage curve.

    Attributes
    ----------
    part : float
        Of full support.
    chance : float
        Share of draws with an agreement.
    lines : dict of str to float
        Share of draws that land on each line.
    moved_km, depth_km, outcomes, gains
        As in `Landing`.
    mean : dict of str to float or None
        Means over the draws that land: offset and depth in km, outcomes.
    change : dict of str to float or None
        Mean difference from no support in the same draws, over those that land at both.
    named : dict of str to float
        Share of draws in which all accept each proposal.
    """

    part: float
    chance: float
    lines: dict[str, float]
    moved_km: Band | None
    depth_km: Band | None
    outcomes: dict[str, Band | None]
    gains: dict[str, Band | None]
    mean: dict[str, float | None]
    change: dict[str, float | None]
    named: dict[str, float]


@dataclass(frozen=True)
class Named:
    """A settlement that somebody proposed.

    Attributes
    ----------
    option : str
        Id of the option of the crisis that it stands for.
    settlement : Settled
        ``share``: share of draws in which all accept it.
    refuses : dict of str to float
        Share of draws in which each consenting party does better without it.
    missing : dict of str to float
        By how much, in the mean, where it does.
    agreeable_from : float or None
        Smallest part of support on the curve at which at least half of the draws accept it.
    needs : dict or None
        The one change of terms after which most draws accept it, with their share; None where no
        single change helps.
    hold : dict
        See `Negotiation.hold`.
    """

    option: str
    settlement: Settled
    refuses: dict[str, float]
    missing: dict[str, float]
    agreeable_from: float | None
    needs: dict[str, Any] | None
    hold: dict[str, Any]


@dataclass(frozen=True)
class Negotiation:
    """The answer to: could they agree, where, and would it hold?

    Attributes
    ----------
    crisis, as_of : str
    futures, draws, seed : int
    support : dict of str to float
    space : dict
        Settlements, how many were run, the emulator and what it gets wrong.
    scaling : dict of str to list
        What is worth 0 and 1 of each measure.
    chance : float
        Share of draws in which some settlement is no worse than no deal for all who must consent.
    chances : dict
        The same with other outlooks, and with each party's no deal worth more.
    refuses, opens_without : dict of str to float
        Where no settlement is acceptable: who refuses all; without whose consent there would be
        one. Shares of all draws.
    no_deal : dict
        What each way without a settlement is worth to each party.
    landings : dict of str to Landing
    leverage : dict
        Bargaining weights, dependence, and the effect of leverage through each channel.
    curve : tuple of CurvePoint
    curve_of : tuple of str
        Whose support rises along the curve.
    matters_most : dict
        What full support of each outside party alone changes, and whose changes most.
    hold : dict
        Of the settlement at which the mean of all draws lands: survival, temptation, break-even,
        shift test.
    flagged : dict
        Settlements that look agreeable only while nobody counts their collapse.
    coalitions : dict
    second_opinion : dict
    named : tuple of Named
    parties : tuple of dict
        In plain words.
    agreeable : tuple of dict
        Share of draws in which the best settlement on each line is acceptable to all.
    observed : tuple of dict
        Agreements after the as-of date: not used, beside the answer.
    assumptions : tuple of str
    seconds : dict of str to float
    """

    crisis: str
    as_of: str
    futures: int
    draws: int
    seed: int
    support: dict[str, float]
    space: dict[str, Any]
    scaling: dict[str, list[float]]
    chance: float
    chances: dict[str, Any]
    refuses: dict[str, float]
    opens_without: dict[str, float]
    no_deal: dict[str, Any]
    landings: dict[str, Landing]
    leverage: dict[str, Any]
    curve: tuple[CurvePoint, ...]
    curve_of: tuple[str, ...]
    matters_most: dict[str, Any]
    hold: dict[str, Any] | None
    flagged: dict[str, Any]
    coalitions: dict[str, Any]
    second_opinion: dict[str, Any]
    named: tuple[Named, ...]
    parties: tuple[dict[str, Any], ...]
    agreeable: tuple[dict[str, Any], ...]
    observed: tuple[dict[str, Any], ...]
    assumptions: tuple[str, ...]
    seconds: dict[str, float]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the answer as plain values; what is not finite becomes null."""
        found = plain(dataclasses.asdict(self))
        assert isinstance(found, dict)
        return found


def plain(value: Any) -> Any:
    """Return a value as plain ones for JSON, six digits of a number; what is not finite is None."""
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
