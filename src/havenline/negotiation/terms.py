"""The space of settlements: a line and its offset, a guarantee, aid, the border, sequence.

Terms are made from the options of a crisis: the lines that they draw, moved north and south, and
the levers that they use. A settlement becomes an option of the engine, so the engine's refusals
stand: nothing here makes a border less open or a haven harder to leave.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.crisis import Crisis
from havenline.crisis.levers import (
    REGIMES,
    BorderLever,
    ContainmentLever,
    ExemptionLever,
    HavenLever,
    Lever,
    LineLever,
    MonitorsLever,
    OptionSpec,
    TruceLever,
)
from havenline.crisis.parameters import Parameter, known_parameters
from havenline.negotiation.zone import Floats

CURRENT = "current"
"""The line where the sides stand: nothing is handed over."""
OFFSETS_KM = (-10.0, -5.0, 0.0, 5.0, 10.0, 15.0)
"""Kilometres by which a line that hands over is moved; north, or towards the haven, is positive."""
KM_PER_DEGREE = 111.2
GUARANTEES = ("declared", "consent", "credible_force")
GUARANTEE_WORDS = ("a declaration", "joint patrols by consent", "a force that can defend it")
AID_LEVELS = (1.0, 2.0, 3.0)
"""Multiples of the delivery on the as-of date."""
TERMS = ("guarantee", "aid", "border", "listed_groups")
"""Terms that a stake or a red line may be about."""


@dataclass(frozen=True)
class Line:
    """A line that a settlement could follow.

    Attributes
    ----------
    line_id : str
        A line of the crisis, or ``current``.
    offset_km : float
        Kilometres to the north (positive) or south of it.
    hands_over : bool
        Whether the defender hands over what lies beyond it.
    restores_since : datetime.date or None
        The attacker gives back what it took since, on the protected side.
    name : str
    """

    line_id: str
    offset_km: float
    hands_over: bool
    restores_since: dt.date | None
    name: str

    @property
    def drawn_id(self) -> str:
        """Id of the moved line: ``m4-highway-5n``."""
        if self.offset_km == 0.0:
            return self.line_id
        side = "n" if self.offset_km > 0.0 else "s"
        return f"{self.line_id}-{abs(self.offset_km):.0f}{side}"

    @property
    def text(self) -> str:
        """The line in plain words."""
        if self.offset_km == 0.0:
            return self.name
        side = "north" if self.offset_km > 0.0 else "south"
        return f"{self.name}, {abs(self.offset_km):.0f} km to the {side}"


@dataclass(frozen=True)
class Terms:
    """The terms of one settlement.

    Attributes
    ----------
    line : Line
    guarantee : int
        0 a declaration, 1 joint patrols by consent, 2 a force that can defend it.
    aid : float
        Multiple of the delivery on the as-of date.
    border : int
        Index of the regime: 0 closed, 1 managed, 2 open.
    listed : bool
        Whether listed groups are contained; if not they are left out of the truce.
    haven_first : bool
        Whether the haven stands before places change hands.
    """

    line: Line
    guarantee: int
    aid: float
    border: int
    listed: bool
    haven_first: bool

    @property
    def id(self) -> str:
        """A slug that names all terms."""
        kind = ("declared", "patrols", "force")[self.guarantee]
        aid = f"aid{self.aid:g}".replace(".", "p")
        rest = [REGIMES[self.border], "contained" if self.listed else "excluded"]
        if self.line.hands_over:
            rest.append("haven-first" if self.haven_first else "handover-first")
        return "_".join([self.line.drawn_id, kind, aid, *rest])

    @property
    def text(self) -> str:
        """The settlement in plain words."""
        listed = "listed groups contained" if self.listed else "listed groups left out"
        aid = f"aid at {self.aid:g} times today's"
        parts = [
            self.line.text,
            GUARANTEE_WORDS[self.guarantee],
            aid,
            f"border {REGIMES[self.border]}",
            listed,
        ]
        if self.line.hands_over:
            parts.append("haven before handover" if self.haven_first else "handover at once")
        return "; ".join(parts)

    def value(self, about: str) -> float:
        """Return a term as a number: guarantee and border 0 to 1, aid a multiple, listed 0 or 1."""
        if about == "guarantee":
            return self.guarantee / 2.0
        if about == "aid":
            return self.aid
        if about == "border":
            return self.border / 2.0
        if about == "listed_groups":
            return float(self.listed)
        raise KeyError(about)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the terms as plain values."""
        return {
            "id": self.id,
            "text": self.text,
            "line": self.line.line_id,
            "offset_km": self.line.offset_km,
            "guarantee": GUARANTEES[self.guarantee],
            "aid": self.aid,
            "border": REGIMES[self.border],
            "listed_groups": "contained" if self.listed else "excluded",
            "haven_first": self.haven_first if self.line.hands_over else None,
        }


def read_lines(crisis: Crisis, offsets: Sequence[float] = OFFSETS_KM) -> tuple[Line, ...]:
    """Return the lines of a crisis: the current one, then those of its options, moved.

    Only lines that hand over are moved: to give back ground up to a line moved at will is on
    nobody's table.
    """
    names = {
        f["properties"]["line_id"]: str(f["properties"]["name"])
        for f in crisis.geography.get("lines", {"features": []})["features"]
    }
    found = [Line(CURRENT, 0.0, False, None, "The current line")]
    seen = set()
    for option in crisis.options:
        for lever in option.levers:
            if not isinstance(lever, LineLever) or lever.line_id in seen:
                continue
            seen.add(lever.line_id)
            name = names.get(lever.line_id, lever.line_id)
            for km in offsets if lever.hands_over else (0.0,):
                found.append(Line(lever.line_id, km, lever.hands_over, lever.restores_since, name))
    return tuple(found)


def draw_moved_lines(crisis: Crisis, lines: Sequence[Line]) -> Crisis:
    """Return the crisis with every moved line drawn.

    Parameters
    ----------
    crisis : Crisis
    lines : sequence of Line

    Returns
    -------
    Crisis
        A line is moved along the meridian, its protected point with it.
    """
    drawn = crisis.geography.get("lines", {"type": "FeatureCollection", "features": []})
    by_id = {f["properties"]["line_id"]: f for f in drawn["features"]}
    more = []
    for line in lines:
        if line.line_id == CURRENT or line.drawn_id in by_id:
            continue
        original = by_id[line.line_id]
        north = line.offset_km / KM_PER_DEGREE
        lon, lat = original["properties"]["protected_point"]
        more.append(
            {
                "type": "Feature",
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[x, y + north] for x, y in original["geometry"]["coordinates"]],
                },
                "properties": {
                    **original["properties"],
                    "line_id": line.drawn_id,
                    "name": line.text,
                    "protected_point": [lon, lat + north],
                },
            }
        )
    features = [*drawn["features"], *more]
    return dataclasses.replace(
        crisis, geography={**crisis.geography, "lines": {**drawn, "features": features}}
    )


def list_terms(lines: Sequence[Line], border: int) -> tuple[Terms, ...]:
    """Return every settlement of the space.

    Parameters
    ----------
    lines : sequence of Line
    border : int
        Index of the regime on the as-of date; no settlement is less open.

    Returns
    -------
    tuple of Terms
        In a fixed order, the aid level changing fastest but for the sequence.
    """
    regimes = range(border, min(border + 1, len(REGIMES) - 1) + 1)
    found = []
    for line, guarantee, regime, listed, aid in itertools.product(
        lines, range(len(GUARANTEES)), regimes, (False, True), AID_LEVELS
    ):
        for first in (False, True) if line.hands_over else (False,):
            found.append(Terms(line, guarantee, aid, regime, listed, first))
    return tuple(found)


def days_of(terms: Terms, parameters: Mapping[str, Parameter]) -> tuple[int, int, int]:
    """Return the days after the as-of date of its truce, the start of its haven, its handover."""
    names = (
        ("settlement_haven_first_day", "settlement_late_handover_day")
        if terms.haven_first
        else ("settlement_haven_day", "settlement_handover_day")
    )
    truce, haven, handover = (
        max(1, round(parameters[name].value)) for name in ("settlement_truce_day", *names)
    )
    return truce, haven, handover


def as_option(
    terms: Terms,
    crisis: Crisis,
    border: int,
    parameters: Mapping[str, Parameter] | None = None,
) -> OptionSpec:
    """Return a settlement as an option of the engine.

    Parameters
    ----------
    terms : Terms
    crisis : Crisis
        With the moved lines drawn.
    border : int
        Index of the regime on the as-of date.
    parameters : mapping of str to Parameter, optional
        Those known at the crisis's as-of date by default.

    Returns
    -------
    OptionSpec
    """
    known = parameters or known_parameters(crisis.meta.as_of, crisis.parameters)
    line = terms.line
    gives = line.hands_over or line.restores_since is not None
    truce, haven, handover = days_of(terms, known)
    levers: list[Lever] = [
        TruceLever(
            lever="truce",
            start=truce,
            compliance_mechanism=terms.guarantee > 0,
            substance=gives,
            excludes_listed_groups=not terms.listed,
            buffer_zone=terms.guarantee == 1,
        )
    ]
    if gives:
        levers.append(
            LineLever(
                lever="line",
                line_id=line.drawn_id,
                announced=truce,
                handover=handover,
                hands_over=line.hands_over,
                restores_since=line.restores_since,
            )
        )
    levers.append(
        HavenLever.model_validate(
            {
                "lever": "haven",
                "line_id": line.drawn_id if gives else None,
                "start": haven,
                "guarantee": GUARANTEES[terms.guarantee],
                "shelter_units_per_month": known["settlement_shelters"].value * terms.aid,
                "homes_per_month": known["settlement_homes"].value * terms.aid,
                "aid": [{"from": haven, "level": terms.aid}],
            }
        )
    )
    if terms.guarantee == 1:
        persons = round(known["settlement_observers"].value)
        levers.append(MonitorsLever(lever="monitors", start=haven, kind="unarmed", persons=persons))
    elif terms.guarantee == 2:
        persons = round(known["settlement_force"].value)
        levers.append(
            MonitorsLever(lever="monitors", start=haven, kind="interposition", persons=persons)
        )
    if terms.listed:
        levers.append(ContainmentLever(lever="containment", start=haven))
        levers.append(ExemptionLever(lever="exemption", start=haven))
    if terms.border > border:
        for neighbour in crisis.meta.neighbours:
            levers.append(
                BorderLever(
                    lever="border",
                    neighbour=neighbour.id,
                    start=truce,
                    regime=REGIMES[terms.border],  # type: ignore[arg-type]
                )
            )
    return OptionSpec(
        id=terms.id,
        name=terms.text[:1].upper() + terms.text[1:],
        summary=terms.text,
        baseline=False,
        levers=levers,
    )


def match_terms(option: OptionSpec, lines: Sequence[Line], border: int) -> Terms | None:
    """Return the settlement nearest to a declared option; None for one without a truce."""
    if not any(isinstance(lever, TruceLever) for lever in option.levers):
        return None
    line, guarantee, aid, regime, listed, first = lines[0], 0, 1.0, border, False, False
    handover = haven = None
    for lever in option.levers:
        if isinstance(lever, LineLever):
            line = next(x for x in lines if x.line_id == lever.line_id and x.offset_km == 0.0)
            handover = lever.handover
        elif isinstance(lever, HavenLever):
            guarantee = max(guarantee, GUARANTEES.index(lever.guarantee))
            aid = max([aid, *(s.level for s in lever.aid)])
            haven = lever.start
        elif isinstance(lever, MonitorsLever):
            guarantee = max(guarantee, 1 if lever.kind == "unarmed" else 2)
        elif isinstance(lever, ContainmentLever):
            listed = True
        elif isinstance(lever, BorderLever):
            regime = max(regime, REGIMES.index(lever.regime))
    if isinstance(handover, int) and isinstance(haven, int):
        first = line.hands_over and haven < handover
    nearest = min(AID_LEVELS, key=lambda level: abs(level - aid))
    return Terms(line, guarantee, nearest, min(regime, border + 1), listed, first)


def features(terms: Sequence[Terms], aid: Floats | None = None) -> Floats:
    """Return the terms as coordinates of about unit range, for the emulator.

    Parameters
    ----------
    terms : sequence of Terms
    aid : (terms,) float64, optional
        Other levels of aid than the terms have.

    Returns
    -------
    (terms, features) float64
        The offset; an indicator of each other line; guarantee in two steps; aid; border, which
        changes most, twice as far; listed groups; sequence.
    """
    others = sorted({t.line.line_id for t in terms if not t.line.hands_over})
    handing = sorted({t.line.line_id for t in terms if t.line.hands_over})[1:]
    rows = []
    for at, t in enumerate(terms):
        level = t.aid if aid is None else float(aid[at])
        rows.append(
            [
                t.line.offset_km / 10.0,
                *(float(t.line.line_id == name) for name in (*others, *handing)),
                float(t.guarantee >= 1),
                float(t.guarantee >= 2),
                (level - 1.0) / 2.0,
                2.0 * float(t.border),
                float(t.listed),
                float(t.haven_first),
            ]
        )
    return np.asarray(rows, dtype=np.float64)
