"""Purging: nothing of a purged kind is left in any byte of the file, all else is as it was, and again does nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.domain.people.retention import RetentionKind
from bot.store.audit import AuditEntry
from bot.store.engine.database import Database
from bot.store.engine.sqlite import file_transaction
from bot.store.privacy.purges import counted_in
from bot.store.privacy.register import PURGED, TABLES
from tests.store.rows import columns, files_with, fill_every_kind, word

NOON = datetime(2024, 2, 20, 12, tzinfo=UTC)

#: What a purge changes in tables that stay: who did it, which messages are looked at again, what is saved again.
MARKS = {"author", "unshown", "rapporteur", "unsaved"}
HOLDS = {name: table.kept for name, table in TABLES.items()}


def dump(path: Path, tables: set[str]) -> dict[str, list[object]]:
    """What tables hold, but for the marks of a purge."""
    with file_transaction(path) as transaction:
        named = {
            table: [name for name, _ in types if name not in MARKS] for table, types in columns(transaction).items()
        }
        return {
            table: sorted(transaction.fetch_all(f"SELECT {', '.join(named[table])} FROM {table}"), key=repr)  # noqa: S608 - names only
            for table in tables
        }


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
    await database.write(fill_every_kind)
    await database.close()
    assert all(files_with(path, word(kind)) for kind in (*RetentionKind, None))
    # These lose what they quote of others.
    changed = {"audit", "letter", "delivery", "transcript_message", "fact", "erasure"}
    others = {table for table, kind in HOLDS.items() if kind not in kinds} - changed
    before = dump(path, others)
    counts = await purge(path, kinds)
    assert all(counts[kind] for kind in RetentionKind)
    assert [kind for kind in kinds if files_with(path, word(kind))] == []
    assert [kind for kind in {*RetentionKind, None} - kinds if not files_with(path, word(kind))] == []
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
    await database.write(fill_every_kind)
    await database.close()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "scrub", kept)
        meanwhile.setattr("bot.store.privacy.erasures._APART", 0)
        await purge(path, {RetentionKind.NOTES})
    assert (await scrubs(path)) == [(0,)]
    async with stores.opened(path):
        assert files_with(path, word(RetentionKind.NOTES)) == []
    assert (await scrubs(path)) == [(1,)]


async def scrubs(path: Path) -> list[tuple[int]]:
    with file_transaction(path) as transaction:
        return transaction.fetch_all("SELECT scrubbed FROM erasure WHERE id = 'purge/1'")
