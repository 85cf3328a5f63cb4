"""Observed figures to compare runs with."""

from __future__ import annotations

import re

from scripts.idlib.common import (
    START,
    Row,
    join_notes,
    month_end,
    published,
    read,
    slug,
    source_ids,
)
from scripts.idlib.places import places

MEASURE = {
    "movements": ("movements", "flow", "movements"),
    "persons left": ("departures", "flow", "persons"),
    "cumulative persons": ("arrivals_since_2019_12_01", "cumulative", "persons"),
    "monthly arrivals": ("arrivals", "flow", "persons"),
    "monthly departures": ("departures", "flow", "persons"),
    "persons": ("arrivals", "flow", "persons"),
    "share left": ("share_left", "cumulative", "share"),
}
ZONE = {
    "SY0203;SY0204": "northern-aleppo",
    "SY0202;SY0203;SY0204": "northern-aleppo",
    "SY0202;SY0203;SY0204;SY0208": "northern-aleppo",
    "SY07;SY0200": "idleb-and-western-aleppo",
    "SY020001;SY020004;SY020003": "western-aleppo",
    "SY020001;SY020004": "western-aleppo",
    "": "northwest-syria",
}
MONTH = re.compile(r"(\d{4})-(\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Keys of baseline.csv that are observations: key -> (kind, area).
SERIES = {
    "population_dana_subdistrict_before_wave": ("stock", "SY070301"),
    "population_maarat_and_surroundings": ("stock", "SY070200"),
    "idps_in_nw_total": ("stock", "northwest-syria"),
    "idps_hosted_before_wave": ("stock", "northwest-syria"),
    "movements_dec_2019_cccm": ("flow", "northwest-syria"),
    "movements_jan_2020": ("flow", "SY"),
    "movements_feb_2020_ocha": ("flow", "SY"),
    "newly_displaced_feb_2020_hnap": ("flow", "northwest-syria"),
    "still_displaced_of_960k": ("stock", "northwest-syria"),
    "moved_back_total": ("cumulative", "northwest-syria"),
    "spontaneous_returns_feb_2020_idleb": ("flow", "SY07"),
    "displaced_in_open": ("stock", "northwest-syria"),
    "displaced_in_individual_tents": ("stock", "northwest-syria"),
    "displaced_in_unfinished_buildings": ("stock", "northwest-syria"),
    "share_in_open": ("stock", "northwest-syria"),
    "share_in_individual_tents": ("stock", "northwest-syria"),
    "share_in_unfinished_buildings": ("stock", "northwest-syria"),
    "displaced_in_open_or_unfinished": ("stock", "northwest-syria"),
    "displaced_in_camps_or_tents": ("stock", "northwest-syria"),
    "displaced_with_host_families_share": ("stock", "northwest-syria"),
    "newly_displaced_households_open_tent_makeshift_share": ("stock", "northwest-syria"),
    "feb_newly_displaced_adequate_housing_share": ("stock", "northwest-syria"),
    "feb_newly_displaced_emergency_shelter_share": ("stock", "northwest-syria"),
    "feb_newly_displaced_substandard_shelter_share": ("stock", "northwest-syria"),
    "feb_newly_displaced_public_building_share": ("stock", "northwest-syria"),
    "all_idps_in_tents_share": ("stock", "northwest-syria"),
    "idps_in_collective_centres_selected_subdistricts": ("stock", "northwest-syria"),
    "idp_site_population_total": ("stock", "northwest-syria"),
    "communities_changed_control": ("flow", "northwest-syria"),
    "communities_changed_control_cumulative": ("cumulative", "northwest-syria"),
    "idp_host_communities_abandoned": ("cumulative", "northwest-syria"),
    "civilian_deaths_ohchr": ("flow", "northwest-syria"),
    "deaths_reported_ocha": ("flow", "northwest-syria"),
    "health_facilities_suspended": ("cumulative", "northwest-syria"),
    "syrians_registered_in_turkey": ("stock", "TR"),
    "syrians_registered_hatay": ("stock", "tr-hatay"),
    "syrians_registered_gaziantep": ("stock", "tr-gaziantep"),
    "greece_sea_arrivals": ("flow", "TR"),
    "un_trucks_cross_border": ("flow", "TR"),
    "people_assisted_shelter_nfi_feb": ("flow", "northwest-syria"),
    "people_assisted_shelter_nfi_mar": ("flow", "northwest-syria"),
    "food_price_increase_idlib_year": ("stock", "SY07"),
    "funding_requirement": ("stock", "northwest-syria"),
    "funding_secured_estimate": ("cumulative", "northwest-syria"),
}
RENAMED = {
    "communities_changed_control_cumulative": "communities_changed_control_since_2019_12_01",
    "still_displaced_of_960k": "still_displaced",
}
LOWER_BOUND = ("more than", "at least", "over", "almost", "around", "about")
QUALIFIER = {"more than": ">", "at least": ">", "over": ">", "almost": "almost"}


def observations() -> list[Row]:
    """Return every observed series, by series and date."""
    rows = [*_totals(), *_destinations(), *_baseline(), *_sites()]
    rows.sort(key=lambda r: (r["series_id"], r["date"], r["area_id"], r["value"], r["source_id"]))
    return rows


def _totals() -> list[Row]:
    rows = []
    for r in read("displacement_totals"):
        day = r["date"]
        known, note = published(r["source"], day, derived=r["date_basis"] == "derived")
        if r["date_basis"] == "definition":
            known, note = START, "zero by definition of the count"
        rows.append(
            {
                "series_id": "displaced_since_2019_12_01",
                "date": day,
                "period_start": START,
                "area_id": "northwest-syria",
                "value": r["displaced_since_2019_12_01"],
                "unit": "persons",
                "kind": "cumulative",
                "main": str(int(r["main_series"] == "yes")),
                "qualifier": r["qualifier"],
                "published": known,
                "confidence": r["confidence"],
                "source_id": source_ids(r["source"]),
                "note": join_notes(r["note"], f"date: {r['date_basis']}", note),
            }
        )
    return rows


def _point(area: str, level: str) -> str:
    if level == "crossing":
        return slug(area.split(" via ")[1])
    return "town_" + slug(area.replace(" town", "").replace(" city", ""))


def _start_of(period: str) -> str:
    exact = DAY.search(period)
    if exact:
        return exact.group()
    month = MONTH.search(period)
    return f"{month.group()}-01" if month else ""


def _destinations() -> list[Row]:
    rows = []
    for r in read("displacement_destinations"):
        if r["measure"] not in MEASURE:
            continue  # changes of site populations: see the series of the sites themselves
        stem, kind, unit = MEASURE[r["measure"]]
        value = r["share"] if unit == "share" else r["persons_arrived"]
        if not value:
            continue
        known, note = published(r["source"], r["as_of"])
        if unit == "movements":
            stem = f"{r['direction']}_movements"
        town = r["admin_level"] in ("town", "crossing")
        if town:
            stem = f"{stem}_{_point(r['area'], r['admin_level'])}"
        begin = START if kind == "cumulative" else _start_of(r["period"])
        rows.append(
            {
                "series_id": stem,
                "date": r["as_of"],
                "period_start": begin,
                "area_id": ZONE.get(r["pcode"], r["pcode"]),
                "value": value,
                "unit": unit,
                "kind": kind,
                "main": "0",
                "qualifier": "about",
                "published": known,
                "confidence": r["confidence"],
                "source_id": source_ids(r["source"]),
                "note": join_notes(
                    r["area"],
                    f"period: {r['period']}",
                    r["origin"] and f"origin: {r['origin']}",
                    r["note"],
                    note,
                ),
            }
        )
    return rows


def _span(text: str) -> tuple[str, str, str]:
    """Return first day, last day and a note for the as_of text of baseline.csv."""
    plain = text.split(" (")[0]
    note = f"as of: {text}" if plain != text or len(plain) != 10 else ""
    if " to " in plain:
        first, last = plain.split(" to ")
        if len(first) == 7 and len(last) == 7:
            return f"{first}-01", month_end(last), note
        return first, last if len(last) == 10 else f"{first[:5]}{last}", note
    if len(plain) == 7:
        return f"{plain}-01", month_end(plain), note
    if len(plain) == 4:
        return f"{plain}-01-01", f"{plain}-12-31", note
    return "", plain, note


def _baseline() -> list[Row]:
    rows = []
    for r in read("baseline"):
        if r["key"] not in SERIES:
            continue
        kind, area = SERIES[r["key"]]
        first, last, span_note = _span(r["as_of"])
        known, note = published(r["source"], last, derived=r["note"].startswith("Derived"))
        said = r["note"].lower()
        mark = next((m for m in LOWER_BOUND if said.startswith(m)), "")
        rows.append(
            {
                "series_id": RENAMED.get(r["key"], r["key"]),
                "date": last,
                "period_start": first if kind == "flow" else "",
                "area_id": area,
                "value": r["value"],
                "unit": r["unit"],
                "kind": kind,
                "main": "0",
                "qualifier": QUALIFIER.get(mark, "about" if mark else "="),
                "published": known,
                "confidence": r["confidence"],
                "source_id": source_ids(r["source"]),
                "note": join_notes(r["note"], span_note, note),
            }
        )
    return rows


def _sites() -> list[Row]:
    area = {p["place_id"]: p["area_id"] for p in places() if p["kind"] == "camp_cluster"}
    rows = []
    for r in read("camp_sites_monthly"):
        if r["admin1"] == "ALL":
            continue
        day = month_end(r["month"])
        known, note = published("[ISIMM]", day)
        cluster = slug(r["camp_cluster"])
        rows.append(
            {
                "series_id": f"site_population_{r['admin2_pcode'].lower()}_{cluster}",
                "date": day,
                "area_id": area.get(f"camps-{cluster}-cluster", r["admin2_pcode"]),
                "value": r["idps"],
                "unit": "persons",
                "kind": "stock",
                "main": "0",
                "qualifier": "=",
                "published": known,
                "confidence": r["confidence"],
                "source_id": "ISIMM",
                "note": join_notes(f"{r['sites_with_population']} listed sites", note),
            }
        )
    return rows
