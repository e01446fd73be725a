"""The archive: its files, a manifest that says what each is, and checksums; and whether one is sound."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.text import all_writable
from bot.store.engine.copies import PART
from bot.store.engine.files import sync

MANIFEST, CHECKSUMS = "manifest.json", "SHA256SUMS"
#: All files in an archive say that they were made then, so that the same content is the same archive.
_MADE_AT = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20


class UnsoundError(Exception):
    """What was written is not what was to be written."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file in the archive, as the manifest tells of it."""

    path: str
    what: str
    reader: str
    rule: str
    rows: int | None
    dated: bool
    """Whether it tells when it was made, so that it differs in each pack."""
    size: int
    sha256: str


class Archive:
    """An archive that is being written; blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._sums: dict[str, str] = {}

    def add(self, path: str, content: BinaryIO) -> tuple[int, str]:
        """Put a file in, from where `content` stands to its end; its size and its SHA-256."""
        about = zipfile.ZipInfo(path, _MADE_AT)
        about.compress_type = zipfile.ZIP_DEFLATED
        about.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        # Its size is not known beforehand, so it may be one that needs the larger fields.
        with self._zip.open(about, "w", force_zip64=True) as member:
            while piece := content.read(_PIECE):
                digest.update(piece)
                size += member.write(piece)
        self._sums[path] = digest.hexdigest()
        return size, digest.hexdigest()

    def close(self) -> None:
        """Put the checksums in, and end it."""
        lines = "".join(f"{digest}  {path}\n" for path, digest in self._sums.items())
        with tempfile.TemporaryFile() as content:
            content.write(lines.encode())
            content.seek(0)
            self.add(CHECKSUMS, content)
        self._zip.close()


@contextmanager
def begun(out: Path) -> Generator[Archive]:
    """An archive that is at `out` once it is whole, sound and on disk, and not before.

    Raises OSError, UnsoundError with what is wrong with what was written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=PART, dir=out.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            archive = Archive(file)
            yield archive
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        if wrong := faults(part):
            raise UnsoundError("; ".join(wrong))
        part.replace(out)
        sync(out.parent)
    finally:
        part.unlink(missing_ok=True)


def manifest(about: Mapping[str, Any], filed: list[Filed]) -> bytes:
    """What programs read of a pack."""
    told = all_writable({**about, "files": [asdict(one) for one in filed]})
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def read_manifest(pack: Path) -> dict[str, Any]:
    """The manifest of a pack. Raises OSError, KeyError, zipfile.BadZipFile, ValueError."""
    with zipfile.ZipFile(pack) as opened:
        return json.loads(opened.read(MANIFEST))


def faults(pack: Path) -> list[str]:
    """What is wrong with a pack: with its checksums, or with what its manifest says of each file."""
    try:
        with zipfile.ZipFile(pack) as opened:
            return list(_faults(opened))
    except (OSError, KeyError, zipfile.BadZipFile, ValueError) as failure:
        return [f"{pack.name} is no closing pack: {failure}"]


def _faults(opened: zipfile.ZipFile) -> Iterator[str]:
    sums = dict(line.split("  ", 1)[::-1] for line in opened.read(CHECKSUMS).decode().splitlines())
    there = set(opened.namelist()) - {CHECKSUMS}
    yield from (f"{path} has no checksum" for path in sorted(there - sums.keys()))
    yield from (f"{path} is missing" for path in sorted(sums.keys() - there))
    told = {one["path"]: one for one in json.loads(opened.read(MANIFEST))["files"]}
    yield from (f"{path} is not in {MANIFEST}" for path in sorted(there - told.keys() - {MANIFEST}))
    for path in sorted(there & sums.keys()):
        with opened.open(path) as member:
            found = hashlib.sha256()
            while piece := member.read(_PIECE):
                found.update(piece)
        digest = found.hexdigest()
        if digest != sums[path]:
            yield f"{path} is not what its checksum says"
        if path != MANIFEST and (digest, opened.getinfo(path).file_size) != (told[path]["sha256"], told[path]["size"]):
            yield f"{path} is not what {MANIFEST} says"
