"""When a second process compiles kernels, and when not: in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from havenline.draws.kernels import FOLDER
from havenline.engine import simulate, warm
from tests.crises_random import crisis_of, towns_in_a_row

TRY = """
from havenline.engine import ground, warm
second = warm.start_if_cold()
if second is not None:
    second.kill()
    second.wait()
print("none" if second is None else second.args[1:])
"""
RUN = """
from havenline.engine import ground, simulate
from tests.crises_random import crisis_of, towns_in_a_row
simulate(crisis_of(towns_in_a_row(people=(50,), days=2)), futures=1, workers=1)
print(len(ground.run_days.stats.cache_misses))
"""


def tried(code: str, kept: Path) -> str:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(kept), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor")
def test_a_second_process_starts_where_nothing_is_kept_yet(tmp_path: Path) -> None:
    assert tried(TRY, tmp_path / "kept") == "['-m', 'havenline.engine.warm']"


def test_a_second_run_compiles_nothing_and_starts_no_process_wherever_kernels_are_kept(
    tmp_path: Path,
) -> None:
    simulate(crisis_of(towns_in_a_row(people=(50,), days=2)), futures=1, workers=1)
    assert warm.start_if_cold() is None
    assert FOLDER is not None
    shutil.copytree(FOLDER, tmp_path / "kept" / FOLDER.name)
    assert tried(TRY, tmp_path / "kept") == "none"
    assert tried(RUN, tmp_path / "kept") == "0"


def test_none_starts_on_one_processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(warm, "FOLDER", tmp_path)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert warm.start_if_cold() is None
