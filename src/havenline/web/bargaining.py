"""Whether the parties could agree, as a page shows it: run once, solved anew for each support."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havenline.crisis import Crisis
    from havenline.negotiation.prepared import Prepared

FUTURES, RUNS = 20, 24
"""Futures and settlements that are run for the page; `havenline negotiate` runs more of both."""
KEPT = 2


class Table:
    """The bargaining tables that a worker has run, the newest few."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._kept: OrderedDict[tuple[str, str], tuple[Prepared, list[Any]]] = OrderedDict()

    def prepared(
        self, crisis: Crisis, folder: str, as_of: dt.date, tell: Callable[[int, int], None]
    ) -> tuple[Prepared, list[Any]]:
        """Return what was run of a crisis's settlements, with its curve; run at first."""
        from havenline.negotiation.prepared import prepare

        key = (folder, as_of.isoformat())
        if key not in self._kept:
            made = prepare(
                crisis, futures=FUTURES, runs=RUNS, as_of=as_of, workers=self.threads, progress=tell
            )
            self._kept[key] = made, made.curve()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def bargaining_payload(
    prepared: Prepared, curve: list[Any], support: Mapping[str, float]
) -> dict[str, Any]:
    """Return the answer under some support, with the curve and the lines as drawn.

    Parameters
    ----------
    prepared : Prepared
    curve : list
        Its leverage curve, support of all rising together.
    support : mapping of str to float
        Part of full support by outside party.

    Returns
    -------
    dict
        As `Prepared.solve`, with ``curve``, ``shapes`` (line
        coordinates by id), ``names`` of the options, ``supporters`` and what was ``observed``.
    """
    from havenline.negotiation.proposals import observed
    from havenline.negotiation.terms import lines_of, with_moved_lines

    crisis = prepared.crisis
    drawn = with_moved_lines(crisis, lines_of(crisis)).geography.get("lines", {})
    return {
        **prepared.solve(support),
        "curve": curve,
        "futures": FUTURES,
        "runs": RUNS,
        "names": {o.id: o.name for o in crisis.options},
        "supporters": prepared.supporters,
        "shapes": {
            f["properties"]["line_id"]: f["geometry"]["coordinates"]
            for f in drawn.get("features", [])
            if f["geometry"]["type"] == "LineString"
        },
        "observed": list(observed(crisis, prepared.as_of)),
    }
