"""The store: all SQL, in one module a subject. Takes and returns values of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from bot.store.agenda import HeldAgenda
from bot.store.agenda_changes import AgendaChanges
from bot.store.attendance import Attendance
from bot.store.audit import Audit
from bot.store.breakouts import Breakouts
from bot.store.contacts import Contacts
from bot.store.corrections import CheckinDoors, Corrections
from bot.store.delivery.announcements import CustomAnnouncements
from bot.store.delivery.deliveries import Deliveries
from bot.store.delivery.direct_messages import DirectMessages
from bot.store.delivery.incidents import Incidents
from bot.store.delivery.restraints import Restraints
from bot.store.engine.database import Database
from bot.store.engine.errors import DamageError, DatabaseDamagedError, StoreError
from bot.store.engine.instants import iso_utc
from bot.store.facts import Facts
from bot.store.feedback import Feedback
from bot.store.note_files import NoteFiles
from bot.store.note_reviews import NoteReviews
from bot.store.notes import Notes
from bot.store.participants import Participants
from bot.store.pledges import Pledges
from bot.store.presence import PresenceStays
from bot.store.privacy.chatham_stamps import ChathamStamps
from bot.store.privacy.erasures import Erasures
from bot.store.privacy.personal_data import PersonalData
from bot.store.privacy.purges import Purges
from bot.store.questions import Questions
from bot.store.scheduled_events import ScheduledEvents
from bot.store.stored_plan import Plans
from bot.store.team_requests import TeamRequests
from bot.store.transcripts import Transcripts
from bot.store.venue import VenueRecords

_WRITE_SECONDS = 10


class Store:
    """The workshop's database, by subject."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.plans = Plans(database)
        self.agenda = HeldAgenda(database)
        self.agenda_changes = AgendaChanges(database)
        self.audit = Audit(database)
        self.participants = Participants(database)
        self.team_requests = TeamRequests(database)
        self.deliveries = Deliveries(database)
        self.announcements = CustomAnnouncements(database)
        self.restraints = Restraints(database)
        self.attendance = Attendance(database)
        self.corrections = Corrections(database)
        self.checkin_doors = CheckinDoors(database)
        self.presence = PresenceStays(database)
        self.notes = Notes(database)
        self.note_files = NoteFiles(database)
        self.note_reviews = NoteReviews(database)
        self.incidents = Incidents(database)
        self.direct_messages = DirectMessages(database)
        self.contacts = Contacts(database)
        self.questions = Questions(database)
        self.feedback = Feedback(database)
        self.pledges = Pledges(database)
        self.chatham_stamps = ChathamStamps(database)
        self.breakouts = Breakouts(database)
        self.venue = VenueRecords(database)
        self.scheduled_events = ScheduledEvents(database)
        self.facts = Facts(database)
        self.transcripts = Transcripts(database)
        self.personal_data = PersonalData(database)
        self.erasures = Erasures(database, self.participants, self.note_files)
        self.purges = Purges(database, self.audit, self.erasures)

    async def write_fault(self, now: datetime) -> str:
        """Make a small write; return why it failed or took longer than 10 s, empty if it is done."""
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                await self.facts.put("alive", iso_utc(now))
        except (StoreError, TimeoutError) as failure:
            return str(failure) or f"no write was done within {_WRITE_SECONDS} s"
        return ""

    async def until_damaged(self) -> NoReturn:
        """Wait until the file is found damaged, then raise DatabaseDamagedError."""
        raise DatabaseDamagedError(self._database.path, await asyncio.shield(self._database.damage))


@asynccontextmanager
async def opened(path: Path, *, to_read: bool = False) -> AsyncGenerator[Store, None]:
    """Open the store in a database file, and close it at the end. Raises as Database.open does."""
    database = await (Database.open_to_read(path) if to_read else Database.open(path))
    try:
        store = Store(database)
        await (store.erasures.require_done() if to_read else store.erasures.catch_up())
        await store.participants.load()
        if not to_read:
            await store.notes.fold()
        await store.checkin_doors.load()
        yield store
    except DamageError as failure:
        raise DatabaseDamagedError(database.path, failure) from None
    finally:
        await database.close()
