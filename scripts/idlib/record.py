"""Happenings and violent incidents."""

from __future__ import annotations

from scripts.idlib.common import Row, join_notes, published, read, slug, source_ids

KIND = {
    "agreement": "agreement",
    "strike": "strike",
    "border_policy": "border",
    "aid": "aid",
    "meeting": "meeting",
}
# Kinds of single rows of events.csv: (date, beginning of what).
SPECIAL = {
    ("2018-09-17", "Sochi"): "truce_start",
    ("2019-08-31", "Truce"): "truce_start",
    ("2019-12-19", "Ground"): "offensive_start",
    ("2020-02-20", "Attack on Nayrab with Turkish"): "intervention",
    ("2020-01-09", "Russia"): "agreement",
    ("2020-01-12", "Truce"): "truce_start",
    ("2020-01-15", "January"): "truce_end",
    ("2020-02-28", "Turkey stops preventing"): "onward_opens",
    ("2020-03-06", "Ceasefire"): "truce_start",
    ("2020-03-18", "Land borders with Greece"): "onward_closes",
}
# Days on which a happening was known, where its row names only a later page; with the sources.
# The truce of March 2020 stood in the protocol of the day before; that the January truce had failed
# on the 15th was reported the same evening.
KNOWN = {
    ("2018-09-17", "truce_start"): ("2018-09-18", "SC13491;L918;PROT"),
    ("2019-08-31", "truce_start"): ("2019-08-31", "STD831;OS12;WFP12"),
    ("2019-12-19", "offensive_start"): ("2019-12-20", "AMN1220;O04;OX12"),
    ("2020-01-15", "truce_end"): ("2020-01-15", "AMN115;QAS117;COI"),
    ("2020-03-06", "truce_start"): ("2020-03-05", "PROT;O10"),
}
ACTOR = {
    "russia": "russia",
    "russia (denied)": "russia",
    "turkey": "turkey",
    "turkey (afad and charities)": "turkey",
    "syria government": "gov",
    "syria": "gov",
    "pro-government forces": "gov",
    "opposition": "opposition",
    "un": "un",
    "un and partners": "un",
    "un and donors": "un",
    "un agencies": "un",
    "un relief chief": "un",
    "un secretary-general": "un",
    "un security council": "un",
    "unhcr": "un",
    "ohchr": "un",
    "cerf (un)": "un",
    "united states": "us",
    "germany": "germany",
    "greece": "greece",
    "nato": "nato",
    "china": "china",
}
# date, kind, parties, what, published, confidence, source
MORE = (
    ("2019-04-30", "offensive_start", "gov;russia",
     "Spring and summer offensive in northern Hama and southern Idleb begins", "2019-06-20",
     "high", "TT620"),
    ("2019-04-30", "truce_end", "gov;russia;turkey",
     "Fighting of the spring offensive ends the quiet that followed the Sochi memorandum",
     "2019-06-20", "medium", "TT620"),
    ("2019-08-02", "truce_start", "gov", "Conditional truce announced by the government",
     "2019-08-05", "high", "TDP805;RT805"),
    ("2019-08-02", "offensive_pause", "gov", "The offensive halts for the truce of 2 August",
     "2019-08-05", "high", "TDP805;RT805"),
    ("2019-08-05", "truce_end", "gov", "The army calls the truce off and resumes operations",
     "2019-08-05", "high", "TDP805;RT805"),
    ("2019-08-05", "offensive_start", "gov;russia", "The summer offensive resumes", "2019-08-05",
     "high", "TDP805;RT805"),
    ("2019-08-31", "offensive_pause", "gov;russia", "The summer offensive ends with a truce",
     "2019-08-31", "high", "STD831;OS12"),
    ("2019-12-19", "truce_end", "gov;russia",
     "The winter offensive ends the truce of 31 August (places had changed hands from 24 November)",
     "2019-12-20", "high", "AMN1220;O04"),
    ("2019-12-28", "offensive_pause", "gov;russia",
     "Ground advance stalls: derived from the recorded changes of control, none of which falls "
     "between 26 December and 16 January; could be seen a week later", "2020-01-04", "low", "DER"),
    ("2020-01-15", "offensive_start", "gov;russia",
     "The army attacks on the ground again in southeast Idlib, under air strikes, three days into "
     "the truce", "2020-01-15", "high", "AMN115;HUR117;SOHR123"),
    ("2020-03-06", "offensive_pause", "gov;russia", "The winter offensive ends with the ceasefire",
     "2020-03-06", "high", "PROT;O10"),
)  # fmt: skip


def happenings() -> list[Row]:
    """Return dated political and military happenings, by date."""
    rows: list[Row] = []
    for r in read("events"):
        kind = next(
            (
                k
                for (d, text), k in SPECIAL.items()
                if d == r["date"] and r["what"].startswith(text)
            ),
            KIND.get(r["kind"], "agreement"),
        )
        known, _ = published(r["source"], r["date"])
        known, source = KNOWN.get((r["date"], kind), (known, source_ids(r["source"])))
        actors = [ACTOR.get(a.strip().lower(), "") for a in r["actors"].split(";")]
        rows.append(
            {
                "date": r["date"],
                "kind": kind,
                "parties": ";".join(dict.fromkeys(a for a in actors if a)),
                "what": r["what"],
                "numbers": r["numbers"],
                "published": known,
                "confidence": r["confidence"],
                "source_id": source,
            }
        )
    names = ("date", "kind", "parties", "what", "published", "confidence", "source_id")
    rows += [dict(zip(names, more, strict=True)) for more in MORE]
    rows.sort(key=lambda r: r["date"])
    seen: dict[str, int] = {}
    for r in rows:
        stem = slug(f"{r['date']} {r['kind']}")
        seen[stem] = seen.get(stem, 0) + 1
        r["happening_id"] = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
    return rows


# Incidents with harm to civilians: date, beginning of what in events.csv, place, area, kind,
# events, killed, note.
INCIDENTS = (
    ("2019-11-20", "Ground-to-ground", "camps-qah-cluster", "SY070301", "missile", 1, "16",
     "at least; before the period"),
    ("2020-01-01", "Rockets", "sarmin", "SY070006", "rockets", 1, "5", "primary school; children"),
    ("2020-01-11", "Airstrikes", "", "SY07", "airstrike", 1, "20",
     "at least; number of strikes not known, counted as one event"),
    ("2020-01-15", "Airstrike on al-Hal", "idlib", "SY070000", "airstrike", 1, "19",
     "at least; market"),
    ("2020-01-21", "Airstrike at Kafr Taal", "", "western-aleppo", "airstrike", 1, "8",
     "Kafr Taal, position not at hand"),
    ("2020-02-03", "Airstrike on a bus", "urum-al-kubra", "SY020001", "airstrike", 1, "9",
     "people in flight"),
    ("2020-02-04", "Hospital", "", "SY07", "attack-on-health", 1, "",
     "hospital put out of service"),
    ("2020-02-14", "Two displacement", "", "SY070301", "attack-on-camp", 2, "1",
     "two sites on 14 and 15 February"),
    ("2020-02-17", "Two hospitals", "darat-izza", "SY020004", "attack-on-health", 2, "",
     "two hospitals in the area"),
)  # fmt: skip


def violence() -> list[Row]:
    """Return the dated incidents with harm to civilians; soldiers are not counted here."""
    rows: list[Row] = []
    for day, begin, place, area, kind, events, killed, note in INCIDENTS:
        found = next(r for r in read("events") if r["date"] == day and r["what"].startswith(begin))
        known, undated = published(found["source"], day)
        rows.append(
            {
                "date": day,
                "place_id": place,
                "area_id": area,
                "kind": kind,
                "events": str(events),
                "killed": killed,
                "published": known,
                "source_id": source_ids(found["source"]),
                "note": join_notes(note, undated),
            }
        )
    return rows
