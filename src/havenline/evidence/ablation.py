"""The hindcast without a mechanism: each that stays in the model must earn its place.

A mechanism is taken out by fixing existing parameters, never by other code:

- no anticipatory flight: nobody flees bombardment, and the front is fled over a tenth of the usual
  length, so hardly before it arrives (`flight_bombardment` 0, `flight_front_length` 0.8 km);
- flight only at capture: the same at 0.1 km;
- no flight from nearness, no flight from bombardment: one of the two reasons to leave early, the
  other stays;
- no capacity: so many shelter places that crowding never turns people away;
- no tempo: an offensive without bursts and stalls;
- no reporting model: who flees is counted the same day (the same runs as the full model).

Scores are pooled over the as-of dates. Differences are given with their block-bootstrap range,
on the same increments with the same seeds; few increments mean wide ranges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline import words
from havenline.evidence.hindcast import Evidence, hindcast
from havenline.evidence.results import Hindcast, HindcastLine
from havenline.evidence.scores import Interval, block_bootstrap, crps
from havenline.evidence.text import TextTable

Floats = npt.NDArray[np.float64]

FULL = "full"
LABELS: Mapping[str, str] = {
    FULL: "the full model",
    "no_anticipation": "no anticipatory flight",
    "at_capture": "flight only at capture",
    "no_nearness": "no flight from nearness",
    "no_bombardment": "no flight from bombardment",
    "no_capacity": "no capacity",
    "no_tempo": "no tempo",
    "no_reporting": "no reporting model",
}
WHY_KEPT: Mapping[str, str] = {
    "no_nearness": "kept: where it was recorded, people near a front fled before it reached them, "
    "and counts of all who fled cannot tell that from flight from bombardment",
    "no_bombardment": "kept: people are known to flee from bombardment far from a front",
    "no_capacity": "kept for where people shelter, which counts of all who fled do not show",
    "no_tempo": "kept: without it all fronts would move at the same pace in every week",
    "no_reporting": "kept: counts are known to come late and in jumps",
}
"""Why a mechanism stays that these scores alone do not call for."""
SETTINGS: Mapping[str, Mapping[str, float]] = {
    FULL: {},
    "no_anticipation": {"flight_front_length": 0.8, "flight_bombardment": 0.0},
    "at_capture": {"flight_front_length": 0.1, "flight_bombardment": 0.0},
    "no_nearness": {"flight_front_length": 0.8},
    "no_bombardment": {"flight_bombardment": 0.0},
    "no_capacity": {"camp_slack": 1.0, "host_slack": 1.0, "tents_per_month": 1e6},
    "no_tempo": {"tempo_sd": 0.0},
}


@dataclass(frozen=True)
class Ablation:
    """Scores without a mechanism.

    Attributes
    ----------
    name : str
        Key of `LABELS`.
    increments : int
        Scores of increments on each line.
    crps : dict of str to float
        By line, ``unconditional`` and ``conditional``: pooled mean fair CRPS, persons.
    coverage_90 : dict of str to float
        By line.
    worse : dict of str to Interval
        By line: CRPS without the mechanism less the full model's; above zero where the
        mechanism helps.
    shares : dict of str to float
        By line: mean CRPS of the shares by area; nan where none was scored.
    """

    name: str
    increments: int
    crps: dict[str, float]
    coverage_90: dict[str, float]
    worse: dict[str, Interval]
    shares: dict[str, float]

    @property
    def hurts(self) -> tuple[str, ...]:
        """Lines on which leaving it out surely worsens the increments: the range is above zero."""
        return tuple(line for line, i in self.worse.items() if i.low > 0.0)

    @property
    def helps(self) -> tuple[str, ...]:
        """Lines on which leaving it out surely betters the increments: the range is below zero."""
        return tuple(line for line, i in self.worse.items() if i.high < 0.0)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        return {
            "name": self.name,
            "label": LABELS[self.name],
            "settings": dict(SETTINGS.get(self.name, {})),
            "increments": self.increments,
            "crps_increment": self.crps,
            "coverage_90": self.coverage_90,
            "worse_than_full": {line: _finite(i.mean) for line, i in self.worse.items()},
            "worse_interval": {
                line: [_finite(i.low), _finite(i.high)] for line, i in self.worse.items()
            },
            "shares_crps": {line: _finite(v) for line, v in self.shares.items()},
        }


def ablations(
    crisis: Evidence,
    *,
    simulate: Callable[..., Any],
    futures: int = 100,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **more: Any,
) -> tuple[Ablation, ...]:
    """Run the hindcast in full and without each mechanism.

    Parameters
    ----------
    crisis : Crisis
    simulate : callable
        As `hindcast` takes it, with ``settings=`` as well.
    futures, seed : int
        As in `hindcast`.
    progress : callable, optional
        Called with the number of hindcasts done and of all.
    **more
        Further arguments of `hindcast`.

    Returns
    -------
    tuple of Ablation
        The full model first.
    """
    found: dict[str, Hindcast] = {}
    for done, (name, settings) in enumerate(SETTINGS.items()):
        run = partial(simulate, settings=settings) if settings else simulate
        found[name] = hindcast(
            crisis, simulate=run, futures=futures, seed=seed, reporting=True, **more
        )
        if progress is not None:
            progress(done + 1, len(SETTINGS))
    full = found[FULL]
    rows = [_ablation(name, result, full) for name, result in found.items()]
    return (*rows, _without_reporting(full))


def _ablation(name: str, result: Hindcast, full: Hindcast) -> Ablation:
    lines = result.lines
    return Ablation(
        name=name,
        increments=lines[0].pooled.increments,
        crps={line.name: line.pooled.crps.mean for line in lines},
        coverage_90={line.name: line.pooled.coverage["model"][0.9] for line in lines},
        worse={
            line.name: _difference(line, _model(line), _model(whole))
            for line, whole in zip(lines, full.lines, strict=True)
        },
        shares={line.name: _share_mean(line) for line in lines},
    )


def _without_reporting(full: Hindcast) -> Ablation:
    fled = {
        line.name: [crps(s.fled, s.observed) for s in line.scored if s.fled is not None]
        for line in full.lines
    }
    pooled = {line.name: line.pooled for line in full.lines}
    return Ablation(
        name="no_reporting",
        increments=full.unconditional.pooled.increments,
        crps={n: float(np.concatenate(each).mean()) for n, each in fled.items()},
        coverage_90={n: score.fled_coverage[0.9] for n, score in pooled.items()},
        worse={line.name: _difference(line, fled[line.name], _model(line)) for line in full.lines},
        shares={line.name: _share_mean(line) for line in full.lines},
    )


def _model(line: HindcastLine) -> list[Floats]:
    return [s.scores["model"] for s in line.scored]


def _difference(line: HindcastLine, ours: Sequence[Floats], full: Sequence[Floats]) -> Interval:
    spans = sorted({(i.start, i.end) for s in line.scored for i in s.increments})
    place = {span: k for k, span in enumerate(spans)}
    where = np.array([place[i.start, i.end] for s in line.scored for i in s.increments])
    values = np.concatenate(list(ours)) - np.concatenate(list(full))
    sums = np.bincount(where, weights=values, minlength=len(spans))
    return block_bootstrap(sums, np.bincount(where, minlength=len(spans)), seed=line.seed)


def _share_mean(line: HindcastLine) -> float:
    values = [share.scores["model"] for s in line.scored for share in s.shares]
    return math.fsum(values) / len(values) if values else math.nan


def ablation_table(found: Sequence[Ablation]) -> TextTable:
    """Return the scores as a table of text, a row for each ablation and line."""
    rows = []
    for one in found:
        for line, value in one.crps.items():
            worse = one.worse[line]
            ends = [words.figure(v, "+") for v in (worse.low, worse.high) if not math.isnan(v)]
            share = one.shares[line]
            rows.append(
                (
                    f"{LABELS[one.name]}, {line}",
                    words.figure(value),
                    "" if one.name == FULL else words.figure(worse.mean, "+"),
                    "" if one.name == FULL else " to ".join(ends),
                    f"{100 * one.coverage_90[line]:.0f}%",
                    "none" if math.isnan(share) else f"{100 * share:.1f}",
                )
            )
    return TextTable(
        f"Without each mechanism ({found[0].increments} increments)",
        ("model", "CRPS", "worse by", "90% range", "in 90% range", "shares, points"),
        tuple(rows),
    )


def ablation_notes(found: Sequence[Ablation]) -> tuple[str, ...]:
    """Return a sentence for each mechanism: whether leaving it out hurts, and how surely."""
    full = found[0]
    said = []
    for one in found[1:]:
        parts = []
        if one.hurts:
            parts.append(f"leaving it out surely hurts ({', '.join(one.hurts)})")
        if one.helps:
            parts.append(f"leaving it out surely helps ({', '.join(one.helps)})")
        unsure = [k for k in one.worse if k not in (*one.hurts, *one.helps)]
        if unsure:
            ways = ", ".join(f"{k}: {_way(one.worse[k].mean)}" for k in unsure)
            parts.append(f"not distinguishable ({ways})")
        worse_shares = [line for line, v in one.shares.items() if v > full.shares[line]]
        if worse_shares:
            parts.append(f"shares by area are worse without it ({', '.join(worse_shares)})")
        why = WHY_KEPT.get(one.name, "")
        if not one.hurts and why:
            parts.append(why)
        said.append(f"{LABELS[one.name]}: {'; '.join(parts)}.")
    return tuple(said)


def _way(mean: float) -> str:
    return "rather worse without it" if mean > 0.0 else "rather better without it"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
