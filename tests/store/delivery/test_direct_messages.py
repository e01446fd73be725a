"""Direct messages in the store: which one is next, and what is remembered over a restart."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import store as stores
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import DeliveryState
from bot.domain.people.direct_messages import DirectMessageKind, DirectMessageState, direct_message, next_throttle
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.engine import schema
from bot.store.engine.database import Database

NOON = datetime(2023, 2, 20, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEED = AuditEntry("1", NOON, 5, "participants nudged", "coverage")


async def test_one_that_waits_for_its_next_try_does_not_hold_up_the_others(store: Store) -> None:
    first, second = (
        direct_message("w", DirectMessageKind.NUDGE, "", person, "Hello", NOON + person * MINUTE) for person in (1, 2)
    )
    await store.direct_messages.write([first, second], DEED)
    await store.direct_messages.begin(first.id, NOON)
    begun = await store.direct_messages.next(NOON)
    assert begun
    assert (begun.id, begun.state, begun.begun_at) == (first.id, DirectMessageState.SENDING, NOON)
    await store.direct_messages.postpone(begun, NOON + MINUTE, "503")
    following = await store.direct_messages.next(NOON)
    assert following
    assert following.id == second.id
    await store.direct_messages.begin(second.id, NOON + 1 * MINUTE / 2)
    await store.direct_messages.settle_sent(second.id, 77)
    waiting = await store.direct_messages.next(NOON)
    assert waiting
    assert (waiting.id, waiting.tries, waiting.ready_at(NOON)) == (first.id, 1, NOON + MINUTE)
    # When sending began stays what it was: since then Discord may have it.
    await store.direct_messages.begin(first.id, NOON + MINUTE)
    assert await store.direct_messages.latest_tries(5) == [NOON + MINUTE, NOON + MINUTE / 2]
    assert [one.begun_at for one in await store.direct_messages.all()] == [NOON, NOON + MINUTE / 2]
    assert (await store.direct_messages.channel_of(1), await store.direct_messages.channel_of(2)) == (None, 77)


async def test_a_throttle_outlives_the_process_and_leaves_the_letter_as_it_was(tmp_path: Path) -> None:
    told = direct_message("w", DirectMessageKind.NUDGE, "", 1, "Hello", NOON)
    async with stores.opened(tmp_path / "plenary.db") as store:
        await store.direct_messages.write([told], DEED)
        await store.direct_messages.begin(told.id, NOON)
        await store.direct_messages.hold_back(told, next_throttle(None, NOON))
    async with stores.opened(tmp_path / "plenary.db") as store:
        assert await store.direct_messages.next(NOON) == told
        throttle = await store.direct_messages.throttle()
        assert throttle == next_throttle(None, NOON)
        await store.direct_messages.hold_back(told, next_throttle(throttle, NOON + MINUTE))
        assert await store.direct_messages.throttle() == next_throttle(throttle, NOON + MINUTE)
        await store.direct_messages.release()
        assert await store.direct_messages.throttle() is None


async def test_whoever_was_still_to_be_sent_a_certificate_reads_the_announcement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of the version before, with one sent and two on their way."""
    before = tmp_path / "migrations"
    shutil.copytree(schema._MIGRATIONS, before)  # noqa: SLF001 - the version before
    [migration] = before.glob("*_direct_messages.sql")
    for path in [path for path in before.glob("*.sql") if path.name >= migration.name]:
        path.unlink()
    monkeypatch.setattr(schema, "_MIGRATIONS", before)
    await (await Database.open(tmp_path / "plenary.db")).close()
    monkeypatch.undo()
    rows = [("1", 1, "sent"), ("2", 2, "planned"), ("3", 3, "sending")]
    with closing(sqlite3.connect(tmp_path / "plenary.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO letter (id, person, kind, text, written_at, state) "
            "VALUES (?, ?, 'certificate', 'Hello!', '2023-02-22T16:00:00.000000Z', ?)",
            rows,
        )
    async with stores.opened(tmp_path / "plenary.db") as store:
        assert [one.state for one in await store.direct_messages.all()] == ["sent", "dropped", "dropped"]
        assert await store.direct_messages.next(NOON) is None
        [announced] = await store.deliveries.planned(Kind.CERTIFICATES)
    assert (announced.room, announced.state, announced.due) == (
        "announcements", DeliveryState.PLANNED, datetime(2023, 2, 22, 16, tzinfo=UTC),
    )  # fmt: skip
    assert announced.expires == datetime(2024, 2, 22, 16, tzinfo=UTC)
    assert len(announced.nonce) <= 25
