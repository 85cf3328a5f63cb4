"""Agreements that erode: recorded wear, phases that are missed, agreements hollowed out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from havenline.engine import simulate
from havenline.outcomes import compare
from havenline.outcomes.holds import hollowed_out
from havenline.outcomes.tidy import write_tidy
from havenline.telling.compliance import eroded, hollowed
from tests.crises_random import Sketch, Walk, crisis_of, job_of, towns_in_a_row
from tests.engine.test_erosion import LASTS, STEADY

TRUCE = ((5, "offensive_start", 6), (10, "truce_start", 10))
POSTS = (
    (-9, "post_set_up", "owl-tower", -9),
    (-9, "post_set_up", "hawk-tower", -9),
    (12, "post_surrounded", "owl-tower", 12),
)
BREACHES = (19, "breaches", "one", 19, 10, 30.0)
MISSED = ((15, "phase_due", "ports", 10), (16, "phase_missed", "ports", 16))
OFF = {"truce_hr_breaches": 1.0, "truce_hr_posts": 1.0, "truce_hr_missed": 1.0}
DEAL = {"deal": ({"lever": "truce", "start": 3},)}


def sketch(*compliance: tuple[Any, ...], **changes: Any) -> Sketch:
    """A truce stands ten days at the as-of date, day 20."""
    return towns_in_a_row(**{"happenings": TRUCE, "compliance": compliance, "days": 40, **changes})


def run(found: Sketch, **settings: float) -> xr.Dataset:
    return simulate(crisis_of(found), futures=20, seed=3, workers=1, settings=settings).dataset


def test_the_recorded_wear_by_hand() -> None:
    """90 breaches a month are two doublings, half the posts lost a root, one phase missed once."""
    given = {"truce_hr_breaches": 1.2, "truce_hr_posts": 4.0, "truce_hr_missed": 1.5}
    job = job_of(crisis_of(sketch(*POSTS, BREACHES, *MISSED)), settings={**LASTS, **given})
    walk = Walk(job)
    walk.to(walk.today + 2)
    assert walk.state.course[0]["truce_ratio"] == pytest.approx(1.2**2 * 4.0**0.5 * 1.5)


def test_with_the_ratios_at_one_the_run_is_the_one_without_the_record() -> None:
    options = {**DEAL}
    with_it = run(sketch(*POSTS, BREACHES, *MISSED, options=options), erosion_pace=0.3, **OFF)
    without = run(sketch(options=options), erosion_pace=0.3, **OFF)
    for name in with_it.data_vars:
        if name not in ("agreement_hollowed", "parameter_values"):
            np.testing.assert_array_equal(with_it[name], without[name], str(name))
    worn = run(sketch(*POSTS, BREACHES, *MISSED, options=options), erosion_pace=0.3)
    assert (worn["truce_standing"] != without["truce_standing"]).any()


@pytest.mark.parametrize("what", ["breaches", "posts", "missed"])
def test_more_recorded_wear_never_lets_the_agreement_stand_longer(what: str) -> None:
    worse: dict[str, list[tuple[tuple[Any, ...], ...]]] = {
        "breaches": [((*BREACHES[:5], float(n)),) for n in (0, 10, 100, 10_000)],
        "posts": [POSTS[:n] for n in (2, 3)] + [(*POSTS, (13, "post_left", "hawk-tower", 13))],
        "missed": [(), MISSED, (*MISSED, *((d, k, "city", p) for d, k, _, p in MISSED))],
    }
    stood = [
        float(run(sketch(*rows), truce_cure_share=0.1)["truce_standing"].sum())
        for rows in worse[what]
    ]
    assert stood == sorted(stood, reverse=True)
    assert stood[0] > stood[-1]


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_the_wear_speeds_erosion_by_its_power(power: float) -> None:
    """A tenth of 4 km a day, twice that at a wear of two: 12 km fall on day 30, or on day 15."""
    given = {**LASTS, **STEADY, **OFF, "truce_hr_missed": 2.0, "erosion_pace": 0.1}
    job = job_of(crisis_of(sketch(*MISSED, days=31)), settings={**given, "erosion_wear": power})
    walk = Walk(job)
    lost = [bool(walk.to(walk.today + d).offensive[0]["lost"]) for d in range(1, 32)]
    assert lost.index(True) + 1 == (15 if power else 30)


def test_ground_lost_hollows_an_agreement_out_by_hand() -> None:
    """Of 185,000 people on the defended ground 20,000, more than a tenth, lose it on day 30."""
    given = {**LASTS, **STEADY, **OFF, "erosion_pace": 0.1}
    for days, share in ((29, 0.0), (30, 1.0)):
        data = run(sketch(days=days), **given)
        assert (data["agreement_hollowed"] == share).all()
    few = run(sketch(days=30, people=(2_000, 20_000, 20_000, 20_000)), **given)
    assert (few["agreement_hollowed"] == 0.0).all()


def test_ground_lost_under_it_before_the_as_of_date_counts() -> None:
    """And does not count once another truce stands."""
    fell = sketch(changes=((14, "t1", "att", 15),), days=5, options=DEAL)
    data = run(fell, **LASTS, erosion_pace=0.0)
    assert (data["agreement_hollowed"] == 1.0).all()
    late = sketch(changes=((14, "t1", "att", 15),), happenings=(*TRUCE, (16, "truce_start", 16)),
                  days=5)  # fmt: skip
    assert (run(late, **LASTS, erosion_pace=0.0)["agreement_hollowed"] == 0.0).all()


def test_phases_to_come_are_missed_by_chance() -> None:
    """The second of two is due on day 25: nothing is known of it before day 6 ahead."""
    due = ((18, "phase_due", "ports", 10), (25, "phase_due", "city", 10))
    given = {**LASTS, "erosion_pace": 0.0}
    for chance, days, share in ((1.0, 5, 0.0), (1.0, 6, 1.0), (0.0, 6, 0.0)):
        data = run(sketch(*due, days=days), **given, phase_missed=chance)
        assert (data["agreement_hollowed"] == share).all()
    shares = [
        float(run(sketch(*due), **given, phase_missed=chance)["agreement_hollowed"].mean())
        for chance in (0.2, 0.5, 0.9)
    ]
    assert shares == sorted(shares)
    assert 0.0 < shares[1] < 1.0


def test_without_a_truce_nothing_is_hollowed_out_or_told() -> None:
    found = sketch(*POSTS, happenings=((5, "offensive_start", 6),))
    data = run(found)
    assert (data["agreement_hollowed"] == 0.0).all()
    assert hollowed_out(data) == ()
    assert hollowed(data) == []
    assert eroded(crisis_of(found), crisis_of(found).meta.as_of) == (
        "Up to 21 January 2030: no truce stands; of 2 observation posts 1 is surrounded."
    )


def test_it_is_told_for_the_whole_horizon_with_what_it_means_for_people() -> None:
    found = sketch(*POSTS, BREACHES, *MISSED, (25, "phase_due", "city", 10))
    data = run(found, **LASTS, erosion_pace=0.0)
    (case,) = hollowed_out(data)
    hollow = data["agreement_hollowed"].to_numpy()[0] > 0
    assert case.futures == hollow.sum()
    assert 0 < case.futures < 20
    fled = (data["newly_displaced"][0, :, -1] - data["newly_displaced"][0, :, 0]).to_numpy()
    assert case.displaced is not None
    assert case.displaced.median == np.median(fled[hollow])
    assert eroded(crisis_of(found), crisis_of(found).meta.as_of).endswith(
        "about 90 breaches a month were counted; of 2 phases of redeployment 1 had been due by "
        "then and 1 missed."
    )
    text = " ".join(hollowed(data))
    assert f"{data['option_name'].item(0)}: in {case.futures} of 20 futures." in text


def test_no_post_and_no_day_of_it_leaves_a_run(tmp_path: Path) -> None:
    """What is recorded of posts is told as counts; a result holds one number a future."""
    found = crisis_of(sketch(*POSTS, BREACHES, *MISSED, options=DEAL))
    data = simulate(found, futures=4, workers=1, out=tmp_path).dataset
    assert data["agreement_hollowed"].dims == ("option", "future")
    comparison = compare(data)
    write_tidy(data, tmp_path)
    (tmp_path / "compared.json").write_text(json.dumps(comparison.to_json_dict()))
    told = [eroded(found, found.meta.as_of), *hollowed(data)]
    (tmp_path / "told.txt").write_text("\n".join(told))
    files = sorted(tmp_path.iterdir())
    assert len(files) > 3
    for file in files:
        for post in (b"owl-tower", b"hawk-tower"):
            assert post not in file.read_bytes(), file.name
