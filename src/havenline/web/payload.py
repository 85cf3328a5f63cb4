"""A result as the page reads it: whole numbers by option, day, week and sub-district.

Nothing here is by place, and nothing says who controls what: of the fighting after the as-of
date there is the chance of exposure by sub-district and week alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.parameters import Parameter
from havenline.outcomes.comparison import compare
from havenline.outcomes.delay import delay_json, price_of_delay
from havenline.outcomes.indicators import INDICATORS
from havenline.telling import answer, behind
from havenline.telling.compliance import told_of_agreement

BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)
SERIES = (
    "newly_displaced",
    "displaced_present",
    "unsheltered",
    "near_front",
    "killed",
    "entries",
    "returned",
    "cost_usd",
    "left_on_other_side",
    "displaced_by_option",
)
SHARES = ("truce_standing", "haven_standing")
MOST_FLOWS = 40
LEAST_FLOW = 50
"""Journeys between sub-districts that the map draws: the largest of a week, in persons."""

Numbers = NDArray[Any]


def _whole(values: Numbers) -> list[Any]:
    found: list[Any] = np.rint(values).astype(np.int64).tolist()
    return found


def _by_option(dataset: xr.Dataset, name: str, *dims: str) -> Numbers:
    return np.asarray(dataset[name].transpose("option", *dims).to_numpy())


def _series(dataset: xr.Dataset, ids: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in SERIES:
        levels = np.quantile(_by_option(dataset, name, "future", "day"), BANDS, axis=1)
        found[name] = {o: _whole(levels[:, k]) for k, o in enumerate(ids)}
    for name in SHARES:
        share = _by_option(dataset, name, "future", "day").mean(axis=1)
        found[name] = {o: _whole(100 * share[k]) for k, o in enumerate(ids)}
    return found


def _areas(dataset: xr.Dataset, ids: list[str]) -> dict[str, Any]:
    """Return people by sub-district: medians by day, bands and journeys by week."""
    present = _by_option(dataset, "displaced", "future", "day", "area", "group").sum(axis=-1)
    home = _by_option(dataset, "residents", "future", "day", "area")
    weekly = _week_days(present.shape[2])
    bands = (0.05, 0.5, 0.95)
    out: dict[str, Any] = {"week_days": weekly}
    out["displaced"] = {o: _whole(np.median(present[k], axis=0)) for k, o in enumerate(ids)}
    out["displaced_bands"] = {
        o: _whole(np.quantile(present[k][:, weekly], bands, axis=0)) for k, o in enumerate(ids)
    }
    out["residents_bands"] = {
        o: _whole(np.quantile(home[k][:, weekly], bands, axis=0)) for k, o in enumerate(ids)
    }
    moved = _by_option(dataset, "flows", "week", "from_area", "area")
    out["flows"] = {o: [_flows(week) for week in moved[k]] for k, o in enumerate(ids)}
    return out


def _flows(moved: Numbers) -> list[list[int]]:
    """Return the largest journeys of a week between sub-districts: from, to, mean persons.

    Parameters
    ----------
    moved : (n_area, n_area) float64
        Mean persons by where they set out and where they arrived.
    """
    between = np.where(np.eye(len(moved), dtype=bool), 0.0, moved)
    largest = np.argsort(-between, axis=None, kind="stable")[:MOST_FLOWS]
    found = ((*divmod(int(at), len(moved)), round(float(between.flat[at]))) for at in largest)
    return [list(flow) for flow in found if flow[2] >= LEAST_FLOW]


def _week_days(days: int) -> list[int]:
    weekly = list(range(0, days, 7))
    return weekly if weekly[-1] == days - 1 else [*weekly, days - 1]


def _table(rows: list[answer.AnswerRow], ids: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "indicator": r.indicator,
            "name": r.name,
            "meaning": r.meaning,
            "better": r.better,
            "unit": r.unit,
            "prior_only": r.prior_only,
            "cells": {o: vars(c) for o, c in zip(ids, r.cells, strict=True)},
        }
        for r in rows
    ]


def run_payload(
    dataset: xr.Dataset, crisis: Crisis, parameters: Mapping[str, Parameter]
) -> dict[str, Any]:
    """Return a result for the page.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis
    parameters : mapping of str to Parameter
        The rows that the run used.

    Returns
    -------
    dict
        Plain values for JSON; counts are whole persons, shares whole percent.
    """
    ids = [str(o) for o in dataset["option"].to_numpy()]
    comparison = compare(dataset)
    columns = answer.columns_of(comparison)
    days = int(dataset.sizes["day"]) - 1
    start = words.day(dataset["day"].to_numpy()[0])
    priors = sum(p.kind == "prior" for p in parameters.values())
    told = answer.statements(
        columns, days=days, start=start, priors=priors, parameters=len(parameters)
    )
    exposed = _by_option(dataset, "exposure_probability", "week", "area")
    history = np.quantile(
        np.asarray(dataset["history_newly_displaced"].transpose("future", "history_day")),
        BANDS,
        axis=0,
    )
    return {
        "comparison": comparison.to_json_dict(),
        "names": dict(zip(ids, (c.name for c in columns), strict=True)),
        "options": ids,
        "start": str(pd.Timestamp(dataset["day"].to_numpy()[0]).date()),
        "days": days,
        "futures": int(dataset.sizes["future"]),
        "seed": int(dataset.attrs["seed"]),
        "area_ids": [str(a) for a in dataset["area"].to_numpy()],
        "area_names": [str(a) for a in dataset["area_name"].to_numpy()],
        "bands": list(BANDS),
        "series": _series(dataset, ids),
        "history": {
            "start": str(pd.Timestamp(dataset["history_day"].to_numpy()[0]).date()),
            "newly_displaced": _whole(history),
        },
        "areas": _areas(dataset, ids),
        "exposure": {o: _whole(100 * exposed[k]) for k, o in enumerate(ids)},
        "shelter": _whole(np.asarray(dataset["shelter_capacity_asof"].to_numpy())),
        "table": _table(answer.table(columns), ids),
        "statements": [{"lead": s.lead, "text": s.text, "lines": list(s.lines)} for s in told],
        "priors": priors,
        "parameters": len(parameters),
        "truces": behind.truces(dataset, {c.option: c.name for c in columns}),
    }


def _rows(found: Sequence[behind.TableRow]) -> list[dict[str, Any]]:
    return [{"name": r.name, "note": r.note, "cells": list(r.cells)} for r in found]


def detail_payload(dataset: xr.Dataset, crisis: Crisis) -> dict[str, Any]:
    """Return what lies behind the answer: limits kept, when options fail, what is needed."""
    columns = answer.columns_of(compare(dataset))
    names = {c.option: c.name for c in columns}

    return {
        "options": list(names),
        "names": names,
        "limits": _rows(behind.limits(dataset, crisis)),
        "failures": [
            {"name": t.name, "sentences": list(t.sentences)}
            for t in behind.failures(dataset, crisis, names)
        ],
        "standing": behind.standing(dataset, names),
        "agreement": told_of_agreement(dataset, crisis),
        "havens": _rows(behind.havens(dataset, names)),
        "needs": _rows(behind.need_rows(dataset)),
        "hosts": _rows(behind.host_rows(dataset, crisis)),
    }


def delay_payload(dataset: xr.Dataset, option: str, later: Mapping[int, str]) -> dict[str, Any]:
    """Return what each week of delay of an option adds, by outcome."""
    weeks = price_of_delay(dataset, option, later)
    priced = [w for w in weeks if INDICATORS[w.indicator].better == "lower"]
    return {
        "option": option,
        "per_week": delay_json(weeks, ())["per_week"],
        "rows": _rows(behind.price_rows(priced)),
        "futures": int(dataset.sizes["future"]),
    }
