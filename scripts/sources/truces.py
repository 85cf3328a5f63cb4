"""Truces in Syria and how long they held: a check of the law by which simulated truces fail.

What counts as failure. By definition a truce has failed when violence is back at half of what it
was (see `scripts.sources.violence`, which computes it where counts are at hand). For the
others the days listed are those between the start and the day from which the sources speak of
renewed offensive or of the truce as over, with a range where they leave it open.

The check. For each truce the law

    S(t) = c + (1 - c) exp(-HR (t / s)^k)

is drawn many times with its parameters as a run as of the day before the truce would draw them,
and HR the product of the ratios of its terms. Where the real duration stands among the drawn
ones, between 0 and 1, is its rank (PIT); a truce still standing when last seen would be drawn
from the part above. If the law is right, ranks are even. The law was itself set after the truces
up to 2019: the ranks of those say whether it is coherent, not whether it predicts. Truces marked
as later are no part of any prior and test it.

A truce is no draw from a lottery of truces: ten cases, chosen because they were notable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline.crisis.parameters import Parameter, known_parameters
from havenline.engine.values import sample_values
from havenline.evidence.text import TextTable
from scripts.sources.violence import ByViolence, by_violence

HERE = Path(__file__).parent

Floats = npt.NDArray[np.float64]

DRAWS = 4000
HORIZONS = (7, 30, 90, 180)
"""Days at which the chance to stand is compared with what happened."""
NOT_CHECKED = "background knowledge, not checked"
TERMS = ("compliance", "substance", "observers", "buffer", "excluded")


@dataclass(frozen=True)
class Truce:
    """A truce as listed.

    Attributes
    ----------
    name : str
    start : date
        First day.
    days, days_low, days_high : float
        How long it held, and the range the sources leave.
    censored : bool
        Whether it still stood when last seen.
    terms : tuple of str
        Which of `TERMS` it had.
    post : bool
        Whether it came after the crisis that the priors were set for: only for tests.
    ended_by : str
        In words.
    source : str
        Where the dates come from.
    """

    name: str
    start: date
    days: float
    days_low: float
    days_high: float
    censored: bool
    terms: tuple[str, ...]
    post: bool
    ended_by: str
    source: str


@dataclass(frozen=True)
class TruceCheck:
    """Where a truce stands in the law.

    Attributes
    ----------
    truce : Truce
    quantiles : tuple of float
        5%, 50% and 95% of the drawn durations, days; infinite for those that do not fail.
    standing : tuple of float
        Chance to stand after each of `HORIZONS`.
    rank : tuple of float
        Share of draws below the listed duration, and at the ends of its range.
    in_sample : bool
        Whether the law was set with this truce known.
    violence : ByViolence or None
        How long it held by the count of violence; None where no count is at hand.
    violence_rank : float or None
        Share of draws below that; None where there is none.
    """

    truce: Truce
    quantiles: tuple[float, float, float]
    standing: tuple[float, ...]
    rank: tuple[float, float, float]
    in_sample: bool
    violence: ByViolence | None
    violence_rank: float | None


@cache
def listed_truces() -> tuple[Truce, ...]:
    """Return the truces of the list, by start."""
    table = pd.read_csv(HERE / "syrian_truces.csv", parse_dates=["start"])
    return tuple(
        Truce(
            name=str(row["truce"]),
            start=pd.Timestamp(row["start"]).date(),
            days=float(row["days"]),
            days_low=float(row["days_low"]),
            days_high=float(row["days_high"]),
            censored=bool(row["censored"]),
            terms=tuple(term for term in TERMS if row[term]),
            post=bool(row["post"]),
            ended_by=str(row["ended_by"]),
            source=str(row["source"]),
        )
        for row in table.sort_values("start").to_dict("records")
    )


def hazard_ratios(values: npt.NDArray[np.void], terms: Sequence[str]) -> Floats:
    """Return the product of the hazard ratios of a truce's terms, for each draw."""
    product = np.ones(values.size)
    for term in terms:
        product *= values[f"truce_hr_{term}"]
    return product


def survival(values: npt.NDArray[np.void], terms: Sequence[str], days: float) -> Floats:
    """Return the chance that a truce stands after some days, for each draw of the parameters.

    Parameters
    ----------
    values : (draws,) records
        With ``truce_cure_share``, ``truce_shape``, ``truce_median_days`` and the ratios.
    terms : sequence of str
        Which of `TERMS` it has.
    days : float

    Returns
    -------
    (draws,) float64
    """
    scale = values["truce_median_days"] / math.log(2.0) ** (1.0 / values["truce_shape"])
    hazard = hazard_ratios(values, terms) * (days / scale) ** values["truce_shape"]
    cure = values["truce_cure_share"]
    return np.asarray(cure + (1.0 - cure) * np.exp(-hazard), dtype=np.float64)


def durations(values: npt.NDArray[np.void], terms: Sequence[str], *, seed: int) -> Floats:
    """Draw how long a truce holds, once for each draw of the parameters.

    Parameters
    ----------
    values : (draws,) records
        As in `survival`.
    terms : sequence of str
    seed : int

    Returns
    -------
    (draws,) float64
        Days; infinite where it does not fail.
    """
    rng = np.random.default_rng([seed, 7])
    left = rng.random(values.size)
    cure = values["truce_cure_share"]
    scale = values["truce_median_days"] / math.log(2.0) ** (1.0 / values["truce_shape"])
    fails = left > cure
    inside = np.where(fails, (left - cure) / (1.0 - cure), 1.0)
    hazard = -np.log(np.maximum(inside, 1e-300)) / hazard_ratios(values, terms)
    days = scale * hazard ** (1.0 / values["truce_shape"])
    return np.where(fails, days, np.inf)


def check_truces(
    own: pd.DataFrame | None, *, as_of: date | None = None, seed: int = 1, draws: int = DRAWS
) -> tuple[TruceCheck, ...]:
    """Compare the listed truces with the law.

    Parameters
    ----------
    own : DataFrame or None
        The crisis's own table of parameters.
    as_of : date, optional
        Day whose parameters are used for all truces; the last day before the first later
        truce if not given.
    seed : int
    draws : int

    Returns
    -------
    tuple of TruceCheck
        By start.
    """
    truces = listed_truces()
    day = as_of or min(t.start for t in truces if t.post) - timedelta(days=1)
    parameters: Mapping[str, Parameter] = known_parameters(day, own)
    values = sample_values(parameters, draws, seed)
    set_on = max(
        parameters[n].known_from for n in ("truce_cure_share", "truce_shape", "truce_median_days")
    )
    checks = []
    for truce in truces:
        drawn = durations(values, truce.terms, seed=seed)
        low, middle, high = (_quantile(drawn, q) for q in (0.05, 0.5, 0.95))
        ends = (truce.days, truce.days_low, truce.days_high)
        below, lowest, highest = (float(np.mean(drawn < d)) for d in ends)
        later = [t.start for t in truces if t.start > truce.start]
        violence = by_violence(truce.start, min(later, default=None))
        checks.append(
            TruceCheck(
                truce=truce,
                quantiles=(low, middle, high),
                standing=tuple(float(survival(values, truce.terms, d).mean()) for d in HORIZONS),
                rank=(below, lowest, highest),
                in_sample=truce.start <= set_on,
                violence=violence,
                violence_rank=(None if violence is None else float(np.mean(drawn < violence.days))),
            )
        )
    return tuple(checks)


def brier_by_horizon(checks: Sequence[TruceCheck]) -> tuple[tuple[int, int, float, float], ...]:
    """Return, for each of `HORIZONS`, truces, share that stood, and Brier score of the law.

    Returns
    -------
    tuple of (days, stood, share forecast, score)
        ``stood`` is how many of the truces did; ``share forecast`` the mean chance.
    """
    rows = []
    for k, days in enumerate(HORIZONS):
        stood = np.array([c.truce.days > days for c in checks], dtype=np.float64)
        chance = np.array([c.standing[k] for c in checks])
        score = float(((chance - stood) ** 2).mean())
        rows.append((days, int(stood.sum()), float(chance.mean()), score))
    return tuple(rows)


def truce_table(checks: Sequence[TruceCheck]) -> TextTable:
    """Return the check as a table of text."""
    rows = []
    for check in checks:
        t = check.truce
        span = f" ({t.days_low:g} to {t.days_high:g})" if t.days_low != t.days_high else ""
        marks = [" later: test only"] if t.post else []
        marks += [" not checked"] if t.source == NOT_CHECKED else []
        rows.append(
            (
                t.name + (f" [{';'.join(marks).strip()}]" if marks else ""),
                f"{t.days:g}{span}",
                " to ".join(_days(q) for q in (check.quantiles[0], check.quantiles[2])),
                _days(check.quantiles[1]),
                f"{check.rank[0]:.2f}",
                "" if check.violence is None else check.violence.text,
            )
        )
    return TextTable(
        "Truces in Syria: days held, and where they stand in the law",
        ("truce", "days held", "90% range of the law", "median", "rank", "by violence"),
        tuple(rows),
    )


def truce_notes(checks: Sequence[TruceCheck]) -> tuple[str, ...]:
    """Return what the check says, in sentences."""
    inside = sum(0.05 <= c.rank[0] <= 0.95 for c in checks if not c.truce.post)
    number = sum(not c.truce.post for c in checks)
    said = [
        f"{inside} of the {number} truces up to January 2020 lie in the 90% range of the law; it "
        "was set with most of them known, so this says it is coherent, not that it predicts."
    ]
    said += [
        f"{c.truce.name} came later and was used by no prior: it held {c.truce.days:g} days, "
        f"rank {c.rank[0]:.2f}."
        for c in checks
        if c.truce.post
    ]
    for days, stood, chance, score in brier_by_horizon(checks):
        said.append(
            f"After {days} days {stood} of {len(checks)} stood; the law said {chance:.2f} on "
            f"average (Brier score {score:.2f}, 0.25 for even odds)."
        )
    counted = sum(c.violence is not None for c in checks)
    said.append(
        "By violence: days until civilians killed stood at half (at three to eight tenths) of what "
        f"they were before the truce, from published counts; {counted} of {len(checks)} truces "
        "have any. With 7 or fewer days they never fell by so much."
    )
    said.append(
        f"{sum(c.truce.source == NOT_CHECKED for c in checks)} of {len(checks)} durations are "
        "background knowledge, not checked against a page."
    )
    return tuple(said)


def _quantile(drawn: Floats, level: float) -> float:
    return float(np.quantile(drawn, level, method="lower"))


def _days(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else "no end"
