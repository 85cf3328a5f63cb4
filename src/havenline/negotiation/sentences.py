"""The answer in plain sentences, the same on the terminal and in the report."""

from __future__ import annotations

from havenline.negotiation.answer import Negotiation
from havenline.words import percent

WORN = 1.05
"""Factor on the hazard of collapse from which it is told."""
TEMPTED = 0.5
"""Share of draws from which a party is named as tempted to break a settlement."""
MOST_SETS = 4


def full_names(answer: Negotiation) -> dict[str, str]:
    """Return the names of the parties by id."""
    return {p["id"]: p["name"] for p in answer.parties}


def turns_on(answer: Negotiation) -> str:
    """Return on whose judgement of no deal the chance of a settlement turns most.

    Empty where no shift of what no deal is worth changes the chance by a hundredth.
    """
    names = full_names(answer)
    fall, party, shift, chance = max(
        (
            (answer.chance - chance, party, shift, chance)
            for party, by_shift in answer.no_deal_worth_more.items()
            for shift, chance in by_shift.items()
        ),
        default=(0.0, "", "", 0.0),
    )
    if fall < 0.01:
        return ""
    return (
        f"That rests on judgement of what no deal is worth: were it worth {shift.lstrip('+')} more "
        f"to {names[party]} (of a scale from 0 to 1), it would be {percent(chance)}."
    )


def channels(answer: Negotiation) -> str:
    """Return what leverage does through each of its channels."""
    no_deal, weights = answer.leverage["through_no_deal"], answer.leverage["through_weights"]
    return (
        f"Leverage moves where they land in {no_deal['moves']:.0%} of draws through what no deal "
        f"is worth, and in {weights['moves']:.0%} through bargaining weights."
    )


def most_support(answer: Negotiation) -> str:
    """Return whose outside support changes most; empty where nobody declares any."""
    most = answer.matters_most["most"]
    if most is None:
        return ""
    change = answer.matters_most["by_party"][most]
    kept = change["ground_kept"]
    if kept is None:
        return ""
    text = (
        f"Full support of {full_names(answer).get(most, most)} alone moves the landing point most: "
        f"{abs(kept):.1%} of homes {'kept' if kept >= 0 else 'lost'} in the mean"
    )
    stands = change["stands_12_months"]
    if stands is not None:
        text += (
            f", and {abs(stands):.0%} {'more' if stands >= 0 else 'less'} chance to stand a year"
        )
    return f"{text}."


def holding(answer: Negotiation) -> list[str]:
    """Return who would break the settlement they land on, and what holds without all of them."""
    names = full_names(answer)
    said: list[str] = []
    if answer.hold is not None:
        tempted = [
            f"{names[p]} (in {h['tempted_in']:.0%} of draws)"
            for p, h in answer.hold["parties"].items()
            if h["tempted_in"] >= TEMPTED
        ]
        if tempted:
            said.append(f"Tempted to break it first: {', '.join(tempted)}.")
        if answer.hold["wear"] >= WORN:
            said.append(
                "How the agreement before it was kept makes it collapse "
                f"{answer.hold['wear']:.1f} times as readily, in the mean of the futures."
            )
        shift = answer.hold["shift"]
        if shift is not None:
            said.append(
                f"The handover on day {shift['day']} passes the test of shifts in power: what "
                "either side could lock in after it fits into what peace leaves."
                if shift["passes"]
                else f"The handover on day {shift['day']} fails the test of shifts in power: one "
                "side rises by more than peace leaves to share, so that the other has a reason to "
                "fight first."
            )
    said.append(
        f"{answer.flagged['count']} of {answer.flagged['of']} settlements only look agreeable: "
        "they are acceptable while they stand, not once their chance of collapse is counted."
    )
    smallest = answer.coalitions["smallest"]
    if smallest:
        sets = [" with ".join(names[p] for p in c["parties"]) for c in smallest[:MOST_SETS]]
        said.append(f"The smallest sets of parties whose agreement would hold: {'; '.join(sets)}.")
    else:
        said.append("No set of parties has an agreement that would hold for a year.")
    turns = answer.coalitions["turns_on"]
    if turns and turns.get("party"):
        said.append(f"Of the outside parties it turns most on {names[turns['party']]}.")
    return said
