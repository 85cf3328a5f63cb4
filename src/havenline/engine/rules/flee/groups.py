"""People of a displacement case by the attributes that a rule in use asks for.

Attributes that no rule reads are left out: everyone is one group then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.flee_settings import FleeSettings
from havenline.draws import key_of_text
from havenline.engine.rules.flee.roads import number
from havenline.errors import RunError
from havenline.world.geometry import great_circle_km

MATCHED = ("ethnicity", "religion")
"""Attributes by which people look for their like."""

ETHNICITY_FACTOR = 10.0
"""A place where a tenth are like oneself is as good as one where nobody looks."""

CHILD, OLD, BOY = 19.0, 59.0, 14.0
"""A child is younger, an old person older, a boy who takes risks older than this."""

HAZARD_SQUARED, HAZARD_IGNORED = 1, 2
MOST_GROUPS = 100_000


class Groups(NamedTuple):
    """Groups of people as arrays.

    Attributes
    ----------
    key : (groups,) uint64
    share : (places, groups) float64
        Of those who set out at each place.
    hazard : (groups,) int8
        1 where the pull of a place is squared, 2 where it is set to 1, 0 otherwise.
    home : (groups,) int64
        The place they set out from where that matters, else -1.
    farmer : (groups,) bool
    near : (places, places) float64
        Factor for the distance of the second place from the first; (0, 0) where off.
    value : (2, groups) int64
        Value of each attribute of ``MATCHED``.
    static : (2 * values, places) float64
        People of that value who live at a place, NaN where those present are counted.
    rules : (2, 3) float64
        Factor of likeness by attribute and camp, conflict zone, other place; 0 where off.
    travellers : (rows, 3) int64
        Place, group and number of those who are there from the start.
    """

    key: NDArray[np.uint64]
    share: NDArray[np.float64]
    hazard: NDArray[np.int8]
    home: NDArray[np.int64]
    farmer: NDArray[np.bool_]
    near: NDArray[np.float64]
    value: NDArray[np.int64]
    static: NDArray[np.float64]
    rules: NDArray[np.float64]
    travellers: NDArray[np.int64]


def _attributes_used(s: FleeSettings) -> list[str]:
    used = []
    if s.ChildrenAvoidHazards or s.ElderlyAvoidHazards or s.BoysTakeRisk:
        used.append("age")
    if s.WomenAvoidHazards or s.BoysTakeRisk:
        used.append("gender")
    if s.MatchCampEthnicity or s.MatchTownEthnicity or s.MatchConflictEthnicity:
        used.append("ethnicity")
    if s.MatchCampReligion:
        used.append("religion")
    return used


def _hazard(s: FleeSettings, person: Mapping[str, str]) -> int:
    """Return how a group takes the pull of a place; the last rule that speaks decides."""
    try:
        age = float(person.get("age", ""))
    except ValueError:
        age = np.nan
    gender = person.get("gender", "").strip().lower()
    mode = 0
    if s.ChildrenAvoidHazards and age < CHILD:
        mode = HAZARD_SQUARED
    if s.BoysTakeRisk and gender == "male" and age > BOY:
        mode = HAZARD_IGNORED
    if s.ElderlyAvoidHazards and age > OLD and mode != HAZARD_IGNORED:
        mode = HAZARD_SQUARED
    if s.WomenAvoidHazards and gender == "female":
        mode = HAZARD_SQUARED
    return mode


def _likeness(s: FleeSettings) -> NDArray[np.float64]:
    rules = np.zeros((2, 3))
    on = (s.MatchCampEthnicity, s.MatchConflictEthnicity, s.MatchTownEthnicity)
    rules[0] = [ETHNICITY_FACTOR if switch else 0.0 for switch in on]
    rules[1, 0] = 1.0 / s.avg_religion_fraction if s.MatchCampReligion else 0.0
    return rules


def _distances(case: Case) -> NDArray[np.float64]:
    """Return the great-circle distances between all places, km; a missing coordinate is 0."""
    lat = np.nan_to_num(np.array([x.lat for x in case.locations]))
    lon = np.nan_to_num(np.array([x.lon for x in case.locations]))
    return great_circle_km(lat[:, None], lon[:, None], lat, lon)


def _values(case: Case, name: str) -> list[str]:
    """Return all values of an attribute, those of travellers too."""
    known = [v for d in case.demographics if d.name == name for v in d.values]
    known += [t.attributes.get(name, "") for t in case.travellers]
    if all(d.name != name for d in case.demographics):
        known.insert(0, "")  # of those who set out
    return list(dict.fromkeys(known))


def _shares(case: Case, name: str, values: list[str]) -> NDArray[np.float64]:
    """Return the share of each value at each place; shape (places, values)."""
    found = next((d for d in case.demographics if d.name == name), None)
    shares = np.zeros((len(case.locations), len(values)))
    if found is None:
        shares[:, 0] = 1.0
        return shares
    total = found.weights.sum(axis=0)
    normal = np.where(total > 0.0, found.weights / np.where(total > 0.0, total, 1.0), 1.0)
    shares[:, [values.index(v) for v in found.values]] = normal.T
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _static(case: Case, values: list[list[str]]) -> NDArray[np.float64]:
    """Return the columns of the table of places that are named like a value."""
    most = max(len(v) for v in values)
    result = np.full((len(values), most, len(case.locations)), np.nan)
    for a, names in enumerate(values):
        for v, name in enumerate(names):
            for i, location in enumerate(case.locations):
                if name and name in location.attributes:
                    result[a, v, i] = number(location, name)
    return result.reshape(-1, len(case.locations))


def build_groups(case: Case, settings: FleeSettings, *, exact: bool) -> tuple[Groups, bool]:
    """Return the groups of a case, and whether their choices change with who is where.

    Parameters
    ----------
    case : Case
    settings : FleeSettings
    exact : bool
        Follow Flee's code where it does not do what it says.

    Raises
    ------
    RunError
        If the attributes in use make more than ``MOST_GROUPS``.
    """
    n = len(case.locations)
    used = _attributes_used(settings)
    values = {name: _values(case, name) for name in used}
    farming = bool(settings.harvest_months) and not exact
    homes = list(range(n)) if settings.stay_close_to_home and not exact else [-1]
    axes = [*values.values(), ["0", "1"] if farming else ["0"], [str(h) for h in homes]]
    size = int(np.prod([len(a) for a in axes]))
    if size > MOST_GROUPS:
        raise RunError(f"the attributes in use make {size} groups; {MOST_GROUPS} are possible")
    rows = list(product(*axes))
    people = [dict(zip([*used, "farmer", "home"], row, strict=True)) for row in rows]
    share = np.ones((n, size))
    columns = {name: {v: i for i, v in enumerate(values[name])} for name in used}
    for name in used:
        by_value = _shares(case, name, values[name])
        share *= by_value[:, [columns[name][p[name]] for p in people]]
    if farming:
        fraction = np.array([number(x, "farmer_fraction") for x in case.locations])[:, None]
        is_farmer = np.array([p["farmer"] == "1" for p in people])
        share *= np.where(is_farmer, fraction, 1.0 - fraction)
    if len(homes) > 1:
        share *= np.array([int(p["home"]) for p in people]) == np.arange(n)[:, None]
    matched = [values.get(name, [""]) for name in MATCHED]
    rules = _likeness(settings)
    near = np.zeros((0, 0))
    if settings.stay_close_to_home:
        distance = np.maximum(1.0, _distances(case))
        near = 1.0 / distance**settings.home_distance_power
    groups = Groups(
        key=np.array([key_of_text(_label(p, case)) for p in people], dtype=np.uint64),
        share=share,
        hazard=np.array([_hazard(settings, p) for p in people], dtype=np.int8),
        home=np.array([int(p["home"]) for p in people], dtype=np.int64),
        farmer=np.array([exact or p["farmer"] == "1" for p in people], dtype=np.bool_),
        near=near,
        value=np.array(
            [
                [v.index(p[name]) if name in used else 0 for p in people]
                for name, v in zip(MATCHED, matched, strict=True)
            ],
            dtype=np.int64,
        ),
        static=_static(case, matched),
        rules=rules,
        travellers=_travellers(case, settings, used, people),
    )
    return groups, bool(rules.any())


def _label(person: Mapping[str, str], case: Case) -> str:
    home = int(person["home"])
    named = {**person, "home": case.locations[home].name if home >= 0 else ""}
    return "|".join(f"{k}={v}" for k, v in named.items())


def _travellers(
    case: Case, settings: FleeSettings, used: list[str], people: list[dict[str, str]]
) -> NDArray[np.int64]:
    """Return those who are there from the start as place, group and number."""
    if not settings.read_from_agents_csv_file:
        return np.zeros((0, 3), dtype=np.int64)
    index = {tuple(p.values()): g for g, p in enumerate(people)}
    homed = people[0]["home"] != "-1"
    farming = len({p["farmer"] for p in people}) > 1
    counted: Counter[tuple[int, int]] = Counter()
    for t in case.travellers:
        row = tuple(t.attributes.get(name, "") for name in used)
        farmer = "1" if farming and t.attributes.get("farmer", "") == "1" else "0"
        group = index[*row, farmer, str(t.location) if homed else "-1"]
        counted[t.location, group] += 1
    rows = [(place, group, k) for (place, group), k in sorted(counted.items())]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
