"""How an agreement was kept, as known on a day: posts, breaches, phases, ground lost under it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from havenline.crisis import Crisis
from havenline.facts.areas import areas_within
from havenline.facts.fighting import fighting
from havenline.facts.holders import BY_AGREEMENT, changes_known
from havenline.facts.known import known_by
from havenline.facts.relations import offensives_known

MONTH = 30.0
"""Days of a month of breaches."""


class Phase(NamedTuple):
    """A phase of redeployment: its id, the day it is due, and ``met``, ``missed`` or nothing."""

    id: str
    due: date
    outcome: str


class Compliance(NamedTuple):
    """How an agreement was kept.

    Attributes
    ----------
    since : date or None
        First day of the oldest truce that stands; None where none does.
    posts, surrounded, left, shelled : int
        Observation posts ever set up; of these surrounded and not left, left, ever shelled.
    breaches : float or None
        Breaches counted in 30 days of the truce that stands; None where nobody counted.
    phases : tuple of Phase
        Phases of redeployment due since it began, and to come.
    """

    since: date | None
    posts: int
    surrounded: int
    left: int
    shelled: int
    breaches: float | None
    phases: tuple[Phase, ...]

    @property
    def lost_posts(self) -> float:
        """Return the share of the posts that are surrounded or were left."""
        return (self.surrounded + self.left) / self.posts if self.posts else 0.0

    @property
    def missed(self) -> int:
        """Return how many phases were missed."""
        return sum(phase.outcome == "missed" for phase in self.phases)


class Lost(NamedTuple):
    """A place that was taken, not by agreement, while a truce halted an offensive."""

    day: date
    place: str
    offensive: str


def compliance_known(crisis: Crisis, as_of: date) -> Compliance:
    """Return how an agreement was kept, by what was known on a day.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Only rows published by this day; of what happened only days up to it.
    """
    rows = known_by(crisis.compliance, as_of).sort_values(["date", "published", "row_id"])
    since = _truce_since(crisis, as_of)
    past = rows[rows["date"] <= pd.Timestamp(as_of)]
    held: dict[str, str] = {}
    shelled = set()
    for kind, post in zip(past["kind"], past["about"], strict=True):
        if kind == "post_shelled":
            shelled.add(post)
        elif kind in ("post_set_up", "post_relieved"):
            held[post] = "standing"
        elif kind.startswith("post_"):
            held[post] = kind
    states = list(held.values())
    return Compliance(
        since,
        len(held),
        states.count("post_surrounded"),
        states.count("post_left"),
        len(shelled & set(held)),
        _breaches(past, since),
        tuple(_phases(rows, past, since)),
    )


def _truce_since(crisis: Crisis, as_of: date) -> date | None:
    """Return the first day of the oldest truce that stands on a day."""
    begun = [
        fighting(crisis.happenings, start=as_of, end=as_of, as_of=as_of, offensive=o.id).truce_since
        for o in offensives_known(crisis, as_of)
    ]
    return min((day for day in begun if day is not None), default=None)


def _breaches(past: pd.DataFrame, since: date | None) -> float | None:
    """Return the breaches of 30 days: of each counter the newest count, of several the mean."""
    if since is None:
        return None
    counts = past[(past["kind"] == "breaches") & (past["date"] >= pd.Timestamp(since))]
    counts = counts[counts["period_start"] >= pd.Timestamp(since)]
    if not len(counts):
        return None
    days = (counts["date"] - counts["period_start"]).dt.days + 1
    counts = counts.assign(days=days, rate=MONTH * counts["breaches"] / days)
    newest = counts.sort_values(["date", "days"], kind="stable").groupby("about")["rate"].last()
    return float(newest.mean())


def _phases(rows: pd.DataFrame, past: pd.DataFrame, since: date | None) -> Iterator[Phase]:
    """Walk the phases that are due since the truce that stands began."""
    if since is None:
        return
    said = past[past["kind"].isin(["phase_met", "phase_missed"])]
    outcomes = {
        about: kind[len("phase_") :]
        for about, kind in zip(said["about"], said["kind"], strict=True)
    }
    due = rows[rows["kind"] == "phase_due"].sort_values(["published", "row_id"])
    days = {str(about): day.date() for about, day in zip(due["about"], due["date"], strict=True)}
    for phase, day in sorted(days.items()):
        if day >= since:
            yield Phase(phase, day, outcomes.get(phase, ""))


def ground_lost(crisis: Crisis, as_of: date) -> list[Lost]:
    """Return the places lost while a truce stood, by what was known on a day.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Only changes of control up to this day that were published by it.

    Returns
    -------
    list of Lost
        In order of the days, by offensive; what changed hands on the first day of a truce, or on
        the day on which it ended, is left out.
    """
    area_of = dict(zip(crisis.places["place_id"], crisis.places["area_id"], strict=True))
    changes = list(changes_known(crisis.control, as_of))
    lost = []
    for offensive in offensives_known(crisis, as_of) if changes else ():
        within = areas_within(crisis.areas, offensive.areas)
        stood = fighting(
            crisis.happenings, start=changes[0].day, end=as_of, as_of=as_of, offensive=offensive.id
        ).standing
        holder: dict[str, str] = {}
        for change in changes:
            before = holder.get(change.place, "")
            holder[change.place] = change.party
            if (
                before in offensive.defenders
                and change.party in offensive.attackers
                and change.how not in BY_AGREEMENT
                and (not within or area_of[change.place] in within)
                and stood[change.day]
                and stood.get(change.day - timedelta(days=1), False)
            ):
                lost.append(Lost(change.day, change.place, offensive.id))
    return lost
