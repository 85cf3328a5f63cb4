"""Options and their levers as they are written in options.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from havenline.crisis.cells import MOST_ID, parse_date

SLUG = r"^[a-z0-9][a-z0-9_-]*$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
CODES = r"^[A-Za-z0-9][A-Za-z0-9_-]*( *; *[A-Za-z0-9][A-Za-z0-9_-]*)*$"
COUNTRY = r"^[A-Z]{3}$"
RELATIVE_PATH = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
PATTERNS = {
    SLUG: "lower-case letters, digits, '-' and '_'",
    CODE: "letters, digits, '-' and '_'",
    CODES: "ids separated by ';'",
    COUNTRY: "three capital letters",
    RELATIVE_PATH: "a path within the folder, such as derived/populations.csv",
}
MOST_DAYS = 730
"""Days after the as-of date that a run may have: what is known today says nothing of later ones."""
MOST_AID = 100.0
"""Multiple of today's aid: more than any appeal has asked for."""
MOST_OPTIONS = 100
"""Options of a crisis, and levers of an option: more than anybody compares."""
Slug = Annotated[str, Field(pattern=SLUG, max_length=MOST_ID)]
REGIMES = ("closed", "managed", "open")
"""Regimes of a border, the least open first."""


def border_regime(rows: Iterable[tuple[str, str, date, date]], as_of: date) -> int:
    """Return the regime of the border on a day: of the crossings the most open one.

    Parameters
    ----------
    rows : iterable of (str, str, date, date)
        Crossing, regime, day since which it is so, day from which that was known.
    as_of : date
        Rows of later days, or known later, do not count.

    Returns
    -------
    int
        Index into `REGIMES`; closed where no crossing is known, managed where its regime is
        unknown: what nobody has published is not closed.
    """
    newest: dict[str, tuple[date, int]] = {}
    for crossing, regime, since, published in rows:
        if max(since, published) <= as_of and since >= newest.get(crossing, (date.min, 0))[0]:
            known = "managed" if regime == "unknown" else regime
            newest[crossing] = (since, REGIMES.index(known))
    return max((regime for _, regime in newest.values()), default=0)


def _date(value: Any) -> date:
    if isinstance(value, str):
        day, fault = parse_date(value)
        if day is not None:
            return day
        name, message, expected, hint = fault or ("bad_date", "not a date", "", "")
        raise PydanticCustomError(name, message, {"expected": expected, "hint": hint})
    if isinstance(value, date):
        return value
    raise PydanticCustomError("bad_date", "not a date", {"expected": "YYYY-MM-DD", "hint": ""})


def _day_or_date(value: Any) -> date | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise PydanticCustomError(
                "negative_number",
                "days after the as-of date cannot be negative",
                {"expected": "YYYY-MM-DD or whole days after the as-of date", "hint": ""},
            )
        if value > MOST_DAYS:
            raise PydanticCustomError(
                "out_of_bounds",
                "out of bounds",
                {"expected": f"at most {MOST_DAYS} days after the as-of date", "hint": ""},
            )
        return value
    try:
        return _date(value)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        context["expected"] = "YYYY-MM-DD or whole days after the as-of date"
        raise PydanticCustomError("bad_date", "not a date", context) from None


Day = Annotated[
    date,
    PlainValidator(_date),
    WithJsonSchema({"type": "string", "format": "date"}),
]
DayOrDate = Annotated[
    date | int,
    PlainValidator(_day_or_date),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "integer", "minimum": 0, "maximum": MOST_DAYS},
            ]
        }
    ),
]


def day_of(value: date | int, as_of: date) -> date:
    """Return the calendar day of a lever's date.

    Parameters
    ----------
    value : date or int
        A date, or whole days after the as-of date.
    as_of : date
        The as-of date of the run.

    Returns
    -------
    date
    """
    return value if isinstance(value, date) else as_of + timedelta(days=value)


def _filled(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("missing_value", "this must not be empty", {})
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_filled)]


class Strict(BaseModel):
    """Base of everything read from YAML: unknown keys are errors, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class EffectiveLever(Strict):
    """Base of the levers: each says what it does."""

    EFFECT: ClassVar[str]

    @property
    def effect(self) -> str:
        """What this lever does as it is set, in a sentence or two."""
        return self.EFFECT


class TruceLever(EffectiveLever):
    """A truce from a day on."""

    EFFECT: ClassVar[str] = (
        "From its start the offensives that it halts do not advance and, once none runs, violence "
        "falls, for as long as the truce stands; "
        "how long that is stays uncertain, and ground may still be lost place by place meanwhile."
    )
    lever: Literal["truce"]
    start: DayOrDate = Field(description="first day of the truce")
    offensives: list[Slug] = Field(
        default=[], description="offensives of offensives.csv that it halts; empty: all of them"
    )
    compliance_mechanism: bool = Field(
        False, description="whether breaches are looked into by a body that both sides accept"
    )
    substance: bool = Field(
        False, description="whether it settles something of what the fight is about"
    )
    excludes_listed_groups: bool = Field(
        False, description="whether listed groups are left out, so that attacks on them go on"
    )
    buffer_zone: bool = Field(
        False, description="whether a zone between the sides is declared that nobody enforces"
    )


class LineLever(EffectiveLever):
    """A partition line, with the places beyond it handed over."""

    EFFECT: ClassVar[str] = (
        "What the defender holds beyond the line is handed over on the handover day, unless the "
        "lever says otherwise; most of its people leave beforehand, some stay on the other side."
    )
    lever: Literal["line"]
    line_id: Slug = Field(description="a line of geography/lines.geojson")
    announced: DayOrDate = Field(description="day on which people learn of the line")
    handover: DayOrDate = Field(description="day on which places beyond it change hands")
    hands_over: bool = Field(
        True, description="whether the defender hands over what it holds beyond the line"
    )
    return_watched: bool = Field(
        False,
        description="whether return beyond it is watched by a body that both sides accept",
    )
    restores_since: Day | None = Field(
        None,
        description="the attacker gives back what it took on the protected side since this day; "
        "left out: nothing",
    )

    @property
    def effect(self) -> str:
        """What this line does, one sentence for each side of it."""
        beyond = (
            "Places beyond the line that the defender holds are handed over on the handover day; "
            "most of their people leave beforehand, some stay on the other side."
            if self.hands_over
            else "Nothing beyond the line is handed over."
        )
        if self.restores_since is None:
            return beyond
        return (
            f"{beyond} The attacker gives back what it took on the near side since "
            f"{self.restores_since}."
        )


class AidStep(Strict):
    """A level of aid from a day on."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_by_name=False
    )
    from_: DayOrDate = Field(alias="from", description="first day of the level")
    level: float = Field(
        ge=0, le=MOST_AID, description="multiple of the delivery on the as-of date"
    )


class HavenLever(EffectiveLever):
    """A protected area, with shelter and homes built in it."""

    EFFECT: ClassVar[str] = (
        "Within the haven attacks are less likely, as far as the guarantee carries, and shelter "
        "and homes are built each month; everyone stays free to leave and to seek asylum."
    )
    lever: Literal["haven"]
    line_id: Slug | None = Field(
        None, description="the line that bounds it; left out: all that the defender holds"
    )
    start: DayOrDate = Field(description="first day of the haven")
    guarantee: Literal["credible_force", "consent", "declared"] = Field(
        description="what stands behind it"
    )
    shelter_units_per_month: float = Field(
        0.0, ge=0, le=1e6, description="family shelters built in a month"
    )
    homes_per_month: float = Field(
        0.0, ge=0, le=1e6, description="homes repaired or built in a month"
    )
    area_m2: float | None = Field(
        None, ge=0, le=1e12, description="usable area for sites; left out: not known"
    )
    water_l_day: float | None = Field(
        None, ge=0, le=1e12, description="water supplied, litres a day; left out: not known"
    )
    latrines: int | None = Field(None, ge=0, le=10**9, description="left out: not known")
    aid: list[AidStep] = Field(
        default_factory=list, max_length=MOST_OPTIONS, description="levels of aid, by first day"
    )
    freedom_to_leave: bool = Field(True, description="people may leave the haven at any time")
    right_to_asylum: bool = Field(True, description="people keep the right to seek asylum")


class BorderLever(EffectiveLever):
    """Another regime at the border with a neighbour."""

    EFFECT: ClassVar[str] = (
        "From its start the border with the neighbour lets people who wish to cross do so at "
        "the daily share of its regime."
    )
    lever: Literal["border"]
    neighbour: Slug = Field(description="a neighbour of crisis.yaml")
    start: DayOrDate = Field(description="first day of the regime")
    regime: Literal["closed", "managed", "open"] = Field(description="how the border is run")


class CorridorLever(EffectiveLever):
    """A way out of places that may not be left."""

    EFFECT: ClassVar[str] = (
        "From its start people leave places under siege as they wish, where to they wish, and back "
        "in, for as long as it is kept; who leaves by it counts as displaced by the option."
    )
    lever: Literal["corridor"]
    start: DayOrDate = Field(description="first day")
    agreed: bool = Field(True, description="whether both sides agreed to it")
    where: list[Annotated[str, Field(pattern=CODE)]] = Field(
        default_factory=list,
        max_length=MOST_OPTIONS,
        description="the places or areas, of any level, that it opens; empty: all under siege",
    )
    both_directions: bool = Field(True, description="people may come back by it")
    own_choice: bool = Field(True, description="people go where they choose")
    right_to_asylum: bool = Field(True, description="people keep the right to seek asylum")


class InterventionLever(EffectiveLever):
    """An army that puts itself in the way of offensives; it names no road and no place."""

    EFFECT: ClassVar[str] = (
        "From its start an army fights the advance: in most futures the offensive stops within "
        "days or weeks, with more violence until then; if it withdraws, that is over."
    )
    lever: Literal["intervention"]
    party: Slug = Field(description="whose army, a party of parties.csv")
    start: DayOrDate = Field(description="first day")
    until: DayOrDate | None = Field(None, description="day it withdraws; left out: it stays")
    offensives: list[Slug] = Field(
        default_factory=list,
        max_length=MOST_OPTIONS,
        description="the offensives it stands against; empty: all",
    )


class AidLever(EffectiveLever):
    """More or less aid from a day on."""

    EFFECT: ClassVar[str] = (
        "From its start aid is delivered at a multiple of the delivery on the as-of date, which "
        "changes how fast shelter is built and what the response costs."
    )
    lever: Literal["aid"]
    start: DayOrDate = Field(description="first day")
    level: float = Field(
        ge=0, le=MOST_AID, description="multiple of the delivery on the as-of date"
    )
    until: DayOrDate | None = Field(None, description="last day; left out: to the end")


class MonitorsLever(EffectiveLever):
    """Monitors or an interposed force from a day on."""

    EFFECT: ClassVar[str] = (
        "From its start monitors make a truce last longer, an interposed force more so than "
        "unarmed monitors."
    )
    lever: Literal["monitors"]
    start: DayOrDate = Field(description="first day")
    kind: Literal["unarmed", "interposition"] = Field(description="what they are")
    persons: int = Field(ge=0, le=1_000_000, description="how many")


class OnwardLever(EffectiveLever):
    """A neighbour lets people go on to the next country freely."""

    EFFECT: ClassVar[str] = (
        "From its start people in the neighbouring country are let go on: a pulse of attempts "
        "that halves each week, then a higher rate; most who go are not from this crisis."
    )
    lever: Literal["onward"]
    neighbour: Slug = Field(description="a neighbour of crisis.yaml")
    start: DayOrDate = Field(description="first day")


class ContainmentLever(EffectiveLever):
    """The guarantor contains listed groups inside the haven."""

    EFFECT: ClassVar[str] = (
        "From its start a truce is not broken for the sake of listed groups and donors suspend "
        "deliveries less often; should containment fail, both turn for the worse."
    )
    lever: Literal["containment"]
    start: DayOrDate = Field(description="first day")


class ExemptionLever(EffectiveLever):
    """Aid is exempt from measures against listed groups."""

    EFFECT: ClassVar[str] = (
        "From its start donors suspend deliveries less often, since aid is exempt despite the "
        "listing of groups."
    )
    lever: Literal["exemption"]
    start: DayOrDate = Field(description="first day")


class ReturnLever(EffectiveLever):
    """A programme of return; anything but voluntary return is refused."""

    EFFECT: ClassVar[str] = (
        "None: return is always voluntary, under a standing truce and to homes that were not "
        "taken; an option cannot make it less so."
    )
    lever: Literal["return"]
    start: DayOrDate = Field(description="first day")
    voluntary: bool = Field(description="must be true")


Lever = Annotated[
    TruceLever
    | LineLever
    | HavenLever
    | BorderLever
    | CorridorLever
    | InterventionLever
    | AidLever
    | MonitorsLever
    | OnwardLever
    | ContainmentLever
    | ExemptionLever
    | ReturnLever,
    Field(discriminator="lever"),
]

LEVERS: dict[str, type[Strict]] = {
    "truce": TruceLever,
    "line": LineLever,
    "haven": HavenLever,
    "border": BorderLever,
    "corridor": CorridorLever,
    "intervention": InterventionLever,
    "aid": AidLever,
    "monitors": MonitorsLever,
    "onward": OnwardLever,
    "containment": ContainmentLever,
    "exemption": ExemptionLever,
    "return": ReturnLever,
}


class OptionSpec(Strict):
    """An option: a named set of levers."""

    id: Slug = Field(description="slug of ours")
    name: Text = Field(description="name that pages show")
    summary: Text = Field(description="one or two sentences in plain words")
    baseline: bool = Field(False, description="true for the one option others are compared with")
    levers: list[Lever] = Field(
        default_factory=list, max_length=MOST_OPTIONS, description="dated changes"
    )


class OptionsFile(Strict):
    """The whole of options.yaml."""

    options: list[OptionSpec] = Field(
        min_length=1, max_length=MOST_OPTIONS, description="the options, baseline first"
    )
