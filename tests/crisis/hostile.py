"""Hostile edits of a crisis folder: a table of name, file, change, and what must come of it.

Each is made in a fresh copy of the worked example. What must come of it is the name of the check
that refuses it, or "" where the folder passes and runs.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from havenline.crisis.choices import MEASURES
from tests.crisis.conftest import COMPLIANCE, MOVES
from tests.crisis.old_format import as_format_1

Change = Callable[[Path], None]
RUNS = ""


class Edit(NamedTuple):
    """One hostile edit."""

    name: str
    file: str
    change: Change
    outcome: str


def swap(old: str, new: str) -> Change:
    """Replace a text, every time it stands there."""

    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text, (path.name, old)
        path.write_text(text.replace(old, new), encoding="utf-8", errors="surrogatepass")

    return change


def add(*lines: str) -> Change:
    """Add lines at the end."""

    def change(path: Path) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    return change


def put(content: str | bytes) -> Change:
    """Write the whole file."""
    data = content.encode() if isinstance(content, str) else content

    def change(path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    return change


def cells(column: str, value: str, row: int | None = None) -> Change:
    """Write a value into a column: into all rows, or into one (the first is 0)."""

    def change(path: Path) -> None:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        at = rows[0].index(column)
        for number, cell in enumerate(rows[1:]):
            if row is None or number == row:
                cell[at] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return change


def header_only(path: Path) -> None:
    """Take out every row."""
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


def sparse(size: int) -> Change:
    """Make the file as long as `size` bytes, which take no room on the disk."""

    def change(path: Path) -> None:
        with path.open("ab") as file:
            file.truncate(size)

    return change


def pipe(path: Path) -> None:
    """Put a named pipe in place of the file, which nobody ever writes to."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link(target: str) -> Change:
    """Put a symbolic link in place of the file."""

    def change(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return change


def hindcast(dates: str, until: str) -> Change:
    """Forecast from other days of the past."""
    own = "dates: [2030-01-20, 2030-02-05]\n  until: 2030-02-15"
    return swap(own, f"dates: {dates}\n  until: {until}")


def column(name: str, value: str) -> Change:
    """Add a column with a value in all rows."""

    def change(path: Path) -> None:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([*row, value if k else name] for k, row in enumerate(rows))

    return change


def relation(what: str, day: str = "2028-01-02") -> str:
    """Return a row of relations."""
    return f"{what},{day},{day},prior,invented,invented,"


PARTIES = ("highland", "lowland", "plainland_gov")
RING = [
    relation(f"{a},{b},guards")
    for a in PARTIES
    for b in PARTIES
    if a != b and {a, b} != {"highland", "lowland"}
]
"""Guards all round, but for the two that fight."""
FICKLE = [
    relation(f"highland,lowland,{what}", f"2030-01-{day:02d}")
    for day, what in zip(range(11, 31), ("allied", "hostile", "neutral", "guards") * 5, strict=True)
]


def crowd(number: int) -> Change:
    """Add parties without ground, each hostile to the one before it."""

    def change(path: Path) -> None:
        add(*[f"p{k},P,armed,invented" for k in range(number)])(path)
        rows = [relation(f"p{k},p{k - 1},hostile") for k in range(1, number)]
        add(*rows)(path.parent / "relations.csv")

    return change


def of_format_1(then: Change | None = None) -> Change:
    """Turn the folder of the file into one of format 1, then change the file."""

    def change(path: Path) -> None:
        as_format_1(path.parent)
        if then is not None:
            then(path)

    return change


def gone(path: Path) -> None:
    """Take the file away."""
    path.unlink()


def drawn(
    coordinates: Any, kind: str = "LineString", *, protected: Any = (30.0, 10.1), **more: Any
) -> Change:
    """Draw the line `river` otherwise."""
    feature = {
        "type": "Feature",
        "properties": {
            "line_id": "river",
            "name": "River",
            "protected_point": protected,
            "source_id": "invented",
            "method": "invented",
            **more,
        },
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    return put(json.dumps({"type": "FeatureCollection", "features": [feature]}))


def geometry(value: Any) -> Change:
    """Put anything in place of the geometry of the line."""

    def change(path: Path) -> None:
        data = json.loads(path.read_text())
        data["features"][0]["geometry"] = value
        path.write_text(json.dumps(data))

    return change


def shapes(coordinates: Any, kind: str = "Polygon", **properties: Any) -> Change:
    """Write a file of one polygon, an outline or a cell."""
    given = {"name": "Plainland (invented)", "iso_n3": "999", **properties}
    feature = {
        "type": "Feature",
        "properties": given,
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    return put(json.dumps({"type": "FeatureCollection", "features": [feature]}))


def many_options(count: int, levers: str = "[]") -> Change:
    """Declare so many options."""
    rows = [
        f"  - {{id: o{k}, name: Option {k}, summary: One of many., "
        f"baseline: {str(k == 0).lower()}, levers: {levers}}}"
        for k in range(count)
    ]
    return put("options:\n" + "\n".join(rows) + "\n")


def bomb(path: Path) -> None:
    """Write aliases of aliases, which a careless reader blows up."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for before, here in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{','.join([f'*{before}'] * 9)}]")
    path.write_text("\n".join(lines) + "\n")


RIVER = [[29.6, 10.0], [30.0, 9.98], [30.55, 10.02]]
SQUARE = [[30.4, 10.4], [30.6, 10.4], [30.6, 10.5], [30.4, 10.5], [30.4, 10.4]]
BOW = [[30.4, 10.4], [30.6, 10.5], [30.6, 10.4], [30.4, 10.5], [30.4, 10.4]]
LINES = "geography/lines.geojson"
OUTLINES = "geography/outlines.geojson"
CELLS = "geography/cells.geojson"
AREA = {"area_id": "north", "name": "North"}

_TABLE: tuple[tuple[str, str, Change, str], ...] = (
    # --- geometry
    ("last point of a line doubled", LINES, drawn([*RIVER, RIVER[-1]]), RUNS),
    ("first point of a line doubled", LINES, drawn([RIVER[0], *RIVER]), RUNS),
    ("middle point of a line doubled", LINES, drawn([RIVER[0], RIVER[1], *RIVER[1:]]), RUNS),
    ("every point three times", LINES, drawn([p for p in RIVER for _ in range(3)]), RUNS),
    ("two equal points", LINES, drawn([[30.0, 10.0], [30.0, 10.0]]), "bad_feature"),
    ("points a hair apart", LINES, drawn([[30.0, 10.0], [30.0, 10.0 + 1e-15]]), "bad_feature"),
    ("a line as short as a step", LINES, drawn([[30.0, 10.0], [30.0, 10.00001]]), RUNS),
    ("denormal step", LINES, drawn([[0.0, 0.0], [5e-324, 0.0], [30.0, 10.0], [30.5, 10]]), RUNS),
    ("a line that goes back", LINES, drawn([*RIVER, RIVER[1], RIVER[0]]), RUNS),
    ("a closed line", LINES, drawn([*RIVER, RIVER[0]]), RUNS),
    ("a line that crosses itself", LINES, drawn([[29.6, 9.9], [30.2, 10.1], [30.2, 9.9], [29.6, 10.1]]), RUNS),
    ("a line of one point", LINES, drawn([[30.0, 10.0]]), "bad_feature"),
    ("a line of no point", LINES, drawn([]), "bad_feature"),
    ("a multiline", LINES, drawn([RIVER], "MultiLineString"), RUNS),
    ("a multiline of nothing", LINES, drawn([], "MultiLineString"), "bad_feature"),
    ("a multiline of an empty line", LINES, drawn([[]], "MultiLineString"), "bad_feature"),
    ("a multiline of parts", LINES, drawn([RIVER[:2], RIVER[1:]], "MultiLineString"), RUNS),
    ("a multiline with a point twice", LINES, drawn([RIVER, [RIVER[0], RIVER[0]]], "MultiLineString"), "bad_feature"),
    ("a polygon as a line", LINES, drawn([SQUARE], "Polygon"), "bad_feature"),
    ("wrong nesting", LINES, drawn([[RIVER]]), "bad_feature"),
    ("numbers for points", LINES, drawn([30.0, 10.0]), "bad_feature"),
    ("text for coordinates", LINES, drawn("30 10"), "bad_feature"),
    ("text for a number", LINES, drawn([["30", "10"], [30.5, 10.0]]), "bad_feature"),
    ("booleans for numbers", LINES, drawn([[True, False], [30.5, 10.0]]), "bad_feature"),
    ("null for a number", LINES, drawn([[None, 10.0], [30.5, 10.0]]), "bad_feature"),
    ("heights", LINES, drawn([[*p, 120.0] for p in RIVER]), RUNS),
    ("heights that are text", LINES, drawn([[*p, "high"] for p in RIVER]), "bad_feature"),
    ("heights that are null", LINES, drawn([[*p, None] for p in RIVER]), "bad_feature"),
    ("heights of some points", LINES, drawn([RIVER[0], [*RIVER[1], 3.0], RIVER[2]]), RUNS),
    ("five numbers a point", LINES, drawn([[*p, 1.0, 2.0, 3.0] for p in RIVER]), RUNS),
    ("one number a point", LINES, drawn([[30.0], [10.0]]), "bad_feature"),
    ("longitude of 181", LINES, drawn([[181.0, 10.0], [30.0, 10.0]]), "bad_feature"),
    ("longitude of 1e300", LINES, swap("29.6", "1e300"), "bad_feature"),
    ("longitude of 1e999", LINES, swap("29.6", "1e999"), "bad_feature"),
    ("longitude of 400 digits", LINES, swap("29.6", "9" * 400), "bad_feature"),
    ("longitude of 5000 digits", LINES, swap("29.6", "9" * 5000), "bad_geojson"),
    ("NaN", LINES, swap("29.6", "NaN"), "bad_geojson"),
    ("Infinity", LINES, swap("29.6", "-Infinity"), "bad_geojson"),
    ("null geometry", LINES, geometry(None), "bad_feature"),
    ("a geometry of a list", LINES, geometry([]), "bad_feature"),
    ("a collection", LINES, geometry({"type": "GeometryCollection", "geometries": []}), "bad_feature"),
    ("a geometry without coordinates", LINES, geometry({"type": "LineString"}), "bad_feature"),
    ("a type that is a list", LINES, geometry({"type": ["LineString"], "coordinates": RIVER}), "bad_feature"),
    ("a type in lower case", LINES, geometry({"type": "linestring", "coordinates": RIVER}), "bad_feature"),
    ("the whole earth", LINES, drawn([[-180, -90], [180, 90]]), "bad_feature"),
    ("the pole", LINES, drawn([[29.6, 90.0], [30.0, 9.98], [30.55, -90.0]]), RUNS),
    ("20,000 points", LINES, drawn([[29.6 + k * 5e-5, 10.0] for k in range(20_000)]), RUNS),
    ("protected point on the line", LINES, drawn(RIVER, protected=[30.0, 9.98]), RUNS),
    ("protected point on an end", LINES, drawn(RIVER, protected=RIVER[-1]), RUNS),
    ("protected point of text", LINES, drawn(RIVER, protected="north"), "bad_feature"),
    ("protected point of NaN", LINES, swap("[30.0, 10.1]", "[NaN, 10.1]"), "bad_geojson"),
    ("protected point with text", LINES, drawn(RIVER, protected=[30.0, 10.1, "x"]), "bad_feature"),
    ("line id of a number", LINES, swap('"river"', "5"), "bad_feature"),
    ("line id of a list", LINES, swap('"river"', '["river"]'), "bad_feature"),
    ("line id of another kind", LINES, swap('"river"', '{"a": 1}'), "bad_feature"),
    ("name of a line of a number", LINES, drawn(RIVER, name=5), "bad_feature"),
    ("name of a line of a list", LINES, drawn(RIVER, name=["River"]), "bad_feature"),
    ("source of a line of a number", LINES, drawn(RIVER, source_id=5), "bad_feature"),
    ("method of a line of a mapping", LINES, drawn(RIVER, method={"a": 1}), "bad_feature"),
    ("key twice", LINES, swap('"method"', '"name": "x", "method"'), RUNS),
    ("features of null", LINES, put('{"type": "FeatureCollection", "features": null}'), "bad_feature"),
    ("a feature of null", LINES, put('{"type": "FeatureCollection", "features": [null]}'), "bad_feature"),
    ("features that nest", LINES, put('{"type": "FeatureCollection", "features": ' + "[" * 900 + "]" * 900 + "}"), "bad_feature"),
    ("nesting of 100,000", LINES, put("[" * 100_000), "bad_geojson"),
    ("no features", LINES, put('{"type": "FeatureCollection", "features": []}'), "lever_target"),
    ("a list for a collection", LINES, put("[]"), "bad_geojson"),
    ("lines of a pipe", LINES, pipe, "unreadable_file"),
    ("lines of a device", LINES, link("/dev/zero"), "unreadable_file"),
    ("lines that link to themselves", LINES, link("lines.geojson"), "unreadable_file"),
    ("lines of a dead link", LINES, link("nowhere.geojson"), "missing_file"),
    ("lines of 100 MB", LINES, sparse(100_000_000), "too_large"),
    ("a lone surrogate in a name", LINES, drawn(RIVER, name="River \ud800"), "control_character"),
    ("ESC in the name of a line", LINES, drawn(RIVER, name="River \x1b[31m"), "control_character"),
    ("an outline", OUTLINES, shapes([SQUARE]), RUNS),
    ("an outline with a point doubled", OUTLINES, shapes([[*SQUARE[:3], SQUARE[2], *SQUARE[3:]]]), RUNS),
    ("an outline with its end doubled", OUTLINES, shapes([[*SQUARE, SQUARE[0]]]), RUNS),
    ("an outline that crosses itself", OUTLINES, shapes([BOW]), "bad_feature"),
    ("an outline of one point", OUTLINES, shapes([[SQUARE[0]] * 5]), "bad_feature"),
    ("an outline without area", OUTLINES, shapes([[SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]]), "bad_feature"),
    ("an outline that is open", OUTLINES, shapes([SQUARE[:-1]]), "bad_feature"),
    ("an outline with no ring", OUTLINES, shapes([]), "bad_feature"),
    ("an outline with an empty ring", OUTLINES, shapes([[]]), "bad_feature"),
    ("an outline with an empty hole", OUTLINES, shapes([SQUARE, []]), "bad_feature"),
    ("an outline with a hole of one point", OUTLINES, shapes([SQUARE, [SQUARE[0]] * 4]), "bad_feature"),
    ("an outline of an empty part", OUTLINES, shapes([[SQUARE], []], "MultiPolygon"), "bad_feature"),
    ("outlines that overlap", OUTLINES, shapes([[SQUARE], [SQUARE]], "MultiPolygon"), "bad_feature"),
    ("an outline of a number for a name", OUTLINES, shapes([SQUARE], name=7), "bad_feature"),
    ("an outline of 181 degrees", OUTLINES, shapes([[[p[0] + 155, p[1]] for p in SQUARE]]), "bad_feature"),
    ("an outline of the whole earth", OUTLINES, shapes([[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]), RUNS),
    ("outline properties of null", OUTLINES, put('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": null, "geometry": {"type": "Polygon", "coordinates": [[[30,10],[31,10],[31,11],[30,10]]]}}]}'), "bad_feature"),
    ("a cell", CELLS, shapes([SQUARE], **AREA), RUNS),
    ("a cell that crosses itself", CELLS, shapes([BOW], **AREA), "bad_feature"),
    ("a cell of no area", CELLS, shapes([SQUARE], area_id="nowhere"), "bad_feature_id"),
    ("a cell of a number", CELLS, shapes([SQUARE], area_id=5), "bad_feature"),
    ("another layer, null geometry", "geography/rivers.geojson", put('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": null}]}'), "bad_feature"),
    ("another layer, empty", "geography/rivers.geojson", put(""), "empty_file"),
    ("another layer of a strange name", "geography/ri\u202evers.geojson", shapes([SQUARE]), "control_character"),
    # --- crisis.yaml
    ("horizon of 0", "crisis.yaml", swap("horizon_days: 90", "horizon_days: 0"), "out_of_bounds"),
    ("horizon below 0", "crisis.yaml", swap("horizon_days: 90", "horizon_days: -5"), "out_of_bounds"),
    ("horizon of a thousand million", "crisis.yaml", swap("horizon_days: 90", "horizon_days: 1000000000"), "out_of_bounds"),
    ("horizon beyond what runs", "crisis.yaml", swap("horizon_days: 90", "horizon_days: 731"), "out_of_bounds"),
    ("horizon of 1e9", "crisis.yaml", swap("horizon_days: 90", "horizon_days: 1e9"), "wrong_type"),
    ("horizon of true", "crisis.yaml", swap("horizon_days: 90", "horizon_days: true"), "wrong_type"),
    ("horizon of text", "crisis.yaml", swap("horizon_days: 90", "horizon_days: '90'"), "wrong_type"),
    ("horizon of 20 digits", "crisis.yaml", swap("horizon_days: 90", "horizon_days: " + "9" * 20), "wrong_type"),
    ("horizon of null", "crisis.yaml", swap("horizon_days: 90", "horizon_days:"), "wrong_type"),
    ("horizon of NaN", "crisis.yaml", swap("horizon_days: 90", "horizon_days: .nan"), "wrong_type"),
    ("horizon past the end of time", "crisis.yaml", swap("end: 2030-06-30", "end: 2199-12-31"), "out_of_bounds"),
    ("period of the year 1", "crisis.yaml", swap("start: 2030-01-01", "start: 0001-01-01"), "bad_date"),
    ("period of the year 9999", "crisis.yaml", swap("end: 2030-06-30", "end: 9999-12-31"), "bad_date"),
    ("period of three centuries", "crisis.yaml", swap("start: 2030-01-01", "start: 1900-01-01"), "out_of_bounds"),
    ("period reversed", "crisis.yaml", swap("start: 2030-01-01", "start: 2031-01-01"), "dates_out_of_order"),
    ("period of no day", "crisis.yaml", swap("end: 2030-06-30", "end: 2030-01-01"), "dates_out_of_order"),
    ("29 February of a usual year", "crisis.yaml", swap("end: 2030-06-30", "end: 2030-02-29"), "bad_date"),
    ("29 February of 1900", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 1900-02-29"), "bad_date"),
    ("as-of before the start", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 2029-01-20"), "date_out_of_period"),
    ("as-of after the end", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 2031-01-20"), "date_out_of_period"),
    ("as-of on the first day", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 2030-01-01"), RUNS),
    ("as-of on the last day", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 2030-06-30"), RUNS),
    ("as-of with a time", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 2030-01-20T00:00:00Z"), "bad_date"),
    ("as-of of a number", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: 20300120"), "bad_date"),
    ("as-of in other digits", "crisis.yaml", swap("as_of: 2030-01-20", "as_of: '٢٠٣٠-٠١-٢٠'"), "bad_date"),
    ("format 3", "crisis.yaml", swap("format: 2 ", "format: 3 "), "unknown_value"),
    ("another kind", "crisis.yaml", add("kind: game"), "unknown_value"),
    ("a tag of Python", "crisis.yaml", add("x: !!python/object/apply:os.system ['true']"), "unknown_key"),
    ("aliases of aliases", "crisis.yaml", bomb, "broken_yaml"),
    ("a merge key", "crisis.yaml", add("base: &b {id: x}", "<<: *b"), "unknown_key"),
    ("an anchor that holds itself", "crisis.yaml", add("x: &x [*x]"), "broken_yaml"),
    ("nesting of 2,000", "crisis.yaml", add("x: " + "[" * 2_000 + "]" * 2_000), "broken_yaml"),
    ("10,000 keys", "crisis.yaml", add(*(f"k{i}: 1" for i in range(10_000))), "unknown_key"),
    ("a key of 50,000 letters", "crisis.yaml", add("k" * 50_000 + ": 1"), "broken_yaml"),
    ("a list of 5 MB", "crisis.yaml", add("x: [" + "1, " * 1_700_000 + "1]"), "too_large"),
    ("100 MB", "crisis.yaml", sparse(100_000_000), "too_large"),
    ("two documents", "crisis.yaml", add("---", "a: 1"), "broken_yaml"),
    ("a list for a key", "crisis.yaml", add("? [a, b]", ": 1"), "unknown_key"),
    ("tabs", "crisis.yaml", swap("    name: People", "\tname: People"), "broken_yaml"),
    ("NUL escaped in a name", "crisis.yaml", swap("name: Example valley (invented)", 'name: "Example\\0valley"'), "control_character"),
    ("ESC escaped in a name", "crisis.yaml", swap("name: Example valley (invented)", 'name: "\\e[2J\\e[31mExample"'), "control_character"),
    ("a bell in a question", "crisis.yaml", swap("question: What", 'question: "\\a"\n#'), "control_character"),
    ("C1 control in a name", "crisis.yaml", swap("name: Adults", 'name: "Adults\\x9b31m"'), "control_character"),
    ("bidi override in a name", "crisis.yaml", swap("name: Adults", 'name: "Adults\\u202Eevil"'), "control_character"),
    ("bidi isolate in a name", "crisis.yaml", swap("name: Adults", 'name: "Adults\\u2066evil"'), "control_character"),
    ("zero width in a name", "crisis.yaml", swap("name: Adults", 'name: "Ad\\u200Bults"'), "control_character"),
    ("a tag character in a name", "crisis.yaml", swap("name: Adults", 'name: "Ad\\U000E0041ults"'), "control_character"),
    ("a lone surrogate in a name of YAML", "crisis.yaml", swap("name: Adults", 'name: "Ad\\uD800ults"'), "control_character"),
    ("a noncharacter in a name", "crisis.yaml", swap("name: Adults", 'name: "Ad\\uFFFFults"'), "control_character"),
    ("an emoji in a name", "crisis.yaml", swap("name: Adults", 'name: "Adults \\U0001F9D1"'), RUNS),
    ("an emoji joined by zero width", "crisis.yaml", swap("name: Adults", "name: Family \U0001f468\u200d\U0001f469\u200d\U0001f467"), RUNS),
    ("Persian with its non-joiner", "crisis.yaml", swap("name: Adults", "name: آواره\u200cها"), RUNS),
    ("emoji codes in a name", "crisis.yaml", swap("name: Example valley (invented)", "name: 'Valley :warning: [red]x[/red] [/]'"), RUNS),
    ("HTML in a name", "crisis.yaml", swap("name: Example valley (invented)", "name: <script>alert(1)</script>"), RUNS),
    ("a name of 100,000 letters", "crisis.yaml", swap("name: Example valley (invented)", "name: " + "x" * 100_000), "long_text"),
    ("an empty name", "crisis.yaml", swap("name: Example valley (invented)", "name: ''"), "missing_value"),
    ("a name of blanks", "crisis.yaml", swap("name: Example valley (invented)", "name: '   '"), "missing_value"),
    ("an id with a path", "crisis.yaml", swap("id: example-valley", "id: ../../etc/passwd"), "bad_id"),
    ("an id of 10,000 letters", "crisis.yaml", swap("id: example-valley", "id: " + "x" * 10_000), "long_text"),
    ("an id that ends in a line end", "crisis.yaml", swap("id: example-valley", 'id: "example\\n"'), "bad_id"),
    ("country of no letters", "crisis.yaml", swap("country: XXX ", "country: 'X\\n\\n' "), "bad_id"),
    ("shares below 0", "crisis.yaml", swap("share: 0.5", "share: -0.5"), "negative_number"),
    ("shares of 0", "crisis.yaml", swap("share: 0.5", "share: 0"), "group_shares"),
    ("a share of 0 and of 1", "crisis.yaml", swap("name: Adults, share: 0.5", "name: Adults, share: 1.5"), "out_of_bounds"),
    ("a share of 1e300", "crisis.yaml", swap("share: 0.5", "share: 1e300"), "out_of_bounds"),
    ("a denormal share", "crisis.yaml", swap("name: Adults, share: 0.5", "name: Adults, share: 1e-320"), "group_shares"),
    ("no groups", "crisis.yaml", swap("groups:\n", "groups: []\nx:\n"), "missing_value"),
    ("a group called all", "crisis.yaml", swap("id: adults", "id: all"), "bad_id"),
    ("two groups of one id", "crisis.yaml", swap("id: adults", "id: children"), "duplicate_id"),
    ("1,000 groups", "crisis.yaml", swap("groups:\n", "groups:\n" + "".join(f"  - {{id: g{k}, name: G, share: 0, source_id: invented}}\n" for k in range(1000))), "out_of_bounds"),
    ("a box reversed", "crisis.yaml", swap("south: 9.5", "south: 11"), "bad_bounding_box"),
    ("a box of the whole earth", "crisis.yaml", swap("{south: 9.5, west: 29.5, north: 10.5, east: 30.6}", "{south: -90, west: -180, north: 90, east: 180}"), RUNS),
    ("a box of a hair", "crisis.yaml", swap("{south: 9.5, west: 29.5, north: 10.5, east: 30.6}", "{south: 9.5, west: 29.5, north: 9.500000000000001, east: 30.6}"), "outside_bounding_box"),
    ("a box on the pole", "crisis.yaml", swap("north: 10.5", "north: 90"), RUNS),
    ("a table beyond the folder", "crisis.yaml", swap("tables: {}", "tables: {places: ../places.csv}"), "bad_id"),
    ("a table of the root", "crisis.yaml", swap("tables: {}", "tables: {places: /etc/passwd}"), "bad_id"),
    ("a table in another's place", "crisis.yaml", swap("tables: {}", "tables: {places: areas.csv}"), "missing_column"),
    ("a table that is crisis.yaml", "crisis.yaml", swap("tables: {}", "tables: {places: crisis.yaml}"), "missing_column"),
    ("a table of no name", "crisis.yaml", swap("tables: {}", "tables: {plaices: x.csv}"), "unknown_value"),
    ("a table with NUL in its path", "crisis.yaml", swap("tables: {}", 'tables: {places: "a\\0b"}'), "bad_id"),
    ("tables of a list", "crisis.yaml", swap("tables: {}", "tables: [places]"), "wrong_type"),
    ("series of no rows", "crisis.yaml", swap("displaced_series: newly_displaced", "displaced_series: newly_displced"), "unknown_outcome"),
    ("series of null", "crisis.yaml", swap("displaced_series: newly_displaced", "displaced_series:"), RUNS),
    ("series of a number", "crisis.yaml", swap("displaced_series: newly_displaced", "displaced_series: 5"), "wrong_type"),
    ("unknown indicator", "crisis.yaml", swap("indicator: peak_unsheltered", "indicator: peak_unshelterd"), "unknown_outcome"),
    ("indicator of no start", "crisis.yaml", swap("at_most: 8000", "at_most: 8000\n    since_start: true"), "unknown_outcome"),
    ("threshold of 1e300", "crisis.yaml", swap("at_most: 8000", "at_most: 1e300"), "out_of_bounds"),
    ("threshold below 0", "crisis.yaml", swap("at_most: 8000", "at_most: -1"), "negative_number"),
    ("threshold of 0", "crisis.yaml", swap("at_most: 8000", "at_most: 0"), RUNS),
    ("a total of 18 digits", "crisis.yaml", swap("persons: 160000", "persons: 999999999999999999"), "out_of_bounds"),
    ("a total of no area", "crisis.yaml", swap("areas: [north]", "areas: [nrth]"), "unknown_id"),
    ("hindcast before the period", "crisis.yaml", hindcast("[2020-01-01]", "2030-03-01"), "dates_out_of_order"),
    ("hindcast until the end of time", "crisis.yaml", hindcast("[2030-01-20]", "2199-12-31"), "out_of_bounds"),
    ("hindcast on one day twice", "crisis.yaml", hindcast("[2030-01-20, 2030-01-20]", "2030-03-01"), "duplicate_id"),
    ("hindcast", "crisis.yaml", hindcast("[2030-01-20]", "2030-03-01"), RUNS),
    ("hosts of nobody", "crisis.yaml", swap("country: XXP}", "country: XXP, hosts: [{id: h, name: H, population: 0, refugees: 0, source_id: invented}]}"), "out_of_bounds"),
    ("hosts of one with a thousand million", "crisis.yaml", swap("country: XXP}", "country: XXP, hosts: [{id: h, name: H, population: 1, refugees: 1000000000, source_id: invented}]}"), RUNS),
    ("hosts twice", "crisis.yaml", swap("country: XXP}", "country: XXP, hosts: [{id: h, name: H, population: 9, refugees: 0, source_id: invented}, {id: h, name: H, population: 9, refugees: 0, source_id: invented}]}"), "duplicate_id"),
    ("a truce of the future elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2199-01-01, people_at_stake: 5, source_id: invented}]"), "date_out_of_period"),
    ("a truce of 1900 elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 1900-01-01, people_at_stake: 1000000000, source_id: invented}]"), RUNS),
    ("an earlier offensive of all", "crisis.yaml", add("earlier_offensives: [{start: 1900-01-01, end: 2029-12-31, displaced: 1000000000, known_from: 2029-12-31, source_id: invented}]"), RUNS),
    ("a listed group beyond its range", "crisis.yaml", add("listed_groups: [{party: lowland, within: [lowland], share: 0.9, low: 0.1, high: 0.2, known_from: 2029-01-01, source_id: invented}]"), "out_of_range"),
    ("period of a century", "crisis.yaml", swap("start: 2030-01-01, end: 2030-06-30", "start: 1930-01-01, end: 2030-06-30"), "out_of_bounds"),
    ("a truce of after the period elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2030-06-01, people_at_stake: 5, source_id: invented}]"), RUNS),
    ("an offensive elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, offensive_since: 2029-06-01, truce_since: 2029-07-01, areas: [{id: a, name: A, people: 9, front_km: 0, other_side_since: 2029-06-05, source_id: invented, counts: [{date: 2029-07-02, known_from: 2029-07-03, displaced: 9, source_id: invented}]}, {id: b, name: B, people: 0, source_id: invented}], source_id: invented}]"), RUNS),
    ("neither truce nor offensive elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, people_at_stake: 5, source_id: invented}]"), "theatre_fighting"),
    ("nobody elsewhere", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, source_id: invented}]"), "theatre_people"),
    ("people elsewhere told twice", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, people_at_stake: 5, areas: [{id: a, name: A, people: 9, source_id: invented}], source_id: invented}]"), "theatre_people"),
    ("an area elsewhere twice", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invented}, {id: a, name: A, people: 9, source_id: invented}], source_id: invented}]"), "duplicate_id"),
    ("an area elsewhere of no source", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invnted}], source_id: invented}]"), "unknown_source"),
    ("more displaced elsewhere than people", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invented, counts: [{date: 2029-07-02, known_from: 2029-07-03, displaced: 8, returned: 2, source_id: invented}]}], source_id: invented}]"), "theatre_counts"),
    ("a count elsewhere known before its day", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invented, counts: [{date: 2029-07-02, known_from: 2029-07-01, displaced: 8, source_id: invented}]}], source_id: invented}]"), "dates_out_of_order"),
    ("a count elsewhere twice", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invented, counts: [{date: 2029-07-02, known_from: 2029-07-03, displaced: 8, source_id: invented}, {date: 2029-07-02, known_from: 2029-07-03, displaced: 7, source_id: invented}]}], source_id: invented}]"), "duplicate_id"),
    ("a count elsewhere after the period", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, source_id: invented, counts: [{date: 2030-07-02, known_from: 2030-07-03, displaced: 8, source_id: invented}]}], source_id: invented}]"), "date_out_of_period"),
    ("a front elsewhere at less than nothing", "crisis.yaml", add("theatres: [{id: t, name: T, truce_since: 2029-06-01, areas: [{id: a, name: A, people: 9, front_km: -1, source_id: invented}], source_id: invented}]"), "negative_number"),
    ("crisis.yaml of a pipe", "crisis.yaml", pipe, "unreadable_file"),
    ("crisis.yaml of a device", "crisis.yaml", link("/dev/zero"), "unreadable_file"),
    ("crisis.yaml of nothing", "crisis.yaml", link("/dev/null"), "unreadable_file"),
    ("crisis.yaml links to itself", "crisis.yaml", link("crisis.yaml"), "unreadable_file"),
    ("crisis.yaml of random bytes", "crisis.yaml", put(bytes(range(1, 256)) * 9), "not_utf8"),
    # --- options.yaml
    ("500 options", "options.yaml", many_options(500), "out_of_bounds"),
    ("500 options of a truce", "options.yaml", many_options(500, "[{lever: truce, start: 7}]"), "out_of_bounds"),
    ("50 options", "options.yaml", many_options(50), RUNS),
    ("1,000 levers", "options.yaml", many_options(1, "[" + "{lever: aid, start: 3, level: 1.01}, " * 1000 + "]"), "out_of_bounds"),
    ("aid that multiplies beyond bounds", "options.yaml", many_options(1, "[" + "{lever: aid, start: 3, level: 100}, " * 20 + "]"), "too_much_aid"),
    ("aid of 0", "options.yaml", many_options(1, "[{lever: aid, start: 3, level: 0}]"), RUNS),
    ("options of null", "options.yaml", put("options:\n"), "wrong_type"),
    ("no options", "options.yaml", put("options: []\n"), "missing_value"),
    ("option of a list", "options.yaml", put("options: [[]]\n"), "wrong_type"),
    ("two baselines", "options.yaml", swap("levers:\n", "baseline: true\n    levers:\n"), "baseline"),
    ("no baseline", "options.yaml", swap("baseline: true ", "baseline: false "), "baseline"),
    ("a baseline with levers", "options.yaml", swap("levers: []", "levers: [{lever: truce, start: 3}]"), RUNS),
    ("start far beyond", "options.yaml", swap("start: 7 ", "start: 999999999 "), "out_of_bounds"),
    ("start of 18 digits", "options.yaml", swap("start: 7 ", "start: 999999999999999999 "), "out_of_bounds"),
    ("start below 0", "options.yaml", swap("start: 7 ", "start: -7 "), "negative_number"),
    ("start of 0", "options.yaml", swap("start: 7 ", "start: 0 "), "lever_too_early"),
    ("start on the as-of date", "options.yaml", swap("start: 7 ", "start: 2030-01-20 "), "lever_too_early"),
    ("start of half a day", "options.yaml", swap("start: 7 ", "start: 7.5 "), "bad_date"),
    ("start of true", "options.yaml", swap("start: 7 ", "start: true "), "bad_date"),
    ("start of 2199", "options.yaml", swap("start: 7 ", "start: 2199-12-31 "), RUNS),
    ("start of no day", "options.yaml", swap("start: 7 ", "start: 2030-02-30 "), "bad_date"),
    ("level of 1e300", "options.yaml", swap("level: 2.0", "level: 1e300"), "out_of_bounds"),
    ("level of infinity", "options.yaml", swap("level: 2.0", "level: .inf"), "wrong_type"),
    ("level denormal", "options.yaml", swap("level: 2.0", "level: 1e-320"), RUNS),
    ("homes of a million a month", "options.yaml", swap("homes_per_month: 100", "homes_per_month: 1000000"), RUNS),
    ("ESC in the name of an option", "options.yaml", swap("name: No deal", 'name: "\\e]0;x\\aNo deal"'), "control_character"),
    ("an option of 10,000 letters", "options.yaml", swap("id: no_deal", "id: " + "a" * 10_000), "long_text"),
    ("an unknown lever", "options.yaml", swap("lever: truce", "lever: siege"), "unknown_value"),
    ("a lever of a list", "options.yaml", swap("lever: truce", "lever: [truce]"), "unknown_value"),
    ("a lever of null", "options.yaml", swap("lever: truce", "lever:"), "unknown_value"),
    ("a line undrawn", "options.yaml", swap("line_id: river ", "line_id: rivr "), "lever_target"),
    ("options of a pipe", "options.yaml", pipe, "unreadable_file"),
    ("options gone", "options.yaml", gone, "missing_file"),
    ("options of 100 MB", "options.yaml", sparse(100_000_000), "too_large"),
    # --- hindcast.yaml
    ("kept scores of nothing", "hindcast.yaml", put("{}"), "missing_key"),
    ("kept scores of a list", "hindcast.yaml", put("- 1\n"), "broken_yaml"),
    ("kept scores of a bomb", "hindcast.yaml", bomb, "broken_yaml"),
    ("kept scores of a pipe", "hindcast.yaml", pipe, "unreadable_file"),
    ("kept scores of a device", "hindcast.yaml", link("/dev/zero"), "unreadable_file"),
    ("kept scores of 100 MB", "hindcast.yaml", sparse(100_000_000), "too_large"),
    ("kept scores of NUL", "hindcast.yaml", put(b"\0\0\0"), "nul_bytes"),
    # --- tables
    ("places of a pipe", "places.csv", pipe, "unreadable_file"),
    ("violence of a pipe", "violence.csv", pipe, "unreadable_file"),
    ("parameters of a device", "parameters.csv", link("/dev/urandom"), "unreadable_file"),
    ("sources of a loop", "sources.csv", link("sources.csv"), "unreadable_file"),
    ("sites of a dead link", "sites.csv", link("nowhere.csv"), "missing_file"),
    ("places of another file", "places.csv", link("areas.csv"), "missing_column"),
    ("observations of 100 MB", "observations.csv", sparse(100_000_000), "too_large"),
    ("a stray pipe", "stray.csv", pipe, "unknown_file"),
    ("a stray device", "stray.yaml", link("/dev/zero"), "unknown_file"),
    ("a stray name of ESC", "stray\x1b[31m.csv", put("a\n"), "unknown_file"),
    ("a stray name of no UTF-8", "stray\udcff.csv", put("a\n"), "unknown_file"),
    ("a million columns", "places.csv", put(b"a" + b",a" * 1_000_000 + b"\n"), "too_wide"),
    ("a cell of 5 MB", "places.csv", put("place_id,name\nx," + "y" * 5_000_000 + "\n"), "broken_csv"),
    ("a cell of 100,000 letters", "places.csv", cells("note", "y" * 100_000, 0), "long_text"),
    ("quotes left open", "places.csv", add('x,"y'), "broken_csv"),
    ("20,000 blank lines", "violence.csv", add(*[""] * 20_000), RUNS),
    ("5,000 bad rows", "violence.csv", add(*["x,,south,shelling,4,3,2030-01-13,invented,"] * 5_000), "bad_date"),
    ("5,000 short rows", "violence.csv", add(*["x"] * 5_000), "ragged_row"),
    ("5,000 unknown areas", "violence.csv", add(*["2030-01-12,,nrth,shelling,4,3,2030-01-13,invented,"] * 5_000), "unknown_id"),
    ("ESC in a name", "places.csv", cells("name", "Alder\x1b[31mford", 0), "control_character"),
    ("a bell in a note", "places.csv", cells("note", "\x07", 0), "control_character"),
    ("a line end in a name", "places.csv", cells("name", "Alder\nford", 0), RUNS),
    ("a line end in a note", "places.csv", cells("note", "one\ntwo", 0), RUNS),
    ("a tab in a name", "places.csv", cells("name", "Alder\tford", 0), RUNS),
    ("bidi override in a title", "sources.csv", cells("title", "abc\u202e", 0), "control_character"),
    ("zero width in a name of a party", "parties.csv", cells("name", "High\u200bland", 0), "control_character"),
    ("line separator in a name", "parties.csv", cells("name", "High\u2028land", 0), "control_character"),
    ("a formula for a name", "parties.csv", cells("name", "=cmd|' /C calc'!A0", 0), RUNS),
    ("HTML for a name", "places.csv", cells("name", "</script><svg onload=alert(1)>", 0), RUNS),
    ("markup for a name", "places.csv", cells("name", "[bold]x[/nope] :smile:", 0), RUNS),
    ("an empty name of a place", "places.csv", cells("name", "", 0), "missing_value"),
    ("blanks for a name", "places.csv", cells("name", "  ", 0), "missing_value"),
    ("an id of 100,000 letters", "places.csv", cells("place_id", "x" * 100_000, 0), "long_text"),
    ("an id in full width", "places.csv", cells("place_id", "ａlderford", 0), "bad_id"),
    ("nobody anywhere", "populations.csv", cells("persons", "0"), "nobody_lives_here"),
    ("nobody known in time", "populations.csv", cells("published", "2030-06-01"), "nobody_lives_here"),
    ("one person", "populations.csv", cells("persons", "1"), "totals_do_not_add_up"),
    ("2,000 million persons each", "populations.csv", cells("persons", "2000000000"), "totals_do_not_add_up"),
    ("more persons than fit", "populations.csv", cells("persons", "2000000001", 0), "out_of_bounds"),
    ("persons of 400 digits", "populations.csv", cells("persons", "9" * 400, 0), "bad_number"),
    ("persons below 0", "populations.csv", cells("persons", "-1", 0), "negative_number"),
    ("persons of -0", "populations.csv", cells("persons", "-0", 5), RUNS),
    ("persons in other digits", "populations.csv", cells("persons", "٦٠٠٠", 0), "bad_number"),
    ("persons of 1e3", "populations.csv", cells("persons", "6e4", 0), "bad_number"),
    ("a stock of 1900", "populations.csv", cells("as_of", "1900-01-01"), RUNS),
    ("a stock of the year 0", "populations.csv", cells("as_of", "0000-01-01", 0), "bad_date"),
    ("everyone idp", "populations.csv", cells("status", "idp"), "totals_do_not_add_up"),
    ("an empty table of people", "populations.csv", header_only, "empty_table"),
    ("roads of 0 km", "routes.csv", cells("road_km", "0"), "route_length"),
    ("roads of a denormal", "routes.csv", cells("road_km", "0.000001"), "route_below_straight_line"),
    ("roads of 100,000 km", "routes.csv", cells("road_km", "100000"), "route_length"),
    ("roads of 1e300 km", "routes.csv", cells("road_km", "1e300"), "out_of_bounds"),
    ("roads all across borders", "routes.csv", cells("crosses_border", "1"), RUNS),
    ("roads to themselves", "routes.csv", cells("to_place", "alderford"), "route_to_itself"),
    ("no roads", "routes.csv", header_only, "empty_table"),
    ("all places at one spot", "places.csv", cells("lat", "10"), "route_length"),
    ("latitude of 91", "places.csv", cells("lat", "91", 0), "out_of_bounds"),
    ("latitude of 1e-320", "places.csv", cells("lat", "1e-320", 0), "outside_bounding_box"),
    ("every place a crossing", "places.csv", cells("kind", "crossing"), RUNS),
    ("every place a post", "places.csv", cells("kind", "post"), RUNS),
    ("every place abroad", "places.csv", cells("kind", "foreign_town"), RUNS),
    ("every place a camp", "places.csv", cells("kind", "camp_cluster"), RUNS),
    ("every place in one area", "places.csv", cells("area_id", "valley"), "totals_do_not_add_up"),
    ("areas of areas of areas", "areas.csv", cells("parent_id", "south", 2), "area_hierarchy"),
    ("level of -0", "areas.csv", cells("level", "-0", 0), RUNS),
    ("surface of 0", "areas.csv", cells("area_km2", "0"), RUNS),
    ("one holder of all", "control.csv", cells("party_id", "highland"), "totals_do_not_add_up"),
    ("held by the neighbour", "control.csv", cells("party_id", "plainland_gov"), "totals_do_not_add_up"),
    ("control of 1900", "control.csv", cells("date", "1900-01-01"), "control_conflict"),
    ("control published late", "control.csv", cells("published", "2199-12-31"), RUNS),
    ("control of the year 10000", "control.csv", cells("date", "10000-01-01", 0), "bad_date"),
    ("100,000 places changed", "control_counts.csv", cells("places", "100000"), RUNS),
    ("a million events", "violence.csv", cells("events", "1000000"), RUNS),
    ("ten million killed", "violence.csv", cells("killed", "10000000"), RUNS),
    ("an offensive of no party", "happenings.csv", cells("parties", ""), RUNS),
    ("an offensive of donors", "happenings.csv", cells("parties", "donors"), RUNS),
    ("all on one day", "happenings.csv", cells("date", "2030-01-10"), RUNS),
    ("parties of semicolons", "happenings.csv", cells("parties", ";;;", 0), "bad_id"),
    ("a count of 1e12", "observations.csv", cells("value", "1e12"), RUNS),
    ("a count of 0", "observations.csv", cells("value", "0"), RUNS),
    ("a denormal count", "observations.csv", cells("value", "0." + "0" * 29 + "1"), RUNS),
    ("a count of all", "observations.csv", cells("value", "160000"), RUNS),
    ("counts of another unit", "observations.csv", cells("unit", "families"), "measure_unit"),
    ("counts that are stocks", "observations.csv", cells("measure", "present"), "unknown_outcome"),
    ("counts of the last century", "observations.csv", cells("period_start", "1900-01-01"), RUNS),
    ("counts that fall", "observations.csv", cells("value", "1", 2), RUNS),
    ("no counts", "observations.csv", header_only, "unknown_outcome"),
    ("counts gone", "observations.csv", gone, "unknown_outcome"),
    ("sites of no room", "sites.csv", cells("planned_capacity", "0"), RUNS),
    ("sites of 1e300", "sites.csv", cells("planned_capacity", "1e300", 0), "out_of_bounds"),
    ("sites of a hair", "sites.csv", cells("area_m2", "0.0000001"), RUNS),
    ("sites at a far place", "sites.csv", cells("place_id", "ivydale"), RUNS),
    ("water of 1e11", "sites.csv", cells("water_l_day", "100000000000"), RUNS),
    ("crossings in town", "crossings.csv", cells("place_id", "alderford"), RUNS),
    ("a crossing since 2199", "crossings.csv", cells("since", "2199-12-31"), RUNS),
    ("no parties", "parties.csv", header_only, "empty_table"),
    ("only neighbours", "parties.csv", cells("kind", "neighbour"), RUNS),
    ("only authorities", "parties.csv", cells("kind", "authority"), RUNS),
    ("only donors", "parties.csv", cells("kind", "donor"), "control_holder"),
    ("101 parties", "parties.csv", add(*[f"p{k},P,armed,invented" for k in range(97)]), "too_many_parties"),
    ("100 parties, each hostile to the next", "parties.csv", crowd(96), RUNS),
    ("no relations", "relations.csv", header_only, "not_hostile"),
    ("relations gone", "relations.csv", gone, "not_hostile"),
    ("friends who fight", "relations.csv", cells("relation", "allied"), "not_hostile"),
    ("relations of tomorrow", "relations.csv", cells("published", "2030-06-29"), "not_hostile"),
    ("relations of 1900", "relations.csv", cells("since", "1900-01-01"), RUNS),
    ("relations of the year 2199", "relations.csv", cells("since", "2199-12-31"), "date_out_of_period"),
    ("a party with itself", "relations.csv", cells("other", "highland"), "relation_conflict"),
    ("everybody guards everybody", "relations.csv", add(*RING), RUNS),
    ("a guard of the attacker", "relations.csv", add(relation("plainland_gov,highland,guards")), RUNS),
    ("a defender who guards its attacker later", "relations.csv", add(relation("lowland,highland,guards", "2030-01-15")), RUNS),
    ("peace on the as-of date", "relations.csv", add(relation("lowland,highland,allied", "2030-01-20")), RUNS),
    ("war with the neighbour", "relations.csv", add(relation("highland,plainland_gov,hostile")), RUNS),
    ("another relation each day", "relations.csv", add(*FICKLE), RUNS),
    ("no offensives", "offensives.csv", header_only, RUNS),
    ("offensives gone", "offensives.csv", gone, RUNS),
    ("an offensive against itself", "offensives.csv", cells("defenders", "highland"), "not_hostile"),
    ("an offensive of all", "offensives.csv", cells("attackers", "highland;highland;highland"), RUNS),
    ("an offensive in no area of its defenders", "offensives.csv", cells("areas", "plainland"), RUNS),
    ("an offensive in every area twice", "offensives.csv", cells("areas", "north;south;valley;north"), RUNS),
    ("an offensive of 1900", "offensives.csv", cells("since", "1900-01-01"), "not_hostile"),
    ("an offensive of the last day", "offensives.csv", cells("since", "2030-06-30"), RUNS),
    ("an offensive announced in 1900", "offensives.csv", cells("announced", "1900-01-01"), RUNS),
    ("an offensive known too late", "offensives.csv", cells("published", "2199-12-31"), RUNS),
    ("a hundred offensives", "offensives.csv", add(*[
        f"o{k},O,highland,lowland,,,2030-01-{1 + k % 28:02d},2030-01-11,invented," for k in range(100)
    ]), RUNS),
    ("a neighbour's offensive", "offensives.csv", add("invasion,I,plainland_gov,lowland,,,2030-01-10,2030-01-11,invented,"), "not_hostile"),
    ("an offensive of donors by donors", "offensives.csv", cells("attackers", "donors"), "holds_no_ground"),
    ("no refuge", "refuge.csv", header_only, RUNS),
    ("refuge gone", "refuge.csv", gone, RUNS),
    ("refuge nowhere", "refuge.csv", add(*[
        f"{a},{b},0,,,no,2028-01-0{k},2028-01-02,prior,invented,invented," for k, (a, b) in enumerate(
            ((a, b) for a in ("highland", "lowland") for b in ("highland", "lowland")), start=2)
    ]), RUNS),
    ("refuge of a denormal", "refuge.csv", cells("low", "0." + "0" * 29 + "1"), RUNS),
    ("refuge of 2", "refuge.csv", cells("share", "2"), "out_of_bounds"),
    ("refuge abroad", "refuge.csv", cells("holder", "plainland_gov"), RUNS),
    ("one let in a day", "refuge.csv", column("per_day", "1"), RUNS),
    ("nobody let in a day", "refuge.csv", column("per_day", "0"), RUNS),
    ("a hair let in a day", "refuge.csv", column("per_day", "0.0000001"), RUNS),
    ("1e300 let in a day", "refuge.csv", column("per_day", "1e300"), "out_of_bounds"),
    ("no return but to oneself", "refuge.csv", column("returns", "0"), RUNS),
    ("a move of all", "moves.csv", put(MOVES + "m,valley,,2030-01-01,2030-06-30,2000000000,2030-01-01,counted,,invented,\n"), RUNS),
    ("a move of 200 years", "moves.csv", put(MOVES + "m,north,south,1990-01-01,2199-12-31,9,1990-01-01,counted,,invented,\n"), RUNS),
    ("a move of too many", "moves.csv", put(MOVES + "m,north,south,2030-01-01,2030-01-02,2000000001,2030-01-01,counted,,invented,\n"), "out_of_bounds"),
    ("a move without rows", "moves.csv", put(MOVES), RUNS),
    ("a hundred moves to and fro", "moves.csv", put(MOVES + "".join(
        f"m{k},{('north,south', 'south,north')[k % 2]},2030-01-0{1 + k % 9},2030-02-01,90000,2030-01-02,counted,,invented,\n"
        for k in range(100)
    )), RUNS),
    ("an agreement that was kept badly", "compliance.csv", put(COMPLIANCE), RUNS),
    ("a million breaches a day", "compliance.csv", put(COMPLIANCE + "all,2030-01-10,2030-01-10,breaches,them,1000000,All,2030-01-10,high,invented\n"), RUNS),
    ("too many breaches", "compliance.csv", put(COMPLIANCE + "all,2030-01-10,2030-01-10,breaches,them,1000001,All,2030-01-10,high,invented\n"), "out_of_bounds"),
    ("a phase due in 200 years", "compliance.csv", put(COMPLIANCE.replace("2030-03-01", "2199-12-31")), RUNS),
    ("a count of no post", "compliance.csv", put(COMPLIANCE.replace("post_set_up", "post_left")), "compliance_of_nothing"),
    ("a count that nobody made", "compliance.csv", put(COMPLIANCE.replace(",us,7,", ",us,,")), "breaches_without_count"),
    ("compliance without rows", "compliance.csv", put(COMPLIANCE.split("\n")[0] + "\n"), RUNS),
    ("how it changed hands: by magic", "control.csv", column("how", "magic"), "unknown_value"),
    ("all handed over", "control.csv", column("how", "handed_over"), RUNS),
    ("happenings of nothing", "happenings.csv", column("offensives", "rivers"), "unknown_id"),
    ("happenings of the river", "happenings.csv", column("offensives", "river"), RUNS),
    ("happenings of semicolons", "happenings.csv", column("offensives", ";"), "bad_id"),
    ("every happening a siege", "happenings.csv", cells("kind", "siege_begins"), RUNS),
    ("violence since 1900", "violence.csv", column("period_start", "1900-01-01"), RUNS),
    ("violence from tomorrow", "violence.csv", column("period_start", "2030-06-01"), "dates_out_of_order"),
    ("sites that open in 2199", "sites.csv", column("opens", "2199-12-31"), RUNS),
    ("sites that closed in 1900", "sites.csv", column("closes", "1900-01-01"), RUNS),
    ("sites that take nobody in", "sites.csv", column("takes_in", "no"), RUNS),
    ("sites at a place without people", "sites.csv", cells("place_id", "fenwick"), RUNS),
    ("a site for each day", "sites.csv", add(*[
        f"gorse_daily,gorse_camps,Daily,,,,,{k * 1000 % 7919},0,2030-01-{k:02d},2030-01-{k:02d},prior,x,invented"
        for k in range(1, 31)
    ]), RUNS),
    ("a site at two places", "sites.csv", cells("site_id", "one"), "duplicate_id"),
    ("crossings that nobody knows", "crossings.csv", cells("regime", "unknown"), RUNS),
    ("crossings that let all in", "crossings.csv", column("permeability", "1"), RUNS),
    ("crossings that let nobody in", "crossings.csv", column("permeability", "0"), RUNS),
    ("crossings of a permeability of 2", "crossings.csv", column("permeability", "2"), "out_of_bounds"),
    ("crossings with a range of nothing", "crossings.csv", column("low", "0.5"), "out_of_range"),
    ("every place a quarter", "places.csv", cells("kind", "quarter"), RUNS),
    ("every place a village", "places.csv", cells("kind", "village"), RUNS),
    ("counts below their range", "observations.csv", column("low", "1e12"), "out_of_range"),
    ("counts above their range", "observations.csv", column("high", "0"), "out_of_range"),
    ("counts of a wide range", "observations.csv", column("high", "1e12"), RUNS),
    ("counts that all break", "observations.csv", column("break", "yes"), RUNS),
    ("counts that all end", "observations.csv", column("ends", "yes"), "series_goes_on"),
    ("counts by nobody", "observations.csv", column("counter", "\u200b"), "control_character"),
    ("counts by a poet", "observations.csv", column("counter", "y" * 9_000), RUNS),
    ("counts of a neighbour", "observations.csv", column("neighbour", "plainland"), RUNS),
    ("counts of an unknown neighbour", "observations.csv", column("neighbour", "seal"), "unknown_id"),
    ("counts of moves", "observations.csv", column("repeats", "yes"), RUNS),
    ("counts of moves by persons", "observations.csv", cells("unit", "movements"), "repeats_unsaid"),
    ("every measure once", "observations.csv", add(*[
        f"s{k},2030-01-31,2030-01-01,north,700,persons,{name},0,=,2030-02-02,low,invented,"
        for k, name in enumerate(m for m, own in MEASURES.items() if not own.abroad)
    ]), RUNS),
    ("entries into nowhere", "observations.csv", add(
        "in,2030-01-31,2030-01-01,north,700,persons,entered,0,=,2030-02-02,low,invented,"
    ), "measure_neighbour"),
    ("concern about nobody", "crisis.yaml", add("concern: [plainland]"), RUNS),
    ("concern about an unknown area", "crisis.yaml", add("concern: [nroth]"), "unknown_id"),
    ("concern about 101 areas", "crisis.yaml", add(f"concern: [{', '.join(['north'] * 101)}]"), "out_of_bounds"),
    ("format 1", "crisis.yaml", of_format_1(), RUNS),
    ("format 1 with only attackers", "parties.csv", of_format_1(cells("side", "attacker")), RUNS),
    ("format 1 with only neighbours", "parties.csv", of_format_1(cells("side", "neighbour")), RUNS),
    ("format 1 without attackers", "parties.csv", of_format_1(swap("attacker", "other")), RUNS),
    ("format 1 with two attackers", "parties.csv", of_format_1(swap("defender", "attacker")), RUNS),
    ("format 1 of 400 attackers", "parties.csv", of_format_1(add(*[f"p{k},P,attacker,invented" for k in range(400)])), "too_many_parties"),
    ("format 1 with donors who fight", "parties.csv", of_format_1(swap("defender", "donor")), "control_holder"),
    ("format 1 in families", "observations.csv", of_format_1(cells("unit", "families")), "measure_unit"),
    ("format 1 of stocks", "observations.csv", of_format_1(cells("kind", "stock")), "unknown_outcome"),
    ("format 1 since 1900", "control.csv", of_format_1(cells("date", "1900-01-01", 0)), RUNS),
    ("format 1 without happenings", "happenings.csv", of_format_1(gone), RUNS),
    ("format 1 of no sources", "sources.csv", of_format_1(header_only), "empty_table"),
    ("a parameter of 1e300", "parameters.csv", add("aid_cost,fixed,1e300,,,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a parameter of 1e18", "parameters.csv", add("tents_per_month,fixed,1e18,,,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a parameter with a tail of 1e300", "parameters.csv", add("aid_cost,lognormal,40,1e-290,1e300,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a parameter of a hair", "parameters.csv", add("walk_km_day,fixed,0.000000000000000000001,,,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a parameter below 0", "parameters.csv", add("aid_cost,fixed,-1,,,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a parameter unknown", "parameters.csv", add("aid_cots,fixed,1,,,2029-01-01,prior,x,invented"), "unknown_parameter"),
    ("a beta of 1e308", "parameters.csv", add("aid_leak,beta:1e308:1e308,0.5,0.4,0.6,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a beta of NaN", "parameters.csv", add("aid_leak,beta:nan:2,0.5,0.4,0.6,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a beta for a time", "parameters.csv", add("tent_life_months,beta:0.0001:1e8,0.5,0.4,0.6,2029-01-01,prior,x,invented"), RUNS),
    ("a normal below 0", "parameters.csv", add("tent_life_months,normal,1,0.5,100,2029-01-01,prior,x,invented"), RUNS),
    ("a flat lognormal", "parameters.csv", add("aid_cost,lognormal,40,40,40,2029-01-01,prior,x,invented"), "parameter_range"),
    ("a capability of 0", "bargaining.csv", cells("capability", "0"), "out_of_range"),
    ("a capability of nothing at all", "bargaining.csv", swap(",60,40,80,", ",0,0,0,"), RUNS),
    ("a discount of 1e-320", "bargaining.csv", cells("discount", "1e-320"), "out_of_bounds"),
    ("nobody consents", "bargaining.csv", cells("consent", "no"), "nobody_consents"),
    ("a stake in nothing", "stakes.csv", cells("about", "nothing", 0), "unknown_outcome"),
    ("a stake of 0", "stakes.csv", cells("weight", "0"), "out_of_range"),
    ("salience of 0", "stakes.csv", cells("salience", "0"), RUNS),
    ("an ideal of 1e12", "stakes.csv", cells("ideal", "1e12", 2), RUNS),
    ("a red line about nothing", "red_lines.csv", cells("about", "nothing", 0), "unknown_outcome"),
    ("a red line of 1e300", "red_lines.csv", cells("at_most", "1e300", 0), "out_of_bounds"),
    ("a tie of a party with itself", "dependences.csv", cells("on_party", "lowland", 1), "tie_twice"),
    ("an effect of 10", "supports.csv", cells("high", "10"), "support_target"),
    ("a source of 1900", "sources.csv", cells("published", "1900-01-01"), RUNS),
    ("a source of tomorrow", "sources.csv", cells("published", "2199-01-01"), RUNS),
    ("a source page of ESC", "sources.csv", cells("page", "http://x/\x1b]8;;evil\x07", 0), "control_character"),
    ("no sources", "sources.csv", header_only, "empty_table"),
)  # fmt: skip

EDITS = tuple(Edit(*row) for row in _TABLE)
