"""Purges: delete data past the plan's retention, all of a kind in one transaction, to the last byte."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from bot.domain.people.retention import RetentionKind
from bot.store.audit import Audit, AuditEntry, record
from bot.store.engine.database import Database
from bot.store.engine.errors import StoreError
from bot.store.engine.sqlite import file_transaction
from bot.store.engine.transaction import Transaction
from bot.store.privacy.erasures import Erasures
from bot.store.privacy.register import TABLES, Change
from bot.store.transcripts import drop_outdated

Counts = dict[str, int]


def counted(transaction: Transaction, kind: RetentionKind) -> Counts:
    """Return the number of rows of a kind by their names; names without rows are left out."""
    counts = {
        TABLES[name].called: transaction.fetch_value(f"SELECT count(*) FROM {name} WHERE {change.where}")  # noqa: S608 - tables and conditions of the register only
        for name, change in _changes(kind)
        if not change.sets
    }
    return {called: count for called, count in counts.items() if count}


def _changes(kind: RetentionKind) -> Iterator[tuple[str, Change]]:
    """Yield the changes that the purge of a kind makes, with their tables."""
    for name, table in TABLES.items():
        if table.kept is kind:
            yield name, Change(table.purged)
        elif kind in table.traces:
            yield name, table.traces[kind]


def counted_in(path: Path, kinds: Iterable[RetentionKind]) -> Mapping[RetentionKind, int]:
    """Return the number of rows of each kind in a database, which may be in use. Raises StoreError."""
    with file_transaction(path) as transaction:
        counts = {kind: sum(counted(transaction, kind).values()) for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}


def may_hold(path: Path, kinds: Iterable[RetentionKind]) -> bool:
    """Return whether a copy of the database may hold rows of some kinds; True if it can't be read."""
    try:
        return bool(counted_in(path, kinds))
    except StoreError:
        return True


class Purges:
    """All tables, and the audit entries next to the database."""

    def __init__(self, database: Database, audit: Audit, erasures: Erasures) -> None:
        self._database = database
        self._audit = audit
        self._erasures = erasures

    async def counts(self) -> Mapping[RetentionKind, Counts]:
        """Return the rows of each kind. Raises OSError if the audit entries next to the database can't be read."""
        counts = await self._database.write(
            lambda transaction: {kind: counted(transaction, kind) for kind in RetentionKind}
        )
        aside = await self._audit.count_aside()
        return counts | {
            RetentionKind.AUDIT: counts[RetentionKind.AUDIT] | ({"deeds of the shell": aside} if aside else {})
        }

    async def purge(self, kinds: Collection[RetentionKind], deed: AuditEntry) -> None:
        """Delete all rows of some kinds and record it. If the process ends meanwhile, the next start completes it.

        Raises OSError if the audit entries next to the database can't be deleted; purging again deletes them.
        """

        def work(transaction: Transaction) -> None:
            for kind in kinds:
                for name, change in _changes(kind):
                    transaction.execute(change.statement(name))
            drop_outdated(transaction)
            record(transaction, deed)
            self._erasures.owe_bytes(transaction, deed.id)

        await self._database.write(work)
        if RetentionKind.AUDIT in kinds:
            await asyncio.to_thread(self._audit.forget_aside)
        await self._erasures.scrub()
