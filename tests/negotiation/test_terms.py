"""The space of settlements: lines moved, terms as options, coordinates."""

from __future__ import annotations

import pytest

from havenline.crisis import open_crisis
from havenline.crisis.levers import BorderLever, HavenLever, LineLever
from havenline.negotiation.terms import (
    CURRENT,
    Terms,
    as_option,
    draw_moved_lines,
    features,
    list_terms,
    match_terms,
    read_lines,
)
from havenline.options import build_schedule
from havenline.world.record import known_facts
from havenline.world.world import build_world

CRISIS = open_crisis("idlib-2020")
LINES = read_lines(CRISIS)
SPACE = list_terms(LINES, 0)


def test_the_lines_are_the_current_one_and_those_of_the_options() -> None:
    assert LINES[0].line_id == CURRENT
    moved = [line.offset_km for line in LINES if line.line_id == "m4-highway"]
    assert moved == [-10.0, -5.0, 0.0, 5.0, 10.0, 15.0]
    (back,) = [line for line in LINES if line.line_id == "line-2018"]
    assert back.offset_km == 0.0
    assert back.restores_since is not None


def test_every_settlement_has_its_own_name() -> None:
    assert len({t.id for t in SPACE}) == len(SPACE)
    assert len({t.text for t in SPACE}) == len(SPACE)


def test_a_line_moved_north_lies_so_many_kilometres_north() -> None:
    drawn = draw_moved_lines(CRISIS, LINES)
    by_id = {f["properties"]["line_id"]: f for f in drawn.geography["lines"]["features"]}
    old = by_id["m4-highway"]["geometry"]["coordinates"]
    new = by_id["m4-highway-10n"]["geometry"]["coordinates"]
    for (x, y), (x2, y2) in zip(old, new, strict=True):
        assert x2 == x
        assert (y2 - y) * 111.2 == pytest.approx(10.0)
    assert by_id["m4-highway-5s"]["properties"]["protected_point"][1] < 36.2125


def test_every_settlement_is_an_option_the_engine_takes() -> None:
    drawn = draw_moved_lines(CRISIS, LINES)
    world = build_world(drawn)
    facts = known_facts(world, drawn.meta.as_of, 90)
    handed = {}
    for terms in SPACE:
        plan = build_schedule(world, facts, as_option(terms, drawn, 0), 90)
        handed[terms.line.drawn_id] = int(plan.place["handed"].sum())
    north = [handed[f"m4-highway{s}"] for s in ("-10s", "-5s", "", "-5n", "-10n", "-15n")]
    assert north == sorted(north)
    assert north[-1] > north[0]
    assert handed[CURRENT] == handed["line-2018"] == 0


def test_no_settlement_closes_a_border_or_a_haven() -> None:
    for regime in (0, 1, 2):
        for terms in list_terms(LINES[:2], regime):
            assert terms.border >= regime
            for lever in as_option(terms, CRISIS, regime).levers:
                assert not isinstance(lever, BorderLever) or lever.regime != "closed"
                if isinstance(lever, HavenLever):
                    assert lever.freedom_to_leave
                    assert lever.right_to_asylum


def test_the_haven_comes_first_where_the_terms_say_so() -> None:
    line = next(x for x in LINES if x.hands_over)
    for first in (False, True):
        option = as_option(Terms(line, 1, 1.0, 0, True, first), CRISIS, 0)
        (gives,) = [x for x in option.levers if isinstance(x, LineLever)]
        (haven,) = [x for x in option.levers if isinstance(x, HavenLever)]
        assert isinstance(haven.start, int)
        assert isinstance(gives.handover, int)
        assert (haven.start < gives.handover) is first


def test_declared_options_have_their_nearest_settlement() -> None:
    found = {o.id: match_terms(o, LINES, 0) for o in CRISIS.options}
    assert found["no_deal"] is None
    assert found["open_border"] is None
    line = found["highway_line_haven"]
    assert line is not None
    assert (line.line.line_id, line.guarantee, line.aid, line.listed) == (
        "m4-highway",
        2,
        2.0,
        True,
    )
    ceasefire = found["ceasefire"]
    assert ceasefire is not None
    assert (ceasefire.line.line_id, ceasefire.guarantee, ceasefire.listed) == (CURRENT, 1, False)
    assert {t.id for t in (line, ceasefire)} <= {t.id for t in SPACE}


def test_different_settlements_have_different_coordinates() -> None:
    at = features(SPACE)
    assert len({tuple(row) for row in at}) == len(SPACE)
