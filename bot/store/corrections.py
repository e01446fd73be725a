"""Moderators' changes to attendance: corrections, and check-ins opened or closed by hand."""

from __future__ import annotations

from datetime import datetime

from bot.domain.attendance.corrections import Correction, Mark, corrections_in_force
from bot.store.audit import AuditEntry, record
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction

_COLUMNS = "id, session, person, name, status, reason, author, author_name, at, undone_at"
_READ = f"SELECT {_COLUMNS} FROM correction"  # noqa: S608 - names only


def _correction(row: Row) -> Correction:
    key, session, person, name, status, reason, author, author_name, at, undone_at = row
    return Correction(
        key,
        session,
        person,
        name,
        Mark(status),
        reason,
        author,
        author_name,
        instant(at),
        instant(undone_at) if undone_at else None,
    )


class Corrections:
    """The correction table. Every change is in the audit too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, correction: Correction) -> None:
        """Store a correction; one of the same id is stored once."""

        def work(transaction: Transaction) -> None:
            former = _standing(transaction, correction)
            transaction.execute(
                f"INSERT INTO correction ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"  # noqa: S608 - names only
                " ON CONFLICT (id) DO NOTHING",
                (
                    correction.id,
                    correction.session,
                    correction.person,
                    correction.name,
                    correction.mark,
                    correction.reason,
                    correction.author,
                    correction.author_name,
                    iso_utc(correction.at),
                ),
            )
            deed = AuditEntry(
                f"correction/{correction.id}",
                correction.at,
                correction.author,
                "attendance corrected",
                _subject(correction),
                former,
                _standing(transaction, correction),
            )
            record(transaction, deed)

        await self._database.write(work)

    async def undo(self, correction_id: str, who: int, now: datetime) -> Correction:
        """Undo a correction; undoing it again does nothing. Raises LookupError if there is no such correction."""

        def work(transaction: Transaction) -> Correction:
            row = transaction.fetch_one(f"{_READ} WHERE id = ?", (correction_id,))
            if row is None:
                raise LookupError(correction_id)
            correction = _correction(row)
            former = _standing(transaction, correction)
            transaction.execute(
                "UPDATE correction SET undone_at = ? WHERE id = ? AND undone_at IS NULL", (iso_utc(now), correction_id)
            )
            deed = AuditEntry(
                f"correction/{correction_id}/undone",
                now,
                who,
                "correction undone",
                _subject(correction),
                former,
                _standing(transaction, correction),
            )
            record(transaction, deed)
            return correction

        return await self._database.write(work)

    async def standing(self) -> list[Correction]:
        """Return the corrections that were not undone, latest first."""
        rows = await self._database.read(f"{_READ} WHERE undone_at IS NULL ORDER BY at DESC, id DESC")
        return [_correction(row) for row in rows]

    async def seen(self) -> dict[int, str]:
        """Return everybody who ever checked in or was in a room, with the latest name that Discord showed."""
        rows = await self._database.read(
            "SELECT person, name, since FROM presence"
            " UNION ALL SELECT person, name, since FROM voice_stay ORDER BY since"
        )
        return {person: name for person, name, _ in rows}

    async def of(self, person: int) -> dict[str, Correction]:
        """Return the corrections in force for a person, by session."""
        rows = await self._database.read(f"{_READ} WHERE person = ? AND undone_at IS NULL", (person,))
        return {session: one for (_, session), one in corrections_in_force(map(_correction, rows)).items()}


def _subject(correction: Correction) -> str:
    return f"{correction.session} {correction.person}"


def _standing(transaction: Transaction, like: Correction) -> str | None:
    """Return in words the correction in force for the same person and session."""
    rows = transaction.fetch_all(f"{_READ} WHERE person = ? AND session = ?", (like.person, like.session))
    found = corrections_in_force(map(_correction, rows)).get((like.person, like.session))
    return f"{found.mark}: {found.reason}" if found else None


class CheckinDoors:
    """The door table: check-ins opened or closed by hand. Also in memory, because every check-in reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_hand: dict[str, bool] = {}

    async def load(self) -> None:
        """Read the table into memory."""
        rows = await self._database.read("SELECT session, is_open FROM door")
        self._by_hand = {session: bool(is_open) for session, is_open in rows}

    @property
    def by_hand(self) -> dict[str, bool]:
        """The sessions whose check-in was opened (true) or closed (false) by hand."""
        return self._by_hand

    async def hold(self, session: str, deed: AuditEntry, *, is_open: bool) -> None:
        """Open or close a session's check-in, and record it in the audit."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO door (session, is_open) VALUES (?, ?)"
                " ON CONFLICT (session) DO UPDATE SET is_open = excluded.is_open",
                (session, int(is_open)),
            )
            record(transaction, deed)

        await self._database.write(work)
        self._by_hand[session] = is_open
