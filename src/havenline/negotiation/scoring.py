"""How near the second opinion comes to outcomes that are known, method by method.

Issues come from a folder with two tables: ``issues.csv`` (issue_id, outcome) and
``positions.csv`` (issue_id, actor, capability, position, salience); more columns do no harm.
Positions and outcomes are on a scale from 0 to 100. Nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline.errors import CrisisError, Problem
from havenline.negotiation.election import (
    Election,
    compromise_mean,
    elect,
    support,
    weighted_median,
)
from havenline.negotiation.zone import Floats

SCALE = 100.0
NEAR = 10.0
"""An error up to this counts as a hit."""
COLUMNS = {
    "issues.csv": ("issue_id", "outcome"),
    "positions.csv": ("issue_id", "actor", "capability", "position", "salience"),
}


@dataclass(frozen=True)
class Issue:
    """One issue with what the actors wanted and what came out.

    Attributes
    ----------
    issue_id : str
    position : (actors,) float64
        0 to 100.
    capability, salience : (actors,) float64
        Not negative.
    outcome : float
        0 to 100.
    """

    issue_id: str
    position: Floats
    capability: Floats
    salience: Floats
    outcome: float


def election_chances(
    positions: npt.ArrayLike, weights: npt.ArrayLike, kind: Election = "conditional"
) -> tuple[Floats, Floats]:
    """Return the different positions on one issue, in order, and the chance of each to win.

    Parameters
    ----------
    positions : (actors,) array
        On a scale from 0 to 100; utilities fall straight with distance.
    weights : (actors,) array
    kind : {"conditional", "markov-uniform", "markov-incentive"}

    Returns
    -------
    options, chances : (options,) float64
    """
    x = np.asarray(positions, dtype=np.float64)
    options = np.unique(x)
    utilities = 1.0 - np.abs(options[:, None] - x[None]) / SCALE
    return options, elect(support(utilities, weights), kind)


def _election_mean(kind: Election) -> Callable[[Issue], float]:
    def forecast(issue: Issue) -> float:
        options, chances = election_chances(issue.position, _root_weight(issue), kind)
        return float(options @ chances)

    return forecast


def _election_mode(issue: Issue) -> float:
    options, chances = election_chances(issue.position, _root_weight(issue))
    return float(options[int(np.argmax(chances))])


def _weight(issue: Issue) -> Floats:
    return _some(issue.capability * issue.salience)


def _root_weight(issue: Issue) -> Floats:
    return _some(np.sqrt(issue.capability) * issue.salience)


def _some(weight: Floats) -> Floats:
    """Return the weights, or equal ones where nobody cares."""
    return weight if weight.any() else np.ones_like(weight)


METHODS: dict[str, Callable[[Issue], float]] = {
    "compromise_mean": lambda i: compromise_mean(i.position, _weight(i)),
    "compromise_mean_root": lambda i: compromise_mean(i.position, _root_weight(i)),
    "weighted_median": lambda i: weighted_median(i.position, _weight(i)),
    "weighted_median_root": lambda i: weighted_median(i.position, _root_weight(i)),
    "election_conditional": _election_mean("conditional"),
    "election_markov": _election_mean("markov-incentive"),
    "election_markov_uniform": _election_mean("markov-uniform"),
    "election_mode": _election_mode,
    "unweighted_mean": lambda i: compromise_mean(i.position, np.ones_like(i.position)),
    "unweighted_median": lambda i: weighted_median(i.position, np.ones_like(i.position)),
    "always_50": lambda i: SCALE / 2.0,
}
"""Forecasts by name. Weights are capability times salience, or with ``root`` and in the elections
the square root of capability times salience. An election forecasts its mean, ``mode`` its likeliest
position."""


def read_issues(folder: str | Path) -> tuple[Issue, ...]:
    """Read issues with known outcomes.

    Actors without position, capability or salience on an issue have no say on it; issues without
    outcome, or on which nobody has a say, are left out.

    Raises
    ------
    CrisisError
        Where a table or column is missing, a value is not a number or out of range, or no issue
        is left.
    """
    root = Path(folder)
    tables = {name: _read(root, name) for name in COLUMNS}
    outcomes = tables["issues.csv"]
    twice = outcomes["issue_id"].duplicated()
    if twice.any():
        raise _wrong(
            "issues.csv",
            "an issue stands here twice",
            "issue_id",
            outcomes.index[twice][0],
            outcomes,
        )
    for name, column, top in (
        ("issues.csv", "outcome", SCALE),
        ("positions.csv", "position", SCALE),
        ("positions.csv", "salience", np.inf),
        ("positions.csv", "capability", np.inf),
    ):
        _numbers(tables[name], name, column, top)
    stated = tables["positions.csv"].dropna(subset=["position", "salience", "capability"])
    by_issue = dict(tuple(stated.groupby("issue_id", sort=False)))
    found = []
    for issue_id, outcome in zip(outcomes["issue_id"], outcomes["outcome"], strict=True):
        rows = by_issue.get(issue_id)
        if rows is None or np.isnan(outcome):
            continue
        found.append(
            Issue(
                issue_id=str(issue_id),
                position=rows["position"].to_numpy(np.float64),
                capability=rows["capability"].to_numpy(np.float64),
                salience=rows["salience"].to_numpy(np.float64),
                outcome=float(outcome),
            )
        )
    if not found:
        raise _wrong("issues.csv", "no issue has both an outcome and actors with positions")
    return tuple(found)


def score_methods(issues: tuple[Issue, ...]) -> pd.DataFrame:
    """Return the error of every method on issues with known outcomes.

    Parameters
    ----------
    issues : tuple of Issue
        At least one.

    Returns
    -------
    pandas.DataFrame
        A row for each of `METHODS`, in points of the scale of 100: ``mae``, mean absolute error;
        ``se``, its standard error over issues, 0 for one issue; ``within_10``, share of issues with
        an error up to 10 points; ``against_compromise_mean``, mean absolute error less that of the
        compromise mean on the same issues, and its standard error.
    """
    if not issues:
        raise ValueError("there is no issue to score")
    outcome = np.array([i.outcome for i in issues])
    errors = {
        name: np.abs(np.array([forecast(i) for i in issues]) - outcome)
        for name, forecast in METHODS.items()
    }
    base = errors["compromise_mean"]
    rows = {
        name: {
            "mae": float(e.mean()),
            "se": _standard_error(e),
            "within_10": float((e <= NEAR + 1e-9).mean()),
            "against_compromise_mean": float((e - base).mean()),
            "against_compromise_mean_se": _standard_error(e - base),
        }
        for name, e in errors.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _standard_error(values: Floats) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def _read(root: Path, name: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(root / name, dtype=str)
    except FileNotFoundError as error:
        raise _wrong(name, f"there is no such table in {root}") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise _wrong(name, f"cannot be read as a table: {error}") from error
    missing = [c for c in COLUMNS[name] if c not in table.columns]
    if missing:
        raise _wrong(name, f"columns are missing: {', '.join(missing)}")
    return table


def _numbers(table: pd.DataFrame, name: str, column: str, top: float) -> None:
    """Turn a column into numbers, in place; empty cells are not known."""
    values = pd.to_numeric(table[column], errors="coerce")
    bad = (values.isna() & table[column].notna()) | (values < 0.0) | (values > top)
    bad |= values == np.inf
    if bad.any():
        expected = "a number of 0 or more" if top == np.inf else f"a number from 0 to {top:g}"
        raise _wrong(name, f"not {expected}", column, table.index[bad][0], table)
    table[column] = values


def _wrong(
    file: str,
    message: str,
    column: str = "",
    row: int | None = None,
    table: pd.DataFrame | None = None,
) -> CrisisError:
    value = "" if table is None or row is None else str(table[column].iloc[row])
    line = None if row is None else int(row) + 2
    return CrisisError([Problem("scoring", file, line, column, value, message)])
