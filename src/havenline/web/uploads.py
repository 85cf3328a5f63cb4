"""Uploaded crisis folders: unpacked in a limited temporary place, nothing taken on trust."""

from __future__ import annotations

import io
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from havenline.errors import HavenlineError
from havenline.web import limits

ENDINGS = (".csv", ".yaml", ".yml", ".geojson", ".md", ".txt")
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,80}")
BLOCK = 64 * 1024
HEADER = 30
"""Bytes before the name of each file of a zip file."""
ENTRY = b"PK\x01\x02"
"""How a line of the table of contents of a zip file begins."""


BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, LookupError,
)  # fmt: skip
"""What reading a zip file raises where its bytes are not as they should be."""


class UploadRefused(HavenlineError):
    """An upload that is not a crisis folder in a zip file within the limits."""


def _checked_name(info: zipfile.ZipInfo) -> PurePosixPath:
    name = info.filename
    path = PurePosixPath(name)
    if "\\" in name or name.startswith("/") or path.is_absolute() or len(name) > 200:
        raise UploadRefused("the zip file holds a path that is not within one folder")
    if not all(PART.fullmatch(part) for part in path.parts):
        raise UploadRefused("the zip file holds a file name with characters that are not taken")
    if len(path.parts) > limits.MOST_DEPTH:
        raise UploadRefused(f"the zip file holds folders deeper than {limits.MOST_DEPTH}")
    mode = info.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise UploadRefused("the zip file holds a link or a special file")
    if info.flag_bits & 0x1:
        raise UploadRefused("the zip file is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UploadRefused("the zip file is compressed in a way that is not taken; use deflate")
    return path


def _members(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    found = []
    seen: set[str] = set()
    folders: set[str] = set()
    total = end = 0
    for info in infos:
        path = _checked_name(info)
        if info.header_offset < end:
            raise UploadRefused("the zip file holds files that lie over each other")
        end = info.header_offset + HEADER + len(info.orig_filename) + info.compress_size
        folders |= {str(above).lower() for above in path.parents}
        if info.is_dir():
            folders.add(str(path).lower())
            continue
        if path.suffix.lower() not in ENDINGS:
            raise UploadRefused(f"a crisis folder has no file that ends in {path.suffix[:12]!r}")
        if str(path).lower() in seen:
            raise UploadRefused("the zip file holds a file twice")
        seen.add(str(path).lower())
        total += info.file_size
        if total > limits.MOST_UNPACKED or (
            info.file_size > BLOCK and info.file_size > limits.MOST_RATIO * info.compress_size
        ):
            raise UploadRefused("the zip file is too large once unpacked")
        found.append((info, path))
    if seen & folders:
        raise UploadRefused("the zip file holds a file and a folder of one name")
    if end > archive.start_dir:
        raise UploadRefused("the zip file holds files that lie over each other")
    return found


def unpack(body: bytes, home: Path) -> Path:
    """Unpack an upload and return the folder that holds ``crisis.yaml``.

    Parameters
    ----------
    body : bytes
        A zip file.
    home : Path
        A folder of temporary files; a new one is made in it.

    Raises
    ------
    UploadRefused
        If it is not what it should be; nothing is left behind.
    """
    if body.count(ENTRY) > limits.MOST_FILES:  # before a long table of contents is read
        raise UploadRefused(f"the zip file holds more than {limits.MOST_FILES} files")
    folder = Path(tempfile.mkdtemp(prefix="upload-", dir=home))
    try:
        _unpack(body, folder)
        roots = [p.parent for p in sorted(folder.rglob("crisis.yaml"))]
        if not roots:
            raise UploadRefused("the zip file holds no crisis.yaml")
        return min(roots, key=lambda p: len(p.parts))
    except BROKEN:
        shutil.rmtree(folder, ignore_errors=True)
        raise UploadRefused("this is not a whole zip file") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(body: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        written = 0
        for info, path in _members(archive):
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, target.open("xb") as sink:
                while block := source.read(BLOCK):
                    written += len(block)
                    if written > limits.MOST_UNPACKED:
                        raise UploadRefused("the zip file is too large once unpacked")
                    sink.write(block)
