"""Reports lasting trouble to the team: once when it begins and once when it ends, also across restarts."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.domain import announcements
from bot.domain.announcements import Announcement
from bot.domain.text import shorten
from bot.messages.i18n import text
from bot.store import Store
from bot.store.plan_in_force import PlanInForce

#: Characters of an error's text in a line for the team; the log has all of it.
_PROBLEM = 300


class IncidentReporter:
    """The open incidents, by key. The lines are in the workshop's first language."""

    def __init__(self, programme: PlanInForce, store: Store, clock: Clock) -> None:
        self._programme = programme
        self._store = store
        self._clock = clock
        self._open: dict[str, datetime] = {}

    async def load(self) -> None:
        """Recall the incidents that were open when the bot stopped."""
        self._open = await self._store.incidents.all()

    async def trouble_began(self, key: str, sentence: str, **values: object) -> None:
        """Tell the team, unless this incident is open already. `sentence` is a key of the catalogues."""
        if key not in self._open:
            now = self._clock.now()
            await self._store.incidents.begin(key, now, self._line(now, sentence, values))
            self._open[key] = now

    async def trouble_ended(self, key: str, sentence: str | None = None, **values: object) -> None:
        """Tell the team that an incident is over, if it was open; without a sentence, close it in silence."""
        if key in self._open:
            line = self._line(self._clock.now(), sentence, values) if sentence else None
            await self._store.incidents.end(key, line)
            del self._open[key]

    async def tell_team(self, sentence: str, **values: object) -> None:
        """Send the team a line that belongs to no incident."""
        await self._store.deliveries.add(self._line(self._clock.now(), sentence, values))

    def wording(self, sentence: str) -> str:
        """A sentence in the language of the lines."""
        return text(self._programme.plan.languages[0], sentence)

    def _line(self, now: datetime, sentence: str, values: dict[str, object]) -> Announcement:
        plan = self._programme.plan
        bounded = {
            name: shorten(value, _PROBLEM) if isinstance(value, str) else value for name, value in values.items()
        }
        return announcements.report(plan.id, text(plan.languages[0], sentence, **bounded), now)
