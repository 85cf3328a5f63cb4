"""A whole negotiation on the worked example, and on made-up runs where the answer is known."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from havenline.crisis import Crisis, init_crisis, open_crisis
from havenline.crisis.levers import LineLever, MonitorsLever
from havenline.crisis.parameters import known_parameters
from havenline.engine.ground import prepare
from havenline.errors import HavenlineError
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.collapse import hazard_ratios
from havenline.negotiation.holding import assess_holding
from havenline.negotiation.landing import HEADLINE
from havenline.negotiation.negotiate import Talks, negotiate, open_talks
from havenline.negotiation.parties import Judgement, draw, read_parties
from havenline.negotiation.problem import Aspect, Model
from havenline.negotiation.runs import wear_of
from havenline.negotiation.terms import as_option, list_terms, read_lines
from havenline.report.bargain import page
from havenline.web.bargaining import DRAWS, SHOWN, bargaining_payload
from havenline.words import percent


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    return open_crisis(init_crisis(tmp_path_factory.mktemp("crises") / "example", bargaining=True))


@pytest.fixture(scope="module")
def talks(example: Crisis) -> Talks:
    return open_talks(example, futures=4, seed=1, runs=14, days=40)


def changed(talks: Talks, **tables: Any) -> Talks:
    """The same runs with other tables of the crisis."""
    crisis = dataclasses.replace(talks.crisis, **tables)
    return dataclasses.replace(
        talks, crisis=crisis, parties=read_parties(crisis), _models={}, _curves={}
    )


def model_of(talks: Talks, draws: int = 60, **tables: Any) -> Model:
    return changed(talks, **tables).model(draws)


def answer_of(talks: Talks, support: dict[str, float], **tables: Any) -> Negotiation:
    return changed(talks, **tables).answer(support, draws=60)


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
    assert one == two


def test_another_seed_gives_another_answer(talks: Talks) -> None:
    a, b = (
        dataclasses.replace(changed(talks), seed=s).model(40).solve_payoffs({"donors": 0.0}).value
        for s in (1, 2)
    )
    assert not np.array_equal(a, b)


def test_payoffs_are_worth_from_0_to_1_and_stakes_sum_to_1(talks: Talks) -> None:
    model = model_of(talks)
    payoffs = model.solve_payoffs({"donors": 0.0})
    for worth in (payoffs.standing, payoffs.collapsed):
        assert worth.min() >= 0.0
        assert worth.max() <= 1.0 + 1e-12
    assert model.stakes.sum(axis=2) == pytest.approx(1.0)
    assert payoffs.weights.sum(axis=1) == pytest.approx(1.0)
    assert (payoffs.stands_at[0] >= payoffs.stands_at[1]).all()
    assert (payoffs.stands_at[1] >= payoffs.stands_at[2]).all()


def test_the_value_lies_between_standing_and_collapse(talks: Talks) -> None:
    p = model_of(talks).solve_payoffs({"donors": 0.0})
    low, high = np.minimum(p.standing, p.collapsed), np.maximum(p.standing, p.collapsed)
    signed = np.isfinite(p.value)
    assert (p.value[signed] >= low[signed] - 1e-12).all()
    assert (p.value[signed] <= high[signed] + 1e-12).all()


def test_support_works_only_through_its_channels(talks: Talks) -> None:
    crisis = talks.crisis
    assert crisis.supports is not None
    none, full = {"donors": 0.0}, {"donors": 1.0}

    def with_only(channel: str) -> Model:
        assert crisis.supports is not None
        return model_of(talks, supports=crisis.supports[crisis.supports["channel"] == channel])

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


def test_a_guarantee_that_is_supported_stands_longer(talks: Talks) -> None:
    model = model_of(talks)
    guaranteed = np.array([t.guarantee > 0 for t in model.terms])
    before = hazard_ratios(model, {"donors": 0.0})
    after = hazard_ratios(model, {"donors": 1.0})
    assert (after[:, guaranteed] < before[:, guaranteed]).all()
    assert np.array_equal(after[:, ~guaranteed], before[:, ~guaranteed])


def test_what_was_kept_of_an_agreement_wears_every_settlement_alike(talks: Talks) -> None:
    plain = model_of(talks)
    worn = dataclasses.replace(
        talks.ran, measured=dataclasses.replace(talks.ran.measured, wear=np.full(4, 3.0))
    )
    model = model_of(dataclasses.replace(talks, ran=worn))
    none = {"donors": 0.0}
    before = hazard_ratios(plain, none)
    np.testing.assert_allclose(hazard_ratios(model, none), 3.0 * before)
    old, new = plain.solve_payoffs(none), model.solve_payoffs(none)
    assert (new.stands_at[1] < old.stands_at[1]).all()


def test_a_record_of_breaches_makes_settlements_fail_sooner(
    example: Crisis, tmp_path: Path
) -> None:
    """Posts lost and breaches counted, as the folder of an agreement that was not kept has them."""
    assert (open_talks(example, futures=2, runs=14, days=8).ran.measured.wear == 1.0).all()
    idlib = open_crisis("idlib-2020")
    as_of = idlib.meta.as_of
    ground = prepare(idlib, as_of, futures=2, days=1)
    kept = ground.facts.record.compliance[0]
    assert kept["posts"] > 0.0
    wear = wear_of(ground)
    drawn = {name: ground.values[name] for name in ("truce_hr_breaches", "truce_hr_posts")}  # noqa: PD011
    by_hand = drawn["truce_hr_breaches"] ** kept["doublings"]
    by_hand = by_hand * drawn["truce_hr_posts"] ** kept["posts"]
    assert kept["missed"] == 0
    np.testing.assert_allclose(wear, by_hand)
    assert (wear > 1.0).all()


def test_a_tie_cut_without_a_deal_lowers_no_deal_for_the_one_that_needs_it(talks: Talks) -> None:
    p = model_of(talks).solve_payoffs({"donors": 0.0})
    lost = p.no_deal_plain - p.no_deal
    assert (lost[:, 1] > 0.0).all()
    assert (lost[:, [0, 2]] == 0.0).all()


def test_a_red_line_that_is_meant_is_never_crossed(talks: Talks) -> None:
    crisis = talks.crisis
    assert crisis.red_lines is not None
    certain = crisis.red_lines.assign(about="listed_groups", at_most=0.5, chance=1.0)
    model = model_of(talks, red_lines=certain)
    value = model.solve_payoffs({"donors": 0.0}).value
    for row, terms in enumerate(model.terms):
        assert np.isneginf(value[:, row, 0]).all() == terms.listed
    answer = answer_of(talks, {}, red_lines=certain)
    for landing in answer.landings.values():
        assert all(s.terms["listed_groups"] == "excluded" for s in landing.often)


def test_no_agreement_is_an_answer_with_a_reason(talks: Talks) -> None:
    crisis = talks.crisis
    assert crisis.red_lines is not None
    never = crisis.red_lines.assign(about="guarantee", at_most=np.nan, at_least=2.0, chance=1.0)
    answer = answer_of(talks, {}, red_lines=never)
    assert answer.chance == 0.0
    assert answer.refuses["highland"] == 1.0
    assert answer.hold is None
    for landing in answer.landings.values():
        assert landing.agreement is None
        assert landing.no_agreement is not None
        assert landing.no_agreement["refuses"] == ["highland"]
        assert "Highland" in landing.no_agreement["text"]
    assert answer.second_opinion["election"]["concurs"] is None
    assert [p.chance for p in answer.curve] == [0.0] * 5


def test_a_party_that_cares_for_nothing_but_ground_blocks_what_gives_it_less(
    talks: Talks,
) -> None:
    crisis, ran = talks.crisis, talks.ran
    assert crisis.stakes is not None
    stakes = crisis.stakes[(crisis.stakes["party_id"] != "lowland")].copy()
    mine = crisis.stakes[crisis.stakes["party_id"] == "lowland"].iloc[:1]
    stakes = pd.concat(
        [stakes, mine.assign(about="ground_taken", better="less", weight=1.0, low=1.0, high=1.0)]
    )
    values = {k: v.copy() for k, v in ran.measured.values.items()}  # noqa: PD011
    values["ground_taken"][:] = 0.3
    worse, better = slice(0, None, 2), slice(1, None, 2)
    for courses in (ran.stands, ran.falls):
        values["ground_taken"][courses[worse]] = 0.6
        values["ground_taken"][courses[better]] = 0.2
    made_up = dataclasses.replace(ran, measured=dataclasses.replace(ran.measured, values=values))
    plain = dict.fromkeys(("red_lines", "dependences", "supports"))
    found = answer_of(dataclasses.replace(talks, ran=made_up), {}, stakes=stakes, **plain)
    at = found.solved.names.index("lowland")
    loses = found.solved.by_weight.loses[:, at]
    assert (loses[ran.run[worse]] == 1.0).all()
    assert (loses[ran.run[better]] == 0.0).all()
    assert (found.solved.by_weight.accepts[ran.run[worse]] == 0.0).all()
    assert not set(found.solved.by_weight.settlement[0]) & set(ran.run[worse])


def test_parties_cloned_outside_the_table_move_nothing_at_it(talks: Talks) -> None:
    crisis = talks.crisis
    assert crisis.bargaining is not None
    assert crisis.stakes is not None
    without: dict[str, Any] = {
        "bargaining": crisis.bargaining[crisis.bargaining["party_id"] != "donors"],
        "stakes": crisis.stakes[crisis.stakes["party_id"] != "donors"],
        "supports": crisis.supports.iloc[:0] if crisis.supports is not None else None,
        "dependences": crisis.dependences.iloc[:0] if crisis.dependences is not None else None,
    }
    few = model_of(talks, **without).solve_payoffs({})
    many = model_of(talks, dependences=without["dependences"]).solve_payoffs({"donors": 0.0})
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


def test_scales_run_from_the_5th_to_the_95th_percentile(talks: Talks) -> None:
    model = model_of(talks)
    (ground,) = [a for a in model.aspects if a.about == "ground_taken" and a.better == "more"]
    values = talks.ran.measured.values["ground_taken"]  # noqa: PD011
    assert (ground.low, ground.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    assert ground.scaled(np.array([ground.low, ground.high])) == pytest.approx([0.0, 1.0])


def test_a_stake_near_an_ideal_peaks_there() -> None:
    near = Aspect("guarantee", "near", 0.5, 0.0, 1.0)
    assert near.scaled(np.array([0.0, 0.25, 0.5, 1.0])) == pytest.approx([0.0, 0.5, 1.0, 0.0])
    assert Aspect("x", "less", None, 2.0, 2.0).scaled(np.array([2.0])) == pytest.approx([0.0])


def test_draws_of_judgement_keep_their_range() -> None:
    figure = Judgement(0.2, 0.1, 0.4)
    values = draw(figure, "a figure", 20_000, 1)
    assert np.median(values) == pytest.approx(0.2, rel=0.02)
    assert np.quantile(values, [0.05, 0.95]) == pytest.approx([0.1, 0.4], rel=0.04)
    assert np.array_equal(values, draw(figure, "a figure", 20_000, 1))
    assert not np.array_equal(values, draw(figure, "another", 20_000, 1))


def test_runs_that_pay_one_side_only_make_no_deal(talks: Talks) -> None:
    """Where every settlement gives the attacker all ground, the defender signs none."""
    found = talks.ran
    values = {k: v.copy() for k, v in found.measured.values.items()}  # noqa: PD011
    values["ground_taken"][:] = 0.2
    values["ground_taken"][[*found.stands, *found.falls]] = 0.9
    values["newly_displaced"][:] = 100.0
    values["newly_displaced"][[*found.stands, *found.falls]] = 900.0
    made_up = dataclasses.replace(
        found, measured=dataclasses.replace(found.measured, values=values)
    )
    plain = dict.fromkeys(("red_lines", "dependences", "supports"))
    answer = answer_of(dataclasses.replace(talks, ran=made_up), {}, **plain)
    assert answer.chance == 0.0
    assert answer.refuses["lowland"] == 1.0


def test_negotiating_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    folder = init_crisis(tmp_path / "example", bargaining=True)
    before = {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    negotiate(open_crisis(folder), futures=2, runs=12, days=5, draws=10).to_json_dict()
    assert {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()} == before


def test_terms_end_with_the_settlement(talks: Talks) -> None:
    model = model_of(talks)
    (guarantee,) = [i for i, a in enumerate(model.aspects) if a.about == "guarantee"]
    stands, falls = (model.worth(way, {"donors": 0.0})[0, guarantee] for way in ("stands", "falls"))
    assert len(set(stands)) > 1
    assert set(falls) == {0.0}  # near one half, and without a settlement there is none


@pytest.mark.parametrize("support", [{}, {"donors": 0.5}])
def test_page_and_report_show_the_figures_of_the_answer(
    talks: Talks, support: dict[str, float]
) -> None:
    answer = talks.answer(support, draws=DRAWS)
    whole = answer.to_json_dict()
    shown = bargaining_payload(changed(talks), support)
    for part in SHOWN:
        if part != "no_deal_worth_more":
            assert shown[part] == whole[part], part
    assert shown["no_deal_worth_more"] == whole["chances"]["no_deal_worth_more"]
    assert shown["landings"][HEADLINE] == whole["landings"][HEADLINE]
    report = page(answer, talks.crisis)
    assert f"In {percent(whole['chance'])} of draws" in report
    for row in whole["agreeable"]:
        assert f"<td>{row['some']:.0%}</td><td>{row['best']:.0%}</td>" in report


def test_support_changes_the_answer_without_running_anything(
    talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("havenline.negotiation.settlements.measure", None)
    none, full = talks.answer(draws=40), talks.answer({"donors": 1.0}, draws=40)
    assert none.to_json_dict() != full.to_json_dict()
    assert none.curve == full.curve
    assert none.curve[0].chance == none.chance
    assert none.curve[-1].chance == full.chance


def test_a_curve_kept_is_that_of_the_support_that_does_not_rise(talks: Talks) -> None:
    still = [talks.answer({"donors": part}, sweep=[], draws=40) for part in (0.0, 1.0)]
    assert [a.curve for a in still] == [(), ()]
    assert talks.answer({"donors": 1.0}, draws=40).curve == changed(talks).answer(draws=40).curve


@pytest.mark.parametrize("part", [-0.1, 7.0, float("nan"), float("inf")])
def test_support_that_is_no_part_of_full_support_is_refused(talks: Talks, part: float) -> None:
    with pytest.raises(HavenlineError, match="part from 0 to 1"):
        talks.answer({"donors": part})


def test_strangers_and_too_few_draws_are_refused(talks: Talks) -> None:
    with pytest.raises(HavenlineError, match="support of 'moon'"):
        talks.answer({"moon": 0.5})
    with pytest.raises(HavenlineError, match="support of 'moon'"):
        talks.answer(sweep=["moon"])
    with pytest.raises(HavenlineError, match="draws"):
        talks.answer(draws=1)


def with_settings(talks: Talks, **settings: float) -> Negotiation:
    """The answer over the same runs with parameters fixed."""
    parameters = known_parameters(talks.as_of, talks.crisis.parameters, settings)
    again = dataclasses.replace(talks, parameters=parameters, _models={}, _curves={})
    return again.answer(draws=60)


def test_judgement_comes_from_the_parameter_table(talks: Talks) -> None:
    branches = talks.ran.branches
    partial = dataclasses.replace(branches["frozen front"], name="partial deal")
    ran = dataclasses.replace(talks.ran, branches={**branches, "partial deal": partial})
    talks = dataclasses.replace(talks, ran=ran)
    usual = with_settings(talks).solved
    model = usual.model
    never = with_settings(talks, partial_deal_chance=0.0).solved.payoffs
    always = with_settings(talks, partial_deal_chance=1.0).solved.payoffs
    np.testing.assert_allclose(never.no_deal_plain, model.branch_payoffs("no deal"))
    np.testing.assert_allclose(always.no_deal_plain, model.branch_payoffs("partial deal"))
    even = with_settings(talks, proposer_dependence=0.0).solved.payoffs.weights
    np.testing.assert_allclose(even, 1.0 / even.shape[1])
    calm = with_settings(talks, temptation_hazard=0.0).solved.payoffs
    capped = with_settings(talks, temptation_most=0.0).solved.payoffs
    np.testing.assert_array_equal(calm.chance, capped.chance)
    assert calm.chance.mean() < usual.payoffs.chance.mean()
    told = with_settings(talks, guarantee_lasting=0.25, outlook_futures=3)
    assert "a part of 0.25 stays" in " ".join(told.assumptions)
    assert "mean of 3 futures" in " ".join(told.assumptions)
    assert np.unique(np.round(told.solved.model.outlook * 3.0, 9)).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_settlement_is_run_with_the_force_and_days_of_the_table(talks: Talks) -> None:
    settings = {"settlement_force": 1200.0, "settlement_late_handover_day": 45.0}
    parameters = known_parameters(talks.as_of, talks.crisis.parameters, settings)
    terms = next(t for t in talks.ran.terms if t.guarantee == 2 and t.haven_first)
    levers = as_option(terms, talks.crisis, 0, parameters).levers
    assert [x.persons for x in levers if isinstance(x, MonitorsLever)] == [1200]
    assert [x.handover for x in levers if isinstance(x, LineLever)] == [45]


def test_the_two_channels_of_leverage_are_told_apart(talks: Talks) -> None:
    assert talks.crisis.dependences is not None
    ties = talks.crisis.dependences.assign(on_party="highland")
    both = answer_of(talks, {}, dependences=ties).leverage
    nothing = answer_of(talks, {}, dependences=None).leverage
    for channel, told, other in (
        ("disagreement", "through_no_deal", "through_weights"),
        ("bargaining", "through_weights", "through_no_deal"),
    ):
        alone = answer_of(talks, {}, dependences=ties[ties["channel"] == channel]).leverage
        assert set(alone[other]["gains"].values()) == {0.0}
        assert alone[other]["moves"] == 0.0
        assert any(alone[told]["gains"].values())
        assert not any(nothing[told]["gains"].values())
        assert any(both[told]["gains"].values())


def test_what_is_flagged_is_acceptable_only_while_nobody_counts_its_collapse(
    talks: Talks,
) -> None:
    answer = answer_of(talks, {})
    value, nothing = answer.solved.mean_case
    standing = answer.solved.payoffs.standing.mean(axis=0)[:, answer.solved.who]
    flagged = set(answer.flagged["settlements"])
    assert answer.flagged["count"] == len(flagged)
    for terms, stands, counted in zip(answer.solved.model.terms, standing, value, strict=True):
        if terms.id in flagged:
            assert (stands >= nothing).all()
            assert (counted < nothing).any()


@pytest.mark.parametrize(
    "name",
    [
        "settlement_observers",
        "settlement_force",
        "settlement_shelters",
        "settlement_homes",
        "settlement_truce_day",
        "settlement_haven_day",
        "settlement_handover_day",
        "settlement_haven_first_day",
        "settlement_late_handover_day",
    ],
)
def test_every_number_of_a_settlement_reaches_its_levers(talks: Talks, name: str) -> None:
    every = list_terms(read_lines(talks.crisis), 0)

    def levers(value: float) -> list[str]:
        settings = {name: value}
        parameters = known_parameters(talks.as_of, talks.crisis.parameters, settings)
        options = (as_option(t, talks.crisis, 0, parameters) for t in every)
        return [option.model_dump_json() for option in options]

    few, more = levers(61.0), levers(67.0)
    assert any("61" in one and one != other for one, other in zip(few, more, strict=True))


def test_what_breaking_first_gains_makes_collapse_likelier(talks: Talks) -> None:
    chances = [
        with_settings(talks, breaking_first_gain=gain).solved.payoffs.chance.mean()
        for gain in (0.0, 0.2)
    ]
    assert chances[0] < chances[1]


def test_an_issue_without_a_declared_stake_weighs_as_the_table_says(talks: Talks) -> None:
    without, full = (
        with_settings(talks, undeclared_salience=salience).second_opinion for salience in (0.0, 1.0)
    )
    assert without != full


def test_what_fighting_costs_the_other_side_enters_the_test_of_shifts(talks: Talks) -> None:
    told = []
    for cost in (0.0, 0.5):
        answer = with_settings(talks, cost_of_war=cost)
        rows = range(len(answer.solved.model.terms))
        shifts = [assess_holding(answer.solved, row)["shift"] for row in rows]
        told.append([s["excess"]["defender"] for s in shifts if s is not None])
    assert told[0]
    assert told[0] != told[1]
