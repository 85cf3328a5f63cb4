"""Run whole commands in this process, so that kernels are loaded once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from havenline import cli
from havenline.crisis import init_crisis


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def havenline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``havenline ARGS`` and return exit code, standard output and standard error."""

    def run(*args: object) -> Answer:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["havenline", *map(str, args)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        assert isinstance(code, int), code
        assert "Traceback" not in printed.err + printed.out
        return Answer(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example, not to be changed."""
    return init_crisis(tmp_path_factory.mktemp("crises") / "example", bargaining=True)
