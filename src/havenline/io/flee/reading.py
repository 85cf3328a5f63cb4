"""Opening and checking a folder in Flee's format."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import (
    Case,
    Closure,
    Demographic,
    FleeReading,
    KindChange,
    Link,
    Traveller,
)
from havenline.crisis.case_doubts import doubts
from havenline.crisis.flee_settings import FleeSettings
from havenline.errors import CrisisError, Problem
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.closures import read_closures, read_kind_changes
from havenline.io.flee.counts import Published, published, read_layout
from havenline.io.flee.days import conflict_of_dates, read_food, read_levels, read_period
from havenline.io.flee.files import COUNTS, INPUT, Files
from havenline.io.flee.people import read_demographic, read_travellers
from havenline.io.flee.places import Places, read_places
from havenline.io.flee.roads import read_links, read_major_routes
from havenline.io.flee.series import Correction, read_corrections
from havenline.io.flee.settings import parse_settings, read_settings
from havenline.io.flee.text import Folder

Settings = FleeSettings | str | Path | None


@dataclass
class _Draft:
    """What could be read of a folder."""

    start: dt.date | None = None
    days: int | None = None
    settings: FleeSettings = field(default_factory=FleeSettings)
    places: Places | None = None
    links: tuple[Link, ...] = ()
    major_routes: tuple[tuple[int, ...], ...] = ()
    closures: tuple[Closure, ...] = ()
    kind_changes: tuple[KindChange, ...] = ()
    conflict: NDArray[np.float64] | None = None
    no_conflict: tuple[int, ...] = ()
    flood: NDArray[np.float64] | None = None
    food: NDArray[np.float64] | None = None
    demographics: tuple[Demographic, ...] = ()
    travellers: tuple[Traveller, ...] = ()
    published: Published = field(default_factory=Published)


def open_flee(path: str | Path, settings: Settings = None) -> Case:
    """Open a folder in Flee's format.

    Parameters
    ----------
    path : str or Path
        A folder with ``input_csv/`` and ``source_data/``, or with all files in one place.
    settings : FleeSettings, str or Path, optional
        Settings, or a settings file. By default the ``simsetting.yml`` of the folder, and where
        there is none the settings that Flee ships.

    Returns
    -------
    Case

    Raises
    ------
    CrisisError
        Where anything cannot be understood; it holds every problem of the folder.
    """
    report = Report()
    case = _open(path, settings, report)
    found = report.finished()
    if case is None:
        raise CrisisError([p for p in found if p.severity == "error"])
    return replace(case, warnings=tuple(found))


def problems_of(path: str | Path, settings: Settings = None) -> tuple[Problem, ...]:
    """Return every problem of a folder in Flee's format.

    Parameters
    ----------
    path, settings
        See `open_flee`.

    Returns
    -------
    tuple of Problem
        In the order in which the files are read.
    """
    report = Report()
    _open(path, settings, report)
    return tuple(report.finished())


def _open(path: str | Path, settings: Settings, report: Report) -> Case | None:
    """Read a folder and doubt what it says; None where there is any error."""
    folder = find_folder(path, report)
    if folder is None:
        return None
    draft, files = _read(folder, settings)
    if report.failed:
        return None
    case = _case(folder, draft)
    tables = {
        "counts": f"{files.counts[0]}data_layout.csv",
        "closures": f"{files.inputs[0]}closures.csv",
        "routes": f"{files.inputs[0]}routes.csv",
        "places": f"{files.inputs[0]}locations.csv",
    }
    for name, table, value, message, hint in doubts(case):
        report.add(name, tables[table], message, value=value, hint=hint)
    return case


def find_folder(path: str | Path, report: Report) -> Folder | None:
    """Return the folder of a case; one of its two parts stands for the whole.

    Parameters
    ----------
    path : str or Path
    report : Report
        Added to where there is no such folder.

    Returns
    -------
    Folder or None
    """
    try:
        root = Path(path)
        if root.is_dir():
            if root.name in (INPUT, COUNTS):
                root = root.parent
            return Folder(root, report)
        there = root.exists()
    except (OSError, ValueError):
        there = False
    if there:
        report.add("not_a_folder", "", "this is a file", value=path, expected="a folder")
    else:
        report.add("missing_folder", "", "there is no such folder", value=path)
    return None


def _read(folder: Folder, settings: Settings) -> tuple[_Draft, Files]:
    """Read every file of a folder, as far as it goes."""
    report, draft = folder.report, _Draft()
    files = Files(folder)
    if scales := files.scales():
        report.add("two_scales", scales[0], "this is a folder of coupled scales, which are run "
                   "together by exchanging people; that is not read here", value=", ".join(scales),
                   hint="give each scale a folder of its own, with locations.csv, routes.csv and "
                   "source_data")  # fmt: skip
        return draft, files
    draft.settings = _settings(folder, files, settings)
    if file := _needed(files, "sim_period.csv"):
        draft.start, draft.days = read_period(folder, file)
    if file := _needed(files, "locations.csv"):
        places = read_places(folder, file)
        draft.places = places if places.locations else None
    routes = _needed(files, "routes.csv")
    if draft.places is not None:
        _read_roads(folder, files, draft, draft.places, routes)
        _read_days(folder, files, draft, draft.places)
    _read_counts(folder, files, draft)
    if draft.places is not None:
        _read_people(folder, files, draft, draft.places)
    files.report_strays()
    if not report.failed:
        _check_leaving(draft, files, report)
    return draft, files


def _needed(files: Files, name: str) -> str | None:
    file = files.find(name)
    if file is None:
        found = files.as_spreadsheet(name)
        hint = f"save {found} as CSV UTF-8" if found else ""
        files.folder.report.add("missing_file", f"{files.inputs[0]}{name}",
                                "there is no such file", hint=hint)  # fmt: skip
    return file


def _settings(folder: Folder, files: Files, settings: Settings) -> FleeSettings:
    """Return the settings that were given, or those of the folder, or those that Flee ships."""
    if isinstance(settings, FleeSettings):
        return settings
    found: list[Problem] = []
    if settings is not None:
        read = read_settings(settings, found)
    elif file := files.settings():
        data = folder.data(file)
        read = FleeSettings()
        if data is not None:
            read, found = parse_settings(data, file)
    else:
        return FleeSettings()
    folder.report.problems += found
    return read


def _read_roads(
    folder: Folder, files: Files, draft: _Draft, places: Places, routes: str | None
) -> None:
    """Read what joins the locations and what changes them."""
    if routes is not None:
        draft.links = read_links(folder, routes, places.names)
    if file := files.find("major_routes.csv"):
        draft.major_routes = read_major_routes(folder, file, places.names)
    if file := files.find("closures.csv"):
        draft.closures = read_closures(folder, file, places)
    else:
        folder.report.add("file_left_out", f"{files.inputs[0]}closures.csv",
                          "there is no such file, so nothing closes")  # fmt: skip
    if file := files.find("location_changes.csv"):
        folder.report.add("read_elsewhere", file,
                          "Flee reads this file from the folder it is started in")  # fmt: skip
        draft.kind_changes = read_kind_changes(folder, file, places.names)


def _read_days(folder: Folder, files: Files, draft: _Draft, places: Places) -> None:
    """Read what happens by day."""
    report, settings = folder.report, draft.settings
    floods = settings.flood_zone_spawning_only
    name = "flood_level.csv" if floods else "conflicts.csv"
    if file := files.find("conflicts.csv"):
        needed = None if floods else draft.days
        draft.conflict, draft.no_conflict = read_levels(folder, file, places.names, needed, 1.0)
        draft.conflict = _fitted(draft.conflict, draft.days)
    elif not floods:
        dates = any(at.kind == "conflict" for at in places.locations)
        check = "file_left_out" if dates else "missing_file"
        said = "there is no such file"
        if dates:
            said += ", so conflict begins on the days of locations.csv and lasts"
        report.add(check, f"{files.inputs[0]}{name}", said)
    if draft.conflict is None and draft.days is not None:
        draft.conflict = conflict_of_dates(
            places.locations, draft.days, settings.default_conflict_intensity
        )
    if file := files.find("flood_level.csv"):
        needed = draft.days if floods else None
        levels, _ = read_levels(folder, file, places.names, needed, 100.0)
        draft.flood = levels[: values.MOST_DAYS] if len(levels) else None
    elif floods:
        report.add("missing_file", f"{files.inputs[0]}{name}", "there is no such file")
    if file := files.find("region_attributes_IPC.csv"):
        food = read_food(folder, file, places.locations, draft.days)
        draft.food = food if food is not None and food.any() else None


def _fitted(levels: NDArray[np.float64], days: int | None) -> NDArray[np.float64]:
    """Return the rows of the days of the case; days without a row have none."""
    fitted = np.zeros((days or 1, levels.shape[1]))
    fitted[: len(levels)] = levels[: len(fitted)]
    return fitted


def _read_people(folder: Folder, files: Files, draft: _Draft, places: Places) -> None:
    """Read who the people are."""
    origins = _origins(draft, places)
    found = [read_demographic(folder, file, places.names, origins) for file in files.demographics()]
    draft.demographics = tuple(d for d in found if d is not None)
    wanted = draft.settings.read_from_agents_csv_file
    file = files.find("agents.csv")
    if file is not None and wanted:
        draft.travellers = read_travellers(folder, file, places.names)
    elif wanted:
        folder.report.add("missing_file", f"{files.inputs[0]}agents.csv", "there is no such file",
                          expected="it, as read_from_agents_csv_file is set")  # fmt: skip
    elif file is not None:
        folder.report.add("unread_file", file, "the settings do not ask for this file",
                          expected="read_from_agents_csv_file: True")  # fmt: skip


def _origins(draft: _Draft, places: Places) -> set[int]:
    """Return the locations where people appear: by conflict, flood, or counts of day 0."""
    found = {i for i, at in enumerate(places.locations) if at.kind == "conflict"}
    found |= {change.location for change in draft.kind_changes if change.kind == "conflict"}
    for levels in (draft.conflict, draft.flood):
        if levels is not None and len(levels):
            found |= set(np.flatnonzero(levels.any(axis=0)).tolist())
    if draft.settings.insert_day0:
        day_0 = np.zeros(1, dtype=np.int64)
        found |= {at for at, counts in draft.published.counts.items() if counts.on(day_0)[0] > 0}
    for i, at in enumerate(places.locations):
        if at.is_camp and at.attributes.get("initial_idps", "0").strip("0.") != "":
            found.add(i)
    return found


def _read_counts(folder: Folder, files: Files, draft: _Draft) -> None:
    """Read the published counts; dates go by day 0, and by any day where that is not known."""
    start, days = draft.start or dt.date(2000, 1, 1), draft.days or 1
    layout, series = read_layout(folder, files, start)
    corrections: list[Correction] = []
    file = files.find("registration_corrections.csv")
    if file is not None:
        corrections = read_corrections(folder, file)
    if draft.places is None or draft.start is None or draft.days is None:
        return
    camps = [i for i, at in enumerate(draft.places.locations) if at.is_camp]
    if draft.settings.flood_zone_spawning_only:
        names = {name for name in series if name in draft.places.names.position}
        camps = sorted({*camps, *(draft.places.names.position[n] for n in names)})
    draft.published = published(
        layout,
        series,
        corrections,
        file or "",
        camps,
        draft.places.names,
        start,
        days,
        folder.report,
    )


def _check_leaving(draft: _Draft, files: Files, report: Report) -> None:
    """Check that a case can be run: camps with counts, and somewhere to leave from."""
    assert draft.places is not None
    file = f"{files.inputs[0]}locations.csv"
    if not any(at.is_camp for at in draft.places.locations) and not draft.published.counts:
        report.add("empty_table", file, "there are no camps", expected="a location of type camp")
    elif not draft.published.counts:
        report.add("empty_table", f"{files.counts[0]}data_layout.csv", "no camp has counts")
    else:
        _check_period(draft, f"{files.counts[0]}data_layout.csv", report)
    if draft.settings.conflict_spawn_mode is not None:
        report.add("by_conflict", "simsetting.yml", "people leave by conflict; the rules "
                   "'allocation' cannot say how many, so they refuse this case",
                   value=draft.settings.conflict_spawn_mode, hint="use --rules flee")  # fmt: skip
    zone = any(at.kind == "conflict" and at.conflict_day <= 0 for at in draft.places.locations)
    conflict = draft.conflict is not None and bool((draft.conflict > 0).any())
    if not (zone or conflict or draft.settings.flood_zone_spawning_only):
        report.add("no_conflict", file, "there is no conflict on any day, so nobody can leave",
                   expected="a conflict zone, or conflict in conflicts.csv")  # fmt: skip


def _check_period(draft: _Draft, file: str, report: Report) -> None:
    """Report counts of which none lies within the period: a wrong start, or those of elsewhere."""
    assert draft.start is not None
    assert draft.days is not None
    days = np.concatenate([counts.days for counts in draft.published.counts.values()])
    if not ((days >= 0) & (days < draft.days)).any():
        first, last = (draft.start + dt.timedelta(int(day)) for day in (days.min(), days.max()))
        end = draft.start + dt.timedelta(draft.days - 1)
        report.add("counts_outside_period", file, "no count of a camp lies in the period, "
                   f"{draft.start} to {end}", value=f"{first} to {last}",
                   hint="is StartDate in sim_period.csv right?")  # fmt: skip


def case_id(path: Path) -> str:
    """Return the slug of a folder's name.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
    """
    return re.sub(r"[^a-z0-9_-]+", "-", path.resolve().name.lower()).strip("-_") or "case"


def _case(folder: Folder, draft: _Draft) -> Case:
    """Put the parts of a folder without errors together."""
    assert draft.places is not None
    assert draft.start is not None
    assert draft.days is not None
    assert draft.conflict is not None
    assert draft.published.total is not None
    counts = draft.published
    return Case(
        id=case_id(folder.path),
        name=folder.path.resolve().name,
        folder=folder.path,
        start=draft.start,
        days=draft.days,
        locations=draft.places.locations,
        links=draft.links,
        conflict=draft.conflict,
        counts=counts.counts,
        total=draft.published.total,
        settings=draft.settings,
        major_routes=draft.major_routes,
        closures=draft.closures,
        kind_changes=draft.kind_changes,
        flood=draft.flood,
        food=draft.food,
        demographics=draft.demographics,
        travellers=draft.travellers,
        others=counts.others,
        registered=counts.registered,
        flee_reading=FleeReading(
            counts=counts.flee_counts,
            total=counts.flee_total,
            others=counts.flee_others,
            swapped=draft.places.swapped,
            no_conflict=draft.no_conflict,
        ),
        input_hashes=dict(sorted(folder.hashes.items())),
    )
