"""The parameter table: first rows for any year, what is known by a day, what is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from havenline.crisis import check_crisis, open_crisis
from havenline.crisis.parameters import default_table, known_parameters, parameter_names
from havenline.engine import simulate
from havenline.errors import RunError
from havenline.evidence.audit import audit

EXAMPLE = Path(__file__).resolve().parents[2] / "src/havenline/crisis/example"
LONG_AGO = dt.date(1950, 6, 1)


def moved(folder: Path, days: int) -> Path:
    """Write the example with every date so many days earlier; return its folder."""
    shutil.copytree(EXAMPLE, folder)
    for path in folder.rglob("*"):
        if path.suffix in (".csv", ".yaml"):
            text = re.sub(
                r"\b\d{4}-\d\d-\d\d\b",
                lambda m: (dt.date.fromisoformat(m[0]) - dt.timedelta(days)).isoformat(),
                path.read_text(encoding="utf-8"),
            )
            path.write_text(text, encoding="utf-8")
    return folder


def test_the_first_row_of_each_parameter_is_a_prior_for_any_year() -> None:
    first = [row for row in default_table() if row.any_year]
    assert Counter(row.name for row in first) == dict.fromkeys(parameter_names(), 1)
    assert {row.kind for row in first} == {"prior"}
    seen = set()
    for row in default_table():
        assert row.any_year == (row.name not in seen), row.name
        seen.add(row.name)


def test_a_later_row_is_used_from_its_day_on() -> None:
    (row,) = (r for r in default_table() if r.name == "onward_managed" and not r.any_year)
    before = known_parameters(row.known_from - dt.timedelta(1))["onward_managed"]
    assert before.any_year
    assert before.low < row.low < row.high < before.high
    assert known_parameters(row.known_from)["onward_managed"] == row


@pytest.mark.parametrize("days", [0, 7300, 18_000])
def test_a_crisis_of_any_year_checks_and_runs(tmp_path: Path, days: int) -> None:
    folder = moved(tmp_path / "crisis", days)
    checked = check_crisis(folder)
    assert checked.problems == ()
    crisis = open_crisis(folder)
    assert crisis.meta.as_of == open_crisis(EXAMPLE).meta.as_of - dt.timedelta(days)
    result = simulate(crisis, futures=2, days=10, settings={"aid_cost": 12.0})
    assert result.parameters["aid_cost"].value == 12.0
    assert all(row.known_from <= crisis.meta.as_of for row in result.parameters.values())
    assert result.parameters["mortality_idp_ratio"].any_year == (days > 5000)


def own(**cells: object) -> pd.DataFrame:
    row = {"name": "onward_managed", "distribution": "fixed", "value": 0.001, "low": math.nan}
    row |= {"high": math.nan, "known_from": pd.Timestamp("1949-01-01"), "basis": "prior"}
    return pd.DataFrame([row | {"source_id": "s"} | cells])


def test_a_row_of_the_crisis_and_a_set_value_hold_in_any_year() -> None:
    assert known_parameters(LONG_AGO, own())["onward_managed"].value == 0.001
    late = own(known_from=pd.Timestamp("1951-01-01"))
    assert known_parameters(LONG_AGO, late)["onward_managed"].any_year
    used = known_parameters(LONG_AGO, late, {"onward_managed": 0.002})["onward_managed"]
    assert (used.value, used.kind) == (0.002, "set")


def test_check_and_run_agree_on_the_rows_known_by_the_as_of_date(tmp_path: Path) -> None:
    """Rows of the border that would be refused together, of which a run knows one or both."""
    folder = moved(tmp_path / "crisis", 7300)
    as_of = open_crisis(folder).meta.as_of
    for known, expected in ((as_of + dt.timedelta(1), []), (as_of, ["border_order"])):
        with (folder / "parameters.csv").open("w", encoding="utf-8") as table:
            table.write("name,distribution,value,low,high,known_from,basis,method,source_id\n")
            table.write(f"border_closed,fixed,0.4,,,{known},prior,tried,invented\n")
        assert [p.check for p in check_crisis(folder).problems] == expected
        table_read = pd.read_csv(folder / "parameters.csv", parse_dates=["known_from"])
        if expected:
            with pytest.raises(RunError, match=r"border_managed is 0\.1, below"):
                known_parameters(as_of, table_read)
        else:
            assert known_parameters(as_of, table_read)["border_closed"].value < 0.1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"flight_at_capture": 7.0}, "'flight_at_capture': 7 given; expected a share of 0 to 1"),
        ({"walk_km_day": 0.0}, "'walk_km_day': 0 given; expected above 0"),
        ({"aid_cost": -1.0}, "'aid_cost': -1 given; expected 0 or more"),
        ({"aid_cost": math.nan}, "'aid_cost': nan is not a finite number"),
        ({"tempo_persistence": 1.0}, "expected 0 or more and below 1"),
        ({"border_managed": 0.0}, "border_managed is 0, below border_closed"),
        ({"aid_costs": 1.0}, "unknown parameter 'aid_costs'; did you mean 'aid_cost'?"),
    ],
)
def test_whoever_asks_for_the_parameters_is_refused_bad_settings(
    settings: dict[str, float], message: str
) -> None:
    with pytest.raises(RunError, match=re.escape(message)):
        known_parameters(dt.date(2020, 2, 3), None, settings)


def test_the_audit_marks_first_rows() -> None:
    found = audit(open_crisis("idlib-2020"))
    marked = {row["name"]: row["any_year"] for row in found.to_json_dict()["parameters"]}
    assert marked["flight_bombardment"]
    assert not marked["flight_front"], "a row of the crisis"
    assert not marked["mortality_idp_ratio"], "a later row of the table"
