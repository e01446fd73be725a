"""The agenda as it is posted, and as one person asks for it: now, next, one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session, SessionProgress, session_progress
from bot.domain.plan import Plan
from bot.domain.text import escape
from bot.domain.venue import meeting_room
from bot.messages.i18n import day_name, every, text
from bot.messages.post import Button, Lines, Post, custom_id, label, left_out, moment, now_button, span, titles, where

_STANDING = {
    SessionProgress.DONE: "✅",
    SessionProgress.LIVE: "🔴",
    SessionProgress.NEXT: "▶️",
    SessionProgress.LATER: "▫️",
}


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much of a day's agenda is shown: titles in which languages and how wide, and how many sessions."""

    languages: Sequence[str]
    width: int = discord_limits.MESSAGE_TEXT
    masthead: bool = True
    sessions: int | None = None


#: How wide titles are on a full day; the last two in one language only.
_WIDTHS = (120, 90, 70, 55, 40, 30, 20)


#: How many sessions are shown on a day that is still too full with the shortest titles.
_SESSIONS = (60, 45, 30, 15)


def _extents(languages: Sequence[str]) -> Iterator[_Extent]:
    """Yield the extents from the fullest to the shortest: shorter titles, then one language, then no past sessions."""
    yield from (_Extent(languages, width) for width in _WIDTHS[:-2])
    yield from (_Extent(languages[:1], width) for width in _WIDTHS)
    yield from (_Extent(languages[:1], _WIDTHS[-1], masthead=False, sessions=most) for most in _SESSIONS)


def agenda(plan: Plan, day: date, now: datetime, mark: str) -> Post:
    """A day's agenda, true at `now`; on a full day with shorter titles, and a button that shows all of it."""
    post = unabridged(plan, day, now, mark)
    if post.fits:
        return post
    for extent in _extents(plan.languages):
        post = _agenda(plan, day, now, mark, extent)
        if post.fits:
            break
    whole_day = Button(custom_id("day", day.isoformat(), mark), label(plan.languages, "button.agenda"))
    return replace(post, buttons=(whole_day, *post.buttons))


def unabridged(plan: Plan, day: date, now: datetime, mark: str) -> Post:
    """Return a day's agenda in full, which may be longer than Discord takes."""
    return _agenda(plan, day, now, mark, _Extent(plan.languages))


def _agenda(plan: Plan, day: date, now: datetime, mark: str, extent: _Extent) -> Post:
    title, *others = (_agenda_heading(plan, day, language) for language in plan.languages)
    legend = [f"-# {line}" for line in every(plan.languages, "agenda.legend", zone=plan.zone)]
    masthead = _masthead(plan) if extent.masthead and day == plan.agenda.days[0] else ()
    return Post(
        (*masthead, Lines([f"## {title}", *others]), Lines(_agenda_items(plan, day, now, extent)), Lines(legend)),
        (now_button(plan, mark),),
    )


def _agenda_items(plan: Plan, day: date, now: datetime, extent: _Extent) -> Iterator[str]:
    sessions = plan.agenda.on(day)
    standing = session_progress(sessions, now)
    most = extent.sessions or len(sessions)
    over = sum(standing[session.id] is SessionProgress.DONE for session in sessions)
    first = max(0, min(over, len(sessions) - most))
    if first:
        yield left_out(first)
    for session in sessions[first : first + most]:
        title, *others = titles(extent.languages, session.title, extent.width)
        yield "\n".join([f"{_STANDING[standing[session.id]]} {span(session)} {title}", *others])
    if len(sessions) > first + most:
        yield left_out(len(sessions) - first - most)


def _masthead(plan: Plan) -> Iterator[str]:
    """The workshop's title, organiser, donor and series, for the head of the first day's agenda."""
    title, *others = dict.fromkeys(escape(plan.title[language]) for language in plan.languages)
    yield Lines([f"# {title}", *others])
    yield Lines(f"-# {' '.join(_credits(plan, language))}" for language in plan.languages)


def _credits(plan: Plan, language: str) -> Iterator[str]:
    yield text(language, "masthead.organiser", name=escape(plan.organiser[language]))
    if plan.donor:
        yield text(language, "masthead.donor", name=escape(plan.donor[language]))
    if plan.series:
        series = plan.series
        name = escape(series.title[language])
        yield text(language, "masthead.series", number=series.number, of=series.of, name=name)


def _agenda_heading(plan: Plan, day: date, language: str) -> str:
    number = plan.agenda.days.index(day) + 1
    return text(language, "agenda.heading", number=number, of=len(plan.agenda.days), date=day_name(language, day))


def agenda_for(plan: Plan, day: date, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """A day's agenda for one reader, with rooms and speakers, and a way to take it along."""
    sessions = plan.agenda.on(day)
    standing = session_progress(sessions, now)
    items = [_detailed(session, standing[session.id], language, rooms) for session in sessions]
    legend = "-# " + text(language, "agenda.legend", zone=plan.zone)
    take_along = Button(custom_id("calendar", day.isoformat()), text(language, "button.calendar"))
    return Post((f"## {_agenda_heading(plan, day, language)}", "\n".join(items), legend), (take_along,))


def _detailed(session: Session, standing: SessionProgress, language: str, rooms: Mapping[str, int]) -> str:
    lines = [f"{_STANDING[standing]} {span(session)} **{escape(session.title[language])}**"]
    if meeting_room(session.room) in rooms:
        lines[0] += f" · {where(session, rooms)}"
    lines += [f"-# {escape(speaker.named(language))}" for speaker in session.speakers]
    return "\n".join(lines)


def now_for(plan: Plan, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """The sessions under way and the next one, for one reader."""
    blocks = [
        text(language, "now.live", until=moment(session.ends_at, "R"))
        + "\n"
        + _detailed(session, SessionProgress.LIVE, language, rooms)
        + (f"\n{escape(session.description[language])}" if session.description else "")
        for session in plan.agenda.live(now)
    ]
    coming = plan.agenda.upcoming(now)
    if coming is None:
        blocks.append(text(language, "now.nothing_left" if blocks else "now.over"))
    else:
        blocks.append(_coming(coming, language, rooms))
    return Post((*blocks, *_zone(plan, now, language)))


def next_for(plan: Plan, now: datetime, language: str, rooms: Mapping[str, int]) -> Post:
    """The next session with a countdown, for one reader; all of them, where several start together."""
    coming = plan.agenda.upcoming(now)
    if coming is None:
        return Post((text(language, "next.nothing_left" if plan.agenda.live(now) else "now.over"),))
    together = (session for session in plan.agenda if session.starts_at == coming.starts_at)
    blocks = [
        _coming(session, language, rooms)
        + (f"\n{escape(session.description[language])}" if session.description else "")
        for session in together
    ]
    return Post((*blocks, *_zone(plan, now, language)))


def _coming(session: Session, language: str, rooms: Mapping[str, int]) -> str:
    when = moment(session.starts_at, "R")
    heading = text(language, "now.next", when=when, date=day_name(language, session.day))
    return f"{heading}\n{_detailed(session, SessionProgress.NEXT, language, rooms)}"


def _zone(plan: Plan, now: datetime, language: str) -> Iterator[str]:
    """The line that names the zone of the times; none after the workshop, when no times are shown."""
    if now < plan.agenda.ends_at:
        yield "-# " + text(language, "zone.line", zone=plan.zone)
