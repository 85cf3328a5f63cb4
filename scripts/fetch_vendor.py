"""Copy the page's third-party code from its npm packages, with versions and licences.

Run from the repository root; needs the ``npm`` command::

    python -m scripts.fetch_vendor            # the versions named below
    python -m scripts.fetch_vendor --newest   # the newest of each; change the table if they fit

The files go to ``src/havenline/web/page/vendor/NAME`` with ``LICENSE`` and ``VERSION``; the code
that only tests use goes to ``tests/web/vendor``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "src" / "havenline" / "web" / "page" / "vendor"
TESTS = ROOT / "tests" / "web" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: its version, what is copied, its licence file, where it goes."""

    name: str
    version: str
    files: tuple[str, ...]
    licence: str
    to: Path


PACKAGES = (
    Package(
        "maplibre-gl",
        "6.17.0",
        (
            "dist/maplibre-gl.mjs",
            "dist/maplibre-gl-shared.mjs",
            "dist/maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css",
        ),
        "LICENSE.txt",
        PAGE,
    ),
    Package("uplot", "1.6.32", ("dist/uPlot.esm.js", "dist/uPlot.min.css"), "LICENSE", PAGE),
    Package("axe-core", "4.14.1", ("axe.min.js",), "LICENSE", TESTS),
)


def fetch(package: Package, newest: bool) -> str:
    """Copy one package; return the version copied.

    Raises
    ------
    subprocess.CalledProcessError
        If npm cannot give it.
    """
    wanted = package.name if newest else f"{package.name}@{package.version}"
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=work, check=True)
        packed = next(Path(work).glob("*.tgz"))
        with tarfile.open(packed) as archive:
            archive.extractall(work, filter="data")
        source = Path(work) / "package"
        version = str(json.loads((source / "package.json").read_text("utf-8"))["version"])
        folder = package.to / package.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in package.files:
            shutil.copyfile(source / name, folder / Path(name).name)
        shutil.copyfile(source / package.licence, folder / "LICENSE")
        (folder / "VERSION").write_text(f"{package.name} {version}\n", encoding="utf-8")
    return version


def main() -> None:
    """Copy every package."""
    parser = argparse.ArgumentParser(description="Copy the page's third-party code from npm.")
    parser.add_argument("--newest", action="store_true", help="take the newest versions")
    newest = parser.parse_args().newest
    for package in PACKAGES:
        print(package.name, fetch(package, newest))


if __name__ == "__main__":
    main()
