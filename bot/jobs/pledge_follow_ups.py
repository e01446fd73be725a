"""Writes the direct messages that ask people how their pledge goes, once for each month that the plan names."""

from __future__ import annotations

from datetime import datetime

from bot.domain import planned_announcements
from bot.domain.announcements import Announcement
from bot.domain.contributions.pledges import Pledge
from bot.domain.people.direct_messages import DirectMessage, DirectMessageButton, DirectMessageKind, direct_message
from bot.domain.text import escape, escape_within
from bot.jobs.context import JobContext
from bot.messages.i18n import day_name, text
from bot.messages.post import custom_id

#: Characters of a pledge that the private message quotes; Discord takes 2,000 in all.
_QUOTED = 1000


class PledgeFollowUpJob:
    """Writes the messages to the store; DirectMessageJob sends them."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    async def keep(self, now: datetime) -> datetime | None:
        """Write the messages that are due and not past their lifetime; return the next instant at which some are."""
        planned = planned_announcements.follow_ups(self._context.plan)
        for follow_up in planned:
            occasion = f"follow_up/{follow_up.subject}"
            if follow_up.due <= now < follow_up.expires and await self._context.store.facts.get(occasion) is None:
                letters = [self._letter(follow_up, pledge, now) for pledge in await self._context.store.pledges.all()]
                await self._context.store.direct_messages.write_once(occasion, letters, now)
        return min((follow_up.due for follow_up in planned if follow_up.due > now), default=None)

    def _letter(self, asked: Announcement, pledge: Pledge, now: datetime) -> DirectMessage:
        plan, language = self._context.plan, self._context.programme.language_of(pledge.person)
        question = text(
            language,
            "letter.follow_up",
            n=int(asked.subject),
            workshop=escape(plan.title[language]),
            pledge=escape_within(pledge.text, _QUOTED),
            by=day_name(language, pledge.by),
        )
        seen = text(language, "follow_up.named" if pledge.follow_up else "follow_up.unnamed")
        button = DirectMessageButton(custom_id("progress", asked.subject), text(language, "button.progress"))
        kind = DirectMessageKind.FOLLOW_UP
        return direct_message(plan.id, kind, asked.subject, pledge.person, f"{question}\n-# {seen}", now, button=button)
