"""Results as files to take away, each from the writer that the command line uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from havenline.crisis import Crisis
from havenline.crisis.parameters import Parameter
from havenline.errors import HavenlineError
from havenline.outcomes import compare, write_planning, write_tidy
from havenline.outcomes.planning import assumed
from havenline.web.cache import Made

if TYPE_CHECKING:
    import xarray as xr

    from havenline.evidence.results import Hindcast

FORMATS = {
    "csv": ("text/csv; charset=utf-8", "planning.csv"),
    "daily": ("text/csv; charset=utf-8", "daily.csv"),
    "areas": ("text/csv; charset=utf-8", "displaced_by_area.csv"),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "planning.xlsx",
    ),
    "geojson": ("application/geo+json", "areas.geojson"),
    "netcdf": ("application/x-netcdf", "result.nc"),
    "report": ("text/html; charset=utf-8", "briefing.html"),
    "pdf": ("application/pdf", "briefing.pdf"),
}
"""Media type and file name of each format."""


def export(
    dataset: xr.Dataset,
    crisis: Crisis,
    parameters: Mapping[str, Parameter],
    kind: str,
    work: Path,
) -> Made:
    """Return a result as a file.

    Parameters
    ----------
    dataset : xarray.Dataset
    crisis : Crisis
    parameters : mapping of str to Parameter
    kind : str
        One of ``FORMATS``.
    work : Path
        An empty folder to write in.
    """
    media, name = FORMATS[kind]
    path = work / name
    comparison = compare(dataset)
    if kind in ("csv", "xlsx"):
        write_planning(dataset, comparison, work, assumed(parameters))
    elif kind in ("daily", "areas"):
        write_tidy(dataset, work)
    elif kind == "netcdf":
        squeezed = {n: {"zlib": True, "complevel": 4} for n in dataset.data_vars}
        dataset.to_netcdf(path, engine="h5netcdf", encoding=squeezed)
    elif kind in ("report", "pdf"):
        from havenline.report import write_report
        from havenline.report.pdf import write_pdf

        page = work / FORMATS["report"][1]
        write_report(dataset, crisis, comparison, page, parameters=parameters)
        if kind == "pdf":
            write_pdf(page, path)
    else:
        return Made(json.dumps(areas_geojson(dataset, crisis)).encode(), media, name)
    if not path.is_file():
        raise HavenlineError(f"{kind}: nothing was written")
    return Made(path.read_bytes(), media, name)


def areas_geojson(dataset: xr.Dataset, crisis: Crisis) -> dict[str, Any]:
    """Return the sub-districts with displaced people on the last day and exposure, by option.

    Exposure is the mean over all weeks of the chance of fighting within 10 km of people there.
    """
    ids = [str(a) for a in dataset["area"].to_numpy()]
    last = dataset["displaced"].isel(day=-1).sum("group").transpose("option", "future", "area")
    levels = np.quantile(np.asarray(last.to_numpy()), [0.05, 0.5, 0.95], axis=1)
    exposed = np.asarray(
        dataset["exposure_probability"].mean("week").transpose("option", "area").to_numpy()
    )
    features = []
    for cell in crisis.geography.get("cells", {}).get("features", []):
        area = str((cell.get("properties") or {}).get("area_id", ""))
        if area not in ids:
            continue
        j = ids.index(area)
        facts: dict[str, Any] = {"adm3_pcode": area, "name": cell["properties"].get("name")}
        for k, option in enumerate(str(o) for o in dataset["option"].to_numpy()):
            for q, label in enumerate(("p05", "p50", "p95")):
                facts[f"{option}:displaced_end_{label}"] = round(float(levels[q, k, j]))
            facts[f"{option}:exposure_mean"] = round(float(exposed[k, j]), 3)
        features.append({"type": "Feature", "geometry": cell["geometry"], "properties": facts})
    return {"type": "FeatureCollection", "features": features}


def past_scores(scores: Hindcast) -> dict[str, Any]:
    """Return the scores of forecasts from earlier dates; totals only, nothing by place."""
    whole = scores.to_json_dict()
    wanted = ("as_of", "start", "n", "crps", "coverage_50", "coverage_90", "in_sample", "outcome",
              "verdict", "model", "baselines", "best_baseline")  # fmt: skip
    dates = [
        {k: v for k, v in entry.items() if k in wanted or isinstance(v, int | float | str)}
        for entry in whole["dates"]
    ]
    return {
        "futures": whole["futures"],
        "seed": whole["seed"],
        "score": whole["score"],
        "unit": whole["unit"],
        "until": whole["until"],
        "in_sample": whole["in_sample"],
        "dates": dates,
        "pooled": {
            k: v for k, v in whole["pooled"].items() if isinstance(v, int | float | str | bool)
        },
    }
