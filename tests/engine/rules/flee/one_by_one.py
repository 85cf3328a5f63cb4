"""Flee's rules one person at a time: plain and slow, written from their description alone.

Nothing here is shared with the counting engine, so that the two check each other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from havenline.crisis.case import Case, Closure, Location

Path = tuple[int, ...]
Counted = npt.NDArray[np.int64]


@dataclass
class Road:
    start: int
    end: int
    km: float
    speed: float
    walk: float
    leads: bool
    open: bool = True
    leading: bool = False


@dataclass
class Person:
    place: int
    home: int
    attributes: dict[str, str]
    farmer: bool = False
    road: Road | None = None
    km: float = 0.0
    today: float = 0.0
    recent: float = 0.0
    roads_behind: int = 0
    route: Path = ()


@dataclass
class Place:
    location: Location
    residents: int
    capacity: int
    kind: str = ""
    leave: float = 0.0
    conflict: float = 0.0
    began: int = -1
    camp: bool = False
    town: bool = False
    score: float = 1.0
    people: int = 0
    alike: Counter[tuple[str, str]] = field(default_factory=Counter)
    counted: int = 0

    def number(self, column: str) -> float:
        return float(self.location.attributes.get(column, "") or 0)


def great_circle_km(a: Location, b: Location) -> float:
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    h = math.sin((lat_b - lat_a) / 2) ** 2
    h += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


class OneByOne:
    """One future of a case.

    People decide and travel in the order in which they set out, or, where `shuffled`, in another
    order every time.
    """

    def __init__(
        self, case: Case, seed: int, *, exact: bool, hasten: int = 1, shuffled: bool = False
    ) -> None:
        self.case, self.s, self.exact, self.hasten = case, case.settings, exact, hasten
        self.shuffled = shuffled
        self.rng = np.random.default_rng(seed)
        self.random = self.rng.random
        self.day = 0
        self.places = [self.place(x) for x in case.locations]
        self.roads = list(self.all_roads())
        self.people: list[Person] = []
        self.debt = 0.0
        self.food = [0.0] * len(self.places)
        self.level = [0.0] * len(self.places)
        self.ways: dict[int, list[tuple[Path, float]]] = {}
        self.everyone: list[int] = []

    # the start

    def place(self, location: Location) -> Place:
        capacity = 0 if math.isnan(location.capacity) else int(location.capacity)
        made = Place(location, location.persons // self.hasten, capacity // self.hasten)
        self.become(made, location.kind)
        if location.kind == "conflict":
            if location.conflict_day > 0:
                self.end_conflict(made)
            else:
                given = location.attributes.get("conflict_intensity", "")
                made.conflict = float(given or self.s.default_conflict_intensity)
                made.began = 0
        elif self.exact and location.kind != "flood_zone" and made.leave < 0.005:
            made.camp = True
        return made

    def all_roads(self) -> Iterator[Road]:
        for link in self.case.links:
            speed = self.s.max_move_speed
            if not math.isnan(link.max_move_speed):
                speed = link.max_move_speed
            made = (link.km, speed, link.walk_probability)
            times = 2 if self.exact and link.forced == 1 else 1
            for _ in range(times):
                yield Road(link.first, link.second, *made, link.forced == 1 and not self.exact)
                yield Road(link.second, link.first, *made, link.forced == 2 and not self.exact)

    def counts(self, day: int) -> tuple[list[int], int]:
        at = np.array([max(day, 0)], dtype=np.int64)
        series = [*self.case.counts.values()]
        if self.exact:
            series += list(self.case.others.values())
        total = int(self.case.total.on(at)[0]) // self.hasten
        return [int(c.on(at)[0]) // self.hasten for c in series], total

    def fill_camps(self) -> None:
        if self.s.empty_camps_on_day0:
            return
        first = dict(zip(self.case.camps, self.counts(0)[0], strict=False))
        for i, place in enumerate(self.places):
            if self.s.insert_day0:
                known = first.get(i, 0)
                self.enter(i, known)
                if self.exact and self.arrivals_given() and place.capacity > 0:
                    place.capacity -= known
            if place.location.is_camp:
                self.enter(i, int(place.number("initial_idps")))

    def arrivals_given(self) -> bool:
        return self.s.conflict_spawn_mode is None and not self.s.flood_zone_spawning_only

    def add_travellers(self) -> None:
        if not self.s.read_from_agents_csv_file:
            return
        for t in self.case.travellers:
            farmer = t.attributes.get("farmer", "") == "1"
            self.people.append(Person(t.location, t.location, dict(t.attributes), farmer))
            self.places[t.location].people += 1

    def enter(self, i: int, people: int) -> None:
        fraction = self.places[i].number("farmer_fraction")
        for _ in range(people):
            drawn = {}
            for d in self.case.demographics:
                weights = d.weights[:, i]
                if weights.sum() <= 0:
                    weights = np.ones(len(weights))
                drawn[d.name] = d.values[self.pick(weights.tolist())]
            self.people.append(Person(i, i, drawn, bool(self.random() < fraction)))
        self.places[i].people += people

    def pick(self, weights: list[float]) -> int:
        u = self.random() * sum(weights)
        for k, w in enumerate(weights):
            u -= w
            if u < 0:
                return k
        return max(range(len(weights)), key=weights.__getitem__)

    # kinds, conflict, closures

    def become(self, place: Place, kind: str) -> None:
        chances = {
            "conflict": self.s.conflict_movechance,
            "camp": self.s.camp_movechance,
            "idpcamp": self.s.idpcamp_movechance,
            "forward": 1.0,
            "marker": 1.0,
        }
        place.kind = kind
        place.leave = chances.get(kind, self.s.default_movechance)
        place.camp = kind in ("camp", "idpcamp")
        place.town = kind == "town"

    def end_conflict(self, place: Place) -> None:
        place.conflict = 0.0
        if place.camp and not self.exact:
            self.become(place, place.kind)
        else:
            place.leave, place.town = self.s.default_movechance, True

    def change_places(self) -> None:
        for change in self.case.kind_changes:
            if change.day == self.day:
                place = self.places[change.location]
                self.become(place, change.kind)
                place.conflict = 0.0
                if change.kind == "conflict":
                    place.conflict = self.s.default_conflict_intensity
                    place.began = self.day
        if self.s.flood_zone_spawning_only:
            return
        for i, place in enumerate(self.places):
            now = self.case.conflict[self.day, i]
            before = self.case.conflict[self.day - 1, i] if self.day else 0.0
            if now > 1e-6 and before <= 1e-6:
                place.conflict, place.began = now, self.day
                place.leave, place.town = self.s.conflict_movechance, False
            elif now <= 1e-6 and before > 1e-6:
                self.end_conflict(place)
            elif now > 1e-6 and not self.exact:
                place.conflict = now

    def close(self, closure: Closure, *, shut: bool) -> None:
        names = [p.location.name for p in self.places]
        first = names.index(closure.first) if closure.first in names else -1
        second = names.index(closure.second) if closure.second in names else -1
        if closure.kind in ("camp", "idpcamp"):
            self.become(self.places[first], "town" if shut else closure.kind)
        for road in self.roads:
            ends = {road.start, road.end}
            countries = [self.places[k].location.country for k in (road.start, road.end)]
            both = ([closure.first, closure.second], [closure.second, closure.first])
            closes = {
                "country": countries in both,
                "location": first in ends,
                "link": ends == {first, second} and not self.exact,
            }
            if closes.get(closure.kind, False):
                road.open = not shut
            if closure.kind == "remove_forced_redirection" and ends == {first, second}:
                road.leading = road.leads and not shut

    def close_and_open(self) -> None:
        for closure in self.case.closures:
            if closure.start == self.day:
                self.close(closure, shut=True)
            elif closure.end == self.day and closure.end > closure.start:
                self.close(closure, shut=False)

    def decay(self, place: Place) -> float:
        steps = self.s.conflict_spawn_decay
        if not steps:
            return 1.0
        age = int((self.day - place.began) / self.s.conflict_spawn_decay_interval)
        return steps[min(age, len(steps) - 1)]

    # who sets out

    def change_of_counts(self) -> float:
        (now, total), (before, total_before) = self.counts(self.day), self.counts(self.day - 1)
        if self.day > 0:
            return sum(now) - sum(before) if self.s.sum_from_camps else total - total_before
        if self.s.insert_day0 or self.s.empty_camps_on_day0:
            return 0
        if not self.s.sum_from_camps:
            return total
        return sum(now) + total if self.exact else sum(now)

    def spawn_weight(self, i: int) -> float:
        place = self.places[i]
        weight = 0.0
        if place.conflict > 0:
            weight += place.residents * place.conflict * self.decay(place)
        elif self.s.conflict_zone_spawning_only:
            return 0.0
        if self.s.starvation_driven_spawning and self.day > 0:
            weight += place.residents * self.food[i] / 100
        return weight

    def by_level(self, i: int, values: tuple[float, ...]) -> float:
        return float(np.interp(self.level[i], range(len(values)), values))

    def driven_out(self, i: int) -> int:
        place = self.places[i]
        if self.s.flood_zone_spawning_only:
            mode: str | None = self.s.flood_spawn_mode or "pop_ratio"
            number = self.by_level(i, self.s.displaced_per_flood_day) if self.level[i] > 0 else 0.0
        else:
            mode = self.s.conflict_spawn_mode
            number = self.s.displaced_per_conflict_day * place.conflict
        if mode == "poisson":
            return int(self.rng.poisson(number))
        return int(number * place.residents if mode == "pop_ratio" else number)

    def set_out(self) -> None:
        new = Counter[int]()
        if self.arrivals_given():
            due = self.change_of_counts() - self.debt
            self.debt = max(0.0, -due)
            weights = [self.spawn_weight(i) for i in range(len(self.places))]
            new.update(self.pick(weights) for _ in range(max(0, int(due))))
        else:
            new.update({i: self.driven_out(i) for i in range(len(self.places))})
        for i, people in new.items():
            self.enter(i, people)
            if self.s.take_from_population:
                self.places[i].residents = max(0, self.places[i].residents - people)

    # the morning

    def score(self, i: int) -> float:
        place, score = self.places[i], 1.0
        if place.location.country != self.places[0].location.country:
            if self.s.use_economic_pull:
                score += place.number("trade_volume") + place.number("hdi") ** 2
            score *= self.s.foreign_weight
        elif self.s.avoid_food_deprived_locations and self.day > 0:
            score *= 1 - (self.food[i] / 100) ** 2
        if place.camp:
            score *= self.s.camp_weight
        if place.conflict > 0:
            score *= self.s.conflict_weight ** (self.decay(place) * place.conflict)
        if place.location.kind == "flood_zone":
            score *= self.flood_factor(i)
        return score

    def flood_factor(self, i: int) -> float:
        if self.s.flood_loc_weights and self.level[i] > 0:
            return self.by_level(i, self.s.flood_loc_weights)
        return 1.0

    def morning(self) -> None:
        self.ways = {}
        for i, place in enumerate(self.places):
            place.score = self.score(i)
            place.alike, place.counted = Counter(), 0
        for p in self.people:
            if p.road is None:
                place = self.places[p.place]
                place.counted += 1
                for name in ("ethnicity", "religion"):
                    place.alike[name, p.attributes.get(name, "")] += 1

    def room(self, place: Place) -> float:
        added = place.number("capacity_per_day")
        days = self.day + 1
        more = days * int(added) if self.exact else int(days * added / self.hasten)
        had = 0 if math.isnan(place.location.capacity) else int(place.location.capacity)
        capacity = place.capacity + more if had // self.hasten > 0 else 0
        limit = capacity * self.s.capacity_scaling
        if limit < 1:
            return 1.0
        full_from = self.s.capacity_buffer * limit
        if place.people <= full_from:
            return 1.0
        if place.people >= limit:
            return 0.0
        return 1 - (place.people - full_from) / (limit - full_from)

    def capacity(self, place: Place) -> float:
        if math.isnan(place.location.capacity) or place.location.capacity // self.hasten <= 0:
            return 0
        added = place.number("capacity_per_day")
        days = self.day + 1
        return place.capacity + (
            days * int(added) if self.exact else int(days * added / self.hasten)
        )

    # the choice

    def steps(self, here: int, levels: int, km: float, path: Path) -> Iterator[tuple[Path, float]]:
        for road in self.led(here):
            if road.end in path:
                continue
            way = (*path, road.end)
            marker = self.places[road.end].kind == "marker"
            if not marker:
                yield way[1:], km + road.km
            if marker or levels > 1:
                yield from self.steps(road.end, levels if marker else levels - 1, km + road.km, way)

    def led(self, here: int) -> list[Road]:
        out = [r for r in self.roads if r.start == here and r.open]
        return [r for r in out if r.leading] or out

    def along_major_routes(self, here: int) -> Iterator[tuple[Path, float]]:
        for major in self.case.major_routes:
            for way in (major, major[::-1]):
                path: Path = (here,)
                km = 0.0
                for there in way[way.index(here) + 1 :] if here in way else ():
                    road = self.road_to(path[-1], there)
                    if road is None:
                        break
                    km += road.km
                    path = (*path, there)
                    yield path[1:], km / 4

    def routes(self, here: int) -> list[tuple[Path, float]]:
        if here not in self.ways:
            found = list(self.steps(here, max(1, self.s.awareness_level), 0.0, (here,)))
            if self.s.fixed_routes:
                best: dict[int, tuple[Path, float]] = {}
                for path, km in [*self.along_major_routes(here), *found]:
                    if path[-1] not in best or km < best[path[-1]][1]:
                        best[path[-1]] = (path, km)
                found = list(best.values())
            self.ways[here] = found
        return self.ways[here]

    def road_to(self, here: int, there: int, *, led: bool = True) -> Road | None:
        out = self.led(here) if led else [r for r in self.roads if r.start == here and r.open]
        return next((r for r in out if r.end == there), None)

    def likeness(self, p: Person, attribute: str, place: Place, neutral: float) -> float:
        value = p.attributes.get(attribute, "")
        if value and value in place.location.attributes:
            like = place.number(value)
        elif self.exact:
            like = place.alike[attribute, value]
        else:
            return place.alike[attribute, value] / place.counted if place.counted else neutral
        return like / (place.residents if place.residents >= 1 else 1e8)

    def pull(self, p: Person, end: int) -> float:
        s, place = self.s, self.places[end]
        e = place.score
        age = float(p.attributes.get("age", "") or "nan")
        gender = p.attributes.get("gender", "")
        squared = s.ChildrenAvoidHazards and age < 19
        if squared:
            e = e**2
        if s.BoysTakeRisk and gender == "male" and age > 14:
            e = 1.0
        if s.ElderlyAvoidHazards and age > 59:
            e, squared = e**2, True
        if s.WomenAvoidHazards and gender == "female" and not squared:
            e = e**2
        if s.stay_close_to_home:
            origin = p.place if self.exact else p.home
            km = great_circle_km(self.places[origin].location, place.location)
            e /= max(1.0, km) ** s.home_distance_power
        e *= self.flood_factor(end)
        if place.camp:
            if s.MatchCampEthnicity:
                e *= 10 * self.likeness(p, "ethnicity", place, 0.1)
            if s.MatchCampReligion:
                neutral = s.avg_religion_fraction
                e *= self.likeness(p, "religion", place, neutral) / neutral
            return e
        if s.MatchConflictEthnicity if place.conflict > 0 else s.MatchTownEthnicity:
            e *= 10 * self.likeness(p, "ethnicity", place, 0.1)
        if s.use_pop_for_loc_weight:
            e *= max(1, place.residents) ** s.pop_power_for_loc_weight
        return e

    def choose(self, p: Person) -> Path:
        s = self.s
        if s.awareness_level == 0 and self.exact:
            return ()
        routes = self.routes(p.place)
        weights = []
        for path, km in routes:
            place = self.places[path[-1]]
            distance = (s.softening + km) ** s.distance_power
            e = self.pull(p, path[-1])
            if s.awareness_level == 0:
                weights.append(1.0)
            elif s.fixed_routes:
                weights.append(place.score / distance * e)
            else:
                w = (s.weight_softening + e) / distance * self.room(place)
                weights.append(w**s.weight_power)
        if not weights:
            return ()
        if s.pruning_threshold >= 1.001 and not s.fixed_routes:
            least = max(weights) / s.pruning_threshold
            weights = [w if w >= least else 0.0 for w in weights]
        if sum(weights) <= 0:
            weights = [1.0] * len(weights)
        return routes[self.pick(weights)][0]

    def leave_chance(self, i: int) -> float:
        place, s = self.places[i], self.s
        chance = place.leave
        if s.movechance_pop_scale_factor != 0:
            size = max(place.residents, self.capacity(place))
            power = s.movechance_pop_scale_factor
            chance *= (size / s.movechance_pop_base) ** power if size > 0 else 0.0
        if s.flee_when_starving:
            hunger = self.food[i] / 100
            chance = hunger + (1 - hunger) * chance
        if s.flood_movechances and self.level[i] > 0:
            chance = self.by_level(i, s.flood_movechances)
        return chance

    def harvest(self) -> bool:
        start = np.datetime64(self.case.start, "D")
        month = (start + self.day).astype("datetime64[M]").astype(int) % 12 + 1
        return month in self.s.harvest_months

    def decide(self, p: Person, *, arriving: bool) -> None:
        if p.road is not None or (self.harvest() and (self.exact or p.farmer)):
            return
        place = self.places[p.place]
        new = not p.route
        if new:
            moved = (p.recent + p.today / self.s.max_move_speed) / 2
            goes_on = arriving and self.s.avoid_short_stints and moved < 0.5 and place.town
            if not goes_on and self.random() >= self.leave_chance(p.place):
                return
            p.route = self.choose(p)
        if not p.route:
            return
        road, end = self.road_to(p.place, p.route[0], led=new), self.places[p.route[-1]]
        if road is None or (end.camp and self.room(end) < 0.5):
            p.route = ()
            return
        p.road, p.km, p.route = road, 0.0, p.route[1:]
        place.people -= 1

    def travel(self, p: Person) -> None:
        while p.road is not None:
            road = p.road
            speed = road.speed
            if self.s.start_on_foot and p.roads_behind == 0:
                speed = self.s.max_walk_speed
            if road.walk > 0 and self.random() < road.walk:
                speed = self.s.max_walk_speed
            p.km += speed
            p.today += speed
            if p.km <= road.km:
                return
            p.today -= p.km - road.km
            p.roads_behind += 1
            p.road, p.place = None, road.end if road.open else road.start
            self.places[p.place].people += 1
            if road.open and p.today < speed:
                self.decide(p, arriving=True)

    def in_turn(self) -> list[Person]:
        if self.shuffled:
            return [self.people[k] for k in self.rng.permutation(len(self.people))]
        return self.people

    def settle(self) -> None:
        kept = []
        for p in self.people:
            place = self.places[p.place]
            chance = place.number("deactivation_probability")
            if p.road is None and place.camp and self.random() < chance:
                if not self.exact:
                    place.people -= 1
            else:
                kept.append(p)
        self.people = kept

    def run(self) -> Counted:
        """Return people in each camp at the end of each day; shape (days, camps)."""
        result = np.zeros((self.case.days, len(self.case.camps)), dtype=np.int64)
        for road in self.roads:
            road.leading = road.leads
        self.fill_camps()
        self.add_travellers()
        for day in range(self.case.days):
            self.day = day
            if self.case.food is not None:
                self.food = self.case.food[self.day].tolist()
            if self.case.flood is not None:
                self.level = self.case.flood[self.day].tolist()
            self.change_places()
            self.set_out()
            self.close_and_open()
            self.morning()
            for p in self.in_turn():
                self.decide(p, arriving=False)
            for p in self.in_turn():
                self.travel(p)
            for p in self.people:
                p.recent = (p.recent + p.today / self.s.max_move_speed) / 2
                p.today = 0.0
            if self.s.camps_are_sinks:
                self.settle()
            self.everyone.append(len(self.people))
            result[self.day] = [self.places[i].people for i in self.case.camps]
        return result


def run_one_by_one(
    case: Case, *, runs: int, seed: int, exact: bool, hasten: int = 1, shuffled: bool = False
) -> Counted:
    """Return people in camps over several runs; shape (runs, days, camps)."""
    read = case.as_flee() if exact else case
    seeds = np.random.SeedSequence(seed).generate_state(runs).tolist()
    return np.stack(
        [OneByOne(read, k, exact=exact, hasten=hasten, shuffled=shuffled).run() for k in seeds]
    )
