"""Breakouts: proposed, opened once, changed while the groups work, and archived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.agenda.breakouts import Breakout, BreakoutGroup, GroupMember
from bot.domain.announcement_kinds import Kind
from bot.store.agenda_changes import VALID, TooLateError
from bot.store.audit import AuditEntry, record
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction

_COLUMNS = "id, topic, minutes, author, proposed_at, opened_at, ends_at"


class OtherBreakoutError(Exception):
    """Other groups are working already."""

    def __init__(self, other: Breakout) -> None:
        super().__init__(other.id)
        self.other = other


class Breakouts:
    """The breakout, breakout_group and breakout_member tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, breakout: Breakout) -> None:
        """Store a breakout that is shown to its author for confirmation."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO breakout (id, topic, minutes, author, proposed_at) VALUES (?, ?, ?, ?, ?)",
                (breakout.id, breakout.topic, breakout.minutes, breakout.author, iso_utc(breakout.proposed_at)),
            )
            transaction.execute_many(
                "INSERT INTO breakout_group (breakout, number) VALUES (?, ?)",
                [(breakout.id, group.number) for group in breakout.groups],
            )
            for group in breakout.groups:
                for member in group.members:
                    _put(transaction, breakout.id, group.number, member)

        await self._database.write(work)

    async def open(self, breakout_id: str, deed: AuditEntry) -> Breakout:
        """Open the groups for their minutes; an open breakout stays as it is.

        Raises OtherBreakoutError if other groups are open, TooLateError if the proposal is too old, LookupError if
        there is none.
        """

        def work(transaction: Transaction) -> Breakout:
            breakout = _one(transaction, breakout_id)
            if breakout.opened_at is not None:
                return breakout
            other = _read(transaction, "ends_at > ?", iso_utc(deed.at))
            if other:
                raise OtherBreakoutError(other[0])
            if deed.at - breakout.proposed_at > VALID:
                raise TooLateError(breakout_id)
            ends_at = deed.at + timedelta(minutes=breakout.minutes)
            transaction.execute(
                "UPDATE breakout SET opened_at = ?, ends_at = ? WHERE id = ?",
                (iso_utc(deed.at), iso_utc(ends_at), breakout_id),
            )
            record(transaction, deed)
            return _one(transaction, breakout_id)

        return await self._database.write(work)

    async def end_at(self, breakout_id: str, ends_at: datetime, deed: AuditEntry) -> bool:
        """Move the end of open groups; False if they have ended."""

        def work(transaction: Transaction) -> bool:
            moved = transaction.execute(
                "UPDATE breakout SET ends_at = ? WHERE id = ? AND ends_at > ?",
                (iso_utc(ends_at), breakout_id, iso_utc(deed.at)),
            )
            if moved:
                _outdate(transaction, breakout_id)
                record(transaction, deed)
            return bool(moved)

        return await self._database.write(work)

    async def move(self, breakout_id: str, number: int, member: GroupMember, deed: AuditEntry) -> None:
        """Put a member into a group, out of any other. They are no longer rapporteur of a group that they leave."""

        def work(transaction: Transaction) -> None:
            _put(transaction, breakout_id, number, member)
            transaction.execute(
                "UPDATE breakout_group SET rapporteur = NULL WHERE breakout = ? AND number <> ? AND rapporteur = ?",
                (breakout_id, number, member.person),
            )
            _outdate(transaction, breakout_id)
            record(transaction, deed)

        await self._database.write(work)

    async def appoint(self, breakout_id: str, number: int, deed: AuditEntry) -> None:
        """Make the entry's author the rapporteur of a group."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE breakout_group SET rapporteur = ? WHERE breakout = ? AND number = ?",
                (deed.who, breakout_id, number),
            )
            _outdate(transaction, breakout_id)
            record(transaction, deed)

        await self._database.write(work)

    async def archive(self, breakout_id: str, now: datetime) -> None:
        """Record that the breakout needs no more work."""

        def work(transaction: Transaction) -> None:
            transaction.execute("UPDATE breakout SET archived_at = ? WHERE id = ?", (iso_utc(now), breakout_id))

        await self._database.write(work)

    async def find(self, breakout_id: str) -> Breakout | None:
        """Return a breakout by its id."""
        return next(iter(await self._select("id = ?", breakout_id)), None)

    async def opened(self) -> tuple[Breakout, ...]:
        """Return every breakout that was opened, earliest first."""
        return await self._select("opened_at IS NOT NULL")

    async def standing(self) -> tuple[Breakout, ...]:
        """Return the breakouts that still need work: open, or ended a moment ago."""
        return await self._select("opened_at IS NOT NULL AND archived_at IS NULL")

    async def _select(self, condition: str, *parameters: str) -> tuple[Breakout, ...]:
        rows = await self._database.read(_select(condition), parameters)
        if not rows:
            return ()
        groups = await self._database.read("SELECT breakout, number, rapporteur FROM breakout_group ORDER BY number")
        members = await self._database.read(_MEMBERS)
        return _assembled(rows, groups, members)


_MEMBERS = "SELECT breakout, number, person, name, administration FROM breakout_member ORDER BY name, person"


def _select(condition: str) -> str:
    return f"SELECT {_COLUMNS} FROM breakout WHERE {condition} ORDER BY opened_at, id"  # noqa: S608 - this file's only


def _read(transaction: Transaction, condition: str, *parameters: str) -> tuple[Breakout, ...]:
    groups = transaction.fetch_all("SELECT breakout, number, rapporteur FROM breakout_group ORDER BY number")
    return _assembled(transaction.fetch_all(_select(condition), parameters), groups, transaction.fetch_all(_MEMBERS))


def _one(transaction: Transaction, breakout_id: str) -> Breakout:
    breakouts = _read(transaction, "id = ?", breakout_id)
    if not breakouts:
        raise LookupError(breakout_id)
    return breakouts[0]


def _assembled(rows: Iterable[Row], groups: Iterable[Row], members: Iterable[Row]) -> tuple[Breakout, ...]:
    inside: defaultdict[tuple[str, int], list[GroupMember]] = defaultdict(list)
    for breakout, number, person, name, administration in members:
        inside[breakout, number].append(GroupMember(person, name, administration))
    made: defaultdict[str, list[BreakoutGroup]] = defaultdict(list)
    for breakout, number, rapporteur in groups:
        made[breakout].append(BreakoutGroup(number, tuple(inside[breakout, number]), rapporteur))
    return tuple(
        Breakout(
            key,
            topic,
            minutes,
            author,
            instant(proposed_at),
            tuple(made[key]),
            instant(opened_at) if opened_at else None,
            instant(ends_at) if ends_at else None,
        )
        for key, topic, minutes, author, proposed_at, opened_at, ends_at in rows
    )


def _put(transaction: Transaction, breakout_id: str, number: int, member: GroupMember) -> None:
    transaction.execute(
        "INSERT INTO breakout_member (breakout, person, number, name, administration) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (breakout, person) DO UPDATE SET number = excluded.number",
        (breakout_id, member.person, number, member.name, member.administration),
    )


def _outdate(transaction: Transaction, breakout_id: str) -> None:
    """Mark the groups' messages to be edited."""
    transaction.execute(
        "UPDATE delivery SET unshown = unshown + 1 WHERE kind = ? AND subject IN"
        " (SELECT breakout || ':' || number FROM breakout_group WHERE breakout = ?)",
        (Kind.GROUP, breakout_id),
    )
