"""The parties of a negotiation as a crisis declares them, and draws of what is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from havenline.crisis import Crisis
from havenline.crisis.distributions import Distribution
from havenline.crisis.registry import suggest
from havenline.draws import key_of_text
from havenline.errors import HavenlineError
from havenline.negotiation.leverage import Channel
from havenline.negotiation.measures import MEASURES
from havenline.negotiation.terms import TERMS
from havenline.negotiation.zone import Floats

CHANNELS: dict[str, Channel] = {"disagreement": "no deal", "bargaining": "weights"}


@dataclass(frozen=True)
class Judgement:
    """A figure of judgement: its value and the range from 5 to 95%."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Stake:
    """One thing that a party cares about."""

    about: str
    better: str
    ideal: float | None
    weight: Judgement
    salience: float

    @property
    def text(self) -> str:
        """What it wants, in plain words."""
        name = MEASURES[self.about].name.lower() if self.about in MEASURES else WORDS[self.about]
        wanted = f"near {self.ideal:g}" if self.better == "near" else self.better
        return f"{name} ({wanted})"


WORDS = {
    "guarantee": "guarantee by force",
    "aid": "aid",
    "border": "openness of the border",
    "listed_groups": "containment of listed groups",
}


@dataclass(frozen=True)
class Party:
    """One party.

    Attributes
    ----------
    id, name : str
    consents : bool
        No settlement is possible without it.
    spoils : bool
        It could break one by force.
    capability : Judgement
    discount : float
        Per year.
    stakes : tuple of Stake
        Weights sum to 1.
    """

    id: str
    name: str
    consents: bool
    spoils: bool
    capability: Judgement
    discount: float
    stakes: tuple[Stake, ...]

    @property
    def wants_ground(self) -> float:
        """Weight on the attacker holding more ground; below 0 for one that wants it to hold less.

        A stake near an ideal counts for neither.
        """
        signs = {"more": 1.0, "less": -1.0, "near": 0.0}
        stakes = (s for s in self.stakes if s.about == "ground_taken")
        return sum(s.weight.value * signs[s.better] for s in stakes)


@dataclass(frozen=True)
class RedLine:
    """What a party would not sign."""

    party: int
    about: str
    at_most: float
    at_least: float
    chance: float


@dataclass(frozen=True)
class Dependence:
    """What one party needs from another: a tie with its range."""

    party: int
    supplier: int
    good: str
    value: Judgement
    part: float
    channel: Channel


@dataclass(frozen=True)
class Support:
    """One way in which an outside party's full support would work."""

    party: str
    channel: str
    for_party: str
    on_party: str
    effect: Judgement


@dataclass(frozen=True)
class Parties:
    """All that a crisis declares for a negotiation."""

    all: tuple[Party, ...]
    red_lines: tuple[RedLine, ...]
    needs: tuple[Dependence, ...]
    supports: tuple[Support, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids in the order of the table bargaining."""
        return tuple(p.id for p in self.all)

    @property
    def consenting(self) -> tuple[int, ...]:
        """Indices of the parties without whom no settlement is possible."""
        return tuple(i for i, p in enumerate(self.all) if p.consents)

    @property
    def supporters(self) -> tuple[str, ...]:
        """Outside parties whose support is declared, in order of first mention."""
        return tuple(dict.fromkeys(s.party for s in self.supports))

    def ties(self) -> dict[Channel, Floats]:
        """Return the dependence through each channel at the declared values."""
        n = len(self.all)
        found: dict[Channel, Floats] = {
            "no deal": np.zeros((n, n)),
            "weights": np.zeros((n, n)),
        }
        for need in self.needs:
            found[need.channel][need.party, need.supplier] += need.value.value * need.part
        return found


def read_parties(crisis: Crisis) -> Parties:
    """Read the parties of a crisis.

    Raises
    ------
    HavenlineError
        If it declares none, or a stake is about something that no run and no settlement has.
    """
    who, stakes = crisis.bargaining, crisis.stakes
    if who is None or stakes is None or not len(who) or not len(stakes):
        raise HavenlineError(
            f"{crisis.id} declares nobody who could negotiate; it needs the tables bargaining.csv "
            "and stakes.csv (and, where they apply, red_lines.csv, dependences.csv, supports.csv)"
        )
    names = dict(zip(crisis.parties["party_id"], crisis.parties["name"], strict=True))
    known = (*MEASURES, *TERMS)
    ids = [str(p) for p in who["party_id"]]
    at = {p: i for i, p in enumerate(ids)}
    of_party: dict[str, list[Stake]] = {p: [] for p in ids}
    for r in _rows(stakes):
        _known(str(r["about"]), "stakes.csv", known)
        ideal = None if pd.isna(r["ideal"]) else float(r["ideal"])
        of_party[str(r["party_id"])].append(
            Stake(str(r["about"]), str(r["better"]), ideal, _range(r, "weight"),
                  float(r["salience"]))
        )  # fmt: skip
    everyone = tuple(
        Party(
            id=str(r["party_id"]),
            name=str(names[r["party_id"]]),
            consents=r["consent"] == "yes",
            spoils=r["spoils"] == "yes",
            capability=_range(r, "capability"),
            discount=float(r["discount"]),
            stakes=tuple(of_party[str(r["party_id"])]),
        )
        for r in _rows(who)
    )
    lines = []
    for r in _rows(crisis.red_lines):
        _known(str(r["about"]), "red_lines.csv", known)
        most = np.inf if pd.isna(r["at_most"]) else float(r["at_most"])
        least = -np.inf if pd.isna(r["at_least"]) else float(r["at_least"])
        lines.append(
            RedLine(at[str(r["party_id"])], str(r["about"]), most, least, float(r["chance"]))
        )
    needs = tuple(
        Dependence(
            at[str(r["from_party"])],
            at[str(r["on_party"])],
            str(r["good"]),
            _range(r, "value"),
            float(r["share"]) * (1.0 - float(r["replaceable"])),
            CHANNELS[str(r["channel"])],
        )
        for r in _rows(crisis.dependences)
    )
    supports = tuple(
        Support(str(r["party_id"]), str(r["channel"]), str(r["for_party"]), str(r["on_party"]),
                _range(r, "effect"))
        for r in _rows(crisis.supports)
    )  # fmt: skip
    return Parties(everyone, tuple(lines), needs, supports)


def check_support(parties: Parties, support: dict[str, float]) -> dict[str, float]:
    """Return the support of every outside party, 0 where none is given.

    Raises
    ------
    HavenlineError
        If a party declares no support, or the part of it is not from 0 to 1.
    """
    for name, part in support.items():
        if name not in parties.supporters:
            listed = ", ".join(parties.supporters) or "nobody"
            raise HavenlineError(
                f"support of {name!r}: the crisis declares what support would do of {listed}"
            )
        number = isinstance(part, int | float) and not isinstance(part, bool)
        if not number or not 0.0 <= part <= 1.0:
            raise HavenlineError(f"support {name}={part}: expected a part from 0 to 1")
    return {name: float(support.get(name, 0.0)) for name in parties.supporters}


def random(name: str, seed: int) -> np.random.Generator:
    """Return a generator that depends on what is drawn and the seed, on nothing else."""
    return np.random.Generator(np.random.Philox(key=[key_of_text(f"negotiation:{name}"), seed]))


def draw(figure: Judgement, name: str, draws: int, seed: int, top: float = np.inf) -> Floats:
    """Return draws of a figure of judgement: log-normal, or triangular where it may be 0.

    Parameters
    ----------
    figure : Judgement
        Median (or mode), and the range from 5 to 95% (or all of it).
    name : str
        What it is: the same name gives the same draws.
    draws, seed : int
    top : float
        Larger values count as this.

    Returns
    -------
    (draws,) float64
    """
    if figure.low == figure.high:
        return np.full(draws, min(figure.value, top))
    shape = "lognormal" if figure.low > 0.0 else "triangular"
    drawn = Distribution(shape, figure.value, figure.low, figure.high)
    values = drawn.ppf(random(name, seed).random(draws))
    return np.asarray(np.minimum(values, top), dtype=np.float64)


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    if table is None:
        return []
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _range(row: dict[str, Any], name: str) -> Judgement:
    return Judgement(float(row[name]), float(row["low"]), float(row["high"]))


def _known(about: str, file: str, known: Sequence[str]) -> None:
    if about not in known:
        hint = suggest(about, known)
        raise HavenlineError(
            f"{file}: {about!r} is no outcome of a run and no term of a settlement"
            + (f"; {hint}" if hint else f"; known are {', '.join(known)}")
        )
