"""Which files a note takes, and under which names others see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.contributions.note_files import FileType, NoteFile, kept_name, neutral_name, shown_to_others, type_of
from bot.domain.contributions.notes import Signature

FILE = NoteFile("9001", "d" * 64, FileType.PDF, "Amina's paper.pdf", 9, datetime(2023, 2, 20, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\nrest", FileType.PNG),
        (b"\xff\xd8\xff\xe0rest", FileType.JPEG),
        (b"GIF89arest", FileType.GIF),
        (b"RIFF\0\0\0\0WEBPrest", FileType.WEBP),
        (b"%PDF-1.7 rest", FileType.PDF),
        (b"RIFF\0\0\0\0WAVErest", None),
        (b"PK\x03\x04 a document called photo.png", None),
        (b"<svg onload='alert()'>", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: FileType | None) -> None:
    assert type_of(content) is kind


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("photo.png", "photo.png"), ("../../etc/pass\nwd", "pass wd"), ("C:\\Users\\amina\\a.pdf", "a.pdf"), ("", "…")],
)
def test_a_name_is_one_line_and_leads_nowhere(typed: str, kept: str) -> None:
    assert kept_name(typed) == kept
    assert len(kept_name("n" * 999)) <= 80


def test_others_see_a_pdf_only_with_its_authors_name() -> None:
    picture = NoteFile("9001", "d" * 64, FileType.JPEG, "p.jpg", 9, FILE.added_at)
    named, unnamed = Signature(7, "Amina"), Signature(administration="Customs", country="TN")
    assert shown_to_others(FILE, named)
    assert not shown_to_others(FILE, unnamed)
    assert shown_to_others(picture, unnamed)


def test_the_name_for_others_leads_to_nobody() -> None:
    name = neutral_name(FILE, lambda key: f"veiled{len(key)}")
    assert name == "veiled69.pdf"
