"""Where the published displacement cases lie, which are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ABSENT = "no published cases beside this checkout"


def published_cases() -> list[Path]:
    """Return the folders of the published cases, sorted; none where they are not there.

    They lie in ``shared/cases`` beside the checkout, or where HAVENLINE_CASES says.
    """
    folder = os.environ.get("HAVENLINE_CASES")
    root = Path(folder) if folder else Path(__file__).resolve().parents[2] / "shared" / "cases"
    if not root.is_dir():
        return []
    return sorted(p for p in root.iterdir() if (p / "input_csv").is_dir())


def cases_or_skip() -> list[Path]:
    """Return the folders of the published cases; skip the test where they are not there."""
    found = published_cases()
    if not found:
        pytest.skip(ABSENT)
    return found
