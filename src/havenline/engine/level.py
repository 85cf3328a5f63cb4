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

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import normal
from havenline.engine import processes

LEVEL = np.dtype(
    [
        ("level", "f8"),
        ("tempo", "f8"),
        ("tempo_z", "f8"),
        ("level_mean", "f8"),
        ("tempo_mean", "f8"),
        ("level_var", "f8"),
        ("tempo_var", "f8"),
        ("level_tempo", "f8"),
        ("expected", "f8"),
        ("published", "f8"),
        ("counted", "f8"),
    ]
)
"""Factors on the hazards of fighting (``tempo_z`` the tempo's normal score); what is known of their
logarithms (means, variances, covariance); expected and published persons of the week's counted
days."""

WEEK = 7
ROUNDED_TO = 1000.0
"""Persons added to both sides of the ratio of published to expected: counts are told in
thousands, so that below this the ratio says nothing; a convention."""
LEAST_ELASTICITY = 0.02
"""Below this share by which a count answers to the level it tells nothing of it."""


@kernel
def begin(values, state):  # type: ignore[no-untyped-def]
    """Set the prior of what all offensives share."""
    flight = state.flight[0]
    flight.level_mean = 0.0
    flight.level_var = values.flight_level_sd**2
    flight.tempo_mean = 0.0
    flight.tempo_var = values.tempo_sd**2
    flight.level_tempo = 0.0
    flight.expected = 0.0
    flight.published = 0.0
    flight.counted = 0.0


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
    flight = state.flight[0]
    if elasticity < LEAST_ELASTICITY or flight.level_var <= 0.0:
        return
    keep = values.tempo_persistence
    weeks = max(1.0, days / WEEK)
    tempo = values.tempo_sd**2 * min(1.0, (1.0 + keep) / max(1.0 - keep, 1e-9) / weeks)
    count = (values.flight_count_error / elasticity) ** 2
    error = values.flight_level_between**2 + tempo + count
    gain = flight.level_var / (flight.level_var + error)
    flight.level_mean += gain * (log_scale - flight.level_mean)
    flight.level_var *= 1.0 - gain


@kernel
def settle(values, state):  # type: ignore[no-untyped-def]
    """Go on from what offensives share to the level of the one of the period."""
    state.flight[0].level_var += values.flight_level_between**2
    expect(values, state)


@kernel
def count(state, published, expected):  # type: ignore[no-untyped-def]
    """Note the published and the expected newly displaced of a day of offensive."""
    state.flight[0].published += published
    state.flight[0].expected += expected
    state.flight[0].counted += 1.0


@kernel
def learn_week(values, state):  # type: ignore[no-untyped-def]
    """Learn level and tempo from the days of a week that were counted, and go on to its end."""
    flight = state.flight[0]
    keep, own = values.tempo_persistence, values.tempo_sd**2
    flight.tempo_mean *= keep
    flight.level_tempo *= keep
    flight.tempo_var = keep * keep * flight.tempo_var + (1.0 - keep * keep) * own
    if flight.counted > 0.0:
        seen = math.log((flight.published + ROUNDED_TO) / (flight.expected + ROUNDED_TO))
        to_level = flight.level_var + flight.level_tempo
        to_tempo = flight.tempo_var + flight.level_tempo
        error = values.flight_count_error**2 * WEEK / flight.counted
        spread = to_level + to_tempo + error
        if spread > 0.0:
            missed = seen - (flight.level_mean + flight.tempo_mean - 0.5 * own)
            flight.level_mean += to_level / spread * missed
            flight.tempo_mean += to_tempo / spread * missed
            flight.level_var = max(0.0, flight.level_var - to_level * to_level / spread)
            flight.tempo_var = max(0.0, flight.tempo_var - to_tempo * to_tempo / spread)
            flight.level_tempo -= to_level * to_tempo / spread
    flight.published = 0.0
    flight.expected = 0.0
    flight.counted = 0.0
    expect(values, state)


@kernel
def expect(values, state):  # type: ignore[no-untyped-def]
    """Set level and tempo to their expected logarithms, for days of the replay without a count."""
    flight = state.flight[0]
    flight.level = math.exp(flight.level_mean)
    flight.tempo = math.exp(flight.tempo_mean - 0.5 * values.tempo_sd**2)


@kernel
def draw(values, state, key):  # type: ignore[no-untyped-def]
    """Draw level and tempo on the as-of date from what the counts leave open."""
    flight = state.flight[0]
    of_level = normal(mix(mix(key, processes.LEVEL), 0))
    of_tempo = normal(mix(mix(key, processes.LEVEL), 1))
    off = math.sqrt(flight.level_var) * of_level
    follows, left = 0.0, flight.tempo_var
    if flight.level_var > 0.0:
        follows = flight.level_tempo / flight.level_var
        left = max(0.0, left - follows * flight.level_tempo)
    tempo = flight.tempo_mean + follows * off + math.sqrt(left) * of_tempo
    flight.level = math.exp(flight.level_mean + off)
    flight.tempo_z = tempo / values.tempo_sd if values.tempo_sd > 0.0 else 0.0
    flight.tempo = math.exp(tempo - 0.5 * values.tempo_sd**2)
