"""Files of notes: on disk before their rows, gone after them, and never more than three."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import store as stores
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.note_files import MOST, FileType, NoteFile
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.store import Store
from bot.store.engine import content_folder
from bot.store.engine.content_folder import digest_of
from bot.store.per_person_limits import TooManyError
from bot.store.privacy.erasures import Erasure

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
NOTE = Note("77", 1, "Amina", "blockchain", NoteKind.WORKED, "T", "D", "L", Visibility.PARTICIPANTS, NOON)
CARD = Announcement("lab", Kind.CARD, NOTE.id, "topic:blockchain", NOON, NOON + timedelta(days=1))
CONTENT = b"%PDF-1.7 zebrafish"


def of(content: bytes, note: str = NOTE.id, name: str = "a.pdf") -> NoteFile:
    return NoteFile(note, digest_of(content), FileType.PDF, name, len(content), NOON)


async def add(store: Store, content: bytes = CONTENT, note: str = NOTE.id, author: int = 1) -> bool:
    return await store.note_files.add(of(content, note), content, author, CARD)


def on_disk(store: Store) -> set[str]:
    return set(content_folder.contents(store.note_files.folder))


@pytest.fixture
async def filed(store: Store) -> Store:
    """A store with a note."""
    await store.notes.submit(NOTE, CARD)
    return store


async def test_a_file_is_kept_once_readable_by_nobody_else(filed: Store) -> None:
    assert await add(filed)
    assert await add(filed)
    assert await filed.note_files.of(NOTE.id) == [of(CONTENT)]
    path = filed.note_files.path(digest_of(CONTENT))
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.name == "plenary.db.files"


async def test_a_note_has_three_files_in_the_order_in_which_they_came(filed: Store) -> None:
    contents = [b"%PDF-c", b"%PDF-a", b"%PDF-b"]
    for content in contents:
        await add(filed, content)
    with pytest.raises(TooManyError):
        await add(filed, b"%PDF-d")
    assert [file.digest for file in await filed.note_files.of(NOTE.id)] == list(map(digest_of, contents))
    assert len(on_disk(filed)) == MOST


async def test_only_the_author_adds_files_to_a_note_that_is_there(filed: Store) -> None:
    assert not await add(filed, author=2)
    assert not await add(filed, note="none")
    assert on_disk(filed) == set()


async def test_a_removed_file_is_gone_unless_another_note_has_it(filed: Store) -> None:
    other = replace(NOTE, id="78")
    await filed.notes.submit(other, CARD)
    await add(filed)
    await add(filed, note=other.id)
    await filed.note_files.remove(NOTE.id, [digest_of(CONTENT)], CARD)
    assert await filed.note_files.all() == {other.id: [of(CONTENT, other.id)]}
    assert on_disk(filed) == {digest_of(CONTENT)}
    await filed.note_files.remove(other.id, [digest_of(CONTENT)], CARD)
    assert on_disk(filed) == set()


async def test_the_files_of_an_erased_person_are_gone(filed: Store) -> None:
    await add(filed)
    await filed.erasures.erase(Erasure("e", 1, NOON))
    assert on_disk(filed) == set()
    assert await filed.note_files.all() == {}


async def test_what_a_killed_process_left_behind_is_swept_at_the_start(path: Path) -> None:
    async with stores.opened(path) as store:
        await store.notes.submit(NOTE, CARD)
        await add(store)
        content_folder.keep(store.note_files.folder, b"an orphan")
        (store.note_files.folder / "half.part").write_bytes(b"half")
        folder = store.note_files.folder
    async with stores.opened(path, to_read=True):
        assert len(content_folder.contents(folder)) == 3  # the bot may be writing it at this moment
    async with stores.opened(path) as store:
        assert on_disk(store) == {digest_of(CONTENT)}


async def test_a_file_whose_content_is_lost_is_not_listed(filed: Store) -> None:
    await add(filed)
    filed.note_files.path(digest_of(CONTENT)).unlink()
    assert await filed.note_files.of(NOTE.id) == []
    assert await filed.note_files.all() == {}


async def test_a_full_disk_leaves_nothing_behind(filed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("bot.store.engine.content_folder.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            await add(filed)
    assert on_disk(filed) == set()
    assert await add(filed)


async def test_adding_and_removing_at_once_loses_nothing(filed: Store) -> None:
    """A sweep never takes a content for an orphan that is about to get its row."""
    contents = [f"%PDF-{number}".encode() for number in range(12)]
    for number in range(4):
        await filed.notes.submit(replace(NOTE, id=f"n{number}"), CARD)
    adding = [add(filed, content, f"n{number % 4}") for number, content in enumerate(contents)]
    await asyncio.gather(*adding, *(filed.note_files.sweep() for _ in range(8)))
    kept = [file.digest for files in (await filed.note_files.all()).values() for file in files]
    assert sorted(kept) == sorted(map(digest_of, contents))
    assert on_disk(filed) == set(kept)
