"""Residents and displaced people by place on 1 December 2019, derived top down.

1. Totals: the Idlib area and all of northwest Syria, and the displaced people among them.
2. Displaced people at camp clusters and in the sub-districts that have a count of their own.
3. Residents by sub-district in proportion to the 2004 census, times the share held and the share
   that had not fled by September 2019, times one common factor that meets the total. Displaced
   people left over after step 2 in proportion to the census and to the safety of the place.
4. Within a sub-district by reference population of its towns.
"""

from __future__ import annotations

from scripts.idlib.common import START, Row, read, slug, straight_km
from scripts.idlib.control import start_holders
from scripts.idlib.places import places

SIDES = ("opposition", "turkish_forces")
# Part of a sub-district that the side held at the start, where it was not the whole (judgement).
HELD = {"SY020000": 0.01, "SY020005": 0.8, "SY070001": 0.2}
# Sub-districts emptied or lost between May and September 2019, and those next to them.
EMPTIED = ("SY050501", "SY050204", "SY050202", "SY070201", "SY070204")
NEXT_TO_FRONT = ("SY070200", "SY070203", "SY070205", "SY070501")
# Weight of a town without a reference figure (judgement): city, seat of a sub-district, other.
WEIGHT_CITY, WEIGHT_SEAT, WEIGHT_TOWN = 40_000.0, 24_000.0, 8_000.0
# Reference figures in locations.csv that were only published in the period: not used as weights.
LATE = {"maarrat-al-numan", "saraqib", "atarib"}
CENSUS_TOWN = {"saraqib": "town_census_2004_saraqib", "kelly": "town_census_2004_killi"}
SAFE_KM = 30.0


class Frame:
    """Everything the derivation reads, by place and by sub-district."""

    def __init__(self) -> None:
        self.facts: dict[str, float] = {}
        for r in [*read("extra_facts"), *read("baseline")]:
            try:
                self.facts.setdefault(r["key"], float(r["value"]))
            except ValueError:
                continue
        self.holder = start_holders()
        self.place = {p["place_id"]: p for p in places()}
        self.reference = {r["admin3_pcode"]: r for r in read("admin3_reference")}
        self.camp = {
            slug(r["name"]): int(r["of_which_idps"])
            for r in read("locations")
            if r["kind"] == "camp_cluster"
        }
        self.weight = self._weights()

    def _weights(self) -> dict[str, float]:
        weights: dict[str, float] = {}
        for r in read("locations"):
            place_id = slug(r["name"])
            if r["kind"] not in ("city", "town") or self.holder[place_id] not in SIDES:
                continue
            if place_id in CENSUS_TOWN:
                weights[place_id] = self.facts[CENSUS_TOWN[place_id]]
            elif r["population_pre"] and place_id not in LATE:
                weights[place_id] = float(r["population_pre"])
            elif r["kind"] == "city":
                weights[place_id] = WEIGHT_CITY
            else:
                weights[place_id] = WEIGHT_TOWN
        by_area: dict[str, list[str]] = {}
        for place_id in weights:
            by_area.setdefault(self.place[place_id]["area_id"], []).append(place_id)
        for area, members in by_area.items():
            names = {self.reference[area]["admin3"], self.reference[area]["admin3"].lower()}
            for place_id in members:
                p = self.place[place_id]
                spellings = {p["name"], *p["alt_name"].replace(";", ",").split(",")}
                seat = len(members) == 1 or any(s.strip() in names for s in spellings)
                if seat and weights[place_id] == WEIGHT_TOWN:
                    weights[place_id] = WEIGHT_SEAT
        return weights

    def towns(self, side: str) -> dict[str, list[str]]:
        """Return the towns of a side by sub-district."""
        found: dict[str, list[str]] = {}
        for place_id in self.weight:
            if self.holder[place_id] == side:
                found.setdefault(self.place[place_id]["area_id"], []).append(place_id)
        return found

    def share(self, place_id: str, members: list[str]) -> float:
        """Return the share of a town among the towns of its sub-district."""
        return self.weight[place_id] / sum(self.weight[m] for m in members)

    def safety(self, place_id: str) -> float:
        """Return how far a place is from the other side: 0 at the front, 1 from 30 km on."""
        here = self.place[place_id]
        others = [
            straight_km(here, self.place[p]) for p, party in self.holder.items() if party == "gov"
        ]
        return min(1.0, min(others) / SAFE_KM) ** 2

    def census(self, area: str) -> float:
        """Return the census of the held part of a sub-district."""
        return float(self.reference[area]["population_2004_census"]) * HELD.get(area, 1.0)

    def kept(self, area: str) -> float:
        """Return the share of residents who had not fled by September 2019."""
        if area not in NEXT_TO_FRONT:
            return 1.0
        fled = self.facts["displaced_may_sep_2019"] - sum(
            float(self.reference[a]["population_2004_census"]) for a in EMPTIED
        )
        return 1.0 - fled / sum(self.census(a) for a in NEXT_TO_FRONT)


def totals(frame: Frame) -> dict[str, tuple[int, int]]:
    """Return residents and displaced people by side."""
    everyone = frame.facts["northwest_population"]
    displaced = frame.facts["northwest_idps"]
    enclave = frame.facts["idlib_area_population"]
    share = displaced / everyone
    return {
        "opposition": (round(enclave * (1 - share)), round(enclave * share)),
        "turkish_forces": (
            round((everyone - enclave) * (1 - share)),
            round((everyone - enclave) * share),
        ),
    }


def counted_idps(frame: Frame) -> dict[str, int]:
    """Return the displaced people in sub-districts that have a count of their own."""
    found: dict[str, int] = {}
    for area, r in frame.reference.items():
        if r["idps_2018_11"]:
            found[area] = int(r["idps_2018_11"])
    # Dana: the November 2018 count leaves out most camps (listed sites alone held twice as many);
    # the March 2018 count and the arrivals of May 2019 are used instead.
    found["SY070301"] = int(frame.reference["SY070301"]["idps_2018_03"]) + int(
        frame.facts["dana_idps_absorbed_may_2019"]
    )
    return found


def split(total: int, weights: dict[str, float]) -> dict[str, int]:
    """Split whole persons in proportion to weights, largest remainders first."""
    whole = sum(weights.values())
    exact = {k: total * w / whole for k, w in weights.items()}
    result = {k: int(v) for k, v in exact.items()}
    order = sorted(exact, key=lambda k: (result[k] - exact[k], k))
    for k in order[: total - sum(result.values())]:
        result[k] += 1
    return result


RESIDENTS = (
    "2004 census of the sub-district x share held ({held:g}) x share not fled by September 2019 "
    "({kept:.2f}) x one factor for the side ({factor:.3f}), meeting {total} residents; share of "
    "the town among its sub-district's towns {share:.3f}"
)
ANCHORED = (
    "count of the sub-district ({count}) less its camp clusters ({camps}); share of the town "
    "among its sub-district's towns {share:.3f}"
)
SPREAD = (
    "displaced people of the side without a count ({rest}), in proportion to census x share of "
    "the town x (distance to the other side / 30 km, at most 1) squared = {safety:.2f}"
)


def _side_rows(frame: Frame, side: str) -> list[Row]:
    residents, idps = totals(frame)[side]
    towns = frame.towns(side)
    base = {
        p: frame.census(a) * frame.kept(a) * frame.share(p, m) for a, m in towns.items() for p in m
    }
    factor = residents / sum(base.values())
    rows: list[Row] = []
    for place_id, persons in split(residents, base).items():
        area = frame.place[place_id]["area_id"]
        method = RESIDENTS.format(
            held=HELD.get(area, 1.0),
            kept=frame.kept(area),
            factor=factor,
            total=residents,
            share=frame.share(place_id, towns[area]),
        )
        rows.append(_row(place_id, "resident", persons, method, "DER;OSY;OS13;TT620"))
    camps = {p: n for p, n in frame.camp.items() if frame.holder[p] == side}
    for place_id, persons in camps.items():
        text = "people in the listed sites of the cluster, November 2019; later counts not used"
        rows.append(_row(place_id, "idp", persons, text, "ISIMM", "high"))
    in_camps: dict[str, int] = {}
    for place_id, persons in camps.items():
        area = frame.place[place_id]["area_id"]
        in_camps[area] = in_camps.get(area, 0) + persons
    rest = idps
    spread: dict[str, float] = {}
    counts = counted_idps(frame)
    for area, members in towns.items():
        if area in counts:
            outside = counts[area] - in_camps.get(area, 0)
            rest -= counts[area]
            shares = {p: frame.share(p, members) for p in members}
            for place_id, persons in split(outside, shares).items():
                method = ANCHORED.format(
                    count=counts[area], camps=in_camps.get(area, 0), share=shares[place_id]
                )
                rows.append(_row(place_id, "idp", persons, method, "DER;RE0318;RE1118;SHC19;ISIMM"))
            continue
        for p in members:
            spread[p] = frame.census(area) * frame.share(p, members) * frame.safety(p)
    rest -= sum(n for area, n in in_camps.items() if area not in counts)
    for place_id, persons in split(rest, spread).items():
        method = SPREAD.format(rest=rest, safety=frame.safety(place_id))
        rows.append(_row(place_id, "idp", persons, method, "DER;OSY;OS13;ISIMM"))
    return rows


def _row(
    place_id: str, status: str, persons: int, method: str, source: str, confidence: str = "low"
) -> Row:
    return {
        "place_id": place_id,
        "group": "all",
        "status": status,
        "persons": str(persons),
        "as_of": START,
        "published": START,
        "basis": "derived",
        "method": method,
        "confidence": confidence,
        "source_id": source,
    }


def populations() -> list[Row]:
    """Return residents and displaced people by place; places of other sides are left out."""
    frame = Frame()
    rows = [row for side in SIDES for row in _side_rows(frame, side)]
    for p in frame.place.values():
        if p["kind"] == "village" and frame.holder[p["place_id"]] in SIDES:
            text = "no figure for the village: its people are counted in its sub-district's towns"
            rows.append(_row(p["place_id"], "resident", 0, text, "DER"))
    return sorted(rows, key=lambda r: (r["place_id"], r["status"]))
