"""The audit: who did what, when, to what, from what to what."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

from bot.store.engine.database import Database
from bot.store.engine.files import sync
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that a moderator or an organiser did. Of the same `id`, it is the same deed, however often pressed."""

    id: str
    at: datetime
    """UTC."""
    who: int
    what: str
    """In a few words of ours, such as `agenda changed`."""
    subject: str
    former: str | None = None
    latter: str | None = None


def record(transaction: Transaction, deed: AuditEntry) -> None:
    """Keep a deed, in the transaction of what was done."""
    transaction.execute(
        "INSERT INTO audit (id, at, who, what, subject, former, latter) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (deed.id, iso_utc(deed.at), deed.who, deed.what, deed.subject, deed.former, deed.latter),
    )


class Aside:
    """Deeds of whoever may not write to the database, because the bot does: in a file beside it, one line a deed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, deed: AuditEntry) -> None:
        """Have one more on disk. Raises OSError."""
        line = json.dumps([deed.id, iso_utc(deed.at), *astuple(deed)[2:]], ensure_ascii=False)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Begun with a new line, because a killed process may have left half of one.
            os.write(handle, f"\n{line}".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync(self._path.parent)

    def remove(self) -> None:
        """Have none left. Raises OSError."""
        self._path.unlink(missing_ok=True)
        sync(self._path.parent)

    def read(self) -> list[AuditEntry]:
        """Every deed that is whole. Raises OSError if the file is there and can't be read."""
        lines = self._path.read_text("utf-8", "replace").splitlines() if self._path.exists() else []
        return [deed for line in lines if (deed := _deed(line))]


def _deed(line: str) -> AuditEntry | None:
    try:
        key, at, who, what, subject, former, latter = json.loads(line)
        return AuditEntry(key, instant(at), who, what, subject, former, latter)
    except (ValueError, TypeError):
        return None


class Audit:
    """The audit table, and the deeds aside."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._aside = Aside(database.path.with_name(f"{database.path.name}.exports"))

    async def record(self, deed: AuditEntry) -> None:
        """Keep a deed that changes nothing else in the store."""
        await self._database.write(lambda transaction: record(transaction, deed))

    async def record_aside(self, deed: AuditEntry) -> None:
        """Keep a deed though another process writes to the database. Raises OSError."""
        await asyncio.to_thread(self._aside.add, deed)

    async def count_aside(self) -> int:
        """How many deeds are kept aside. Raises OSError if they can't be read."""
        return len(await asyncio.to_thread(self._aside.read))

    def forget_aside(self) -> None:
        """Have no deeds aside any more. Raises OSError."""
        self._aside.remove()

    async def all(self) -> list[AuditEntry]:
        """Every deed, the earliest first. Raises OSError if those aside can't be read."""
        rows = await self._database.read("SELECT id, at, who, what, subject, former, latter FROM audit ORDER BY at, id")
        kept = [
            AuditEntry(key, instant(at), who, what, subject, former, latter)
            for key, at, who, what, subject, former, latter in rows
        ]
        return sorted(kept + await asyncio.to_thread(self._aside.read), key=lambda deed: (deed.at, deed.id))
