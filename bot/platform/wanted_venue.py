"""The roles, rooms and permissions that a workshop needs at an instant, breakout rooms included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain import discord_limits
from bot.domain.agenda import breakouts
from bot.domain.agenda.breakouts import Breakout
from bot.domain.plan import Plan
from bot.domain.text import shorten
from bot.domain.venue import Room, venue_rooms
from bot.domain.venue_steps import (
    WantedVenue,
)
from bot.messages.i18n import text
from bot.store.plan_in_force import PlanInForce

#: Characters of a session's title in the names of its groups' rooms.
_TITLE = 60


def wanted(plan: Plan, groups: Iterable[Room], now: datetime, *, archived: bool | None = None) -> WantedVenue:
    """Return the roles and rooms that the workshop needs at `now` (UTC); `groups` are the rooms of breakouts."""
    archive = text(plan.languages[0], "rooms.archive", title=plan.title[plan.languages[0]])
    return WantedVenue(
        (*venue_rooms(plan), *groups), shorten(archive, discord_limits.NAME), now, plan.agenda.ends_at, archived
    )


def group_rooms(programme: PlanInForce, standing: Iterable[Breakout], now: datetime) -> Iterator[Room]:
    """Yield the rooms of breakouts that are open or have just ended."""
    language = programme.plan.languages[0]
    for breakout in standing:
        title = shorten(programme.session(breakout.session).title[language], _TITLE)
        key = "breakout.room" if breakout.open(now) else "breakout.archived"
        names = [text(language, key, number=group.number, title=title) for group in breakout.groups]
        yield from breakouts.breakout_rooms(breakout, names, now)
