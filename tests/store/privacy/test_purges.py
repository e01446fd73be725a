"""Purging: nothing of a purged kind is left in any byte of the file, all else is as it was, and again does nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.domain.announcement_kinds import KINDS
from bot.domain.people.retention import RetentionKind
from bot.store.audit import AuditEntry
from bot.store.engine.database import Database
from bot.store.privacy.purges import counted_in
from bot.store.privacy.register import DEEDS, FACTS, LETTERS, PURGED, TABLES
from tests.store.privacy.test_erasures import columns, found

NOON = datetime(2024, 2, 20, 12, tzinfo=UTC)
INSTANT = "2023-02-20T12:00:00.000000Z"

#: What a purge changes in tables that stay: who did it, which messages are to be looked at again, what is saved anew.
MARKS = {"author", "unshown", "rapporteur", "unsaved"}
HOLDS = {name: table.kept for name, table in TABLES.items()}


def word(kind: RetentionKind | None) -> str:
    return f"zebrafish-{kind or 'stays'}"


def fill(connection: sqlite3.Connection) -> None:
    """A row in every table with its kind's word in each text, and copies of the words where texts are quoted."""
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for table, every in columns(connection).items():
        row: dict[str, object] = {name: 1 if kind == "INTEGER" else word(HOLDS[table]) for name, kind in every}
        row |= {n: INSTANT for n in row if n.endswith("_at") or n in {"at", "due", "since", "until", "expires"}}
        row |= {"breakout": "b", "id": "b"} if table.startswith("breakout") else {}
        row |= {"status": "present"} if table == "correction" else {}
        row |= {"state": "sent", "kind": "start"} if table == "delivery" else {}
        row |= {"kind": "nudge"} if table == "letter" else {}
        row |= {"message": 2, "author": 1} if table == "transcript_message" else {}
        row |= {"organisation": "customs"} if table == "participant" else {}
        insert(connection, table, {name: row[name] for name, _ in every})
    for name, kind in DEEDS.items():
        texts = dict.fromkeys(("subject", "former", "latter"), word(kind))
        insert(connection, "audit", {"id": f"{name}/1", "at": INSTANT, "who": 1, "what": "done", **texts})
    for name, kind in FACTS.items():
        insert(connection, "fact", {"name": name, "value": word(kind)})
    for name, kind in LETTERS.items():
        letter = {"id": name, "person": 1, "kind": name, "text": word(kind), "written_at": INSTANT, "state": "sent"}
        insert(connection, "letter", letter)
    for number, (name, decided) in enumerate(KINDS.items(), 100):
        # One after the other, because what a message of several kinds shows goes with each of them.
        quoted = " ".join(word(kind) for kind in decided.shows) or word(None)
        sent = {"id": name, "kind": name, "room": "team", "state": "sent", "message_id": number, "problem": quoted}
        subject = quoted if decided.private_subject else name
        insert(connection, "delivery", sent | {"subject": subject, "due": INSTANT, "expires": INSTANT})
        message = {"message": number, "channel": 1, "author": 0, "name": "Plenary", "written_at": INSTANT}
        insert(connection, "transcript_message", message | {"text": quoted})


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, object]) -> None:
    connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - names only
        tuple(row.values()),
    )


def dump(path: Path, tables: set[str]) -> dict[str, list[object]]:
    """What tables hold, but for the marks of a purge."""
    connection = sqlite3.connect(path)
    try:
        named = {
            table: [name for name, _ in every if name not in MARKS] for table, every in columns(connection).items()
        }
        return {
            table: sorted(connection.execute(f"SELECT {', '.join(named[table])} FROM {table}"), key=repr)  # noqa: S608 - names only
            for table in tables
        }
    finally:
        connection.close()


async def purge(path: Path, kinds: set[RetentionKind], key: str = "1") -> dict[RetentionKind, dict[str, int]]:
    async with stores.opened(path) as store:
        before = await store.purges.counts()
        await store.purges.purge(kinds, AuditEntry(f"purge/{key}", NOON, 0, PURGED, ", ".join(sorted(kinds))))
        after = await store.purges.counts()
        assert {kind for kind in kinds if after[kind]} == set()
    return {kind: dict(counts) for kind, counts in before.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(kinds=st.sets(st.sampled_from(RetentionKind), min_size=1))
async def test_no_byte_of_it_is_left_and_all_else_stays(
    tmp_path_factory: pytest.TempPathFactory, kinds: set[RetentionKind]
) -> None:
    path = tmp_path_factory.mktemp("purge") / "plenary.db"
    database = await Database.open(path)
    await database.write(fill)
    await database.close()
    assert all(found(path, word(kind)) for kind in (*RetentionKind, None))
    # These lose what they quote of others.
    changed = {"audit", "letter", "delivery", "transcript_message", "fact", "erasure"}
    others = {table for table, kind in HOLDS.items() if kind not in kinds} - changed
    before = dump(path, others)
    counts = await purge(path, kinds)
    assert all(counts[kind] for kind in RetentionKind)
    assert [kind for kind in kinds if found(path, word(kind))] == []
    assert [kind for kind in {*RetentionKind, None} - kinds if not found(path, word(kind))] == []
    assert dump(path, others) == before
    assert counted_in(path, kinds) == {}
    # Again, there is nothing left to erase: all is as it was.
    after = dump(path, {*HOLDS} - {"audit", "erasure"})
    again = await purge(path, kinds, "2")
    assert {kind for kind in kinds if again[kind]} == set()
    assert dump(path, {*HOLDS} - {"audit", "erasure"}) == after


async def test_what_was_done_is_in_the_audit_and_the_deeds_aside_are_gone(path: Path) -> None:
    async with stores.opened(path) as store:
        await store.audit.record_aside(AuditEntry("export/1", NOON, 0, "exported", "notes", latter="by zebrafish"))
        assert (await store.purges.counts())[RetentionKind.AUDIT] == {"deeds of the shell": 1}
        await store.purges.purge([RetentionKind.AUDIT], AuditEntry("purge/1", NOON, 0, PURGED, "audit"))
        assert [(one.what, one.subject) for one in await store.audit.all()] == [(PURGED, "audit")]
    assert not path.with_name(f"{path.name}.exports").exists()


async def test_bytes_that_a_reader_kept_are_gone_at_the_next_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def kept(_database: Database) -> bool:
        return False

    database = await Database.open(path)
    await database.write(fill)
    await database.close()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "scrub", kept)
        meanwhile.setattr("bot.store.privacy.erasures._APART", 0)
        await purge(path, {RetentionKind.NOTES})
    assert (await scrubs(path)) == [(0,)]
    async with stores.opened(path):
        assert found(path, word(RetentionKind.NOTES)) == []
    assert (await scrubs(path)) == [(1,)]


async def scrubs(path: Path) -> list[tuple[int]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT scrubbed FROM erasure WHERE id = 'purge/1'").fetchall()
    finally:
        connection.close()
