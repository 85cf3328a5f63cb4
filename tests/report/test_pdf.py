"""Printing: a PDF where there is a browser, one clear message where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from havenline.errors import HavenlineError
from havenline.report import pdf

PAGE = "<!doctype html><title>t</title><p>Nine in ten futures</p>"


def test_a_page_is_printed(tmp_path: Path) -> None:
    if pdf.browser() is None:
        pytest.skip("no browser: apt install chromium")
    page = tmp_path / "page with blanks & é.html"
    page.write_text(PAGE, encoding="utf-8")
    found = pdf.write_pdf(page, tmp_path / "page.pdf")
    assert found.read_bytes().startswith(b"%PDF-")


def test_without_a_browser_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "browser", lambda: None)
    with pytest.raises(HavenlineError, match="apt install chromium"):
        pdf.write_pdf(tmp_path / "page.html", tmp_path / "page.pdf")


@pytest.mark.parametrize("fault", [OSError, subprocess.TimeoutExpired])
def test_a_browser_that_does_not_print_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    to = tmp_path / "page.pdf"

    def fails(*_: object, **__: object) -> None:
        to.write_bytes(b"%PDF-half")
        raise fault() if fault is OSError else subprocess.TimeoutExpired("browser", 1)

    monkeypatch.setattr(pdf, "browser", lambda: "browser")
    monkeypatch.setattr(subprocess, "run", fails)
    with pytest.raises(HavenlineError, match="did not print"):
        pdf.write_pdf(tmp_path / "page.html", to)
    assert not to.exists()
