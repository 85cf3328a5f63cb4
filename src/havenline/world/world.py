"""Compile a crisis into frozen arrays, sorted by id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.crisis.choices import HOSTING
from havenline.crisis.columns import ALL_GROUPS
from havenline.crisis.stocks import MOST_PERSONS, Stock, too_many_persons
from havenline.draws import key_of_text
from havenline.errors import RunError
from havenline.facts.holders import changes_known
from havenline.facts.populations import people_known
from havenline.facts.relations import offensives_known
from havenline.facts.sites import sites_known
from havenline.world import geometry

NEAR_BORDER_KM = 10.0
"""People within this distance of a border may wait to cross it."""

CAMP = "camp_cluster"
"""The kind of places that are made of sites alone."""
BUILT_UP = ("city", "quarter")
"""Kinds of places in which a front moves from house to house, and fear does not reach far."""


PLACE = np.dtype(
    [
        ("key", "u8"),
        ("area", "i8"),
        ("home", "i8"),
        ("site_people", "f8"),
        ("site_unknown", "f8"),
        ("capturable", "?"),
        ("hosts", "?"),
        ("camp", "?"),
        ("built_up", "?"),
        ("concern", "?"),
        ("border", "i8"),
        ("crossing", "?"),
        ("people", "i8"),
    ],
    align=True,
)
ROAD = np.dtype(
    [("key", "u8"), ("a", "i8"), ("b", "i8"), ("km", "f8"), ("border", "?")], align=True
)
LINK = np.dtype([("place", "i8"), ("road", "i8")])


class Network(NamedTuple):
    """The arrays that compiled code reads; all frozen, all sorted by id.

    Attributes
    ----------
    place : (n_place,) records ``PLACE``
        ``key`` for random numbers; ``area`` index of the sub-district in the results (-1
        outside them); ``home`` the home area of people who start here (same index);
        ``site_people`` persons of ``start`` in sites, ``site_unknown`` those in sites of which
        no part of the capacity is known;
        ``capturable`` whether the front can take it; ``hosts`` whether people flee to it;
        ``camp`` whether it is a camp; ``built_up`` whether it is a city or a quarter of one;
        ``concern`` whether people flee from it though nothing is fought there;
        ``border`` the neighbour whose border, at which people may wait, lies within 10 km (-1
        for none); ``crossing`` whether it is a point at which people cross and nobody settles;
        ``people`` how many there were at the start.
    road : (n_road,) records ``ROAD``
        ``a`` and ``b`` the ends, ``km`` the length, ``border`` whether it crosses a border.
    link : (2 n_road,) records ``LINK``
        Compressed adjacency: from place ``i`` lead ``link[ptr[i]:ptr[i + 1]]``.
    ptr : (n_place + 1,) int64
    home_ptr : (n_home + 1,) int64, homed : (n,) int64
        The places of home area ``h`` are ``homed[home_ptr[h]:home_ptr[h + 1]]``.
    start : (n_place, 2, n_group) int64
        Persons at the start: residents, and people displaced before.
    cell_key : (3 + n_home + 1, n_group) uint64
        Stable keys of the cells of persons at a place: status and home, by group.
    """

    place: NDArray[np.void]
    road: NDArray[np.void]
    link: NDArray[np.void]
    ptr: NDArray[np.int64]
    home_ptr: NDArray[np.int64]
    homed: NDArray[np.int64]
    start: NDArray[np.int64]
    cell_key: NDArray[np.uint64]


@dataclass(frozen=True)
class World:
    """A crisis as arrays, with the names that belong to the indices.

    Attributes
    ----------
    crisis : Crisis
    network : Network
        The arrays that compiled code reads.
    place_ids, area_ids, group_ids, road_ids, party_ids, neighbour_ids : tuple of str
        Ids in index order. ``area_ids`` are the sub-districts of the results.
    abroad : tuple of str
        Parties that hold ground in other countries.
    area_names : tuple of str
    lat, lon : (n_place,) float64
    shares : (n_group,) float64
        Shares by which people without a group are split.
    """

    crisis: Crisis
    network: Network
    place_ids: tuple[str, ...]
    area_ids: tuple[str, ...]
    area_names: tuple[str, ...]
    group_ids: tuple[str, ...]
    road_ids: tuple[str, ...]
    party_ids: tuple[str, ...]
    neighbour_ids: tuple[str, ...]
    abroad: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    shares: NDArray[np.float64]

    def place_index(self, place_id: str) -> int:
        """Return the index of a place id."""
        return self.place_ids.index(place_id)


def keys(ids: tuple[str, ...], kind: str) -> NDArray[np.uint64]:
    """Return the stable keys of ids of one kind."""
    return np.array([key_of_text(f"{kind}:{i}") for i in ids], dtype=np.uint64)


def split_persons(persons: int, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split persons by shares into whole numbers that add up (largest remainder).

    Parameters
    ----------
    persons : int
    shares : (n_group,) float64
        Sum to 1.

    Returns
    -------
    (n_group,) int64
        Sums to ``persons`` exactly.
    """
    exact = persons * shares
    whole = np.floor(exact).astype(np.int64)
    rest = persons - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:rest]] += 1
    return whole


def check_as_of(crisis: Crisis, as_of: dt.date) -> None:
    """Refuse an as-of date outside the period of a crisis, with a `RunError`."""
    period = crisis.meta.period
    if not period.start <= as_of <= period.end:
        raise RunError(
            f"as-of date {as_of}: outside the crisis period {period.start} to {period.end}"
        )


def build_world(crisis: Crisis, as_of: dt.date | None = None) -> World:
    """Compile a crisis.

    Parameters
    ----------
    crisis : Crisis
        A crisis that passed its checks.
    as_of : datetime.date, optional
        People and sites as known by this day; by the crisis's own as-of date if not given.

    Returns
    -------
    World

    Raises
    ------
    RunError
        If the as-of date lies outside the period, if nobody is known to live anywhere by then,
        or if they are more than a result holds.
    """
    day = crisis.meta.as_of if as_of is None else as_of
    check_as_of(crisis, day)
    places = crisis.places.sort_values("place_id", kind="stable").reset_index(drop=True)
    place_ids = tuple(places["place_id"])
    index = {p: i for i, p in enumerate(place_ids)}
    lat = places["lat"].to_numpy(np.float64)
    lon = places["lon"].to_numpy(np.float64)
    group_ids = tuple(sorted(g.id for g in crisis.meta.groups))
    share_of = {g.id: g.share for g in crisis.meta.groups}
    shares = np.array([share_of[g] for g in group_ids])

    start = _start(people_known(crisis.populations, day), index, group_ids, shares)
    routes = crisis.routes.sort_values("route_id", kind="stable").reset_index(drop=True)
    road_a = np.array([index[p] for p in routes["from_place"]], dtype=np.int64)
    road_b = np.array([index[p] for p in routes["to_place"]], dtype=np.int64)

    foreign = _foreign(crisis, places, day)
    settled = places["kind"].isin(HOSTING)
    crossing = places["place_id"].isin(crisis.crossings["place_id"]) & ~settled
    hosts = (settled | crossing).to_numpy() & ~foreign
    hosts &= ~_closed_sites(crisis, places, day)
    area_ids, area = _areas(crisis, places, hosts | (start.sum(axis=(1, 2)) > 0))
    if start.sum() > MOST_PERSONS:
        raise RunError(f"populations.csv: {too_many_persons(int(start.sum()))}")
    names = dict(zip(crisis.areas["area_id"], crisis.areas["name"], strict=True))
    if not start.sum():
        raise RunError(
            f"populations.csv: nobody is known to live anywhere by {day}; give persons per place, "
            "published by then or marked as stand_in"
        )
    site_people, site_unknown = np.zeros((2, len(place_ids)))
    for site in sites_known(crisis.sites, day):
        if site.opens <= crisis.meta.period.start:
            at = index[site.place]
            site_people[at] += site.people
            if not np.isfinite(site.places):
                site_unknown[at] += site.people
    site_people = np.minimum(site_people, start[:, 1].sum(axis=1))
    site_unknown = np.minimum(site_unknown, site_people)
    place = np.zeros(len(place_ids), dtype=PLACE)
    place["key"] = keys(place_ids, "place")
    place["area"] = place["home"] = area
    place["site_people"] = site_people
    place["site_unknown"] = site_unknown
    place["capturable"] = ~foreign & (places["kind"] != "post").to_numpy()
    place["hosts"] = hosts
    place["camp"] = (places["kind"] == CAMP).to_numpy()
    place["built_up"] = places["kind"].isin(BUILT_UP).to_numpy()
    place["concern"] = _concern(crisis, places, day)
    place["border"] = np.where(foreign, -1, _nearest_border(crisis, lat, lon))
    place["crossing"] = crossing.to_numpy() & ~foreign
    place["people"] = start.sum(axis=(1, 2))
    road = np.zeros(len(routes), dtype=ROAD)
    road["key"] = keys(tuple(routes["route_id"]), "road")
    road["a"], road["b"] = road_a, road_b
    road["km"] = routes["road_km"].to_numpy(np.float64)
    road["border"] = routes["crosses_border"].to_numpy(np.int64) == 1
    ptr, link = _adjacency(len(place_ids), road_a, road_b)
    outside = int((area < 0).sum())
    network = Network(
        place=place,
        road=road,
        link=link,
        ptr=ptr,
        home_ptr=np.searchsorted(np.sort(area), np.arange(len(area_ids) + 1)) - outside,
        homed=np.argsort(area, kind="stable")[outside:],
        start=start,
        cell_key=_cell_keys(area_ids, group_ids),
    )
    for array in network:
        array.flags.writeable = False
    return World(
        crisis=crisis,
        network=network,
        place_ids=place_ids,
        area_ids=area_ids,
        area_names=tuple(names.get(a, a) for a in area_ids),
        group_ids=group_ids,
        road_ids=tuple(routes["route_id"]),
        party_ids=tuple(sorted(crisis.parties["party_id"])),
        neighbour_ids=tuple(sorted(n.id for n in crisis.meta.neighbours)),
        abroad=tuple(sorted(_abroad(crisis))),
        lat=lat,
        lon=lon,
        shares=shares,
    )


def _start(
    people: Iterable[Stock],
    index: dict[str, int],
    group_ids: tuple[str, ...],
    shares: NDArray[np.float64],
) -> NDArray[np.int64]:
    start = np.zeros((len(index), 2, len(group_ids)), dtype=np.int64)
    group_index = {g: i for i, g in enumerate(group_ids)}
    for stock in people:
        status = 0 if stock.status == "resident" else 1
        persons = int(stock.persons)
        if stock.group == ALL_GROUPS:
            start[index[stock.place], status] += split_persons(persons, shares)
        else:
            start[index[stock.place], status, group_index[stock.group]] += persons
    return start


def _adjacency(
    n: int, a: NDArray[np.int64], b: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    ends = np.concatenate([a, b])
    other = np.concatenate([b, a])
    road = np.concatenate([np.arange(len(a)), np.arange(len(a))])
    order = np.lexsort((road, ends))
    ptr = np.zeros(n + 1, dtype=np.int64)
    np.add.at(ptr, ends + 1, 1)
    link = np.zeros(len(ends), dtype=LINK)
    link["place"], link["road"] = other[order], road[order]
    return np.cumsum(ptr), link


def _cell_keys(areas: tuple[str, ...], groups: tuple[str, ...]) -> NDArray[np.uint64]:
    homes = ["resident", "returned", "displaced_before", *(f"home {a}" for a in areas), "elsewhere"]
    return np.array(
        [[key_of_text(f"cell:{h}:{g}") for g in groups] for h in homes], dtype=np.uint64
    )


def _abroad(crisis: Crisis) -> set[str]:
    return set(crisis.parties.loc[crisis.parties["kind"] == "neighbour", "party_id"])


def _foreign(crisis: Crisis, places: pd.DataFrame, as_of: dt.date) -> NDArray[np.bool_]:
    neighbours = _abroad(crisis)
    held = {c.place for c in changes_known(crisis.control, as_of) if c.party in neighbours}
    abroad = held | set(places.loc[places["kind"] == "foreign_town", "place_id"])
    return places["place_id"].isin(abroad).to_numpy()


def _concern(crisis: Crisis, places: pd.DataFrame, as_of: dt.date) -> NDArray[np.bool_]:
    """Return the places of the areas of concern.

    Where none are declared: those that a party held at the start that is attacked in a known
    offensive; without any, all.
    """
    if crisis.meta.concern:
        return in_areas(crisis, places["area_id"], crisis.meta.concern)
    start = crisis.meta.period.start
    holders = {c.place: c.party for c in changes_known(crisis.control, as_of) if c.day <= start}
    attacked = {party for o in offensives_known(crisis, as_of) for party in o.defenders}
    of = np.array([holders.get(p, "") in attacked for p in places["place_id"]], dtype=np.bool_)
    return of if of.any() else np.ones(len(places), dtype=np.bool_)


def in_areas(crisis: Crisis, area_of: Iterable[str], wanted: Collection[str]) -> NDArray[np.bool_]:
    """Return which areas are, or lie in, some areas.

    Parameters
    ----------
    crisis : Crisis
    area_of : iterable of str
        Ids of areas.
    wanted : collection of str
        Ids of areas of any level.
    """
    parent = dict(zip(crisis.areas["area_id"], crisis.areas["parent_id"], strict=True))

    def lies_in(area: str) -> bool:
        while area and area not in wanted:
            area = parent.get(area, "")
        return bool(area)

    return np.array([lies_in(area) for area in area_of], dtype=np.bool_)


def _closed_sites(crisis: Crisis, places: pd.DataFrame, as_of: dt.date) -> NDArray[np.bool_]:
    """Return the places all of whose sites take nobody in."""
    takes: dict[str, bool] = {}
    for site in sites_known(crisis.sites, as_of):
        takes[site.place] = takes.get(site.place, False) or site.takes_in
    return np.array([not takes.get(p, True) for p in places["place_id"]], dtype=np.bool_)


def _areas(
    crisis: Crisis, places: pd.DataFrame, wanted: NDArray[np.bool_]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Sub-districts (finest areas) of the results: those where anyone lives or may arrive."""
    used = sorted(set(places.loc[wanted, "area_id"]))
    position = {a: i for i, a in enumerate(used)}
    return tuple(used), np.array([position.get(a, -1) for a in places["area_id"]], dtype=np.int64)


def _nearest_border(
    crisis: Crisis, lat: NDArray[np.float64], lon: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the neighbour whose outline or crossing is nearest, within `NEAR_BORDER_KM`; or -1."""
    nearest = np.full(len(lat), -1, dtype=np.int64)
    least = np.full(len(lat), NEAR_BORDER_KM)
    outlines: dict[str, Any] = crisis.geography.get("outlines", {"features": []})
    named = {place: (y, x) for place, y, x in _positions(crisis)}
    for k, neighbour in enumerate(sorted(crisis.meta.neighbours, key=lambda n: n.id)):
        boundary = [
            ring
            for feature in outlines["features"]
            if str(feature["properties"].get("name", "")).casefold()
            in (neighbour.name.casefold(), neighbour.country.casefold())
            for ring in geometry.rings(feature["geometry"])
        ]
        km = geometry.distance_to_rings_km(boundary, lon, lat) if boundary else least + 1.0
        at = crisis.crossings.loc[crisis.crossings["neighbour"] == neighbour.id, "place_id"]
        for place in at:
            km = np.minimum(km, geometry.great_circle_km(lat, lon, *named[str(place)]))
        nearer = km <= least if k == 0 else (km < least) | ((nearest < 0) & (km <= least))
        nearest[nearer], least[nearer] = k, km[nearer]
    return nearest


def _positions(crisis: Crisis) -> Iterable[tuple[str, float, float]]:
    columns = (crisis.places[name] for name in ("place_id", "lat", "lon"))
    return ((str(p), float(y), float(x)) for p, y, x in zip(*columns, strict=True))
