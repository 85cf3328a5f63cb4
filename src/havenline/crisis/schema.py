"""The tables of a crisis folder, declared once: columns, types, bounds, references, units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from havenline.crisis.choices import (
    COMPLIANCE_KINDS,
    HAPPENING_KINDS,
    HOWS,
    MEASURES,
    PARTY_KINDS,
    PLACE_KINDS,
    QUALIFIERS,
    REGIMES,
    RELATIONS,
    SOURCE_KINDS,
    STATUSES,
    YES_NO,
)
from havenline.crisis.columns import (
    Column,
    Table,
    area_column,
    basis_column,
    confidence_column,
    end_column,
    lat_column,
    lon_column,
    note_column,
    optional,
    party_as_column,
    party_column,
    place_column,
    published_column,
    source_column,
    yes_no_column,
)

_PERSONS_MAX = 2e9


def _range(name: str, unit: str, most: float) -> tuple[Column, ...]:
    """Return the columns of the range of a figure, which may be left out."""
    low, high = (
        optional(end, "number", f"{end}est {name} that agrees with the sources", unit=unit, low=0.0,
                 high=most)
        for end in ("low", "high")
    )  # fmt: skip
    return low, high


_AREAS = Table(
    "areas",
    "an administrative area, by p-code where there is one",
    (
        Column("area_id", "code", "p-code or slug"),
        Column("name", "text", "name as published"),
        Column("level", "integer", "0 country, 1 governorate, 2 district, 3 sub-district",
               low=0, high=3),
        area_column("the area it lies in; empty at the top", name="parent_id", required=False),
        lat_column(required=False),
        lon_column(required=False),
        Column("area_km2", "number", "surface", "km2", required=False, low=0.0, high=2e7),
        source_column(),
    ),
    key=("area_id",),
    does="results are told by the finest areas in which anybody lives or may arrive; series, "
        "offensives and totals name areas of any level",
)  # fmt: skip

_PLACES = Table(
    "places",
    "a settlement, camp cluster, crossing or post",
    (
        Column("place_id", "id", "slug of ours"),
        Column("name", "text", "name in English"),
        Column("alt_name", "text", "other spellings, separated by ';'", required=False),
        Column("kind", "text", "what it is", choices=PLACE_KINDS),
        area_column("finest area known"),
        lat_column(),
        lon_column(),
        confidence_column("coord_confidence"),
        source_column(),
        note_column(),
    ),
    key=("place_id",),
    does="people live, shelter and wait in places, and fronts move from one to the next along "
    "routes",
)

_POPULATIONS = Table(
    "populations",
    "persons of one group and status at one place on one day (a stock)",
    (
        place_column(),
        Column("group", "id", "a group of crisis.yaml, or 'all'", refers="meta.groups"),
        Column("status", "text", "resident or displaced before the period",
               choices=STATUSES),
        Column("persons", "integer", "people present", "persons", low=0, high=_PERSONS_MAX),
        Column("as_of", "date", "day of the stock"),
        published_column("as_of"),
        *basis_column(),
        confidence_column(),
        source_column(),
        Column("stand_in", "text", "why the figure may be used before it was published, such as a "
               "census that came out later; empty: it may not", required=False, may_lack=True),
    ),
    key=("place_id", "group", "status", "as_of"),
    reading="They are the people of the start of the period. Of the stocks of a place and status "
    "on different days the newest that was published by the as-of date holds; stocks of different "
    "days are never added. A row of all groups replaces every earlier row, and is replaced by "
    "later rows of single groups. A stock published after the as-of date is not used, unless it "
    "is marked as stand_in and nothing else was known; `havenline audit` lists those that are.",
    does="they are the people of the run; everybody who flees, enters or returns is one of "
        "them",
)  # fmt: skip

_ROUTES = Table(
    "routes",
    "a road between two places, both ways",
    (
        Column("route_id", "id", "slug of ours"),
        place_column(name="from_place"),
        place_column(name="to_place"),
        Column("road_km", "number", "length by road", "km", low=0.0, high=1e5),
        Column("road", "text", "name of the road, 'local' or 'link'"),
        Column("crosses_border", "integer", "1 where it leads into another country", low=0, high=1),
        *basis_column(),
        confidence_column(),
        source_column(),
    ),
    key=("route_id",),
    does="people flee along roads and fronts move along them; a road over a border is "
    "travelled over a crossing alone",
)

_SITES = Table(
    "sites",
    "a camp or centre with a capacity; an empty component is unknown",
    (
        Column("site_id", "id", "slug of ours"),
        place_column(),
        Column("name", "text", "name"),
        Column("area_m2", "number", "ground", "m2", False, 0.0, 1e10),
        Column("covered_m2", "number", "covered living space", "m2", False, 0.0, 1e9),
        Column("water_l_day", "number", "water supplied", "litres per day", False, 0.0, 1e11),
        Column("latrines", "number", "latrines in use", "latrines", False, 0.0, 1e8),
        Column("planned_capacity", "number", "capacity as planned", "persons", False, 0.0,
               _PERSONS_MAX),
        Column("occupancy", "number", "people present", "persons", False, 0.0, _PERSONS_MAX),
        optional("opens", "date", "first day on which it shelters anybody; empty: of old"),
        optional("closes", "date", "last day on which it shelters anybody; empty: none",
                 not_before="opens"),
        yes_no_column("takes_in", "whether people may come; no: full, shut or prison-like; empty: "
                      "yes"),
        yes_no_column("transit", "whether people are passed on from it within days; empty: no"),
        Column("as_of", "date", "day of the figures"),
        published_column("as_of"),
        *basis_column(),
        source_column(),
    ),
    key=("site_id", "as_of"),
    needed=False,
    reading="A site published after the as-of date is not there yet, and nor is its room. Several "
    "rows of one site are its figures by day: of those known on a day the newest holds from its "
    "day on. A place with an open site that takes people in is a destination though nobody lives "
    "there. Where all of them are for transit, people displaced in the crisis go on from it, after "
    "`transit_days` in the mean.",
    does="what its known parts allow is room at its place, from the day it opens; people who "
        "are in it at the start have shelter",
)  # fmt: skip

_CROSSINGS = Table(
    "crossings",
    "a border point and its regime from a day on",
    (
        Column("crossing_id", "id", "slug of ours"),
        place_column(),
        Column("neighbour", "id", "the country on the other side", refers="meta.neighbours"),
        Column("regime", "text", "how it is run for people who flee", choices=REGIMES),
        optional(
            "permeability",
            "number",
            "chance a day that one who waits gets in, in place of the parameter of the regime",
            unit="1/day",
            low=0.0,
            high=1.0,
        ),
        *_range("permeability", "1/day", 1.0),
        Column("since", "date", "day from which the regime holds"),
        published_column(),
        source_column(),
        note_column(),
    ),
    key=("crossing_id", "since"),
    needed=False,
    reading="Of the rows of a crossing that are known on a day the newest holds.",
    does="people who mean to cross go to the crossings of a neighbour, wait there, and enter "
    "at the rate of its regime; each neighbour is counted by itself",
)

_CONTROL = Table(
    "control",
    "a place comes under a party; rows up to the period's start give the starting state",
    (
        Column("date", "date", "day of the change, the earliest day possible"),
        Column("date_latest", "date", "latest day possible", required=False, not_before="date"),
        place_column(),
        party_column(),
        optional(
            "contested",
            "ids",
            "other parties that hold a part of it, separated by ';'; where they fight each other "
            "the front runs through it",
            refers="parties",
        ),
        optional("how", "text", "how it changed hands; empty: not known", choices=HOWS),
        published_column("date"),
        *basis_column(),
        confidence_column(),
        source_column(),
        note_column(),
    ),
    key=("date", "place_id", "party_id"),
    reading="A row counts from the day it was published, one from before the period too; a place "
    "of which no row was known by the as-of date is held by nobody who fights. Of two rows of one "
    "place and day the one published last holds.",
    does="up to the as-of date each place is under the party that it says; after it, places "
    "change hands as the front moves",
)

_CONTROL_COUNTS = Table(
    "control_counts",
    "changes at places without a known position, counted by area",
    (
        Column("date", "date", "day of the change"),
        area_column(),
        party_column(),
        Column("places", "integer", "places that changed", "places", low=1, high=1e5),
        Column("what", "text", "their names"),
        published_column("date"),
        source_column(),
    ),
    needed=False,
    does="told to the reader; no holder changes by it, for it names no place",
)

_VIOLENCE = Table(
    "violence",
    "violent events of one kind on one day (a flow)",
    (
        Column("date", "date", "day of the events, last day of a row of many days",
               not_before="period_start"),
        optional("period_start", "date", "first day of a row that stands for many days"),
        place_column(required=False),
        area_column(),
        Column("kind", "id", "what happened, such as shelling"),
        Column("events", "integer", "events", "events", low=0, high=1e6),
        Column("killed", "integer", "civilians killed", "persons", False, 0, 1e7),
        published_column("date"),
        source_column(),
        note_column(),
    ),
    needed=False,
    reading="Rows of one day are replayed: at their place, or over the places of their area. A row "
    "with period_start is no rate of a day; it is told to the reader alone.",
    does="up to the as-of date it is replayed: people flee from where events are recorded; "
        "what a day of fighting brings after it is drawn",
)  # fmt: skip

_HAPPENINGS = Table(
    "happenings",
    "a dated political or military happening; may be announced before its day",
    (
        Column("happening_id", "id", "slug of ours"),
        Column("date", "date", "day it took effect"),
        Column("kind", "text", "what it was", choices=HAPPENING_KINDS),
        Column("parties", "ids", "party ids, separated by ';'", required=False, refers="parties"),
        optional(
            "offensives",
            "ids",
            "the offensives it starts, halts or stops; empty: all",
            refers="offensives",
        ),
        optional(
            "where",
            "codes",
            "the places or areas, of any level, that it is about, separated by ';'; empty: all",
            refers="places or areas",
        ),
        optional(
            "neighbour",
            "id",
            "the neighbour that opens or shuts the way onward; empty: all",
            refers="meta.neighbours",
        ),
        Column("what", "text", "one sentence"),
        Column("numbers", "text", "figures it names", required=False),
        published_column(),
        confidence_column(),
        source_column(),
    ),
    key=("happening_id",),
    needed=False,
    reading="An offensive runs from the day of an offensive_start that names it (or names none) "
    "until the day of such an offensive_pause or truce_start. A truce stands until a truce_end or "
    "an offensive_start; its end alone starts no offensive: if fighting began, say so in a row of "
    "its own. Of the rows of one day ends of truces count first, then pauses, then truces, then "
    "starts of offensives, so an offensive that starts and is halted on one day runs on; date the "
    "halt a day later if it held.",
    does="starts, pauses and truces say on which days offensives run up to the as-of date; what "
    "any other kind does stands beside it below, or it is told alone",
)

_COMPLIANCE = Table(
    "compliance",
    "how an agreement was kept: what befell an observation post, breaches that were counted, a "
    "phase of redeployment",
    (
        Column("row_id", "id", "slug of ours"),
        Column("date", "date", "day it happened, or a phase is due; of a count the last day"),
        optional("period_start", "date", "of a count of breaches the first day"),
        Column("kind", "text", "what it was", choices=COMPLIANCE_KINDS),
        Column("about", "id", "the post or the phase, by a slug of ours; of a count who counted"),
        optional("breaches", "number", "of a count: how many", unit="breaches", low=0.0, high=1e6),
        Column("what", "text", "one sentence"),
        published_column(),
        confidence_column(),
        source_column(),
    ),
    key=("row_id",),
    needed=False,
    reading="Of each counter the count that ends last holds, and of one last day that of the most "
    "days; of several counters the mean. Counts and phases are those of the truce that stands on "
    "the as-of date: they end, or are due, after it began. Of two rows about one post or phase "
    "and day the one published last holds, then the one whose row_id comes last; so a phase can be "
    "put off. It may be due on a day to come.",
    does="up to the as-of date it is told; a run lets the truce that stands, and any that follows, "
    "fail the sooner and lose ground the faster for it; no post is named after that day",
)

_OBSERVATIONS = Table(
    "observations",
    "an observed figure to compare runs with",
    (
        Column("series_id", "id", "the series it belongs to"),
        Column("date", "date", "day of the figure, last day of one that covers many"),
        Column("period_start", "date", "first day that the figure covers", required=False),
        Column("area_id", "codes", "the area that it covers; several with ';' where one figure "
               "covers them together", refers="areas"),
        optional("neighbour", "id", "the country it speaks of", refers="meta.neighbours"),
        Column("value", "number", "the figure", low=0.0, high=1e12),
        *_range("value", "", 1e12),
        Column("unit", "text", "persons; movements, which count one person at each move (say so in "
               "repeats); with the measure other anything"),
        Column("measure", "text", "what it counts",
               choices={name: m.says for name, m in MEASURES.items()}),
        Column("main", "integer", "1 where it is the one used for scores", low=0, high=1),
        Column("qualifier", "text", "how the source words it", choices=QUALIFIERS),
        optional("counter", "text", "who counted, where several count the same"),
        yes_no_column("repeats", "whether one person stands in it once for each move"),
        yes_no_column("break", "whether the step up to it is a change of method, not flight"),
        yes_no_column("ends", "whether the series stopped here"),
        published_column("date"),
        confidence_column(),
        source_column(),
        note_column(),
    ),
    key=("series_id", "date", "period_start", "area_id", "neighbour", "counter", "source_id"),
    needed=False,
    reading="Of the main counts of one day the one published last by the as-of date holds (it is "
    "the revision), then the more exact (=, about, almost, >), then the higher. A cumulative "
    "count below an earlier one adds nobody, and the way back up is not counted again.",
    does="the main rows of the displaced_series scale the replay; what else was counted, of the "
        "whole crisis, an area or a neighbour, moves what answers to it until the replay meets it "
        "as far as it is believed; every series with a measure is held against the run by "
        "`havenline hindcast`; nothing published after the as-of date informs the run",
)  # fmt: skip

_PARTIES = Table(
    "parties",
    "an actor that decides",
    (
        Column("party_id", "id", "slug of ours"),
        Column("name", "text", "name"),
        Column("kind", "text", "what it is", choices=PARTY_KINDS),
        source_column(),
    ),
    key=("party_id",),
    does="a party is a holder of places; what it does follows from relations, offensives and "
    "refuge, never from its name",
)

_RELATIONS = Table(
    "relations",
    "what two parties are to each other from a day on",
    (
        party_as_column("party", "one of the two; with guards, the one that guards"),
        party_as_column("other", "the other"),
        Column("relation", "text", "what they are", choices=RELATIONS),
        Column("since", "date", "day from which it holds"),
        published_column(),
        *basis_column(),
        source_column(),
        note_column(),
    ),
    key=("party", "other", "since"),
    needed=False,
    reading="Hostile, allied and neutral hold both ways, so a pair is written once; guards holds "
    "one way. Pairs without a row are neutral. Of the rows of a pair that are known on a day the "
    "newest holds.",
    does="they say where fronts are, who shelters whom and who lets whom pass",
)

_OFFENSIVES = Table(
    "offensives",
    "one attack, with days of its own",
    (
        Column("offensive_id", "id", "slug of ours"),
        Column("name", "text", "name that pages show"),
        Column("attackers", "ids", "who takes ground, ids with ';'", refers="parties"),
        Column("defenders", "ids", "from whom, ids with ';'", refers="parties"),
        Column("areas", "codes", "areas in which it takes ground, ids with ';'; empty: everywhere",
               required=False, refers="areas"),
        Column("announced", "date", "day from which people expect it", required=False),
        Column("since", "date", "earliest day on which it can run", not_before="announced"),
        published_column(),
        source_column(),
        note_column(),
    ),
    key=("offensive_id",),
    needed=False,
    reading="Each attacker is hostile to each defender on the day since. On which days it runs is "
    "said by happenings.csv; how far it gets after the as-of date is drawn.",
    does="on the days on which one runs its attackers take places of its defenders along "
    "roads, and people ahead of it and behind it flee",
)  # fmt: skip

_REFUGE = Table(
    "refuge",
    "whose ground shelters whom from a day on",
    (
        party_as_column("home", "the party that holds the home of those who flee"),
        party_as_column("holder", "the party on whose ground they seek refuge"),
        Column("share", "number", "pull of that ground over their own", "share", True, 0.0, 1.0),
        *_range("share", "share", 1.0),
        Column("passage", "text", "whether the holder lets them travel over its ground",
               choices={
                   "yes": "roads over its ground are open to them",
                   "no": "they may go into its ground to stay (share above 0), not through it",
               }),
        optional("returns", "number", "hazard of return to homes of the first that the second "
                 "holds, over that to homes of their own side; empty: return_other_side where they "
                 "are hostile, else 1", unit="share", low=0.0, high=1.0),
        optional("per_day", "number", "persons let in a day; empty: no limit",
                 unit="persons per day", low=0.0, high=1e7),
        Column("since", "date", "day from which it is so"),
        published_column(),
        *basis_column(),
        source_column(),
        note_column(),
    ),
    key=("home", "holder", "since"),
    needed=False,
    reading="Without a row, own, allied and guarded ground shelters fully and lets people pass; "
    "neutral ground as the parameter refuge_neutral says, and lets pass; hostile ground as the "
    "parameter refuge_hostile says. Of the rows of a pair that are known on a day the newest "
    "holds.",
    does="it weighs how many flee to whose ground, over whose roads, and how fast they are let "
        "in, in place of what the relations alone would say",
)  # fmt: skip

_MOVES = Table(
    "moves",
    "people moved by agencies or under an agreement, such as a convoy of buses after a surrender",
    (
        Column("move_id", "id", "slug of ours"),
        end_column("from_id", "the place or area, of any level, that they leave"),
        end_column("to_id", "the place or area that they are brought to; empty: out of the crisis",
                   False),
        Column("start", "date", "first day on which they set out"),
        Column("end", "date", "last day on which they set out", not_before="start"),
        Column("persons", "integer", "people moved, on all days together", "persons", low=1,
               high=_PERSONS_MAX),
        *_range("persons", "persons", _PERSONS_MAX),
        published_column(),
        *basis_column(),
        source_column(),
        note_column(),
    ),
    key=("move_id",),
    needed=False,
    reading="People of one row stand in no other. Of an id that is both a place and an area, the "
    "place is meant; where one end lies within the other, the rest of the larger one. A row "
    "published by the as-of date is replayed, and goes on after it on days announced before, in "
    "every option alike; days before the period are left out.",
    does="on each of its days an equal part sets out, those displaced first and never more than "
        "are there, and arrives the next day, whatever roads and fronts; those without to_id leave "
        "the crisis for good; low and high are told to the reader",
)  # fmt: skip

_PARAMETERS = Table(
    "parameters",
    "a parameter that differs from the default table",
    (
        Column("name", "text", "name in the default table"),
        Column("distribution", "text", "shape of its uncertainty, as in the default table"),
        Column("value", "number", "default value"),
        Column("low", "number", "low end of its range", required=False),
        Column("high", "number", "high end of its range", required=False),
        Column("known_from", "date", "day from which it was known"),
        *basis_column(),
        source_column(),
    ),
    key=("name", "known_from"),
    needed=False,
    does="the row stands in place of that of the default table from the day on which it was known",
)


def _between(name: str, meaning: str, unit: str, low: float, high: float) -> tuple[Column, ...]:
    """Return a figure of judgement with the range that it is believed to lie in."""
    return (
        Column(name, "number", meaning, unit, True, low, high),
        Column("low", "number", f"{name}: 5% likely to be below", unit, True, low, high),
        Column("high", "number", f"{name}: 5% likely to be above", unit, True, low, high),
    )


_ABOUT = Column("about", "id", "an outcome of a run, or a term of a settlement")

_BARGAINING = Table(
    "bargaining",
    "what a party brings to a negotiation",
    (
        party_column(),
        Column("consent", "text", "whether no settlement is possible without it",
               choices=YES_NO),
        Column("spoils", "text", "whether it could break a settlement by force",
               choices=YES_NO),
        *_between("capability", "ability to fight, pay or spoil", "points", 0.0, 100.0),
        Column("discount", "number", "how much less a year later counts", "1/year", True,
               0.001, 10.0),
        *basis_column(),
        source_column(),
    ),
    key=("party_id",),
    needed=False,
    does="read by `havenline negotiate` alone",
)  # fmt: skip

_STAKES = Table(
    "stakes",
    "what a party cares about, and how much",
    (
        party_column(),
        _ABOUT,
        Column("better", "text", "what it wants of it", choices=("less", "more", "near")),
        Column("ideal", "number", "with 'near': the value it wants most", "of what it is about",
               required=False, low=0.0, high=1e12),
        *_between("weight", "part of all that it cares about", "share", 0.0, 1.0),
        Column("salience", "number", "attention it gives to it", "share", True, 0.0, 1.0),
        *basis_column(),
        source_column(),
    ),
    key=("party_id", "about"),
    needed=False,
    does="read by `havenline negotiate` alone",
)  # fmt: skip

_RED_LINES = Table(
    "red_lines",
    "what a party would not sign whatever else it got",
    (
        party_column(),
        _ABOUT,
        Column("at_most", "number", "it signs nothing above this", "of what it is about",
               False, 0.0, 1e12),
        Column("at_least", "number", "it signs nothing below this", "of what it is about",
               False, 0.0, 1e12),
        Column("chance", "number", "chance that it means it", "share", True, 0.0, 1.0),
        *basis_column(),
        source_column(),
    ),
    key=("party_id", "about"),
    needed=False,
    does="read by `havenline negotiate` alone",
)  # fmt: skip

_DEPENDENCES = Table(
    "dependences",
    "what one party needs from another",
    (
        party_as_column("from_party", "who needs it"),
        party_as_column("on_party", "from whom"),
        Column("good", "id", "what: energy, arms, trade, security, money and the like"),
        *_between("value", "what it is worth to the one who needs it", "share of its stakes",
                  0.0, 1.0),
        Column("share", "number", "part of it that the other supplies", "share", True, 0.0, 1.0),
        Column("replaceable", "number", "part of that which others could supply", "share", True,
               0.0, 1.0),
        Column("channel", "text", "whether it would be cut without a deal (disagreement) or "
               "decides who tables texts and who waits (bargaining)",
               choices=("disagreement", "bargaining")),
        *basis_column(),
        source_column(),
    ),
    key=("from_party", "on_party", "good", "channel"),
    needed=False,
    does="read by `havenline negotiate` alone",
)  # fmt: skip

_SUPPORTS = Table(
    "supports",
    "one way in which full support of an outside party would change a negotiation",
    (
        party_column(),
        Column("channel", "text", "aid: deliveries under a settlement; deterrence: chance that the "
               "fighting stops without one; guarantee: how long a guaranteed one stands; "
               "dependence: part of a tie that it replaces; payment: worth to a party that signs",
               choices=("aid", "deterrence", "guarantee", "dependence", "payment")),
        Column("for_party", "id", "with dependence and payment: for whom", required=False,
               refers="parties"),
        Column("on_party", "id", "with dependence: on whom", required=False, refers="parties"),
        *_between("effect", "effect of full support: more multiples of today's delivery; a chance; "
                  "fall of the log hazard of collapse; a share of the tie; a share of its stakes",
                  "as said", 0.0, 10.0),
        *basis_column(),
        source_column(),
    ),
    key=("party_id", "channel", "for_party", "on_party"),
    needed=False,
    does="read by `havenline negotiate` alone",
)  # fmt: skip

_SOURCES = Table(
    "sources",
    "a publication or note that figures come from",
    (
        Column("source_id", "code", "slug or key of ours"),
        Column("publisher", "text", "who published it"),
        Column("title", "text", "its title"),
        Column("published", "date", "day of publication", required=False),
        Column("page", "text", "address or page", required=False),
        Column("kind", "text", "read by us, derived, or judgement", choices=SOURCE_KINDS),
    ),
    key=("source_id",),
    does="told beside every figure; `havenline audit` counts those of the kind prior",
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        _AREAS,
        _PLACES,
        _POPULATIONS,
        _ROUTES,
        _SITES,
        _CROSSINGS,
        _CONTROL,
        _CONTROL_COUNTS,
        _VIOLENCE,
        _HAPPENINGS,
        _COMPLIANCE,
        _OBSERVATIONS,
        _PARTIES,
        _RELATIONS,
        _OFFENSIVES,
        _REFUGE,
        _MOVES,
        _PARAMETERS,
        _BARGAINING,
        _STAKES,
        _RED_LINES,
        _DEPENDENCES,
        _SUPPORTS,
        _SOURCES,
    )
}

BARGAINING = ("bargaining", "stakes", "red_lines", "dependences", "supports")
"""Tables that only a negotiation needs."""

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
    "code": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
    "ids": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*( *; *[a-z0-9][a-z0-9_-]*)*$"},
    "codes": {
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*( *; *[A-Za-z0-9][A-Za-z0-9_-]*)*$",
    },
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
}


def does_of(column: Column) -> Mapping[str, str]:
    """Return what each value of a fixed list does in a run, where that is said."""
    said = column.choices
    return said if isinstance(said, Mapping) and any(said.values()) else {}


def table_json_schema(table: Table) -> dict[str, Any]:
    """Return the JSON Schema of a table: an array of rows with named cells.

    Parameters
    ----------
    table : Table
        One of `TABLES`.

    Returns
    -------
    dict
        ``unit``, ``refers``, what each value does and what a run does with the rows are given as
        annotations with the prefix ``x-``.
    """
    properties: dict[str, Any] = {}
    for column in table.columns:
        entry: dict[str, Any] = {"description": column.meaning, **_JSON_TYPES[column.type]}
        if column.choices:
            entry["enum"] = list(column.choices)
        if said := does_of(column):
            entry["x-does"] = dict(said)
        if column.low is not None:
            entry["minimum"] = column.low
        if column.high is not None:
            entry["maximum"] = column.high
        if column.unit:
            entry["x-unit"] = column.unit
        if column.refers:
            entry["x-refers"] = column.refers
        if not column.required:
            entry = {"description": column.meaning, "anyOf": [entry, {"const": ""}]}
        properties[column.name] = entry
    return {
        "description": table.meaning,
        "type": "array",
        "minItems": 1 if table.needed else 0,
        "items": {
            "type": "object",
            "properties": properties,
            "required": [c.name for c in table.columns if not c.may_lack],
            "additionalProperties": False,
        },
        "x-key": list(table.key),
        "x-does": table.does,
    }
