"""The kept scores of the past: written whole, read back, and true of what ships."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from havenline.crisis import Crisis, check_crisis, open_crisis
from havenline.crisis.past import Past
from havenline.engine import simulate
from havenline.errors import HavenlineError
from havenline.evidence import Hindcast, hindcast
from havenline.evidence.kept import keep, past_of


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    folder = tmp_path_factory.mktemp("kept") / "idlib"
    shutil.copytree(open_crisis("idlib-2020").folder, folder)
    (folder / "hindcast.yaml").unlink()
    return open_crisis(folder)


@pytest.fixture(scope="module")
def scores(copy: Crisis) -> Hindcast:
    days = copy.meta.hindcast
    assert days is not None
    return hindcast(
        copy,
        simulate=partial(simulate, workers=2),
        dates=days.dates[-1:],
        until=days.until,
        futures=100,
        seed=1,
        reporting=True,
        conditional=False,
    )


def shipped() -> Past:
    past = open_crisis("idlib-2020").past
    assert past is not None
    return past


def test_the_shipped_scores_are_of_the_shipped_inputs() -> None:
    crisis = open_crisis("idlib-2020")
    assert shipped().changed(crisis.input_hashes) == ()
    assert not shipped().in_sample


def test_the_shipped_scores_are_those_that_the_model_makes(copy: Crisis, scores: Hindcast) -> None:
    ours = shipped()
    assert (ours.seed, ours.futures) == (1, 100)
    made = past_of(scores, copy).unconditional.dates[0]
    kept = ours.unconditional.dates[-1]
    assert made.as_of == kept.as_of
    assert made.error == pytest.approx(kept.error, rel=0.01)
    assert made.high == pytest.approx(kept.high, rel=0.01)
    assert made.verdict == kept.verdict


def test_scores_are_written_read_back_and_no_input_of_a_run(copy: Crisis, scores: Hindcast) -> None:
    assert copy.past is None
    path = keep(scores, copy)
    assert path == copy.folder / "hindcast.yaml"
    assert sorted(p.name for p in copy.folder.iterdir() if p.name.startswith(".")) == []
    again = open_crisis(copy.folder)
    assert again.past == past_of(scores, copy)
    assert dict(again.input_hashes) == dict(copy.input_hashes)
    assert again.past is not None
    assert again.past.changed(again.input_hashes) == ()
    changed = {**again.input_hashes, "routes.csv": "0" * 64, "new.csv": "1"}
    assert again.past.changed(changed) == ("new.csv", "routes.csv")
    older = again.past.model_copy(update={"defaults": "0"})
    assert older.changed(again.input_hashes) == ("default parameters",)


def test_a_folder_that_cannot_be_written_gives_one_clear_error(
    copy: Crisis, scores: Hindcast, tmp_path: Path
) -> None:
    with pytest.raises(HavenlineError, match=r"hindcast\.yaml cannot be written"):
        keep(scores, replace(copy, folder=tmp_path / "gone"))


def test_a_file_with_faults_is_told_with_its_lines(tmp_path: Path) -> None:
    folder = tmp_path / "idlib"
    shutil.copytree(open_crisis("idlib-2020").folder, folder)
    file = folder / "hindcast.yaml"
    text = file.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["futures"] == 100
    file.write_text(
        text.replace("futures: 100", "futures: -3\nfuturs: 100").replace(
            "until: '2020-03-05'", "until: '2020-02-31'"
        ),
        encoding="utf-8",
    )
    problems = [str(p) for p in check_crisis(folder).errors]
    assert len(problems) == 3
    assert any("hindcast.yaml:9 [until]" in p for p in problems), problems
    assert any("[futures]: out of bounds (found '-3')" in p for p in problems), problems
    assert any("[futurs]: no such key here" in p and "'futures'" in p for p in problems), problems
