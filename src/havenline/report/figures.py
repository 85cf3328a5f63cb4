"""Charts as SVG: bands over time with observed points, and ranges side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline import words
from havenline.report import ticks
from havenline.report.svg import Point, label, num, path_data, picture, tag, text_of

FloatArray = npt.NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

INK = "#1f2933"
SOFT = "#5b6770"
RULE = "#d9dee2"
BLUE = "#0072b2"
GREY = "#6b747b"
ORANGE = "#d55e00"


@dataclass(frozen=True)
class Band:
    """How a daily series spreads over the futures.

    Attributes
    ----------
    days : pandas.DatetimeIndex
        (day,) dates.
    levels : ndarray
        (5, day) values at 5, 25, 50, 75 and 95 percent of the futures.
    """

    days: pd.DatetimeIndex
    levels: FloatArray

    @property
    def top(self) -> float:
        """Largest finite value."""
        return float(np.nanmax(self.levels)) if np.isfinite(self.levels).any() else 0.0


@dataclass(frozen=True)
class Observed:
    """One observed point.

    Attributes
    ----------
    date : pandas.Timestamp
        Day the value stands for.
    value : float
        Value in the unit of the chart.
    known : bool
        Whether it was published by the as-of date.
    note : str
        Value, publication day and source in words.
    """

    date: pd.Timestamp
    value: float
    known: bool
    note: str


def band_of(values: npt.ArrayLike, days: npt.ArrayLike) -> Band:
    """Return the band of values (future, day) over days (day,), ignoring missing futures."""
    table = np.asarray(values, dtype=np.float64)
    kept = table[np.isfinite(table).all(axis=1)]
    shape = (len(QUANTILES), table.shape[1])
    levels = np.quantile(kept, QUANTILES, axis=0) if len(kept) else np.full(shape, np.nan)
    return Band(pd.DatetimeIndex(np.asarray(days)), np.asarray(levels, dtype=np.float64))


@dataclass(frozen=True)
class Frame:
    """Axes that several charts share: dates across, values up from 0.

    Attributes
    ----------
    start, end : pandas.Timestamp
        First and last day shown.
    as_of : pandas.Timestamp
        The as-of date, drawn as a line.
    marks : tuple of float
        Values with a grid line; the last is the top of the axis.
    width, height : float
        Pixels of the whole chart.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    as_of: pd.Timestamp
    marks: tuple[float, ...]
    width: float = 340.0
    height: float = 236.0

    left = 44.0
    right = 10.0
    above = 24.0
    below = 26.0

    def x(self, date: object) -> float:
        """Return the pixel across for a date."""
        share = (pd.Timestamp(date) - self.start) / (self.end - self.start)  # type: ignore[arg-type]
        return self.left + float(share) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Return the pixel down for a value."""
        room = self.height - self.above - self.below
        return self.height - self.below - value / self.marks[-1] * room

    def line(self, days: pd.DatetimeIndex, values: FloatArray) -> list[Point]:
        """Return points for values (day,) over days (day,), without missing values."""
        return [(self.x(d), self.y(float(v))) for d, v in zip(days, values, strict=True) if v == v]


def frame_for(
    bands: Sequence[Band],
    observed: Sequence[Observed],
    as_of: pd.Timestamp,
    *,
    height: float = 236.0,
) -> Frame:
    """Return axes that hold all bands and observed points."""
    tops = [b.top for b in bands] + [p.value for p in observed]
    start = min(b.days[0] for b in bands)
    end = max(b.days[-1] for b in bands)
    if end <= start:
        end = start + pd.Timedelta(days=1)
    return Frame(start, end, as_of, tuple(ticks.steps(max(tops, default=0.0))), height=height)


def _axes(frame: Frame) -> list[str]:
    out: list[str] = []
    right = frame.width - frame.right
    for mark in frame.marks:
        y = frame.y(mark)
        out.append(tag("line", x1=frame.left, x2=right, y1=y, y2=y, stroke=RULE))
        out.append(
            label(frame.left - 6, y + 4, words.compact(mark), text_anchor="end", class_="axis")
        )
    base = frame.y(0)
    last = -1e9
    for first in ticks.months(frame.start, frame.end):
        x = frame.x(first)
        out.append(tag("line", x1=x, x2=x, y1=base, y2=base + 4, stroke=SOFT))
        if x - last > 28 and x < right - 12:
            out.append(
                label(x, base + 17, first.month_name()[:3], text_anchor="middle", class_="axis")
            )
            last = x
    return out


def _as_of_line(frame: Frame) -> list[str]:
    x = frame.x(frame.as_of)
    anchor, shift = ("start", 4.0) if x < frame.width * 0.6 else ("end", -4.0)
    return [
        tag(
            "line",
            x1=x,
            x2=x,
            y1=frame.above - 12,
            y2=frame.y(0),
            stroke=INK,
            stroke_dasharray="2 3",
        ),
        label(
            x + shift,
            frame.above - 6,
            f"as of {words.short_day(frame.as_of)}",
            text_anchor=anchor,
            class_="axis",
        ),
    ]


def _band(frame: Frame, band: Band, colour: str, *, strong: bool) -> list[str]:
    def area(low: int, high: int, opacity: str) -> str:
        there = frame.line(band.days, band.levels[high])
        back = frame.line(band.days, band.levels[low])[::-1]
        path = path_data(there + back, close=True)
        return tag("path", d=path, fill=colour, fill_opacity=opacity)

    middle = path_data(frame.line(band.days, band.levels[2]))
    width = "2" if strong else "1.5"
    dash = None if strong else "5 3"
    out = [area(0, 4, "0.18" if strong else "0.14")]
    if strong:
        out.append(area(1, 3, "0.32"))
    line = tag(
        "path", d=middle, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash
    )
    return [*out, line]


def _points(frame: Frame, observed: Sequence[Observed]) -> list[str]:
    out = []
    for p in observed:
        if not frame.start <= p.date <= frame.end:
            continue
        out.append(
            tag(
                "circle",
                tag("title", text_of(p.note)),
                cx=frame.x(p.date),
                cy=frame.y(p.value),
                r="3.2",
                fill=INK if p.known else "#ffffff",
                stroke=INK,
                stroke_width="1.2",
                class_="known" if p.known else "later",
            )
        )
    return out


def band_chart(
    frame: Frame,
    band: Band,
    *,
    name: str,
    title: str,
    desc: str,
    baseline: Band | None = None,
    history: Band | None = None,
    observed: Sequence[Observed] = (),
) -> str:
    """Return one chart: the option's bands, no deal behind in grey, observed points on top.

    Parameters
    ----------
    frame : Frame
        Axes, shared by the charts that stand together.
    band : Band
        Bands of the option.
    name : str
        Identifier, unique in the page.
    title, desc : str
        Short name, and what is shown in words.
    baseline : Band or None
        No deal, drawn in grey with a dashed median; None for the chart of no deal itself.
    history : Band or None
        The replay up to the as-of date.
    observed : sequence of Observed
        Solid if known by the as-of date, hollow if published later.
    """
    colour = BLUE if baseline is not None else GREY
    parts = _axes(frame)
    if history is not None:
        parts += _band(frame, history, GREY, strong=True)
    if baseline is not None:
        parts += _band(frame, baseline, GREY, strong=False)
    parts += _band(frame, band, colour, strong=True)
    parts += _as_of_line(frame)
    parts += _points(frame, observed)
    return picture(frame.width, frame.height, parts, name=name, title=title, desc=desc)


def key_chart(name: str, *, known: bool, later: bool, baseline: str) -> str:
    """Return the key of the band charts as a picture of its own.

    Parameters
    ----------
    name : str
        Identifier, unique in the page.
    known, later : bool
        Whether there are observed points known by the as-of date, and later ones.
    baseline : str
        Name of the option repeated in grey; empty for none.
    """
    entries: list[tuple[list[str], str]] = [
        ([_key_line(BLUE, None)], "median of the futures"),
        ([_key_box("0.45", BLUE, 12)], "half of the futures (25 to 75%)"),
        ([_key_box("0.18", BLUE, 18)], "nine in ten futures (5 to 95%)"),
        ([_key_box("0.38", GREY, 12), _key_line(GREY, None)], "replay up to the as-of date"),
    ]
    if baseline:
        mark = [_key_box("0.14", GREY, 18), _key_line(GREY, "5 3")]
        entries.append((mark, f"{baseline}, in the same futures"))
    if known:
        entries.append(([_key_point(INK)], "observed, published by the as-of date"))
    if later:
        entries.append(([_key_point("#ffffff")], "published after the as-of date, not used"))
    row = 27.0
    parts = []
    for k, (marks, text) in enumerate(entries):
        body = "".join(marks) + label(58, 5, text, class_="key")
        parts.append(tag("g", body, transform=f"translate(0 {14 + k * 27})"))
    return picture(
        340,
        row * len(entries) + 4,
        parts,
        name=name,
        title="How to read the charts",
        desc="; ".join(text for _, text in entries) + ".",
    )


def _key_line(colour: str, dash: str | None) -> str:
    return tag(
        "line", x1="4", x2="46", y1="0", y2="0", stroke=colour, stroke_width="2",
        stroke_dasharray=dash,
    )  # fmt: skip


def _key_box(opacity: str, colour: str, height: float) -> str:
    return tag(
        "rect", x="4", y=-height / 2, width="42", height=height, fill=colour, fill_opacity=opacity
    )


def _key_point(fill: str) -> str:
    return tag("circle", cx="25", cy="0", r="3.6", fill=fill, stroke=INK, stroke_width="1.2")


@dataclass(frozen=True)
class RangeRow:
    """One row of :func:`range_rows`: a name, a median with its 5 to 95% range, and its text.

    ``counted`` is what was counted of it later, if anything.
    """

    name: str
    median: float
    low: float
    high: float
    text: str
    baseline: bool = False
    counted: float | None = None


def range_rows(
    rows: Sequence[RangeRow],
    *,
    name: str,
    title: str,
    desc: str,
    top: float | None = None,
    width: float = 340.0,
) -> str:
    """Return ranges on one axis, each with its name and figures above its bar.

    Parameters
    ----------
    rows : sequence of RangeRow
        Options, no deal first.
    name, title, desc : str
        As in :func:`band_chart`.
    top : float or None
        Largest value of the axis, where several pictures share it.
    width : float
        Pixels.
    """
    pitch, left, right = 58.0, 8.0, 18.0
    counted = any(r.counted is not None for r in rows)
    head = 24.0 if counted else 0.0
    most = max([max(r.high, r.counted or 0.0) for r in rows], default=0.0)
    marks = ticks.steps(most if top is None else top)
    base = head + 6 + pitch * len(rows)

    def x(value: float) -> float:
        return left + value / marks[-1] * (width - left - right)

    parts = _key_counted(left) if counted else []
    for mark in marks:
        parts.append(tag("line", x1=x(mark), x2=x(mark), y1=head + 4.0, y2=base, stroke=RULE))
        parts.append(
            label(x(mark), base + 17, words.compact(mark), text_anchor="middle", class_="axis")
        )
    for k, r in enumerate(rows):
        y = head + 6 + pitch * k
        colour = GREY if r.baseline else BLUE
        parts.append(label(left, y + 12, r.name, class_="name halo"))
        parts.append(label(left, y + 28, r.text, class_="key halo"))
        span = max(x(r.high) - x(r.low), 1.0)
        parts.append(
            tag("rect", x=x(r.low), y=y + 35.0, width=span, height="10", rx="2", fill=colour,
                fill_opacity="0.38")
        )  # fmt: skip
        parts.append(
            tag("circle", cx=x(r.median), cy=y + 40.0, r="5.5", fill=colour, stroke="#ffffff",
                stroke_width="1.5")
        )  # fmt: skip
        if r.counted is not None:
            parts.append(_diamond(x(r.counted), y + 40.0))
    return picture(width, base + 24, parts, name=name, title=title, desc=desc)


def _key_counted(left: float) -> list[str]:
    """Return the key above ranges beside which stands what was counted."""
    return [
        tag("rect", x=left, y="6", width="22", height="10", rx="2", fill=GREY, fill_opacity="0.38"),
        tag("circle", cx=left + 11, cy="11", r="5.5", fill=GREY, stroke="#fff", stroke_width="1.5"),
        label(left + 28, 15, "forecast: median, 5 to 95%", class_="key"),
        _diamond(left + 222, 11.0),
        label(left + 234, 15, "counted later", class_="key"),
    ]


def _diamond(x: float, y: float) -> str:
    corners = (
        f"{num(x)},{num(y - 7)} {num(x + 7)},{num(y)} {num(x)},{num(y + 7)} {num(x - 7)},{num(y)}"
    )
    return tag("polygon", points=corners, fill=ORANGE, stroke="#ffffff", stroke_width="1.5")
