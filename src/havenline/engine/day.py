"""A day is a table: the steps in their order, and the compiled loop that walks them.

To add a process, write its file in `havenline.engine.steps` and give it its place here: in the
table and in `walk`. Everything else (state, output, dataset, docs) is made from what the file
declares. A test holds table and loop together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from havenline.draws.kernels import kernel
from havenline.engine.step import Step
from havenline.engine.steps import (
    aid,
    arrivals,
    containment,
    control,
    entry,
    fear,
    flight,
    harm,
    hollowing,
    intervention,
    ledger,
    moves,
    onward,
    orders,
    returns,
    rout,
    siege,
    theatres,
    truce,
    violence,
)

ORDER: tuple[ModuleType, ...] = (
    containment, intervention, truce, theatres, rout, control, hollowing, siege, orders, violence,
    fear, aid, arrivals, moves, flight, returns, entry, onward, harm, ledger,
)  # fmt: skip

STEPS: Mapping[str, Step] = {m.__name__.rpartition(".")[2]: m.STEP for m in ORDER}
"""What each step of a day declares, by its name and in order."""


@kernel
def walk(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Walk one day; see `havenline.engine.steps.truce.step` for the parameters."""
    containment.step(net, record, values, plan, state, key, day, today)
    intervention.step(net, record, values, plan, state, key, day, today)
    truce.step(net, record, values, plan, state, key, day, today)
    theatres.step(net, record, values, plan, state, key, day, today)
    rout.step(net, record, values, plan, state, key, day, today)
    control.step(net, record, values, plan, state, key, day, today)
    hollowing.step(net, record, values, plan, state, key, day, today)
    siege.step(net, record, values, plan, state, key, day, today)
    orders.step(net, record, values, plan, state, key, day, today)
    violence.step(net, record, values, plan, state, key, day, today)
    fear.step(net, record, values, plan, state, key, day, today)
    aid.step(net, record, values, plan, state, key, day, today)
    arrivals.step(net, record, values, plan, state, key, day, today)
    moves.step(net, record, values, plan, state, key, day, today)
    flight.step(net, record, values, plan, state, key, day, today)
    returns.step(net, record, values, plan, state, key, day, today)
    entry.step(net, record, values, plan, state, key, day, today)
    onward.step(net, record, values, plan, state, key, day, today)
    harm.step(net, record, values, plan, state, key, day, today)
    ledger.step(net, record, values, plan, state, key, day, today)
