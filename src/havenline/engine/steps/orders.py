"""Orders to leave: people told to leave a place do so within days, in part.

Orders are facts of a crisis (``order_to_leave`` in happenings.csv, with the places or areas they
are about); no option gives one. For ``order_days`` the hazard of flight is higher by

    -log(1 - order_share) / order_days,

so that of people of mean readiness the share ``order_share`` has left at the end, before the level
that the counts of flight speak for (see `havenline.engine.level`) multiplies it with all hazards.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.engine.people import hazard_of_share
from havenline.engine.step import Step

STEP = Step(
    "People are told to leave places.",
    reads=("record",),
    writes=("ordered",),
    parts=("orders",),
    tables=("happenings",),
    page="orders",
    place=(("ordered", "f8"),),
)
"""``ordered`` are the days for which an order to leave a place still acts."""


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let orders act for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    if record.order.shape[0] == 0:
        return
    for i in range(state.place.shape[0]):
        state.place[i].ordered = max(0.0, state.place[i].ordered - 1.0)
    for r in range(record.order.shape[0]):
        if record.order[r].day == day:
            state.place[record.order[r].place].ordered = values.order_days


@kernel
def hazard(values, state, place):  # type: ignore[no-untyped-def]
    """Return what an order adds to the hazard of flight of a day."""
    left = state.place[place].ordered
    if left <= 0.0:
        return 0.0
    return hazard_of_share(values.order_share) / values.order_days * min(1.0, left)
