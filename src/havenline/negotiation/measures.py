"""What parties look at in a run: outcomes of the answer, and a few that only bargaining needs."""

from __future__ import annotations

from dataclasses import dataclass

from havenline.outcomes.indicators import INDICATORS


@dataclass(frozen=True)
class Measure:
    """One figure of a run that a stake may be about.

    Attributes
    ----------
    id, name, unit, meaning : str
    """

    id: str
    name: str
    unit: str
    meaning: str


OWN: tuple[Measure, ...] = (
    Measure(
        "ground_taken",
        "Homes under the attacker",
        "share",
        "Share of the contested area's people of the start whose place the attacker holds on the "
        "last day. A sum over the whole area: nothing is kept by place.",
    ),
    Measure(
        "ground_regained",
        "Homes given back",
        "share",
        "The same share, for places that the attacker held on the as-of date and holds no more.",
    ),
    Measure(
        "fighting",
        "Days of offensive",
        "share",
        "Share of the days after the as-of date on which an offensive runs.",
    ),
    Measure(
        "protected",
        "People in a haven that stands",
        "persons",
        "Persons within the haven on the last day; 0 where it has failed or there is none.",
    ),
)
MEASURES: dict[str, Measure] = {
    **{i.id: Measure(i.id, i.name, i.unit, i.meaning) for i in INDICATORS.values()},
    **{m.id: m for m in OWN},
}
"""Every measure by id: the outcomes of the answer, then those of bargaining."""
