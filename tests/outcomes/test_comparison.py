"""Options compared, worked by hand on three futures and by property on more."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.errors import RunError
from havenline.outcomes import INDICATORS, bands, compare, exceedance, per_future
from havenline.outcomes.comparison import Summary, of_hundred
from havenline.telling.answer import SHORT

KILLED = np.array([[10.0, 20.0, 40.0], [4.0, 22.0, 10.0]])  # (option, future)


def by_hand(synthetic: ModuleType) -> xr.Dataset:
    """Two options, three futures; killed as in KILLED."""
    dataset: xr.Dataset = synthetic.synthetic_dataset(options=2, futures=3, days=2)
    days = np.array([0.0, 0.5, 1.0])
    dataset["killed"] = dataset["killed"].copy(data=KILLED[:, :, None] * days)
    return dataset


def test_medians_and_ranges_by_hand(synthetic: ModuleType) -> None:
    summary = compare(by_hand(synthetic)).answer("no-deal", "killed").summary
    assert summary.median == 20.0
    assert summary.q05 == pytest.approx(11.0)
    assert summary.q95 == pytest.approx(38.0)
    # with three futures one standard deviation reaches from the lowest to the highest
    assert summary.mc_error == 15.0


def test_difference_is_under_the_same_future(synthetic: ModuleType) -> None:
    difference = compare(by_hand(synthetic)).answer("ceasefire", "killed").difference
    assert difference is not None
    # -6, +2, -30: not the difference of medians, which is -10
    assert difference.summary.median == -6.0
    assert difference.summary.q05 == pytest.approx(-27.6)
    assert difference.summary.q95 == pytest.approx(1.2)
    assert difference.share_better == "2 of 3"
    assert not difference.distinguishable


def test_regret_is_the_distance_to_the_best_of_each_future(synthetic: ModuleType) -> None:
    comparison = compare(by_hand(synthetic))
    # no deal: 6, 0, 30; ceasefire: 0, 2, 0
    assert comparison.answer("no-deal", "killed").regret_p90 == pytest.approx(6 + 0.8 * 24)
    assert comparison.answer("ceasefire", "killed").regret_p90 == pytest.approx(0.8 * 2)
    for indicator in ("near_border", "entries", "cost_usd"):
        answer = comparison.answer("ceasefire", indicator)
        assert answer.regret_p90 is None
        assert answer.difference is not None
        assert answer.difference.share_better is None


def test_fewer_who_flee_because_the_way_out_is_blocked_are_no_gain(synthetic: ModuleType) -> None:
    """Under the second option 100 fewer flee in every future and 150 more wanted to and cannot."""
    dataset: xr.Dataset = synthetic.synthetic_dataset(options=2, futures=40, days=2)
    fled = np.zeros((2, 40, 3))
    fled[:, :, 1:] = np.array([1_000.0, 900.0])[:, None, None] + np.arange(40.0)[:, None]
    kept = np.zeros_like(fled)
    dataset["newly_displaced"] = dataset["newly_displaced"].copy(data=fled)
    free = compare(dataset).answer("ceasefire", "newly_displaced")
    kept[1, :, 1:] = 150.0
    dataset["kept_in"] = dataset["kept_in"].copy(data=kept)
    shut = compare(dataset).answer("ceasefire", "newly_displaced")
    assert free.difference is not None
    assert shut.difference is not None
    assert free.difference.distinguishable
    assert free.difference.better == 40
    assert not shut.difference.distinguishable
    assert shut.difference.better == 0
    assert shut.difference.worse == 40
    assert shut.summary == free.summary
    assert free.regret_p90 == 0.0
    assert shut.regret_p90 == pytest.approx(50.0)


def test_another_baseline(synthetic: ModuleType) -> None:
    comparison = compare(by_hand(synthetic), baseline="ceasefire")
    difference = comparison.answer("no-deal", "killed").difference
    assert difference is not None
    assert difference.summary.median == 6.0
    itself = comparison.answer("ceasefire", "killed").difference
    assert itself is not None
    assert itself.to_itself
    with pytest.raises(RunError, match="no option truce"):
        compare(by_hand(synthetic), baseline="truce")


def test_without_a_baseline_there_is_no_difference(synthetic: ModuleType) -> None:
    comparison = compare(by_hand(synthetic).assign_attrs(baseline=""))
    for option in comparison.options:
        assert option.indicators["killed"].difference is None
    frame = comparison.to_frame()
    assert frame["difference_median"].isna().all()
    assert (
        comparison.to_json_dict()["options"][0]["indicators"]["killed"]["difference_to_no_deal"]
        is None
    )


def test_one_future_has_no_errors_and_no_gaps(synthetic: ModuleType) -> None:
    comparison = compare(synthetic.synthetic_dataset(futures=1))
    text = json.dumps(comparison.to_json_dict(), allow_nan=False)
    assert json.loads(text)["futures"] == 1
    for option in comparison.options:
        for answer in option.indicators.values():
            assert answer.summary.mc_error is None
            assert answer.summary.q05 == answer.summary.median == answer.summary.q95
            assert not answer.distinguishable


def test_json_has_the_shape_that_is_promised(synthetic: ModuleType) -> None:
    made = compare(synthetic.synthetic_dataset()).to_json_dict()
    assert list(made)[:7] == ["crisis", "as_of", "futures", "days", "seed", "version", "partial"]
    assert made["crisis"] == "synthetic"
    assert made["as_of"] == "2020-01-15"
    assert (made["futures"], made["days"], made["seed"]) == (30, 20, 7)
    assert made["partial"] is False
    assert made["options"][0]["id"] == "no-deal"
    for option in made["options"]:
        assert set(option) == {"id", "name", "indicators"}
        assert list(option["indicators"]) == list(INDICATORS)
        for figures in option["indicators"].values():
            assert {"median", "q05", "q95", "regret_p90", "unit", "mc_error"} <= set(figures)
            assert {"median", "q05", "q95", "share_better"} <= set(figures["difference_to_no_deal"])
            assert figures["q05"] <= figures["median"] <= figures["q95"]
            assert isinstance(figures["median"], int)
    json.dumps(made, allow_nan=False)


def test_shown_figures_are_within_half_their_error(synthetic: ModuleType) -> None:
    comparison = compare(synthetic.synthetic_dataset())
    shown, exact = comparison.to_json_dict(), comparison.to_json_dict(rounded=False)
    for a, b in zip(shown["options"], exact["options"], strict=True):
        for name in INDICATORS:
            near, true = a["indicators"][name], b["indicators"][name]
            assert abs(near["median"] - true["median"]) <= max(0.5, 0.5 * true["mc_error"])


def test_what_luck_could_give_is_not_distinguishable(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=40)
    rng = np.random.default_rng(0)
    base = rng.integers(100, 200, 40).astype(float)
    noise = rng.permutation(np.repeat([-5.0, 5.0], 20))
    clear = np.full(40, -30.0) + noise
    for change, expected in ((noise, False), (clear, True)):
        values = np.stack([base, base + change])[:, :, None] * np.linspace(0, 1, 21)
        answer = compare(dataset.assign(killed=dataset["killed"].copy(data=values))).answer(
            "ceasefire", "killed"
        )
        assert answer.distinguishable is expected
        assert answer.difference is not None
        told = SHORT.difference(answer.difference, answer.unit)
        assert (told == "not distinguishable") is not expected


def test_a_difference_that_rounds_to_nothing_is_not_distinguishable(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=40)
    base = np.full(40, 100.0)
    change = np.linspace(0.2, 0.4, 40)
    change[-6:] = 30.0
    for size, expected in ((1.0, False), (10.0, True)):
        values = np.stack([base, base + size * change])[:, :, None] * np.linspace(0, 1, 21)
        answer = compare(dataset.assign(killed=dataset["killed"].copy(data=values))).answer(
            "ceasefire", "killed"
        )
        assert answer.distinguishable is expected


def test_zero_has_no_sign(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=40)
    base = np.full(40, 1000.0)
    change = np.repeat([-300.0, 0.0], [30, 10])
    values = np.stack([base, base + change])[:, :, None] * np.linspace(0, 1, 21)
    answer = compare(dataset.assign(killed=dataset["killed"].copy(data=values))).answer(
        "ceasefire", "killed"
    )
    assert answer.difference is not None
    assert SHORT.difference(answer.difference, answer.unit) == "-300 (-300 to 0)"


def test_identical_options_are_not_distinguishable(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=2)
    same = dataset.isel(option=[0, 0]).assign_coords(option=["no-deal", "twin"])
    for answer in compare(same).options[1].indicators.values():
        assert not answer.distinguishable


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_order_of_options_and_futures_does_not_matter(
    data: st.DataObject, synthetic: ModuleType
) -> None:
    dataset = synthetic.synthetic_dataset(options=4, futures=11, days=5)
    options = data.draw(st.permutations(range(4)))
    futures = data.draw(st.permutations(range(11)))
    first = compare(dataset, baseline="no-deal").to_json_dict(rounded=False)
    other = compare(dataset.isel(option=options, future=futures), baseline="no-deal")

    def by_id(made: dict[str, Any]) -> dict[str, Any]:
        return {o["id"]: o for o in made["options"]}

    assert by_id(other.to_json_dict(rounded=False)) == by_id(first)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), futures=st.integers(1, 12))
def test_some_option_is_best_in_every_future(
    seed: int, futures: int, synthetic: ModuleType
) -> None:
    dataset = synthetic.synthetic_dataset(options=3, futures=futures, days=4, seed=seed)
    values = per_future(dataset, "killed")
    for option, answer in enumerate(compare(dataset).options):
        regret = answer.indicators["killed"].regret_p90
        assert regret is not None
        assert regret >= 0
        if (values[option] == values.min(axis=0)).all():
            assert regret == 0


@settings(max_examples=25, deadline=None)
@given(shift=st.integers(-1_000_000, 1_000_000))
def test_what_all_options_share_changes_no_difference(shift: int, synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=3, futures=9, days=4)
    values = dataset["unsheltered"].to_numpy()
    moved = dataset.assign(unsheltered=dataset["unsheltered"].copy(data=values + shift))
    before, after = compare(dataset), compare(moved)
    for option in before.options:
        old = option.indicators["peak_unsheltered"]
        new = after.answer(option.id, "peak_unsheltered")
        assert new.difference == old.difference
        assert new.regret_p90 == old.regret_p90
        assert new.summary.median == old.summary.median + shift


def test_frame_has_a_row_per_option_and_indicator(synthetic: ModuleType) -> None:
    frame = compare(synthetic.synthetic_dataset()).to_frame()
    assert len(frame) == 5 * len(INDICATORS)
    assert not frame[["median", "q05", "q95", "mc_error"]].isna().to_numpy().any()
    row = frame[(frame["option"] == "ceasefire") & (frame["indicator"] == "entries")].iloc[0]
    assert np.isnan(row["regret_p90"])
    assert set(frame.loc[frame["prior_only"], "indicator"]) == {
        "homes_damaged",
        "displaced_elsewhere",
        "returned_elsewhere",
        "cost_6m_rebuilt",
        "cost_24m_rebuilt",
        "returned_other_side",
        "harmed_left",
        "harmed_captured",
    }


def test_bands_by_hand(synthetic: ModuleType) -> None:
    dataset = by_hand(synthetic)
    made = bands(dataset, "killed", "no-deal", [0.0, 0.5, 1.0])
    assert made.tolist() == [[0, 5, 10], [0, 10, 20], [0, 20, 40]]
    by_area = bands(dataset, "displaced", "ceasefire", [0.5])
    expected = np.median(dataset["displaced"].to_numpy()[1].sum(axis=-1), axis=0)
    np.testing.assert_array_equal(by_area[0], expected)
    with pytest.raises(ValueError, match="not by option"):
        bands(dataset, "parameter_values", "no-deal", [0.5])


def test_exceedance_counts_futures_strictly_above(synthetic: ModuleType) -> None:
    dataset = by_hand(synthetic)
    assert exceedance(dataset, "killed", "no-deal", 10.0) == (2, 3)
    assert exceedance(dataset, "killed", "ceasefire", 22.0) == (0, 3)


@pytest.mark.parametrize(
    ("count", "futures", "text"),
    [
        (2, 3, "2 of 3"),
        (62, 100, "62 of 100"),
        (0, 500, "0 of 100"),
        (1, 500, "1 of 100"),
        (499, 500, "99 of 100"),
        (500, 500, "100 of 100"),
        (310, 500, "62 of 100"),
    ],
)
def test_counts_are_never_rounded_to_never_or_always(count: int, futures: int, text: str) -> None:
    assert of_hundred(count, futures) == text


def test_each_end_of_a_range_is_rounded_to_its_own_error() -> None:
    summary = Summary(0.0, 0.0, 356_452.0, 0.0, 0.0, 23_000.0).rounded()
    assert (summary.median, summary.q05, summary.q95) == (0, 0, 360_000)


def test_rounding_never_puts_an_end_across_the_median() -> None:
    summary = Summary(1_700.0, 1_600.0, 1_790.0, 1.0, 900.0, 4_000.0).rounded()
    assert summary.q05 <= summary.median == 1_700 <= summary.q95
