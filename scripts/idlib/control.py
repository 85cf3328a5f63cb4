"""Who held which place: the start, and the dated changes."""

from __future__ import annotations

from scripts.idlib.common import START, Row, join_notes, published, read, slug, source_ids
from scripts.idlib.places import places

PARTY = {
    "opposition_hts": "opposition",
    "government_forces": "gov",
    "turkish_forces": "turkish_forces",
    "sdf": "sdf",
    "turkey": "turkey",
}
# Rows of control_changes.csv that are left out: (date, place). Why stands in the folder's README.
LEFT_OUT = {("2019-12-24", "Tell Mannas")}
# Places lost or regained without a report of their own, so that the recorded rows fit together.
FITTED: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("2020-02-25", "2020-02-29", "hazarin", "gov", "2020-03-02", "DS302",
     "implied by the report that it was retaken on 1 March 2020; the towns around it fell on "
     "25 and 26 February"),
    ("2020-02-25", "2020-02-29", "al-dar-al-kabira", "gov", "2020-03-02", "DS302",
     "implied by the report that it was retaken on 1 March 2020; the towns around it fell on "
     "25 and 26 February"),
    ("2020-01-25", "2020-02-09", "tell-khatra", "gov", "2020-02-09", "MAN209",
     "not reported by name: the army claimed the whole area between Abu al-Duhur and Tell Touqan "
     "by 9 February 2020"),
    ("2020-01-25", "2020-02-09", "tell-mustafa", "gov", "2020-02-09", "MAN209",
     "not reported by name: the army claimed the whole area between Abu al-Duhur and Tell Touqan "
     "by 9 February 2020"),
)  # fmt: skip
START_FROM_CHANGE = {"hazarin": "opposition", "al-dar-al-kabira": "opposition"}
UNPLACED = {"Qamhana"}


def control() -> list[Row]:
    """Return one starting row for every place and the changes after it, by date."""
    changes = [r for r in read("control_changes") if (r["date"], r["place"]) not in LEFT_OUT]
    dated = [_change(r) for r in changes if r["place"] not in UNPLACED]
    rows = [r for r in dated if r["date"] > START]
    begin = {r["place_id"]: r for r in dated if r["date"] <= START}
    start = {slug(r["name"]): PARTY[r["control_2019_12_01"]] for r in read("locations")}
    for r in changes:
        start.setdefault(slug(r["place"]), PARTY[r["from_actor"]])
    start |= START_FROM_CHANGE
    for place in places():
        place_id = place["place_id"]
        if place_id not in begin:
            begin[place_id] = _starting(place_id, start[place_id])
    for day, last, place_id, party, known, source, why in FITTED:
        rows.append(
            {
                "date": day,
                "date_latest": last,
                "place_id": place_id,
                "party_id": party,
                "published": known,
                "basis": "derived",
                "method": why,
                "confidence": "low",
                "source_id": source,
            }
        )
    rows.sort(key=lambda r: (r["date"], r["place_id"]))
    return [*sorted(begin.values(), key=lambda r: r["place_id"]), *rows]


def _change(r: Row) -> Row:
    known, note = published(r["source"], r["date"])
    unsure = "background knowledge" in r["source"]
    return {
        "date": r["date"],
        "date_latest": r["date_latest"],
        "place_id": slug(r["place"]),
        "party_id": PARTY[r["to_actor"]],
        "published": known,
        "basis": "estimated",
        "method": "background knowledge" if unsure else "as reported, first plausible day",
        "confidence": r["confidence"],
        "source_id": source_ids(r["source"]),
        "note": join_notes(r["note"], note),
    }


def _starting(place_id: str, party: str) -> Row:
    return {
        "date": START,
        "place_id": place_id,
        "party_id": party,
        "published": START,
        "basis": "estimated",
        "method": "starting position: background knowledge, or the side that later lost the place",
        "confidence": "low",
        "source_id": "BG",
    }


def start_holders() -> dict[str, str]:
    """Return the party that holds each place at the start of the period."""
    holders: dict[str, str] = {}
    for r in sorted(control(), key=lambda r: r["date"]):
        if r["date"] <= START:
            holders[r["place_id"]] = r["party_id"]
    return holders


def control_counts() -> list[Row]:
    """Return the changes without a position, as counts of an area."""
    rows = []
    for r in read("control_changes"):
        if r["place"] in UNPLACED:
            known, _ = published(r["source"], r["date"])
            rows.append(
                {
                    "date": r["date"],
                    "area_id": "SY",
                    "party_id": PARTY[r["to_actor"]],
                    "places": "1",
                    "what": r["place"] + " (place not identified; reported with villages of Idleb)",
                    "published": known,
                    "source_id": source_ids(r["source"]),
                }
            )
        if r["place"].startswith("Jabal Shahshabo"):
            known, _ = published(r["source"], r["date"])
            rows.append(
                {
                    "date": r["date"],
                    "area_id": "SY0502",
                    "party_id": PARTY[r["to_actor"]],
                    "places": "40",
                    "what": "more than 40 places of Jabal Shahshabo and the southern Ghab, of "
                    "several sub-districts, claimed by one outlet in 72 hours",
                    "published": known,
                    "source_id": source_ids(r["source"]),
                }
            )
    return rows
