"""A particle filter on the published totals: what it holds, how a count moves it.

A particle is one future of a run, with a level b of its own, a mean lag and a chance of
incomplete reports (`havenline.evidence.reporting`), and people who wait to be counted. From one
count to the next

    b   += N(0, (0.2)^2 days / 7)
    W    = left + exp(b) x (people registered between the counts in the future)
    the particle's weight is multiplied by p(y | W), y the published rise
    left = max(0, W - y)

with p the law of the reporting model: W in full with chance 1 - q, else any share of it, and in
both cases an error of max(10%, 5,000 persons); a thousandth of the law is spread evenly over all
rises up to a million, so that one odd figure does not decide alone. When few particles carry the
weight (effective number below half) they are drawn anew in proportion to it. A copy then goes
on along the path of another future in which the offensive stands as in its own on that day, on
or off, its level shifted by the logarithm of their last rises (at most 2 either way): what comes
next depends on that state and not on how it came about, and without this a few paths would be
left.

The sd of the level, 0.2 a week, is judgement and was set before any score was seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import special

from havenline.evidence.reporting import Reporting, registered, take_up

Floats = npt.NDArray[np.float64]

PARTICLES = 2000
LEVEL_SD = 0.2
"""Standard deviation of the weekly step of a particle's level, log units."""
ODD = 1e-3
MOST = 1e6
MOST_SHIFT = 2.0


@dataclass
class Particles:
    """The state of the filter.

    Attributes
    ----------
    future : (particles,) intp
        Which future's path each particle follows.
    level : (particles,) float64
        b, log units.
    left : (particles,) float64
        Registered and not yet counted, persons.
    weight : (particles,) float64
        Adding up to one.
    """

    future: npt.NDArray[np.intp]
    level: Floats
    left: Floats
    weight: Floats

    @property
    def effective(self) -> float:
        """Effective number of particles."""
        return float(1.0 / np.sum(self.weight**2))


class Filter:
    """A particle filter over the futures of one run.

    Parameters
    ----------
    path : (days, futures) array
        Cumulative persons who fled in each future; the first row is the day `first`.
    first : date
    reporting : Reporting
        Of each future.
    particles : int
    seed : int
    level_sd : float
        Standard deviation of the weekly step of the level, log units.
    running : (days, futures) array of bool, optional
        Whether the offensive runs in each future; if not given all stand alike.
    """

    def __init__(
        self,
        path: npt.ArrayLike,
        first: date,
        reporting: Reporting,
        *,
        particles: int = PARTICLES,
        seed: int = 1,
        level_sd: float = LEVEL_SD,
        running: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        self._total = registered(path, reporting.lag_days)
        self._first = first
        self._reporting = reporting
        self._level_sd = level_sd
        self._seed = seed
        self._running = np.zeros(self._total.shape, np.bool_) if running is None else running
        self._rows = (0, 0)
        self._rng = np.random.default_rng([seed, 23])
        futures = self._total.shape[1]
        self.state = Particles(
            future=np.arange(particles, dtype=np.intp) % futures,
            level=np.zeros(particles),
            left=np.zeros(particles),
            weight=np.full(particles, 1.0 / particles),
        )

    def waiting(self, start: date, end: date) -> Floats:
        """Step the levels and return what waits to be counted at `end`, (particles,) persons.

        Call once for each count.
        """
        s = self.state
        days = (end - start).days
        step = self._level_sd * math.sqrt(days / 7.0)
        s.level = s.level + step * self._rng.standard_normal(s.level.size)
        rows = [(d - self._first).days for d in (start, end)]
        self._rows = (rows[0], rows[1])
        rise = self._total[rows[1], s.future] - self._total[rows[0], s.future]
        return np.asarray(s.left + np.exp(s.level) * rise, dtype=np.float64)

    def forecast(self, waiting: Floats, end: date, *, members: int) -> Floats:
        """Return an evenly weighted sample of the rise that a count would show.

        Parameters
        ----------
        waiting : (particles,) float64
            As `waiting` gave it.
        end : date
            Day of the count.
        members : int

        Returns
        -------
        (members,) float64
            Persons.
        """
        s = self.state
        own = self._reporting.of(s.future)
        added, _ = take_up(waiting, own, end, seed=self._seed + 1)
        chosen = systematic(s.weight, members, float(self._rng.random()))
        return added[chosen]

    def update(self, waiting: Floats, rise: float) -> None:
        """Weigh the particles by a published rise, and draw them anew where few carry it.

        Parameters
        ----------
        waiting : (particles,) float64
        rise : float
            Persons.
        """
        s = self.state
        law = likelihood(rise, waiting, self._reporting.of(s.future))
        s.weight = s.weight * law
        s.weight = s.weight / s.weight.sum()
        s.left = np.maximum(0.0, waiting - rise)
        if s.effective < 0.5 * s.weight.size:
            chosen = systematic(s.weight, s.weight.size, float(self._rng.random()))
            s.future, s.level, s.left = s.future[chosen], s.level[chosen], s.left[chosen]
            s.weight = np.full(s.weight.size, 1.0 / s.weight.size)
            self._part_copies()

    def _part_copies(self) -> None:
        """Let copies of a particle go on along other futures in the same state."""
        s = self.state
        row = self._rows[1]
        _, originals = np.unique(s.future, return_index=True)
        copy = np.ones(s.future.size, dtype=np.bool_)
        copy[originals] = False
        rise = self._total[row] - self._total[self._rows[0]] + 1_000.0
        for on in (False, True):
            alike = np.flatnonzero(self._running[row] == on)
            moved = np.flatnonzero(copy & (self._running[row, s.future] == on))
            if not alike.size or not moved.size:
                continue
            to = alike[self._rng.integers(0, alike.size, moved.size)]
            shift = np.log(rise[s.future[moved]] / rise[to])
            s.level[moved] += np.clip(shift, -MOST_SHIFT, MOST_SHIFT)
            s.future[moved] = to


def likelihood(rise: float, waiting: Floats, reporting: Reporting) -> Floats:
    """Return the density of a published rise for each particle, above zero.

    Parameters
    ----------
    rise : float
        Persons.
    waiting : (particles,) float64
        Persons who could be counted.
    reporting : Reporting
        Of each particle.

    Returns
    -------
    (particles,) float64
        Per person.
    """
    error, floor, incomplete = reporting.error, reporting.error_floor, reporting.incomplete
    full_sd = np.maximum(error * waiting, floor)
    z = (rise - waiting) / full_sd
    full = np.exp(-0.5 * z * z) / (math.sqrt(2.0 * math.pi) * full_sd)
    if rise <= 0.0:  # a rise below zero is published as none
        full = special.ndtr(-waiting / full_sd) / floor
    sd = np.maximum(error * rise, floor)
    some = np.maximum(waiting, 1.0)
    within = special.ndtr((some - rise) / sd) - special.ndtr(-rise / sd)
    part = within / some
    return np.asarray(
        (1.0 - ODD) * ((1.0 - incomplete) * full + incomplete * part) + ODD / MOST,
        dtype=np.float64,
    )


def systematic(weight: Floats, number: int, start: float) -> npt.NDArray[np.intp]:
    """Draw indices in proportion to weights, evenly spaced (systematic resampling).

    Parameters
    ----------
    weight : (particles,) float64
        Adding up to one.
    number : int
        How many to draw.
    start : float
        Uniform draw in 0 to 1.
    """
    points = (np.arange(number) + start) / number
    chosen = np.searchsorted(np.cumsum(weight), points)
    return np.minimum(chosen, weight.size - 1).astype(np.intp)
