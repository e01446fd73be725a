"""The archive: its files, a manifest that describes them, and checksums; and the check of a finished archive."""

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
#: The timestamp of every file in an archive, so that the same content gives the same archive.
_MADE_AT = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20


class UnsoundError(Exception):
    """The archive on disk differs from what was to be written."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file in the archive, as the manifest describes it."""

    path: str
    what: str
    reader: str
    rule: str
    rows: int | None
    dated: bool
    """Whether the content states when it was made, so that it differs in each pack."""
    size: int
    sha256: str


class Archive:
    """An archive that is being written; blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._sums: dict[str, str] = {}

    def add(self, path: str, content: BinaryIO) -> tuple[int, str]:
        """Add a file, read from the current position of `content`; return its size in bytes and its SHA-256."""
        about = zipfile.ZipInfo(path, _MADE_AT)
        about.compress_type = zipfile.ZIP_DEFLATED
        about.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        # The size is not known beforehand, so the file may need the ZIP64 fields.
        with self._zip.open(about, "w", force_zip64=True) as member:
            while piece := content.read(_PIECE):
                digest.update(piece)
                size += member.write(piece)
        self._sums[path] = digest.hexdigest()
        return size, digest.hexdigest()

    def close(self) -> None:
        """Add the checksums and finish the archive."""
        lines = "".join(f"{digest}  {path}\n" for path, digest in self._sums.items())
        with tempfile.TemporaryFile() as content:
            content.write(lines.encode())
            content.seek(0)
            self.add(CHECKSUMS, content)
        self._zip.close()


@contextmanager
def begun(out: Path) -> Generator[Archive]:
    """An archive that appears at `out` only when it is complete, verified and on disk.

    Raises OSError, or UnsoundError with the faults found.
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
    """The pack's machine-readable manifest, as JSON."""
    content = all_writable({**about, "files": [asdict(file) for file in filed]})
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def read_manifest(pack: Path) -> dict[str, Any]:
    """The manifest of a pack. Raises OSError, KeyError, zipfile.BadZipFile, ValueError."""
    with zipfile.ZipFile(pack) as opened:
        return json.loads(opened.read(MANIFEST))


def faults(pack: Path) -> list[str]:
    """The faults of a pack: files that don't match its checksums or its manifest."""
    try:
        with zipfile.ZipFile(pack) as opened:
            return list(_faults(opened))
    except (OSError, KeyError, zipfile.BadZipFile, ValueError) as failure:
        return [f"{pack.name} is no closing pack: {failure}"]


def _faults(opened: zipfile.ZipFile) -> Iterator[str]:
    sums = dict(line.split("  ", 1)[::-1] for line in opened.read(CHECKSUMS).decode().splitlines())
    members = set(opened.namelist()) - {CHECKSUMS}
    yield from (f"{path} has no checksum" for path in sorted(members - sums.keys()))
    yield from (f"{path} is missing" for path in sorted(sums.keys() - members))
    manifest_files = {entry["path"]: entry for entry in json.loads(opened.read(MANIFEST))["files"]}
    yield from (f"{path} is not in {MANIFEST}" for path in sorted(members - manifest_files.keys() - {MANIFEST}))
    for path in sorted(members & sums.keys()):
        with opened.open(path) as member:
            sha256 = hashlib.sha256()
            while piece := member.read(_PIECE):
                sha256.update(piece)
        digest = sha256.hexdigest()
        if digest != sums[path]:
            yield f"{path} is not what its checksum says"
        if path != MANIFEST and (digest, opened.getinfo(path).file_size) != (
            manifest_files[path]["sha256"],
            manifest_files[path]["size"],
        ):
            yield f"{path} is not what {MANIFEST} says"
