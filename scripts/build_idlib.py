"""Rebuild the crisis idlib-2020 from its sourced tables, and the ground it shares with idlib-2019.

Run from the repository root; no network is used::

    python -m scripts.build_idlib            # into the crisis folders themselves
    python -m scripts.build_idlib --out DIR  # a folder for each crisis elsewhere, to compare

Of idlib-2019 these are areas, places, routes, crossings, outlines and lines: a place, a road or a
line of both crises is one row of one table. All else of it is written by hand.

Written by hand and not touched in idlib-2020: crisis.yaml, options.yaml, parties.csv,
relations.csv, offensives.csv, refuge.csv, compliance.csv, parameters.csv, the tables of bargaining
and the READMEs.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from scripts.idlib import geography
from scripts.idlib.common import CRISES, SUMMER, WINTER, Row, read, write
from scripts.idlib.control import control, control_counts
from scripts.idlib.observed import observations
from scripts.idlib.people import populations
from scripts.idlib.places import (
    areas,
    crossings,
    places,
    places_2019,
    routes,
    routes_2019,
    sites,
)
from scripts.idlib.record import happenings, violence

OWN_SOURCES = (
    ("BG", "Havenline", "Background knowledge, not checked against a page", "", "", "prior"),
    ("CP", "Havenline", "Positions of villages, each with its page: sourced/control_places.csv",
     "", "", "read"),
    ("DER", "Havenline", "Derived by scripts/build_idlib.py from sourced/", "", "", "derived"),
)  # fmt: skip


def sources() -> list[Row]:
    """Return the sources, read ones first, by key."""
    rows: list[Row] = []
    for r in [*read("sources"), *read("extra_sources")]:
        exact = re.fullmatch(r"\d{4}-\d\d-\d\d", r["date"])
        title = r["title"] if exact else f"{r['title']} (date given: {r['date']})"
        rows.append(
            {
                "source_id": r["key"],
                "publisher": r["publisher"],
                "title": title,
                "published": r["date"] if exact else "",
                "page": r["address"],
                "kind": "read",
            }
        )
    rows.sort(key=lambda r: r["source_id"])
    names = ("source_id", "publisher", "title", "published", "page", "kind")
    return [*(dict(zip(names, own, strict=True)) for own in OWN_SOURCES), *rows]


def ground(out: Path, places: list[Row], routes: list[Row]) -> None:
    """Write what the two crises share, with the places and roads of one of them."""
    write(out, "areas.csv", "areas", areas())
    write(out, "places.csv", "places", places)
    write(out, "routes.csv", "routes", routes)
    write(out, "crossings.csv", "crossings", crossings())
    geography.build_ground(out)


def winter(out: Path) -> None:
    """Write every derived file of idlib-2020."""
    ground(out, places(), routes())
    geography.build_cells(out)
    write(out, "sources.csv", "sources", sources())
    write(out, "sites.csv", "sites", sites())
    write(out, "control.csv", "control", control())
    write(out, "control_counts.csv", "control_counts", control_counts())
    write(out, "happenings.csv", "happenings", happenings())
    write(out, "violence.csv", "violence", violence())
    write(out, "observations.csv", "observations", observations())
    write(out, "derived/populations.csv", "populations", populations())


def build(out: Path) -> None:
    """Write the derived files of both crises, each below the folder of its name in `out`."""
    winter(out / WINTER)
    ground(out / SUMMER, places_2019(), routes_2019())


def main() -> None:
    """Build into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Rebuild idlib-2020 and the ground of idlib-2019.")
    parser.add_argument("--out", type=Path, default=CRISES, help="folder of the crisis folders")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
