"""Where the files of a run come from: one file beside the tables says it for all of them.

A line of comment inside a CSV would say it too, but spreadsheet programs and most readers take it
for the header. So it stands beside the tables, with a digest of each, by which a table that was
changed or comes from another run is told apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenline.outcomes.tables import whole_or_nothing

if TYPE_CHECKING:
    import xarray as xr

PROVENANCE_FILE = "provenance.json"


def provenance(dataset: xr.Dataset) -> dict[str, Any]:
    """Return what a result was made with, as plain values.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    dict
        Version, crisis, as-of date, seed, futures done, days, options, settings, whether it is
        partial, parameters known later than the as-of date, SHA-256 of every input file.
    """
    attrs = dataset.attrs
    return {
        "havenline_version": str(attrs.get("havenline_version", "")),
        "crisis": str(attrs.get("crisis", "")),
        "as_of": str(attrs.get("as_of", "")),
        "seed": int(attrs.get("seed", 0)),
        "futures": int(dataset.sizes["future"]),
        "days": int(dataset.sizes["day"]) - 1,
        "options": [str(v) for v in dataset["option"].to_numpy()],
        "partial": bool(attrs.get("partial", 0)),
        "settings": json.loads(str(attrs.get("settings", "{}"))),
        "parameters_known_later": json.loads(str(attrs.get("parameters_known_later", "[]"))),
        "input_sha256": json.loads(str(attrs.get("input_hashes", "{}"))),
    }


def write_provenance(dataset: xr.Dataset, files: Iterable[Path], folder: Path) -> Path:
    """Write ``provenance.json``, the last file of a run.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    files : iterable of Path
        What was written from it, whole.
    folder : Path

    Returns
    -------
    Path
    """
    made = provenance(dataset)
    made["files_sha256"] = {path.name: _digest(path) for path in sorted(files)}
    target = folder / PROVENANCE_FILE
    with whole_or_nothing(target) as file:
        file.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
