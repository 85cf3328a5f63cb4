"""An interrupted run keeps what is whole and says so; a killed one leaves nothing that looks so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from havenline.__main__ import main as start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

RUN = [sys.executable, "-m", "havenline", "run"]
MANY = 20_000
PATIENCE = 120.0
ENOUGH = 800_000
"""Bytes of a result with some whole futures: one of the example is 40 thousand beside 350."""


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where a shell in the background started these tests deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def started(example: Path, out: Path) -> subprocess.Popen[str]:
    """Start a long run in its own process and wait until some futures are written."""
    run = subprocess.Popen(
        [*RUN, str(example), "--futures", str(MANY), "--out", str(out), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + PATIENCE
    size = 0
    while size < ENOUGH:
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < until, "no future was written"
        size = sum(p.stat().st_size for p in out.glob(".unfinished-*/.result*"))
        time.sleep(0.02)
    return run


def test_ctrl_c_keeps_the_futures_that_are_done(example: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = started(example, out)
    run.send_signal(signal.SIGINT)
    printed, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert "Traceback" not in said
    assert "Stopped early" in said
    comparison = json.loads(printed)
    assert comparison["partial"] is True
    with xr.open_dataset(out / "result.nc", engine="h5netcdf") as result:
        assert result.attrs["partial"] == 1
        done = result.sizes["future"]
        assert 0 < done < MANY
        assert result.attrs["futures_done"] == done == comparison["futures"]
        assert f" in {done} futures" in result.attrs["title"]
        assert float(abs(result["ledger_residual"]).max()) == 0
        assert int(result["displaced"].isel(day=0).sum("area").min()) > 0
        assert result["future"].values.tolist() == list(range(done))
    assert (out / "report.html").is_file()
    (kept,) = (p for p in out.iterdir() if p.name.startswith("."))  # to go on from
    assert kept.name.startswith(".kept-")
    assert "goes on from there" in said


def test_a_killed_run_leaves_nothing_that_looks_complete(example: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = started(example, out)
    run.kill()
    run.communicate(timeout=PATIENCE)
    left = [p.name for p in out.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(".unfinished-")
    again = [*RUN, str(example), "--futures", "2", "--days", "3", "--out", str(out)]
    subprocess.run(again, check=True, capture_output=True)
    assert [p.name for p in out.iterdir() if p.name.startswith(".")] == []


def test_ctrl_c_before_any_future_is_done_is_one_message(
    havenline: Callable[..., Any],
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("havenline.engine.ground.run_future", stop)
    monkeypatch.setattr("havenline.engine.executors.ThreadPoolExecutor", AtOnce)
    answer = havenline("run", example, "--futures", 3, "--out", tmp_path / "out")
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err == "Stopped before the end.\n"
    assert not (tmp_path / "out").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class AtOnce:
    """Stands for a pool of threads and runs each task in this one."""

    def __init__(self, max_workers: int) -> None:
        pass

    def submit(self, task: Callable[..., Any], *args: object) -> Any:
        return task(*args)

    def shutdown(self, **_: object) -> None:
        pass


def test_ctrl_c_while_loading_is_one_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(name: str, *_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "havenline.cli")
    monkeypatch.delattr("havenline.cli")
    monkeypatch.setattr("importlib._bootstrap._find_spec", interrupted)
    with pytest.raises(SystemExit) as stop:
        start()
    monkeypatch.undo()
    assert stop.value.code == 1
    assert capsys.readouterr().err == "Stopped before the end.\n"
