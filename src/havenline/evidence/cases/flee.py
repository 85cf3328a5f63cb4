"""Flee's own runs of a case, where the folder has them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FILE = "flee_reference.csv"


def flee_runs(folder: Path) -> tuple[Floats, Floats, int] | None:
    """Read the mean of Flee's runs.

    Parameters
    ----------
    folder : Path
        Folder of the case; ``flee_reference.csv`` holds ``day, camp, runs, mean, sd, data``.

    Returns
    -------
    tuple of (days, camps) float64, (days, camps) float64 and int, or None
        Mean of the runs and the data, in Flee's agents, and the number of runs; None where the
        folder has no such file.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    with path.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    camps = list(dict.fromkeys(row["camp"] for row in rows))
    days = 1 + max(int(row["day"]) for row in rows)
    mean, data = np.zeros((days, len(camps))), np.zeros((days, len(camps)))
    column = {name: j for j, name in enumerate(camps)}
    for row in rows:
        at = int(row["day"]), column[row["camp"]]
        mean[at], data[at] = float(row["mean"]), float(row["data"])
    return mean, data, int(rows[0]["runs"])
