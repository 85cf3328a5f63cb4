"""Settings of Flee's rules, named as the field knows them, with where each stands in its file."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

SpawnMode = Literal["constant", "pop_ratio", "poisson"]
_WORDS = {"yes": True, "on": True, "no": False, "off": False}
_LARGEST = 1e12


def _flag(value: Any) -> bool:
    """Read true and false, also as the older words and as 1 and 0.

    In quotes they are text, which Flee takes as true whatever it says, so that is refused.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    raise PydanticCustomError("wrong_type", "not true or false", {"expected": "True or False"})


def _number(value: Any) -> float:
    """Read a finite number, also one in quotes."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("wrong_type", "not a number", {"expected": "a number"})
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PydanticCustomError("not_finite", "not a finite number", {"expected": "a number"})
    if abs(number) > _LARGEST:
        raise PydanticCustomError(
            "out_of_bounds", "out of bounds", {"expected": f"at most {_LARGEST:g}"}
        )
    return number


def _whole(value: Any) -> int:
    """Read a whole number, also one written with a decimal point."""
    number = _number(value)
    if number != int(number):
        raise PydanticCustomError(
            "wrong_type", "not a whole number", {"expected": "a whole number"}
        )
    return int(number)


def _several(value: Any) -> Any:
    """Refuse a text or a mapping where a list belongs."""
    if isinstance(value, list | tuple):
        return value
    raise PydanticCustomError("wrong_type", "not a list", {"expected": "a list, such as [1, 0.5]"})


def _list_or_none(value: Any) -> Any:
    """Read a list; the word None is none."""
    if value is None or (isinstance(value, str) and value.strip().lower() in ("none", "")):
        return None
    return _several(value)


Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
Weight = Annotated[float, BeforeValidator(_number), Field(ge=0)]
Chance = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1)]
Power = Annotated[float, BeforeValidator(_number), Field(ge=-100, le=100)]
Speed = Annotated[float, BeforeValidator(_number), Field(gt=0)]
Weights = Annotated[tuple[Weight, ...], BeforeValidator(_several)]
Chances = Annotated[tuple[Chance, ...], BeforeValidator(_several)]
Months = Annotated[
    tuple[Annotated[int, BeforeValidator(_whole), Field(ge=1, le=12)], ...],
    BeforeValidator(_several),
]
Decay = Annotated[
    Annotated[tuple[Weight, ...], Field(min_length=1)] | None, BeforeValidator(_list_or_none)
]


class FleeSettings(BaseModel):
    """Every setting that Flee's rules read, flat, with the values that Flee ships.

    The names are those of a settings file without its sections; the two parts for spawning keep
    apart by ``conflict_`` and ``flood_``. Defaults are those of the settings file that Flee 3
    ships; a file that leaves keys out takes `CODE_DEFAULTS` for them, as Flee does.

    Attributes
    ----------
    unread_by_flee : tuple of str
        Settings that were given under a name that Flee itself does not read; see `as_flee`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_conflict_intensity: Weight = Field(
        default=1.0, description="intensity of a conflict that the table of places starts"
    )
    # who leaves
    take_from_population: Flag = Field(
        default=False, description="people who leave are residents no more"
    )
    insert_day0: Flag = Field(
        default=True, description="people counted on day 0 start in their camps"
    )
    empty_camps_on_day0: Flag = Field(
        default=False, description="counts of day 0 are taken off all later counts"
    )
    conflict_zone_spawning_only: Flag = Field(
        default=True, description="people leave conflict zones only"
    )
    flood_zone_spawning_only: Flag = Field(
        default=False, description="people leave flooded places only"
    )
    camps_are_sinks: Flag = Field(default=False, description="people settle in camps for good")
    read_from_agents_csv_file: Flag = Field(
        default=False, description="people of agents.csv are there from the start"
    )
    sum_from_camps: Flag = Field(
        default=True, description="arrivals a day are the sum over camps, not the published total"
    )
    starvation_driven_spawning: Flag = Field(default=False, description="people also leave hunger")
    average_social_connectivity: Weight = Field(
        default=3.0, description="mean number of ties of a person"
    )
    conflict_spawn_mode: SpawnMode | None = Field(
        default=None, description="how many leave by conflict; none: by the counts"
    )
    displaced_per_conflict_day: Weight = Field(
        default=500.0,
        description="people a day, or with pop_ratio their share (then 0.01 by default)",
    )
    flood_spawn_mode: SpawnMode | None = Field(default=None, description="how many leave by flood")
    displaced_per_flood_day: Weights = Field(
        default=(0.0, 0.1, 0.2, 0.5, 0.9),
        description="by level: share with pop_ratio, else people a day (0, 100, 200, 300, 500)",
    )
    conflict_spawn_decay: Decay = Field(
        default=None, description="weight of a conflict by its age in intervals"
    )
    conflict_spawn_decay_interval: Speed = Field(default=30.0, description="days of an interval")
    # how they move
    max_move_speed: Speed = Field(default=360.0, description="km a day")
    max_walk_speed: Speed = Field(default=35.0, description="km a day on foot")
    foreign_weight: Weight = Field(default=1.0, description="weight of places abroad")
    camp_weight: Weight = Field(default=1.0, description="weight of camps")
    conflict_weight: Weight = Field(default=0.25, description="weight of places in conflict")
    conflict_movechance: Chance = Field(
        default=1.0, description="chance a day to leave a conflict zone"
    )
    camp_movechance: Chance = Field(default=0.001, description="chance a day to leave a camp")
    idpcamp_movechance: Chance = Field(default=0.1, description="chance a day to leave an IDP camp")
    default_movechance: Chance = Field(
        default=0.3, description="chance a day to leave any other place"
    )
    awareness_level: Annotated[int, BeforeValidator(_whole), Field(ge=-1, le=10)] = Field(
        default=1, description="how many roads ahead people know"
    )
    capacity_buffer: Chance = Field(
        default=0.9, description="share of capacity from which camps repel"
    )
    capacity_scaling: Weight = Field(default=1.0, description="factor on every capacity")
    avoid_short_stints: Flag = Field(default=False, description="people who moved little go on")
    start_on_foot: Flag = Field(default=False, description="the first road is walked")
    softening: Weight = Field(default=10.0, description="km added to every distance")
    weight_softening: Weight = Field(default=0.0, description="added to every score")
    weight_power: Power = Field(default=1.0, description="power of the whole weight")
    distance_power: Power = Field(default=1.0, description="power of distance")
    stay_close_to_home: Flag = Field(default=False, description="near places score higher")
    home_distance_power: Power = Field(default=0.5, description="power of the distance from home")
    use_pop_for_loc_weight: Flag = Field(
        default=False, description="places score by their population"
    )
    pop_power_for_loc_weight: Power = Field(default=0.1, description="power of that population")
    movechance_pop_base: Speed = Field(
        default=10000.0, description="population of the plain chance"
    )
    movechance_pop_scale_factor: Power = Field(
        default=0.0, description="power by which the chance grows"
    )
    pruning_threshold: Weight = Field(
        default=1.0,
        description="above 1: destinations this many times worse than the best are dropped",
    )
    WomenAvoidHazards: Flag = Field(default=False, description="women's scores squared")
    ChildrenAvoidHazards: Flag = Field(
        default=False, description="scores squared below the age of 19"
    )
    ElderlyAvoidHazards: Flag = Field(
        default=False, description="scores squared above the age of 59"
    )
    BoysTakeRisk: Flag = Field(default=False, description="men and boys above 14 disregard scores")
    MatchCampReligion: Flag = Field(
        default=False, description="camps score by people of one's religion"
    )
    MatchCampEthnicity: Flag = Field(
        default=False, description="camps score by people of one's ethnicity"
    )
    MatchTownEthnicity: Flag = Field(
        default=False, description="towns score by people of one's ethnicity"
    )
    MatchConflictEthnicity: Flag = Field(
        default=False, description="conflict zones score by people of one's ethnicity"
    )
    avg_religion_fraction: Annotated[float, BeforeValidator(_number), Field(gt=0)] = Field(
        default=0.25, description="share of a religion that leaves the score as it is"
    )
    fixed_routes: Flag = Field(
        default=False, description="routes are made once a day for each place"
    )
    two_system_decision_making: Flag = Field(
        default=False, description="people with ties choose before they leave"
    )
    use_economic_pull: Flag = Field(default=False, description="trade and development draw abroad")
    harvest_months: Months = Field(
        default=(), description="months in which people stay for the harvest"
    )
    flee_when_starving: Flag = Field(default=False, description="hunger raises the chance to leave")
    avoid_food_deprived_locations: Flag = Field(
        default=False, description="hungry places score lower"
    )
    # floods
    flood_movechances: Chances = Field(default=(), description="chance to leave by level")
    flood_loc_weights: Weights = Field(default=(), description="weight of a place by level")
    flood_forecaster: Flag = Field(default=False, description="forecast levels count as well")
    flood_forecaster_timescale: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=3660)] = (
        Field(default=0, description="days ahead that a forecast looks")
    )
    flood_forecaster_end_time: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=36600)] = (
        Field(default=0, description="last day with forecasts")
    )
    flood_forecaster_weights: Weights = Field(
        default=(), description="trust in the forecast by day"
    )
    flood_awareness_weights: Weights = Field(
        default=(), description="weight by awareness of floods"
    )
    # scale
    hasten: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=10**6)] = Field(
        default=1, description="people who move as one"
    )

    unread_by_flee: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_mode(cls, data: Any) -> Any:
        """Fill how many leave a day by the mode, as Flee does."""
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        if filled.get("conflict_spawn_mode") == "pop_ratio":
            filled.setdefault("displaced_per_conflict_day", 0.01)
        if filled.get("flood_spawn_mode") in ("constant", "poisson"):
            filled.setdefault("displaced_per_flood_day", (0.0, 100.0, 200.0, 300.0, 500.0))
        return filled

    def as_flee(self) -> FleeSettings:
        """Return the settings that Flee itself would have read from the same file.

        Returns
        -------
        FleeSettings
            Without those of `unread_by_flee`, and with what no file can switch on left off.
        """
        unread = {*self.unread_by_flee, "two_system_decision_making", "unread_by_flee"}
        data = {name: value for name, value in self if name not in unread}
        if "flood_spawn_mode" in unread and self.flood_spawn_mode is not None:
            data["flood_spawn_mode"] = "pop_ratio"
        return FleeSettings(**data)


REFUSED_WHERE_ON: dict[str, str] = {
    "two_system_decision_making": (
        "not built: no settings file can switch it on in Flee itself, so there is nothing to "
        "compare with; leave it out or set it to False"
    ),
    "flood_forecaster": (
        "not built: in Flee it makes every score 0 wherever no flood is forecast; leave it out "
        "or set it to False"
    ),
}
"""Settings that are refused where they are on, with the reason."""

READ_ONLY_WITH: dict[str, str] = {
    "average_social_connectivity": "two_system_decision_making",
    "flood_forecaster_timescale": "flood_forecaster",
    "flood_forecaster_end_time": "flood_forecaster",
    "flood_forecaster_weights": "flood_forecaster",
    "flood_awareness_weights": "flood_forecaster",
}
"""Settings that only a rule which is refused would read, with the setting that turns it on."""
