"""Run a displacement case in many futures, under any set of rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from havenline import __version__
from havenline.crisis.case import Case
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.executors import MOST_FUTURES, run_in_order
from havenline.engine.rules import Prepared
from havenline.engine.rules.allocation import Allocation, AllocationParameters
from havenline.engine.rules.flee.runs import FleeRules
from havenline.errors import RunError

if TYPE_CHECKING:
    import xarray as xr

Rules = Literal["allocation", "flee", "flee-exact"]
RULES: tuple[Rules, ...] = get_args(Rules)


def prepare_case(
    case: Case,
    rules: Rules = "allocation",
    settings: FleeSettings | AllocationParameters | None = None,
    *,
    futures: int,
    seed: int = 0,
    hasten: int | None = None,
) -> Prepared:
    """Make a case ready for a set of rules.

    Parameters
    ----------
    case : Case
    rules : str
        ``allocation``: totals are given, where do people go; ``flee`` for Flee's rules;
        ``flee-exact`` for what Flee's code does where that is something else.
    settings : FleeSettings or AllocationParameters, optional
        Of the rules: those of the case, and the fitted ones, by default.
    futures : int
    seed : int
    hasten : int, optional
        Persons that one simulated person stands for, as in Flee; as the settings say by default.
        Of no use to ``allocation``, under which everybody counted is in a camp.

    Returns
    -------
    Prepared

    Raises
    ------
    RunError
        If something asked for cannot be done.
    """
    if rules not in RULES:
        raise RunError(f"rules: {rules!r} given; expected one of {', '.join(RULES)}")
    if rules == "allocation" and not isinstance(settings, FleeSettings):
        return Allocation.of_case(case, settings, futures=futures, seed=seed)
    if rules != "allocation" and not isinstance(settings, AllocationParameters):
        return FleeRules(case, settings, seed=seed, hasten=hasten, exact=rules == "flee-exact")
    raise RunError(f"settings: those of other rules than {rules}")


def simulate_case(
    case: Case,
    *,
    rules: Rules = "allocation",
    futures: int = 100,
    seed: int = 0,
    workers: int | None = None,
    hasten: int | None = None,
    settings: FleeSettings | AllocationParameters | None = None,
) -> xr.Dataset:
    """Simulate a displacement case in many futures.

    Parameters
    ----------
    case, rules, futures, hasten, settings
        See `prepare_case`.
    seed : int
        0 or more. The same seed gives the same numbers with any number of workers.
    workers : int, optional
        Threads; one for each processor by default.

    Returns
    -------
    xarray.Dataset
        ``present`` (future, day, camp), ``elsewhere`` (future, day): on the way or in other
        places, and ``counted`` (day, camp), NaN where no count tells, all persons at the end of
        the day; it says what made it.

    Raises
    ------
    RunError
        If something asked for cannot be done.
    """
    import xarray as xr

    if not 1 <= futures <= MOST_FUTURES:
        raise RunError(f"futures: {futures} given; 1 to {MOST_FUTURES} are possible")
    prepared = prepare_case(case, rules, settings, futures=futures, seed=seed, hasten=hasten)
    present = np.zeros((futures, case.days, len(case.camps)), dtype=np.int64)
    elsewhere = np.zeros((futures, case.days), dtype=np.int64)

    def one(future: int) -> None:
        prepared.run(future, present[future], elsewhere[future])

    for _ in run_in_order(one, futures, workers=workers):
        pass
    stock = {"units": "persons", "measure": "stock"}
    days = np.datetime64(case.start, "D") + np.arange(case.days)
    camps = [case.locations[i] for i in case.camps]
    return xr.Dataset(
        {
            "present": (
                ("future", "day", "camp"),
                present * prepared.hasten,
                {"long_name": "persons in the camp", **stock},
            ),
            "elsewhere": (
                ("future", "day"),
                elsewhere * prepared.hasten,
                {"long_name": "persons on the way or in other places", **stock},
            ),
            "counted": (
                ("day", "camp"),
                np.where(case.known(), case.observed(), np.nan),
                {"long_name": "published count, interpolated between counts", **stock},
            ),
        },
        coords={
            "future": np.arange(futures),
            "day": days.astype("datetime64[ns]"),
            "camp": np.array([at.name for at in camps], dtype=object),
            "country": ("camp", np.array([at.country for at in camps], dtype=object)),
        },
        attrs={
            "title": f"{case.name}: camps under the rules {rules}",
            "Conventions": "CF-1.11",
            "havenline_version": __version__,
            "case": case.id,
            "rules": rules,
            "seed": seed,
            "hasten": prepared.hasten,
            "input_hashes": json.dumps(dict(sorted(case.input_hashes.items()))),
        },
    )
