"""One future of the allocation rules, day by day."""

from __future__ import annotations

import math

import numpy as np

from havenline.draws import key_of_text, mix
from havenline.draws.kernels import kernel, kernel_entry
from havenline.draws.samplers import binomial, hypergeometric, normal
from havenline.engine.gravity import nearness, pull_of_size, room

FULL_FROM, FULL_TO, FULL_LEAST = 0.0, 1.0, 0.0
"""A camp takes fewer people in from the first on, and none beyond its capacity."""
DRIFT_DAYS = 30
BATCHES = 20
_ARRIVE = np.uint64(key_of_text("given.arrive"))
_LEAVE = np.uint64(key_of_text("given.leave"))
_DRIFT = np.uint64(key_of_text("given.drift"))


@kernel
def _shares(day, network_state, people, leaving, near, near_ever, is_open, pull, capacity, share):  # type: ignore[no-untyped-def]
    """Fill ``share`` with each camp's share of today's arrivals; return whether any can come.

    Who is counted has come, so an origin that no open road leads from today uses the roads of
    another day; where no open camp has room left, all open ones share by pull; where none is open
    today, all do that ever are. A camp that no road leads to on any day gets nobody, and an origin
    that no road leads from on any day sends nobody.
    """
    camps = people.shape[0]
    weight = np.empty(camps)
    all_leaving = 0.0
    for j in range(camps):
        share[j] = 0.0
    for i in range(leaving.shape[1]):
        if leaving[day, i] <= 0.0:
            continue
        total = 0.0
        for attempt in range(4):
            total = 0.0
            for j in range(camps):
                w = 0.0
                if near_ever[i, j] > 0.0 and (is_open[network_state, j] or attempt == 3):
                    w = pull[j]
                    if attempt < 2 and not math.isnan(capacity[j]):
                        w *= room(people[j], capacity[j], FULL_FROM, FULL_TO, FULL_LEAST)
                    if attempt == 0:
                        w *= near[network_state, i, j]
                    elif attempt == 1:
                        w *= near_ever[i, j]
                weight[j] = w
                total += w
            if total > 0.0:
                break
        if total > 0.0:
            all_leaving += leaving[day, i]
            for j in range(camps):
                share[j] += leaving[day, i] * weight[j] / total
    for j in range(camps):
        if all_leaving > 0.0:
            share[j] /= all_leaving
    return all_leaving > 0.0


@kernel
def _arrive(number, share, people, keys, key):  # type: ignore[no-untyped-def]
    """Divide arrivals among the camps: a multinomial draw, a binomial a camp."""
    left = number
    rest = 1.0
    last = 0
    for j in range(people.shape[0]):
        if share[j] > 0.0:
            last = j
    for j in range(last + 1):
        p = 1.0 if j == last else share[j] / rest if rest > 1e-12 else 0.0
        taken = binomial(left, p, mix(key, keys[j]))
        people[j] += taken
        left -= taken
        rest -= share[j]


@kernel
def _leave(number, people, leave, keys, key):  # type: ignore[no-untyped-def]
    """Take people away: from each camp in proportion to its people times how readily they leave.

    What a camp that is left empty could not give is taken from the others at random.
    """
    camps = people.shape[0]
    there, rest = 0, 0.0
    for j in range(camps):
        there += people[j]
        rest += people[j] * leave[j]
    left = min(number, there)
    share = rest
    for j in range(camps):
        part = people[j] * leave[j]
        p = 1.0 if j == camps - 1 else part / share if share > 1e-12 else 0.0
        taken = min(people[j], binomial(left, min(1.0, p), mix(mix(key, keys[j]), 1)))
        people[j] -= taken
        left -= taken
        share -= part
        there -= taken
    for j in range(camps):
        if left == 0:
            return
        there -= people[j]
        taken = hypergeometric(people[j], there, left, mix(key, keys[j]))
        people[j] -= taken
        left -= taken


@kernel
def _drift(people, spread, keys, key):  # type: ignore[no-untyped-def]
    """Move people between camps: each camp's number times a random factor, the sum unchanged."""
    camps = people.shape[0]
    factor = np.empty(camps)
    before = 0
    after = 0.0
    for j in range(camps):
        factor[j] = math.exp(spread * normal(mix(key, keys[j])))
        before += people[j]
        after += people[j] * factor[j]
    if before == 0:
        return
    cumulated = 0.0
    given = 0
    for j in range(camps):
        cumulated += people[j] * factor[j] * before / after
        upto = np.int64(math.floor(cumulated + 0.5))
        people[j] = upto - given
        given += people[j]


@kernel_entry
def run_allocation(  # type: ignore[no-untyped-def]
    first_day,
    start,
    totals,
    state,
    leaving,
    km,
    offset,
    power,
    is_open,
    own,
    size,
    size_power,
    leave,
    capacity,
    drift,
    keys,
    key,
    out,
):
    """Run one future.

    Parameters
    ----------
    first_day : int
        Day on which ``start`` is known.
    start : (camps,) int64
        Persons in each camp at the end of it.
    totals : (n,) int64
        Persons in all camps on ``first_day`` and the days after it.
    state, leaving, km, is_open
        See `AllocationNetwork`.
    offset, power : float64
        See `havenline.engine.gravity.nearness`.
    own, size, capacity : (camps,) float64
        Unexplained attraction; size on any scale; places, NaN for unlimited.
    size_power : float64
        See `havenline.engine.gravity.pull_of_size`.
    leave : (camps,) float64
        How readily people leave each camp, over the mean; unexplained.
    drift : float64
        Spread of a camp's logarithm over 30 days by moves that are not arrivals.
    keys : (camps,) uint64
    key : uint64
        Key of the future.
    out : (n, camps) int64
        Filled with persons in each camp at the end of each day.
    """
    opens = np.zeros(km.shape[2], dtype=np.bool_)
    for s in range(km.shape[0]):
        for j in range(km.shape[2]):
            opens[j] = opens[j] or is_open[s, j]
    near, near_ever = np.empty_like(km), np.zeros(km.shape[1:])
    for s in range(km.shape[0]):
        for i in range(km.shape[1]):
            for j in range(km.shape[2]):
                reached = math.isfinite(km[s, i, j])
                near[s, i, j] = nearness(km[s, i, j], offset, power) if reached else 0.0
                if opens[j]:
                    near_ever[i, j] = max(near_ever[i, j], near[s, i, j])
    pull = np.empty_like(own)
    for j in range(own.shape[0]):
        pull[j] = own[j] * pull_of_size(size[j], size_power)
    people = start.copy()
    share = np.empty(people.shape[0])
    out[0] = people
    for n in range(1, totals.shape[0]):
        day = first_day + n
        if drift > 0.0 and day % DRIFT_DAYS == 0:
            _drift(people, drift, keys, mix(mix(key, _DRIFT), day))
        change = totals[n] - people.sum()
        if change > 0:
            room = 0.0
            for j in range(people.shape[0]):
                if math.isnan(capacity[j]):
                    room = math.inf
                else:
                    room += max(0.0, capacity[j] - people[j])
            # a few batches where many arrive at once, so that camps fill as they come
            batches = min(BATCHES, 1 + int(BATCHES * change / room)) if room >= 1.0 else 1
            for b in range(batches):
                part = change // batches + (1 if b < change % batches else 0)
                if _shares(
                    day,
                    state[day],
                    people,
                    leaving,
                    near,
                    near_ever,
                    is_open,
                    pull,
                    capacity,
                    share,
                ):
                    _arrive(part, share, people, keys, mix(mix(mix(key, _ARRIVE), day), b))
        elif change < 0:
            _leave(-change, people, leave, keys, mix(mix(key, _LEAVE), day))
        out[n] = people
