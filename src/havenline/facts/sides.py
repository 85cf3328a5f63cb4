"""What each party is to the people who may flee, as the engine still asks it: one code a party."""

from __future__ import annotations

from datetime import date

from havenline.crisis import Crisis
from havenline.crisis.cells import split_ids
from havenline.facts.known import known_by

DEFENDER, GUARANTOR, ATTACKER, OTHER, FOREIGN = 0, 1, 2, 3, 4
"""The codes of `havenline.world.roads`, which may not be imported here."""


def side_of_party(crisis: Crisis, as_of: date) -> dict[str, int]:
    """Return the code of each party: who attacks, who defends, who guards those who defend.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
        Relations and offensives published later do not count.

    Returns
    -------
    dict of str to int
        By party; of two offensives the one that begins first says who attacks. Without any, each
        armed party and authority defends.
    """
    kinds = dict(zip(crisis.parties["party_id"], crisis.parties["kind"], strict=True))
    known = known_by(crisis.offensives, as_of).sort_values("since", kind="stable")
    relations = known_by(crisis.relations, as_of)
    code = dict.fromkeys(map(str, kinds), OTHER)
    for attackers, defenders in zip(known["attackers"], known["defenders"], strict=True):
        for ids, own in ((attackers, ATTACKER), (defenders, DEFENDER)):
            for party in split_ids(ids):
                code[party] = own if code[party] == OTHER else code[party]
    if not len(known):
        code |= {p: DEFENDER for p, kind in kinds.items() if kind in ("armed", "authority")}
    guards = relations[relations["relation"] == "guards"]
    for party, other in zip(guards["party"], guards["other"], strict=True):
        if code[party] == OTHER and code[other] == DEFENDER:
            code[party] = GUARANTOR
    return code | {p: FOREIGN for p, kind in kinds.items() if kind == "neighbour"}


def attackers(crisis: Crisis, as_of: date) -> set[str]:
    """Return the parties that attack."""
    return {party for party, code in side_of_party(crisis, as_of).items() if code == ATTACKER}
