"""The agenda as an iCalendar file (RFC 5545), which every calendar program can read and update."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bot.domain.agenda.sessions import Session, SessionKind
from bot.domain.plan import Plan
from bot.domain.text import all_writable, clean, one_line, spoken
from bot.messages.i18n import enumeration, text
from bot.store.agenda import HeldSession

if TYPE_CHECKING:
    from icalendar import Calendar, Event

C = TypeVar("C", "Calendar", "Event")

_MAKER = "-//Plenary//Plenary//EN"


def calendar(plan: Plan, held: Iterable[HeldSession], now: datetime, language: str, rule: str = "") -> bytes:
    """All sessions, with cancelled ones marked; times are in UTC, texts are in one language.

    `rule`: the rule that the export obeys, in words.

    A session has the same UID in every file, and a SEQUENCE that grows with each change, so that a program that
    already has the session updates it and doesn't add a second one.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - a bot that starts doesn't need it yet

    title = one_line(plan.title[language])  # NOTE: a line break in an `x-` property makes the library raise
    made = _holding(
        Calendar(),
        ("prodid", _MAKER),
        ("version", "2.0"),
        ("name", title),  # RFC 7986; older programs read the next two
        ("x-wr-calname", title),
        ("x-wr-timezone", plan.zone),
        *([("description", rule)] if rule else []),
    )
    for held_session in sorted(
        held, key=lambda held_session: (held_session.session.starts_at, held_session.session.id)
    ):
        made.add_component(_event(Event(), plan, held_session, now.astimezone(UTC).replace(microsecond=0), language))
    return made.to_ical()


def _event(blank: Event, plan: Plan, held: HeldSession, now: datetime, language: str) -> Event:
    session = held.session
    topic = plan.topic(session.topic) if session.topic else None
    described = clean("\n".join(_description(plan, session, language)))
    return _holding(
        blank,
        ("uid", f"{session.id}@{plan.id}"),
        ("sequence", held.sequence),
        ("dtstamp", now),
        ("last-modified", now),
        ("dtstart", session.starts_at),
        ("dtend", session.ends_at),
        ("summary", clean(spoken(session.title, language))),
        ("location", room_name(plan, session, language)),
        ("status", "CONFIRMED" if held.cancelled_at is None else "CANCELLED"),
        ("transp", "TRANSPARENT" if session.kind is SessionKind.BREAK else "OPAQUE"),
        *([("categories", [topic.title[language]])] if topic else []),
        *([("description", described)] if described else []),
    )


def _holding(component: C, *properties: tuple[str, object]) -> C:
    for name, value in properties:
        component.add(name, all_writable(value))  # pyright: ignore[reportUnknownMemberType] - it takes whatever the property is
    return component


def room_name(plan: Plan, session: Session, language: str) -> str:
    """The name of a session's room; its id if the plan no longer has the room."""
    name = plan.room_names.get(session.room)
    return name[language] if name else session.room


def _description(plan: Plan, session: Session, language: str) -> Iterator[str]:
    if session.description:
        yield spoken(session.description, language)
    if session.topic and (topic := plan.topic(session.topic)):
        yield text(language, "calendar.topic", title=topic.title[language])
    if session.speakers:
        named = (speaker.named(language) for speaker in session.speakers)
        yield text(language, "start.speakers", names=enumeration(language, named))
    for material in session.materials:
        yield f"{spoken(material.title, language)}: {material.url}"
