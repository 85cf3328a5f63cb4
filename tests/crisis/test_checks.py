"""Every fault of a crisis folder gives its exact message, and only that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from havenline.crisis import CHECKS, check_crisis, open_crisis
from tests.crisis.hostile import EDITS

FAULTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "faults.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_fault_gives_its_exact_message(folder: Any, fault: dict[str, Any]) -> None:
    for file, old, new in fault["changes"]:
        folder.replace(file, old, new)
    assert folder.messages() == fault["messages"]


def _utf16(text: bytes) -> bytes:
    return text.decode().encode("utf-16")


BYTES: list[tuple[str, str, Callable[[bytes], bytes], list[str]]] = [
    (
        "a spreadsheet under another name",
        "violence.csv",
        lambda data: b"PK\x03\x04" + data,
        [
            "violence.csv: this is a spreadsheet or zip archive under another name, not text; "
            "expected UTF-8 text (not_text)",
        ],
    ),
    (
        "byte order mark",
        "places.csv",
        lambda data: b"\xef\xbb\xbf" + data,
        [
            "places.csv:1: starts with a byte order mark; read without it (byte_order_mark)",
        ],
    ),
    (
        "CRLF",
        "control.csv",
        lambda data: data.replace(b"\n", b"\r\n"),
        [
            "control.csv:1: lines end in CRLF; read as LF (line_endings)",
        ],
    ),
    (
        "CR in one line",
        "parties.csv",
        lambda data: data.replace(b"invented\nplain", b"invented\rplain"),
        [
            "parties.csv:3: lines end in CR; read as LF (line_endings)",
        ],
    ),
    (
        "Latin-1",
        "places.csv",
        lambda data: data.replace(b"Cedarwell", b"C\xe9darwell"),
        [
            "places.csv:4: byte 0xe9 is not UTF-8; expected UTF-8; if it is Latin-1, convert it: "
            "iconv -f LATIN1 -t UTF-8 places.csv (not_utf8)"
        ],
    ),
    (
        "UTF-16",
        "parties.csv",
        _utf16,
        [
            "parties.csv:1: NUL bytes; expected UTF-8 text; UTF-16? save it as UTF-8 (nul_bytes)",
        ],
    ),
    (
        "NUL byte",
        "violence.csv",
        lambda data: data.replace(b"airstrike", b"air\x00strike"),
        ["violence.csv:3: NUL bytes; expected UTF-8 text (nul_bytes)"],
    ),
    (
        "blank first line",
        "parties.csv",
        lambda data: b"\n" + data,
        ["parties.csv:1: the first line is blank; expected the header (broken_csv)"],
    ),
    (
        "nothing but a byte order mark",
        "routes.csv",
        lambda _: b"\xef\xbb\xbf",
        ["routes.csv: the file is empty (empty_file)"],
    ),
    ("empty table", "routes.csv", lambda _: b"", ["routes.csv: the file is empty (empty_file)"]),
    (
        "header only",
        "parties.csv",
        lambda data: data[: data.index(b"\n") + 1],
        [
            "parties.csv: the table has no rows; expected at least one row (empty_table)",
        ],
    ),
    (
        "Latin-1 YAML",
        "crisis.yaml",
        lambda data: data.replace(b"name: Plainland", b"name: Pl\xe4inland"),
        [
            "crisis.yaml:27: byte 0xe4 is not UTF-8; expected UTF-8; if it is Latin-1, convert "
            "it: iconv -f LATIN1 -t UTF-8 crisis.yaml (not_utf8)"
        ],
    ),
    (
        "control character in YAML",
        "options.yaml",
        lambda data: data.replace(b"No deal", b"No\x07deal"),
        [
            "options.yaml: not valid YAML: a character that YAML does not allow (broken_yaml)",
        ],
    ),
    (
        "a list for a mapping",
        "options.yaml",
        lambda _: b"- no_deal\n",
        ["options.yaml:1: not a mapping; expected keys and values (broken_yaml)"],
    ),
    (
        "deep nesting",
        "options.yaml",
        lambda _: b"options: " + b"[" * 5000,
        ["options.yaml: nested too deeply (broken_yaml)"],
    ),
    (
        "NaN in GeoJSON",
        "geography/lines.geojson",
        lambda data: data.replace(b"29.6", b"NaN"),
        [
            "geography/lines.geojson: not valid JSON: a number or nesting out of bounds "
            "(bad_geojson)"
        ],
    ),
]


@pytest.mark.parametrize(
    ("file", "change", "expected"), [b[1:] for b in BYTES], ids=[b[0] for b in BYTES]
)
def test_bytes_that_are_not_plain_text(
    folder: Any, file: str, change: Callable[[bytes], bytes], expected: list[str]
) -> None:
    folder.write(file, change((folder.path / file).read_bytes()))
    assert folder.messages() == expected


def test_every_fault_is_in_one_report(folder: Any) -> None:
    folder.replace("routes.csv", "birchmill,24,", "birchmill,-24,")
    folder.replace("places.csv", "Fenwick,,village", "Fenwick,,vilage")
    folder.replace("crisis.yaml", "horizon_days: 90", "horizon_days: 0")
    folder.replace("sites.csv", "6000,4500", "4000,4500")
    folder.write("parties.csv", b"\xef\xbb\xbf" + (folder.path / "parties.csv").read_bytes())
    assert folder.messages() == [
        "crisis.yaml:15 [horizon_days]: out of bounds (found '0'); expected at least 1 "
        "(out_of_bounds)",
        "places.csv:7 [kind]: unknown kind (found 'vilage'); expected one of city, town, village, "
        "quarter, camp_cluster, crossing, post, foreign_town; did you mean 'village'? "
        "(unknown_value)",
        "routes.csv:2 [road_km]: road_km cannot be negative (found '-24'); expected 0 or more "
        "(negative_number)",
        "sites.csv:3 [planned_capacity]: capacity below occupancy (found '4000'); expected "
        "room for the 4500 people there (over_capacity)",
        "parties.csv:1: starts with a byte order mark; read without it (byte_order_mark)",
    ]


def test_the_habits_of_a_spreadsheet_change_nothing_but_get_a_remark(folder: Any) -> None:
    """Every file with CRLF and a byte order mark, tables with empty lines at their end."""
    before = open_crisis(folder.path)
    for path in sorted(folder.path.rglob("*")):
        if path.suffix in (".csv", ".yaml", ".geojson"):
            data = path.read_bytes().replace(b"\n", b"\r\n")
            if path.suffix == ".csv":
                data += b"," * data.split(b"\r\n")[0].count(b",") + b"\r\n\r\n"
            path.write_bytes(b"\xef\xbb\xbf" + data)
    report = check_crisis(folder.path)
    assert report.exit_code == 0
    assert {p.check for p in report.warnings} == {"byte_order_mark", "line_endings", "blank_line"}
    after = open_crisis(folder.path)
    assert after.meta == before.meta
    assert after.options == before.options
    assert after.geography == before.geography
    for name in ("places", "routes", "control", "sources", "observations"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name))


def test_lines_are_those_an_editor_shows(folder: Any) -> None:
    folder.replace("sources.csv", "Invented for this example; replace", '"Invented\nfor ""this""')
    folder.replace("sources.csv", "what you read", 'what\nyou read"')
    folder.append("sources.csv", "other,Havenline,A second one,,,priors")
    assert folder.messages() == [
        "sources.csv:5 [kind]: unknown kind (found 'priors'); expected one of read, derived, "
        "prior; did you mean 'prior'? (unknown_value)"
    ]


def test_a_table_that_may_be_left_out_is_empty(folder: Any) -> None:
    (folder.path / "violence.csv").unlink()
    assert folder.messages() == []


def test_a_misspelt_table_is_noticed(folder: Any) -> None:
    (folder.path / "violence.csv").rename(folder.path / "violense.csv")
    assert folder.messages() == [
        "violense.csv: nothing reads this file; expected a table of the format; did you mean "
        "'violence.csv'? (unknown_file)"
    ]


def test_needed_files_are_missed(folder: Any) -> None:
    for file in ("crisis.yaml", "options.yaml", "places.csv"):
        (folder.path / file).unlink()
    assert folder.messages() == [
        "crisis.yaml: there is no such file (missing_file)",
        "options.yaml: there is no such file (missing_file)",
        "places.csv: there is no such file (missing_file)",
    ]


def test_a_folder_where_a_file_belongs(folder: Any) -> None:
    (folder.path / "sites.csv").unlink()
    (folder.path / "sites.csv").mkdir()
    assert folder.messages() == ["sites.csv: this is a folder; expected a file (unreadable_file)"]


def test_no_read_permission(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything, so the refusal is made here.
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "routes.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert folder.messages() == [
        "routes.csv: no permission to read this file; chmod u+r routes.csv (unreadable_file)"
    ]


def test_the_example_passes_every_check(folder: Any) -> None:
    report = check_crisis(folder.path, strict=["all"])
    assert report.problems == ()
    assert report.exit_code == 0


def test_every_check_has_a_meaning_and_a_fault_that_shows_it() -> None:
    messages = [message for fault in FAULTS for message in fault["messages"]]
    messages += [message for case in BYTES for message in case[3]]
    shown = {message.rsplit("(", 1)[1].rstrip(")") for message in messages}
    elsewhere = {
        "missing_folder",
        "old_format",
        "too_many_places",
        "not_a_folder",
        "unknown_crisis",
        "unreadable_file",
        "unknown_file",
        "missing_file",
        *{edit.outcome for edit in EDITS},  # the hostile collection
        "repeated_point",
    }
    ours = {c.name for c in CHECKS.values() if "crisis" in c.kinds}
    assert ours - shown - elsewhere == set()
    assert all(
        check.meaning and check.severity in ("error", "warning") for check in CHECKS.values()
    )
