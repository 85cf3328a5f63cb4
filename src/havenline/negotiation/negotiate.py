"""Could they agree, where, and would it hold: from a crisis to the answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.crisis import Crisis
from havenline.crisis.levers import LineLever, TruceLever
from havenline.errors import HavenlineError
from havenline.negotiation import outlooks, problem
from havenline.negotiation.answer import (
    Band,
    CurvePoint,
    Landing,
    Named,
    Negotiation,
    Settled,
    band,
)
from havenline.negotiation.concur import second_opinion
from havenline.negotiation.emulator import spread_out
from havenline.negotiation.hold import only_looks_agreeable
from havenline.negotiation.holding import hold_of, who_holds
from havenline.negotiation.leverage import channel_effects
from havenline.negotiation.parties import Parties, check_support, read_parties
from havenline.negotiation.plainly import changed, in_words, told
from havenline.negotiation.problem import NONE, Branch, Model, Payoffs, Ran
from havenline.negotiation.runs import (
    COLLAPSES,
    STANDS,
    Course,
    border_regime,
    haven_depth,
    measure,
)
from havenline.negotiation.solutions import Agreement, Landings, Rule, agree, land_draws
from havenline.negotiation.terms import (
    Terms,
    all_terms,
    as_option,
    features,
    lines_of,
    terms_of,
    with_moved_lines,
)
from havenline.negotiation.zone import Floats, Ints, NoAgreement

SHOWN = ("protected", "newly_displaced", "killed_all", "entries", "ground_taken")
"""Measures that are told of every settlement in an answer."""
PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Parts of full support on the leverage curve."""
RUNS = 40
"""Settlements that are run; the rest of the space is emulated."""
DRAWS = 1000
MOST_OFTEN = 5
RULES: dict[str, Rule] = {
    "nash": "nash",
    "weighted nash": "nash",
    "kalai-smorodinsky": "kalai-smorodinsky",
}
"""Rules that are told. Egalitarian is not: the parties' units do not compare."""
HEADLINE = "weighted nash"
ASSUMPTIONS = (
    "Each party acts as one mind, with straight-line stakes; weights are judgement with ranges.",
    "Payoffs are the outcomes of the run's horizon, taken to go on; a discount rate weighs when a "
    "settlement would collapse.",
    f"An outlook is the mean of {problem.OUTLOOK} futures; parties share it.",
    "The chance to table a text goes with dependence: an assumption, not a finding; its strength "
    f"is uniform from 0 to {problem.TOP_STRENGTH:g}.",
    f"Without a settlement a partial deal comes about with chance {problem.PARTIAL.value:g} "
    f"({problem.PARTIAL.low:g} to {problem.PARTIAL.high:g}).",
    f"Breaking first gains {problem.FIRST_MOVE.value:g} ({problem.FIRST_MOVE.low:g} to "
    f"{problem.FIRST_MOVE.high:g}) of a party's scale; a joint temptation of 1 raises the log "
    f"hazard of collapse by {problem.TEMPTED.value:g} ({problem.TEMPTED.low:g} to "
    f"{problem.TEMPTED.high:g}).",
    f"Of support for a guarantee a part of {problem.FADES:g} stays over the years.",
    "No model of this kind is known to forecast the end of wars better than a weighted mean.",
)


@dataclass(frozen=True)
class _Solved:
    """Payoffs under some support with the landing points of every rule."""

    payoffs: Payoffs
    landings: dict[str, Landings]
    support: dict[str, float]


def negotiate(
    crisis: Crisis,
    *,
    futures: int = 60,
    seed: int = 1,
    support: Mapping[str, float] | None = None,
    sweep: Sequence[str] | None = None,
    draws: int = DRAWS,
    runs: int = RUNS,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Negotiation:
    """Say whether the parties of a crisis could agree, where, and whether it would hold.

    Parameters
    ----------
    crisis : Crisis
        With the tables bargaining and stakes.
    futures : int
        In which settlements and ways without one are run.
    seed : int
        Of runs and draws.
    support : mapping of str to float, optional
        Part of full support, 0 to 1, of outside parties; none by default.
    sweep : sequence of str, optional
        Outside parties whose support rises together from none to full along the leverage curve;
        all by default. Others keep ``support``.
    draws : int
        Of the parties' weights and all other judgement.
    runs : int
        Settlements that are run.
    as_of, days, workers, settings
        As for `havenline.simulate`.
    progress : callable, optional
        Called with (futures done, futures in all).

    Returns
    -------
    Negotiation

    Raises
    ------
    HavenlineError
        If the crisis declares nobody who could negotiate, or a support that it does not know.
    """
    parties = read_parties(crisis)
    given = check_support(parties, dict(support or {}))
    rising = tuple(parties.supporters if sweep is None else dict.fromkeys(sweep))
    check_support(parties, dict.fromkeys(rising, 0.0))
    if not 10 <= draws <= 100_000:
        raise HavenlineError(f"draws: {draws} given; 10 to 100000 are possible")
    if not 0 <= seed < 2**63:
        raise HavenlineError(f"seed: {seed} given; a whole number of 0 or more is needed")
    started = time.perf_counter()
    ran, proposals = run_settlements(
        crisis, futures=futures, seed=seed, runs=runs, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    ran_at = time.perf_counter()
    model = Model(parties, ran, draws, seed)
    result = _answer(crisis, model, proposals, given, rising, as_of)
    seconds = {"runs": ran_at - started, "bargaining": time.perf_counter() - ran_at}
    return Negotiation(**result, futures=futures, draws=draws, seed=seed, seconds=seconds)


def run_settlements(
    crisis: Crisis,
    *,
    futures: int,
    seed: int,
    runs: int = RUNS,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Ran, dict[str, int]]:
    """Run part of the space of settlements, and the ways without one.

    Returns
    -------
    ran : Ran
    proposals : dict of str to int
        Options of the crisis that are settlements, with their row of the space.
    """
    border = border_regime(crisis, as_of)
    lines = lines_of(crisis)
    drawn = with_moved_lines(crisis, lines)
    space = all_terms(lines, border)
    proposals: dict[str, int] = {}
    for option in crisis.options:
        terms = terms_of(option, lines, border)
        if terms is not None and terms in space:
            proposals[option.id] = space.index(terms)
    chosen = spread_out(features(space), list(proposals.values()), max(runs, 12))
    baseline = next(o for o in crisis.options if o.baseline)
    plain = {"guarantee": 0.0, "aid": 1.0, "border": border / 2.0, "listed_groups": 0.0}
    courses = [
        Course(baseline),
        Course(baseline, offensive=True),
        Course(baseline, offensive=False),
    ]
    branches = {
        NONE: Branch(NONE, 0, plain),
        "offensive": Branch("offensive", 1, plain),
        "frozen front": Branch("frozen front", 2, plain),
    }
    partial = next(
        (
            o
            for o in crisis.options
            if any(isinstance(x, TruceLever) for x in o.levers)
            and not any(isinstance(x, LineLever) for x in o.levers)
        ),
        None,
    )
    if partial is not None:
        terms = terms_of(partial, lines, border)
        assert terms is not None
        values = {name: terms.value(name) for name in plain}
        branches["partial deal"] = Branch("partial deal", len(courses), values)
        courses.append(Course(partial))
    stands, falls = [], []
    for row in chosen:
        option = as_option(space[row], drawn, border)
        stands.append(len(courses))
        courses.append(Course(option, STANDS))
        falls.append(len(courses))
        courses.append(Course(option, COLLAPSES))
    measured = measure(
        drawn, courses, futures=futures, seed=seed, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    depth = haven_depth(drawn, space, as_of)
    run, up, down = (np.array(x, dtype=np.int64) for x in (chosen, stands, falls))
    return Ran(measured, space, run, up, down, branches, depth), proposals


def _solved(model: Model, support: dict[str, float]) -> _Solved:
    payoffs = model.solve_payoffs(support)
    who = list(model.parties.consenting)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    even = land_draws(value, nothing, None, ("nash", "kalai-smorodinsky"))
    by_weight = land_draws(value, nothing, payoffs.weights, ("nash",))
    return _Solved(payoffs, {"even": even, HEADLINE: by_weight}, support)


def _landed(solved: _Solved, rule: str) -> tuple[Landings, int]:
    found = solved.landings["even" if rule != HEADLINE else HEADLINE]
    return found, found.rules.index(RULES[rule])


def _answer(
    crisis: Crisis,
    model: Model,
    proposals: dict[str, int],
    support: dict[str, float],
    rising: tuple[str, ...],
    as_of: dt.date | None,
) -> dict[str, Any]:
    parties = model.parties
    solved = _solved(model, support)
    payoffs = solved.payoffs
    who = list(parties.consenting)
    names = [parties.ids[i] for i in who]
    by_weight = solved.landings[HEADLINE]
    landings = {rule: _landing(model, solved, rule, names) for rule in RULES}
    curve = _curve(model, support, rising, names, proposals)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    date = crisis.meta.as_of if as_of is None else as_of
    central_value, central_none = _central(payoffs, who)
    landing = _where(central_value, central_none, payoffs, by_weight)
    opinion = second_opinion(model, payoffs, landing)
    return {
        "crisis": crisis.id,
        "as_of": date.isoformat(),
        "support": support,
        "space": _space(model),
        "scaling": {a.about: [a.low, a.high] for a in model.aspects},
        "chance": by_weight.chance,
        "chances": {
            "outlook": outlooks.by_size(model, support),
            "no_deal_worth_more": outlooks.by_shift(value, nothing, names),
        },
        "refuses": _by(names, by_weight.refuses.mean(axis=0)),
        "opens_without": _by(names, by_weight.opens_without.mean(axis=0)),
        "no_deal": {
            **{
                name: _by(parties.ids, model.branch_payoffs(name).mean(axis=0))
                for name in model.ran.branches
            },
            "as expected": _by(parties.ids, payoffs.no_deal.mean(axis=0)),
        },
        "landings": landings,
        "leverage": _leverage(model, payoffs, names),
        "curve": tuple(curve),
        "curve_of": rising,
        "matters_most": _matters(model, solved, support),
        "hold": None if landing is None else hold_of(model, payoffs, landing),
        "flagged": _flagged(model, payoffs, central_value, central_none),
        "coalitions": who_holds(model, support),
        "second_opinion": opinion,
        "named": tuple(
            _named(model, payoffs, option, row, curve, names) for option, row in proposals.items()
        ),
        "parties": in_words(model, payoffs, landing),
        "agreeable": _agreeable(model, payoffs),
        "observed": _observed(crisis, date),
        "assumptions": ASSUMPTIONS,
    }


def quick_answer(
    model: Model, proposals: dict[str, int], support: dict[str, float], as_of: dt.date
) -> dict[str, Any]:
    """Return what a page shows while support is changed: no curve, no sweeps, no coalitions.

    Parameters
    ----------
    model : Model
    proposals : dict of str to int
    support : dict of str to float
        Of every outside party that declares some.
    as_of : datetime.date

    Returns
    -------
    dict
        Not yet plain.
    """
    who = list(model.parties.consenting)
    names = [model.parties.ids[i] for i in who]
    payoffs = model.solve_payoffs(support)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    found = land_draws(value, nothing, payoffs.weights, ("nash",))
    solved = _Solved(payoffs, {HEADLINE: found}, support)
    central_value, central_none = _central(payoffs, who)
    row = _where(central_value, central_none, payoffs, found)
    landing = _landing(model, solved, HEADLINE, names)
    settled = None
    if row is not None:
        settled = _settled(model, row, float(found.accepts[row]), support)
    return {
        "as_of": as_of.isoformat(),
        "support": support,
        "draws": model.draws,
        "chance": found.chance,
        "refuses": _by(names, found.refuses.mean(axis=0)),
        "opens_without": _by(names, found.opens_without.mean(axis=0)),
        "no_agreement": landing.no_agreement,
        "landing": None if settled is None else dataclasses.asdict(settled),
        "where": {
            "lines": landing.lines,
            "terms": landing.terms,
            "moved_km": landing.moved_km,
            "depth_km": landing.depth_km,
            "outcomes": landing.outcomes,
        },
        "hold": None if row is None else hold_of(model, payoffs, row),
        "weights": {n: band(payoffs.weights[:, i]) for i, n in enumerate(names)},
        "agreeable": _agreeable(model, payoffs),
        "proposals": [
            {
                "option": option,
                "share": float(found.accepts[at]),
                "refuses": _by(names, found.loses[at]),
                "stands": hold_of(model, payoffs, at)["stands"],
            }
            for option, at in proposals.items()
        ],
        "parties": in_words(model, payoffs, row),
    }


def quick_curve(
    model: Model, proposals: dict[str, int], support: dict[str, float], rising: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the leverage curve as `answer.CurvePoint`s turned into dicts, not yet plain."""
    names = [model.parties.ids[i] for i in model.parties.consenting]
    points = _curve(model, support, rising, names, proposals)
    return [dataclasses.asdict(p) for p in points]


def _where(value: Floats, nothing: Floats, payoffs: Payoffs, found: Landings) -> int | None:
    """Return the settlement of the mean of all draws, else that of most draws; None for none."""
    central = agree(value, nothing, payoffs.weights.mean(axis=0))
    if isinstance(central, Agreement):
        return central.settlement
    shares = found.shares("nash")
    return int(np.argmax(shares)) if shares.any() else None


def _by(names: Sequence[str], values: Floats) -> dict[str, float]:
    return {name: float(v) for name, v in zip(names, values, strict=True)}


def _central(payoffs: Payoffs, who: list[int]) -> tuple[Floats, Floats]:
    """Return mean values and no-deal payoffs; a red line counts where it is meant mostly."""
    finite = np.isfinite(payoffs.value)
    mean = np.where(finite, payoffs.value, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)
    value = np.where(finite.mean(axis=0) >= 0.5, mean, -np.inf)
    return value[:, who], payoffs.no_deal.mean(axis=0)[who]


def _settled(model: Model, row: int, share: float, support: Mapping[str, float]) -> Settled:
    terms = model.terms[row]
    depth = float(model.ran.depth[row])
    return Settled(
        id=terms.id,
        text=terms.text,
        terms=terms.to_json_dict(),
        run=bool(row in model.ran.run),
        share=share,
        depth_km=depth if np.isfinite(depth) else None,
        outcomes={n: band(model.figures(n, support)[:, row]) for n in SHOWN},
    )


def _over_draws(
    model: Model, rows: Any, support: Mapping[str, float]
) -> tuple[dict[str, float], Band | None, Band | None, dict[str, Band | None]]:
    """Return shares of lines, offset, depth and outcomes over draws that land on rows."""
    landed = rows >= 0
    kept = rows[landed]
    lines: dict[str, float] = {}
    for terms in model.terms:
        lines.setdefault(terms.line.text, 0.0)
    for row in kept:
        lines[model.terms[row].line.text] += 1.0 / len(rows)
    moved = [model.terms[r].line.offset_km for r in kept if model.terms[r].line.hands_over]
    outcomes = {}
    for name in SHOWN:
        figures = model.figures(name, support)
        outcomes[name] = band(figures[np.flatnonzero(landed), kept])
    return (
        lines,
        band(np.array(moved, dtype=np.float64)),
        band(model.ran.depth[kept]) if len(kept) else None,
        outcomes,
    )


def _landing(model: Model, solved: _Solved, rule: str, names: list[str]) -> Landing:
    found, at = _landed(solved, rule)
    rows = found.settlement[at]
    lines, moved, depth, outcomes = _over_draws(model, rows, solved.support)
    shares = found.shares(RULES[rule])
    value, nothing = _central(solved.payoffs, list(model.parties.consenting))
    weights = solved.payoffs.weights.mean(axis=0) if rule == HEADLINE else None
    central = agree(value, nothing, weights, RULES[rule])
    gains = found.gains[at][rows >= 0]
    return Landing(
        rule=rule,
        agreement=_agreement(model, central, names, found)
        if isinstance(central, Agreement)
        else None,
        no_agreement=None if isinstance(central, Agreement) else _why(model, central, names),
        often=tuple(
            _settled(model, int(r), float(shares[r]), solved.support)
            for r in np.argsort(-shares, kind="stable")[:MOST_OFTEN]
            if shares[r] > 0.0
        ),
        lines=lines,
        terms=_term_shares(model, rows),
        moved_km=moved,
        outcomes=outcomes,
        depth_km=depth,
        gains={name: band(gains[:, i]) for i, name in enumerate(names)},
    )


def _term_shares(model: Model, rows: Ints) -> dict[str, dict[str, float]]:
    """Return how often draws land on each value of each term but the line and aid."""
    found: dict[str, dict[str, float]] = {}
    for row in rows[rows >= 0]:
        plain = model.terms[row].to_json_dict()
        for name in ("guarantee", "border", "listed_groups"):
            values = found.setdefault(name, {})
            values[plain[name]] = values.get(plain[name], 0.0) + 1.0 / len(rows)
    return found


def _agreement(model: Model, a: Agreement, names: list[str], found: Landings) -> dict[str, Any]:
    return {
        "settlement": model.terms[a.settlement].to_json_dict(),
        "accepted": float(found.accepts[a.settlement]),
        "zone": a.zone,
        "gains": _by(names, a.gains),
        "ideal": _by(names, a.ideal),
        "binds": names[a.binds],
        "shadow_weights": _by(names, a.shadow_weights),
        "log_product": a.log_product,
        "next_best": None if a.next_best is None else model.terms[a.next_best].to_json_dict(),
        "next_loss": a.next_loss,
        "flat_top": [model.terms[r].id for r in a.flat_top],
    }


def _why(model: Model, none: NoAgreement, names: list[str]) -> dict[str, Any]:
    full = {p.id: p.name for p in model.parties.all}
    return {
        "reason": none.reason,
        "text": none.text(tuple(full[n] for n in names)),
        "refuses": [names[i] for i in none.refuses],
        "opens_without": [names[i] for i in none.opens_without],
        "nearest": None if none.nearest is None else model.terms[none.nearest].to_json_dict(),
        "shortfall": _by(names, none.shortfall),
    }


def _curve(
    model: Model,
    support: dict[str, float],
    rising: tuple[str, ...],
    names: list[str],
    proposals: dict[str, int],
) -> list[CurvePoint]:
    """Return the leverage curve, as support of the parties that rise goes from none to full."""
    who = list(model.parties.consenting)
    offset = np.array([t.line.offset_km if t.line.hands_over else np.nan for t in model.terms])
    points: list[CurvePoint] = []
    start: tuple[Any, dict[str, Floats]] | None = None
    for part in PARTS if rising else ():
        given = {**support, **dict.fromkeys(rising, part)}
        p = model.solve_payoffs(given)
        found = land_draws(p.value[:, :, who], p.no_deal[:, who], p.weights, ("nash",))
        rows = found.settlement[0]
        landed = rows >= 0
        lines, moved, depth, outcomes = _over_draws(model, rows, given)
        of_draw = {"offset_km": offset[rows], "depth_km": model.ran.depth[rows]}
        for name in SHOWN:
            of_draw[name] = model.figures(name, given)[np.arange(len(rows)), rows]
        start = start or (landed, of_draw)
        both = landed & start[0]
        gains = found.gains[0][landed]
        points.append(
            CurvePoint(
                part=part,
                chance=found.chance,
                lines=lines,
                moved_km=moved,
                depth_km=depth,
                outcomes=outcomes,
                gains={name: band(gains[:, i]) for i, name in enumerate(names)},
                mean={n: _mean(v[landed]) for n, v in of_draw.items()},
                change={n: _mean((v - start[1][n])[both]) for n, v in of_draw.items()},
                named={o: float(found.accepts[row]) for o, row in proposals.items()},
            )
        )
    return points


def _mean(values: Floats) -> float | None:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if len(kept) else None


def _space(model: Model) -> dict[str, Any]:
    e = model.emulator
    k = len(model.of_runs)
    said = {}
    for i, at in enumerate(model.of_runs):
        aspect = model.aspects[at]
        said[f"{aspect.about} ({aspect.better})"] = {
            "error_standing": float(e.error[i]),
            "explained_standing": float(e.explained[i]),
            "error_collapsed": float(e.error[k + i]),
            "explained_collapsed": float(e.explained[k + i]),
        }
    return {
        "settlements": len(model.terms),
        "run": len(model.ran.run),
        "lines": list(dict.fromkeys(t.line.text for t in model.terms)),
        "emulator": {
            "length": e.length,
            "linear": e.linear,
            "nugget": e.nugget,
            "left_out": said,
            "meaning": "root mean square error of runs left out, in worth from 0 to 1, and the "
            "part of the variance among runs that it explains",
        },
    }


def _leverage(model: Model, payoffs: Payoffs, names: list[str]) -> dict[str, Any]:
    who = list(model.parties.consenting)
    effects = channel_effects(
        payoffs.value[:, :, who],
        (payoffs.no_deal_plain[:, who], payoffs.no_deal[:, who]),
        (None, payoffs.weights),
    )
    first, second = effects.gains()
    moved = effects.moves()
    ties = model.parties.ties()
    return {
        "weights": {n: band(payoffs.weights[:, i]) for i, n in enumerate(names)},
        "dependence": {
            channel: {
                f"{model.parties.ids[a]} on {model.parties.ids[b]}": float(matrix[a, b])
                for a, b in np.argwhere(matrix > 0.0)
            }
            for channel, matrix in ties.items()
        },
        "through_no_deal": {
            "gains": _by(names, first.mean(axis=0)),
            "moves": float(moved[0].mean()),
            "chance": [effects.off.chance, effects.no_deal.chance],
        },
        "through_weights": {
            "gains": _by(names, second.mean(axis=0)),
            "moves": float(moved[1].mean()),
            "chance": [effects.no_deal.chance, effects.both.chance],
        },
    }


def _matters(model: Model, solved: _Solved, support: dict[str, float]) -> dict[str, Any]:
    """Return what full support of each outside party, by itself, would change."""
    if not support:
        return {"by_party": {}, "most": None}
    who = list(model.parties.consenting)
    nobody = dict.fromkeys(support, 0.0)
    base = _solved(model, nobody) if any(support.values()) else solved
    start = base.landings[HEADLINE]
    changes = {}
    for party in support:
        payoffs = model.solve_payoffs({**nobody, party: 1.0})
        found = land_draws(
            payoffs.value[:, :, who], payoffs.no_deal[:, who], payoffs.weights, ("nash",)
        )
        both = (found.settlement[0] >= 0) & (start.settlement[0] >= 0)
        rows, before = found.settlement[0][both], start.settlement[0][both]
        d = np.flatnonzero(both)
        change: dict[str, Any] = {"chance": found.chance - start.chance}
        for name in SHOWN:
            after = model.figures(name, {**nobody, party: 1.0})[d, rows]
            change[name] = band(after - model.figures(name)[d, before])
        change["stands_12_months"] = float(
            payoffs.stands_at[1][rows].mean() - base.payoffs.stands_at[1][before].mean()
        ) if len(rows) else None  # fmt: skip
        change["moves"] = float((rows != before).mean()) if len(rows) else None
        kept = change["ground_taken"]
        ground = model.figures("ground_taken")
        lost = ground[d, rows] - ground[d, before]
        change["ground_kept"] = None if kept is None else -float(lost.mean())
        changes[party] = change
    most = max(changes, key=lambda p: abs(changes[p]["ground_kept"] or 0.0))
    return {
        "by_party": changes,
        "most": most,
        "by": "mean change of the ground that the defender keeps where the parties land, in either "
        "direction, of full support beside none",
    }


def _flagged(model: Model, payoffs: Payoffs, value: Floats, nothing: Floats) -> dict[str, Any]:
    who = list(model.parties.consenting)
    standing = payoffs.standing.mean(axis=0)[:, who]
    standing = np.where(np.isfinite(value), standing, -np.inf)
    rows = np.flatnonzero(only_looks_agreeable(standing, value, nothing))
    return {
        "count": len(rows),
        "of": len(model.terms),
        "settlements": [model.terms[r].id for r in rows],
        "meaning": "acceptable to all while it stands, not once its chance of collapse is counted",
    }


def _named(
    model: Model,
    payoffs: Payoffs,
    option: str,
    row: int,
    curve: Sequence[CurvePoint],
    names: list[str],
) -> Named:
    who = list(model.parties.consenting)
    gains = payoffs.value[:, row, who] - payoffs.no_deal[:, who]
    share = float((gains >= 0.0).all(axis=1).mean())
    worse = gains < 0.0
    finite = np.where(np.isfinite(gains), gains, np.nan)
    missing = {}
    for i, name in enumerate(names):
        lost = finite[worse[:, i] & np.isfinite(finite[:, i]), i]
        missing[name] = float(-lost.mean()) if len(lost) else 0.0
    enough = next((p.part for p in curve if p.named[option] >= 0.5), None)
    return Named(
        option=option,
        settlement=_settled(model, row, share, {}),
        refuses=_by(names, worse.mean(axis=0)),
        missing=missing,
        agreeable_from=enough,
        needs=_needs(model, payoffs, row, share),
        hold=hold_of(model, payoffs, row),
    )


def _needs(model: Model, payoffs: Payoffs, row: int, share: float) -> dict[str, Any] | None:
    """Return the one change of terms after which a settlement is accepted most often."""
    who = list(model.parties.consenting)
    best: dict[str, Any] | None = None
    for other, terms in enumerate(model.terms):
        names = changed(model.terms[row], terms)
        if len(names) != 1:
            continue
        fits = (payoffs.value[:, other, who] >= payoffs.no_deal[:, who]).all(axis=1).mean()
        if fits > (share if best is None else best["share"]):
            best = {
                "change": names[0],
                "to": told(terms, names[0]),
                "settlement": terms.id,
                "share": float(fits),
            }
    return best


def _agreeable(model: Model, payoffs: Payoffs) -> tuple[dict[str, Any], ...]:
    """Return for each line how often something on it, and its best settlement, is acceptable."""
    who = list(model.parties.consenting)
    fits = np.asarray((payoffs.value[:, :, who] >= payoffs.no_deal[:, None, who]).all(axis=2))
    each = fits.mean(axis=0)
    rows = []
    for text in dict.fromkeys(t.line.text for t in model.terms):
        on = [i for i, t in enumerate(model.terms) if t.line.text == text]
        best = max(on, key=lambda i: each[i])
        rows.append(
            {
                "line": text,
                "line_id": model.terms[best].line.line_id,
                "drawn_id": model.terms[best].line.drawn_id,
                "offset_km": model.terms[best].line.offset_km,
                "some": float(fits[:, on].any(axis=1).mean()),
                "best": float(each[best]),
                "settlement": model.terms[best].id,
                "depth_km": model.ran.depth[best],
            }
        )
    return tuple(rows)


def _observed(crisis: Crisis, date: dt.date) -> tuple[dict[str, Any], ...]:
    """Return agreements and truces dated after the as-of date; they enter nothing."""
    rows = []
    for r in crisis.happenings.to_dict("records"):
        day = r["date"].date()
        if r["kind"] in ("agreement", "truce_start", "truce_end") and day > date:
            rows.append({"date": day.isoformat(), "kind": r["kind"], "what": r["what"]})
    return tuple(rows)


__all__ = ["Negotiation", "Parties", "Terms", "negotiate", "run_settlements"]
