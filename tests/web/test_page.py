"""The page in a real browser: it loads alone, answers as Python does, and can be used by anyone."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

from havenline import compare, open_crisis, simulate, words
from havenline.crisis import init_crisis
from havenline.crisis.levers import OptionSpec
from havenline.negotiation.negotiate import open_talks
from havenline.telling import answer
from havenline.web.bargaining import DRAWS, FUTURES, RUNS

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
SECONDS = 180
FIRST_LOAD = 3_000_000


def until(page: Any, what: str, seconds: float = SECONDS) -> None:
    """Wait until an expression holds; the page's own policy forbids waiting inside it."""
    end = time.monotonic() + seconds
    while not page.evaluate(what):
        assert time.monotonic() < end, what
        time.sleep(0.03)


@contextmanager
def browsing(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open the page at a size and with a link; it must speak to no one else, nor complain."""
    contexts, elsewhere, complaints = [], [], []

    def complain(message: Any) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def open_page(tail: str = "", width: int = 1280, height: int = 800) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)

        def only_here(route: Any) -> None:
            parts = urlsplit(route.request.url)
            if parts.scheme in ("data", "blob") or f"{parts.scheme}://{parts.netloc}" == address:
                route.continue_()
                return
            elsewhere.append(route.request.url)
            route.abort()

        context.route("**/*", only_here)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto(f"{address}/{tail}")
        page.wait_for_selector("body[data-ready]", timeout=SECONDS * 1000)
        return page

    yield open_page
    said = list(complaints)  # before closing, which ends what a page is still loading
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert said == []


@pytest.fixture
def opened(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open the page of Idlib."""
    with browsing(chromium, address) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example over fewer days, which is run in no time, with a line south of its own."""
    folder = init_crisis(tmp_path_factory.mktemp("crises") / "example", bargaining=True)
    declared = folder / "crisis.yaml"
    text = declared.read_text("utf-8")
    assert text.count("horizon_days: 90 ") == 1
    declared.write_text(text.replace("horizon_days: 90 ", "horizon_days: 40 "), "utf-8")
    lines = folder / "geography/lines.geojson"
    drawn = json.loads(lines.read_text("utf-8"))
    south = json.loads(json.dumps(drawn["features"][0]))
    south["properties"].update(line_id="south", name="South of the river (invented)")
    for point in south["geometry"]["coordinates"]:
        point[1] -= 0.12
    drawn["features"].append(south)
    lines.write_text(json.dumps(drawn), "utf-8")
    return folder


@pytest.fixture(scope="module")
def small_address(serving: ModuleType, small: Path) -> Iterator[str]:
    """Address of a server of the small crisis."""
    with serving.served(str(small)) as address:
        yield address


@pytest.fixture
def opened_small(chromium: Any, small_address: str) -> Iterator[Callable[..., Any]]:
    """Open the page of the small crisis."""
    with browsing(chromium, small_address) as open_page:
        yield open_page


def text_of(page: Any, selector: str) -> str:
    return str(page.inner_text(selector))


def whole_percent(share: float) -> str:
    """A share as the page shows it: halves go up, and only all is 100%."""
    if 0.995 <= share < 1.0:
        return "over 99%"
    if 0.0 < share < 0.005:
        return "under 1%"
    return f"{math.floor(100 * share + 0.5)}%"


def move(page: Any, selector: str, value: float) -> None:
    """Move a slider as a hand does, and wait until the answer is drawn."""
    before = page.evaluate("havenline.redraws.length")
    page.eval_on_selector(
        selector,
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )
    until(page, f"havenline.redraws.length > {before}")


def test_loads_alone_small_and_without_complaint(opened: Callable[..., Any]) -> None:
    page = opened()
    page.wait_for_selector("#map[data-ready]", timeout=SECONDS * 1000)
    assert text_of(page, "h1") == "Idlib, winter 2019-20"
    size = page.evaluate(
        "performance.getEntriesByType('resource').reduce((n, r) => n + r.transferSize, 0)"
    )
    assert 100_000 < size < FIRST_LOAD
    drawn = page.evaluate(
        """() => { const c = document.querySelector('#map canvas'); return c.width * c.height; }"""
    )
    assert drawn > 50_000


def test_says_what_it_is_what_follows_and_how_sure(opened: Callable[..., Any]) -> None:
    page = opened()
    assert "3 February 2020" in text_of(page, "#question")
    nothing = text_of(page, "#nothing")
    assert all(word in nothing for word in ("flee for the first time", "killed", "likely"))
    assert page.locator("#options [role=radio]").count() == 6
    assert re.search(r"\b\d+ of \d+ parameters are judgement", text_of(page, "#sure"))


def test_a_lever_gives_the_numbers_of_the_python_interface(
    opened_small: Callable[..., Any], small: Path
) -> None:
    page = opened_small("#o=river_line")
    before = text_of(page, '[data-option="river_line"] .change')
    move(page, "#lever-0-start", 20)
    crisis = open_crisis(small)
    option = next(o for o in crisis.options if o.id == "river_line").model_dump(
        mode="json", by_alias=True
    )
    option["levers"][0]["start"] = 20
    spec = OptionSpec.model_validate_json(json.dumps(option))
    dataset = simulate(crisis, options=[spec], futures=50).dataset
    row = next(
        r
        for r in answer.table(answer.columns_of(compare(dataset)))
        if r.indicator == "newly_displaced"
    )
    shown = text_of(page, '[data-option="river_line"] .change')
    assert shown != before
    assert shown.startswith(row.cells[1].change)
    assert row.cells[1].change_spread in shown
    assert row.cells[1].futures.removeprefix("better in ") in shown
    assert "changed" in text_of(page, '[data-option="river_line"] .name')
    page.click("#reset")
    shown = "document.querySelector('[data-option=river_line] .change').innerText"
    until(page, f"{shown} === {json.dumps(before)}")


def test_a_truce_may_halt_some_of_several_offensives(opened: Callable[..., Any]) -> None:
    page = opened("#o=ceasefire")
    boxes = page.locator('[id^="lever-0-offensives"]')
    assert page.locator("#lever-0-start").count() == 1
    assert boxes.count() == 0, "there is one alone"
    assert page.locator(".lever input[type=date]").count() == 0
    page.evaluate("havenline.state.scene.crisis.offensives = {east: 'East', west: 'West'}")
    page.click('[data-option="open_border"]')
    page.click('[data-option="ceasefire"]')
    until(page, "document.querySelectorAll('[id^=lever-0-offensives]').length === 2")
    assert boxes.nth(0).is_checked()
    assert boxes.nth(1).is_checked()


def test_the_bargaining_table_says_what_the_python_interface_says(
    opened_small: Callable[..., Any], small: Path
) -> None:
    page = opened_small("#t=bargain")
    page.wait_for_selector("#bargain-chance", timeout=2 * SECONDS * 1000)
    plain = text_of(page, "#bargain-answer")
    before = page.evaluate("havenline.bargains.length")
    page.eval_on_selector(
        "#support-donors",
        "e => { e.value = 0.6; e.dispatchEvent(new Event('input', {bubbles: true})); }",
    )
    until(page, f"havenline.bargains.length > {before}")
    talks = open_talks(open_crisis(small), futures=FUTURES, runs=RUNS)
    for support, said in (
        ({}, plain),
        ({"donors": 0.6}, text_of(page, "#bargain-answer")),
    ):
        wanted = talks.answer(support, draws=DRAWS).to_json_dict()
        assert whole_percent(wanted["chance"]) in said
        assert wanted["landing"]["text"] in said
    rows = page.locator("#bargain-lines tbody tr").all_inner_texts()
    assert len(rows) == len(wanted["agreeable"])
    for row, line in zip(rows, wanted["agreeable"], strict=True):
        assert line["line"] in row
        assert whole_percent(line["some"]) in row
    time.sleep(0.4)  # the address follows a moment later
    again = opened_small(f"#{urlsplit(page.url).fragment}")
    again.wait_for_selector("#bargain-chance", timeout=SECONDS * 1000)
    assert text_of(again, "#bargain-answer") == text_of(page, "#bargain-answer")
    assert again.input_value("#support-donors") == "0.6"
    for width in (1280, 390):
        page = opened_small("#t=bargain", width, 844)
        page.wait_for_selector("#bargain-chance", timeout=SECONDS * 1000)
        assert_accessible(page)
        assert_no_wider(page, width)


def test_how_agreements_were_kept_stands_beside_when_options_fail(
    opened: Callable[..., Any],
) -> None:
    page = opened("#t=beside")
    page.click("#detail button")
    page.wait_for_selector("#agreement", timeout=SECONDS * 1000)
    told = text_of(page, "#agreement")
    assert "of 12 observation posts" in told
    assert "Ceasefire on the current line: in" in told
    assert page.locator("#detail table").count() == 3


def test_play_moves_the_day_and_the_map(opened: Callable[..., Any]) -> None:
    page = opened("#d=3")
    assert page.evaluate("havenline.state.day") == 3
    page.click("#time .play")
    until(page, "havenline.state.day >= 6")
    page.click("#time .play")
    stopped = page.evaluate("havenline.state.day")
    time.sleep(0.4)
    assert page.evaluate("havenline.state.day") == stopped
    assert f"day {stopped}" in text_of(page, "#time .today")


def test_before_the_as_of_date_recorded_control_alone_is_drawn(opened: Callable[..., Any]) -> None:
    page = opened("#d=-30")
    assert "Recorded control as known on 4 January 2020" in text_of(page, "#map-note")
    assert "recorded as held by the other side" in text_of(page, "#legend")
    page.eval_on_selector(
        "#time .day", "e => { e.value = 20; e.dispatchEvent(new Event('input')); }"
    )
    assert "held" not in text_of(page, "#legend")
    assert "Nothing here says who holds a place" in text_of(page, "#map-note")


def test_journeys_of_the_week_are_drawn_and_only_simulated_ones(
    opened: Callable[..., Any],
) -> None:
    page = opened("#o=no_deal&d=20")
    until(page, "Number(document.querySelector('#map').dataset.flows) > 0")
    drawn = page.evaluate("Number(document.querySelector('#map').dataset.flows)")
    given = page.evaluate("havenline.state.results.full.areas.flows.no_deal[2]")
    assert drawn == len(given)
    assert [flow[2] for flow in given] == sorted((flow[2] for flow in given), reverse=True)
    assert all(start != end for start, end, _ in given)
    page.eval_on_selector(
        "#time .day", "e => { e.value = -20; e.dispatchEvent(new Event('input')); }"
    )
    assert page.evaluate("document.querySelector('#map').dataset.flows") == "0"


def test_a_sub_district_tells_its_camps(opened: Callable[..., Any], scene: dict[str, Any]) -> None:
    camp = max(
        (p for p in scene["places"] if p["kind"] == "camp_cluster"), key=lambda p: p["people"]
    )
    page = opened(f"#a={camp['area']}&d=10")
    assert camp["name"] in text_of(page, "#place")
    assert f"{camp['people']:,}" in text_of(page, "#place")


def test_a_link_restores_the_view(opened_small: Callable[..., Any]) -> None:
    first = opened_small("#o=river_line&s=killed&d=30")
    move(first, "#lever-2-shelter_units_per_month", 1000)
    time.sleep(0.4)  # the address follows a moment later
    link = urlsplit(first.url).fragment
    second = opened_small(f"#{link}")
    for what in (
        "havenline.state.option",
        "havenline.state.day",
        "havenline.state.series",
        "havenline.state.changed.river_line.levers[2].shelter_units_per_month",
        "document.querySelector('#lever-2-shelter_units_per_month').value",
        "document.querySelector('#curve-title').innerText",
    ):
        assert first.evaluate(what) == second.evaluate(what), what
    shown = '[data-option="river_line"] .change'
    end = time.monotonic() + SECONDS  # the first may wait for its answer still
    while text_of(first, shown).split("(")[0] != text_of(second, shown).split("(")[0]:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_broken_link_opens_the_page_all_the_same(opened: Callable[..., Any]) -> None:
    page = opened("#o=nothing&l=%7Bnot&d=abc&t=zzz&s=__proto__&p=9&a=<b>")
    assert page.evaluate("havenline.state.tab") == "answer"
    assert page.locator("#options [role=radio]").count() == 6


def test_the_line_can_be_drawn_elsewhere(opened_small: Callable[..., Any]) -> None:
    page = opened_small("#o=river_line")
    before = page.evaluate("havenline.redraws.length")
    page.select_option("#lever-1-line_id", "drawn-line")
    until(page, f"havenline.redraws.length > {before}")
    until(page, "document.querySelector('#sides').innerText.includes('protected side')")
    first = text_of(page, "#sides")
    move(page, "#line-at", 0.8)
    assert text_of(page, "#sides") != first


def test_the_keyboard_is_enough(opened_small: Callable[..., Any]) -> None:
    page = opened_small()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    def tab_to(what: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({json.dumps(what)})"):
                return
        raise AssertionError(f"{what} cannot be reached")

    tab_to("[role=tab]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("havenline.state.tab") == "beside"
    page.keyboard.press("ArrowLeft")
    tab_to("[role=radio]")
    before = page.evaluate("havenline.state.option")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("havenline.state.option") != before
    page.keyboard.press("ArrowUp")
    assert page.evaluate("havenline.state.option") == before
    tab_to("#time .play")
    page.keyboard.press("Enter")
    until(page, "havenline.state.day > 0")
    page.keyboard.press("Enter")
    tab_to("#time .day")
    day = page.evaluate("havenline.state.day")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("havenline.state.day") == day + 1
    tab_to("#levers input[type=range]")
    redraws = page.evaluate("havenline.redraws.length")
    page.keyboard.press("ArrowRight")
    until(page, f"havenline.redraws.length > {redraws}")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_no_part_has_a_serious_fault_or_sticks_out_sideways(
    opened: Callable[..., Any], size: tuple[int, int]
) -> None:
    page = opened("#d=20", *size)
    for tab in ("beside", "evidence", "out", "answer"):
        page.click(f"#tab-{tab}")
        assert page.evaluate("havenline.state.tab") == tab
        assert_accessible(page)
        assert_no_wider(page, size[0])


def assert_accessible(page: Any) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document).then(r => r.violations)")
    serious = [
        (v["id"], [n["html"][:120] for n in v["nodes"]][:3])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_the_kept_scores_of_the_past_are_drawn_and_told(opened: Callable[..., Any]) -> None:
    page = opened("#t=evidence")
    past = open_crisis("idlib-2020").past
    assert past is not None
    dates = past.unconditional.dates
    assert page.locator("#evidence .past-bar").count() == len(dates)
    told = page.locator("#evidence .past").inner_text()
    assert all(f"As of {words.day(d.as_of)}" in told for d in dates)
    assert past.fails[0] in told
    assert "does not know when fighting stops and starts" in told
    # the diamond of what was counted stands where it belongs on the scale of the longest range
    top = max(max(d.high, d.counted) for d in dates)
    for k, d in enumerate(dates):
        bar = page.locator(".past-bar").nth(k).bounding_box()
        mark = page.locator(".past-bar .span-diamond").nth(k).bounding_box()
        at = (mark["x"] + mark["width"] / 2 - bar["x"]) / bar["width"]
        assert at == pytest.approx(d.counted / top, abs=0.02)


def assert_no_wider(page: Any, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1


def test_right_to_left_mirrors_the_page(opened: Callable[..., Any]) -> None:
    page = opened()
    place = "document.querySelector('#answer').getBoundingClientRect().left"
    left = page.evaluate(place)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(place) > left + 600
    assert page.evaluate("document.documentElement.scrollWidth") <= 1281


def test_a_file_can_be_taken_away(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened("#t=out")
    with page.expect_download(timeout=SECONDS * 1000) as download:
        page.click("[data-format=geojson]")
    kept = tmp_path / "areas.geojson"
    download.value.save_as(kept)
    assert len(json.loads(kept.read_text("utf-8"))["features"]) > 20


def test_the_briefing_can_be_taken_away_as_pdf(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened("#t=out")
    with page.expect_download(timeout=SECONDS * 1000) as download:
        page.click("[data-format=pdf]")
    kept = tmp_path / "briefing.pdf"
    download.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")
    assert kept.stat().st_size > 50_000


def test_texts_stand_in_one_file() -> None:
    """No other module holds words of a sentence in quotes."""
    from havenline.web.server import PAGE

    words = re.compile(
        r"""["`](?:[A-Z][a-z]+ [a-z]|[^"`]* (?:people|futures|of|the|to) )[^"`]*["`]"""
    )
    found = [
        (path.name, match.group())
        for path in sorted(PAGE.glob("*.js"))
        if path.name != "strings.js"
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.strip().startswith(("//", "/*", "import"))
        for match in words.finditer(line)
    ]
    assert found == []
