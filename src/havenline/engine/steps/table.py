"""A day is a table: its steps in order, what each reads and writes, and what it rests on.

``havenline steps`` prints it; `havenline.engine.day` walks it. What an outcome rests on is read
from it too: see `havenline.outcomes.rests`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step of a day.

    Attributes
    ----------
    name : str
        Module that holds it.
    what : str
        What it does, one sentence.
    reads, writes : tuple of str
        Parts of the state (or of the option and the record) that it reads and changes.
    parts : tuple of str
        Parts of the parameter table whose values it uses.
    tables : tuple of str
        Tables of the crisis folder whose facts it uses.
    page : str
        Its page of the docs, in ``docs/explanation/mechanisms``, without ending.
    """

    name: str
    what: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    parts: tuple[str, ...]
    tables: tuple[str, ...]
    page: str


STEPS = (
    Step(
        "containment",
        "Listed groups in a haven are contained, or no longer.",
        reads=("option",),
        writes=("containment",),
        parts=("containment", "truce"),
        tables=(),
        page="containment",
    ),
    Step(
        "truce",
        "Offensive on or off; truce and haven stand or fail.",
        reads=("record", "option", "truce age", "theatres", "containment"),
        writes=("offensive", "truce", "haven"),
        parts=("truce", "front", "haven", "containment"),
        tables=("happenings",),
        page="truce",
    ),
    Step(
        "theatres",
        "Truces in linked theatres stand or fail.",
        reads=("record", "offensive"),
        writes=("theatres", "displaced elsewhere"),
        parts=("theatres", "truce"),
        tables=("crisis",),
        page="theatres",
    ),
    Step(
        "control",
        "The front: recorded to the as-of date, then moving along roads.",
        reads=("record", "option", "offensive", "truce", "haven"),
        writes=("side", "roads", "distance to the front"),
        parts=("front",),
        tables=("control", "places", "routes"),
        page="front",
    ),
    Step(
        "violence",
        "Violent events by place.",
        reads=("offensive", "truce", "haven", "distance to the front"),
        writes=("events",),
        parts=("violence", "haven"),
        tables=("populations",),
        page="violence",
    ),
    Step(
        "aid",
        "Aid delivered; tents and homes wear out and are supplied; cost.",
        reads=("option", "side", "haven", "containment", "people"),
        writes=("shelter places", "deliveries", "cost"),
        parts=("shelter", "aid", "containment", "cost"),
        tables=("sites", "populations"),
        page="aid",
    ),
    Step(
        "arrivals",
        "Journeys end; people choose again where road or place was lost.",
        reads=("calendar", "side", "roads", "shelter places", "distance to the front"),
        writes=("people", "calendar", "returned"),
        parts=("destination", "journey"),
        tables=("routes",),
        page="journey",
    ),
    Step(
        "flight",
        "People leave, choose where to go and set out.",
        reads=(
            "record",
            "people",
            "offensive",
            "distance to the front",
            "events",
            "shelter places",
            "roads",
            "option",
        ),
        writes=("people", "calendar", "newly displaced", "movements", "moved by the option"),
        parts=("flight", "front", "violence", "destination", "journey", "line"),
        tables=("populations", "observations", "places"),
        page="flight",
    ),
    Step(
        "returns",
        "Voluntary return home under a standing truce.",
        reads=("people", "truce", "side", "roads"),
        writes=("people", "calendar", "returned"),
        parts=("return", "journey"),
        tables=("populations",),
        page="returns",
    ),
    Step(
        "entry",
        "People without shelter near the border get across.",
        reads=("people", "shelter places", "option"),
        writes=("people", "abroad"),
        parts=("border",),
        tables=("crossings",),
        page="border",
    ),
    Step(
        "onward",
        "Refugees in the neighbouring country go on to the next.",
        reads=("option", "abroad", "newly displaced"),
        writes=("onward attempts",),
        parts=("onward",),
        tables=("crisis",),
        page="onward",
    ),
    Step(
        "harm",
        "Civilians killed and injured, homes damaged.",
        reads=("people", "events", "shelter places", "distance to the front"),
        writes=("people", "dead", "injured", "homes damaged", "excess deaths"),
        parts=("violence", "mortality"),
        tables=("populations",),
        page="harm",
    ),
    Step(
        "ledger",
        "The sum of all accounts is checked.",
        reads=("people", "calendar", "abroad", "dead"),
        writes=(),
        parts=(),
        tables=(),
        page="ledger",
    ),
)
"""The steps of a day, in order."""
