"""Erosion: an agreement eaten away place by place without ending.

While a truce stands the front may still creep along the roads on which it would move in an
offensive, at a small share of that speed,

    pace = erosion_pace * erosion_monitored [observers] * check factor [interposed]
           * (people within 15 road km behind the front / 10,000)^erosion_gain
           * wear^erosion_wear,

so that places beyond the line fall one at a time, sooner where more is to be gained and nobody
watches. As in an offensive only kilometres count, so that splitting a road changes nothing.
Places in a haven that stands are not reached. What happened from 2018 on is why it is here: posts
and a memorandum stood while ground was lost.

The wear is what is recorded of how the agreement was kept (`havenline.facts.compliance`),

    wear = truce_hr_breaches^log2(1 + breaches a month / 30) * truce_hr_posts^(share of posts lost)
           * truce_hr_missed^(phases missed),

the hazard ratio of a truce as well. It follows from the parties' conduct, so a new truce between
them begins with it.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.world.terms import DEFENDED

GAIN_KM = 15.0
"""Road kilometres behind the front whose people count as what is to be gained; judgement."""
TYPICAL_GAIN = 10_000.0
"""People behind a front at which the pace is as declared; judgement."""
FULL_INTERPOSITION = 5.0
"""Thousands of soldiers between the sides at which the check factor works in full; judgement."""


@kernel
def checked(values, plan, ahead):  # type: ignore[no-untyped-def]
    """Return the factor on the speed of a front that interposed forces leave."""
    if plan.interposed > 0.0 and ahead >= plan.interposed_start:
        return values.front_check_factor ** min(1.0, plan.interposed / FULL_INTERPOSITION)
    return 1.0


@kernel
def wear(record, values, state):  # type: ignore[no-untyped-def]
    """Return the factor on the hazard of a truce from how the agreement was kept so far."""
    kept = record.compliance[0]
    return (
        values.truce_hr_breaches**kept.doublings
        * values.truce_hr_posts**kept.posts
        * values.truce_hr_missed ** state.course[0].missed
    )


@kernel
def pace(record, values, plan, state, ahead):  # type: ignore[no-untyped-def]
    """Return the speed of the front under a standing truce over that of an offensive."""
    share = values.erosion_pace * checked(values, plan, ahead)
    share *= wear(record, values, state) ** values.erosion_wear
    if ahead >= plan.observers:
        share *= values.erosion_monitored
    return share


@kernel
def gain(net, values, state, road, place):  # type: ignore[no-untyped-def]
    """Return how much more than a typical front this one gains, as a factor on its pace.

    Parameters
    ----------
    net, values, state
        `Network`, values of one future, `State`.
    road : int
        A road that the front stands on.
    place : int
        Its end that is defended.
    """
    if values.erosion_gain == 0.0:
        return 1.0
    reach = GAIN_KM - (net.road[road].km - state.road[road].progress)
    people, k = 0, state.road[road].mover
    for i in range(state.holder.shape[0]):
        if state.defends[k, state.holder[i]] == DEFENDED and (
            i == place or state.dist[place, i] <= reach
        ):
            people += net.place[i].people
    return (max(1, people) / TYPICAL_GAIN) ** values.erosion_gain
