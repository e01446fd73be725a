"""Changes of the agenda: proposed, applied once, and undone while that is still possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.domain.agenda.agenda_changes import Changes
from bot.domain.agenda.sessions import Session
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import announce
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction
from bot.store.privacy.chatham_stamps import renew_stamps

#: How long a proposed change can be confirmed, and an applied one undone by one press.
VALID = timedelta(minutes=10)
#: Changes within this time share one notice; a slip that is undone within it is never announced.
NOTICE_AFTER = timedelta(minutes=1)

_COLUMNS = "id, author, proposed_at, edits, undoes, applied_at, notice"


@dataclass(frozen=True, slots=True)
class AgendaEdit:
    """One session before and after a change; None where it does not take place."""

    before: Session | None
    after: Session | None

    @property
    def session(self) -> Session:
        """The session after the change; if it is cancelled, as it was before."""
        session = self.after or self.before
        if session is None:
            raise ValueError("an edit of nothing")
        return session

    def reversed(self) -> AgendaEdit:
        """Return the edit that undoes this one."""
        return AgendaEdit(self.after, self.before)


def edits_of(changes: Changes) -> tuple[AgendaEdit, ...]:
    """Return the differences between two agendas, session by session."""
    return (
        *(AgendaEdit(None, session) for session in changes.added),
        *(AgendaEdit(session, None) for session in changes.cancelled),
        *(AgendaEdit(changed.before, changed.after) for changed in changes.changed),
    )


_EDITS = TypeAdapter(tuple[AgendaEdit, ...])
_SESSION = TypeAdapter(Session)


@dataclass(frozen=True, slots=True)
class AgendaChange:
    """A change of the agenda, proposed or applied. Instants are UTC."""

    id: str
    author: int
    proposed_at: datetime
    edits: tuple[AgendaEdit, ...]
    undoes: str | None = None
    applied_at: datetime | None = None
    notice: str | None = None


class ChangedMeanwhileError(Exception):
    """A session is no longer as the change expects it. `by` is the latest change applied to it, if any."""

    def __init__(self, session: Session, by: AgendaChange | None) -> None:
        super().__init__(session.id)
        self.session = session
        self.by = by


class TooLateError(Exception):
    """The proposal, or the change to undo, is older than VALID."""


def _change(row: Row) -> AgendaChange:
    key, author, proposed_at, edits, undoes, applied_at, notice = row
    return AgendaChange(
        key,
        author,
        instant(proposed_at),
        _EDITS.validate_json(edits),
        undoes,
        instant(applied_at) if applied_at else None,
        notice,
    )


class AgendaChanges:
    """The agenda_change table, and the effect of a change on the session table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, change: AgendaChange) -> None:
        """Store a change that is shown to its author for confirmation."""
        await self._database.write(lambda transaction: _insert(transaction, change))

    async def find(self, change_id: str) -> AgendaChange | None:
        """Return a change by its id."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM agenda_change WHERE id = ?", (change_id,))  # noqa: S608
        return _change(rows[0]) if rows else None

    async def applied(self) -> tuple[AgendaChange, ...]:
        """Return every applied change, earliest first."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM agenda_change WHERE applied_at IS NOT NULL ORDER BY applied_at, id"  # noqa: S608
        )
        return tuple(_change(row) for row in rows)

    async def told_in(self, notice: str) -> tuple[AgendaChange, ...]:
        """Return the changes that one notice announces, in the order in which they were applied."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM agenda_change WHERE notice = ? ORDER BY applied_at, id",  # noqa: S608 - names only
            (notice,),
        )
        return tuple(_change(row) for row in rows)

    async def apply(self, workshop: str, change_id: str, who: int, now: datetime) -> AgendaChange:
        """Apply a proposed change and plan its notice; an applied change is not applied again.

        Raises ChangedMeanwhileError, TooLateError, or LookupError if there is no such change; then nothing is changed.
        """

        def work(transaction: Transaction) -> AgendaChange:
            change = _one(transaction, change_id)
            if change.applied_at is None and now - change.proposed_at > VALID:
                raise TooLateError(change.id)
            return _apply(transaction, workshop, change, who, now)

        return await self._database.write(work)

    async def undo(self, workshop: str, change_id: str, who: int, now: datetime) -> AgendaChange:
        """Restore the sessions as they were before a change; undoing it again does nothing.

        Raises ChangedMeanwhileError, TooLateError, LookupError.
        """

        def work(transaction: Transaction) -> AgendaChange:
            change = _one(transaction, change_id)
            back = AgendaChange(
                f"undo-{change.id}", who, now, tuple(edit.reversed() for edit in reversed(change.edits)), change.id
            )
            if change.applied_at is None or (now - change.applied_at > VALID and not _known(transaction, back.id)):
                raise TooLateError(change.id)
            _insert(transaction, back)
            return _apply(transaction, workshop, _one(transaction, back.id), who, now)

        return await self._database.write(work)


def _insert(transaction: Transaction, change: AgendaChange) -> None:
    transaction.execute(
        "INSERT INTO agenda_change (id, author, proposed_at, edits, undoes) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (
            change.id,
            change.author,
            iso_utc(change.proposed_at),
            _EDITS.dump_json(change.edits).decode(),
            change.undoes,
        ),
    )


def _known(transaction: Transaction, change_id: str) -> bool:
    return transaction.fetch_one("SELECT 1 FROM agenda_change WHERE id = ?", (change_id,)) is not None


def _one(transaction: Transaction, change_id: str) -> AgendaChange:
    row = transaction.fetch_one(f"SELECT {_COLUMNS} FROM agenda_change WHERE id = ?", (change_id,))  # noqa: S608
    if row is None:
        raise LookupError(change_id)
    return _change(row)


def _apply(transaction: Transaction, workshop: str, change: AgendaChange, who: int, now: datetime) -> AgendaChange:
    if change.applied_at is not None:
        return change
    for edit in change.edits:
        _require_unchanged(transaction, edit)
    for edit in change.edits:
        _carry_out(transaction, edit, now)
    renew_stamps(transaction, now)
    notice = _notice(transaction, workshop, change.id, now)
    transaction.execute(
        "UPDATE agenda_change SET applied_at = ?, notice = ? WHERE id = ?", (iso_utc(now), notice, change.id)
    )
    subjects = " ".join(edit.session.id for edit in change.edits)
    record(
        transaction,
        AuditEntry(
            f"change/{change.id}",
            now,
            who,
            "change undone" if change.undoes else "agenda changed",
            subjects,
            _json(edit.before for edit in change.edits),
            _json(edit.after for edit in change.edits),
        ),
    )
    return replace(change, applied_at=now, notice=notice)


def _json(sessions: Iterable[Session | None]) -> str:
    return "[" + ", ".join(_SESSION.dump_json(session).decode() if session else "null" for session in sessions) + "]"


def _held(transaction: Transaction, session_id: str) -> Session | None:
    row = transaction.fetch_one("SELECT held FROM session WHERE id = ? AND cancelled_at IS NULL", (session_id,))
    return _SESSION.validate_json(row[0]) if row else None


def _require_unchanged(transaction: Transaction, edit: AgendaEdit) -> None:
    held = _held(transaction, edit.session.id)
    if held != edit.before:
        raise ChangedMeanwhileError(held or edit.session, _latest(transaction, edit.session.id))


def _latest(transaction: Transaction, session_id: str) -> AgendaChange | None:
    rows = transaction.fetch_all(
        f"SELECT {_COLUMNS} FROM agenda_change WHERE applied_at IS NOT NULL ORDER BY applied_at DESC, id DESC"  # noqa: S608
    )
    changes = (_change(row) for row in rows)
    return next((change for change in changes if any(edit.session.id == session_id for edit in change.edits)), None)


def _carry_out(transaction: Transaction, edit: AgendaEdit, now: datetime) -> None:
    if edit.after is None:
        transaction.execute(
            "UPDATE session SET cancelled_at = ?, sequence = sequence + 1 WHERE id = ?", (iso_utc(now), edit.session.id)
        )
        return
    transaction.execute(
        "INSERT INTO session (id, held, sequence) VALUES (?, ?, 0) ON CONFLICT (id) DO UPDATE SET"
        " held = excluded.held, sequence = session.sequence + 1, cancelled_at = NULL",
        (edit.session.id, _SESSION.dump_json(edit.after).decode()),
    )


def _notice(transaction: Transaction, workshop: str, change_id: str, now: datetime) -> str:
    """Return the subject of the notice that announces a change: of one not sent yet, or of a new one."""
    waiting = transaction.fetch_one("SELECT subject FROM delivery WHERE kind = ? AND state = 'planned'", (Kind.CHANGE,))
    if waiting:
        return str(waiting[0])
    due = now + NOTICE_AFTER
    plan_delivery(transaction, announce(workshop, Kind.CHANGE, change_id, due))
    return change_id


def net(changes: Sequence[AgendaChange]) -> tuple[tuple[Session, ...], tuple[Session, ...]]:
    """Return the sessions that some changes touched, as before the first and as after the last.

    Sessions that end up as they were are left out.
    """
    before: dict[str, Session | None] = {}
    after: dict[str, Session | None] = {}
    for change in changes:
        for edit in change.edits:
            before.setdefault(edit.session.id, edit.before)
            after[edit.session.id] = edit.after
    touched = [key for key in before if before[key] != after[key]]
    return (
        tuple(session for key in touched if (session := before[key]) is not None),
        tuple(session for key in touched if (session := after[key]) is not None),
    )
