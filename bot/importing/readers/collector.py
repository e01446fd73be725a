"""Collects the sessions that a reader of schedules finds: ids, rooms, times in a zone, faults and remarks."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Material, SessionKind
from bot.domain.local_time import LocalTimeError, instant
from bot.domain.plan import PLENARY
from bot.domain.text import Text, clean, one_line, shorten
from bot.importing.readers import human_time
from bot.importing.schedule import (
    NamedItem,
    Schedule,
    ScheduledSession,
    ScheduleError,
    first_faults,
    is_foreign,
    other_zone_remark,
    slug,
)

_MAX_SPEAKERS, _MAX_MATERIALS = 30, 10
_MAX_TITLE, _MAX_DESCRIPTION, _MAX_URL = 300, 2_000, 400

_TAG = re.compile(r"<[^<>]*>")


def clean_description(words: str) -> str:
    """Return a text from a file without HTML tags; line breaks stay."""
    bare = html.unescape(_TAG.sub("", words)) if "<" in words or "&" in words else words
    return shorten(clean(bare), _MAX_DESCRIPTION)


def is_link(words: str) -> bool:
    """Return whether a plan accepts the text as the address of a document."""
    return bool(re.fullmatch(r"https?://\S+", words)) and len(words) <= _MAX_URL and words == one_line(words)


def make_id(name: str, kind: str) -> str:
    """Return a deterministic id for a name or another system's id: its Latin letters, if that loses none.

    Names in other scripts, and names longer than an id, end in a hash of the whole name.
    """
    plain = slug(name)
    if plain and len(re.sub(r"[\W_]+", "", name)) <= len(plain.replace("-", "")):
        return plain
    mark = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{(plain or kind)[:31].strip('-')}-{mark}"


@dataclass(frozen=True, slots=True)
class RawSession:
    """One session as a file has it, with texts not yet cleaned. `place` is where in the file it stands."""

    place: str
    id: str
    title: Text
    starts_at: datetime | None
    ends_at: datetime | None
    kind: SessionKind | None = None
    rooms: Sequence[str] = ()
    """Names; the first one counts, because a session is announced in one room."""
    track: str = ""
    description: Text = field(default_factory=dict[str, str])
    speakers: Sequence[str] = ()
    materials: Sequence[tuple[str, str]] = ()
    """Titles and addresses."""


class ScheduleCollector:
    """Collects sessions, then returns the schedule or raises with every fault at once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._rooms: dict[str, NamedItem] = {}
        self._tracks: dict[str, NamedItem] = {}
        self._sessions: list[ScheduledSession] = []
        self._places: dict[str, str] = {}
        self._faults: list[str] = []
        self._faulty: set[str] = set()
        self._remarks: dict[str, None] = {}
        self._foreign = 0

    def fault(self, place: str, what: str) -> None:
        """Add a fault: the file can't be used."""
        # One line per fault, even if a cell of the file has line breaks.
        self._faults.append(one_line(f"{place}: {what}." if place else f"{what}."))
        self._faulty.add(place)

    def remark(self, what: str) -> None:
        """Add a remark that the organisers should check; the same remark is kept once."""
        self._remarks.setdefault(one_line(what))

    def zone_named(self, name: str, place: str) -> None:
        """Add a remark if the zone that the file names isn't the workshop's."""
        if name and name != self._zone.key:
            what = f"the file's zone is {one_line(name)}, the plan's is {self._zone.key}; times are converted"
            self.remark(f"{place}: {what}.")

    def instant(self, moment: datetime, place: str, zone: ZoneInfo | None = None) -> datetime | None:
        """Convert to UTC; None and a fault if it is no instant. `zone`: for a moment without an offset."""
        try:
            if moment.tzinfo is None:
                where = zone or self._zone
                moment = instant(moment.date(), moment.time(), where).astimezone(where)
            in_utc = moment.astimezone(UTC)
            self._foreign += is_foreign(moment, self._zone)
        except LocalTimeError as unclear:
            self.fault(place, f"{moment:%Y-%m-%d %H:%M} {_UNCLEAR[unclear.args[0]]}; write a time outside that hour")
            return None
        except OverflowError:
            self.fault(place, f"{moment} is outside the calendar")
            return None
        return in_utc

    def moment(self, typed: object, place: str) -> datetime | None:
        """Parse an ISO 8601 text to an instant (UTC); None and a fault if it is none."""
        try:
            moment = datetime.fromisoformat(typed if isinstance(typed, str) else "")
        except ValueError:
            fault = (
                f"{one_line(typed)[:40]!r} is not a time" if typed and isinstance(typed, str) else "there is no time"
            )
            self.fault(place, f"{fault}; export the schedule again, with dates and times")
            return None
        return self.instant(moment, place)

    def after(self, start: datetime, lasts: str, place: str) -> datetime | None:
        """Add a length as people type it to a start; None and a fault if it is no length."""
        if not lasts.strip():
            return None
        try:
            return start + human_time.parse_length(lasts)
        except human_time.HumanTimeError as fault:
            self.fault(place, str(fault))
        except OverflowError:
            self.fault(place, "it ends outside the calendar")
        return None

    def add(self, session: RawSession) -> None:
        """Add a session, or its faults."""
        has_fault = session.place in self._faulty
        title = {
            language: shorten(one_line(words), _MAX_TITLE)
            for language, words in session.title.items()
            if one_line(words)
        }
        if not title:
            self.fault(session.place, "the session has no title; give it one")
        if session.starts_at is None:
            return  # the fault was reported where it was read
        if session.ends_at is None:
            if not has_fault:
                self.fault(session.place, "the session has no end; give it an end or a length")
            return
        start, end = (moment.replace(second=0, microsecond=0) for moment in (session.starts_at, session.ends_at))
        if (start, end) != (session.starts_at, session.ends_at):
            self.remark("Times have seconds; they are left out.")
        if end <= start:
            self.fault(session.place, "the session doesn't end after its start; correct its end or its length")
        elif self._is_first(session) and title:
            self._sessions.append(self._session(session, title, start, end))

    def _is_first(self, session: RawSession) -> bool:
        first = self._places.setdefault(session.id, session.place)
        if first != session.place:
            self.fault(session.place, f"the id '{session.id}' is used already at {first}; give each session its own")
        return first == session.place

    def _session(self, session: RawSession, title: Text, start: datetime, end: datetime) -> ScheduledSession:
        rooms = [self._named(room, self._rooms, "room") for room in map(one_line, session.rooms) if room]
        if len(rooms) > 1:
            self.remark(f"'{session.id}' is in {len(rooms)} rooms; it is announced in the first one.")
        description = {language: clean_description(words) for language, words in session.description.items()}
        return ScheduledSession(
            id=session.id,
            kind=session.kind,
            starts_at=start,
            ends_at=end,
            room=rooms[0] if rooms else PLENARY,
            track=self._named(one_line(session.track), self._tracks, "track") if one_line(session.track) else None,
            title=title,
            description={language: words for language, words in description.items() if words} or None,
            speakers=tuple(dict.fromkeys(name for name in map(one_line, session.speakers) if name))[:_MAX_SPEAKERS],
            materials=tuple(_materials(session.materials, next(iter(title))))[:_MAX_MATERIALS],
        )

    def _named(self, name: str, known: dict[str, NamedItem], kind: str) -> str:
        key = make_id(name, kind)
        known.setdefault(key, NamedItem(key, {"en": shorten(name, _MAX_TITLE)}))
        return key

    def schedule(self, title: str = "") -> Schedule:
        """Return the schedule. Raises ScheduleError with every fault at once."""
        if not self._faults and not self._sessions:
            self.fault("", "There is no session in the file; export the schedule once it has sessions with times")
        if self._faults:
            raise ScheduleError("\n".join(first_faults(self._faults)))
        if self._foreign:
            self.remark(other_zone_remark(self._foreign, self._zone))
        return Schedule(
            title={"en": one_line(title)} if one_line(title) else None,
            zone=self._zone,
            rooms=tuple(self._rooms.values()),
            tracks=tuple(self._tracks.values()),
            sessions=tuple(self._sessions),
            remarks=tuple(self._remarks),
        )


_UNCLEAR = {"skipped": "is skipped by the clocks", "twice": "comes twice", "unreadable": "is outside the calendar"}


def _materials(links: Iterable[tuple[str, str]], language: str) -> Iterable[Material]:
    """Yield the links that are valid addresses. They are never opened."""
    for title, address in links:
        if is_link(address):
            shown = shorten(one_line(title), _MAX_TITLE) or address.rstrip("/").rpartition("/")[2]
            yield Material({language: shown}, address)
