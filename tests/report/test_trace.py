"""Every figure of the report can be followed to its parameters, their sources, and the facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest
import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.parameters import Parameter
from havenline.engine.day import STEPS
from havenline.outcomes import INDICATORS
from havenline.outcomes.comparison import Comparison
from havenline.outcomes.rests import rests_on
from havenline.outcomes.tension import COMPONENTS, pressure_table
from havenline.report import trace
from havenline.report.listed import listed_groups
from havenline.telling import behind

AS_OF = pd.Timestamp("2020-01-15")


def row_of(page: str, anchor: str) -> str:
    """The table row with an anchor."""
    (row,) = re.findall(rf'<tr id="{anchor}">.*?</tr>', page, flags=re.S)
    return str(row)


@pytest.mark.parametrize("indicator", INDICATORS)
def test_an_outcome_leads_to_steps_parameters_sources_and_facts(
    page: str, parameters: Mapping[str, Parameter], crisis: Crisis, indicator: str
) -> None:
    assert page.count(f'href="#rests-{indicator}"') == 1
    row = row_of(page, f"rests-{indicator}")
    steps = re.findall(r'href="#(step-[a-z]+)"', row)
    assert {s.removeprefix("step-") for s in steps} == {
        *rests_on(indicator).steps,
        *rests_on(indicator).through,
    }
    text = row + "".join(row_of(page, step) for step in steps)
    anchors = set(re.findall(r'href="#(part-[a-z-]+)"', text))
    assert anchors
    listed = set(crisis.sources["source_id"])
    for anchor in anchors:
        # from the part of the table to each of its parameters, with source and day
        (body,) = re.findall(rf'<tr class="part" id="{anchor}">(.*?)</tbody>', page, flags=re.S)
        names = re.findall(r"<code>([a-z_0-9]+)</code>", body)
        assert names
        for name in names:
            used = parameters[name]
            assert used.known_text in body
            ids = [s.strip() for s in used.source.split(";")]
            if all(i in listed for i in ids):
                assert "parameters)</small></li>" in page


def test_every_parameter_stands_under_a_part_that_some_figure_leads_to(
    page: str, parameters: Mapping[str, Parameter]
) -> None:
    led_to = set(re.findall(r'href="#(part-[a-z-]+)"', page))
    stands = set(re.findall(r'<tr class="part" id="(part-[a-z-]+)">', page))
    assert led_to == stands
    rows = re.findall(r'<th scope="row"><code>([a-z_0-9]+)</code>', page)
    assert sorted(rows) == sorted(n for n, p in parameters.items() if p.part != "negotiation")


def test_the_sources_of_parameters_from_the_crisis_are_listed_with_their_use(page: str) -> None:
    text = page[page.index('<ol class="sources">') :]
    uses = re.findall(r"<small>\(([a-z_, ]+)\)</small></li>", text)
    assert uses
    assert text.count("<li>") >= len(uses)
    named = {use for line in uses for use in line.split(", ")}
    assert {"parameters", "populations", "control", "routes", "observations"} <= named


def test_facts_have_words(parameters: Mapping[str, Parameter]) -> None:
    assert {t for step in STEPS.values() for t in step.tables} == set(trace.TABLES)
    for row in trace.traces(parameters):
        assert row.steps
        assert 0 < row.priors <= row.parameters


def test_host_areas_show_index_stock_and_every_component(
    dataset: xr.Dataset, crisis: Crisis, page: str
) -> None:
    found = behind.hosts(dataset, crisis)
    assert found is not None
    places = [h.name for n in crisis.meta.neighbours for h in n.hosts]
    for rows in (found.index, found.refugees, found.components):
        assert [r.name for r in rows] == places
    assert len(found.heads) == len(COMPONENTS) == len(found.components[0].cells)
    table = pressure_table(dataset, crisis)
    options = dataset.sizes["option"]
    assert len(table) == options * len(places) * (2 + len(COMPONENTS))
    assert table.loc[table["figure"] == "index", "q95"].max() <= 100
    start = sum(h.refugees for n in crisis.meta.neighbours for h in n.hosts)
    stocks = table[(table["figure"] == "refugees") & (table["option"] == "no_deal")]
    assert stocks["median"].sum() >= start
    for name in COMPONENTS.values():
        assert name in page


def test_what_no_deal_costs_names_the_best_option_of_each_outcome(
    dataset: xr.Dataset, comparison: Comparison, page: str
) -> None:
    names = {o.id: o.name for o in comparison.options}
    rows = behind.inaction(dataset, comparison, names)
    assert [r.name for r in rows] == [i.name for i in INDICATORS.values() if i.better == "lower"]
    told = [r for r in rows if r.cells[1]]
    assert told
    assert {r.cells[1] for r in told} <= set(names.values()) - {names[comparison.baseline]}
    assert "havenline delay" in page
    assert behind.inaction(dataset, replace(comparison, baseline=""), names) == []


def test_listed_groups_are_told_by_share_and_never_beside_people_who_flee(crisis: Crisis) -> None:
    (told,) = listed_groups(crisis, AS_OF)
    assert "90% (70% to 100%)" in told
    assert "residents" in told
    for word in ("displaced", "flee", "refugee"):
        assert word not in told
    assert listed_groups(crisis, pd.Timestamp("2018-12-31")) == []
