"""The words that cells with a fixed list of values may hold, each with what it does in a run.

The reference page of the crisis folder is made from these lines.
"""

from __future__ import annotations

from typing import NamedTuple

BASES = {
    "counted": "read as a figure in the source",
    "estimated": "an estimate of the source, or ours from background; say how in method",
    "derived": "computed from other figures; say how in method",
    "prior": "judgement; say how in method",
}
CONFIDENCES = {
    "high": "told beside the figure, used in no run",
    "medium": "told beside the figure, used in no run",
    "low": "told beside the figure, used in no run",
}
YES_NO = {"yes": "", "no": ""}
PLACE_KINDS = {
    "city": "built-up: a front moves through it slowly; people live and shelter there",
    "town": "open country for a front; people live and shelter there",
    "village": "as a town",
    "quarter": "part of a city, built-up as one; people live and shelter there",
    "camp_cluster": "camps and centres: people shelter there, within the room of its sites",
    "crossing": "people who mean to cross a border go there and wait; nobody settles",
    "post": "a military position: a holder like any place, but it shelters nobody and no front "
    "takes it",
    "foreign_town": "abroad: people reach it over a crossing alone, and no front takes it",
}
HOSTING = ("city", "town", "village", "quarter", "camp_cluster")
"""Kinds of places that people live in or flee to."""
STATUSES = {
    "resident": "lives at home and may be displaced for the first time",
    "idp": "was displaced before the period; flees again like anybody, counted as displaced before",
}
REGIMES = {
    "closed": "few get in: the parameter `border_closed`",
    "managed": "some get in: the parameter `border_managed`",
    "open": "most who wish get in: the parameter `border_open`",
    "unknown": "nobody has published it: drawn wide in every future, never taken as closed",
}
HAPPENING_KINDS = {
    "truce_start": "the offensives it names (all, if none) stop, and a truce stands",
    "truce_end": "the truce is over; no offensive starts by that alone",
    "offensive_start": "the offensives it names (all, if none) run from this day; a truce is over",
    "offensive_pause": "the offensives it names (all, if none) stop, without a truce",
    "agreement": "told to the reader; no run uses it",
    "border": "told to the reader; no run uses it (regimes stand in crossings.csv)",
    "aid": "told to the reader; no run uses it",
    "strike": "told to the reader; no run uses it (violence stands in violence.csv)",
    "meeting": "told to the reader; no run uses it",
    "order_to_leave": "people are told to leave the places it names; a part of them does, for some "
    "days",
    "order_to_stay": "as siege_begins",
    "siege_begins": "people may not leave the places it names: few get out, until it lifts, a "
    "corridor opens or the place has changed hands",
    "siege_lifts": "they may leave again, after a siege or an order to stay",
    "flood": "told to the reader; no run uses it yet",
    "screening": "told to the reader; no run uses it yet (shares and rates stand in refuge.csv)",
    "front_opens": "told to the reader; no run uses it yet",
    "intervention": "an army of its parties stands in the way of the offensives it names (all, if "
    "none) from this day on; what that does after the as-of date is drawn",
    "intervention_ends": "it withdraws",
    "corridor_opens": "people may leave places under siege that it names",
    "corridor_closes": "they may leave them no longer, where the siege has not lifted",
    "onward_opens": "a neighbour opens the way onward: it stands open after the as-of date, from "
    "this day on",
    "onward_closes": "the way onward is shut again",
    "supply_cut": "told to the reader; no run uses it: a port or road that supplies come by is cut",
    "supply_opens": "told to the reader; no run uses it: it is open again",
}
ORDER_TO_LEAVE = "order_to_leave"
COMPLIANCE_KINDS = {
    "post_set_up": "an observation post stands from this day on",
    "post_surrounded": "its surroundings are held by those whom it observes: it counts as lost to "
    "the agreement while that lasts",
    "post_relieved": "it is surrounded no longer",
    "post_shelled": "told to the reader",
    "post_left": "it was given up: it counts as lost to the agreement",
    "breaches": "breaches counted from period_start to date; the more in a month, the sooner the "
    "truce that stands fails and the faster ground is lost under it",
    "phase_due": "a phase of redeployment is due on this day; after the as-of date whether it is "
    "missed is drawn",
    "phase_met": "it was carried out",
    "phase_missed": "it was not: the truce that stands fails sooner, and ground is lost faster",
}
"""Kinds of rows of compliance.csv."""
SIEGE_KINDS = {
    "siege_begins": True,
    "order_to_stay": True,
    "corridor_closes": True,
    "corridor_opens": False,
    "siege_lifts": False,
}
"""Kinds of happenings by which places come not to be left (True), or may be left again."""
PARTY_KINDS = {
    "armed": "may hold ground; what it is to others stands in relations.csv",
    "authority": "as armed: a government or local authority that may hold ground",
    "neighbour": "its ground lies abroad: people reach it over a crossing alone",
    "donor": "holds no ground; told to the reader and in negotiations",
    "other": "told to the reader; if it holds ground, as armed",
}
RELATIONS = {
    "hostile": "every road between ground of the two is a front, over a border too; people flee "
    "from it on both sides; an offensive between them may take ground",
    "allied": "no front; each shelters the people of the other as its own and lets them pass",
    "neutral": "no front; ground of the other shelters as the parameter `refuge_neutral` says and "
    "lets pass; the same as no row",
    "guards": "one way, the party guards the ground of the other: a front stands at the edge of "
    "its ground and does not move into it; each shelters the people of the other as its own",
}
HOWS = {
    "stormed": "people flee from the place as it is taken; the same as empty",
    "given_up": "as stormed",
    "agreed": "nobody flees because it was taken",
    "handed_over": "as agreed",
}
QUALIFIERS = {
    "=": "of the counts of one day, published on one day, it holds before the others",
    "about": "taken at its value; gives way to =",
    "almost": "taken at its value; gives way to = and about",
    ">": "taken at its value; gives way to the others",
}
SOURCE_KINDS = {
    "read": "a page that was read",
    "derived": "made from other figures by us",
    "prior": "judgement; counted by `havenline audit`",
}


class Measure(NamedTuple):
    """What an observed series counts.

    Attributes
    ----------
    says : str
        What it is and what it does in a run.
    over : bool
        Whether it covers the days from period_start to date; else it holds at one time.
    abroad : bool
        Whether it needs a neighbour.
    moves : bool
        Whether it counts moves, so that one person may stand in it several times.
    """

    says: str
    over: bool
    abroad: bool = False
    moves: bool = False


MEASURES = {
    "displaced_cumulative": Measure(
        "people displaced since period_start, returned or not; the series that crisis.yaml names "
        "is what the replay is scaled to",
        True,
    ),
    "displaced_present": Measure("of the people displaced in the crisis, those still so", False),
    "moves_cumulative": Measure(
        "moves since period_start, all those of one person", True, moves=True
    ),
    "returned_cumulative": Measure("people gone home since period_start", True),
    "arrived": Measure("people who came to the area since period_start", True),
    "departed": Measure("people who left the area since period_start", True),
    "displaced": Measure("people newly displaced from period_start to date", True),
    "moves": Measure(
        "moves from period_start to date; one person may stand in it several times; those of "
        "before the period give the simple forecasts of a hindcast their rate",
        True,
        moves=True,
    ),
    "returned": Measure("people gone home from period_start to date", True),
    "present": Measure("displaced people in the area, of this crisis or of before", False),
    "entered": Measure("people who entered the neighbour since period_start", True, abroad=True),
    "returned_from_abroad": Measure(
        "people who came back from the neighbour since period_start", True, abroad=True
    ),
    "abroad": Measure("people of the crisis in the neighbour", False, abroad=True),
    "in_sites": Measure("people in the sites of the area", False),
    "sheltered_outside": Measure("displaced people of the area without shelter", False),
    "stranded_at_border": Measure("people who wait at a border and cannot cross", False),
    "killed": Measure("civilians killed from period_start to date", True),
    "other": Measure("anything else: told to the reader; no run has it", False),
}
"""What series of observations may count, by name."""


def covers(measure: str) -> str:
    """Say which days a measure speaks of, such as for the reference page."""
    if measure == "other":
        return ""
    return "over period_start to date" if MEASURES[measure].over else "on date"
