"""People of an area of a linked theatre: who flees on a day, and who comes home.

The laws are those of the places here (`havenline.engine.steps.flight`,
`havenline.engine.steps.returns`), in small: an area has one distance to a front that stands, and a
share of the theatre's violence by its people times exp(-distance / ``violence_length``), taken at
its mean and spread over as many places as its people fill, at the mean size of a place here. Each
person whose home it is has never left, had come home by the as-of date, has come home since, or is
away; the four always sum to its people.

What was counted by the as-of date sets them at the start. Those who had fled by then were the
readier, so whoever never left has borne the hazard after which that share has left.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import binomial, normal
from havenline.engine.steps.aid import DAYS_PER_MONTH
from havenline.engine.steps.flight import bombed, felt, spent_by
from havenline.engine.steps.returns import faded, undisturbed, unshaken, wish

DAYS_PER_WEEK = 7.0

STAYED, BACK, HOME, AWAY = 0, 1, 2, 3
"""Who is drawn: never left, home by the as-of date, home since, away; parts of the keys."""


@kernel
def draw_level(values, key):  # type: ignore[no-untyped-def]
    """Draw the level of flight of a theatre: the prior of that here before any count."""
    sd = math.hypot(values.flight_level_sd, values.flight_level_between)
    return math.exp(sd * normal(key))


@kernel
def violence(values, one):  # type: ignore[no-untyped-def]
    """Return the mean of violent events of a day over a theatre, by the laws of violence here."""
    mean = values.violence_events * values.theatre_violence
    if one.on == 1:
        return mean
    return mean * (values.violence_truce if one.truce == 1 else values.violence_quiet)


@kernel
def place_people(values, declared, area):  # type: ignore[no-untyped-def]
    """Set who is where in an area on the as-of date, how near the front is, and its weight."""
    area.stayed = declared.people - declared.away - declared.home
    area.back = declared.home
    area.home = 0
    area.away = declared.away
    area.km = declared.front_km if declared.front_km >= 0.0 else values.theatre_front_km
    area.violent = declared.people * math.exp(-area.km / values.violence_length)
    area.borne = 0.0
    if declared.people > 0:
        area.borne = spent_by(values, 1.0 - area.stayed / declared.people)
    area.fled = float(declared.away)
    area.fled_on = -declared.days * area.fled


@kernel
def share_violence(declared, area, total, size):  # type: ignore[no-untyped-def]
    """Set the part of a theatre's violent events that falls on each place of an area.

    Parameters
    ----------
    total : float64
        Sum of the weights of the areas.
    size : float64
        Mean people of a place here.
    """
    places = max(1.0, declared.people / size) if size > 0.0 else 1.0
    area.violent = area.violent / total / places if total > 0.0 else 0.0


@kernel
def calm_down(values, one, days, area):  # type: ignore[no-untyped-def]
    """Set the days of calm of an area after some days of a truce that stands."""
    kept = unshaken(violence(values, one) * area.violent)
    area.calm = days if kept == 1.0 else kept * (1.0 - kept**days) / (1.0 - kept)


@kernel
def flee(values, one, area, ahead, draw):  # type: ignore[no-untyped-def]
    """Let people flee an area for a day.

    Parameters
    ----------
    one, area
        Records of the theatre and of the area in the state; the second is changed.
    ahead : int64
        Days after the as-of date.
    draw : uint64
        Key of the area and day.

    Returns
    -------
    int64
        How many flee for the first time since the as-of date.
    """
    near = 0.0
    if one.on == 1:
        near = values.flight_front * math.exp(-area.km / values.flight_front_length)
    week = DAYS_PER_WEEK * violence(values, one) * area.violent
    hazard = one.flight_level * (near + bombed(values, week, one.on)) + values.flight_background
    chance = -math.expm1(-hazard)
    of_stayed = -math.expm1(-felt(values, area.borne, hazard))
    stayed = binomial(area.stayed, of_stayed, mix(draw, STAYED))
    back = binomial(area.back, chance, mix(draw, BACK))
    again = binomial(area.home, chance, mix(draw, HOME))
    area.borne += hazard
    area.stayed -= stayed
    area.back -= back
    area.home -= again
    area.away += stayed + back + again
    area.fled += stayed + back + again
    area.fled_on += ahead * (stayed + back + again)
    return stayed + back


@kernel
def come_home(values, one, area, other_side, ahead, draw):  # type: ignore[no-untyped-def]
    """Let people come home to an area for a day; see `flee`.

    ``other_side`` says whether homes there are held by those hostile to their first holder.
    """
    kept = unshaken(violence(values, one) * area.violent)
    if one.on == 1:
        kept *= undisturbed(values, area.km)
    area.calm = kept * (area.calm + 1.0)
    if area.away == 0:
        return
    rate = values.return_monthly * wish(values, area.calm, area.km, one.truce)
    rate *= faded(values, ahead - area.fled_on / area.fled)
    if other_side:
        rate *= values.return_other_side
    home = binomial(area.away, -math.expm1(-rate / DAYS_PER_MONTH), mix(draw, AWAY))
    area.away -= home
    area.home += home
