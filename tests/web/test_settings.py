"""What no run may use is refused alike at every way in: commands, page and Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from havenline import cli, negotiate, open_crisis, simulate
from havenline.crisis import Crisis, init_crisis
from havenline.engine.ground import prepare
from havenline.errors import HavenlineError

BAD = {
    "a share above 1": ("flight_at_capture", 7.0),
    "a share below 0": ("vehicle_share", -0.1),
    "a speed of nothing": ("walk_km_day", 0.0),
    "out of its bounds": ("tempo_persistence", 2.0),
    "an open border less open than a managed one": ("border_open", 1e-5),
    "not a parameter": ("no_such_parameter", 1.0),
}
SMALL: dict[str, Any] = {"futures": 2, "days": 3}
PYTHON: dict[str, Callable[[Crisis, dict[str, float]], Any]] = {
    "simulate": lambda crisis, given: simulate(crisis, settings=given, **SMALL),
    "negotiate": lambda crisis, given: negotiate(crisis, settings=given, **SMALL),
    "prepare": lambda crisis, given: prepare(crisis, None, given, **SMALL),
    "varied": lambda crisis, given: prepare(crisis, **SMALL).varied(given),
}
COMMANDS = ("run", "delay", "negotiate")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init_crisis(tmp_path_factory.mktemp("settings") / "example", bargaining=True)


def wanted(example: Path, name: str, value: float) -> str:
    with pytest.raises(HavenlineError) as caught:
        prepare(open_crisis(example), None, {name: value}, **SMALL)
    return str(caught.value)


@pytest.mark.parametrize("bad", BAD)
def test_every_way_in_says_the_same(
    example: Path,
    client: httpx.Client,
    serving: Any,
    bad: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, value = BAD[bad]
    message = wanted(example, name, value)
    crisis = open_crisis(example)
    for way, ask in PYTHON.items():
        with pytest.raises(HavenlineError) as caught:
            ask(crisis, {name: value})
        assert str(caught.value) == message, way
    for command in COMMANDS:
        words = [command, str(example), "--futures", "2", "--set", f"{name}={value}"]
        if command == "delay":
            words += ["--option", "river_line"]
        monkeypatch.setattr(sys, "argv", ["havenline", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = " ".join(capsys.readouterr().err.split())
        assert stopped.value.code in (1, 2), command
        assert " ".join(message.split()) in said, (command, said)
    body = {"settings": {name: value}, **SMALL}
    response = serving.answered(client, "/api/runs", body)
    assert response.status_code == 422
    assert f"{name}" in response.json()["detail"]
