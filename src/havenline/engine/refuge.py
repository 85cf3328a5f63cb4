"""Whose ground shelters whom.

Every place has people of its own: those of the party that held it at the start of the period.
How much the ground of a party draws them, over their own, is declared (``refuge.csv``) or follows
from relations: 1 on own, allied and guarded ground, ``refuge_neutral`` on neutral and
``refuge_hostile`` on hostile ground. Where a holder lets in so many a day (screening), nobody sets
out for its ground once as many have, counted after each place in turn; what one place sends too
many is kept from the days after. How far a holder accepts those whose home it holds is declared
too, or ``return_other_side`` where it is hostile.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.engine import processes
from havenline.world import terms


@kernel
def attacked(state, place):  # type: ignore[no-untyped-def]
    """Whether an offensive is known against the holder of a place."""
    for k in range(state.defends.shape[0]):
        if state.defends[k, state.holder[place]] == terms.DEFENDED:
            return True
    return False


@kernel
def set_terms(record, values, state, key, epoch):  # type: ignore[no-untyped-def]
    """Set what holds between parties to that of a stretch of days.

    A declared share lies between its low and its high value, in half of the futures above it.
    """
    state.contact[:] = record.contact[epoch]
    state.passage[:] = record.passage[epoch]
    state.defends[:] = record.defends[epoch]
    state.per_day[:] = record.per_day[epoch]
    parties = state.share.shape[0]
    for a in range(parties):
        for b in range(parties):
            share = record.share[epoch, a, b]
            if share == terms.BY_NEUTRAL:
                share = values.refuge_neutral
            elif share == terms.BY_HOSTILE:
                share = values.refuge_hostile
            else:
                low = record.share_range[epoch, a, b, 0]
                high = record.share_range[epoch, a, b, 1]
                spot = uniform(mix(mix(key, processes.REFUGE), record.pair_key[a, b]), 0)
                if spot < 0.5:
                    share = low + 2.0 * spot * (share - low)
                else:
                    share += (2.0 * spot - 1.0) * (high - share)
            state.share[a, b] = share
            accept = record.accept[epoch, a, b]
            state.accept[a, b] = values.return_other_side if accept < 0.0 else accept


@kernel
def shelters(state, place, people_of):  # type: ignore[no-untyped-def]
    """Whether a place shelters the people of another (or its own)."""
    return state.share[state.own[people_of], state.holder[place]] > 0.0
