"""Stays in voice and stage rooms, and the times at which the bot was watching."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from bot.domain.attendance.presence import Interval, Stay
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction

_LAST_SEEN = "(SELECT max(until) FROM watch)"
_ALL = f"SELECT person, name, room, since, coalesce(until, {_LAST_SEEN}) FROM voice_stay"  # noqa: S608 - ours


def _stay(row: Row) -> Stay:
    person, name, room, since, until = row
    return Stay(person, name, room, Interval(instant(since), instant(until)))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A person and the room (a key of the venue) where they are; None if they are in no room."""

    person: int
    name: str
    room: str | None


class PresenceStays:
    """The voice_stay and watch tables.

    A watch begins with a full picture of the rooms, and lasts for as long as Discord reports every move. A stay that is
    still open counts until the last sign of life.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_watch(self, there: Iterable[Whereabouts], now: datetime) -> None:
        """Begin a watch with the people in the rooms. Stays of the former watch end with it: the gap was not seen."""

        def work(transaction: Transaction) -> None:
            transaction.execute(f"UPDATE voice_stay SET until = {_LAST_SEEN} WHERE until IS NULL")  # noqa: S608 - ours
            _insert_watch(transaction, now)
            for whereabouts in there:
                _enter(transaction, whereabouts, now)

        await self._database.write(work)

    async def resume_watch(self, now: datetime) -> None:
        """Begin a watch that continues the open stays: Discord has reported every move since, but not its time."""
        await self._database.write(lambda transaction: _insert_watch(transaction, now))

    async def keep_alive(self, now: datetime) -> None:
        """Record a sign of life: the bot has been watching until now."""
        await self._database.write(lambda transaction: _sign_of_life(transaction, now))

    async def moved(self, to: Whereabouts, now: datetime, *, seen: bool) -> None:
        """Record that a person came, went or changed rooms: now, or (not `seen`) since the last sign of life.

        In the latter case their former stay ends with the last sign of life, and the new one begins now.
        """

        def work(transaction: Transaction) -> None:
            if seen:
                _sign_of_life(transaction, now)
            transaction.execute(
                f"UPDATE voice_stay SET until = {_LAST_SEEN} WHERE person = ? AND until IS NULL",  # noqa: S608 - ours
                (to.person,),
            )
            _enter(transaction, to, now)

        await self._database.write(work)

    async def there(self, room: str) -> dict[int, str]:
        """Return the people known to be in a room, with their names."""
        rows = await self._database.read(
            "SELECT person, name FROM voice_stay WHERE room = ? AND until IS NULL ORDER BY since, person", (room,)
        )
        return dict(rows)

    async def all(self) -> list[Stay]:
        """Return every stay, earliest first."""
        return await self._stays("ORDER BY since, person")

    async def pages(self) -> AsyncIterator[Iterator[Stay]]:
        """Yield every stay as of the first page, a page at a time, in the order in which they were stored."""
        # By rowid, not by time: sorting a million stays takes half as long as reading them.
        async with aclosing(self._database.pages(f"{_ALL} ORDER BY rowid")) as pages:
            async for rows in pages:
                yield map(_stay, rows)  # lazily: the garbage collector would look at each stay of a page that is held

    async def of(self, person: int) -> list[Stay]:
        """Return a person's stays, earliest first."""
        return await self._stays("WHERE person = ? ORDER BY since", person)

    async def _stays(self, condition: str, *parameters: int) -> list[Stay]:
        return [_stay(row) for row in await self._database.read(f"{_ALL} {condition}", parameters)]

    async def watches(self) -> list[Interval]:
        """Return the intervals in which the bot was watching, earliest first."""
        rows = await self._database.read("SELECT since, until FROM watch ORDER BY since")
        return [Interval(instant(since), instant(until)) for since, until in rows]


def _insert_watch(transaction: Transaction, now: datetime) -> None:
    transaction.execute(
        "INSERT INTO watch (since, until) VALUES (?, ?) ON CONFLICT (since) DO NOTHING", (iso_utc(now), iso_utc(now))
    )


def _sign_of_life(transaction: Transaction, now: datetime) -> None:
    transaction.execute(
        "UPDATE watch SET until = ? WHERE since = (SELECT max(since) FROM watch) AND until < ?",
        (iso_utc(now), iso_utc(now)),
    )


def _enter(transaction: Transaction, where: Whereabouts, now: datetime) -> None:
    if where.room is not None:
        transaction.execute(
            "INSERT INTO voice_stay (person, name, room, since) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (person, since, room) DO UPDATE SET until = NULL",
            (where.person, where.name, where.room, iso_utc(now)),
        )
