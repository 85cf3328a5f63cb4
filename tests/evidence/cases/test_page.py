"""The validation page is as its scores are, and the table of parameters as the fit is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from havenline.engine.rules.allocation import default_parameters
from havenline.engine.rules.allocation.parameters import TABLE
from scripts import build_validation

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "reference"


def test_the_page_is_made_from_the_scores() -> None:
    kept = json.loads((FOLDER / "validation.json").read_text(encoding="utf-8"))
    page = (FOLDER / "validation.md").read_text(encoding="utf-8")
    assert page == build_validation.validation_page(kept), "run: python -m scripts.build_validation"


def test_the_shipped_parameters_are_those_of_the_fit() -> None:
    kept = json.loads((FOLDER / "validation.json").read_text(encoding="utf-8"))
    fitted = kept["calibration"]["fit"]["parameters"]
    shipped = {name: getattr(default_parameters(), name) for name in TABLE}
    assert shipped == pytest.approx(fitted, rel=0.02)
