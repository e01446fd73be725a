"""Check-ins: who was in which session, and since when."""

from __future__ import annotations

from bot.domain.attendance.attendance import CheckIn
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Transaction

_TRIED = "SELECT count(*) FROM word_try WHERE session = ? AND person = ?"


class Attendance:
    """The presence and word_try tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check_in(self, presence: CheckIn) -> CheckIn:
        """Store a check-in; return the one that counts, which is the person's first for that session."""

        def work(transaction: Transaction) -> CheckIn:
            return presence if _keep(transaction, presence) else _kept(transaction, presence) or presence

        return await self._database.write(work)

    async def prove(self, presence: CheckIn, tried: str, *, right: bool, tries: int) -> CheckIn | int:
        """Store a check-in by a session's word if the word is `right`, else store the wrong word that was `tried`.

        Returns the check-in that counts (the first), else how many of the `tries` are left. With none left, the right
        word is not accepted either. The same wrong word again costs nothing.
        """

        def work(transaction: Transaction) -> CheckIn | int:
            if there := _kept(transaction, presence):
                return there
            if right and _spent(transaction, presence) < tries:
                _keep(transaction, presence)
                return presence
            if _spent(transaction, presence) < tries:
                transaction.execute(
                    "INSERT INTO word_try (session, person, tried) VALUES (?, ?, ?)"
                    " ON CONFLICT (session, person, tried) DO NOTHING",
                    (presence.session, presence.person, tried),
                )
            return tries - _spent(transaction, presence)

        return await self._database.write(work)

    async def tried(self, session: str, person: int) -> int:
        """Return how many wrong words a person has given for a session."""
        rows = await self._database.read(_TRIED, (session, person))
        return int(rows[0][0])

    async def of(self, person: int) -> dict[str, CheckIn]:
        """Return a person's check-ins by session."""
        found = await self._presences("WHERE person = ?", person)
        return {presence.session: presence for presence in found}

    async def counts(self) -> dict[str, int]:
        """Return the number of check-ins by session."""
        return dict(await self._database.read("SELECT session, count(*) FROM presence GROUP BY session"))

    async def to(self, session: str) -> list[CheckIn]:
        """Return the check-ins to a session, earliest first."""
        return await self._presences("WHERE session = ? ORDER BY since, person", session)

    async def all(self) -> list[CheckIn]:
        """Return every check-in, earliest first."""
        return await self._presences("ORDER BY since, person")

    async def _presences(self, condition: str, *parameters: int | str) -> list[CheckIn]:
        rows = await self._database.read(
            f"SELECT session, person, name, since FROM presence {condition}",  # noqa: S608 - this class's only
            parameters,
        )
        return [CheckIn(session, person, name, instant(since)) for session, person, name, since in rows]


def _keep(transaction: Transaction, presence: CheckIn) -> bool:
    """Store a check-in unless the person has one; return whether it was stored."""
    changed = transaction.execute(
        "INSERT INTO presence (session, person, name, since) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (session, person) DO NOTHING",
        (presence.session, presence.person, presence.name, iso_utc(presence.since)),
    )
    return changed == 1


def _kept(transaction: Transaction, like: CheckIn) -> CheckIn | None:
    row = transaction.fetch_one(
        "SELECT name, since FROM presence WHERE session = ? AND person = ?", (like.session, like.person)
    )
    return CheckIn(like.session, like.person, row[0], instant(row[1])) if row else None


def _spent(transaction: Transaction, presence: CheckIn) -> int:
    return int(transaction.fetch_value(_TRIED, (presence.session, presence.person)))
