"""A run that was killed goes on from the futures that were kept, and ends in the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from havenline.crisis import Crisis
from havenline.engine import chunks, simulate
from havenline.engine.chunks import KEPT, forget
from tests.crises_random import ALL_LEVERS, crisis_of, towns_in_a_row

FUTURES = 12


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


@pytest.fixture
def crisis() -> Crisis:
    return crisis_of(towns_in_a_row(options=ALL_LEVERS, crossings=(("z9", "managed", -9, -9),)))


@pytest.fixture(autouse=True)
def two_in_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two futures took as long as a chunk may."""
    clock = iter(range(100_000))
    monkeypatch.setattr(chunks, "SECONDS", 2.0)
    monkeypatch.setattr("havenline.engine.chunks.time.monotonic", lambda: float(next(clock)))


def run(crisis: Crisis, folder: Path, **given: Any) -> bytes:
    simulate(crisis, futures=FUTURES, days=14, out=folder, keep=folder, **given)
    return (folder / "result.nc").read_bytes()


def killed_after(number: int, seen: list[int]) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        seen.append(done)
        if done >= number:
            raise Killed

    return progress


def kept_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{KEPT}*/*.npz"))


def test_however_often_it_is_killed_it_ends_in_the_same_bytes(
    crisis: Crisis, tmp_path: Path
) -> None:
    whole = run(crisis, tmp_path / "whole")
    out = tmp_path / "out"
    began: list[int] = []
    for number in (3, 6, 7, 11):
        seen: list[int] = []
        with pytest.raises(Killed):
            run(crisis, out, progress=killed_after(number, seen), workers=2)
        began.append(seen[0])
        assert not (out / "result.nc").exists()
    assert began[0] == 1
    assert all(before - 2 <= again for before, again in zip((3, 6, 7), began[1:], strict=True))
    assert run(crisis, out) == whole
    assert len(kept_in(out)) > 3
    forget(out)
    assert [p.name for p in out.iterdir()] == ["result.nc"]


@pytest.mark.parametrize("harm", ["cut", "changed", "gone", "empty"])
def test_a_chunk_that_is_not_as_it_was_written_is_done_again(
    crisis: Crisis, tmp_path: Path, harm: str
) -> None:
    whole = run(crisis, tmp_path / "whole")
    out = tmp_path / "out"
    with pytest.raises(Killed):
        run(crisis, out, progress=killed_after(9, []))
    chunk = kept_in(out)[1]
    data = chunk.read_bytes()
    if harm == "cut":
        chunk.write_bytes(data[:-100])
    elif harm == "changed":
        chunk.write_bytes(data[:500] + b"x" + data[501:])
    elif harm == "gone":
        chunk.unlink()
    else:
        chunk.write_bytes(b"")
    seen: list[int] = []
    assert run(crisis, out, progress=lambda done, _: seen.append(done)) == whole
    assert seen[0] == 2


def test_nothing_of_other_inputs_is_mixed_in(crisis: Crisis, tmp_path: Path) -> None:
    out = tmp_path / "out"
    others: list[tuple[Crisis, dict[str, Any]]] = [
        (crisis, {"seed": 2}),
        (crisis, {"settings": {"front_speed": 1.0}}),
        (crisis, {"options": ["halt"]}),
        (replace(crisis, input_hashes={"places.csv": "another"}), {}),
    ]
    for other, given in others:
        with pytest.raises(Killed):
            run(crisis, out, progress=killed_after(7, []))
        assert kept_in(out)
        seen: list[int] = []
        made = run(other, out, progress=lambda done, _, seen=seen: seen.append(done), **given)
        assert seen[0] == 1
        assert made == run(other, tmp_path / "alone", **given)
        forget(out)
        forget(tmp_path / "alone")
        (out / "result.nc").unlink()
