from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from havenline.report import figures
from havenline.report.figures import Observed, RangeRow

DAYS = pd.date_range("2020-01-15", periods=11)
AS_OF = DAYS[0]


def band(scale: float = 1.0) -> figures.Band:
    values = scale * np.arange(1, 41)[:, None] * np.linspace(0, 1, 11)[None, :]
    return figures.band_of(values, DAYS)


def test_band_holds_the_quantiles_over_futures() -> None:
    made = band()
    assert made.levels.shape == (5, 11)
    np.testing.assert_allclose(
        made.levels[:, -1], np.quantile(np.arange(1, 41), [0.05, 0.25, 0.5, 0.75, 0.95])
    )
    assert made.top == made.levels[4, -1]


def test_band_leaves_out_futures_with_missing_days() -> None:
    values = np.ones((3, 11))
    values[1, 4] = np.nan
    values[2] = 5
    assert band_ends(values) == (1.2, 3.0, 4.8)
    assert np.isnan(figures.band_of(values[1:2], DAYS).levels).all()


def band_ends(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[float, ...]:
    levels = figures.band_of(values, DAYS).levels
    return tuple(round(float(levels[k, -1]), 9) for k in (0, 2, 4))


def test_axes_start_at_zero_and_hold_bands_and_points() -> None:
    point = Observed(DAYS[3], 95.0, known=False, note="n")
    frame = figures.frame_for([band()], [point], AS_OF)
    assert frame.marks[0] == 0
    assert frame.marks[-1] >= 95
    assert frame.x(DAYS[0]) == frame.left
    assert frame.x(DAYS[-1]) == frame.width - frame.right
    assert frame.y(0) > frame.y(50) > frame.y(frame.marks[-1]) == frame.above


def test_points_are_filled_only_where_known() -> None:
    points = [
        Observed(DAYS[0], 10.0, known=True, note="known one"),
        Observed(DAYS[5], 20.0, known=False, note="later one"),
        Observed(DAYS[-1] + pd.Timedelta(days=9), 30.0, known=False, note="outside"),
    ]
    frame = figures.frame_for([band()], points, AS_OF)
    svg = figures.band_chart(frame, band(), name="a", title="t", desc="d", observed=points)
    circles = [e for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("circle")]
    assert [(c.get("class"), c.get("fill")) for c in circles] == [
        ("known", figures.INK),
        ("later", "#ffffff"),
    ]
    assert "outside" not in svg


def test_no_deal_is_repeated_in_grey_behind() -> None:
    frame = figures.frame_for([band(), band(2)], [], AS_OF)
    alone = figures.band_chart(frame, band(), name="a", title="t", desc="d")
    both = figures.band_chart(frame, band(), name="a", title="t", desc="d", baseline=band(2))
    assert figures.BLUE not in alone
    assert figures.BLUE in both
    assert both.index('stroke-dasharray="5 3"') < both.index(f'stroke="{figures.BLUE}"')


def test_key_names_only_what_is_drawn() -> None:
    full = figures.key_chart("k", known=True, later=True, baseline="No <deal>")
    assert "published after the as-of date, not used" in full
    assert "No &lt;deal&gt;, in the same futures" in full
    bare = figures.key_chart("k", known=False, later=False, baseline="")
    assert "observed" not in bare
    assert "same futures" not in bare


def test_ranges_share_an_axis_and_tell_their_figures() -> None:
    rows = [
        RangeRow("No deal", 50, 10, 90, "50 (10 to 90)", baseline=True),
        RangeRow("Other", 0, 0, 0, "0"),
    ]
    root = ElementTree.fromstring(
        figures.range_rows(rows, name="r", title="t", desc="d", top=400.0)
    )
    texts = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert texts[-4:] == ["No deal", "50 (10 to 90)", "Other", "0"]
    assert "400" in texts
    bars = [e for e in root.iter() if e.tag.endswith("rect")]
    assert float(bars[0].get("width", "0")) == pytest.approx(80 / 400 * (340 - 26), abs=0.1)
