"""What places, roads and parties leave without effect, as of the crisis's own day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from havenline.crisis import Crisis
from havenline.crisis.choices import HOSTING
from havenline.facts.areas import lineage
from havenline.facts.holders import holders_known
from havenline.facts.populations import persons_by_place
from havenline.facts.relations import ALLIED, GUARDS, HOSTILE, Terms, offensives_known, terms_known
from havenline.facts.sites import sites_known
from havenline.telling.unused.kept import Unused


@dataclass(frozen=True)
class Ground:
    """Places, roads and parties on one day.

    Attributes
    ----------
    crisis : Crisis
    holder : dict of str to str
        By place; places without a known holder are left out.
    terms : Terms
        What holds between parties that day.
    """

    crisis: Crisis
    holder: dict[str, str]
    terms: Terms

    @cached_property
    def abroad(self) -> set[str]:
        """Places in other countries."""
        parties, places = self.crisis.parties, self.crisis.places
        foreign = set(parties.loc[parties["kind"] == "neighbour", "party_id"])
        held = {place for place, party in self.holder.items() if party in foreign}
        return held | set(places.loc[places["kind"] == "foreign_town", "place_id"])

    @cached_property
    def hosting(self) -> set[str]:
        """Places that people may flee to, as far as kind and sites say."""
        places = self.crisis.places
        return set(places.loc[places["kind"].isin(HOSTING), "place_id"]) - self.abroad - self.shut

    @cached_property
    def shut(self) -> set[str]:
        """Places all of whose sites take nobody in, or have closed."""
        takes: dict[str, bool] = defaultdict(bool)
        day = self.crisis.meta.as_of
        for site in sites_known(self.crisis.sites, day):
            takes[site.place] |= site.takes_in and site.closes >= day
        return {place for place, open_one in takes.items() if not open_one}

    @cached_property
    def roads(self) -> dict[str, set[str]]:
        """Places by road from each place, over no border."""
        return _joined(self.crisis, border=False)

    def shelters(self, home: str, holder: str) -> tuple[bool, bool]:
        """Return whether people of a party may stay on the ground of another, and pass over it."""
        row = self.terms.refuge.get((home, holder))
        if row is not None:
            return row.share > 0.0, row.passage
        hostile = self.terms.relations.get((home, holder)) == HOSTILE
        return True, not hostile

    def leads_out(self, start: str, goals: set[str]) -> bool:
        """Return whether people of a place could get to one of the goals and stay there.

        Hostile ground may be gone into, and not through.
        """
        home = self.holder.get(start, "")
        seen, todo = {start}, [start]
        while todo:
            for place in self.roads.get(todo.pop(), ()):
                if place in seen or place in self.abroad:
                    continue
                seen.add(place)
                stay, onward = self.shelters(home, self.holder.get(place, ""))
                if stay and place in goals:
                    return True
                if onward:
                    todo.append(place)
        return False


def _joined(crisis: Crisis, *, border: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    columns = ("from_place", "to_place", "crosses_border")
    for a, b, crosses in zip(*(crisis.routes[c] for c in columns), strict=True):
        if border or not crosses:
            found[a].add(b)
            found[b].add(a)
    return found


def of_ground(crisis: Crisis) -> Iterator[Unused]:
    """Walk what ground, roads and parties leave without effect."""
    meta = crisis.meta
    terms = terms_known(crisis, meta.period.start, meta.as_of)[-1]
    ground = Ground(crisis, holders_known(crisis.control, meta.as_of), terms)
    yield from _places(ground)
    yield from _borders(ground)
    yield from _parties(ground)


def _places(ground: Ground) -> Iterator[Unused]:
    crisis, day = ground.crisis, ground.crisis.meta.as_of
    people = {p: n for p, n in persons_by_place(crisis.populations, day).items() if n}
    homes = {ground.holder.get(place, "") for place in people}
    barred, lonely = [], []
    for place in sorted(ground.hosting):
        if place not in ground.roads:
            lonely.append(place)
        elif not any(ground.shelters(home, ground.holder.get(place, ""))[0] for home in homes):
            barred.append(place)
    file = "places.csv"
    yield Unused(
        "no_road", file, "place", tuple(lonely),
        "no road within the country leads there, so nobody comes or leaves but over a border",
    )  # fmt: skip
    yield Unused(
        "receives_nobody", file, "place", tuple(barred),
        f"refuge.csv gives its holder on {day} a share of 0 for all who have people: nobody flees "
        "there",
    )  # fmt: skip
    kinds = dict(zip(crisis.places["place_id"], crisis.places["kind"], strict=True))
    camps = sorted(p for p in ground.shut if kinds[p] in HOSTING)
    yield Unused(
        "sites_shut", "sites.csv", "place", tuple(camps),
        f"every site there takes nobody in or has closed by {day}: nobody flees there",
    )  # fmt: skip
    gates = set(crisis.crossings["place_id"])
    stuck = [
        place for place in sorted(set(people) - ground.abroad - gates)
        if not ground.leads_out(place, ground.hosting | gates)
    ]  # fmt: skip
    yield Unused(
        "never_leave", "populations.csv", "place", tuple(stuck),
        f"people there can never leave: no road leads to a place that takes them in, as held on "
        f"{day}",
    )  # fmt: skip
    within = lineage(crisis.areas)
    homes_of = dict(zip(crisis.places["place_id"], crisis.places["area_id"], strict=True))
    lived = {area for place in people for area in within[homes_of[place]]}
    yield Unused(
        "concern_without_people", "crisis.yaml", "area",
        tuple(area for area in crisis.meta.concern if area not in lived),
        "an area of concern in which nobody is known to live",
    )  # fmt: skip


def _borders(ground: Ground) -> Iterator[Unused]:
    crisis = ground.crisis
    day = crisis.meta.as_of
    people = {p for p, n in persons_by_place(crisis.populations, day).items() if n}
    near = {p for p in people if p not in ground.abroad}
    reached = set(near)
    todo = list(near)
    while todo:
        for place in ground.roads.get(todo.pop(), ()):
            if place not in reached:
                reached.add(place)
                todo.append(place)
    rows = crisis.crossings
    away = rows[~rows["place_id"].isin(reached)]
    yield Unused(
        "crossing_without_road", "crossings.csv", "crossing",
        tuple(dict.fromkeys(map(str, away["crossing_id"]))),
        "no road leads there from a place where people live, so nobody crosses",
    )  # fmt: skip
    served = set(rows["neighbour"])
    yield Unused(
        "neighbour_without_crossing", "crisis.yaml", "neighbour",
        tuple(n.id for n in crisis.meta.neighbours if n.id not in served),
        "crossings.csv has none to it, so nobody enters it",
    )  # fmt: skip


def _parties(ground: Ground) -> Iterator[Unused]:
    crisis = ground.crisis
    held: dict[str, set[str]] = defaultdict(set)
    for place, party in zip(crisis.control["place_id"], crisis.control["party_id"], strict=True):
        held[party].add(place)
    roads = _joined(crisis, border=True)

    def meet(one: str, other: str) -> bool:
        return any(not roads.get(p, set()).isdisjoint(held[other]) for p in held[one])

    rows = list(zip(*(crisis.relations[c] for c in ("party", "other", "relation")), strict=True))
    pairs = [(a, b, r) for a, b, r in rows if r in (HOSTILE, ALLIED, GUARDS)]
    landless = _named(pairs, lambda a, b, r: not held[a] or not held[b])
    both = [(a, b, r) for a, b, r in pairs if r == HOSTILE and held[a] and held[b]]
    apart = _named(both, lambda a, b, _: not meet(a, b))
    yield Unused(
        "relation_without_ground", "relations.csv", "relation", landless,
        "one of the two never holds a place, so there is no front and no refuge between them",
    )  # fmt: skip
    yield Unused(
        "front_nowhere", "relations.csv", "relation", apart,
        "hostile, and no road, over a border either, joins a place that one has held to one of the "
        "other: there is no front that could move",
    )  # fmt: skip
    foreign = set(crisis.parties.loc[crisis.parties["kind"] == "neighbour", "party_id"])
    refuge = list(zip(crisis.refuge["home"], crisis.refuge["holder"], strict=True))
    yield Unused(
        "refuge_without_ground", "refuge.csv", "pair",
        tuple(dict.fromkeys(f"{a}-{b}" for a, b in refuge if not held[a] or not held[b])),
        "one of the two never holds a place, so nobody of it flees or nobody can be sheltered",
    )  # fmt: skip
    yield Unused(
        "refuge_abroad", "refuge.csv", "pair",
        tuple(dict.fromkeys(f"{a}-{b}" for a, b in refuge if (a in foreign) != (b in foreign))),
        "ground abroad is reached over a crossing alone; crossings.csv says how open it is",
    )  # fmt: skip
    above = lineage(crisis.areas)
    areas = dict(zip(crisis.places["place_id"], crisis.places["area_id"], strict=True))
    never = []
    for offensive in offensives_known(crisis, crisis.meta.period.end):
        within = {
            place for party in offensive.defenders for place in held[party]
            if not offensive.areas or offensive.areas & set(above[areas[place]])
        }  # fmt: skip
        attackers = {place for party in offensive.attackers for place in held[party]}
        if not any(not roads.get(place, set()).isdisjoint(within) for place in attackers):
            never.append(offensive.id)
    yield Unused(
        "offensive_without_road", "offensives.csv", "offensive", tuple(never),
        "no road joins a place that an attacker has held to one of a defender in its areas: it "
        "takes nothing",
    )  # fmt: skip


def _named(
    pairs: Iterable[tuple[str, str, str]], wanted: Callable[[str, str, str], bool]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{a}-{b} {r}" for a, b, r in pairs if wanted(a, b, r)))
