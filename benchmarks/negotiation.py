"""Negotiation: how near the second opinion comes to known outcomes, and how long solving takes.

Run as ``python benchmarks/negotiation.py [FOLDER]``. FOLDER holds issues with known outcomes
(``issues.csv`` and ``positions.csv``); without it only the times are printed. Compare ratios, not
machines.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from havenline.negotiation.election import elect, support
from havenline.negotiation.scoring import read_issues, score_methods
from havenline.negotiation.solutions import land_draws
from havenline.negotiation.survival import Survival, breakdown_chance, value_with_collapse
from havenline.negotiation.zone import pareto_set

PARTIES = 9


def print_scores(folder: Path) -> None:
    """Print the error of every method."""
    issues = read_issues(folder)
    print(f"{len(issues)} issues, error in points of 100")
    print(score_methods(issues).round(2).to_string())


def print_times() -> None:
    """Print how long the parts take on payoffs drawn at random."""
    rng = np.random.default_rng(1)
    payoffs = rng.random((4000, PARTIES))
    no_deal = rng.random((100, PARTIES)) * 0.25
    weights = rng.dirichlet(np.ones(PARTIES), 100)
    law = Survival.of(rng.uniform(0.1, 5.0, 4000), 0.7)
    rates = np.full(PARTIES, 0.1)
    efficient = payoffs[pareto_set(payoffs)][:500]
    tasks: dict[str, Callable[[], object]] = {
        "both solutions, 4,000 settlements, 100 draws": lambda: land_draws(
            payoffs, no_deal, weights
        ),
        "Pareto set of 4,000": lambda: pareto_set(payoffs),
        "value with collapse of 4,000": lambda: value_with_collapse(
            payoffs, np.zeros(PARTIES), breakdown_chance(law, rates)
        ),
        f"election among {len(efficient)}": lambda: elect(support(efficient, weights[0])),
    }
    print(f"\n{PARTIES} parties")
    for name, task in tasks.items():
        begun = time.perf_counter()
        task()
        print(f"{name:48}{1000.0 * (time.perf_counter() - begun):9.1f} ms")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    if folder is not None:
        print_scores(folder)
    print_times()


if __name__ == "__main__":
    main()
