"""Options compared: figures by indicator, paired differences to no deal, regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from havenline.engine.layout import VARIABLES
from havenline.errors import RunError
from havenline.outcomes.errors import clearly_not_zero, quantile_error, round_to_error
from havenline.outcomes.indicators import (
    INDICATORS,
    Better,
    Indicator,
    judged_by,
    per_future,
    read_once,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

REGRET_QUANTILE = 0.9
FUTURES_AT_ONCE = 200


@dataclass(frozen=True)
class Summary:
    """Median, 5% and 95% quantile over futures, each with its standard error (None for one)."""

    median: float
    q05: float
    q95: float
    mc_error: float | None
    q05_error: float | None = None
    q95_error: float | None = None

    def rounded(self) -> Summary:
        """Return each figure rounded to its own error, and never finer than whole units.

        An end of the range is never rounded finer than the median, nor across it.
        """
        median = whole(self.median, self.mc_error)
        low = whole(self.q05, max(self.q05_error or 0.0, self.mc_error or 0.0))
        high = whole(self.q95, max(self.q95_error or 0.0, self.mc_error or 0.0))
        return Summary(
            median=median,
            q05=min(low, median),
            q95=max(high, median),
            mc_error=None if self.mc_error is None else two_digits(self.mc_error),
        )


@dataclass(frozen=True)
class Difference:
    """An option less the baseline under the same futures.

    Attributes
    ----------
    summary : Summary
        Of the differences, in the unit of the indicator.
    better, worse : int or None
        Futures in which the option is better or worse; None where neither direction is, and for
        the baseline itself.
    futures : int
        Futures compared.
    distinguishable : bool
        False where the median difference is within what so few futures could give by luck, or
        is 0 once rounded.
    to_itself : bool
        True for the baseline, whose difference is 0 by definition.
    """

    summary: Summary
    better: int | None
    futures: int
    distinguishable: bool
    to_itself: bool = False
    worse: int | None = None

    @property
    def share_better(self) -> str | None:
        """In how many futures the option is better, such as ``"62 of 100"``."""
        return None if self.better is None else of_hundred(self.better, self.futures)

    def to_json_dict(self, rounded: bool = True) -> dict[str, Any]:
        """Return the difference as plain values; whole numbers where rounded."""
        summary = self.summary.rounded() if rounded else self.summary
        return {**_plain(summary), "share_better": self.share_better}


@dataclass(frozen=True)
class Answer:
    """One indicator under one option.

    Attributes
    ----------
    indicator, name, unit : str
    better : {"lower", "neither"}
    prior_only : bool
        True where the figure rests on a prior alone.
    summary : Summary
    difference : Difference or None
        None where the result has no baseline.
    regret_p90, regret_error : float or None
        90% quantile over futures of the distance to the best option of that future, within the
        options compared, and its standard error; None where neither direction is better.
    """

    indicator: str
    name: str
    unit: str
    better: Better
    prior_only: bool
    summary: Summary
    difference: Difference | None
    regret_p90: float | None
    regret_error: float | None

    @property
    def distinguishable(self) -> bool:
        """Whether the option differs from the baseline by more than luck."""
        return self.difference is not None and self.difference.distinguishable

    def to_json_dict(self, rounded: bool = True) -> dict[str, Any]:
        """Return the answer as plain values; whole numbers where rounded."""
        summary = self.summary.rounded() if rounded else self.summary
        regret = self.regret_p90
        if rounded and regret is not None:
            regret = whole(regret, self.regret_error)
        return {
            "name": self.name,
            "unit": self.unit,
            "better": self.better,
            "prior_only": self.prior_only,
            **_plain(summary),
            "difference_to_no_deal": (
                None if self.difference is None else self.difference.to_json_dict(rounded)
            ),
            "regret_p90": regret,
            "distinguishable": self.distinguishable,
        }


@dataclass(frozen=True)
class OptionAnswer:
    """One option: its id, its name and an answer by indicator id."""

    id: str
    name: str
    indicators: Mapping[str, Answer]


@dataclass(frozen=True)
class Comparison:
    """The options of a result compared, baseline first as in the result.

    Attributes
    ----------
    crisis, as_of, version : str
    futures, days, seed : int
    partial : bool
        True where the run was stopped and only finished futures count.
    baseline : str
        Id of the option that the others are compared to; ``""`` for none.
    options : tuple of OptionAnswer
    """

    crisis: str
    as_of: str
    futures: int
    days: int
    seed: int
    version: str
    partial: bool
    baseline: str
    options: tuple[OptionAnswer, ...]

    def answer(self, option: str, indicator: str) -> Answer:
        """Return the answer of one option (id) for one indicator (id)."""
        for candidate in self.options:
            if candidate.id == option:
                return candidate.indicators[indicator]
        raise KeyError(option)

    def to_json_dict(self, rounded: bool = True) -> dict[str, Any]:
        """Return the comparison as plain values for JSON.

        Parameters
        ----------
        rounded : bool
            Round figures to their Monte-Carlo error; otherwise as computed.
        """
        return {
            "crisis": self.crisis,
            "as_of": self.as_of,
            "futures": self.futures,
            "days": self.days,
            "seed": self.seed,
            "version": self.version,
            "partial": self.partial,
            "baseline": self.baseline or None,
            "options": [
                {
                    "id": option.id,
                    "name": option.name,
                    "indicators": {
                        name: answer.to_json_dict(rounded)
                        for name, answer in option.indicators.items()
                    },
                }
                for option in self.options
            ],
        }

    def to_frame(self, rounded: bool = False) -> pd.DataFrame:
        """Return a tidy table, a row per option and indicator.

        Parameters
        ----------
        rounded : bool
            Round figures to their Monte-Carlo error; otherwise as computed.

        Returns
        -------
        pandas.DataFrame
            Columns option, option_name, indicator, name, unit, better, prior_only, median, q05,
            q95, mc_error, difference_median, difference_q05, difference_q95, difference_mc_error,
            share_better, distinguishable, regret_p90; missing where there is none.
        """
        import pandas as pd

        rows = []
        for option in self.options:
            for name, answer in option.indicators.items():
                plain = answer.to_json_dict(rounded)
                difference = plain.pop("difference_to_no_deal") or {}
                rows.append(
                    {
                        "option": option.id,
                        "option_name": option.name,
                        "indicator": name,
                        **{k: plain[k] for k in _FIRST_COLUMNS},
                        **{f"difference_{k}": difference.get(k) for k in _FIGURES},
                        "share_better": difference.get("share_better"),
                        "distinguishable": plain["distinguishable"],
                        "regret_p90": plain["regret_p90"],
                    }
                )
        frame = pd.DataFrame(rows)
        numbers = [*_FIGURES, *(f"difference_{k}" for k in _FIGURES), "regret_p90"]
        return frame.astype(dict.fromkeys(numbers, np.float64))


_FIGURES = ("median", "q05", "q95", "mc_error")
_FIRST_COLUMNS = ("name", "unit", "better", "prior_only", *_FIGURES)


def compare(dataset: xr.Dataset, baseline: str | None = None) -> Comparison:
    """Compare the options of a result.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result, from :func:`havenline.simulate` or a result file.
    baseline : str, optional
        Id of the option to compare to. Where not given, the attribute ``baseline`` of the
        dataset, or else its first option; an attribute ``""`` means that there is none.

    Returns
    -------
    Comparison
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    names = _names(dataset, ids)
    if baseline is None:
        baseline = str(dataset.attrs.get("baseline", ids[0]))
    if baseline and baseline not in ids:
        raise RunError(f"the result has no option {baseline}; it has {', '.join(ids)}")
    base = ids.index(baseline) if baseline else None
    answers: list[dict[str, Answer]] = [{} for _ in ids]
    given = read_once(dataset)
    for indicator in INDICATORS.values():
        values = per_future(dataset, indicator.id, given)
        weighed = judged_by(dataset, indicator.id, given)
        for column, answer in enumerate(_answers(indicator, values, weighed, base)):
            answers[column][indicator.id] = answer
    attrs = dataset.attrs
    first_day = np.datetime_as_string(dataset["day"].to_numpy()[0], unit="D")
    return Comparison(
        crisis=str(attrs.get("crisis", "")),
        as_of=str(attrs.get("as_of", first_day)),
        futures=int(dataset.sizes["future"]),
        days=int(dataset.sizes["day"]) - 1,
        seed=int(attrs.get("seed", 0)),
        version=str(attrs.get("havenline_version", "")),
        partial=bool(attrs.get("partial", 0)),
        baseline=baseline,
        options=tuple(OptionAnswer(i, n, a) for i, n, a in zip(ids, names, answers, strict=True)),
    )


def bands(
    dataset: xr.Dataset, variable: str, option: str, qs: Sequence[float]
) -> NDArray[np.float64]:
    """Return quantiles over futures of one variable under one option, day by day.

    Parameters
    ----------
    dataset : xarray.Dataset
    variable : str
        A variable by future and day; groups are added up before the quantiles are taken.
    option : str
        Id of the option.
    qs : sequence of float
        Quantiles between 0 and 1.

    Returns
    -------
    (quantile, day[, area]) float64
        In the unit of the variable.
    """
    dims = VARIABLES[variable].dims
    if dims[:3] != ("option", "future", "day"):
        raise ValueError(f"{variable} is not by option, future and day")
    if "area" not in dims:
        chosen = dataset[variable].sel(option=option).transpose("future", "day")
        return np.asarray(np.quantile(chosen.to_numpy(), list(qs), axis=0), dtype=np.float64)
    values = by_area(dataset, variable, option)
    by_quantile = [np.quantile(values[:, :, a], list(qs), axis=0) for a in range(values.shape[2])]
    return np.stack(by_quantile, axis=-1).astype(np.float64, copy=False)


def by_area(dataset: xr.Dataset, variable: str, option: str) -> NDArray[np.int32]:
    """Return a variable by area under one option, groups added up.

    Reads a block of futures at a time, so that a result file larger than memory can be used.

    Parameters
    ----------
    dataset : xarray.Dataset
    variable : str
        One of `havenline.engine.layout.LARGE`.
    option : str
        Id of the option.

    Returns
    -------
    (future, day, area) int32
        Persons, or persons per day.
    """
    dims = VARIABLES[variable].dims[1:]
    chosen = dataset[variable].sel(option=option).transpose(*dims)
    sizes = dataset.sizes
    total = np.empty((sizes["future"], sizes["day"], sizes["area"]), dtype=np.int32)
    for start in range(0, sizes["future"], FUTURES_AT_ONCE):
        block = slice(start, start + FUTURES_AT_ONCE)
        values = chosen.isel(future=block).to_numpy()
        total[block] = values.sum(axis=-1) if "group" in dims else values
    return total


def exceedance(
    dataset: xr.Dataset, indicator: str, option: str, threshold: float
) -> tuple[int, int]:
    """Return in how many futures an indicator lies above a threshold, and of how many.

    Parameters
    ----------
    dataset : xarray.Dataset
    indicator, option : str
        Ids.
    threshold : float
        In the unit of the indicator.

    Returns
    -------
    (int, int)
        Futures above the threshold; all futures.
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    values = per_future(dataset, indicator)[ids.index(option)]
    return int((values > threshold).sum()), int(values.size)


def of_hundred(count: int, futures: int) -> str:
    """Return a count of futures as ``"n of 100"``; as it is where there are fewer than 100.

    Neither 0 nor 100 is reached by rounding.
    """
    if futures <= 100:
        return f"{count} of {futures}"
    scaled = round(100 * count / futures)
    if 0 < count < futures:
        scaled = min(99, max(1, scaled))
    return f"{scaled} of 100"


def whole(value: float, error: float | None) -> int:
    """Round to the error and never finer than whole units."""
    return int(round_to_error(value, max(error or 0.0, 1.0)))


def two_digits(error: float) -> float:
    """Round an error to its two leading digits."""
    return round_to_error(error, error / 10)


def _answers(
    indicator: Indicator,
    values: NDArray[np.float64],
    weighed: NDArray[np.float64],
    base: int | None,
) -> list[Answer]:
    """Return the answers for one indicator, ``values`` and ``weighed`` (option, future)."""
    lower = indicator.better == "lower"
    regret = weighed - weighed.min(axis=0) if lower else None
    answers = []
    for column, row in enumerate(values):
        answers.append(
            Answer(
                indicator=indicator.id,
                name=indicator.name,
                unit=indicator.unit,
                better=indicator.better,
                prior_only=indicator.prior_only,
                summary=summary_of(row),
                difference=(
                    None
                    if base is None
                    else difference_of(
                        row,
                        values[base],
                        lower,
                        column == base,
                        judged=weighed[column] - weighed[base],
                    )
                ),
                regret_p90=(
                    None if regret is None else float(np.quantile(regret[column], REGRET_QUANTILE))
                ),
                regret_error=(
                    None if regret is None else quantile_error(regret[column], REGRET_QUANTILE)
                ),
            )
        )
    return answers


def summary_of(values: NDArray[np.float64]) -> Summary:
    """Return median and 5-95% range of values over futures, with their errors."""
    q05, median, q95 = (float(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    errors = (quantile_error(values, q) for q in (0.5, 0.05, 0.95))
    return Summary(median, q05, q95, *errors)


def difference_of(
    values: NDArray[np.float64],
    baseline: NDArray[np.float64],
    lower: bool,
    to_itself: bool = False,
    judged: NDArray[np.float64] | None = None,
) -> Difference:
    """Return the paired difference of two options.

    Parameters
    ----------
    values, baseline : (future,) float64
        An indicator under the option and under what it is compared to.
    lower : bool
        Whether less is better.
    to_itself : bool
        Whether both are the same option.
    judged : (future,) float64, optional
        The difference by which one is better or worse; that of the values if not given. Only a
        difference that both show is told as one.
    """
    paired = values - baseline
    judged = paired if judged is None else judged
    summary = summary_of(paired)
    told = clearly_not_zero(paired) and summary.rounded().median != 0
    same = np.sign(np.median(judged)) == np.sign(np.median(paired))
    return Difference(
        summary=summary,
        better=int((judged < 0).sum()) if lower and not to_itself else None,
        futures=int(paired.size),
        distinguishable=told and clearly_not_zero(judged) and bool(same),
        to_itself=to_itself,
        worse=int((judged > 0).sum()) if lower and not to_itself else None,
    )


def _names(dataset: xr.Dataset, ids: Sequence[str]) -> list[str]:
    if "option_name" not in dataset.coords:
        return list(ids)
    return [str(v) for v in dataset["option_name"].to_numpy()]


def _plain(summary: Summary) -> dict[str, float | None]:
    return {name: getattr(summary, name) for name in _FIGURES}
