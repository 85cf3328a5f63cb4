"""What was assumed and where the facts come from, as rows for tables."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.meta import Theatre
from havenline.crisis.parameters import Parameter
from havenline.facts.known import known_by
from havenline.facts.theatres import newest_count

_WEB = re.compile(r"^https?://[^\s<>\"']+$")
_GIVEN = re.compile(r"\(date given: ([^()]*(?:\([^()]*\))?[^()]*)\)")
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?(?:/(\d{2}))?")
_DATED = (
    *("sites", "crossings", "violence", "happenings", "compliance", "control_counts"),
    *("relations", "offensives", "refuge", "moves"),
)
_UNDATED = ("areas", "places", "routes", "parties")

PARTS = {
    "flight": "Flight",
    "destination": "Where people go",
    "journey": "The journey",
    "return": "Return",
    "front": "Fronts",
    "truce": "Truces",
    "theatres": "Linked theatres",
    "violence": "Violence",
    "mortality": "Deaths from other causes",
    "line": "Lines",
    "haven": "Havens",
    "containment": "Listed groups",
    "other side": "The other side",
    "refuge": "Whose ground shelters whom",
    "border": "Borders",
    "onward": "Onward movement",
    "hosts": "Host areas",
    "shelter": "Shelter",
    "aid": "Aid",
    "cost": "Cost",
    "reporting": "Counts",
}


def anchor_of(part: str) -> str:
    """Return the anchor of a part of the parameter table."""
    return "part-" + part.replace(" ", "-")


def part_name(part: str) -> str:
    """Return the heading of a part of the parameter table."""
    return PARTS.get(part, words.title(part))


@dataclass(frozen=True)
class Assumption:
    """One parameter as used: everything as text; `kind` is sourced, prior or set."""

    name: str
    value: str
    spread: str
    bounds: bool
    unit: str
    meaning: str
    source: str
    known_from: str
    kind: str


@dataclass(frozen=True)
class Part:
    """The parameters of one part of the model, with its anchor in the report."""

    anchor: str
    name: str
    rows: list[Assumption]
    priors: int


@dataclass(frozen=True)
class Reference:
    """One source: `url` is empty where it has no page, `late` where it is dated later.

    `used` names the tables of facts, or the parameters, that cite it.
    """

    publisher: str
    title: str
    published: str
    url: str
    late: bool
    used: str


def plain_number(value: float) -> str:
    """Return a parameter's value as it is declared, without rounding and without exponents."""
    if not math.isfinite(value):
        return ""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if abs(value) >= 1000 else text.replace("-", words.MINUS)


def source_text(source: str, named: Mapping[str, str]) -> str:
    """Return a parameter's source in words: ids of the crisis's sources are spelled out."""
    ids = [part.strip() for part in source.split(";")]
    if not all(part in named for part in ids):
        return source
    return "; ".join(dict.fromkeys(named[part] for part in ids))


def source_names(crisis: Crisis) -> dict[str, str]:
    """Return publisher and day of each source by id, or its title where it is no publication."""
    out = {}
    for row in crisis.sources.itertuples(index=False):
        published = pd.Timestamp(row.published)  # type: ignore[arg-type]
        day = "" if pd.isna(published) else f", {published.date().isoformat()}"
        text = f"{row.publisher}{day}" if row.kind == "read" else str(row.title)
        out[str(row.source_id)] = text
    return out


def parts_of(parameters: Mapping[str, Parameter], named: Mapping[str, str]) -> list[Part]:
    """Return the parameters grouped by part, in the order of the house.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        The parameters as used, by name.
    named : mapping of str to str
        Sources of the crisis in words, by id.
    """
    groups: dict[str, list[Assumption]] = {}
    for name in sorted(parameters):
        p = parameters[name]
        fixed = p.distribution == "fixed" or not (math.isfinite(p.low) and math.isfinite(p.high))
        low, high = plain_number(p.low), plain_number(p.high)
        groups.setdefault(p.part, []).append(
            Assumption(
                name=p.name,
                value=plain_number(p.value),
                spread="fixed" if fixed else f"{low} to {high}",
                bounds=not fixed and p.distribution in ("uniform", "loguniform", "triangular"),
                unit=p.unit,
                meaning=p.meaning,
                source=source_text(p.source, named),
                known_from=p.known_text,
                kind=p.kind,
            )
        )
    order = [p for p in PARTS if p in groups] + sorted(set(groups) - set(PARTS))
    return [
        Part(
            anchor=anchor_of(p),
            name=part_name(p),
            rows=groups[p],
            priors=sum(r.kind == "prior" for r in groups[p]),
        )
        for p in order
    ]


def _cited(table: pd.DataFrame) -> set[str]:
    if "source_id" not in table.columns:
        return set()
    return {s.strip() for text in table["source_id"] for s in str(text).split(";") if s.strip()}


def _may_be_later(published: pd.Timestamp, title: str, as_of: pd.Timestamp) -> bool:
    """Return whether a source was, or may have been, published after the as-of date.

    A source without a day of publication counts as late if the last day of the month or year
    given for it is.
    """
    if not pd.isna(published):
        return bool(published > as_of)
    for given in _GIVEN.findall(title):
        for year, month, other in _MONTH.findall(given):
            last = max(int(month or 12), int(other or 1))
            if not 1 <= last <= 12:
                last = 12
            if pd.Timestamp(int(year), last, 1) + pd.offsets.MonthEnd(0) > as_of:
                return True
    return False


def _theatre_sources(theatres: Sequence[Theatre], as_of: date) -> Iterator[str]:
    """Walk what linked theatres cite: of counts, the one from which a run as of a day starts."""
    for theatre in theatres:
        yield theatre.source_id
        for area in theatre.areas:
            yield area.source_id
            count = newest_count(area, as_of)
            if count is not None:
                yield count.source_id


def references(
    crisis: Crisis, as_of: pd.Timestamp, parameters: Mapping[str, Parameter]
) -> list[Reference]:
    """Return the sources that this report stands on.

    Of dated tables only rows known by the as-of date count. A source dated later, cited for a
    position or for a later point of the observed series, is named by its publisher and day alone,
    so that no headline of it can say what happened after the as-of date.

    Parameters
    ----------
    crisis : Crisis
    as_of : pandas.Timestamp
        The as-of date.
    parameters : mapping of str to Parameter
        The parameters as used, by name.
    """
    used: dict[str, set[str]] = {}

    def cite(name: str, table: pd.DataFrame) -> None:
        for source in _cited(table):
            used.setdefault(source, set()).add(name)

    people = crisis.populations
    stand_in = people["stand_in"] != ""
    cite("populations", people[(people["published"] <= as_of) | stand_in])
    for name in _DATED:
        cite(name, known_by(getattr(crisis, name), as_of))
    control = known_by(crisis.control, as_of)
    cite("control", control[control["date"] <= as_of])
    for name in _UNDATED:
        cite(name, getattr(crisis, name))
    shown = crisis.observations
    series = (shown["series_id"] == crisis.meta.displaced_series) & (shown["main"] == 1)
    cite("observations", shown[series])
    cite("observations", known_by(shown, as_of))
    for parameter in parameters.values():
        for source in parameter.source.split(";"):
            used.setdefault(source.strip(), set()).add("parameters")
    meta = crisis.meta
    texts = [
        *_theatre_sources(meta.theatres, as_of.date()),
        *(o.source_id for o in meta.earlier_offensives if o.known_from <= as_of.date()),
        *(t.source_id for t in meta.thresholds),
        *(g.source_id for g in meta.listed_groups),
        *(h.source_id for n in meta.neighbours for h in n.hosts),
    ]
    for source in (part.strip() for text in texts for part in text.split(";")):
        used.setdefault(source, set()).add("crisis")
    rows: dict[tuple[str, str, str, str, bool], Reference] = {}
    for row in crisis.sources.itertuples(index=False):
        if str(row.source_id) not in used:
            continue
        published = pd.Timestamp(row.published)  # type: ignore[arg-type]
        late = _may_be_later(published, str(row.title), as_of)
        page = str(row.page)
        ref = Reference(
            publisher=str(row.publisher),
            title="" if late else str(row.title),
            published="" if pd.isna(published) else published.date().isoformat(),
            url=page if _WEB.match(page) and not late else "",
            late=late,
            used=", ".join(sorted(used[str(row.source_id)])),
        )
        rows[(ref.publisher.casefold(), ref.published, ref.title, ref.url, ref.late)] = ref
    return [rows[key] for key in sorted(rows)]
