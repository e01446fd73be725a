"""Purging what the plan keeps no longer: all of a kind at once, in one transaction, to the last byte."""

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
    """How many rows there are of a kind, by what they are called; of what there is none, nothing."""
    counts = {
        TABLES[name].called: transaction.fetch_value(f"SELECT count(*) FROM {name} WHERE {change.where}")  # noqa: S608 - of the register only
        for name, change in _changes(kind)
        if not change.sets
    }
    return {called: count for called, count in counts.items() if count}


def _changes(kind: RetentionKind) -> Iterator[tuple[str, Change]]:
    """What the purge of a kind does, each with its table."""
    for name, table in TABLES.items():
        if table.kept is kind:
            yield name, Change(table.purged)
        elif kind in table.traces:
            yield name, table.traces[kind]


def counted_in(path: Path, kinds: Iterable[RetentionKind]) -> Mapping[RetentionKind, int]:
    """How many rows of each kind a database holds, read beside whoever writes to it. Raises StoreError."""
    with file_transaction(path) as transaction:
        found = {kind: sum(counted(transaction, kind).values()) for kind in kinds}
    return {kind: count for kind, count in found.items() if count}


def may_hold(path: Path, kinds: Iterable[RetentionKind]) -> bool:
    """Whether a copy of the database holds any of it; one that can't be read may."""
    try:
        return bool(counted_in(path, kinds))
    except StoreError:
        return True


class Purges:
    """All tables, and the deeds beside the database."""

    def __init__(self, database: Database, audit: Audit, erasures: Erasures) -> None:
        self._database = database
        self._audit = audit
        self._erasures = erasures

    async def counts(self) -> Mapping[RetentionKind, Counts]:
        """What there is of each kind. Raises OSError if the deeds beside the database can't be read."""
        found = await self._database.write(
            lambda transaction: {kind: counted(transaction, kind) for kind in RetentionKind}
        )
        aside = await self._audit.count_aside()
        return found | {
            RetentionKind.AUDIT: found[RetentionKind.AUDIT] | ({"deeds of the shell": aside} if aside else {})
        }

    async def purge(self, kinds: Collection[RetentionKind], deed: AuditEntry) -> None:
        """Erase all of these kinds, and record it. If the process ends in the midst of it, the next start goes on.

        Raises OSError if the deeds beside the database can't be erased; done again, it is made up for.
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
