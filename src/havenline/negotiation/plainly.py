"""A table of the parties in plain words: what each gains most from, when it walks away."""

from __future__ import annotations

from typing import Any

import numpy as np

from havenline.negotiation.landing import Solved
from havenline.negotiation.parties import Stake
from havenline.negotiation.problem import Model
from havenline.negotiation.settlements import NONE
from havenline.negotiation.terms import TERMS, Terms
from havenline.negotiation.zone import Bools, Floats


def describe_parties(solved: Solved) -> tuple[dict[str, Any], ...]:
    """Return a row for each party: what it gains where the mean of all draws lands.

    Parameters
    ----------
    solved : Solved

    Returns
    -------
    tuple of dict
        ``wants``, ``gains_most_from``, ``walks_away_if`` in words, with the figures behind them.
    """
    model, payoffs, landing = solved.model, solved.payoffs, solved.row
    rows = []
    no_deal = payoffs.no_deal.mean(axis=0)
    value, refused = payoffs.mean_value()
    worth = model.worth("stands", dict.fromkeys(model.parties.supporters, 0.0)).mean(axis=0)
    plain = _without(model)
    for i, party in enumerate(model.parties.all):
        stakes = sorted(party.stakes, key=lambda s: -s.weight.value)
        row: dict[str, Any] = {
            "id": party.id,
            "name": party.name,
            "consents": party.consents,
            "could_break_it": party.spoils,
            "wants": [{"what": s.text, "weight": s.weight.value} for s in stakes],
            "no_deal": float(no_deal[i]),
        }
        if landing is not None:
            gain = float(value[landing, i] - no_deal[i])
            from_stakes = _parts(model, party.stakes, worth[:, landing], plain)
            best = max(from_stakes, key=lambda part: part[1])
            worst = min(from_stakes, key=lambda part: part[1])
            walks = _walks(model, landing, value[:, i] - no_deal[i], refused[:, i])
            row |= {
                "landing": float(value[landing, i]),
                "gain": gain,
                "gains_most_from": best[0].text if best[1] > 0.0 else "nothing in it",
                "gains_least_from": worst[0].text,
                "walks_away_if": _sentence(walks, gain, party.consents),
                "walks_away_from": walks,
            }
        rows.append(row)
    return tuple(rows)


def _without(model: Model) -> Floats:
    """Return the mean worth of each aspect without a settlement, (aspects,)."""
    branch = model.ran.branches[NONE]
    found = np.zeros(len(model.aspects))
    for k, aspect in enumerate(model.aspects):
        if aspect.about in TERMS:
            found[k] = aspect.scaled(np.array([branch.terms[aspect.about]]))[0]
        else:
            found[k] = aspect.scaled(model.ran.measured.values[aspect.about][branch.course]).mean()
    return found


def _parts(
    model: Model, stakes: tuple[Stake, ...], landed: Floats, plain: Floats
) -> list[tuple[Stake, float]]:
    """Return what each stake adds to the gain while the settlement stands."""
    where = {(a.about, a.better, a.ideal): k for k, a in enumerate(model.aspects)}
    parts = []
    for s in stakes:
        k = where[s.about, s.better, s.ideal]
        parts.append((s, s.weight.value * float(landed[k] - plain[k])))
    return parts


def _walks(model: Model, landing: int, gains: Floats, refused: Bools) -> list[dict[str, Any]]:
    """Return the settlements that differ in one term and are worse than no deal for the party."""
    here = model.terms[landing]
    found = []
    for row, terms in enumerate(model.terms):
        terms_changed = list_changes(here, terms)
        if len(terms_changed) == 1 and (refused[row] or gains[row] < 0.0):
            found.append({"change": terms_changed[0], "to": say_term(terms, terms_changed[0]),
                          "gain": None if refused[row] else float(gains[row])})  # fmt: skip
    return found


def list_changes(a: Terms, b: Terms) -> list[str]:
    """Return the names of the terms in which two settlements differ."""
    plain = ("line", "guarantee", "aid", "border", "listed")
    names = [n for n in plain if getattr(a, n) != getattr(b, n)]
    if a.line.hands_over and b.line.hands_over and a.haven_first != b.haven_first:
        names.append("haven_first")
    return names


def say_term(terms: Terms, change: str) -> str:
    """Return one term of a settlement in plain words."""
    plain = terms.text.split("; ")
    at = ("line", "guarantee", "aid", "border", "listed", "haven_first").index(change)
    return plain[at] if at < len(plain) else plain[-1]


def _sentence(walks: list[dict[str, Any]], gain: float, consents: bool) -> str:
    if not consents:
        return "its consent is not needed"
    if gain < 0.0:
        return "it has no reason to sign this"
    if not walks:
        return f"no single change; only if no deal became worth {gain:.2f} more to it"
    listed = [str(w["to"]) for w in walks[:3]]
    more = f" and {len(walks) - 3} other changes" if len(walks) > 3 else ""
    return f"it came to {', or '.join(listed)}{more}"
