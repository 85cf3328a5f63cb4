from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from havenline.crisis import open_crisis
from havenline.evidence.hubs import (
    last_wave_shares,
    observed_hubs,
    score_hubs,
    spread_share,
)

UNTIL = date(2020, 3, 5)
AREAS = ["SY020400", "SY070005", "SY070301", "SY070302", "SY070402", "SY070500"]


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    return open_crisis("idlib-2020").observations


def run(shares: list[float], as_of: date) -> xr.Dataset:
    """A run in which the arrivals of every day have given shares."""
    days = pd.date_range(as_of, UNTIL)
    arrivals = np.zeros((1, 3, len(days), len(AREAS), 1), dtype=np.int32)
    arrivals[:, :, 1:, :, 0] = 10_000 * np.array(shares)
    stock = np.zeros_like(arrivals)
    stock[..., 0] = 100
    dims = ("option", "future", "day", "area", "group")
    return xr.Dataset(
        {"arrivals": (dims, arrivals), "displaced": (dims, stock)},
        coords={
            "option": ["no_deal"],
            "day": days.to_numpy(),
            "area": AREAS,
            "area_name": ("area", AREAS),
        },
    )


def test_the_observed_shares_are_those_of_the_hubs(observations: pd.DataFrame) -> None:
    found = {(h.area_id, h.start): h.share for h in observed_hubs(observations, AREAS, until=UNTIL)}
    since, february = date(2019, 12, 1), date(2020, 2, 1)
    assert found[("SY070301", since)] == pytest.approx(211_597 / 961_000)
    assert found[("SY020400", since)] == pytest.approx(107_616 / 961_000)
    assert found[("SY070005", since)] == pytest.approx(71_913 / 961_000)
    assert found[("SY070302", february)] == pytest.approx(95_268 / 752_131)
    assert len(found) == 6


def test_a_run_with_the_observed_shares_scores_zero(observations: pd.DataFrame) -> None:
    share = 211_597 / 961_000
    as_of = date(2019, 12, 20)
    scores = score_hubs(
        run([0.0, 0.0, share, 0.0, 0.0, 1.0 - share], as_of),
        observations,
        crisis="idlib-2020",
        option="no_deal",
        as_of=as_of,
        until=UNTIL,
    )
    dana = next(s for s in scores if s.hub.area_id == "SY070301" and s.hub.start.year == 2019)
    assert dana.scores["model"] == pytest.approx(0.0, abs=1e-4)
    assert dana.scores["last_wave"] > 0.01
    salqin = next(s for s in scores if s.hub.area_id == "SY070302")
    assert salqin.scores["model"] == pytest.approx(salqin.hub.share, abs=1e-4)


@pytest.mark.parametrize(
    ("as_of", "number"), [("2019-12-20", 6), ("2020-02-03", 3), ("2020-02-20", 0)]
)
def test_a_share_is_scored_while_half_of_its_period_lies_ahead(
    observations: pd.DataFrame, as_of: str, number: int
) -> None:
    day = date.fromisoformat(as_of)
    scores = score_hubs(
        run([1 / 6] * 6, day),
        observations,
        crisis="idlib-2020",
        option="no_deal",
        as_of=day,
        until=UNTIL,
    )
    assert len(scores) == number


def test_the_last_wave_adds_up_and_is_not_known_before_it_was_published() -> None:
    shares = last_wave_shares("idlib-2020", AREAS, as_of=date(2019, 12, 20))
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["SY070301"] == 0.225
    assert shares["SY020400"] == shares["SY070500"]
    assert last_wave_shares("idlib-2020", AREAS, as_of=date(2019, 7, 20)) is None
    assert last_wave_shares("elsewhere", AREAS, as_of=date(2020, 1, 1)) is None


def test_a_baseline_has_its_share_as_mean_and_a_spread() -> None:
    sample = spread_share(0.2)
    assert sample.mean() == pytest.approx(0.2, abs=0.002)
    assert sample.std() == pytest.approx((0.2 * 0.8 / 21) ** 0.5, rel=0.03)
