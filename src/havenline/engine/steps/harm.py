"""Harm: civilians killed and injured, homes damaged, deaths from what displacement brings.

Deaths at a place are Poisson with mean events times deaths per event times
(people still present / people at the start)^theta; together with the
negative binomial events they are overdispersed. Deaths per event is the quotient of two priors
(killed a day and events a day), so that totals are anchored and single places are not.

Deaths from other causes above the usual are the person-days of each group times the usual
mortality times (its death-rate ratio - 1); people without shelter add to the ratio in winter.
They are an expectation and remove nobody: the ledger counts those killed.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import poisson
from havenline.engine import processes
from havenline.engine.people import RESIDENT, RETURNED, add, choose_homes, displaced
from havenline.engine.refuge import shelters
from havenline.engine.step import Measure, Step
from havenline.engine.steps.aid import unsheltered
from havenline.engine.steps.control import FAR_SIDE_HANDED, FAR_SIDE_TAKEN, front_km

STEP = Step(
    "Civilians killed and injured, homes damaged.",
    reads=(
        "option",
        "people",
        "holders",
        "relations",
        "events",
        "shelter",
        "fronts",
        "siege",
    ),
    writes=("people", "dead", "killed", "injured", "damage", "homes_damaged", "excess_deaths"),
    parts=("violence", "mortality"),
    tables=("populations",),
    page="harm",
    place=(("damaged", "f8"),),
    measures=(
        Measure(
            "killed",
            "civilians killed since the as-of date",
            "persons",
            "cumulative",
            of=("dead",),
            since_as_of=True,
        ),
        Measure(
            "injured",
            "civilians injured since the as-of date",
            "persons",
            "cumulative",
            of=("injured",),
            since_as_of=True,
        ),
        Measure(
            "homes_damaged",
            "homes damaged since the as-of date",
            "homes",
            "cumulative",
            of=("homes_damaged",),
            since_as_of=True,
            prior_only=True,
        ),
        Measure(
            "excess_deaths",
            "deaths from other causes than violence above the usual, since the as-of date",
            "persons",
            "cumulative",
            of=("excess_deaths",),
            since_as_of=True,
            whole=False,
        ),
    ),
)
"""``damaged`` are the homes of a place that were damaged since the start of the period."""


@kernel
def excess(net, values, state, winter):  # type: ignore[no-untyped-def]
    """Return the deaths of a day from other causes than violence above the usual.

    In a place under siege everybody is affected, with a corridor too, residents elsewhere within
    ``violence_length`` of the front. Displaced people in places that a line handed over or that
    were captured count as they do elsewhere: an option does not look better for losing sight of
    them. Whether they have shelter there is not known.
    """
    displaced_days, bare_days, near_days, shut_days = 0.0, 0.0, 0.0, 0.0
    for i in range(state.holder.shape[0]):
        if state.place[i].shut == 1:
            shut_days += state.by_status[i].sum()
        if not shelters(state, i, i):
            if state.place[i].far_side in (FAR_SIDE_HANDED, FAR_SIDE_TAKEN):
                displaced_days += displaced(state, i)
            continue
        displaced_days += displaced(state, i)
        bare_days += unsheltered(state, i)
        if front_km(state, i) <= values.violence_length:
            near_days += state.by_status[i, RESIDENT] + state.by_status[i, RETURNED]
    above = displaced_days * (values.mortality_idp_ratio - 1.0)
    above += near_days * (values.mortality_resident_ratio - 1.0)
    above += shut_days * (values.mortality_siege - 1.0)
    if winter:
        above += bare_days * values.mortality_unsheltered
    return max(0.0, above) * values.mortality_usual * 1e-4


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Draw the harm of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    groups = state.persons.shape[2]
    state.counts[0].excess_deaths += excess(
        net, values, state, plan.day[max(0, day - today)].winter
    )
    per_event = 0.0
    if values.violence_events > 0.0:
        per_event = values.violence_killed / values.violence_events
    for i in range(state.holder.shape[0]):
        events = state.events[day % 7, i]
        if events <= 0.0 or not shelters(state, i, i):
            continue
        place = net.place[i].key
        here = state.by_status[i].sum()
        at_start = max(1, net.place[i].people)
        present = min(4.0, here / at_start) ** values.violence_theta
        base = mix(mix(mix(key, processes.KILLED), place), day)
        killed = min(here, poisson(events * per_event * present, base))
        draw = mix(mix(mix(key, processes.HOMES), place), day)
        damaged = poisson(events * values.homes_per_event, draw)
        state.counts[0].homes_damaged += damaged
        state.place[i].damaged += damaged
        if killed == 0:
            continue
        hurt = mix(mix(mix(key, processes.INJURED), place), day)
        state.counts[0].injured += poisson(killed * values.injured_ratio, hurt)
        who = mix(base, processes.WHO_DIES)
        m = choose_homes(
            state.persons,
            state.by_row[i],
            state.listed,
            i,
            RESIDENT,
            state.persons.shape[1],
            here,
            killed,
            uniform(who, 0),
            uniform(who, 1),
        )
        state.counts[0].killed += killed
        for c in range(m):
            persons = state.listed[c].count
            if persons > 0:
                row, group = state.listed[c].cell // groups, state.listed[c].cell % groups
                add(state.persons, state.by_status, state.by_row, i, row, group, -persons)
                state.dead[group] += persons
