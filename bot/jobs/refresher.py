"""The refresher: a job that edits messages that are no longer true, and deletes those that must not stand."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.announcement_kinds import KINDS, Upkeep
from bot.jobs.composer import Composer
from bot.jobs.context import JobContext
from bot.jobs.outbox import Outbox
from bot.store.delivery.deliveries import Delivery

#: A message is edited at most once in this time: a storm of votes is not a storm of edits.
_BETWEEN_EDITS = timedelta(seconds=3)


class Refresher:
    """Goes through the sent messages: in each room one at a time, the longest untouched first."""

    def __init__(self, context: JobContext, composer: Composer, outbox: Outbox) -> None:
        self._context = context
        self._composer = composer
        self._outbox = outbox
        self._edited: dict[str, datetime] = {}
        """By delivery: when its message was last edited."""

    async def keep(self, now: datetime) -> datetime | None:
        """Begin the edits that are needed; return the next instant at which one may be."""
        deliveries = self._context.store.deliveries
        always = [kind for kind, row in KINDS.items() if row.upkeep is not Upkeep.ON_CHANGE]
        sent = [delivery for kind in always for delivery in await deliveries.sent(kind)]
        sent += [delivery for delivery in await deliveries.outdated() if delivery.kind not in always]
        instants = [self._context.plan.agenda.next_change(now)]
        begun: set[str] = set()
        for delivery in sorted(sent, key=self._touched_at):
            ready_at = self._edited.get(delivery.id, now - _BETWEEN_EDITS) + _BETWEEN_EDITS
            if delivery.room in begun or not self._outbox.may_edit(delivery):
                continue  # the end of what is under way, and of a pause, starts this job again
            if now < ready_at and KINDS[delivery.kind].upkeep is not Upkeep.AT_ONCE:
                instants.append(ready_at)
                continue
            room = await self._composer.room(delivery)
            if room != delivery.room:
                begun.add(delivery.room)
                self._outbox.withdraw(delivery, room)
                continue
            try:
                post = await self._composer.post(delivery, now)
            except LookupError:
                continue  # its subject is gone: it stays as it was
            if post is None:
                continue
            if post.fingerprint != delivery.shown:
                begun.add(delivery.room)
                self._edited[delivery.id] = now
                self._outbox.edit(delivery, post)
            elif delivery.unshown:
                await deliveries.record_shown(delivery, delivery.shown or "")
        return min((instant for instant in instants if instant is not None), default=None)

    def _touched_at(self, delivery: Delivery) -> datetime:
        return self._edited.get(delivery.id, delivery.due)
