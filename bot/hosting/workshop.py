"""One workshop: its parts, and its life cycle from loading to the last delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from bot.clock import Clock
from bot.documents.certificates.awards import Awards
from bot.domain import announcements
from bot.domain.announcements import Announcement
from bot.domain.people.participants import Participant, RosterChange
from bot.domain.plan import Plan
from bot.jobs.context import JobContext
from bot.jobs.direct_messages import DirectMessageJob
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.incidents import IncidentReporter
from bot.jobs.pledge_follow_ups import PledgeFollowUpJob
from bot.jobs.presence_watch import PresenceWatch
from bot.jobs.runner import Job, JobName
from bot.jobs.scheduled_events import ScheduledEventJob
from bot.jobs.transcripts import TranscriptJob
from bot.messages.i18n import text
from bot.platform.access import Access
from bot.platform.client import Plenary
from bot.platform.downloads import Downloads
from bot.platform.venue import Venue
from bot.settings import Settings
from bot.store import Store
from bot.store.plan_in_force import PlanInForce


class Workshop:
    """One workshop at work.

    Its life: `load` reads the database. `reconcile` runs after each READY, and starts the dispatcher.
    `replan` runs after each change of the agenda, and `repair` after each change made by hand in the server.
    `stop` ends it.
    """

    def __init__(  # noqa: PLR0913 - one parameter for each part of a workshop
        self, plan: Plan, store: Store, client: Plenary, *, clock: Clock, settings: Settings, jobs: Iterable[Job] = ()
    ) -> None:
        """`jobs`: those that run in this process besides the workshop's own, such as the nightly backup."""
        self.store = store
        self.clock = clock
        self.settings = settings
        self.programme = PlanInForce(plan, store)
        self.venue = Venue(self.programme, store, client.pacer)
        self.access = Access(self.programme, store, self.venue, clock, client)
        self.awards = Awards(self.programme, store)
        self.downloads = Downloads(settings.api_base)
        self._incidents = IncidentReporter(self.programme, store, clock)
        self._context = JobContext(self.programme, store, self.venue, clock, client, self._incidents)
        self.transcripts = TranscriptJob(self._context)
        self.presence = PresenceWatch(self._context)
        self.dispatcher = Dispatcher(self._context, (*self._jobs(), *jobs))
        self.programme.watch(self.replan)
        self.closing = asyncio.Lock()
        """Held while the closing pack is made."""
        self.importing_roster = asyncio.Lock()
        """Held while a roster is imported."""

    def _jobs(self) -> tuple[Job, ...]:
        return (
            Job(JobName.EVENTS, ScheduledEventJob(self._context).keep),
            Job(JobName.FOLLOW_UPS, PledgeFollowUpJob(self._context).keep),
            Job(JobName.DIRECT_MESSAGES, DirectMessageJob(self._context).keep),
            Job(JobName.TRANSCRIPTS, self.transcripts.keep),
            Job(JobName.PRESENCE, self.presence.mark_after_jump),
        )

    # --- life cycle --------------------------------------------------------------------------------------------

    async def load(self, roster: Sequence[Participant] | None) -> None:
        """Adopt the plan's file and its roster, and read the database.

        Raises WrongWorkshopError if the database belongs to another workshop.
        """
        await self.programme.follow(self.clock.now())
        if roster is not None:
            await self.programme.follow_roster(roster, self.clock.now(), self._roster_line)
        await self.venue.load()
        await self._incidents.load()

    async def reconcile(self) -> None:
        """Compare the server with the wanted rooms and roles, and start the dispatcher; called at every READY."""
        guild = self._context.guild
        if guild is not None:
            await self.venue.recall(guild)
            await self.dispatcher.replan()
        self.dispatcher.start()

    async def replan(self) -> None:
        """Follow a change of the agenda."""
        self.venue.look_again()  # a topic's channel may open on another day
        await self.dispatcher.replan()

    async def repair(self, discord_id: int) -> None:
        """Look again at a role or a channel that somebody changed by hand, if it is the workshop's."""
        if self.venue.owns(discord_id):
            self.venue.look_again(discord_id)
            self.dispatcher.stir()

    async def stop(self) -> None:
        """Stop the dispatcher, after pending deliveries have had time to arrive."""
        await self.dispatcher.stop()

    # --- for handlers ------------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.programme.plan

    def team_line(self, key: str, **values: object) -> Announcement:
        """Return an announcement of one line for the team, in the workshop's first language."""
        line = text(self.plan.languages[0], key, **values)
        return announcements.report(self.plan.id, line, self.clock.now())

    def _roster_line(self, change: RosterChange) -> Announcement:
        """Return the team's announcement of what a new roster file changed."""
        return self.team_line("team.list_file", **change.counts())

    def language_of(self, person: int) -> str:
        """Return the language for messages to a person without an interaction."""
        return self.programme.language_of(person)

    def name_of(self, person: int, display_name: str) -> str:
        """Return a person's name on the roster; for a person who isn't on it, their name on Discord."""
        place = self.store.participants.of(person)
        return place.name if place else display_name

    def channel(self, key: str) -> str:
        """Return Discord's markup for a link to a room."""
        return f"<#{self.venue.rooms.get(key, 0)}>"
