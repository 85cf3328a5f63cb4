"""A whole negotiation on the worked example, and on made-up runs where the answer is known."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havenline.crisis import Crisis, init_crisis, open_crisis
from havenline.errors import HavenlineError
from havenline.negotiation.negotiate import _answer, negotiate
from havenline.negotiation.parties import Range, check_support, draw, read_parties
from havenline.negotiation.payoffs import Aspect, Ran
from havenline.negotiation.problem import Model
from havenline.negotiation.runs import Measured
from havenline.negotiation.settlements import run_settlements
from havenline.negotiation.zone import acceptable, gains_over

Problem = tuple[Crisis, Ran, dict[str, int]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    return open_crisis(init_crisis(tmp_path_factory.mktemp("crises") / "example"))


@pytest.fixture(scope="module")
def ran(example: Crisis) -> Problem:
    found, proposals = run_settlements(example, futures=4, seed=1, runs=14, days=40)
    return example, found, proposals


def model_of(problem: Problem, draws: int = 60, **changes: Any) -> Model:
    crisis = dataclasses.replace(problem[0], **changes)
    return Model(read_parties(crisis), problem[1], draws, 1)


def answer_of(problem: Problem, support: dict[str, float], **changes: Any) -> dict[str, Any]:
    crisis = dataclasses.replace(problem[0], **changes)
    model = model_of(problem, **changes)
    given = check_support(model.parties, support)
    return _answer(crisis, model, problem[2], given, model.parties.supporters, None)


def test_the_answer_is_whole_and_plain(example: Crisis) -> None:
    found = negotiate(example, futures=3, runs=12, days=30, draws=40, support={"donors": 0.5})
    plain = found.to_json_dict()
    text = json.dumps(plain, allow_nan=False)
    assert "nan" not in text.lower().replace("finance", "")
    assert plain["support"] == {"donors": 0.5}
    assert set(plain["landings"]) == {"nash", "weighted nash", "kalai-smorodinsky"}
    assert [p["part"] for p in plain["curve"]] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert 0.0 <= plain["chance"] <= 1.0
    assert plain["space"]["run"] == 12
    assert {n["option"] for n in plain["named"]} == {"river_line"}


def test_the_same_seed_gives_the_same_answer_on_any_workers(example: Crisis) -> None:
    one, two = (
        negotiate(example, futures=3, runs=12, days=20, draws=30, workers=w).to_json_dict()
        for w in (1, 2)
    )
    for plain in (one, two):
        del plain["seconds"]
    assert one == two


def test_another_seed_gives_another_answer(ran: Problem) -> None:
    crisis, found, _ = ran
    parties = read_parties(crisis)
    a, b = (Model(parties, found, 40, s).solve_payoffs({"donors": 0.0}).value for s in (1, 2))
    assert not np.array_equal(a, b)


def test_payoffs_are_worth_from_0_to_1_and_stakes_sum_to_1(ran: Problem) -> None:
    model = model_of(ran)
    payoffs = model.solve_payoffs({"donors": 0.0})
    for worth in (payoffs.standing, payoffs.collapsed):
        assert worth.min() >= 0.0
        assert worth.max() <= 1.0 + 1e-12
    assert model.stake_weights().sum(axis=2) == pytest.approx(1.0)
    assert payoffs.weights.sum(axis=1) == pytest.approx(1.0)
    assert (payoffs.stands_at[0] >= payoffs.stands_at[1]).all()
    assert (payoffs.stands_at[1] >= payoffs.stands_at[2]).all()


def test_the_value_lies_between_standing_and_collapse(ran: Problem) -> None:
    p = model_of(ran).solve_payoffs({"donors": 0.0})
    low, high = np.minimum(p.standing, p.collapsed), np.maximum(p.standing, p.collapsed)
    signed = np.isfinite(p.value)
    assert (p.value[signed] >= low[signed] - 1e-12).all()
    assert (p.value[signed] <= high[signed] + 1e-12).all()


def test_support_works_only_through_its_channels(ran: Problem) -> None:
    crisis = ran[0]
    assert crisis.supports is not None
    none, full = {"donors": 0.0}, {"donors": 1.0}

    def with_only(channel: str) -> Model:
        assert crisis.supports is not None
        return model_of(ran, supports=crisis.supports[crisis.supports["channel"] == channel])

    for channel, changed in (
        ("guarantee", {"chance"}),
        ("dependence", {"no_deal"}),
        ("deterrence", {"no_deal"}),
        ("payment", {"standing", "chance"}),
        ("aid", {"standing", "collapsed", "chance"}),
    ):
        model = with_only(channel)
        before, after = model.solve_payoffs(none), model.solve_payoffs(full)
        for name in ("standing", "collapsed", "no_deal", "chance"):
            same = np.array_equal(getattr(before, name), getattr(after, name))
            assert same or name in changed, (channel, name)
        assert any(not np.array_equal(getattr(before, n), getattr(after, n)) for n in changed), (
            channel
        )


def test_a_guarantee_that_is_supported_stands_longer(ran: Problem) -> None:
    model = model_of(ran)
    guaranteed = np.array([t.guarantee > 0 for t in model.terms])
    before = model.hazard_ratios({"donors": 0.0})
    after = model.hazard_ratios({"donors": 1.0})
    assert (after[:, guaranteed] < before[:, guaranteed]).all()
    assert np.array_equal(after[:, ~guaranteed], before[:, ~guaranteed])


def test_a_tie_cut_without_a_deal_lowers_no_deal_for_the_one_that_needs_it(ran: Problem) -> None:
    p = model_of(ran).solve_payoffs({"donors": 0.0})
    lost = p.no_deal_plain - p.no_deal
    assert (lost[:, 1] > 0.0).all()
    assert (lost[:, [0, 2]] == 0.0).all()


def test_a_red_line_that_is_meant_is_never_crossed(ran: Problem) -> None:
    crisis = ran[0]
    assert crisis.red_lines is not None
    certain = crisis.red_lines.assign(about="listed_groups", at_most=0.5, chance=1.0)
    model = model_of(ran, red_lines=certain)
    value = model.solve_payoffs({"donors": 0.0}).value
    for row, terms in enumerate(model.terms):
        assert np.isneginf(value[:, row, 0]).all() == terms.listed
    answer = answer_of(ran, {}, red_lines=certain)
    for landing in answer["landings"].values():
        assert all(s.terms["listed_groups"] == "excluded" for s in landing.often)


def test_no_agreement_is_an_answer_with_a_reason(ran: Problem) -> None:
    crisis = ran[0]
    assert crisis.red_lines is not None
    never = crisis.red_lines.assign(about="guarantee", at_most=np.nan, at_least=2.0, chance=1.0)
    answer = answer_of(ran, {}, red_lines=never)
    assert answer["chance"] == 0.0
    assert answer["refuses"]["highland"] == 1.0
    assert answer["hold"] is None
    for landing in answer["landings"].values():
        assert landing.agreement is None
        assert landing.no_agreement["refuses"] == ["highland"]
        assert "Highland" in landing.no_agreement["text"]
    assert answer["second_opinion"]["election"]["concurs"] is None
    assert [p.chance for p in answer["curve"]] == [0.0] * 5


def test_a_party_that_cares_for_nothing_but_ground_blocks_what_gives_it_less(ran: Problem) -> None:
    model = model_of(ran)
    p = model.solve_payoffs({"donors": 0.0})
    who = list(model.parties.consenting)
    gains = gains_over(p.value[0][:, who], p.no_deal[0, who])
    assert acceptable(gains).sum() == (gains >= 0.0).all(axis=1).sum()


def test_parties_cloned_outside_the_table_move_nothing_at_it(ran: Problem) -> None:
    crisis = ran[0]
    assert crisis.bargaining is not None
    assert crisis.stakes is not None
    without: dict[str, Any] = {
        "bargaining": crisis.bargaining[crisis.bargaining["party_id"] != "donors"],
        "stakes": crisis.stakes[crisis.stakes["party_id"] != "donors"],
        "supports": crisis.supports.iloc[:0] if crisis.supports is not None else None,
        "dependences": crisis.dependences.iloc[:0] if crisis.dependences is not None else None,
    }
    few = model_of(ran, **without).solve_payoffs({})
    many = model_of(ran, dependences=without["dependences"]).solve_payoffs({"donors": 0.0})
    assert np.allclose(few.standing, many.standing[:, :, :2])
    assert np.allclose(few.weights, many.weights)


def test_support_beyond_full_or_of_a_stranger_is_refused(example: Crisis) -> None:
    with pytest.raises(HavenlineError, match="support of 'nobody'"):
        negotiate(example, support={"nobody": 0.5})
    with pytest.raises(HavenlineError, match="part from 0 to 1"):
        negotiate(example, support={"donors": 1.5})


def test_a_crisis_that_declares_nobody_says_what_it_needs(example: Crisis) -> None:
    bare = dataclasses.replace(example, bargaining=None)
    with pytest.raises(HavenlineError, match=r"bargaining\.csv and stakes\.csv"):
        negotiate(bare)


def test_a_stake_in_something_unknown_is_refused_with_the_nearest(example: Crisis) -> None:
    assert example.stakes is not None
    wrong = dataclasses.replace(
        example, stakes=example.stakes.replace({"about": {"entries": "entrys"}})
    )
    with pytest.raises(HavenlineError, match="did you mean 'entries'"):
        negotiate(wrong)


def test_scales_run_from_the_5th_to_the_95th_percentile(ran: Problem) -> None:
    model = model_of(ran)
    (ground,) = [a for a in model.aspects if a.about == "ground_taken" and a.better == "more"]
    values = ran[1].measured.values["ground_taken"]
    assert (ground.low, ground.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    assert ground.scaled(np.array([ground.low, ground.high])) == pytest.approx([0.0, 1.0])


def test_a_stake_near_an_ideal_peaks_there() -> None:
    near = Aspect("guarantee", "near", 0.5, 0.0, 1.0)
    assert near.scaled(np.array([0.0, 0.25, 0.5, 1.0])) == pytest.approx([0.0, 0.5, 1.0, 0.0])
    assert Aspect("x", "less", None, 2.0, 2.0).scaled(np.array([2.0])) == pytest.approx([0.0])


def test_draws_of_judgement_keep_their_range() -> None:
    figure = Range(0.2, 0.1, 0.4)
    values = draw(figure, "a figure", 20_000, 1)
    assert np.median(values) == pytest.approx(0.2, rel=0.02)
    assert np.quantile(values, [0.05, 0.95]) == pytest.approx([0.1, 0.4], rel=0.04)
    assert np.array_equal(values, draw(figure, "a figure", 20_000, 1))
    assert not np.array_equal(values, draw(figure, "another", 20_000, 1))


def test_runs_that_pay_one_side_only_make_no_deal(ran: Problem) -> None:
    """Where every settlement gives the attacker all ground, the defender signs none."""
    crisis, found, proposals = ran
    values = {k: v.copy() for k, v in found.measured.values.items()}
    values["ground_taken"][:] = 0.2
    values["ground_taken"][[*found.stands, *found.falls]] = 0.9
    values["newly_displaced"][:] = 100.0
    values["newly_displaced"][[*found.stands, *found.falls]] = 900.0
    made_up = dataclasses.replace(found, measured=Measured(values, found.measured.parameters))
    plain = dict.fromkeys(("red_lines", "dependences", "supports"))
    answer = answer_of((crisis, made_up, proposals), {}, **plain)
    assert answer["chance"] == 0.0
    assert answer["refuses"]["lowland"] == 1.0


def test_the_example_folder_is_not_touched(example: Crisis) -> None:
    assert Path(example.folder, "stakes.csv").is_file()


def test_terms_end_with_the_settlement(ran: Problem) -> None:
    model = model_of(ran)
    (guarantee,) = [i for i, a in enumerate(model.aspects) if a.about == "guarantee"]
    stands, falls = (model.worth(way, {"donors": 0.0})[0, guarantee] for way in ("stands", "falls"))
    assert len(set(stands)) > 1
    assert set(falls) == {0.0}  # near one half, and without a settlement there is none
