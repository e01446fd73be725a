"""Removes from pictures what isn't seen: where and when they were taken, with what, and by whom.

Sources: PNG (W3C, third edition), JPEG (ITU-T T.81) with Exif (CIPA DC-008), GIF89a, WebP (RFC 9649). Pixels and colour
profiles stay as they are. Whatever follows the end of the picture, such as the video of a "live" photo, goes too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping

from bot.domain.contributions.note_files import FileType


class BrokenPictureError(ValueError):
    """The file doesn't have the structure of its type."""


def without_metadata(content: bytes, kind: FileType) -> bytes:
    """Return the picture without its metadata; a PDF as it is. Raises BrokenPictureError."""
    strip = _STRIPPERS.get(kind)
    if strip is None:
        return content
    try:
        return b"".join(strip(content))
    except (struct.error, IndexError) as failure:
        raise BrokenPictureError(str(failure)) from None


def _part(content: bytes, start: int, end: int) -> bytes:
    """Return a part of the file. Raises BrokenPictureError if the file ends before."""
    if not start <= end <= len(content):
        raise BrokenPictureError("the file ends too early")
    return content[start:end]


# --- PNG -------------------------------------------------------------------------------------------------------

_PNG_DROPPED = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})


def _png(content: bytes) -> Iterator[bytes]:
    place = 8
    yield content[:place]
    while True:
        (length,) = struct.unpack_from(">I", content, place)
        name = content[place + 4 : place + 8]
        chunk = _part(content, place, place + 12 + length)
        if name not in _PNG_DROPPED:
            yield chunk
        if name == b"IEND":
            return
        place += len(chunk)


# --- JPEG ------------------------------------------------------------------------------------------------------

_SOI, _EOI, _SOS, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without content
#: The next marker in the coded picture: a byte FF there is followed by 00, or by a restart marker.
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_ORIENTATION = 0x0112
#: An Exif block that says nothing but how the picture is turned.
_TURNED = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0%c\0\0\0\0\0\0"


def _jpeg(content: bytes) -> Iterator[bytes]:
    place = 2
    yield content[:place]
    while True:
        if content[place] != 0xFF:  # noqa: PLR2004 - a marker begins so
            raise BrokenPictureError("there is no marker where one must be")
        while content[place + 1] == 0xFF:  # noqa: PLR2004 - any number of FF may fill up
            place += 1
        marker = content[place + 1]
        if marker == _EOI:
            yield content[place : place + 2]
            return
        if marker in _ALONE:
            yield content[place : place + 2]
            place += 2
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        segment = _part(content, place, place + 2 + length)
        place += len(segment)
        yield _kept_segment(marker, segment)
        if marker == _SOS:
            found = _NEXT_MARKER.search(content, place)
            if found is None:  # cut off by a camera or a program; every viewer shows it
                yield content[place:] + b"\xff\xd9"
                return
            yield content[place : found.start()]
            place = found.start()


def _kept_segment(marker: int, segment: bytes) -> bytes:
    if marker == _APP1:
        turned = _orientation(segment[4:])
        block = _TURNED % turned if turned > 1 else b""
        return b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block if block else b""
    if marker == _APP2:
        return segment if segment[4:].startswith(b"ICC_PROFILE\0") else b""
    if marker == _COMMENT or _APP0 < marker <= _APP15:
        return segment if marker == _APP14 else b""  # Adobe's tells how colours are coded
    return segment


def _orientation(block: bytes) -> int:
    """Return how an Exif block says that the picture is turned, 1 to 8; 1, upright, if it doesn't say."""
    if not block.startswith(b"Exif\0\0"):
        return 1
    exif = block[6:]
    order = "<" if exif.startswith(b"II") else ">"
    try:
        (place,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, place)
        for entry in range(place + 2, place + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1  # noqa: PLR2004 - as many ways to turn and mirror
    except struct.error:
        pass  # a broken block turns nothing
    return 1


# --- GIF -------------------------------------------------------------------------------------------------------

_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # how often it is played
_EXTENSION, _IMAGE, _TRAILER, _APPLICATION, _GIF_COMMENT = 0x21, 0x2C, 0x3B, 0xFF, 0xFE


def _gif(content: bytes) -> Iterator[bytes]:
    place = 13 + _colours(content[10])
    yield _part(content, 0, place)
    while (kind := content[place]) != _TRAILER:
        start = place
        if kind == _IMAGE:
            place = _blocks_end(content, place + 11 + _colours(content[place + 9]))
            yield content[start:place]
        elif kind == _EXTENSION:
            place = _blocks_end(content, place + 2)
            label = content[start + 1]
            foreign = label == _APPLICATION and content[start + 3 : start + 14] not in _GIF_KEPT
            if label != _GIF_COMMENT and not foreign:
                yield content[start:place]
        else:
            raise BrokenPictureError("there is no block where one must be")
    yield bytes([_TRAILER])


def _colours(flags: int) -> int:
    """Return the bytes of a table of colours."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _blocks_end(content: bytes, place: int) -> int:
    """Return the place after a chain of blocks, each led by its length; the last one is empty."""
    while length := content[place]:
        place += 1 + length
    return place + 1


# --- WebP ------------------------------------------------------------------------------------------------------

_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})
_EXIF_OR_XMP = 0x08 | 0x04  # flags of VP8X


def _webp(content: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", content, 4)
    end, place = min(8 + size, len(content)), 12
    chunks: list[bytes] = []
    while place + 8 <= end:
        name = content[place : place + 4]
        (length,) = struct.unpack_from("<I", content, place + 4)
        chunk = _part(content, place, place + 8 + length)
        place += len(chunk) + length % 2
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_EXIF_OR_XMP]) + chunk[9:]
        if name not in _WEBP_DROPPED:
            chunks.append(chunk + b"\0" * (length % 2))
    if not chunks:
        raise BrokenPictureError("there is no picture in the file")
    body = b"WEBP" + b"".join(chunks)
    yield b"RIFF" + struct.pack("<I", len(body)) + body


_STRIPPERS: Mapping[FileType, Callable[[bytes], Iterator[bytes]]] = {
    FileType.PNG: _png,
    FileType.JPEG: _jpeg,
    FileType.GIF: _gif,
    FileType.WEBP: _webp,
}
