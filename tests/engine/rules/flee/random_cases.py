"""Small invented cases with every rule of Flee's switched on now and then."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.crisis.case import (
    Case,
    Closure,
    Counts,
    Demographic,
    KindChange,
    Link,
    Location,
    Traveller,
)
from havenline.crisis.flee_settings import FleeSettings

VALUES = {
    "age": ("7", "16", "40", "70"),
    "gender": ("female", "male"),
    "ethnicity": ("Ard", "Bel"),
    "religion": ("old", "new"),
}
COUNTRIES = ("Home", "Home", "Away")


def often(rng: np.random.Generator, chance: float) -> bool:
    return bool(rng.random() < chance)


def drawn_settings(rng: np.random.Generator) -> FleeSettings:
    """Return settings, each other than shipped in some of the cases."""

    def one_of(*values: Any) -> Any:
        return values[rng.integers(len(values))]

    def now_and_then(chance: float = 0.2) -> bool:
        return often(rng, chance)

    sometimes: dict[str, tuple[Any, ...]] = {
        "default_conflict_intensity": (0.6,),
        "conflict_spawn_mode": ("constant", "pop_ratio", "poisson"),
        "conflict_spawn_decay": ((1.0, 0.5, 0.1),),
        "conflict_spawn_decay_interval": (3.0, 2.5),
        "max_move_speed": (60.0, 150.0, 300.0, 300.0),
        "max_walk_speed": (20.0, 50.0),
        "foreign_weight": (0.3, 2.0),
        "camp_weight": (0.5, 3.0),
        "conflict_weight": (0.1, 0.6),
        "conflict_movechance": (0.4, 0.8),
        "camp_movechance": (0.05, 0.2),
        "idpcamp_movechance": (0.2, 0.5),
        "default_movechance": (0.1, 0.6),
        "awareness_level": (-1, 0, 2, 2, 3, 3),
        "capacity_buffer": (0.5, 0.7),
        "capacity_scaling": (0.5, 1.5),
        "softening": (1.0, 50.0),
        "weight_softening": (0.2, 1.0),
        "weight_power": (0.5, 2.0),
        "distance_power": (0.5, 2.0),
        "home_distance_power": (0.3, 1.0),
        "pop_power_for_loc_weight": (0.2, 0.4),
        "movechance_pop_base": (500.0,),
        "movechance_pop_scale_factor": (0.3, 0.7),
        "pruning_threshold": (1.5, 3.0),
        "avg_religion_fraction": (0.5,),
        "harvest_months": ((3,), (4, 5)),
        "flood_spawn_mode": ("constant", "poisson"),
        "flood_movechances": ((0.0, 0.5, 0.9),),
        "flood_loc_weights": ((1.0, 0.5, 0.1),),
    }
    flags = {
        "take_from_population": 0.3,
        "insert_day0": 0.7,
        "empty_camps_on_day0": 0.15,
        "conflict_zone_spawning_only": 0.7,
        "flood_zone_spawning_only": 0.15,
        "camps_are_sinks": 0.2,
        "read_from_agents_csv_file": 0.3,
        "sum_from_camps": 0.7,
        "starvation_driven_spawning": 0.2,
        "avoid_short_stints": 0.4,
        "start_on_foot": 0.3,
        "stay_close_to_home": 0.2,
        "use_pop_for_loc_weight": 0.2,
        "WomenAvoidHazards": 0.15,
        "ChildrenAvoidHazards": 0.2,
        "ElderlyAvoidHazards": 0.15,
        "BoysTakeRisk": 0.15,
        "MatchCampReligion": 0.1,
        "MatchCampEthnicity": 0.1,
        "MatchTownEthnicity": 0.15,
        "MatchConflictEthnicity": 0.1,
        "fixed_routes": 0.2,
        "use_economic_pull": 0.2,
        "flee_when_starving": 0.2,
        "avoid_food_deprived_locations": 0.2,
    }
    chosen: dict[str, Any] = {
        name: one_of(*values) for name, values in sometimes.items() if now_and_then(0.3)
    }
    chosen |= {name: now_and_then(chance) for name, chance in flags.items()}
    if not now_and_then(0.4):
        chosen.pop("conflict_spawn_mode", None)
    if not now_and_then(0.5):
        chosen.pop("harvest_months", None)
    if chosen.get("flood_spawn_mode") is None:
        chosen["displaced_per_flood_day"] = (0.0, 0.005, 0.01, 0.05)
    else:
        chosen["displaced_per_flood_day"] = (0.0, 4.0, 6.0, 20.0)
    mode = chosen.get("conflict_spawn_mode")
    chosen["displaced_per_conflict_day"] = 0.01 if mode == "pop_ratio" else one_of(6.0, 11.0)
    return FleeSettings(**chosen)


def drawn_places(rng: np.random.Generator, n: int) -> tuple[Location, ...]:
    kinds = ["conflict", "camp", "camp"]
    kinds += [
        str(k)
        for k in rng.choice(
            ["town", "town", "conflict", "camp", "idpcamp", "forward", "marker", "flood_zone"],
            n - 3,
        )
    ]
    places = []
    for i, kind in enumerate(kinds):
        camp = kind in ("camp", "idpcamp")
        attributes: dict[str, str] = {}
        numbers = {
            "conflict_intensity": f"{rng.choice([0.4, 0.8])}",
            "farmer_fraction": "0.4",
            "deactivation_probability": "0.1",
            "trade_volume": f"{rng.integers(0, 3)}",
            "hdi": "0.7",
            "Ard": f"{rng.integers(0, 400)}",
        }
        if camp:
            numbers |= {"capacity_per_day": "2", "initial_idps": f"{rng.integers(0, 20)}"}
        attributes = {k: v for k, v in numbers.items() if often(rng, 0.3)}
        capacity = float(rng.integers(15, 150)) if camp and often(rng, 0.6) else math.nan
        places.append(
            Location(
                name=f"{kind}{i}",
                region="",
                country="Home" if i == 0 else COUNTRIES[rng.integers(3)],
                lat=float(rng.uniform(-2, 2)),
                lon=float(rng.uniform(28, 32)),
                kind=kind,  # type: ignore[arg-type]
                persons=0
                if camp or kind in ("forward", "marker")
                else int(rng.integers(400, 1200)),
                capacity=capacity,
                conflict_day=int(rng.integers(0, 2)) if i else 0,
                attributes=attributes,
            )
        )
    return tuple(places)


def drawn_links(rng: np.random.Generator, n: int) -> tuple[Link, ...]:
    pairs = [(int(rng.integers(0, i)), i) for i in range(1, n)]
    for _ in range(int(rng.integers(1, n))):
        a, b = (int(k) for k in rng.choice(n, 2, replace=False))
        pairs.append((a, b))
    return tuple(
        Link(
            first=a,
            second=b,
            km=float(rng.integers(4, 240)) / 4 * float(rng.choice([1, 4])),
            forced=int(rng.integers(1, 3)) if often(rng, 0.12) else 0,
            max_move_speed=90.0 if often(rng, 0.1) else math.nan,
            walk_probability=0.5 if often(rng, 0.1) else 0.0,
        )
        for a, b in pairs
    )


def drawn_conflict(
    rng: np.random.Generator, places: tuple[Location, ...], days: int
) -> npt.NDArray[np.float64]:
    result = np.zeros((days, len(places)))
    for i, place in enumerate(places):
        if i == 0:
            result[:, 0] = rng.choice([0.5, 1.0], size=days, p=[0.2, 0.8])
        elif place.kind in ("conflict", "town") or often(rng, 0.1):
            on = np.cumsum(rng.random(days) < 0.15) % 2
            result[:, i] = on * rng.choice([0.3, 0.7, 1.0], size=days)
    return result


def drawn_closures(
    rng: np.random.Generator, places: tuple[Location, ...], links: tuple[Link, ...], days: int
) -> tuple[Closure, ...]:
    closures = []
    names = [p.name for p in places]
    camps = [p for p in places if p.kind in ("camp", "idpcamp")]
    for _ in range(int(rng.integers(0, 4))):
        start = int(rng.integers(0, days - 2))
        end = -1 if often(rng, 0.3) else start + int(rng.integers(1, 6))
        link = links[rng.integers(len(links))]
        ends = (names[link.first], names[link.second])
        camp = camps[rng.integers(len(camps))]
        options: list[tuple[Any, str, str]] = [
            ("country", "Home", "Away"),
            ("location", names[rng.integers(1, len(names))], ""),
            (camp.kind, camp.name, ""),
            ("link", *ends),
            ("remove_forced_redirection", *ends),
        ]
        closures.append(Closure(*options[rng.integers(len(options))], start, end))
    return tuple(closures)


def drawn_counts(rng: np.random.Generator, days: int) -> Counts:
    at = np.arange(0, days + 4, 4, dtype=np.int64)
    rises = rng.integers(-6, 45, size=len(at))
    return Counts(at, np.maximum(0, np.cumsum(rises)).astype(np.float64))


def drawn_case(seed: int) -> Case:
    """Return the case of a seed: 5 to 8 places, 10 days, some 200 people."""
    rng = np.random.default_rng(seed)
    n, days = int(rng.integers(5, 9)), 10
    settings = drawn_settings(rng)
    places = drawn_places(rng, n)
    links = drawn_links(rng, n)
    camps = [i for i, p in enumerate(places) if p.kind in ("camp", "idpcamp")]
    counts = {i: drawn_counts(rng, days) for i in camps}
    others = {"Elsewhere": drawn_counts(rng, days)} if often(rng, 0.2) else {}
    changes = []
    for i in range(1, n):
        if often(rng, 0.06):
            kinds: tuple[Any, ...] = ("town", "camp", "conflict", "forward")
            changes.append(KindChange(i, kinds[rng.integers(4)], int(rng.integers(0, days))))
    names = [name for name in VALUES if often(rng, 0.85)]
    travellers = [
        Traveller(int(rng.integers(n)), {k: str(rng.choice(v)) for k, v in VALUES.items()})
        for _ in range(int(rng.integers(0, 12)))
    ]
    majors = [tuple(int(k) for k in (0, link.second)) for link in links if link.first == 0]
    majors += [(a.first, a.second, b.second) for a in links for b in links if a.second == b.first]
    return Case(
        id=f"case{seed}",
        name=f"Case {seed}",
        folder=Path("nowhere"),
        start=dt.date(2021, 3, int(rng.integers(20, 32))),
        days=days,
        locations=places,
        links=links,
        conflict=drawn_conflict(rng, places, days),
        counts=counts,
        total=Counts(
            np.arange(0, 14, 4, dtype=np.int64),
            np.asarray(sum(c.persons[:4] for c in counts.values()), dtype=np.float64) + 20,
        ),
        settings=settings,
        major_routes=tuple(majors[: int(rng.integers(0, 4))]),
        closures=drawn_closures(rng, places, links, days),
        kind_changes=tuple(changes),
        flood=np.where(rng.random((days, n)) < 0.4, rng.integers(0, 4, size=(days, n)), 0.0)
        if often(rng, 0.6)
        else None,
        food=rng.uniform(0, 80, size=(days, n)) if often(rng, 0.7) else None,
        demographics=tuple(
            Demographic(k, VALUES[k], rng.uniform(0.1, 1.0, size=(len(VALUES[k]), n)))
            for k in names
        ),
        travellers=tuple(travellers),
        others=others,
    )
