"""A briefing printed to PDF by the browser of the machine, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from havenline.errors import HavenlineError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
"""Programs that print a page without a window, the first that is found is used."""
SECONDS = 60.0


def browser() -> str | None:
    """Return the program that prints, or None where the machine has none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def write_pdf(page: str | Path, to: str | Path) -> Path:
    """Print an HTML file to PDF, as a browser would.

    Parameters
    ----------
    page : str or Path
        A file that needs nothing but itself, such as a briefing.
    to : str or Path
        Where to write.

    Returns
    -------
    Path

    Raises
    ------
    HavenlineError
        If no browser is installed, or it does not print.
    """
    program = browser()
    if program is None:
        raise HavenlineError(
            "PDF: no browser was found to print with; install Chromium (on Debian: "
            "sudo apt install chromium), or open the briefing as HTML and print it"
        )
    page, to = Path(page).resolve(), Path(to).resolve()
    with tempfile.TemporaryDirectory(prefix="havenline-") as profile:
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--disable-extensions",
            "--no-first-run",
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={to}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # a browser refuses to run as root with one
        try:
            subprocess.run(
                [*command, page.as_uri()],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
            )
        except (OSError, subprocess.SubprocessError):
            to.unlink(missing_ok=True)
            raise HavenlineError("PDF: the browser did not print the briefing") from None
    if not to.is_file():
        raise HavenlineError("PDF: the browser did not print the briefing")
    return to
