"""The kept scores of a crisis's past: what hindcast.yaml holds, for reports and pages to show.

The file is written by ``havenline hindcast CRISIS --keep``. No run reads it: it informs nothing
but the reader. It says from which inputs it was made, so that scores of other inputs are told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field

from havenline.crisis.levers import Day, Slug, Strict

PAST_FILE = "hindcast.yaml"
Share = Annotated[float, Field(ge=0, le=1)]
Persons = Annotated[float, Field(ge=0, le=1e10)]
Difference = Annotated[float, Field(ge=-1e10, le=1e10)]


class PastScore(Strict):
    """How forecasts did: mean errors and how often the ranges held."""

    increments: int = Field(ge=1, description="scores that were averaged")
    distinct: int = Field(ge=1, description="different counted increments among them")
    error: Persons = Field(description="mean CRPS of the model, persons per increment")
    best: str = Field(
        min_length=1, description="the simple forecast that did best, known afterwards"
    )
    best_error: Persons = Field(description="its mean CRPS, persons per increment")
    six_error: Persons | None = Field(
        default=None, description="mean CRPS of the ensemble of six one-line forecasts"
    )
    difference_low: Difference | None = Field(
        description="5% of the difference of the two; null where increments are too few"
    )
    difference_high: Difference | None = Field(description="95% of it")
    held_50: Share = Field(description="share of increments in the 50% range")
    held_90: Share = Field(description="share of increments in the 90% range")
    outcome: Literal["wins", "ties", "loses"] = Field(
        description="against the best simple forecast"
    )
    verdict: str = Field(min_length=1, description="the comparison in a sentence")


class PastForecast(PastScore):
    """How the forecast from one day did, and the whole rise it forecast."""

    as_of: Day = Field(description="day of the forecast")
    low: Persons = Field(description="5% of the forecast rise to the last count, persons")
    middle: Persons = Field(description="its median")
    high: Persons = Field(description="its 95%")
    counted: Persons = Field(description="the rise that was counted, persons")


class PastLine(Strict):
    """Forecasts from every day, and all of them together."""

    dates: list[PastForecast] = Field(min_length=1, max_length=50, description="by day")
    pooled: PastScore = Field(description="all of them; days overlap and are not independent")


class Past(Strict):
    """The whole of hindcast.yaml."""

    format: Literal[1] = Field(description="version of this file's format")
    crisis: Slug = Field(description="id of the crisis")
    version: str = Field(min_length=1, description="version of Havenline that made it")
    seed: int = Field(ge=0, description="seed of the runs")
    futures: int = Field(ge=2, description="futures in each run")
    option: Slug = Field(description="the option that was forecast")
    until: Day = Field(description="last day that a scored count describes")
    in_sample: bool = Field(description="whether a value was known only after an as-of date")
    inputs: dict[str, str] = Field(description="SHA-256 of every file of the crisis")
    defaults: str = Field(min_length=1, description="SHA-256 of the default parameters")
    unconditional: PastLine = Field(description="nothing later than each day was given")
    conditional: PastLine | None = Field(
        description="given the days of the offensive; null where none are recorded"
    )
    fails: list[str] = Field(description="where it fails, a sentence each")
    notes: list[str] = Field(description="what else to know about the scores")

    def changed(self, inputs: Mapping[str, str]) -> tuple[str, ...]:
        """Return the inputs that are not those the scores were made from, by file.

        Parameters
        ----------
        inputs : mapping of str to str
            SHA-256 by file, as a crisis holds them.

        Returns
        -------
        tuple of str
            Files, sorted; ``default parameters`` for the table that ships with Havenline.
        """
        names = {*self.inputs, *inputs}
        found = sorted(n for n in names if self.inputs.get(n) != inputs.get(n))
        return (*found, *(["default parameters"] if self.defaults != defaults_digest() else []))


def defaults_digest() -> str:
    """Return the SHA-256 of the default parameter table."""
    table = resources.files("havenline.crisis") / "parameters.csv"
    return hashlib.sha256(table.read_bytes()).hexdigest()
