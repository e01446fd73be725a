"""The audit: who did what and when, with the state before and after."""

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
    """An action of a moderator or an organiser. Entries of the same `id` are one action, pressed several times."""

    id: str
    at: datetime
    """UTC."""
    who: int
    what: str
    """The action in a few fixed words, such as `agenda changed`."""
    subject: str
    former: str | None = None
    latter: str | None = None


def record(transaction: Transaction, deed: AuditEntry) -> None:
    """Store an audit entry in the transaction of the action itself."""
    transaction.execute(
        "INSERT INTO audit (id, at, who, what, subject, former, latter) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (deed.id, iso_utc(deed.at), deed.who, deed.what, deed.subject, deed.former, deed.latter),
    )


class Aside:
    """Entries of shell commands that run while the bot holds the database: a file next to it, one line an entry."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, deed: AuditEntry) -> None:
        """Write an entry to disk. Raises OSError."""
        line = json.dumps([deed.id, iso_utc(deed.at), *astuple(deed)[2:]], ensure_ascii=False)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Starts with a line break: a killed process may have left half a line.
            os.write(handle, f"\n{line}".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync(self._path.parent)

    def remove(self) -> None:
        """Delete all entries. Raises OSError."""
        self._path.unlink(missing_ok=True)
        sync(self._path.parent)

    def read(self) -> list[AuditEntry]:
        """Return every complete entry. Raises OSError if the file exists and can't be read."""
        lines = self._path.read_text("utf-8", "replace").splitlines() if self._path.exists() else []
        return [entry for line in lines if (entry := _parsed(line))]


def _parsed(line: str) -> AuditEntry | None:
    try:
        key, at, who, what, subject, former, latter = json.loads(line)
        return AuditEntry(key, instant(at), who, what, subject, former, latter)
    except (ValueError, TypeError):
        return None


class Audit:
    """The audit table, and the file of entries next to the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._aside = Aside(database.path.with_name(f"{database.path.name}.exports"))

    async def record(self, deed: AuditEntry) -> None:
        """Store the entry of an action that changes nothing else in the store."""
        await self._database.write(lambda transaction: record(transaction, deed))

    async def record_aside(self, deed: AuditEntry) -> None:
        """Store an entry while another process writes to the database. Raises OSError."""
        await asyncio.to_thread(self._aside.add, deed)

    async def count_aside(self) -> int:
        """Return the number of entries in the file. Raises OSError if it can't be read."""
        return len(await asyncio.to_thread(self._aside.read))

    def forget_aside(self) -> None:
        """Delete the file of entries. Raises OSError."""
        self._aside.remove()

    async def all(self) -> list[AuditEntry]:
        """Return every entry, earliest first. Raises OSError if the file can't be read."""
        rows = await self._database.read("SELECT id, at, who, what, subject, former, latter FROM audit ORDER BY at, id")
        kept = [
            AuditEntry(key, instant(at), who, what, subject, former, latter)
            for key, at, who, what, subject, former, latter in rows
        ]
        return sorted(kept + await asyncio.to_thread(self._aside.read), key=lambda deed: (deed.at, deed.id))
