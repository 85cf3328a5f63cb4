"""Where people arrived: shares of the large hubs, forecast and observed, beside naive shares.

An observed share is the arrivals counted in a sub-district over a period, divided by everyone
counted over the same period. The forecast of a future is the same quotient of its simulated
arrivals from the as-of date on, so a share is scored only where at least half of the observed
period lies ahead. Simulated arrivals are movements: who moves twice arrives twice. Counts of
persons by hub come from other sources than the totals and count some onward movement; the shares
are rough on both sides.

Baselines, each with a stated spread, Beta(n p, n (1 - p)) with n = 20 (judgement: the shares of
two waves differ by some ten points):

- last wave: shares of arrivals in an earlier month; what that month's figures leave goes to the
  other sub-districts in equal parts;
- where the displaced are: shares of the displaced people present on the as-of date.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy import stats

from havenline.evidence.scores import crps
from havenline.facts.counts import newest_by

Floats = npt.NDArray[np.float64]

PAIRS = (
    ("arrivals_since_2019_12_01", "displaced_since_2019_12_01"),
    ("arrivals", "movements_feb_2020_ocha"),
)
"""Series of arrivals by sub-district, each with the series of everyone it is divided by."""

BASELINES = ("last_wave", "displaced_present")
LABELS: Mapping[str, str] = {
    "last_wave": "the last wave's shares",
    "displaced_present": "where the displaced are",
}
SPREAD = 20.0
MEMBERS = 200


@dataclass(frozen=True)
class Hub:
    """An observed share.

    Attributes
    ----------
    area_id : str
        Sub-district.
    start, end : date
        First and last day of the period.
    share : float
        Of everyone who arrived, 0 to 1.
    """

    area_id: str
    start: date
    end: date
    share: float


@dataclass(frozen=True)
class HubScore:
    """The forecast of one share from one as-of date.

    Attributes
    ----------
    hub : Hub
    name : str
        Name of the sub-district.
    quantiles : tuple of float
        5%, 50% and 95% of the forecast share.
    scores : dict of str to float
        Fair CRPS of ``model`` and of each baseline, in shares (0 to 1).
    """

    hub: Hub
    name: str
    quantiles: tuple[float, float, float]
    scores: dict[str, float]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        low, middle, high = self.quantiles
        return {
            "area_id": self.hub.area_id,
            "name": self.name,
            "start": self.hub.start.isoformat(),
            "end": self.hub.end.isoformat(),
            "observed": self.hub.share,
            "q05": low,
            "q50": middle,
            "q95": high,
            "crps": self.scores["model"],
            "baselines_crps": {name: self.scores[name] for name in BASELINES},
        }


def observed_hubs(
    observations: pd.DataFrame, areas: Sequence[str], *, until: date
) -> tuple[Hub, ...]:
    """Return the observed shares, the newest of each series and sub-district.

    Parameters
    ----------
    observations : DataFrame
        Columns series_id, date, period_start, area_id, value, main, qualifier and published.
    areas : sequence of str
        Sub-districts of the results.
    until : date
        Last day that a share may cover.

    Returns
    -------
    tuple of Hub
        By period and sub-district; empty where nothing was observed.
    """
    found = []
    rows = observations[observations["date"] <= pd.Timestamp(until)]
    for arrivals, everyone in PAIRS:
        whole = rows[rows["series_id"] == everyone]
        if "main" in whole and (whole["main"] == 1).any():
            whole = whole[whole["main"] == 1]
        totals = newest_by("date", whole).set_index("date")["value"]
        parts = rows[(rows["series_id"] == arrivals) & rows["area_id"].isin(list(areas))]
        for row in newest_by("area_id", parts).sort_values("area_id").itertuples(index=False):
            day = pd.Timestamp(row.date)  # type: ignore[arg-type]
            if day not in totals.index:
                continue
            start = pd.Timestamp(row.period_start)  # type: ignore[arg-type]
            share = float(row.value) / float(totals.loc[day])  # type: ignore[arg-type]
            found.append(Hub(str(row.area_id), start.date(), day.date(), share))
    return tuple(found)


@cache
def _last_wave_table() -> pd.DataFrame:
    file = resources.files("havenline.evidence") / "data" / "last_wave_shares.csv"
    with resources.as_file(file) as path:
        return pd.read_csv(path, parse_dates=["published"])


def last_wave_shares(crisis: str, areas: Sequence[str], *, as_of: date) -> dict[str, float] | None:
    """Return the shares of an earlier wave that were published by a day.

    Parameters
    ----------
    crisis : str
        Id of the crisis.
    areas : sequence of str
        Sub-districts of the results.
    as_of : date

    Returns
    -------
    dict of str to float or None
        A share for each area, adding up to one; None where none was published.
    """
    rows = _last_wave_table()
    rows = rows[(rows["crisis"] == crisis) & (rows["published"] <= pd.Timestamp(as_of))]
    listed = {
        str(a): float(s)
        for a, s in zip(rows["area_id"], rows["share"], strict=True)
        if str(a) in areas
    }
    others = [a for a in areas if a not in listed]
    if not listed or not others:
        return None
    rest = (1.0 - sum(listed.values())) / len(others)
    return {a: listed.get(a, rest) for a in areas}


def spread_share(share: float) -> Floats:
    """Return the quantiles of a baseline's forecast around its share, (MEMBERS,) float64."""
    levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
    p = min(max(share, 1e-4), 1.0 - 1e-4)
    return np.asarray(stats.beta.ppf(levels, SPREAD * p, SPREAD * (1.0 - p)), dtype=np.float64)


def score_hubs(
    dataset: xr.Dataset,
    observations: pd.DataFrame,
    *,
    crisis: str,
    option: str,
    as_of: date,
    until: date,
) -> tuple[HubScore, ...]:
    """Score the forecast shares of one run.

    Parameters
    ----------
    dataset : Dataset
        With ``arrivals`` and ``displaced`` (option, future, day, area, group).
    observations : DataFrame
        As in `observed_hubs`.
    crisis : str
        Id of the crisis, for the shares of the last wave.
    option : str
    as_of, until : date
        Day of the forecast; last day that a share may cover.

    Returns
    -------
    tuple of HubScore
        Empty where the run holds no arrivals, or no share lies far enough ahead.
    """
    if "arrivals" not in dataset or "displaced" not in dataset:
        return ()
    areas = [str(a) for a in dataset["area"].to_numpy()]
    names = dict(zip(areas, dataset.coords["area_name"].to_numpy(), strict=True))
    run = dataset.sel(option=option)
    arrivals = run["arrivals"].transpose("future", "day", "area", "group").to_numpy().sum(axis=3)
    days = pd.DatetimeIndex(run["day"].to_numpy())
    stock = run["displaced"].isel(day=0).sum("group").mean("future").to_numpy()
    present = dict(zip(areas, stock / max(1.0, float(stock.sum())), strict=True))
    wave = last_wave_shares(crisis, areas, as_of=as_of)
    scored = []
    for hub in observed_hubs(observations, areas, until=until):
        begin = max(as_of, hub.start)
        if 2 * (hub.end - begin).days < (hub.end - hub.start).days:
            continue
        chosen = (days > pd.Timestamp(begin)) & (days <= pd.Timestamp(hub.end))
        counted = arrivals[:, chosen].sum(axis=1, dtype=np.int64)
        everyone = np.maximum(1, counted.sum(axis=1))
        samples = counted[:, areas.index(hub.area_id)] / everyone
        truth = np.array([hub.share])
        scores = {"model": _one_crps(samples, truth)}
        for name, shares in (("last_wave", wave), ("displaced_present", present)):
            scores[name] = (
                _one_crps(spread_share(shares[hub.area_id]), truth) if shares else math.nan
            )
        low, middle, high = (float(q) for q in np.quantile(samples, [0.05, 0.5, 0.95]))
        scored.append(HubScore(hub, str(names[hub.area_id]), (low, middle, high), scores))
    return tuple(scored)


def _one_crps(samples: Floats, truth: Floats) -> float:
    """Return the fair CRPS of one forecast."""
    return float(crps(samples[None, :], truth)[0])
