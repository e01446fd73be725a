"""The composer: what a delivery's message says now, and in which room it must stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.jobs.renderers import RENDERERS, Sources
from bot.messages import announcements
from bot.messages.post import Post
from bot.platform.venue import Venue
from bot.store import Store
from bot.store.delivery.deliveries import Delivery
from bot.store.plan_in_force import PlanInForce


class Composer:
    """Looks up a delivery's renderer by its kind."""

    def __init__(self, programme: PlanInForce, store: Store, venue: Venue) -> None:
        self._sources = Sources(programme, store, venue)

    async def post(self, delivery: Delivery, now: datetime) -> Post | None:
        """The message; None if there is nothing to say. Raises LookupError if its subject is gone."""
        post = await RENDERERS[delivery.kind].post(self._sources, delivery, now)
        return replace(post, whole=announcements.whole_button(self._sources.plan, delivery.id)) if post else None

    async def room(self, delivery: Delivery) -> str | None:
        """The key of the room in which the message must stand; None: it must not stand anywhere."""
        return await RENDERERS[delivery.kind].room(self._sources, delivery)
