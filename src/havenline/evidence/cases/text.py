"""Validation, calibration and forecasts of cases as tables of text, for whoever prints them."""

from __future__ import annotations

import math

from havenline.evidence.cases.calibration import Calibration
from havenline.evidence.cases.forecasting import ForecastScores
from havenline.evidence.cases.validation import PointScores, Validation
from havenline.evidence.text import TextTable

NAMES = {
    "equal_split": "equal split",
    "nearest_first": "nearest camps first",
    "gravity": "plain gravity",
    "last_shares": "shares of 30 days before (looks at the counts)",
}


def tables(result: Validation) -> tuple[TextTable, ...]:
    """Return the scores in total, beside Flee's and the baselines', and those by camp.

    Parameters
    ----------
    result : Validation

    Returns
    -------
    tuple of TextTable
    """
    rows = [_row(f"{result.rules}, mean of {result.futures} futures", result.forecast)]
    if result.flee is not None:
        rows.append(_row("Flee, default settings, mean of its runs", result.flee))
    rows += [_row(NAMES[name], found) for name, found in result.baselines.items()]
    total = TextTable(
        f"{result.case}: {_days(result)}, all camps",
        ("", "ARD", "ARD rescaled", "ARD last day", "in wrong camp", "30-day CRPS"),
        tuple(rows),
    )
    camps = TextTable(
        f"{result.case}: each camp on its last day with a count, and over all days scored",
        (
            "camp",
            "days",
            "forecast",
            "counted",
            "relative error",
            "in 50% range",
            "in 90% range",
        ),
        tuple(
            (
                c.camp,
                str(c.days_scored),
                f"{c.final:,.0f}",
                f"{c.final_observed:,.0f}" if math.isfinite(c.final_observed) else "",
                _two(c.error),
                percent(c.coverage_50) if c.days_scored else "",
                percent(c.coverage_90) if c.days_scored else "",
            )
            for c in result.camps
        ),
    )
    return total, camps


def notes(result: Validation) -> tuple[str, ...]:
    """Return what a reader must know about the scores.

    Parameters
    ----------
    result : Validation

    Returns
    -------
    tuple of str
        Sentences.
    """
    given = 0
    said = [
        "ARD is the mean over days of the sum over camps of |sim - data|, over the sum of data; "
        "here of the mean over futures. The mean over futures of each one's own ARD is "
        f"{result.ard_futures:.3f}: larger, the more honestly they spread.",
        f"{percent(result.coverage_50)} of camp-days lie in the 50% range and "
        f"{percent(result.coverage_90)} in the 90% range.",
    ]
    if result.rules == "allocation":
        said.append(
            "Given are the persons in all camps on each day and each camp's count on day 0, "
            "nothing else of the counts."
        )
        given = 1
    elif result.flee is not None:
        said.append(
            f"Flee's own runs had an agent for {result.flee_agents_of} persons, these one for "
            f"{result.hasten}."
        )
    said += [f"{note[0].upper()}{note[1:]}." for note in result.notes[given:]]
    return tuple(said)


def calibration_tables(result: Calibration) -> tuple[TextTable, ...]:
    """Return the fitted numbers, and the score of each case with numbers of the others.

    Parameters
    ----------
    result : Calibration

    Returns
    -------
    tuple of TextTable
    """
    p = result.fit.parameters
    fitted = tuple(
        (name, f"{getattr(p, name):.3g}", _two(p.spread[name]) if name in p.spread else "")
        for name in vars(p)
        if name != "spread"
    )
    first = TextTable(
        f"fitted on {len(result.fit.cases)} cases: mean ARD of the central future "
        f"{result.fit.ard:.3f}",
        ("", "value", "spread of its logarithm"),
        fitted,
    )
    rows = tuple(
        (
            v.case,
            _three(v.forecast.ard),
            _three(v.baselines["gravity"].ard),
            _three(v.flee.ard) if v.flee else "",
            percent(v.coverage_90),
        )
        for _, v in result.left_out
    )
    if not rows:
        return (first,)
    left_out = TextTable(
        "each case with numbers fitted on the others",
        ("case", "ARD", "plain gravity", "Flee", "in 90% range"),
        rows,
    )
    return first, left_out


def forecast_table(result: ForecastScores) -> TextTable:
    """Return the scores of rolling forecasts.

    Parameters
    ----------
    result : ForecastScores

    Returns
    -------
    TextTable
    """
    return TextTable(
        f"{result.case}: forecast from the last count",
        ("ahead", "forecasts", "CRPS", "persistence of shares", "ratio", "in 90% range"),
        tuple(
            (
                f"{h.horizon} days",
                str(h.forecasts),
                f"{h.crps:,.0f}",
                f"{h.crps_persistence:,.0f}",
                _two(h.crps / h.crps_persistence if h.crps_persistence else math.nan),
                percent(h.coverage_90),
            )
            for h in result.horizons
        ),
    )


def percent(value: float) -> str:
    """Return a share in whole percent."""
    return f"{100.0 * value:.0f}%"


def _days(result: Validation) -> str:
    if result.days_scored == result.days:
        return f"{result.days} days"
    return f"{result.days_scored} of {result.days} days scored"


def _row(name: str, found: PointScores) -> tuple[str, ...]:
    return (
        name,
        _three(found.ard),
        _three(found.ard_rescaled),
        _three(found.ard_final),
        percent(found.share_error) if math.isfinite(found.share_error) else "",
        f"{found.crps_increment_30d:,.0f}",
    )


def _two(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else ""


def _three(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else ""
