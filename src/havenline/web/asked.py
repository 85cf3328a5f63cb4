"""Requests as they come from outside: what may stand in them, and what is made of them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from havenline.crisis.levers import OptionSpec, Slug
from havenline.web import limits

Position = Annotated[list[float], Field(min_length=2, max_length=2)]


class Closed(BaseModel):
    """Base of every request: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def a_day(value: str | None) -> str | None:
    """Return a day as it was given; raises ValueError where there is no such day."""
    if value is not None:
        dt.date.fromisoformat(value)
    return value


class DrawnLine(Closed):
    """A line that the user drew; options name it by the line id ``drawn-line``."""

    coordinates: list[Position] = Field(min_length=2, max_length=limits.MOST_POINTS)
    protected_point: Position = Field(description="a point on the protected side")

    @field_validator("coordinates", "protected_point")
    @classmethod
    def _on_earth(cls, value: list[Any]) -> list[Any]:
        for lon, lat in value if value and isinstance(value[0], list) else [value]:
            if not (
                math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
            ):
                raise ValueError("expected longitude and latitude in degrees")
        return value


class RunRequest(Closed):
    """Options to run in a number of futures; the baseline is always run with them."""

    crisis: Slug = Field(
        "main", description="main, or the key that an upload returned", max_length=40
    )
    options: list[Slug | OptionSpec] = Field(
        default_factory=list,
        max_length=limits.MOST_OPTIONS,
        description="ids of declared options, or whole options with their levers",
    )
    futures: int = Field(50, ge=1, le=limits.MOST_FUTURES)
    seed: int = Field(1, ge=0, le=limits.MOST_SEED)
    days: int | None = Field(None, ge=1, le=limits.MOST_DAYS)
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = Field(
        None, description="facts published by this day are used; YYYY-MM-DD"
    )
    settings: dict[Slug, float] = Field(default_factory=dict, max_length=20)
    line: DrawnLine | None = None
    calm: bool = Field(False, description="whether it may wait for requests that are not calm")

    @field_validator("options", mode="before")
    @classmethod
    def _small(cls, value: Any) -> Any:
        for option in value if isinstance(value, list) else []:
            levers = option.get("levers") if isinstance(option, dict) else None
            if isinstance(levers, list) and len(levers) > limits.MOST_LEVERS:
                raise ValueError(f"an option has at most {limits.MOST_LEVERS} levers")
        return value

    @field_validator("options")
    @classmethod
    def _once(cls, value: list[Any]) -> list[Any]:
        ids = [o if isinstance(o, str) else o.id for o in value]
        if len(set(ids)) < len(ids):
            raise ValueError("an option stands twice")
        return value

    _day = field_validator("as_of")(a_day)


class ExportRequest(RunRequest):
    """A run to take away as a file."""

    format: Literal["csv", "daily", "areas", "xlsx", "geojson", "netcdf", "report", "pdf"]


class DelayRequest(RunRequest):
    """What each week of delay of the last option adds."""

    weeks: Annotated[
        list[Annotated[int, Field(ge=1, le=12)]], Field(min_length=1, max_length=4)
    ] = Field(default_factory=lambda: [1, 2, 4])


class BargainRequest(Closed):
    """The parties at the table, with some support from outside."""

    crisis: Slug = Field("main", max_length=40)
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = Field(
        None, description="facts published by this day are used; YYYY-MM-DD"
    )
    support: dict[Slug, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict, max_length=20, description="part of full support by outside party"
    )

    _day = field_validator("as_of")(a_day)


class HindcastRequest(Closed):
    """The past replayed: forecasts from earlier days against what came after."""

    crisis: Slug = Field("main", max_length=40)
    futures: int = Field(40, ge=10, le=100)
    seed: int = Field(1, ge=0, le=limits.MOST_SEED)


class JobStatus(BaseModel):
    """Where a request stands."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    of: int
    ahead: int = Field(description="requests that come before it")
    message: str = ""


def plain_options(options: list[Slug | OptionSpec]) -> list[Any]:
    """Return options as plain values."""
    return [
        o if isinstance(o, str) else o.model_dump(mode="json", by_alias=True, warnings=False)
        for o in options
    ]
