"""The worked example of a new process is built as the guide says, and runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/how-to/a-new-process.md"
BLOCK = re.compile(r"^`(src/\S+)`:\n\n(?:<!-- not run -->\n)?```(\w+)\n(.*?)```", re.M | re.S)


def applied(to: Path) -> set[str]:
    """Do to a copy of the package what the guide says; return the files it touches."""
    touched = set()
    for name, kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        path = to / name.removeprefix("src/")
        touched.add(name)
        if kind == "python":
            assert not path.exists()
            path.write_text(text, encoding="utf-8")
        elif kind == "csv":
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
        else:
            whole = path.read_text(encoding="utf-8")
            for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", text, flags=re.M):
                before, after = (re.sub(r"^[-+]", "", part, flags=re.M) for part in (old, new))
                assert whole.count(before) == 1, before
                whole = whole.replace(before, after)
            path.write_text(whole, encoding="utf-8")
    return touched


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the process of the guide."""
    to = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "src/havenline", to / "havenline", ignore=shutil.ignore_patterns("__pycache__")
    )
    assert len(applied(to)) == 3
    return to


def havenline(copy: Path, *words: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "300"}
    env.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-m", "havenline", *words], env=env, capture_output=True, text=True,
        cwd=copy, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_process_of_the_guide_runs(copy: Path) -> None:
    assert re.search(r"illness +People in crowded places fall ill", havenline(copy, "steps"))
    assert "illness_rate" in havenline(copy, "info", "--parameters")
    havenline(copy, "init", "example")
    small = ("--futures", "2", "--days", "8")
    for out, rate in (("none", "0"), ("ill", "0.05")):
        havenline(copy, "run", "example", *small, "--out", out, "--set", f"illness_rate={rate}")
    none, ill = (xr.load_dataset(copy / out / "result.nc") for out in ("none", "ill"))
    assert ill["fell_ill"].max() > 0
    assert not none["fell_ill"].any()
    assert ill["fell_ill"].attrs["measure"] == "cumulative"
    assert "fell_ill" in set(pd.read_csv(copy / "ill" / "daily.csv")["variable"])
    for name in set(ill.data_vars) - {"fell_ill", "parameter_values"}:
        np.testing.assert_array_equal(ill[name], none[name], name)
