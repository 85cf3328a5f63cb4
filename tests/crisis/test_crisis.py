"""Opening, checking and starting a crisis."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havenline.crisis import (
    TABLES,
    builtin_crises,
    check_crisis,
    day_of,
    init_crisis,
    json_schema,
    open_crisis,
)
from havenline.crisis.choices import YES_NO
from havenline.crisis.levers import LEVERS, BorderLever, HavenLever, LineLever
from havenline.crisis.parameters import parameter_names
from havenline.crisis.schema import BARGAINING, does_of
from havenline.errors import CrisisError, HavenlineError


def test_open_gives_every_table_with_its_columns_and_types(folder: Any) -> None:
    crisis = open_crisis(folder.path)
    for table in TABLES.values():
        frame = getattr(crisis, table.name)
        assert tuple(frame.columns) == table.names
        for column in table.columns:
            dtype = frame[column.name].dtype
            if column.type == "date":
                assert dtype == np.dtype("datetime64[ns]")
            elif column.type == "integer" and column.required:
                assert dtype == np.dtype("int64")
            elif column.type in ("integer", "number"):
                assert dtype == np.dtype("float64")
            else:
                assert all(isinstance(value, str) for value in frame[column.name])


def test_open_keeps_what_is_empty_apart_from_zero(folder: Any) -> None:
    crisis = open_crisis(folder.path)
    assert np.isnan(crisis.sites["water_l_day"].iloc[1])
    assert crisis.control["date_latest"].isna().sum() == 9
    assert crisis.places["note"].iloc[0] == ""
    assert crisis.populations["persons"].sum() == 188_000


def test_open_reads_levers_with_dates_and_days(folder: Any) -> None:
    folder.replace("options.yaml", "announced: 5 ", "announced: 2030-01-25 ")
    folder.replace(
        "options.yaml",
        "levers: []",
        "levers: [{lever: border, neighbour: plainland, start: 1, regime: open}]",
    )
    options = open_crisis(folder.path).options
    line, haven = options[1].levers[1:]
    assert isinstance(line, LineLever)
    assert isinstance(haven, HavenLever)
    assert line.announced == date(2030, 1, 25)
    assert day_of(line.handover, date(2030, 1, 20)) == date(2030, 2, 10)
    assert [(step.from_, step.level) for step in haven.aid] == [(14, 1.5), (45, 2.0)]
    assert isinstance(options[0].levers[0], BorderLever)


def test_the_baseline_comes_first(folder: Any) -> None:
    text = (folder.path / "options.yaml").read_text()
    head, first, second = text.split("  - id: ")
    folder.write("options.yaml", f"{head}  - id: {second}\n  - id: {first}".encode())
    crisis = open_crisis(folder.path)
    assert [option.id for option in crisis.options] == ["no_deal", "river_line"]
    assert crisis.option("river_line").name == "Truce along the river"


def test_an_unknown_option_is_named_with_the_nearest(folder: Any) -> None:
    with pytest.raises(CrisisError) as caught:
        open_crisis(folder.path).option("river-line")
    assert str(caught.value) == (
        "options.yaml: there is no such option (found 'river-line'); expected one of no_deal, "
        "river_line; did you mean 'river_line'? (unknown_id)"
    )


def test_input_hashes_are_of_every_file_read(folder: Any) -> None:
    crisis = open_crisis(folder.path)
    files = sorted(
        str(path.relative_to(folder.path))
        for path in folder.path.rglob("*")
        if path.is_file() and path.name != "README.md"
    )
    assert sorted(crisis.input_hashes) == files
    for file, digest in crisis.input_hashes.items():
        assert digest == hashlib.sha256((folder.path / file).read_bytes()).hexdigest()


def test_tables_written_back_read_the_same(folder: Any) -> None:
    before = open_crisis(folder.path)
    for table in TABLES.values():
        whole = [c.name for c in table.columns if c.type == "integer"]
        frame = getattr(before, table.name).astype(dict.fromkeys(whole, "Int64"))
        frame.to_csv(folder.path / f"{table.name}.csv", index=False, lineterminator="\n")
    sites = (folder.path / "sites.csv").read_text()
    assert "400000.0" in sites
    after = open_crisis(folder.path)
    for table in TABLES.values():
        assert getattr(after, table.name).equals(getattr(before, table.name)), table.name


def test_a_table_may_lie_elsewhere(folder: Any) -> None:
    (folder.path / "derived").mkdir()
    (folder.path / "populations.csv").rename(folder.path / "derived" / "populations.csv")
    folder.replace("crisis.yaml", "tables: {}", "tables: {populations: derived/populations.csv}")
    crisis = open_crisis(folder.path)
    assert len(crisis.populations) == 8
    assert "derived/populations.csv" in crisis.input_hashes


def test_open_raises_all_errors_and_no_warnings(folder: Any) -> None:
    folder.replace("sites.csv", "6000,4500", "4000,4500")
    assert [p.check for p in open_crisis(folder.path).warnings] == ["over_capacity"]
    folder.replace("routes.csv", "birchmill,24,", "birchmill,0,")
    folder.replace("violence.csv", "2030-01-13", "13/01/2030")
    with pytest.raises(CrisisError) as caught:
        open_crisis(folder.path)
    assert [p.check for p in caught.value.problems] == ["route_length", "bad_date"]


@pytest.mark.parametrize(
    ("strict", "code"),
    [((), 0), (("same_position",), 0), (("over_capacity",), 1), (("all",), 1)],
)
def test_warnings_fail_only_where_their_check_is_strict(
    folder: Any, strict: tuple[str, ...], code: int
) -> None:
    folder.replace("sites.csv", "6000,4500", "4000,4500")
    report = check_crisis(folder.path, strict)
    assert report.exit_code == code
    assert report.ok is (code == 0)


def test_an_error_is_bad_input_even_beside_a_strict_warning(folder: Any) -> None:
    folder.replace("sites.csv", "6000,4500", "4000,4500")
    folder.replace("routes.csv", "birchmill,24,", "birchmill,0,")
    assert check_crisis(folder.path, ["all"]).exit_code == 2


def test_an_unknown_strict_check_is_refused(folder: Any) -> None:
    with pytest.raises(HavenlineError, match="there is no check 'over_capasity'; did you mean"):
        check_crisis(folder.path, ["over_capasity"])


def test_paths_that_are_no_crisis(folder: Any, tmp_path: Path) -> None:
    assert [str(p) for p in check_crisis(tmp_path / "nowhere").problems] == [
        f"crisis folder: there is no such folder (found {_cut(tmp_path / 'nowhere')!r}) "
        "(missing_folder)"
    ]
    file = folder.path / "crisis.yaml"
    assert [str(p) for p in check_crisis(file).problems] == [
        f"crisis folder: this is a file (found {_cut(file)!r}); expected a folder; give the "
        f"folder: {folder.path} (not_a_folder)"
    ]
    assert check_crisis(str(tmp_path / "a\0b")).exit_code == 2
    assert check_crisis("x" * 5000).exit_code == 2


def _cut(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 60 else text[:57] + "..."


def test_an_unknown_name_lists_the_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("one-2001", "two-2002"):
        init_crisis(tmp_path / name)
    (tmp_path / "no-crisis").mkdir()
    monkeypatch.setattr("havenline.crisis.crisis._BUILT_IN", tmp_path)
    assert builtin_crises() == ["one-2001", "two-2002"]
    assert open_crisis("two-2002").folder == tmp_path / "two-2002"
    with pytest.raises(CrisisError) as caught:
        open_crisis("two-2020")
    assert str(caught.value) == (
        "crisis folder: there is no built-in crisis and no folder of this name (found "
        "'two-2020'); expected one of one-2001, two-2002 or a folder; did you mean 'two-2002'? "
        "(unknown_crisis)"
    )


def test_init_fills_an_empty_folder_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "new"
    assert init_crisis(target) == target
    assert check_crisis(target).problems == ()
    with pytest.raises(HavenlineError, match="is not empty; give a new or an empty folder"):
        init_crisis(target)
    with pytest.raises(HavenlineError, match="is a file; give a new folder"):
        init_crisis(target / "crisis.yaml")


def test_schema_names_every_file_and_column() -> None:
    schema = json.loads(json.dumps(json_schema()))
    files = schema["properties"]
    assert set(files) == {"crisis.yaml", "options.yaml", "hindcast.yaml"} | {
        f"{name}.csv" for name in TABLES
    }
    for table in TABLES.values():
        rows = files[f"{table.name}.csv"]["items"]
        assert tuple(rows["properties"]) == table.names
        assert rows["additionalProperties"] is False
    assert files["routes.csv"]["items"]["properties"]["road_km"]["x-unit"] == "km"
    levers = schema["$defs"]["OptionSpec"]["properties"]["levers"]["items"]
    assert set(levers["discriminator"]["mapping"]) == set(LEVERS)


def test_schema_has_no_loose_ends() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    found = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert found == set(schema["$defs"])


def test_columns_with_numbers_have_units_and_references_lead_somewhere() -> None:
    plain = {"level", "crosses_border", "main", "value", "low", "high"}
    for table in TABLES.values():
        for column in table.columns:
            if column.type in ("integer", "number") and column.name not in plain:
                assert column.unit, f"{table.name}.{column.name}"
            if column.refers and not column.refers.startswith("meta."):
                assert set(column.refers.split(" or ")) <= set(TABLES)


def test_every_lever_says_its_effect_in_one_sentence() -> None:
    for name, lever in LEVERS.items():
        effect = getattr(lever, "EFFECT", "")
        assert effect.endswith("."), name
        assert effect.count(". ") == 0, name
        assert all(f.description for key, f in lever.model_fields.items() if key != "lever"), name


def test_the_package_is_light_to_import() -> None:
    code = "import sys, havenline.crisis; print('pandas' in sys.modules, 'numba' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def test_every_table_and_every_word_says_what_it_does_in_a_run() -> None:
    parameters = parameter_names()
    for table in TABLES.values():
        assert table.does, table.name
        for column in table.columns:
            said = does_of(column)
            if column.choices and column.choices is not YES_NO and table.name not in BARGAINING:
                assert set(said) == set(column.choices), (table.name, column.name)
                assert all(said.values()), (table.name, column.name)
            for name in re.findall(r"`([a-z_]+)`", " ".join(said.values())):
                assert name in parameters, name


def test_init_leaves_out_what_only_a_negotiation_needs(tmp_path: Path) -> None:
    plain = {p.name for p in init_crisis(tmp_path / "plain").iterdir()}
    whole = {p.name for p in init_crisis(tmp_path / "whole", bargaining=True).iterdir()}
    assert whole - plain == {f"{name}.csv" for name in BARGAINING}
    for name in ("plain", "whole"):
        assert check_crisis(tmp_path / name).problems == ()
    assert open_crisis(tmp_path / "plain").meta.hindcast is not None
