"""A small crisis with something of everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from havenline.crisis import Crisis
from havenline.crisis.meta import Host, Theatre
from tests.crises_random import ALL_LEVERS, START, Levers, crisis_of, towns_in_a_row

ALL_OPTIONS: Mapping[str, Levers] = {
    **ALL_LEVERS,
    "gate": [{"lever": "onward", "neighbour": "nb", "start": 3}],
    "army": [{"lever": "intervention", "party": "gua", "start": 2, "until": 30}],
    "way_out": [{"lever": "corridor", "start": 3, "agreed": False}],
}


def full_crisis(options: Mapping[str, Levers] | None = None, days: int = 40) -> Crisis:
    """Return a crisis with lines, havens, a border, hosts and a linked theatre."""
    sketch = towns_in_a_row(
        people=(40_000, 30_000, 20_000, 20_000),
        options=ALL_OPTIONS if options is None else options,
        crossings=(("z9", "closed", -9, -9),),
        lines=(("mid", -0.25),),
        happenings=(
            (5, "offensive_start", 6),
            (12, "siege_begins", 12, "", "t4"),
            (13, "order_to_leave", 13, "", "t3"),
        ),
        counts=((8, 9_000.0, 9), (18, 20_000.0, 19)),
        days=days,
    )
    plain = crisis_of(sketch)
    neighbour = plain.meta.neighbours[0].model_copy(
        update={"hosts": [Host(id="h", name="h", population=10**6, refugees=10**6, source_id="s")]}
    )
    theatre = Theatre(
        id="east", name="east", truce_since=START, people_at_stake=9000, source_id="s"
    )
    meta = plain.meta.model_copy(update={"neighbours": [neighbour], "theatres": [theatre]})
    return dataclasses.replace(plain, meta=meta)
