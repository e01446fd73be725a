"""A schedule as a conference system exported it: the value that every reader returns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Agenda, Material, Session, SessionKind, Speaker
from bot.domain.languages import each_language
from bot.domain.local_time import day_of
from bot.domain.text import Text, shorten
from bot.settings import SettingsError

#: The largest schedule file.
MAX_BYTES = 8 * 1024 * 1024
_ID_LENGTH = 40
#: Faults of one file that are shown one by one, and characters of each.
_MAX_TOLD, _MAX_FAULT = 50, 500

#: Words in the name of a type of session, and the kind that they mean; where several match, the first counts.
_KINDS = tuple((SessionKind(kind), words) for kind, words in each_language("session_kinds").items())


class ScheduleError(SettingsError):
    """A schedule that can't be used; the message has one line a fault: what was found, where and what to do."""


@dataclass(frozen=True, slots=True)
class NamedItem:
    """A room or a track. The id stays when the name changes, so that a renamed room is recognised."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class ScheduledSession:
    """One item of a schedule. Instants are UTC; texts are in the languages that the file has them in."""

    id: str
    kind: SessionKind | None
    """None where the file doesn't say."""
    starts_at: datetime
    ends_at: datetime
    room: str
    """The id of one of the schedule's rooms, or `plenary`."""
    track: str | None
    """The id of one of the schedule's tracks."""
    title: Text
    description: Text | None = None
    speakers: tuple[str, ...] = ()
    """By name: conference systems don't know offices."""
    materials: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule read from a file. Make sure that ids are unique: `check_unique`."""

    title: Text | None
    zone: ZoneInfo
    rooms: tuple[NamedItem, ...]
    tracks: tuple[NamedItem, ...]
    sessions: tuple[ScheduledSession, ...]
    remarks: tuple[str, ...] = ()
    """What was left out and why, or should be looked at again: a line each."""


def slug(name: str) -> str:
    """Return a plan's id for a name or another system's id; empty if no letter or digit can be kept."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_ID_LENGTH].strip("-")


def guess_kind(name: str) -> SessionKind:
    """Return the kind of session that a conference system's type means; a presentation if no known word is in it."""
    lowered = name.casefold()
    kinds = (kind for kind, words in _KINDS if any(word in lowered for word in words))
    return next(kinds, SessionKind.PRESENTATION)


def is_foreign(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether the offset is another zone's. UTC's is not: machines write times in UTC wherever people meet."""
    offset = moment.utcoffset()
    return bool(offset) and offset != moment.astimezone(zone).utcoffset()


def other_zone_remark(times: int, zone: ZoneInfo) -> str:
    """Return the remark for the organisers about that many times from another zone."""
    return f"{times} times have the offset of another zone than {zone.key}, the plan's; they were converted."


def first_faults(faults: Sequence[str]) -> list[str]:
    """Return the first faults, each at a length that can be read, and how many more there are.

    A file in which everything is wrong has thousands.
    """
    more = len(faults) - _MAX_TOLD
    shown = [shorten(fault, _MAX_FAULT) for fault in faults[:_MAX_TOLD]]
    return [*shown, f"And {more:,} more faults."] if more > 0 else shown


def check_unique(sessions: Iterable[ScheduledSession]) -> None:
    """Raise ScheduleError where two sessions have one id: a change to it could mean either."""
    counted = Counter(session.id for session in sessions)
    twice = sorted(name for name, n in counted.items() if n > 1)
    if twice:
        lines = (f"the id '{name}' is used for {counted[name]} sessions; give each its own." for name in twice)
        raise ScheduleError("\n".join(first_faults(list(lines))))


def schedule_agenda(schedule: Schedule, languages: Sequence[str]) -> Agenda:
    """Return the schedule as an agenda in those languages; a text that lacks one is shown in a language that it has."""
    return Agenda(tuple(_session(session, schedule.zone, languages) for session in schedule.sessions))


def in_each_language(text: Text, languages: Sequence[str]) -> dict[str, str]:
    """Return the text in each of the languages; in its first one where it lacks a language."""
    return {language: text.get(language) or next(iter(text.values())) for language in languages}


def _session(session: ScheduledSession, zone: ZoneInfo, languages: Sequence[str]) -> Session:
    return Session(
        id=session.id,
        kind=session.kind or SessionKind.PRESENTATION,
        day=day_of(session.starts_at, zone),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        room=session.room,
        topic=session.track,
        title=in_each_language(session.title, languages),
        description=in_each_language(session.description, languages) if session.description else None,
        speakers=tuple(
            Speaker(office=dict.fromkeys(languages, name), organisation=dict.fromkeys(languages, ""))
            for name in session.speakers
        ),
        materials=tuple(
            Material(in_each_language(material.title, languages), material.url) for material in session.materials
        ),
    )
