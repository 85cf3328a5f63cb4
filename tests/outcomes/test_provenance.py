"""One file says where the tables of a run come from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import ModuleType

from havenline.outcomes import write_tidy
from havenline.outcomes.provenance import write_provenance


def test_it_names_the_run_and_every_file(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=7, days=9)
    dataset.attrs["input_hashes"] = json.dumps({"places.csv": "ab12"})
    files = list(write_tidy(dataset, tmp_path).values())
    made = json.loads(write_provenance(dataset, files, tmp_path).read_text())
    assert (made["futures"], made["days"], made["seed"]) == (7, 9, dataset.attrs["seed"])
    assert made["havenline_version"] == dataset.attrs["havenline_version"]
    assert made["options"] == list(dataset["option"].to_numpy())
    assert made["input_sha256"] == {"places.csv": "ab12"}
    assert set(made["files_sha256"]) == {f.name for f in files}
    for file in files:
        assert made["files_sha256"][file.name] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_same_run_gives_the_same_bytes(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=5, days=3)
    texts = []
    for name in ("first", "second"):
        files = list(write_tidy(dataset, tmp_path / name).values())
        texts.append(write_provenance(dataset, files, tmp_path / name).read_bytes())
    assert texts[0] == texts[1]
