"""The level of flight, learned from counts published by the as-of date.

The hazards of fighting are priors: as a whole they may be off. On days that no count covers they
are multiplied by

    exp(lambda) exp(tau - sigma^2 / 2),

the level ``lambda`` of this offensive and the tempo ``tau`` of the week, autoregressive with
standard deviation sigma = ``tempo_sd`` (see `havenline.engine.steps.truce.draw_tempo`). The
level is
mu + u: mu ~ N(0, ``flight_level_sd``^2) for all offensives here together, u ~ N(0,
``flight_level_between``^2) for each. Counts tell of them, in each future for its own values:

- an offensive of before the period, by the logarithm of the factor on all hazards at which it
  displaces what was counted: mu + u' + the mean tempo of its weeks + error / elasticity;
- each week of an offensive in the period, by the logarithm of published over expected people:
  lambda + tau - sigma^2 / 2 + error, with ``flight_count_error`` the error of a week.

All is Gaussian on the logarithmic scale, so the Kalman filter (Kalman 1960; two states) is exact.
On the as-of date level and tempo are drawn from what it leaves. With no counts they are drawn
from the prior; with ``flight_level_sd``, ``flight_level_between`` and ``tempo_sd`` at 0 both are 1.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import normal
from havenline.engine import processes
from havenline.engine.state import (
    COUNTED,
    EXPECTED,
    LEVEL,
    LEVEL_MEAN,
    LEVEL_TEMPO,
    LEVEL_VAR,
    PUBLISHED,
    TEMPO,
    TEMPO_MEAN,
    TEMPO_VAR,
    TEMPO_Z,
)

WEEK = 7
ROUNDED_TO = 1000.0
"""Persons added to both sides of the ratio of published to expected: counts are told in
thousands, so that below this the ratio says nothing; a convention."""
LEAST_ELASTICITY = 0.02
"""Below this share by which a count answers to the level it tells nothing of it."""


@kernel
def begin(values, state):  # type: ignore[no-untyped-def]
    """Set the prior of what all offensives share."""
    real = state.real
    real[LEVEL_MEAN] = 0.0
    real[LEVEL_VAR] = values.flight_level_sd**2
    real[TEMPO_MEAN] = 0.0
    real[TEMPO_VAR] = values.tempo_sd**2
    real[LEVEL_TEMPO] = 0.0
    real[EXPECTED] = 0.0
    real[PUBLISHED] = 0.0
    real[COUNTED] = 0.0


@kernel
def learn_earlier(values, state, log_scale, elasticity, days):  # type: ignore[no-untyped-def]
    """Learn what offensives share from one of before the period.

    Parameters
    ----------
    log_scale : float64
        Logarithm of the factor on all hazards that meets its count.
    elasticity : float64
        Derivative of the logarithm of the expected count by ``log_scale``.
    days : float64
        How long it lasted.
    """
    real = state.real
    if elasticity < LEAST_ELASTICITY or real[LEVEL_VAR] <= 0.0:
        return
    keep = values.tempo_persistence
    weeks = max(1.0, days / WEEK)
    tempo = values.tempo_sd**2 * min(1.0, (1.0 + keep) / max(1.0 - keep, 1e-9) / weeks)
    count = (values.flight_count_error / elasticity) ** 2
    error = values.flight_level_between**2 + tempo + count
    gain = real[LEVEL_VAR] / (real[LEVEL_VAR] + error)
    real[LEVEL_MEAN] += gain * (log_scale - real[LEVEL_MEAN])
    real[LEVEL_VAR] *= 1.0 - gain


@kernel
def settle(values, state):  # type: ignore[no-untyped-def]
    """Go on from what offensives share to the level of the one of the period."""
    state.real[LEVEL_VAR] += values.flight_level_between**2
    expect(values, state)


@kernel
def count(state, published, expected):  # type: ignore[no-untyped-def]
    """Note the published and the expected newly displaced of a day of offensive."""
    state.real[PUBLISHED] += published
    state.real[EXPECTED] += expected
    state.real[COUNTED] += 1.0


@kernel
def learn_week(values, state):  # type: ignore[no-untyped-def]
    """Learn level and tempo from the days of a week that were counted, and go on to its end."""
    real = state.real
    keep, own = values.tempo_persistence, values.tempo_sd**2
    real[TEMPO_MEAN] *= keep
    real[LEVEL_TEMPO] *= keep
    real[TEMPO_VAR] = keep * keep * real[TEMPO_VAR] + (1.0 - keep * keep) * own
    if real[COUNTED] > 0.0:
        seen = math.log((real[PUBLISHED] + ROUNDED_TO) / (real[EXPECTED] + ROUNDED_TO))
        to_level = real[LEVEL_VAR] + real[LEVEL_TEMPO]
        to_tempo = real[TEMPO_VAR] + real[LEVEL_TEMPO]
        error = values.flight_count_error**2 * WEEK / real[COUNTED]
        spread = to_level + to_tempo + error
        if spread > 0.0:
            missed = seen - (real[LEVEL_MEAN] + real[TEMPO_MEAN] - 0.5 * own)
            real[LEVEL_MEAN] += to_level / spread * missed
            real[TEMPO_MEAN] += to_tempo / spread * missed
            real[LEVEL_VAR] = max(0.0, real[LEVEL_VAR] - to_level * to_level / spread)
            real[TEMPO_VAR] = max(0.0, real[TEMPO_VAR] - to_tempo * to_tempo / spread)
            real[LEVEL_TEMPO] -= to_level * to_tempo / spread
    real[PUBLISHED] = 0.0
    real[EXPECTED] = 0.0
    real[COUNTED] = 0.0
    expect(values, state)


@kernel
def expect(values, state):  # type: ignore[no-untyped-def]
    """Set level and tempo to their expected logarithms, for days of the replay without a count."""
    real = state.real
    real[LEVEL] = math.exp(real[LEVEL_MEAN])
    real[TEMPO] = math.exp(real[TEMPO_MEAN] - 0.5 * values.tempo_sd**2)


@kernel
def draw(values, state, key):  # type: ignore[no-untyped-def]
    """Draw level and tempo on the as-of date from what the counts leave open."""
    real = state.real
    of_level = normal(mix(mix(key, processes.LEVEL), 0))
    of_tempo = normal(mix(mix(key, processes.LEVEL), 1))
    off = math.sqrt(real[LEVEL_VAR]) * of_level
    follows, left = 0.0, real[TEMPO_VAR]
    if real[LEVEL_VAR] > 0.0:
        follows = real[LEVEL_TEMPO] / real[LEVEL_VAR]
        left = max(0.0, left - follows * real[LEVEL_TEMPO])
    tempo = real[TEMPO_MEAN] + follows * off + math.sqrt(left) * of_tempo
    real[LEVEL] = math.exp(real[LEVEL_MEAN] + off)
    real[TEMPO_Z] = tempo / values.tempo_sd if values.tempo_sd > 0.0 else 0.0
    real[TEMPO] = math.exp(tempo - 0.5 * values.tempo_sd**2)
