"""The assimilation in words and rows of text."""

from __future__ import annotations

import math

from havenline.evidence.assimilation import Assimilation
from havenline.evidence.baselines import LABELS as BASELINE_LABELS
from havenline.evidence.baselines import RULES
from havenline.evidence.text import TextTable, figure

LABELS = {
    "without": "without the counts",
    "with": "with the counts",
    "restarted": "restarted at each count",
}


def assimilation_table(found: Assimilation) -> TextTable:
    """Return a row for each count and one for all of them.

    Parameters
    ----------
    found : Assimilation

    Returns
    -------
    TextTable
        Means leave out the first count, from which nobody could have learned.
    """
    names = (*LABELS, *RULES)
    rows = []
    for week in found.weeks:
        spans = [figure(q) for q in week.quantiles["with"]]
        scores = (figure(week.crps[n]) if n in week.crps else "" for n in names)
        rows.append(
            (
                f"{week.start} to {week.end}",
                figure(week.observed),
                f"{spans[1]} ({spans[0]} to {spans[2]})",
                *scores,
            )
        )
    means = (figure(found.mean(n)) if n in found.names else "" for n in names)
    rows.append((f"mean of {len(found.weeks) - 1} after the first", "", "", *means))
    heads = (*LABELS.values(), *(BASELINE_LABELS[n] for n in RULES))
    return TextTable(
        f"The next count, about a week ahead (run as of {found.as_of}): CRPS in persons",
        ("count", "counted", "with the counts (90% range)", *heads),
        tuple(rows),
    )


def assimilation_notes(found: Assimilation) -> tuple[str, ...]:
    """Return what the scores say, most important first.

    Parameters
    ----------
    found : Assimilation

    Returns
    -------
    tuple of str
        Sentences.
    """
    without, updated = found.mean("without"), found.mean("with")
    change = f"{abs(updated / without - 1.0):.0%}"
    difference = found.difference
    said = []
    if updated < without:
        first = f"The counts help: one-count-ahead CRPS is {change} lower with them"
    else:
        first = f"The counts do not help here: one-count-ahead CRPS is {change} higher with them"
    if difference.includes_zero:
        sure = "; not distinguishable, the range of the difference holds zero"
        first += sure if math.isfinite(difference.low) else "; too few counts to say how sure"
    said.append(f"{first}.")
    best = min(RULES, key=found.mean)
    verb = "is better than" if found.mean(best) < min(without, updated) else "is worse than"
    said.append(
        f"The best naive rule ({BASELINE_LABELS[best]}, {figure(found.mean(best))}) {verb} both."
        if verb == "is better than"
        else f"The best naive rule ({BASELINE_LABELS[best]}) scores {figure(found.mean(best))}."
    )
    said.append(
        f"{len(found.weeks) - 1} counts of one crisis: an anecdote, in which fighting stopped and "
        "started twice; what a quiet week teaches is wrong when an offensive starts."
    )
    if found.twins is not None:
        twins = found.twins
        said.append(
            f"On synthetic truth ({twins.truths} futures took its part) the median's error falls "
            f"by {1.0 - twins.error_with / twins.error_without:.0%} and the CRPS by "
            f"{1.0 - twins.crps_with / twins.crps_without:.0%}; forecasts fall into their fifths "
            f"{', '.join(map(str, twins.ranks))} times (even where the filter is right)."
        )
    return tuple(said)
