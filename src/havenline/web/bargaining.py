"""Whether the parties could agree, as a page shows it: run once, answered for each support."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havenline.crisis import Crisis
    from havenline.negotiation.negotiate import Talks

FUTURES, RUNS, DRAWS = 20, 24, 200
"""Futures, settlements that are run and draws for the page; `havenline negotiate` takes more."""
KEPT = 2
SHOWN = (
    "as_of", "futures", "draws", "support", "chance", "no_deal_worth_more", "refuses",
    "opens_without", "landing", "hold", "curve", "named", "parties", "agreeable", "observed",
)  # fmt: skip
"""Parts of the answer that the page shows."""


class TalksKept:
    """The talks that a worker has run, the newest few."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._kept: OrderedDict[tuple[str, str], Talks] = OrderedDict()

    def open(
        self, crisis: Crisis, folder: str, as_of: dt.date, tell: Callable[[int, int], None]
    ) -> Talks:
        """Return what was run of a crisis's settlements; run at first."""
        from havenline.negotiation.negotiate import open_talks

        key = (folder, as_of.isoformat())
        if key not in self._kept:
            self._kept[key] = open_talks(
                crisis, futures=FUTURES, runs=RUNS, as_of=as_of, workers=self.threads, progress=tell
            )
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def bargaining_payload(talks: Talks, support: Mapping[str, float]) -> dict[str, Any]:
    """Return the answer under some support, with the lines as drawn.

    Parameters
    ----------
    talks : Talks
    support : mapping of str to float
        Part of full support by outside party.

    Returns
    -------
    dict
        Parts of `Negotiation.to_json_dict` under their names there, and ``runs``, ``shapes`` (line
        coordinates by id), ``names`` of the options and ``supporters``.
    """
    from havenline.negotiation.answer import plain
    from havenline.negotiation.landing import HEADLINE
    from havenline.negotiation.terms import draw_moved_lines, read_lines

    answer = talks.answer(support, draws=DRAWS)
    crisis = talks.crisis
    drawn = draw_moved_lines(crisis, read_lines(crisis)).geography.get("lines", {})
    return {
        **{part: plain(getattr(answer, part)) for part in SHOWN},
        "landings": {HEADLINE: plain(answer.headline)},
        "runs": len(talks.ran.run),
        "names": {o.id: o.name for o in crisis.options},
        "supporters": talks.supporters,
        "shapes": {
            f["properties"]["line_id"]: f["geometry"]["coordinates"]
            for f in drawn.get("features", [])
            if f["geometry"]["type"] == "LineString"
        },
    }
