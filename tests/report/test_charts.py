from __future__ import annotations

from dataclasses import replace

import pandas as pd
import xarray as xr

from havenline.crisis import Crisis
from havenline.outcomes.comparison import Comparison
from havenline.report import charts
from havenline.telling.answer import columns_of

AS_OF = pd.Timestamp("2020-01-15")


def test_a_point_is_known_from_its_publication_on(crisis: Crisis) -> None:
    points = charts.observed_of(crisis, AS_OF)
    rows = crisis.observations
    rows = rows[(rows["series_id"] == crisis.meta.displaced_series) & (rows["main"] == 1)]
    assert len(points) == len(rows)
    assert [p.date for p in points] == sorted(p.date for p in points)
    for point in points:
        days = rows.loc[(rows["date"] == point.date) & (rows["value"] == point.value), "published"]
        assert point.known == bool((days <= AS_OF).any())
        assert ("not used" in point.note) == (not point.known)


def test_the_text_tells_known_from_later_points(crisis: Crisis) -> None:
    text = charts.observed_text(charts.observed_of(crisis, AS_OF))
    assert "350,000 on 14 January 2020" in text
    assert "published after the as-of date" in text
    assert "no observed points" in charts.observed_text([])
    none = replace(crisis, observations=crisis.observations.iloc[:0])
    assert charts.observed_of(none, AS_OF) == []


def test_charts_of_all_options_share_axes(dataset: xr.Dataset, crisis: Crisis) -> None:
    names = {o.id: o.name for o in crisis.options}
    points = charts.observed_of(crisis, AS_OF)
    made = charts.newly_displaced(dataset, names, "no_deal", points)
    assert [c.name for c in made] == list(names.values())
    axes = {
        tuple(part.split("</text>")[0] for part in c.svg.split('class="axis">')[1:]) for c in made
    }
    assert len(axes) == 1
    assert len(charts.unsheltered(dataset, names, "no_deal")) == len(names)


def test_ranges_carry_the_figures_of_the_comparison(comparison: Comparison) -> None:
    columns = columns_of(comparison)
    svg = charts.ranges(columns, "newly_displaced", "r")
    for option in comparison.options:
        summary = option.indicators["newly_displaced"].summary.rounded()
        told = f"{summary.median:,.0f} ({summary.q05:,.0f} to {summary.q95:,.0f})"
        assert f">{told}</text>" in svg
    assert [c.name for c in charts.cost(columns)] == [
        "Displaced by the option",
        "Left on the other side",
        "In captured places",
    ]
