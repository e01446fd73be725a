"""The posts for the team alone: the run of show and expected speakers, in the workshop's first language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import discord_limits
from bot.domain.agenda.run_of_show import DayAction, Hold
from bot.domain.agenda.sessions import Session
from bot.domain.people.participants import Participant
from bot.domain.plan import Plan
from bot.domain.planned_announcements import LAST_RUNG
from bot.domain.text import escape, measure, shorten
from bot.messages.i18n import day_name, enumeration, text
from bot.messages.post import Button, Lines, Post, custom_id, moment, where

#: In front of every panel.
PANEL_SIGN = "🎛️"
_TITLE = 90


@dataclass(frozen=True, slots=True)
class DayStatus:
    """The state of the day at a moment."""

    state: str
    """The hash that the buttons act on; see `bot.domain.agenda.run_of_show`."""
    live: tuple[Session, ...]
    coming: tuple[Session, ...]
    late: timedelta | None
    check_ins: Mapping[str, int]
    """Numbers by session, for sessions under way or next."""
    questions: int
    """The number of waiting questions."""
    here: frozenset[str]
    """The ids of the sessions whose speakers have arrived."""
    hold: Hold | None


def panel(plan: Plan, standing: DayStatus, now: datetime, rooms: Mapping[str, int], mark: str) -> Post:
    """The run of show, and the buttons that change it."""
    language = plan.languages[0]
    heading = (
        f"{PANEL_SIGN} **{text(language, 'show.heading')}** · {day_name(language, now.astimezone(plan.tz).date())}"
    )
    sessions = [_session(plan, session, standing, rooms, live=True) for session in standing.live]
    sessions += [_session(plan, session, standing, rooms, live=False) for session in standing.coming]
    facts = "\n".join(_facts(standing, language))
    hold = DayAction.RESUME if standing.hold else DayAction.HOLD
    deeds = (hold, DayAction.LATER, DayAction.SKIP, DayAction.START, DayAction.END)
    buttons = tuple(
        Button(
            custom_id("lead", deed, standing.state, mark),
            text(language, f"button.show.{deed}"),
            deed is DayAction.RESUME,
        )
        for deed in deeds
    )
    return Post((heading, Lines(sessions or [text(language, "show.nothing")]), facts), buttons)


def _session(plan: Plan, session: Session, standing: DayStatus, rooms: Mapping[str, int], *, live: bool) -> str:
    language = plan.languages[0]
    when = moment(session.ends_at if live else session.starts_at, "R")
    shown = "show.now" if live else "show.next"
    title = escape(shorten(session.title[language], _TITLE))
    lines = [text(language, shown, title=f"**{title}**", when=when) + f" · {where(session, rooms)}"]
    if plan.counts_for_attendance(session):
        lines.append("-# " + text(language, "show.check_ins", n=standing.check_ins.get(session.id, 0)))
    if session.speakers:
        speakers = "show.here" if session.id in standing.here else "show.expected"
        lines.append("-# " + text(language, speakers, names=_speakers(session, language)))
    return "\n".join(lines)


def _facts(standing: DayStatus, language: str) -> Iterator[str]:
    if standing.hold:
        yield "⏸️ " + text(language, "show.held", when=moment(standing.hold.since))
    if standing.late is not None:
        minutes = round(standing.late / timedelta(minutes=1))
        key = "show.late" if minutes > 0 else "show.early"
        yield "⏱️ " + (text(language, key, n=abs(minutes)) if minutes else text(language, "show.on_time"))
    yield "🙋 " + text(language, "show.questions", n=standing.questions)


def moved(plan: Plan, posted: datetime, mark: str) -> Post:
    """The text of an earlier panel once a later one is posted."""
    language = plan.languages[0]
    line = text(language, "show.moved", when=moment(posted, "f"))
    return Post((f"{PANEL_SIGN} {line}",), (Button(custom_id("now", mark), text(language, "button.now")),))


def ladder(plan: Plan, session: Session, now: datetime, mark: str) -> Post:
    """The question whether the speakers have arrived; urgent close to the start."""
    language, left = plan.languages[0], session.starts_at - now
    title, when = escape(shorten(session.title[language], _TITLE)), moment(session.starts_at)
    minutes, names = round(left / timedelta(minutes=1)), _speakers(session, language)
    asked = text(language, "ladder.line", n=minutes, title=f"**{title}**", when=when, names=names)
    urgent = (text(language, "ladder.urgent"),) if left <= LAST_RUNG else ()
    here = Button(custom_id("here", session.id, mark), text(language, "button.here"), primary=True)
    return Post((f"🎤 {asked}", *urgent), (here,))


def team_request(plan: Plan, place: Participant, person: int, mark: str) -> Post:
    """A person's request for a place in the team, with buttons to approve or refuse it."""
    language = plan.languages[0]
    asked = text(
        language,
        "team.request",
        person=f"<@{person}>",
        name=f"**{escape(place.name)}**",
        administration=escape(place.administration),
        role=place.role.name.capitalize(),
    )
    role = place.role.name.lower()
    approve = Button(custom_id("approve", role, mark), text(language, "button.approve"), primary=True)
    return Post((f"🪪 {asked}",), (approve, Button(custom_id("refuse", mark), text(language, "button.refuse"))))


def _speakers(session: Session, language: str) -> str:
    """The speakers' names, as many as a line takes: the agenda has them all."""
    names = [escape(speaker.named(language)) for speaker in session.speakers]
    while len(names) > 1 and measure(enumeration(language, names)) > discord_limits.MESSAGE_TEXT // 8:
        names = [*names[:-2], "…"]
    return enumeration(language, names)
