from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
import xarray as xr

from havenline.crisis import Crisis, init_crisis, open_crisis
from havenline.crisis.parameters import Parameter, known_parameters
from havenline.evidence.replay import replay_fit
from havenline.facts.counts import displaced_known
from havenline.outcomes.comparison import Comparison, compare
from havenline.report import render_report, write_report
from havenline.report.svg import plain
from havenline.telling.answer import FIRST

HOSTILE = "</svg><script>alert(1)</script><img src=x onerror=alert(2)>\u202e&\"'{{ 7*7 }}"
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Tags(HTMLParser):
    """Collects elements, text and faults in nesting."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def words_of(page: str) -> str:
    return " ".join(" ".join(Tags(page).text).split())


def test_how_the_agreement_was_kept_is_told_and_then_the_chance(page: str) -> None:
    text = words_of(page)
    kept = text.index("of 12 observation posts 2 are surrounded and 2 were shelled")
    assert kept < text.index("Hollowed out within the 70 days")
    assert "in 7 of 20 futures. Newly displaced in these:" in text


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    tags = Tags(page)
    names = {name for name, _ in tags.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "use", "image"}
    for name, attrs in tags.elements:
        for key, value in attrs.items():
            assert not key.startswith("on")
            if key in ("src", "srcset", "data", "action", "xlink:href", "poster", "background"):
                pytest.fail(f"{name} loads {value}")
            if key == "href":
                assert name == "a"
                assert value is not None
                assert value.startswith(("#", "https://", "http://"))
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    assert "@font-face" not in page
    assert "default-src 'none'" in page


def test_html_is_well_nested_and_ids_are_unique(page: str) -> None:
    tags = Tags(page)
    assert tags.faults == []
    assert tags.open == []
    ids = [a["id"] for _, a in tags.elements if "id" in a]
    assert len(ids) == len(set(ids))
    linked = {a["href"] for n, a in tags.elements if n == "a" and str(a["href"]).startswith("#")}
    assert {str(h)[1:] for h in linked} <= set(ids)
    used = set(re.findall(r"url\(#([^)]+)\)", page))
    assert used <= set(ids)


def test_every_picture_is_valid_xml_and_described(page: str) -> None:
    pictures = re.findall(r"<svg.*?</svg>", page, flags=re.S)
    assert len(pictures) > 20
    for text in pictures:
        root = ElementTree.fromstring(text)
        if root.get("aria-hidden") == "true":
            continue
        assert root.get("role") == "img"
        titles = [e.text for e in root if e.tag.endswith("title")]
        descs = [e.text for e in root if e.tag.endswith("desc")]
        assert titles[0]
        assert descs[0]


def test_no_missing_value_reaches_the_page(page: str) -> None:
    text = words_of(page)
    assert not re.search(r"\b(nan|NaN|None|NaT|inf|Undefined)\b", text)
    assert not re.search(r'="[^"]*\b(nan|NaN|inf)\b', page)


def answer_tables(page: str) -> list[str]:
    """Return the tables of the answer: what is shown at once, and what is folded away."""
    return re.findall(r'<table class="answer".*?</table>', page, flags=re.S)


def test_all_options_and_indicators_stand_in_the_answer_table(
    page: str, comparison: Comparison
) -> None:
    tables = answer_tables(page)
    assert len(tables) == 2
    for table in tables:
        heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', table)
        assert heads == ["Indicator", *[o.name for o in comparison.options]]
    rows = [table.count('<th scope="row">') for table in tables]
    assert rows[0] == len(FIRST)
    assert sum(rows) == len(comparison.options[0].indicators)


def test_long_tables_are_folded_away_on_a_screen_and_open_on_paper(page: str) -> None:
    folded = re.findall(r"<details>\n<summary>([^<]*)</summary>", page)
    assert "16 more outcomes" in folded
    assert any(re.fullmatch(r"All \d+ parameters", name) for name in folded)
    assert any(re.fullmatch(r"All \d+ sources", name) for name in folded)
    assert len(folded) == page.count("<details>") == page.count("</details>")
    printed = page[page.index("@media print") : page.index("</style>")]
    assert "details::details-content{content-visibility:visible" in printed


def test_the_contents_stand_before_the_answer(page: str) -> None:
    assert page.index('class="contents"') < page.index('id="answer"') < page.index('id="table"')


def test_figures_of_the_table_are_those_of_the_comparison(
    page: str, comparison: Comparison
) -> None:
    rows = [row for table in answer_tables(page) for row in table.split('<th scope="row">')[1:]]
    keys = sorted(comparison.options[0].indicators, key=lambda key: key not in FIRST)
    for row, key in zip(rows, keys, strict=True):
        cells = row.split("<td")[1:]
        for cell, option in zip(cells, comparison.options, strict=True):
            answer = option.indicators[key]
            if answer.unit == "USD":
                continue
            told = answer.to_json_dict(rounded=True)
            assert f'<span class="mid">{told["median"]:,.0f}</span>' in cell
            if told["q05"] != told["q95"]:
                assert f"{told['q05']:,.0f} to {told['q95']:,.0f}</small>" in cell
            if told["regret_p90"] is not None:
                assert f"regret {told['regret_p90']:,.0f}" in cell
            change = told["difference_to_no_deal"]
            if answer.distinguishable:
                assert f"{abs(change['median']):,.0f}" in cell
            elif change["q05"] != change["q95"]:
                assert "not distinguishable" in cell


def test_what_rests_on_a_prior_is_marked(page: str, comparison: Comparison) -> None:
    only = [a.name for a in comparison.options[0].indicators.values() if a.prior_only]
    assert only
    for name in only:
        assert re.search(rf'{name} <span class="tag">rests on a prior only</span>', page)
    assert page.count("rests on a prior only</span>") == len(only)


def test_hostile_names_stay_text(
    dataset: xr.Dataset,
    crisis: Crisis,
    parameters: Mapping[str, Parameter],
) -> None:
    options = [o.model_copy(update={"name": HOSTILE, "summary": HOSTILE}) for o in crisis.options]
    meta = crisis.meta.model_copy(update={"name": HOSTILE, "question": HOSTILE})
    hostile = replace(
        crisis,
        meta=meta,
        options=options,
        places=crisis.places.assign(name=HOSTILE),
        sources=crisis.sources.assign(publisher=HOSTILE, title=HOSTILE, page="javascript:alert(3)"),
    )
    named = dataset.assign_coords(
        option_name=("option", [HOSTILE] * dataset.sizes["option"]),
        area_name=("area", [HOSTILE] * dataset.sizes["area"]),
    )
    bad = {k: replace(p, meaning=HOSTILE, source=HOSTILE) for k, p in parameters.items()}
    page = render_report(named, hostile, compare(named), parameters=bad)
    tags = Tags(page)
    names = [name for name, _ in tags.elements]
    assert "script" not in names
    assert "img" not in names
    assert tags.faults == []
    assert "javascript:" not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page
    assert plain(HOSTILE) in words_of(page)
    for text in re.findall(r"<svg.*?</svg>", page, flags=re.S):
        ElementTree.fromstring(text)


def test_later_control_changes_no_byte(
    page: str,
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    parameters: Mapping[str, Parameter],
) -> None:
    as_of = dataset["day"].to_index()[0]
    control = crisis.control
    later = (control["date"] > as_of) | (control["published"] > as_of)
    assert 20 < later.sum() < len(control)
    other = control.assign(
        party_id=control["party_id"].where(~later, "opposition"),
        date=control["date"].where(~later, as_of + pd.Timedelta(days=30)),
        source_id=control["source_id"].where(~later, "SN03"),
        note=control["note"].where(~later, "changed"),
    )
    counts = crisis.control_counts
    for changed in (
        replace(crisis, control=other),
        replace(crisis, control=control[~later]),
        replace(crisis, control_counts=counts[counts["published"] <= as_of]),
    ):
        assert render_report(dataset, changed, comparison, parameters=parameters) == page


def test_earlier_control_does_change_the_map(
    page: str,
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    parameters: Mapping[str, Parameter],
) -> None:
    changed = replace(crisis, control=crisis.control.assign(party_id="gov"))
    assert render_report(dataset, changed, comparison, parameters=parameters) != page


def test_later_points_are_never_marked_known(page: str, crisis: Crisis) -> None:
    known = re.findall(r'class="known"[^>]*><title>([^<]*)', page)
    later = re.findall(r'class="later"[^>]*><title>([^<]*)', page)
    assert known
    assert later
    rows = crisis.observations
    rows = rows[(rows["series_id"] == crisis.meta.displaced_series) & (rows["main"] == 1)]
    by_day = (rows["date"] <= "2020-01-15") & (rows["published"] <= "2020-01-15")
    options = len(crisis.options)
    assert len(known) == options * int(by_day.sum())
    assert all("not used" not in text for text in known)
    assert all("published after the as-of date, not used" in text for text in later)
    assert "published after the as-of date, not used" in words_of(page)


def test_the_same_input_gives_the_same_bytes(
    page: str,
    tmp_path: Path,
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    parameters: Mapping[str, Parameter],
) -> None:
    path = tmp_path / "report.html"
    write_report(dataset, crisis, comparison, path, parameters=parameters)
    assert path.read_bytes() == page.encode("utf-8")
    assert path.stat().st_size < 1_500_000


def test_sources_from_after_the_as_of_date_show_no_headline(page: str, crisis: Crisis) -> None:
    late = crisis.sources[crisis.sources["published"] > pd.Timestamp("2020-01-15")]
    known = set(crisis.sources.loc[~crisis.sources.index.isin(late.index), "title"])
    text = words_of(page)
    for title in set(late["title"]) - known:
        assert len(title) < 25 or plain(title) not in text


def test_warnings_come_before_any_figure(
    dataset: xr.Dataset,
    crisis: Crisis,
    parameters: Mapping[str, Parameter],
) -> None:
    marked = dataset.assign_attrs(
        partial=1,
        offensive_given=1,
        parameters_known_later='["front_speed"]',
        settings='{"walk_km_day": 30}',
    )
    text = words_of(render_report(marked, crisis, compare(marked), parameters=parameters))
    head = text[: text.index("The answer")]
    assert "Partial result." in head
    assert "In-sample: front_speed" in head
    assert "were given to this run" in head
    assert "Fixed by hand for this run: walk_km_day" in head
    assert "Only values known by that day" not in text


def test_how_well_the_replay_meets_the_counts_stands_beside_the_curves(
    page: str, dataset: xr.Dataset, crisis: Crisis
) -> None:
    known = displaced_known(crisis, pd.Timestamp(dataset["day"].to_numpy()[0]).date())
    fit = replay_fit(dataset, known, ("displaced_present", []))
    assert fit is not None
    assert fit.sentence in page


def test_a_run_of_known_values_says_so(page: str) -> None:
    assert "Only values known by that day are used." in words_of(page)


def test_without_a_baseline_nothing_is_compared(
    dataset: xr.Dataset, crisis: Crisis, parameters: Mapping[str, Parameter]
) -> None:
    alone = dataset.isel(option=[1]).assign_attrs(baseline="")
    text = words_of(render_report(alone, crisis, compare(alone), parameters=parameters))
    assert "fewer" not in text[text.index("The answer") : text.index("How many flee, and when")]


def test_a_crisis_without_outlines_cells_or_observations(
    tmp_path: Path, dataset: xr.Dataset
) -> None:
    crisis = open_crisis(init_crisis(tmp_path / "example"))
    crisis = replace(crisis, geography={}, observations=crisis.observations.iloc[:0])
    one = dataset.isel(option=[0, 1]).assign_coords(
        option=["no_deal", "river_line"], area=[f"a{k}" for k in range(6)]
    )
    used = known_parameters(crisis.meta.as_of, crisis.parameters)
    page = render_report(one, crisis, compare(one), parameters=used)
    assert "Natural Earth" not in page
    assert "There are no observed points" in words_of(page)
    for text in re.findall(r"<svg.*?</svg>", page, flags=re.S):
        ElementTree.fromstring(text)
