"""Everything that one workshop is made of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.documents.certificates.awards import Awards
from bot.domain import announcements
from bot.domain.announcements import Announcement
from bot.domain.plan import Plan
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.presence_watch import PresenceWatch
from bot.jobs.transcripts import TranscriptJob
from bot.messages.i18n import text
from bot.platform.access import Access
from bot.platform.rate_limit import InvalidAnswers
from bot.platform.venue import Venue
from bot.settings import Settings
from bot.store import Store
from bot.store.programme import PlanInForce


@dataclass(frozen=True)
class Workshop:
    """One workshop at work: its plan, store, rooms and jobs."""

    programme: PlanInForce
    store: Store
    clock: Clock
    venue: Venue
    dispatcher: Dispatcher
    invalid: InvalidAnswers
    access: Access
    transcripts: TranscriptJob
    settings: Settings
    awards: Awards
    presence: PresenceWatch
    closing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the closing pack is made."""
    importing_roster: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a roster is imported."""

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.programme.plan

    def team_line(self, key: str, **values: object) -> Announcement:
        """A line for the team, in the workshop's first language."""
        line = text(self.plan.languages[0], key, **values)
        return announcements.report(self.plan.id, line, self.clock.now())

    def language_of(self, person: int) -> str:
        """The language in which a person is written to while they are absent."""
        return self.programme.language_of(person)

    def name_of(self, person: int, display_name: str) -> str:
        """A person's name on the roster; without a place there, their name on Discord."""
        place = self.store.participants.of(person)
        return place.name if place else display_name

    def channel(self, key: str) -> str:
        """A link to a room, as Discord shows it."""
        return f"<#{self.venue.rooms.get(key, 0)}>"
