"""Writing a crisis folder of format 1 as one of format 2: all of its files, or none."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from havenline.crisis import is_case
from havenline.crisis.crisis import read_and_check
from havenline.crisis.draft import META_FILE, Draft
from havenline.crisis.format1 import CHANGED, NEW
from havenline.crisis.past import PAST_FILE
from havenline.crisis.reading import Rows
from havenline.engine.folder import held
from havenline.errors import CrisisError, HavenlineError, Problem, reason_of

_FORMAT = re.compile(r"(\bformat[\"']?[ \t]*:[ \t]*)\+?1(?=[\s,}#]|$)")


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade wrote.

    Attributes
    ----------
    folder : Path
        The folder of format 2.
    files : tuple of str
        Files that were written or changed; empty where the folder was of format 2 already.
    decided : tuple of str
        How sides and kinds became relations and measures, one line each.
    untold : tuple of str
        What could not be told, for a person to decide.
    """

    folder: Path
    files: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


def upgrade_crisis(folder: str | Path, out: str | Path | None = None) -> Upgrade:
    """Write a crisis folder of format 1 as format 2, in place or as a copy.

    Comments of crisis.yaml stay, and so does every file that is the same in both formats. What
    opens afterwards is what opened before, table by table.

    Parameters
    ----------
    folder : str or Path
        A crisis folder.
    out : str or Path, optional
        A folder that does not exist yet or is empty, to hold the copy; in place if not given.

    Returns
    -------
    Upgrade

    Raises
    ------
    CrisisError
        Where the folder has errors; they are to be put right first.
    HavenlineError
        Where there is no such folder, it holds a displacement case, or files cannot be written;
        everything is as it was then.
    """
    source = Path(folder)
    try:
        there = source.is_dir()
    except ValueError:
        there = False
    if not there:
        raise HavenlineError(f"{str(source)!r}: there is no such folder; give that of a crisis")
    if is_case(source):
        raise HavenlineError(f"{source} holds a displacement case, of which there is one format")
    problems: list[Problem] = []
    draft = read_and_check(source, problems)
    errors = [p for p in problems if p.severity == "error"]
    if draft is None or errors:
        raise CrisisError(errors)
    if not draft.old:
        return Upgrade(source)
    files = _files(draft)
    if out is None:
        _in_place(source, files)
    else:
        _copied(source, Path(out), files)
    untold = [*draft.untold]
    if draft.past is not None:
        untold.append(
            f"{PAST_FILE}: the kept scores name the files as they were; "
            "write them anew with `havenline hindcast --keep`"
        )
    target = source if out is None else Path(out)
    return Upgrade(target, tuple(files), tuple(draft.decided), tuple(untold))


def _files(draft: Draft) -> dict[str, str]:
    """Return the text of every file that differs in format 2, by its path in the folder."""
    files = {}
    for name in CHANGED:
        if draft.tables[name].file in draft.hashes:
            files[draft.tables[name].file] = _csv(draft.tables[name])
    for name in NEW:
        if len(draft.tables[name]):
            files[f"{name}.csv"] = _csv(draft.tables[name])
            if (draft.folder / f"{name}.csv").exists():
                raise HavenlineError(
                    f"{name}.csv is there already, though format 1 has no such table; move it away"
                )
    lines = (draft.folder / META_FILE).read_bytes().decode("utf-8").split("\n")
    at = (draft.in_meta.line(("format",)) or 1) - 1
    changed, found = _FORMAT.subn(r"\g<1>2", lines[at] if at < len(lines) else "", count=1)
    if not found:
        raise HavenlineError(f"{META_FILE}: write 'format: 1' as a line of its own, then try again")
    lines[at] = changed
    files[META_FILE] = "\n".join(lines)
    return files


def _csv(rows: Rows) -> str:
    """Return rows as a file, without columns that may be left out and hold nothing."""
    columns = [c.name for c in rows.table.columns if not c.may_lack or any(rows.texts[c.name])]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(rows.texts[c] for c in columns), strict=True))
    return text.getvalue()


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))


def _in_place(folder: Path, files: dict[str, str]) -> None:
    """Put files into a folder; where one cannot get there, those before it are as they were."""
    with held(folder):
        stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        new, old = stage / "new", stage / "old"
        put: list[str] = []
        try:
            _write(new, files)
            for name in files:
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                if (folder / name).exists():
                    shutil.copy2(folder / name, old / name)
            for name in files:
                put.append(name)
                (new / name).replace(folder / name)
        except BaseException:
            for name in put:
                with suppress(OSError):
                    if (old / name).exists():
                        (old / name).replace(folder / name)
                    else:
                        (folder / name).unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _copied(source: Path, target: Path, files: dict[str, str]) -> None:
    """Copy a folder with some files changed."""
    try:
        if target.exists() and not target.is_dir():
            raise HavenlineError(f"{target} is a file; give a new folder")
        if target.is_dir() and any(target.iterdir()):
            raise HavenlineError(f"{target} is not empty; give a new or an empty folder")
        if source.resolve() in target.resolve().parents:
            raise HavenlineError(f"{target} lies in the crisis folder; give another one")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=target.parent))
        try:
            shutil.copytree(source, beside / "crisis")
            _write(beside / "crisis", files)
            (beside / "crisis").rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "not a name for a folder"
        raise HavenlineError(f"{target} cannot be written: {reason}") from None
