"""The emulator: exact on what is linear, honest about what it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.negotiation.emulator import fit, spread_out

RNG = np.random.default_rng(3)
SPACE = RNG.random((120, 4)) * 2.0 - 1.0


def test_a_straight_plane_is_found_between_runs() -> None:
    truth = 0.3 + SPACE @ np.array([0.5, -0.2, 0.1, 0.0])
    run = spread_out(SPACE, [0, 1], 30)
    emulator = fit(SPACE[run], truth[run][:, None])
    said = emulator.weights(SPACE) @ truth[run]
    assert np.abs(said - truth).max() < 0.05
    assert emulator.explained[0] > 0.97
    assert np.allclose(emulator.weights(SPACE).sum(axis=1), 1.0)


def test_what_cannot_be_known_is_told_as_error() -> None:
    noise = RNG.standard_normal(120)
    run = spread_out(SPACE, [0], 30)
    emulator = fit(SPACE[run], noise[run][:, None])
    assert emulator.error[0] > 0.7 * noise[run].std()
    assert emulator.explained[0] < 0.3


def test_the_error_told_is_about_the_error_made() -> None:
    truth = np.sin(2.0 * SPACE[:, 0]) + SPACE[:, 1] * SPACE[:, 2]
    run = spread_out(SPACE, [0], 40)
    emulator = fit(SPACE[run], truth[run][:, None])
    rest = np.setdiff1d(np.arange(120), run)
    made = np.sqrt(((emulator.weights(SPACE[rest]) @ truth[run] - truth[rest]) ** 2).mean())
    assert 0.3 * emulator.error[0] < made < 2.0 * emulator.error[0]


def test_settlements_that_were_run_have_no_error_and_others_have() -> None:
    run = spread_out(SPACE, [5], 20)
    emulator = fit(SPACE[run], SPACE[run][:, :1])
    mask = np.zeros(120, dtype=bool)
    mask[run] = True
    factor = emulator.error_factor(SPACE, mask)
    spread = np.sqrt((factor**2).sum(axis=1))
    assert (spread[mask] == 0.0).all()
    assert (spread[~mask] > 0.0).all()


def test_outputs_that_never_change_do_no_harm() -> None:
    run = spread_out(SPACE, [0], 15)
    emulator = fit(SPACE[run], np.ones((15, 2)))
    assert emulator.error == pytest.approx(0.0)
    assert np.isfinite(emulator.weights(SPACE)).all()


def test_runs_are_spread_and_keep_those_asked_for() -> None:
    run = spread_out(SPACE, [7, 90], 25)
    assert len(set(run)) == 25
    assert {7, 90} <= set(run)
    assert spread_out(SPACE, [7, 90], 25) == run
    assert len(spread_out(SPACE[:5], [0], 25)) == 5
