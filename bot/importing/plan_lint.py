"""Warnings about a plan that can be used: its longest messages, against Discord's limits."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import limits
from bot.domain.plan import Plan
from bot.domain.venue import meeting_room
from bot.messages.agenda import unabridged
from bot.messages.announcements import start, topic_opening, welcome
from bot.messages.post import Post

Place = tuple[str | int, ...]


"""Where something stands in a plan: keys, and numbers from 0."""


def too_long(plan: Plan) -> dict[Place, int]:
    """Where in the plan a posted message has to be shortened, and by how many characters."""
    surplus: dict[Place, int] = {}
    for place, post in _longest(plan):
        if post.length > limits.MESSAGE_TEXT:
            surplus[place] = max(surplus.get(place, 0), post.length - limits.MESSAGE_TEXT)
    return surplus


def _longest(plan: Plan) -> Iterator[tuple[Place, Post]]:
    """Each posted message that grows with the plan, whole; an answer goes on in a second message."""
    rooms = {meeting_room(session.room): 2**63 for session in plan.agenda}
    mark = "0" * 24
    yield ("description",), welcome(plan, mark)
    for number, day in enumerate(plan.days):
        yield ("days", number), unabridged(plan, day.date, plan.morning(day.date), mark)
        for index, entry in enumerate(day.sessions):
            session = plan.agenda.find(entry.id)
            if session:
                yield ("days", number, "sessions", index), start(plan, session, rooms, mark)
    for index, entry in enumerate(plan.topics):
        topic = plan.topic(entry.id)
        if topic:
            yield ("topics", index), topic_opening(plan, topic, mark)
