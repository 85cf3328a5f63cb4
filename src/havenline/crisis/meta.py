"""What crisis.yaml says: period, groups, totals, where the tables are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from havenline.crisis.cells import MOST_ID
from havenline.crisis.columns import ALL_GROUPS
from havenline.crisis.levers import (
    CODE,
    CODES,
    COUNTRY,
    MOST_DAYS,
    RELATIVE_PATH,
    Day,
    Slug,
    Strict,
    Text,
)

MOST_LISTED = 100
"""Groups, neighbours, totals, limits: more than anybody declares by hand."""
MOST_AMOUNT = 1e15
"""A limit of an outcome: more than the dollars that all wars cost."""
MOST_COUNTED = 10**10
"""A published total of persons: more than live on earth."""
Code = Annotated[str, Field(pattern=CODE, max_length=MOST_ID)]
Codes = Annotated[str, Field(pattern=CODES)]
Country = Annotated[str, Field(pattern=COUNTRY)]
RelativePath = Annotated[str, Field(pattern=RELATIVE_PATH)]
TableName = Literal[
    "areas",
    "places",
    "populations",
    "routes",
    "sites",
    "crossings",
    "control",
    "control_counts",
    "violence",
    "happenings",
    "compliance",
    "observations",
    "parties",
    "relations",
    "offensives",
    "refuge",
    "moves",
    "parameters",
    "sources",
]


class Period(Strict):
    """First and last day that the tables speak of."""

    start: Day = Field(
        description="first day: the replay begins on it; control rows up to it give its state"
    )
    end: Day = Field(description="last day of dated facts, and the last as-of date")


class Group(Strict):
    """A population group with its share of everyone."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="name that pages show")
    share: float = Field(
        ge=0,
        le=1,
        description="share by which populations of the group 'all' are split; shares sum to 1",
    )
    source_id: Codes = Field(description="where the share comes from")

    @field_validator("id")
    @classmethod
    def _not_all(cls, value: str) -> str:
        if value == ALL_GROUPS:
            raise PydanticCustomError("bad_id", "this word stands for every group", {})
        return value


class BoundingBox(Strict):
    """The box that every place of the crisis lies in, in degrees."""

    south: float = Field(ge=-90, le=90, description="lowest latitude")
    west: float = Field(ge=-180, le=180, description="lowest longitude")
    north: float = Field(ge=-90, le=90, description="highest latitude")
    east: float = Field(ge=-180, le=180, description="highest longitude")


class Host(Strict):
    """A part of a neighbouring country that hosts refugees."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="name that pages show")
    population: int = Field(ge=1, le=10**10, description="residents without refugees")
    refugees: int = Field(ge=0, le=10**9, description="refugees registered there")
    source_id: Codes = Field(description="where the figures come from")


class Neighbour(Strict):
    """A country across a border."""

    id: Slug = Field(description="slug of ours, such as tr")
    name: Text = Field(description="name that pages show")
    country: Country = Field(description="ISO 3166 code of three letters")
    hosts: list[Host] = Field(
        default_factory=list,
        max_length=100,
        description="parts of it that host refugees: those who enter are shared out over them",
    )


class Total(Strict):
    """A published total that populations must add up to."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="what is counted")
    areas: list[Code] = Field(
        default_factory=list,
        description="areas whose places count, with the areas below them; left out: all",
    )
    held_by: list[Slug] = Field(
        default_factory=list,
        description="parties whose places count at the start of the period; left out: all",
    )
    status: Literal["resident", "idp"] | None = Field(
        None, description="count only people of this status; left out: everyone"
    )
    persons: int = Field(ge=0, le=MOST_COUNTED, description="the published figure, in persons")
    low: int = Field(ge=0, le=MOST_COUNTED, description="lowest sum that still agrees with it")
    high: int = Field(ge=0, le=MOST_COUNTED, description="highest sum that still agrees with it")
    source_id: Codes = Field(description="where the figure comes from")


class TheatreCount(Strict):
    """Who of an area of a linked theatre was away, and who had come home, on a day."""

    date: Day = Field(description="day that it describes")
    known_from: Day = Field(description="day from which it was known")
    displaced: int = Field(
        ge=0, le=10**9, description="people of the area who were displaced on that day"
    )
    returned: int = Field(
        default=0, ge=0, le=10**9, description="people who had fled and were home again by then"
    )
    source_id: Codes = Field(description="where the figures come from")


class TheatreArea(Strict):
    """An area of a linked theatre and its people; results tell of the theatres as a whole."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="name of the area, for those who read the file")
    people: int = Field(
        ge=0, le=10**9, description="people whose home it is, wherever they are today"
    )
    front_km: float | None = Field(
        None,
        ge=0,
        le=1000,
        description="road distance of most of them from the front there; left out: the parameter "
        "theatre_front_km",
    )
    other_side_since: Day | None = Field(
        None,
        description="day from which the other side holds their homes: people come home as far as "
        "return_other_side has it; left out: their own side does",
    )
    counts: list[TheatreCount] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="who was away on which day: the newest that was known is where a run starts; "
        "left out: everybody is at home",
    )
    source_id: Codes = Field(description="where the people come from")


class Theatre(Strict):
    """Another theatre of the same war, with fighting of its own, to which this one is linked."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="name that pages show")
    truce_since: Day | None = Field(
        None, description="first day of the truce that stands there; this or offensive_since"
    )
    offensive_since: Day | None = Field(
        None,
        description="first day of an offensive there, which runs on until the truce where that "
        "began later; left out: none",
    )
    compliance_mechanism: bool = Field(
        default=False,
        description="whether breaches are looked into by a body that both sides accept",
    )
    substance: bool = Field(
        default=False, description="whether it settles something of what the fight is about"
    )
    excludes_listed_groups: bool = Field(
        default=False, description="whether listed groups are left out of it"
    )
    people_at_stake: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="people who live where fighting would resume, as one area; this or areas",
    )
    areas: list[TheatreArea] = Field(
        default_factory=list,
        max_length=12,
        description="a few areas with people of their own; in no result by themselves",
    )
    source_id: Codes = Field(description="where the figures come from")


class EarlierOffensive(Strict):
    """An offensive of before the period, and how many people it displaced."""

    start: Day = Field(description="its first day")
    end: Day = Field(description="its last day, before the period")
    displaced: int = Field(ge=1, le=10**9, description="people it displaced, each counted once")
    known_from: Day = Field(description="day from which the figure was known")
    source_id: Codes = Field(description="where the figure comes from")


class Afterwards(Strict):
    """What came after a day from which the past is forecast again, and was not foreseen."""

    as_of: Day = Field(description="one of the dates")
    what: Text = Field(description="why a forecast from that day errs, as is known afterwards")
    source_id: Codes = Field(description="where what happened comes from")


class HindcastDays(Strict):
    """Past days from which a hindcast forecasts, and where its scores end."""

    dates: list[Day] = Field(min_length=1, max_length=50, description="as-of dates")
    until: Day = Field(description="last day that a scored count may describe")
    afterwards: list[Afterwards] = Field(
        default_factory=list, max_length=50, description="what came after a date; in no run"
    )


class Threshold(Strict):
    """What an outcome must not exceed, as a published plan or the judgement of the field says."""

    indicator: Text = Field(
        description="id of an indicator of the answer, such as peak_unsheltered"
    )
    at_most: float = Field(
        ge=0, le=MOST_AMOUNT, description="highest value that can be carried, in its unit"
    )
    since_start: bool = Field(
        False,
        description="whether it limits the count since the start of the period, what came before "
        "the as-of date with it; for newly_displaced",
    )
    why: Text = Field(description="what the figure stands for, in one sentence")
    source_id: Codes = Field(description="where the figure comes from")


class ListedGroup(Strict):
    """How much of an area a listed group runs: a constraint on aid and on protection.

    It enters no run and is attached to nobody who flees.
    """

    party: Slug = Field(description="a party of parties.csv")
    within: list[Slug] = Field(min_length=1, description="parties whose places are meant")
    share: float = Field(ge=0, le=1, description="share of these places that it runs")
    low: float = Field(ge=0, le=1, description="lowest share that agrees with the sources")
    high: float = Field(ge=0, le=1, description="highest share that agrees with them")
    known_from: Day = Field(description="day from which it was known")
    source_id: Codes = Field(description="where the share comes from")


class CrisisMeta(Strict):
    """The whole of crisis.yaml."""

    format: Literal[1, 2] = Field(
        description="version of the folder format: 2; 1 is read as 2, and `havenline upgrade` "
        "writes it"
    )
    kind: Literal["crisis"] = Field(
        "crisis", description="a displacement case says case here, and has other keys"
    )
    id: Slug = Field(description="slug of the crisis; results and kept scores are named after it")
    name: Text = Field(description="name that pages show")
    question: Text = Field(description="the question that the options answer; pages open with it")
    country: Country = Field(description="ISO 3166 code of three letters; told to the reader")
    period: Period = Field(description="days that the tables speak of")
    as_of: Day = Field(
        description="default as-of date: facts known by it are replayed, later days simulated"
    )
    horizon_days: int = Field(
        ge=1, le=MOST_DAYS, description="default days to simulate after the as-of date"
    )
    groups: list[Group] = Field(
        min_length=1,
        max_length=MOST_LISTED,
        description="population groups: results are told by group; all flee alike",
    )
    bounding_box: BoundingBox = Field(
        description="box that every place lies in; a check, used in no run"
    )
    displaced_series: str | None = Field(
        None,
        description="series of observations.csv with main counts of the measure "
        "displaced_cumulative; the replay is scaled to it",
    )
    concern: list[Code] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="areas from which people flee though nothing is fought there; left out: the "
        "places held by a defender of an offensive",
    )
    neighbours: list[Neighbour] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="countries across a border; people enter each over its own crossings",
    )
    tables: dict[TableName, RelativePath] = Field(
        default_factory=dict, description="tables that lie elsewhere in the folder"
    )
    totals: list[Total] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="totals that populations must add up to; a check, used in no run",
    )
    theatres: list[Theatre] = Field(
        default_factory=list,
        max_length=16,
        description="linked theatres: people flee and come home there as here, in small, and "
        "fighting in one makes fighting in the other likelier",
    )
    earlier_offensives: list[EarlierOffensive] = Field(
        default_factory=list,
        max_length=20,
        description="offensives of before the period: how many people one displaced is the prior "
        "of the level of flight",
    )
    hindcast: HindcastDays | None = Field(
        None,
        description="from which days `havenline hindcast` forecasts the past again; used in no run",
    )
    thresholds: list[Threshold] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="what outcomes must not exceed: an option that may is told so; used in no run",
    )
    listed_groups: list[ListedGroup] = Field(
        default_factory=list,
        max_length=16,
        description="how much of the area listed groups run; told, and used in no run",
    )
