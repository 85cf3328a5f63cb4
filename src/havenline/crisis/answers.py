"""Which daily figure of a run answers to what an observed series counts: one line for each measure.

A new figure of a run is scored once it has its line here; a measure without one says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What is read of a run for a measure.

    Attributes
    ----------
    whole : str
        Variable of the result for a series that covers the whole crisis, summed over areas and
        neighbours.
    part : str
        Variable by area for a series of any other area; ``""`` where a run holds it for the whole
        crisis alone.
    neighbour : str
        Variable by neighbour for a series that names one; ``""``: `whole`, where there is one
        neighbour alone.
    since_the_start : bool
        Whether it counts those displaced in the crisis alone, while the variable holds those
        displaced before as well.
    """

    whole: str
    part: str = ""
    neighbour: str = ""
    since_the_start: bool = False


ANSWERS: Mapping[str, Answer] = {
    "displaced_cumulative": Answer("newly_displaced"),
    "displaced": Answer("newly_displaced"),
    "displaced_present": Answer("displaced", "displaced", since_the_start=True),
    "present": Answer("displaced", "displaced"),
    "arrived": Answer("arrivals", "arrivals"),
    "departed": Answer("departures", "departures"),
    "moves": Answer("movements", "arrivals"),
    "moves_cumulative": Answer("movements", "arrivals"),
    "returned": Answer("returned"),
    "returned_cumulative": Answer("returned"),
    "entered": Answer("entries", neighbour="entered"),
    "returned_from_abroad": Answer("returned_from_abroad", neighbour="came_back"),
    "in_sites": Answer("in_sites", "in_sites"),
    "sheltered_outside": Answer("unsheltered"),
    "stranded_at_border": Answer("waiting", neighbour="waiting"),
    "killed": Answer("killed"),
}
"""By measure of ``observations.csv``."""

COUNTED_ONCE = ("displaced", "displaced_cumulative")
"""Measures of people, which a series that counts each move again turns into one of moves."""
WITHOUT: Mapping[str, str] = {
    "abroad": "a run holds who entered, not those who were abroad before",
    "other": "no figure of a run answers to it",
}
"""Measures that no figure of a run answers to yet, and why."""
