"""Pictures lose what isn't seen and keep what is. They are made by Pillow, and damaged by hypothesis."""

from __future__ import annotations

import contextlib
import io
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from bot.domain.contributions.note_files import FileType, type_of
from bot.domain.contributions.picture_metadata import BrokenPictureError, without_metadata

SECRET = b"Rabat-34.02"
GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112
FORMATS = {FileType.PNG: "PNG", FileType.JPEG: "JPEG", FileType.WEBP: "WEBP", FileType.GIF: "GIF"}


def exif(turned: int = 1) -> Image.Exif:
    """The metadata of a photo: who made it with what, and where."""
    data = Image.Exif()
    data[MAKER] = SECRET.decode()
    data[ORIENTATION] = turned
    data.get_ifd(GPS)[1] = "N"
    return data


def picture(kind: FileType, **options: object) -> bytes:
    image = Image.effect_mandelbrot((40, 24), (-2, -1, 1, 1), 20).convert("RGB")
    if kind is FileType.GIF:
        options = {"comment": SECRET, "save_all": True, "append_images": [image.rotate(90)], "loop": 0, **options}
    elif kind is FileType.PNG:
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", SECRET.decode())
        options = {"pnginfo": words, "exif": exif(), **options}
    else:
        options = {"exif": exif(), "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", **options}
    out = io.BytesIO()
    image.save(out, FORMATS[kind], **cast("dict[str, Any]", options))
    return out.getvalue()


def pixels(content: bytes) -> list[bytes]:
    """What is seen, frame by frame."""
    with Image.open(io.BytesIO(content)) as image:
        frames: list[bytes] = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.convert("RGBA").tobytes())
        return frames


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_keeps_what_is_seen_and_nothing_else(kind: FileType) -> None:
    content = picture(kind)
    assert SECRET in content
    stripped = without_metadata(content, kind)
    assert SECRET not in stripped
    assert pixels(stripped) == pixels(content)
    assert type_of(stripped) is kind
    assert without_metadata(stripped, kind) == stripped


@pytest.mark.parametrize("turned", [3, 6, 8])
def test_a_photo_taken_upright_stays_upright(turned: int) -> None:
    stripped = without_metadata(picture(FileType.JPEG, exif=exif(turned)), FileType.JPEG)
    assert SECRET not in stripped
    with Image.open(io.BytesIO(stripped)) as image:
        assert dict(image.getexif()) == {ORIENTATION: turned}
        assert ImageOps.exif_transpose(image).size == ((24, 40) if turned > 4 else (40, 24))


@pytest.mark.parametrize("options", [{"progressive": True}, {"icc_profile": b"colours" * 9}])
def test_every_kind_of_photo_keeps_its_picture_and_its_colours(options: dict[str, Any]) -> None:
    content = picture(FileType.JPEG, **options)
    stripped = without_metadata(content, FileType.JPEG)
    assert pixels(stripped) == pixels(content)
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.info.get("icc_profile") == options.get("icc_profile")


@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_the_picture_goes(kind: FileType) -> None:
    """A phone puts the video of a live photo there, with its place."""
    assert SECRET not in without_metadata(picture(kind) + b"\0\0\0\x18ftypmp42" + SECRET, kind)


def test_a_gif_plays_on_as_often_as_before() -> None:
    stripped = without_metadata(picture(FileType.GIF), FileType.GIF)
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.info["loop"] == 0


def test_a_pdf_stays_as_it_is() -> None:
    assert without_metadata(b"%PDF-1.7 " + SECRET, FileType.PDF) == b"%PDF-1.7 " + SECRET


@given(kind=st.sampled_from(list(FORMATS)), data=st.data())
def test_a_damaged_picture_is_refused_or_stripped_and_never_crashes(kind: FileType, data: st.DataObject) -> None:
    content = bytearray(picture(kind))
    content = content[: data.draw(st.integers(0, len(content)))]
    for place in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=3)) if content else ():
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BrokenPictureError):
        without_metadata(bytes(content), kind)
