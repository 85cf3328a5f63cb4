"""The charts of the report: series by option, ranges by option, and the key to both."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from markupsafe import Markup

from havenline import words
from havenline.crisis import Crisis
from havenline.facts.counts import counts_shown
from havenline.outcomes.comparison import two_digits
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.sensitivity import Sensitivity, sensitivity
from havenline.report import figures
from havenline.report.figures import Band, Observed
from havenline.report.svg import label, picture, tag
from havenline.telling.answer import OptionFigures, range_text

TURNS_ON = ("newly_displaced", "peak_unsheltered", "killed")
"""Indicators for which the report draws what they turn on."""
GAP = 42.0
"""Height of an influence whose name takes one line."""
SHOWN = 6
"""Influences drawn for each."""
COST = ("displaced_by_option", "left_on_other_side", "in_captured_places")


@dataclass(frozen=True)
class Chart:
    """A picture with its heading."""

    name: str
    svg: Markup


def observed_of(crisis: Crisis, as_of: pd.Timestamp) -> list[Observed]:
    """Return the observed points of the main series, by date; later ones are marked not known."""
    out = []
    for count in counts_shown(crisis, as_of):
        date, published = pd.Timestamp(count.day), pd.Timestamp(count.published)
        when = "published" if count.known else "published after the as-of date, not used:"
        note = f"{words.number(count.persons)} on {words.day(date)}, {when} {words.day(published)}"
        out.append(Observed(date=date, value=count.persons, known=count.known, note=note))
    return out


def observed_text(observed: Sequence[Observed]) -> str:
    """Return one sentence on the observed points."""
    if not observed:
        return "There are no observed points to compare with."
    known = [p for p in observed if p.known]
    later = len(observed) - len(known)
    if not known:
        text = "No observed point was published by the as-of date"
    else:
        last = known[-1]
        text = (
            f"Solid points were published by the as-of date, the last of them "
            f"{words.number(last.value)} on {words.day(last.date)}"
        )
    if later:
        text += "; hollow points were published after the as-of date and were not used"
    return text + "."


def _bands(dataset: xr.Dataset, variable: str) -> dict[str, Band]:
    table = dataset[variable].transpose("option", "future", "day")
    days = dataset["day"].to_numpy()
    return {
        str(o): figures.band_of(np.asarray(table.isel(option=k).to_numpy()), days)
        for k, o in enumerate(dataset["option"].to_numpy())
    }


def _end_text(band: Band) -> str:
    low, middle, high = (words.compact(two_digits(float(band.levels[k, -1]))) for k in (0, 2, 4))
    return f"On the last day the median is {middle}, the 5 to 95% range {low} to {high}."


def _series(
    dataset: xr.Dataset,
    variable: str,
    names: Mapping[str, str],
    baseline: str,
    *,
    prefix: str,
    what: str,
    history: Band | None = None,
    observed: Sequence[Observed] = (),
) -> list[Chart]:
    bands = _bands(dataset, variable)
    as_of = pd.Timestamp(dataset["day"].to_numpy()[0])
    every = [*bands.values(), *([history] if history is not None else [])]
    start = min(b.days[0] for b in every)
    end = max(b.days[-1] for b in every)
    shown = [p for p in observed if start <= p.date <= end]
    frame = figures.frame_for(every, shown, as_of)
    out = []
    for k, (option, band) in enumerate(bands.items()):
        name = names.get(option, option)
        svg = figures.band_chart(
            frame,
            band,
            name=f"{prefix}-{k}",
            title=f"{what}: {name}",
            desc=f"{what} by day. {_end_text(band)}",
            baseline=bands.get(baseline) if option != baseline else None,
            history=history,
            observed=shown,
        )
        out.append(Chart(name, Markup(svg)))
    return out


def newly_displaced(
    dataset: xr.Dataset, names: Mapping[str, str], baseline: str, observed: Sequence[Observed]
) -> list[Chart]:
    """Return a chart for each option: newly displaced people, with the replay before."""
    history = figures.band_of(
        np.asarray(
            dataset["history_newly_displaced"].transpose("future", "history_day").to_numpy()
        ),
        dataset["history_day"].to_numpy(),
    )
    return _series(
        dataset,
        "newly_displaced",
        names,
        baseline,
        prefix="new",
        what="People newly displaced since the start of the period",
        history=history,
        observed=observed,
    )


def unsheltered(dataset: xr.Dataset, names: Mapping[str, str], baseline: str) -> list[Chart]:
    """Return a chart for each option: displaced people without shelter."""
    return _series(
        dataset,
        "unsheltered",
        names,
        baseline,
        prefix="bare",
        what="Displaced people without shelter",
    )


def key(name: str, observed: Sequence[Observed], baseline: OptionFigures | None) -> Markup:
    """Return the key to the charts of newly displaced people."""
    return Markup(
        figures.key_chart(
            name,
            known=any(p.known for p in observed),
            later=any(not p.known for p in observed),
            baseline=baseline.name if baseline else "",
        )
    )


def ranges(
    columns: Sequence[OptionFigures],
    indicator: str,
    name: str,
    *,
    top: float | None = None,
    width: float = 400.0,
) -> Markup:
    """Return one indicator of all options on one axis, figures as in the answer table."""
    rows = []
    for column in columns:
        f = column.figures[indicator]
        rows.append(
            figures.RangeRow(column.name, f.median, f.q05, f.q95, range_text(f), column.baseline)
        )
    title = words.title(indicator)
    desc = "; ".join(f"{r.name}: {r.text}" for r in rows) + "."
    return Markup(figures.range_rows(rows, name=name, title=title, desc=desc, top=top, width=width))


def cost(columns: Sequence[OptionFigures]) -> list[Chart]:
    """Return what options do to people themselves beside what force takes, on one scale."""
    top = max(c.figures[k].q95 for c in columns for k in COST)
    return [
        Chart(INDICATORS[k].name, ranges(columns, k, f"cost-{n}", top=top, width=340.0))
        for n, k in enumerate(COST)
    ]


def turns_on(dataset: xr.Dataset, option: str) -> list[Chart]:
    """Return a picture for each main outcome of what it turns on under an option."""
    out = []
    for indicator in TURNS_ON:
        found = sensitivity(dataset, option, indicator)
        if found.influences:
            out.append(Chart(INDICATORS[indicator].name, _bars(found)))
    return out


def _bars(found: Sensitivity) -> Markup:
    """Draw the strongest influences as bars, with the height that luck alone reaches."""
    width, left, right = 340.0, 8.0, 12.0
    shown = found.influences[:SHOWN]
    top = max(0.5, *(f.index for f in shown))

    def x(value: float) -> float:
        return left + value / top * (width - left - right)

    parts = []
    y = 8.0
    for influence in shown:
        colour = figures.BLUE if influence.clear else figures.GREY
        if influence.column.happened:
            colour = figures.ORANGE if influence.clear else figures.GREY
        lines = two_lines(influence.column.meaning)
        for i, text in enumerate(lines):
            parts.append(label(left, y + 12 + 15 * i, text, class_="key"))
        y += 15.0 * (len(lines) - 1)
        parts.append(
            tag("rect", x=left, y=y + 18.0, width=max(1.0, x(influence.index) - left), height="9",
                rx="2", fill=colour, fill_opacity="0.75")
        )  # fmt: skip
        if influence.clear and abs(influence.direction) > 0.2:
            sign = "more with more of it" if influence.direction > 0 else "fewer with more of it"
            end = x(influence.index)
            room = end + 130 < width
            parts.append(
                label(end + 6 if room else end - 4, y + 26, sign, class_="axis" if room else "on",
                      text_anchor="start" if room else "end")
            )  # fmt: skip
        y += GAP
    base = y
    luck = x(min(found.luck, top))
    parts.append(
        tag("line", x1=luck, x2=luck, y1=4.0, y2=base, stroke=figures.INK, stroke_dasharray="3 3")
    )
    parts.append(label(luck, base + 14, "luck reaches here", text_anchor="middle", class_="axis"))
    clear = [f.column.meaning for f in shown if f.clear]
    desc = "Above luck: " + "; ".join(clear) if clear else "Nothing stands above luck"
    name = INDICATORS[found.indicator].name
    return Markup(
        picture(
            width,
            base + 20,
            parts,
            name=f"turns-{found.indicator.replace('_', '-')}",
            title=f"What {name.lower()} turns on",
            desc=f"{desc}.",
        )
    )


def two_lines(text: str, most: int = 46) -> list[str]:
    """Break a meaning into one or two lines; cut it at a word where two do not hold it."""
    lines = textwrap.wrap(text, most)
    if len(lines) <= 2:
        return lines
    return [lines[0], textwrap.shorten(" ".join(lines[1:]), most, placeholder=" …")]
