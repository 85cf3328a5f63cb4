from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest

from havenline.crisis import Crisis
from havenline.crisis.parameters import Parameter
from havenline.report import assumptions

AS_OF = pd.Timestamp("2020-01-15")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.00005, "0.00005"), (40, "40"), (12000, "12,000"), (0.1, "0.1"), (float("nan"), "")],
)
def test_values_are_shown_as_declared(value: float, shown: str) -> None:
    assert assumptions.plain_number(value) == shown


def test_every_parameter_stands_once_with_its_range(parameters: Mapping[str, Parameter]) -> None:
    parts = assumptions.parts_of(parameters, {})
    rows = [r for p in parts for r in p.rows]
    assert sorted(r.name for r in rows) == sorted(parameters)
    assert sum(p.priors for p in parts) == sum(p.kind == "prior" for p in parameters.values())
    for row in rows:
        assert row.spread
        assert row.known_from == "any year" or row.known_from <= "2020-01-15"
    fixed = {r.name for r in rows if r.spread == "fixed"}
    assert fixed == {n for n, p in parameters.items() if p.distribution == "fixed"}


def test_a_source_given_as_ids_is_spelled_out(
    crisis: Crisis, parameters: Mapping[str, Parameter]
) -> None:
    named = assumptions.source_names(crisis)
    assert assumptions.source_text("UN109;BG", named) == f"{named['UN109']}; {named['BG']}"
    assert assumptions.source_text("Judgement; by hand", named) == "Judgement; by hand"
    own = {"x": replace(parameters["front_speed"], source="UN109")}
    assert assumptions.parts_of(own, named)[0].rows[0].source == named["UN109"]


def test_sources_of_known_facts_are_named_and_later_ones_only_by_publisher(
    crisis: Crisis,
) -> None:
    refs = assumptions.references(crisis, AS_OF, {})
    assert refs
    for ref in refs:
        late = bool(ref.published) and ref.published > AS_OF.date().isoformat()
        assert ref.late or not late
        if ref.late:
            assert ref.title == ""
            assert ref.url == ""
    titles = {r.title for r in refs}
    assert not any("date given: 2020-02" in t or "date given: 2020)" in t for t in titles)


def test_only_web_addresses_become_links(crisis: Crisis) -> None:
    sources = crisis.sources.assign(page="javascript:alert(1)")
    assert all(
        r.url == "" for r in assumptions.references(replace(crisis, sources=sources), AS_OF, {})
    )


def test_a_source_of_a_later_row_alone_is_not_listed(crisis: Crisis) -> None:
    early = assumptions.references(crisis, pd.Timestamp(dt.date(2019, 12, 2)), {})
    later = assumptions.references(crisis, pd.Timestamp(dt.date(2020, 4, 30)), {})
    assert len(early) < len(later)
