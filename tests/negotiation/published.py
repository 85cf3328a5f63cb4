"""Where the published tables for negotiation lie, which are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def published_table(folder: str) -> Path:
    """Return the folder of published tables; skip the test where it is not there.

    It lies in ``shared`` beside the checkout, or in the folder that HAVENLINE_PUBLISHED names.
    """
    named = os.environ.get("HAVENLINE_PUBLISHED")
    root = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    if not (root / folder).is_dir():
        pytest.skip(f"no published tables {folder!r} beside this checkout")
    return root / folder
