"""The plan in force: the plan's file, with the agenda as it stands after every change."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import yaml

from bot import store as stores
from bot.domain.agenda.sessions import Session
from bot.domain.announcements import Announcement
from bot.domain.attendance import session_words
from bot.domain.people.participants import Participant, RosterChange
from bot.domain.plan import Plan
from bot.domain.text import Text
from bot.settings import ROOT
from bot.store import Store
from bot.store.agenda import HeldSession, agenda_of
from bot.store.agenda_changes import AgendaChange
from bot.store.audit import AuditEntry
from bot.store.engine.backup import faults_in
from bot.store.engine.errors import DatabaseUnusableError
from bot.store.engine.instants import iso_utc
from bot.store.privacy.erasures import NOBODY

_ROSTER_FACT = "roster"
_SECRET_FACT = "word_secret"  # noqa: S105 - its name
#: The fact with the secret that certificates are signed with.
CERTIFICATE_SECRET = "certificate_secret"  # noqa: S105 - its name


@cache
def word_list() -> tuple[Text, ...]:
    """Return the words to be said aloud in sessions, each in every language."""
    return tuple(yaml.safe_load((ROOT / "config" / "words.yaml").read_text("utf-8")))


class PlanInForce:
    """The plan in force, in memory, made from the plan and the stored agenda."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self._plan = plan
        self.filed = plan.agenda
        """The agenda of the plan's file, before any change."""
        self._store = store
        self._held: tuple[HeldSession, ...] = ()
        self._watchers: list[Callable[[], Awaitable[None]]] = []
        self._secret = ""

    def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Call `changed` after each change of the agenda, before its author is answered."""
        self._watchers.append(changed)

    async def follow(self, now: datetime) -> None:
        """Apply the plan's file to the store. Raises WrongWorkshopError before anything is changed."""
        # First: the stored plan decides what is under the Chatham House Rule.
        await self._store.plans.follow(self._plan)
        await self._store.agenda.follow(self._plan.agenda, now)
        if self._plan.attendance.word:
            word_list()  # read at the start, so that no answer waits for a file
            self._secret = await self._store.facts.once(_SECRET_FACT, secrets.token_hex(32))
        await self._store.facts.once(CERTIFICATE_SECRET, secrets.token_hex(32))
        await self.load()

    async def follow_roster(
        self, roster: Sequence[Participant], now: datetime, roster_line: Callable[[RosterChange], Announcement]
    ) -> None:
        """Apply the roster's file if it has changed; unchanged, it does not undo later imports at each start.

        `roster_line`: the line that tells the team about the change.
        """
        digest = hashlib.blake2b(repr(roster).encode(), digest_size=8).hexdigest()
        if await self._store.facts.get(_ROSTER_FACT) != digest:
            await self._store.participants.follow(roster, partial(self._recorded, digest, now, roster_line))
            await self._store.facts.put(_ROSTER_FACT, digest)

    @staticmethod
    def _recorded(
        digest: str, now: datetime, roster_line: Callable[[RosterChange], Announcement], change: RosterChange
    ) -> tuple[AuditEntry, Announcement | None]:
        """Return the audit entry of a roster that was read, and the team's line; no line for the first roster."""
        entry = AuditEntry(f"list/{iso_utc(now)}", now, NOBODY, "list imported", digest, None, change.summary)
        is_first = len(change.new) == sum(change.counts().values())
        return entry, None if is_first else roster_line(change)

    async def load(self) -> None:
        """Read the stored agenda; if none is stored yet, the plan's file stays in force."""
        self._held = await self._store.agenda.all()
        self._plan = self._plan.with_stamps(await self._store.chatham_stamps.all())
        if self._held:
            self._plan = self._plan.with_agenda(agenda_of(self._held))

    async def apply(self, change_id: str, who: int, now: datetime) -> AgendaChange:
        """Apply a proposed change. Raises as AgendaChanges.apply does."""
        change = await self._store.agenda_changes.apply(self._plan.id, change_id, who, now)
        await self._changed()
        return change

    async def undo(self, change_id: str, who: int, now: datetime) -> AgendaChange:
        """Undo a change. Raises as AgendaChanges.undo does."""
        change = await self._store.agenda_changes.undo(self._plan.id, change_id, who, now)
        await self._changed()
        return change

    async def _changed(self) -> None:
        await self.load()
        for changed in self._watchers:
            await changed()

    @property
    def plan(self) -> Plan:
        """The plan, with the agenda in force."""
        return self._plan

    def language_of(self, person: int) -> str:
        """Return the language for messages to a person: theirs if the workshop has it, else its first."""
        known = self._store.participants.language_of(person)
        return known if known in self._plan.languages else self._plan.languages[0]

    def session(self, session_id: str) -> Session:
        """Return a session, cancelled ones included. Raises LookupError if there never was one."""
        held = (one.session for one in self._held if one.session.id == session_id)
        found = self._plan.agenda.find(session_id) or next(held, None)
        if found is None:
            raise LookupError(f"There is no session {session_id}.")
        return found

    @property
    def held(self) -> tuple[HeldSession, ...]:
        """Every session with its sequence number, cancelled ones included."""
        return self._held

    @property
    def sequences(self) -> tuple[tuple[str, int], ...]:
        """The id and sequence number of each session; the number grows with each change."""
        return tuple((one.session.id, one.sequence) for one in self._held)

    def word(self, session_id: str) -> Text:
        """Return the word that the chair of a session says aloud; it is always the same."""
        return session_words.session_word(self._secret, self._plan.id, session_id, word_list())


@asynccontextmanager
async def opened(
    database: Path, expected: Plan | None = None, *, to_read: bool = True
) -> AsyncGenerator[tuple[PlanInForce, Store]]:
    """Open a workshop's database with the plan that the bot last started with.

    `expected`: the plan that the database must belong to. Raises WrongWorkshopError if it belongs to another.
    """
    async with stores.opened(database, to_read=to_read) as store:
        programme = PlanInForce(await store.plans.held(expected), store)
        await programme.load()
        yield programme, store


@asynccontextmanager
async def opened_alone(database: Path) -> AsyncGenerator[tuple[PlanInForce, Store]]:
    """Open any workshop's database, also next to a running bot.

    Raises DatabaseUnusableError for a file that is damaged, of another program, or of an older or newer Plenary.
    """
    if fault := await asyncio.to_thread(faults_in, database):
        raise DatabaseUnusableError(fault)
    async with opened(database) as workshop:
        yield workshop
