"""Areas, places, routes, sites and crossings."""

from __future__ import annotations

import math
import re

from scripts.idlib.common import Row, join_notes, read, slug, source_ids, straight_km

ADMIN1 = {"SY02": "Aleppo", "SY05": "Hama", "SY06": "Lattakia", "SY07": "Idleb"}
ZONES = (
    ("northern-aleppo", "Northern Aleppo (zone: districts Afrin, A'zaz, Al Bab, Jarablus)", "SY02"),
    ("western-aleppo", "Western Aleppo (zone: countryside west of the city)", "SY02"),
    ("idleb-and-western-aleppo", "Idleb and western Aleppo (zone)", "SY"),
    ("northwest-syria", "Northwest Syria (zone: the Idlib area and northern Aleppo)", "SY"),
)
TURKISH = {"Hatay": "tr-hatay", "Kilis": "tr-kilis", "Gaziantep": "tr-gaziantep"}
KINDS = {"city", "town", "camp_cluster", "crossing", "post"}
INTERNAL = {"deir-ballut-crossing", "ghazawiya-crossing", "awn-al-dadat-crossing"}
LINK_FACTOR = 1.25


def _locations() -> list[Row]:
    rows = read("locations")
    if {r["kind"] for r in rows} != KINDS:
        raise ValueError("locations.csv holds a kind that is not expected")
    return rows


def _area_of(row: Row, rows: list[Row]) -> tuple[str, str]:
    if row["admin1"] == "Turkey":
        return TURKISH[row["admin2"]], ""
    if row["admin3_pcode"]:
        return row["admin3_pcode"], ""
    if row["name"] == "Latakia":
        return "sy-lattakia-lattakia", ""
    others = [r for r in rows if r["admin3_pcode"] and r["admin1"] != "Turkey"]
    near = min(others, key=lambda r: straight_km(row, r))
    return near[
        "admin3_pcode"
    ], f"sub-district not given: that of the nearest place, {near['name']}"


def areas() -> list[Row]:
    """Return countries, governorates, districts, sub-districts and the zones sources speak of."""
    locations = _locations()
    districts = {r["admin3_pcode"][:6]: r["admin2"] for r in locations if r["admin3_pcode"]}
    names = {r["admin3_pcode"]: r["admin3"] for r in locations if r["admin3_pcode"]}
    reference = {r["admin3_pcode"]: r for r in read("admin3_reference")}
    rows: list[Row] = [
        _area("SY", "Syria", 0, "", "OSY"),
        _area("TR", "Turkey", 0, "", "BG"),
        *(_area(code, name, 1, "SY", "OSY") for code, name in ADMIN1.items()),
        *(_area(area, name, 1, "TR", "BG") for name, area in TURKISH.items()),
        *(_area(area, name, 1 if top == "SY" else 2, top, "BG") for area, name, top in ZONES),
        _area("sy-lattakia", "Lattakia", 2, "SY06", "BG"),
        _area("sy-lattakia-lattakia", "Lattakia", 3, "sy-lattakia", "BG"),
    ]
    rows += [_area(c, n, 2, c[:4], "OSY") for c, n in sorted(districts.items())]
    for code in sorted(set(reference) | set(names)):
        known = reference.get(code)
        row = _area(code, names.get(code) or (known or {})["admin3"], 3, code[:6], "OSY")
        if known:
            row |= {
                "lat": known["centroid_lat"],
                "lon": known["centroid_lon"],
                "area_km2": known["area_km2"],
            }
        rows.append(row)
    return rows


def _area(area_id: str, name: str, level: int, parent: str, source: str) -> Row:
    return {
        "area_id": area_id,
        "name": name,
        "level": str(level),
        "parent_id": parent,
        "source_id": source,
    }


def places() -> list[Row]:
    """Return the places of locations.csv and the placed ones of control_places.csv."""
    locations = _locations()
    rows: list[Row] = []
    for r in locations:
        area, note = _area_of(r, locations)
        rows.append(
            {
                "place_id": slug(r["name"]),
                "name": r["name"],
                "alt_name": r["alt_name"],
                "kind": "foreign_town" if r["admin1"] == "Turkey" else r["kind"],
                "area_id": area,
                "lat": r["lat"],
                "lon": r["lon"],
                "coord_confidence": r["coord_confidence"],
                "source_id": source_ids(r["source"]),
                "note": note,
            }
        )
    for r in read("control_places"):
        if not r["lat"]:
            continue
        note = "marks an area of more than 40 places" if "Jabal" in r["place"] else ""
        rows.append(
            {
                "place_id": slug(r["place"]),
                "name": r["place"],
                "alt_name": r["alt_name"],
                "kind": "village",
                "area_id": r["admin3_pcode"],
                "lat": r["lat"],
                "lon": r["lon"],
                "coord_confidence": r["coord_confidence"],
                "source_id": "CP" if "http" in r["source"] or "GeoNames" in r["source"] else "BG",
                "note": join_notes(note, f"sub-district: {r['admin3_confidence']} confidence"),
            }
        )
    return rows


def routes() -> list[Row]:
    """Return the road links, with two links for each place of control_places.csv."""
    by_id = {p["place_id"]: p for p in places()}
    rows: list[Row] = []
    for r in read("routes"):
        a, b = by_id[slug(r["from"])], by_id[slug(r["to"])]
        rows.append(_route(a, b, float(r["road_km"]), r["road"], r["method"], "BG"))
    towns = [p for p in by_id.values() if p["kind"] in ("city", "town")]
    for p in by_id.values():
        if p["kind"] != "village":
            continue
        for near in sorted(towns, key=lambda t: (straight_km(p, t), t["place_id"]))[:2]:
            km = straight_km(p, near)
            method = f"link to one of the two nearest towns: straight line {km:.1f} km x 1.25"
            rows.append(_route(p, near, km * LINK_FACTOR, "link", method, "DER"))
    return rows


def _route(a: Row, b: Row, km: float, road: str, method: str, source: str) -> Row:
    least = max(0.3, math.ceil(straight_km(a, b) * 10) / 10)
    if km < least:
        method += "; raised to the straight line"
    abroad = [p["kind"] == "foreign_town" for p in (a, b)]
    return {
        "route_id": f"{a['place_id']}--{b['place_id']}",
        "from_place": a["place_id"],
        "to_place": b["place_id"],
        "road_km": f"{max(km, least):.1f}",
        "road": road,
        "crosses_border": str(int(any(abroad) and not all(abroad))),
        "basis": "derived",
        "method": method,
        "confidence": "low",
        "source_id": source,
    }


def places_2019() -> list[Row]:
    """Return the places of idlib-2019: those of idlib-2020, and those that only it names."""
    return [*places(), *read("places_2019")]


def routes_2019() -> list[Row]:
    """Return the road links of idlib-2019: those of idlib-2020, and those of its further places."""
    by_id = {p["place_id"]: p for p in places_2019()}
    rows = routes()
    for r in read("routes_2019"):
        a, b = by_id[r["from_place"]], by_id[r["to_place"]]
        rows.append(_route(a, b, float(r["road_km"]), r["road"], r["method"], "DER;BG"))
    return rows


def sites() -> list[Row]:
    """Return the camp clusters; every component of their capacity is unknown and stays empty."""
    return [
        {
            "site_id": slug(re.sub("^Camps: ", "Site ", r["name"])),
            "place_id": slug(r["name"]),
            "name": r["name"].removeprefix("Camps: "),
            "occupancy": r["of_which_idps"],
            "as_of": "2019-11-30",
            "published": "2019-12-01",
            "basis": "counted",
            "method": "people in the listed sites of the cluster, November 2019; the day of "
            "publication is not known: first day after the month",
            "source_id": "ISIMM",
        }
        for r in _locations()
        if r["kind"] == "camp_cluster"
    ]


def crossings() -> list[Row]:
    """Return the border points with Turkey, all closed to people who flee."""
    aid = {"bab-al-hawa-crossing", "bab-al-salama-crossing"}
    rows = []
    for r in _locations():
        place = slug(r["name"])
        if r["kind"] != "crossing" or place in INTERNAL:
            continue
        note = "closed to people seeking asylum, urgent medical cases excepted"
        rows.append(
            {
                "crossing_id": place,
                "place_id": place,
                "neighbour": "tr",
                "regime": "closed",
                "since": "2015-03-09",
                "published": "2015-11-23",
                "source_id": "HRW15",
                "note": join_notes(
                    note,
                    "early March 2015; the ninth stands for it",
                    "open to aid and goods" if place in aid else "",
                ),
            }
        )
    return rows
