"""The server gives the numbers of the Python interface, and the same bytes for the same request."""

from __future__ import annotations

import io
import json
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import openpyxl
import pytest
import xarray as xr

from havenline import compare, open_crisis, simulate
from havenline.crisis.levers import OptionSpec
from havenline.options import delayed
from havenline.outcomes import price_of_delay
from havenline.web.live import Futures, Live

SMALL = {"futures": 6, "days": 21}


@pytest.fixture(scope="module")
def changed(scene: dict[str, Any]) -> dict[str, Any]:
    """The haven, handed over later and with more shelter."""
    option: dict[str, Any] = json.loads(json.dumps(scene["options"][2]))
    option["levers"][1]["handover"] = 12
    option["levers"][2]["shelter_units_per_month"] = 9000
    return option


def python_result(option: dict[str, Any], **asked: Any) -> xr.Dataset:
    spec = OptionSpec.model_validate_json(json.dumps(option))
    return simulate(open_crisis("idlib-2020"), options=[spec], **asked).dataset


def test_live_runs_are_those_of_simulate_bit_for_bit() -> None:
    crisis = open_crisis("idlib-2020")
    wanted = simulate(crisis, futures=12, days=30, seed=5).dataset
    ground = Live(2).ground(crisis, Futures(12, 5, 30, crisis.meta.as_of))
    ground.dataset([crisis.options[2]], 2, lambda done, of: None)  # some kept, some new
    found = ground.dataset(list(crisis.options), 2, lambda done, of: None)
    for name in wanted.variables:
        np.testing.assert_array_equal(found[name].to_numpy(), wanted[name].to_numpy(), str(name))
    assert found.attrs == wanted.attrs


def test_a_changed_lever_gives_the_numbers_of_the_python_interface(
    client: httpx.Client, serving: ModuleType, changed: dict[str, Any]
) -> None:
    found = serving.answered(client, "/api/runs", {"options": [changed], **SMALL}).json()
    dataset = python_result(changed, **SMALL)
    assert found["comparison"] == compare(dataset).to_json_dict()
    bands = np.quantile(dataset["newly_displaced"].to_numpy(), found["bands"], axis=1)
    assert found["series"]["newly_displaced"][changed["id"]] == np.rint(bands[:, 1]).tolist()
    exposed = np.rint(100 * dataset["exposure_probability"].to_numpy()[1])
    assert found["exposure"][changed["id"]] == exposed.tolist()


def test_the_same_request_gives_the_same_bytes(
    client: httpx.Client, serving: ModuleType, changed: dict[str, Any]
) -> None:
    body = {"options": [changed], **SMALL}
    first, second = (serving.answered(client, "/api/runs", body) for _ in range(2))
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    other = serving.answered(client, "/api/runs", {**body, "seed": 2})
    assert other.headers["etag"] != first.headers["etag"]
    assert other.content != first.content


def test_a_drawn_line_is_run(
    client: httpx.Client, serving: ModuleType, scene: dict[str, Any]
) -> None:
    option = json.loads(json.dumps(scene["options"][2]))
    for lever in option["levers"]:
        if lever.get("line_id"):
            lever["line_id"] = "drawn-line"
    for north, more in ((35.6, False), (35.9, True)):
        line = {
            "coordinates": [[36.0, north], [37.4, north]],
            "protected_point": [36.6, 36.3],
        }
        body = {"options": [option], "line": line, **SMALL}
        found = serving.answered(client, "/api/runs", body).json()
        moved = found["series"]["displaced_by_option"][option["id"]][2][-1]
        assert (moved > 50_000) is more, (north, moved)


def test_the_price_of_delay_is_that_of_python(client: httpx.Client, serving: ModuleType) -> None:
    body = {"options": ["ceasefire"], "weeks": [1, 2], **SMALL}
    found = serving.answered(client, "/api/delays", body).json()
    crisis = open_crisis("idlib-2020")
    spec = next(o for o in crisis.options if o.id == "ceasefire")
    late = {7: delayed(spec, 7), 14: delayed(spec, 14)}
    dataset = simulate(crisis, options=[spec, *late.values()], **SMALL).dataset  # type: ignore[arg-type]
    wanted = price_of_delay(dataset, "ceasefire", {d: s.id for d, s in late.items()})
    assert [w["price"] for w in found["per_week"]] == [w.price.to_json_dict() for w in wanted]


def test_files_to_take_away_hold_the_result(client: httpx.Client, serving: ModuleType) -> None:
    def file(kind: str) -> bytes:
        body = {"options": ["ceasefire"], "format": kind, **SMALL}
        response = serving.answered(client, "/api/exports", body)
        assert response.status_code == 200
        assert "attachment" in response.headers["content-disposition"]
        return bytes(response.content)

    with xr.open_dataset(io.BytesIO(file("netcdf")), engine="h5netcdf") as found:
        wanted = simulate(open_crisis("idlib-2020"), options=["ceasefire"], **SMALL).dataset  # type: ignore[arg-type]
        np.testing.assert_array_equal(found["killed"], wanted["killed"])
    assert "Read me" in openpyxl.load_workbook(io.BytesIO(file("xlsx"))).sheetnames
    areas = json.loads(file("geojson"))["features"]
    assert {"adm3_pcode", "ceasefire:displaced_end_p50"} <= set(areas[0]["properties"])
    assert file("csv").count(b"\n") > 10
    assert b"<h1" in file("report")
