"""Score every crisis that ships, and those given, beside simple forecasts.

Run from the repository root; some minutes for each crisis::

    python -m scripts.score_crises [FOLDER ...] [--futures 100] [--twins ID,ID] [--out FILE]

Dates, weights and ratios are those of ``havenline.evidence.several``. A crisis or a date that fails
is told with its error and stops nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from havenline import __version__
from havenline.crisis import builtin_crises, open_crisis
from havenline.engine import simulate
from havenline.evidence.baselines import LABELS
from havenline.evidence.several import (
    MODEL,
    SETS,
    Standing,
    best_single,
    mean_ratio,
    score_crisis,
    told,
    weights,
)

HEAD = f"{'crisis':<16}{'n':>5}{'CRPS':>9}{'six':>9}{'ratio':>7}{'best':>7}{'50%':>5}{'90%':>5}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Score the crises and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", help="folders of further crises")
    parser.add_argument("--futures", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--twins", action="append", default=[], help="ids, joined by commas")
    parser.add_argument("--out", type=Path, default=None, help="JSON file for every score")
    given = parser.parse_args(arguments)
    found: dict[str, dict[str, Standing]] = {}
    unread: dict[str, str] = {}
    for name in [*builtin_crises(), *given.folders]:
        try:
            crisis = open_crisis(name)
        except Exception as error:
            unread[Path(name).name] = told(error)
            continue
        found[crisis.id] = score_crisis(
            crisis,
            simulate=partial(simulate, workers=given.workers),
            futures=given.futures,
            seed=given.seed,
        )
        print(f"{crisis.id} is done", flush=True)
    weight = weights(list(found), [ids.split(",") for ids in given.twins])
    for which in SETS:
        print(table(which, {name: sets[which] for name, sets in found.items()}, weight))
    print(others({name: sets[SETS[1]] for name, sets in found.items()}))
    for name, reason in unread.items():
        print(f"{name}: cannot be opened: {reason}")
    if given.out is not None:
        plain = {
            "version": __version__,
            "futures": given.futures,
            "seed": given.seed,
            "weights": weight,
            "unread": unread,
            "crises": {
                name: {which: s.to_json_dict() for which, s in sets.items()}
                for name, sets in found.items()
            },
        }
        given.out.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def table(which: str, standings: Mapping[str, Standing], weight: Mapping[str, float]) -> str:
    """Return the table of one set of dates, as text of 80 columns."""
    best = best_single(standings, weight)
    lines = [
        f"\nDates {which}: mean CRPS of increments; ratio to the ensemble of six, and to "
        f"{LABELS[best]},\nthe best single baseline over all crises; share in the 50 and 90% "
        "range; ranks in fifths",
        f"{HEAD}  fifths",
    ]
    fifths = [0] * 5
    inside = [0.0, 0.0]
    for name, standing in standings.items():
        score = standing.pooled
        if score is not None:
            own = score.coverage[MODEL]
            to_best = score.crps.mean / score.baselines[best] if score.baselines[best] else 0.0
            lines.append(
                f"{name:<16.16}{score.increments:>5}{score.crps.mean:>9,.0f}"
                f"{score.baselines['six']:>9,.0f}{standing.ratio(MODEL):>7.2f}{to_best:>7.2f}"
                f"{own[0.5]:>5.0%}{own[0.9]:>5.0%}  {' '.join(map(str, score.pit))}"
            )
            fifths = [a + b for a, b in zip(fifths, score.pit, strict=True)]
            inside = [a + own[c] * score.increments for a, c in zip(inside, own, strict=True)]
        lines += [f"  {name}, {day}: {why}" for day, why in standing.failed.items()]
    scored = sum(fifths)
    if scored:
        each = ", ".join(
            f"{label.removeprefix('the ').removeprefix('a ')} "
            f"{mean_ratio(standings, weight, name):.2f}"
            for name, label in LABELS.items()
        )
        shares = " ".join(f"{n / scored:.0%}" for n in fifths)
        lines += [
            f"mean ratio over crises: model {mean_ratio(standings, weight, MODEL):.2f}; {each}",
            f"of {scored} increments: {inside[0] / scored:.0%} in the 50% range, "
            f"{inside[1] / scored:.0%} in the 90% range; fifths {shares}",
        ]
    return "\n".join(lines)


def others(standings: Mapping[str, Standing]) -> str:
    """Return what the other series say, at the dates by rule, as text of 80 columns."""
    lines = [
        "\nOther series, dates by rule: figures scored, CRPS by that of the last figure or rate "
        "kept,\nshare in the 90% range"
    ]
    for name, standing in standings.items():
        lines.append(f"{name}")
        lines += [
            f"  {score.measure:<24}{score.figures:>5}{score.ratio:>8.2f}{score.inside[0.9]:>6.0%}"
            for score in standing.measures
        ]
        if standing.shares == standing.shares:
            lines.append(f"  shares by area: {100 * standing.shares:.1f} points of a hundred")
        if standing.replay is not None:
            lines.append(f"  {standing.replay.sentence}")
        if standing.unscored:
            lines.append(f"  {len(standing.unscored)} series without a score")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
