"""The linter of plans: warnings about a plan that can be used, such as overlaps and messages that are too long."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import discord_limits
from bot.domain.agenda.conflicts import Conflict, Overlap, conflicts
from bot.domain.plan import Plan
from bot.domain.venue import meeting_room, venue_rooms
from bot.importing.yaml_lines import Document, Place, Remark
from bot.messages.agenda import unabridged
from bot.messages.announcements import start, topic_opening, welcome
from bot.messages.post import Post


def warnings(plan: Plan, document: Document) -> Iterator[Remark]:
    """Yield what the organisers should check again. Too slow for the start of the bot: it renders every message."""
    yield from _conflicts(plan, document)
    for place, surplus in too_long(plan).items():
        yield document.remark(
            place,
            f"its message is {surplus} characters too long for Discord; it is shortened, and a button shows all of it.",
        )
    if len(plan.topics) > discord_limits.OPTIONS:
        what = f"a form's list shows {discord_limits.OPTIONS} topics; a note on another starts in that topic's channel."
        yield document.remark(("topics", discord_limits.OPTIONS), what)
    channels = len(venue_rooms(plan)) - 1  # less the category
    categories = -(-channels // discord_limits.CATEGORY_CHANNELS)
    if categories > 1:
        fits = discord_limits.CATEGORY_CHANNELS
        what = f"{channels} channels; Discord fits {fits} in a category: there will be {categories}."
        yield document.remark(("topics",), what)


def _conflicts(plan: Plan, document: Document) -> Iterator[Remark]:
    places = {
        entry.id: ("days", number, "sessions", index)
        for number, day in enumerate(plan.days)
        for index, entry in enumerate(day.sessions)
    }
    for conflict in conflicts(plan.agenda):
        what = f"'{conflict.second.id}' overlaps '{conflict.first.id}' {_collision(conflict)}."
        yield document.remark(places[conflict.second.id], what)


def _collision(conflict: Conflict) -> str:
    if isinstance(conflict, Overlap):
        return f"in the room '{conflict.first.room}'"
    return f"and '{next(iter(conflict.speaker.office.values()))}' speaks in both"


def too_long(plan: Plan) -> dict[Place, int]:
    """Return where in the plan a posted message has to be shortened, and by how many characters."""
    surplus: dict[Place, int] = {}
    for place, post in _longest_posts(plan):
        if post.length > discord_limits.MESSAGE_TEXT:
            surplus[place] = max(surplus.get(place, 0), post.length - discord_limits.MESSAGE_TEXT)
    return surplus


def _longest_posts(plan: Plan) -> Iterator[tuple[Place, Post]]:
    """Yield each posted message that grows with the plan, unabridged. Answers are left out: they may span messages."""
    rooms = {meeting_room(session.room): 2**63 for session in plan.agenda}  # the longest id that Discord may give
    mark = "0" * 24
    yield ("description",), welcome(plan, f"<#{2**63}>", mark)
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
