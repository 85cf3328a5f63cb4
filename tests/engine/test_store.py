"""The result file: whole or absent, the same in any order of writing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from havenline.engine import layout
from havenline.engine.measures import weeks_of
from havenline.engine.store import SPARE, ResultStore, open_result
from havenline.engine.values import VALUES
from havenline.errors import RunError

Arrays = dict[str, NDArray[Any]]


def small_of(arrays: Arrays) -> Arrays:
    return {name: a for name, a in arrays.items() if name not in layout.LARGE}


def large_of(arrays: Arrays, future: int | slice) -> Arrays:
    return {name: arrays[name][:, future] for name in layout.LARGE}


def write_all(store: ResultStore, arrays: Arrays, futures: Iterable[int | slice]) -> None:
    for future in futures:
        store.write(future, large_of(arrays, future))


def load(path: Path) -> xr.Dataset:
    with open_result(path) as dataset:
        return dataset.load()


@pytest.fixture
def made(synthetic: ModuleType) -> tuple[Arrays, Arrays]:
    arrays, coords = synthetic.synthetic_arrays(futures=7, days=9)
    return arrays, coords


ORDERS: dict[str, list[int | slice]] = {
    "forward": list(range(7)),
    "backward": list(range(6, -1, -1)),
    "blocks": [slice(4, 7), 3, slice(0, 3)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_file_holds_what_was_assembled(
    order: str, made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, ORDERS[order])
        store.finish(small_of(arrays))
    expected = layout.assemble(arrays, coords, synthetic.synthetic_attrs())
    xr.testing.assert_identical(load(tmp_path / "r.nc"), expected)
    assert [p.name for p in tmp_path.iterdir()] == ["r.nc"]


def test_same_input_gives_the_same_bytes(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    for name in ("a.nc", "b.nc"):
        with ResultStore.create(tmp_path / name, coords, synthetic.synthetic_attrs()) as store:
            write_all(store, arrays, range(7))
            store.finish(small_of(arrays))
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_types_and_attributes_are_kept(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, range(7))
        store.finish(small_of(arrays), {"extra": "yes"})
    dataset = load(tmp_path / "r.nc")
    assert dataset["displaced"].dtype == np.int32
    assert dataset["day"].dtype == np.dtype("datetime64[ns]")
    assert dataset["homes_damaged"].attrs["prior_only"] == 1
    assert dataset["killed"].attrs["prior_only"] == 0
    assert dataset.attrs["extra"] == "yes"
    assert dataset.attrs["partial"] == 0
    assert dataset.attrs["Conventions"] == "CF-1.11"


@pytest.mark.parametrize("given", [True, False], ids=["done given", "done from what was written"])
def test_partial_result_keeps_only_finished_futures(
    given: bool, made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    done = np.array([False, True, False, False, True, True, False])
    small = small_of(arrays)
    for name in ("killed", "parameter_values", "history_newly_displaced"):
        small[name] = small[name].copy()
        if name == "killed":
            small[name][:, ~done] = np.nan
        else:
            small[name][~done] = np.nan
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, [5, 1, 4, *([0] if given else [])])
        store.finish(small, done=done if given else None)
    expected = layout.assemble(arrays, coords, synthetic.synthetic_attrs(partial=1))
    kept = load(tmp_path / "r.nc")
    xr.testing.assert_identical(kept, expected.isel(future=[1, 4, 5]))
    assert [p.name for p in tmp_path.iterdir()] == ["r.nc"]


@pytest.mark.parametrize("together", [1, 3, 100])
def test_series_may_be_written_with_their_future(
    together: int,
    monkeypatch: pytest.MonkeyPatch,
    made: tuple[Arrays, Arrays],
    synthetic: ModuleType,
    tmp_path: Path,
) -> None:
    arrays, coords = made
    monkeypatch.setattr("havenline.engine.store._SERIES_BLOCK", together)
    rest = {n: a for n, a in small_of(arrays).items() if n not in layout.DAILY_SERIES}
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        for future in (6, 2, slice(0, 2), 5, 3, 4):
            series = {name: arrays[name][:, future] for name in layout.DAILY_SERIES}
            store.write(future, large_of(arrays, future), series=series)
        store.finish(rest)
    expected = layout.assemble(arrays, coords, synthetic.synthetic_attrs())
    xr.testing.assert_equal(load(tmp_path / "r.nc"), expected)


def test_nothing_is_left_without_finish(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    target = tmp_path / "r.nc"
    target.write_bytes(b"an older result")
    with ResultStore.create(target, coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, [0, 1])
        hidden = [p.name for p in tmp_path.iterdir() if p != target]
        assert len(hidden) == 1
        assert hidden[0].startswith(".")
    assert [p.name for p in tmp_path.iterdir()] == ["r.nc"]
    assert target.read_bytes() == b"an older result"


def test_no_finished_future_is_no_result(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        with pytest.raises(RunError, match="no future was finished"):
            store.finish(small_of(arrays))
        with pytest.raises(ValueError, match="never written"):
            store.finish(small_of(arrays), done=np.ones(7, dtype=bool))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_killed_run_leaves_nothing_that_looks_complete(
    tmp_path: Path, synthetic: ModuleType
) -> None:
    script = f"""
        import importlib.util, os, signal
        spec = importlib.util.spec_from_file_location("s", {str(synthetic.__file__)!r})
        s = importlib.util.module_from_spec(spec); spec.loader.exec_module(s)
        from havenline.engine import layout
        from havenline.engine.store import ResultStore
        arrays, coords = s.synthetic_arrays(futures=3, days=5)
        store = ResultStore.create({str(tmp_path / "r.nc")!r}, coords, s.synthetic_attrs())
        store.write(0, {{n: arrays[n][:, 0] for n in layout.LARGE}})
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".")
    assert left.suffix == ".unfinished"
    arrays, coords = synthetic.synthetic_arrays(futures=3, days=5)
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, range(3))
        store.finish(small_of(arrays))
    assert [p.name for p in tmp_path.iterdir()] == ["r.nc"]


def test_two_runs_to_one_target_do_not_mix(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    doubled = {**arrays, "residents": 2 * arrays["residents"]}
    first = ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs())
    second = ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs())
    with first, second:
        for future in range(7):
            write_all(first, arrays, [future])
            write_all(second, doubled, [future])
        second.finish(small_of(doubled))
        first.finish(small_of(arrays))
    assert load(tmp_path / "r.nc")["residents"].to_numpy().sum() == arrays["residents"].sum()


def test_a_full_disk_is_one_message_and_leaves_nothing(
    made: tuple[Arrays, Arrays],
    synthetic: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrays, coords = made
    free = shutil.disk_usage(tmp_path)._replace(free=SPARE)
    with ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()) as store:
        write_all(store, arrays, range(6))
        monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
        with pytest.raises(RunError, match=r"is full: 64 MB are free and \d+ MB are needed"):
            write_all(store, arrays, [6])
        with pytest.raises(RunError, match="is full"):
            store.finish(small_of(arrays))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="asks whether a process lives by signal")
def test_a_folder_that_another_process_writes_to_is_refused(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    _, coords = made
    first = ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs())
    (own,) = tmp_path.iterdir()
    alive = os.getppid()
    other = own.rename(own.with_name(own.name.replace(f"-{os.getpid()}-", f"-{alive}-")))
    with pytest.raises(RunError, match=f"process {alive}.*{other.name}"):
        ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs())
    other.rename(own)
    first.discard()
    ResultStore.create(tmp_path / "r.nc", coords, synthetic.synthetic_attrs()).discard()
    assert list(tmp_path.iterdir()) == []


def test_variables_by_place_or_undeclared_are_refused(
    made: tuple[Arrays, Arrays],
    synthetic: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrays, coords = made
    attrs = synthetic.synthetic_attrs()
    with pytest.raises(ValueError, match="not a declared variable"):
        layout.assemble({**arrays, "held_by": np.zeros(3)}, coords, attrs)
    with pytest.raises(ValueError, match="not a coordinate"):
        layout.assemble(arrays, {**coords, "place": np.arange(3)}, attrs)
    by_place = layout.Variable("captured", ("future", "day", "place"), "int8", "x", "1", "share")
    monkeypatch.setitem(layout.VARIABLES, "captured", by_place)
    with pytest.raises(ValueError, match="nothing by place"):
        layout.assemble({"captured": np.zeros((7, 10, 3))}, coords, attrs)


def test_wrong_shapes_are_refused(
    made: tuple[Arrays, Arrays], synthetic: ModuleType, tmp_path: Path
) -> None:
    arrays, coords = made
    with pytest.raises(ValueError, match="killed has shape"):
        layout.assemble({**arrays, "killed": arrays["killed"][:, :-1]}, coords, {})
    with ResultStore.create(tmp_path / "r.nc", coords, {}) as store:
        with pytest.raises(ValueError, match="displaced has shape"):
            store.write(0, large_of(arrays, slice(None)))
        assert not store.written.any()


def test_weeks_start_the_day_after_and_the_last_may_be_short(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(days=15)
    assert dataset["week_start"].dt.strftime("%m-%d").values.tolist() == ["01-16", "01-23", "01-30"]
    assert weeks_of(14) == 2
    assert weeks_of(1) == 1


def test_every_variable_declares_unit_and_kind() -> None:
    for variable in layout.VARIABLES.values():
        assert "place" not in variable.dims
        assert variable.units
        assert variable.measure in {"stock", "flow", "cumulative", "share", "value"}


def test_every_parameter_has_its_unit_beside_it() -> None:
    coords = layout.coordinates(
        options=[("no-deal", "No deal")],
        futures=1,
        as_of=date(2020, 1, 1),
        days=1,
        areas=[("SY01", "One")],
        groups=["all"],
        history_start=date(2019, 12, 1),
        parameters=VALUES.names or (),
    )
    units = dict(zip(coords["parameter"], coords["parameter_unit"], strict=True))
    assert all(units.values())
    assert units["walk_km_day"] == "km/day"
    assert units["vehicle_share"].startswith("share")


def test_opening_what_is_no_result_is_a_plain_error(synthetic: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no result file"):
        open_result(tmp_path / "absent.nc")
    (tmp_path / "text.nc").write_text("hello")
    with pytest.raises(RunError, match="not a result file"):
        open_result(tmp_path / "text.nc")
    with pytest.raises(RunError, match="no folder"):
        ResultStore.create(tmp_path / "absent" / "r.nc", synthetic.synthetic_arrays()[1], {})


@pytest.mark.parametrize(
    ("bad", "why"), [(2**31, "does not fit"), (1.5, "not whole"), (np.nan, "not whole")]
)
def test_counts_that_would_be_changed_are_refused(
    bad: float, why: str, made: tuple[Arrays, Arrays], tmp_path: Path
) -> None:
    arrays, coords = made
    changed = {**arrays, "displaced": np.full(arrays["displaced"].shape, bad)}
    with pytest.raises(ValueError, match=why):
        layout.assemble(changed, coords, {})
    with (
        ResultStore.create(tmp_path / "r.nc", coords, {}) as store,
        pytest.raises(ValueError, match=why),
    ):
        store.write(0, large_of(changed, 0))


def test_interrupt_while_a_partial_result_is_made_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, made: tuple[Arrays, Arrays], tmp_path: Path
) -> None:
    arrays, coords = made

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ResultStore, "_copy", staticmethod(interrupted))
    with ResultStore.create(tmp_path / "r.nc", coords, {}) as store:
        write_all(store, arrays, [0, 1])
        with pytest.raises(KeyboardInterrupt):
            store.finish(small_of(arrays))
    assert list(tmp_path.iterdir()) == []
