"""Observed figures to compare runs with."""

from __future__ import annotations

import re

from havenline.crisis.choices import MEASURES
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

# What displacement_destinations.csv measures -> (series, measure, unit, since the start).
DESTINATIONS = {
    "movements": ("movements", "arrived", "movements", False),
    "persons left": ("departures", "departed", "persons", False),
    "cumulative persons": ("arrivals_since_2019_12_01", "arrived", "persons", True),
    "monthly arrivals": ("arrivals", "arrived", "persons", False),
    "monthly departures": ("departures", "departed", "persons", False),
    "persons": ("arrivals", "arrived", "persons", False),
    "share left": ("share_left", "other", "share", True),
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
# Keys of baseline.csv that are observations: key -> (measure, area).
SERIES = {
    "population_dana_subdistrict_before_wave": ("other", "SY070301"),
    "population_maarat_and_surroundings": ("other", "SY070200"),
    "idps_in_nw_total": ("present", "northwest-syria"),
    "idps_hosted_before_wave": ("present", "northwest-syria"),
    "movements_dec_2019_cccm": ("moves", "northwest-syria"),
    "movements_jan_2020": ("moves", "SY"),
    "movements_feb_2020_ocha": ("moves", "SY"),
    "movements_jun_2020_ocha": ("moves", "northwest-syria"),
    "displacement_movements_may_nov_2019": ("moves", "northwest-syria"),
    "newly_displaced_feb_2020_hnap": ("displaced", "northwest-syria"),
    "still_displaced_of_960k": ("displaced_present", "northwest-syria"),
    "displaced_in_open": ("sheltered_outside", "northwest-syria"),
    "displaced_in_individual_tents": ("other", "northwest-syria"),
    "displaced_in_unfinished_buildings": ("other", "northwest-syria"),
    "share_in_open": ("other", "northwest-syria"),
    "share_in_individual_tents": ("other", "northwest-syria"),
    "share_in_unfinished_buildings": ("other", "northwest-syria"),
    "displaced_in_open_or_unfinished": ("other", "northwest-syria"),
    "displaced_in_camps_or_tents": ("other", "northwest-syria"),
    "displaced_with_host_families_share": ("other", "northwest-syria"),
    "newly_displaced_households_open_tent_makeshift_share": ("other", "northwest-syria"),
    "feb_newly_displaced_adequate_housing_share": ("other", "northwest-syria"),
    "feb_newly_displaced_emergency_shelter_share": ("other", "northwest-syria"),
    "feb_newly_displaced_substandard_shelter_share": ("other", "northwest-syria"),
    "feb_newly_displaced_public_building_share": ("other", "northwest-syria"),
    "all_idps_in_tents_share": ("other", "northwest-syria"),
    "idps_in_collective_centres_selected_subdistricts": ("other", "northwest-syria"),
    "idp_site_population_total": ("in_sites", "northwest-syria"),
    "communities_changed_control": ("other", "northwest-syria"),
    "communities_changed_control_cumulative": ("other", "northwest-syria"),
    "idp_host_communities_abandoned": ("other", "northwest-syria"),
    "civilian_deaths_ohchr": ("killed", "northwest-syria"),
    "deaths_reported_ocha": ("killed", "northwest-syria"),
    "health_facilities_suspended": ("other", "northwest-syria"),
    "syrians_registered_in_turkey": ("abroad", "TR"),
    "syrians_registered_hatay": ("other", "tr-hatay"),
    "syrians_registered_gaziantep": ("other", "tr-gaziantep"),
    "greece_sea_arrivals": ("other", "TR"),
    "un_trucks_cross_border": ("other", "TR"),
    "people_assisted_shelter_nfi_feb": ("other", "northwest-syria"),
    "people_assisted_shelter_nfi_mar": ("other", "northwest-syria"),
    "food_price_increase_idlib_year": ("other", "SY07"),
    "funding_requirement": ("other", "northwest-syria"),
    "funding_secured_estimate": ("other", "northwest-syria"),
}
OVER = (
    "communities_changed_control",
    "greece_sea_arrivals",
    "un_trucks_cross_border",
    "people_assisted_shelter_nfi_feb",
    "people_assisted_shelter_nfi_mar",
)
"""Of those with the measure other, the ones that cover a span of days."""
RENAMED = {
    "communities_changed_control_cumulative": "communities_changed_control_since_2019_12_01",
    "still_displaced_of_960k": "still_displaced",
    "displacement_movements_may_nov_2019": "movements_may_to_november_2019",
    "movements_dec_2019_cccm": "movements_in_the_month",
    "movements_jan_2020": "movements_in_the_month",
    "movements_feb_2020_ocha": "movements_in_the_month",
    "movements_jun_2020_ocha": "movements_in_the_month",
}
# What returns.csv counts -> (series, measure). Counts of a whole governorate hold returns on the
# side of the government too, and those back where they had sheltered before are not home.
RETURNS = {
    "home since": ("returned_since_2019_12_01", "returned_cumulative"),
    "home in the month": ("returned_in_the_month", "returned"),
    "home in the month on all sides": ("returned_in_the_month_on_all_sides", "other"),
    "home or to an earlier shelter since": ("moved_back_since_2019_12_01", "other"),
    "home since the truce by SOHR": ("returned_since_the_truce_by_sohr", "other"),
}
LOWER_BOUND = ("more than", "at least", "over", "almost", "around", "about")
QUALIFIER = {"more than": ">", "at least": ">", "over": ">", "almost": "almost"}


def observations() -> list[Row]:
    """Return every observed series, by series and date."""
    rows = [*_totals(), *_destinations(), *_returns(), *_baseline(), *_sites()]
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
                "measure": "displaced_cumulative",
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
        if r["measure"] not in DESTINATIONS:
            continue  # changes of site populations: see the series of the sites themselves
        stem, measure, unit, since_start = DESTINATIONS[r["measure"]]
        value = r["share"] if unit == "share" else r["persons_arrived"]
        if not value:
            continue
        known, note = published(r["source"], r["as_of"])
        if unit == "movements":
            stem = f"{r['direction']}_movements"
        town = r["admin_level"] in ("town", "crossing")
        if town:
            stem = f"{stem}_{_point(r['area'], r['admin_level'])}"
            measure = "other"  # of a point within the area, not of the whole of it
        begin = START if since_start else _start_of(r["period"])
        rows.append(
            {
                "series_id": stem,
                "date": r["as_of"],
                "period_start": begin,
                "area_id": ZONE.get(r["pcode"], r["pcode"]),
                "value": value,
                "unit": unit,
                "measure": measure,
                "main": "0",
                "qualifier": "about",
                "repeats": "yes" if unit == "movements" else "",
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


def _returns() -> list[Row]:
    rows = []
    for r in read("returns"):
        series, measure = RETURNS[r["counts"]]
        known, note = published(r["source"], r["as_of"])
        rows.append(
            {
                "series_id": series,
                "date": r["as_of"],
                "period_start": r["since"],
                "area_id": ZONE.get(r["pcode"], r["pcode"]),
                "value": r["value"],
                "unit": r["unit"],
                "measure": measure,
                "main": "0",
                "qualifier": r["qualifier"],
                "repeats": "yes" if r["unit"] == "movements" else "",
                "published": known,
                "confidence": r["confidence"],
                "source_id": source_ids(r["source"]),
                "note": join_notes(r["area"], r["note"], note),
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
        measure, area = SERIES[r["key"]]
        over = MEASURES[measure].over or r["key"] in OVER
        first, last, span_note = _span(r["as_of"])
        known, note = published(r["source"], last, derived=r["note"].startswith("Derived"))
        said = r["note"].lower()
        mark = next((m for m in LOWER_BOUND if said.startswith(m)), "")
        rows.append(
            {
                "series_id": RENAMED.get(r["key"], r["key"]),
                "date": last,
                "period_start": first if over else "",
                "area_id": area,
                "neighbour": "tr" if MEASURES[measure].abroad else "",
                "value": r["value"],
                "unit": r["unit"],
                "measure": measure,
                "main": "0",
                "qualifier": QUALIFIER.get(mark, "about" if mark else "="),
                "repeats": "yes" if r["unit"] == "movements" else "",
                "published": known,
                "confidence": r["confidence"],
                "source_id": source_ids(r["source"]),
                "note": join_notes(r["note"], span_note, note),
            }
        )
    return rows


def _sites() -> list[Row]:
    """Return the people in sites by cluster, and by district, the finest area they add up to."""
    area = {p["place_id"]: p["area_id"] for p in places() if p["kind"] == "camp_cluster"}
    rows: list[Row] = []
    of_district: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for r in read("camp_sites_monthly"):
        if r["admin1"] == "ALL":
            continue
        day = month_end(r["month"])
        known, note = published("[ISIMM]", day)
        cluster = slug(r["camp_cluster"])
        in_it = of_district.setdefault((r["admin2_pcode"], day), [])
        in_it.append((int(r["idps"]), int(r["sites_with_population"])))
        rows.append(
            {
                "series_id": f"site_population_{r['admin2_pcode'].lower()}_{cluster}",
                "date": day,
                "area_id": area.get(f"camps-{cluster}-cluster", r["admin2_pcode"]),
                "value": r["idps"],
                "unit": "persons",
                "measure": "other",
                "main": "0",
                "qualifier": "=",
                "published": known,
                "confidence": r["confidence"],
                "source_id": "ISIMM",
                "note": join_notes(f"{r['sites_with_population']} listed sites", note),
            }
        )
    for (district, day), clusters in of_district.items():
        known, note = published("[ISIMM]", day)
        people, sites = (sum(column) for column in zip(*clusters, strict=True))
        rows.append(
            {
                "series_id": f"people_in_sites_{district.lower()}",
                "date": day,
                "area_id": district,
                "value": str(people),
                "unit": "persons",
                "measure": "in_sites",
                "main": "0",
                "qualifier": "=",
                "published": known,
                "confidence": "high",
                "source_id": "ISIMM",
                "note": join_notes(f"{sites} listed sites of the district's clusters", note),
            }
        )
    return rows
