"""No file of a result holds who controls or takes a place after the as-of date."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd
import pytest
import xarray as xr

from havenline.cli.run import SOMETIMES
from havenline.crisis import builtin_crises, open_crisis

CONTROL = re.compile(
    r"\b(controls?|controlled|controller|captures?|captured|falls?|fallen|side|holder|held|"
    r"attacker|defender|taken|front)\b"
)
OUTPUTS = {
    *SOMETIMES,
    "daily.csv",
    "daily.parquet",
    "displaced_by_area.csv",
    "displaced_by_area.parquet",
    "host_pressure.csv",
    "indicators_by_future.parquet",
    "needs_by_phase.csv",
    "planning.csv",
    "planning.xlsx",
    "provenance.json",
    "report.html",
    "result.nc",
}


def words(text: str) -> str:
    return re.sub(r"[_\-]", " ", text.casefold())


class Written(NamedTuple):
    """What a run of a crisis wrote."""

    crisis: str
    folder: Path

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture(scope="module", params=builtin_crises())
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    from havenline import cli

    crisis = str(request.param)
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        given = ["run", crisis, "--futures", "2", "--days", "14", "--json"]
        patch.setattr("sys.argv", ["havenline", *given, "--out", str(out)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    assert stop.value.code in (0, None)
    return Written(crisis, out)


@cache
def place_names(name: str) -> frozenset[str]:
    """Return ids and names of places that are no area's id or name, nor a host's abroad."""
    crisis = open_crisis(name)
    places = {*crisis.places["place_id"].map(str), *crisis.places["name"].map(str)}
    areas = {*crisis.areas["area_id"].map(str), *crisis.areas["name"].map(str)}
    hosts = {text for n in crisis.meta.neighbours for h in n.hosts for text in (h.id, h.name)}
    return frozenset({words(x) for x in places} - {words(x) for x in areas | hosts})


def cells(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield (name, rows) of each table in a file, its header first."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        for sheet in book:
            yield sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]
        book.close()
        return
    frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    yield path.name, [list(frame.columns), *frame.astype(object).to_numpy().tolist()]


def test_a_run_writes_these_files_and_no_others(written: Written) -> None:
    names = {p.name for p in written.files()}
    assert names <= OUTPUTS
    assert OUTPUTS - names <= SOMETIMES


def test_no_table_has_rows_by_place(written: Written) -> None:
    places = place_names(written.crisis)
    assert len(places) > 5
    for path in written.files():
        if path.suffix not in (".csv", ".parquet", ".xlsx"):
            continue
        for name, rows in cells(path):
            assert len(rows) > 1, name
            texts = {words(x) for row in rows for x in row if isinstance(x, str)}
            assert texts & places == set(), (path.name, name)
            header = {words(x) for row in rows[:1] for x in row if isinstance(x, str)}
            assert not {h for h in header if re.search(r"\bplace( id)?$", h)}, name


def test_no_table_by_area_and_day_has_a_column_of_control(written: Written) -> None:
    for path in written.files():
        if path.suffix not in (".csv", ".parquet", ".xlsx"):
            continue
        for name, rows in cells(path):
            header = {words(x) for x in rows[0] if isinstance(x, str)}
            if any("area" in h or "pcode" in h for h in header):
                assert not {h for h in header if CONTROL.search(h)}, (path.name, name)


def test_the_result_has_no_places_and_no_control_by_area(written: Written) -> None:
    places = place_names(written.crisis)
    with xr.open_dataset(written.folder / "result.nc", engine="h5netcdf") as result:
        assert "place" not in result.sizes
        for name, variable in result.variables.items():
            text = words(f"{name} {variable.attrs.get('long_name', '')}")
            if "area" in variable.dims and name != "exposure_probability":
                assert not CONTROL.search(text), name
            if variable.dtype.kind in "OUS":
                assert {words(str(x)) for x in variable.to_numpy().ravel()} & places == set()
        assert set(result["exposure_probability"].dims) == {"option", "week", "area"}
        assert place_names(written.crisis) & {words(str(v)) for v in result.attrs.values()} == set()


def test_the_report_ties_no_place_to_control_after_the_as_of_date(written: Written) -> None:
    page = (written.folder / "report.html").read_text(encoding="utf-8")
    places = place_names(written.crisis)
    named = [words(option.name) for option in open_crisis(written.crisis).options]
    for row in re.findall(r"<tr\b.*?</tr>", page, flags=re.S):
        plain = words(re.sub(r"<[^>]*>", " ", row))
        for name in named:  # an option may be named after a place
            plain = plain.replace(name, " ")
        tied = [p for p in places if re.search(rf"\b{re.escape(p)}\b", plain)]
        assert not (tied and CONTROL.search(plain)), plain
    for script in re.findall(r"<script[^>]*json[^>]*>(.*?)</script>", page, flags=re.S):
        keys = set(re.findall(r'"([^"]+)":', json.dumps(json.loads(script))))
        assert not {k for k in keys if CONTROL.search(words(k))}


def test_json_names_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    from havenline import cli

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["havenline", "run", "--futures", "2", "--days", "5", "--json"])
        with pytest.raises(SystemExit):
            cli.main()
    found = words(capsys.readouterr().out)
    assert [p for p in place_names("idlib-2020") if re.search(rf'"{re.escape(p)}"', found)] == []
