"""Every fault of a folder in Flee's format gives its exact message, and only that."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from havenline.errors import CrisisError
from havenline.io import check_any, is_flee, open_any, open_flee
from havenline.io.flee.checks import CHECKS

FAULTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "broken.yaml").read_text(encoding="utf-8")
)
ROUTES = "input_csv/routes.csv"
PLACES = "input_csv/locations.csv"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_fault_gives_its_exact_message(flee: Any, fault: dict[str, Any]) -> None:
    for change in fault["changes"]:
        flee.change(*change)
    assert flee.messages() == fault["messages"]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_what_has_errors_is_refused_and_what_has_warnings_opens(
    flee: Any, fault: dict[str, Any]
) -> None:
    for change in fault["changes"]:
        flee.change(*change)
    errors = [m for m in fault["messages"] if not m.endswith("WARNING")]
    if errors:
        with pytest.raises(CrisisError) as refused:
            open_flee(flee.path)
        assert [str(p) for p in refused.value.problems] == errors
    else:
        assert len(open_flee(flee.path).warnings) == len(fault["messages"])


def test_there_are_many_of_them() -> None:
    assert len(FAULTS) >= 90
    assert len({fault["name"] for fault in FAULTS}) == len(FAULTS)


BYTES: list[tuple[str, str, Callable[[bytes], bytes], list[str]]] = [
    (
        "byte order mark",
        ROUTES,
        lambda data: b"\xef\xbb\xbf" + data,
        [f"{ROUTES}:1: starts with a byte order mark (byte_order_mark) WARNING"],
    ),
    (
        "CRLF",
        ROUTES,
        lambda data: data.replace(b"\n", b"\r\n"),
        [f"{ROUTES}:1: lines end in CRLF; read as LF (line_endings) WARNING"],
    ),
    (
        "CR",
        "source_data/fen.csv",
        lambda data: data.replace(b"\n", b"\r"),
        ["source_data/fen.csv:1: lines end in CR; read as LF (line_endings) WARNING"],
    ),
    ("quotes", PLACES, lambda data: re.sub(rb"([^,\n]+)", rb'"\1"', data), []),
    ("no last line end", "source_data/fen.csv", lambda data: data.rstrip(), []),
    ("blank lines", "source_data/fen.csv", lambda data: data.replace(b"\n", b"\n\n"), []),
    ("blanks", ROUTES, lambda data: data.replace(b",", b" , "), []),
    (
        "comments",
        "source_data/fen.csv",
        lambda data: b"# seen,7\n" + data + b"# end\n",
        [],
    ),
    ("a header", "source_data/fen.csv", lambda data: b"Date,Count\n" + data, []),
    (
        "Latin-1",
        PLACES,
        lambda data: data.replace(b"North", b"N\xe9rth"),
        [f"{PLACES}:2: byte 0xe9 is not UTF-8; read as Latin-1; expected UTF-8 (not_utf8) WARNING"],
    ),
    (
        "UTF-16",
        ROUTES,
        lambda data: data.decode().encode("utf-16"),
        [f"{ROUTES}:1: this is UTF-16 and is read as such; expected UTF-8 (not_utf8) WARNING"],
    ),
    (
        "half of UTF-16",
        ROUTES,
        lambda data: b"\xff\xfe\x00",
        [f"{ROUTES}: not text; expected UTF-8 text (nul_bytes)"],
    ),
    (
        "NUL byte",
        ROUTES,
        lambda data: data.replace(b"Birch,24", b"Bi\x00rch,24"),
        [f"{ROUTES}:2: NUL bytes; expected UTF-8 text (nul_bytes)"],
    ),
]


@pytest.mark.parametrize(
    ("file", "change", "expected"), [b[1:] for b in BYTES], ids=[b[0] for b in BYTES]
)
def test_bytes_of_all_kinds(
    flee: Any, file: str, change: Callable[[bytes], bytes], expected: list[str]
) -> None:
    path = flee.path / file
    path.write_bytes(change(path.read_bytes()))
    assert flee.messages() == expected


def test_a_folder_where_a_file_belongs(flee: Any) -> None:
    (flee.path / ROUTES).unlink()
    (flee.path / ROUTES).mkdir()
    assert flee.messages() == [f"{ROUTES}: this is a folder; expected a file (unreadable_file)"]


def test_a_file_where_a_folder_belongs(flee: Any) -> None:
    for path in (flee.path / "source_data").iterdir():
        path.unlink()
    (flee.path / "source_data").rmdir()
    (flee.path / "source_data").write_text("")
    assert flee.messages() == [
        "source_data: this is a file; expected a folder (unreadable_file)",
        "source_data/data_layout.csv: there is no such file; expected the list of counts in "
        "source_data or refugee_data; Flee needs it as well, even where people leave by conflict: "
        "rows such as total,refugees.csv (missing_file)",
    ]


def test_a_file_too_large_to_be_read_and_one_that_waits(flee: Any) -> None:
    with (flee.path / ROUTES).open("ab") as file:
        file.truncate(30_000_000)
    counts = flee.path / "source_data" / "fen.csv"
    counts.unlink()
    os.mkfifo(counts)
    large, waits = flee.messages()[:2]
    assert large.startswith(f"{ROUTES}: 30.0 MB are too large to be read")
    assert waits == "source_data/fen.csv: this is a named pipe; expected a file (unreadable_file)"


def test_a_loop_of_links(flee: Any) -> None:
    (flee.path / ROUTES).unlink()
    (flee.path / ROUTES).symlink_to(flee.path / ROUTES)
    (message,) = flee.messages()
    assert message.startswith(f"{ROUTES}: cannot be read: too many levels of symbolic links")


def test_a_folder_that_is_a_loop_of_links(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (problem,) = check_any(loop).problems
    assert problem.check == "missing_folder"
    assert not is_flee(loop)


def test_no_read_permission(flee: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything, so the refusal is made here.
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "routes.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert flee.messages() == [
        f"{ROUTES}: no permission to read this file; chmod u+r {ROUTES} (unreadable_file)"
    ]


def test_a_file_for_a_folder(flee: Any) -> None:
    (problem,) = check_any(flee.path / ROUTES).problems
    assert problem.check == "not_a_folder"


@pytest.mark.parametrize("path", ["", "no/such/folder", "nul\0byte", "x" * 5000])
def test_no_folder_at_all(path: str) -> None:
    with pytest.raises(CrisisError):
        open_any(path)
    if path:
        with pytest.raises(CrisisError):
            open_flee(path)


def test_every_fault_is_in_one_report(flee: Any) -> None:
    for fault in FAULTS:
        if fault["name"] in ("a negative distance", "a misspelt setting", "a date twice"):
            for change in fault["changes"]:
                flee.change(*change)
    checks = [p.check for p in check_any(flee.path).problems]
    assert checks == ["key_ignored", "negative_number", "duplicate_date", "merged_differently"]


def test_a_strict_warning_fails(flee: Any) -> None:
    flee.change("source_data/data_layout.csv", "Fen,fen.csv\n", "")
    assert check_any(flee.path).exit_code == 0
    assert check_any(flee.path, strict=["camp_without_counts"]).exit_code == 1
    assert check_any(flee.path, strict=["all"]).exit_code == 1


def test_every_check_has_a_fault_that_shows_it() -> None:
    messages = [m for fault in FAULTS for m in fault["messages"]]
    messages += [m for case in BYTES for m in case[3]]
    shown = {found[1] for m in messages if (found := re.search(r"\((\w+)\)( WARNING)?$", m))}
    elsewhere = {"missing_folder", "not_a_folder", "unreadable_file", "too_large"}
    assert set(CHECKS) - shown == elsewhere
    assert shown <= set(CHECKS)
