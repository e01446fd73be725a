"""The plan: the workshop as its organisers write it, in one YAML file, and every rule that it must obey."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self, cast
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.domain.agenda.sessions import Agenda, Material, Session, SessionKind, Speaker, Topic
from bot.domain.attendance.presence import Interval
from bot.domain.contributions.chatham_stamps import WHOLE, ChathamStamp
from bot.domain.languages import LANGUAGES
from bot.domain.local_time import FIRST_DAY, LAST_DAY, LocalTimeError, instant, zones
from bot.domain.text import Text, is_blank, measure

#: The room that every workshop has.
PLENARY = "plenary"
#: Days from the first to the last: what is planned for each day must stay few.
LONGEST = 366

#: Ids stand in custom ids, which Discord cuts at 100 characters, and in file names.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class Known(NamedTuple):
    """What the parts of a plan may refer to, read off the file before its parts are checked.

    So one fault in one part doesn't hide the faults of the others.
    """

    languages: tuple[str, ...]
    topics: frozenset[str]
    rooms: frozenset[str]
    twice: frozenset[tuple[str, str]]
    """Kind (`topics`, `rooms`, `sessions`) and id of what is there twice."""
    zone: ZoneInfo | None
    dates: Mapping[str, date]
    """Session to its day; of one that is there twice, the last."""
    in_force: bool = False
    """Whether the workshop is held by this plan already: then no rule is applied that it may be older than."""

    @classmethod
    def in_file(cls, raw: Mapping[str, Any]) -> Known:
        """Read leniently: what is not as it should be is reported where it stands."""
        languages = raw.get("languages")
        spoken = cast("list[Any]", languages) if isinstance(languages, list) else []
        zone = raw.get("zone")
        return cls(
            languages=tuple(str(language) for language in spoken),
            topics=frozenset(_ids(raw.get("topics"))),
            rooms=frozenset(_ids(raw.get("rooms"))) | {PLENARY},
            twice=_repeated(raw),
            dates=_dates(raw),
            zone=ZoneInfo(zone) if isinstance(zone, str) and zone in zones() else None,
        )


def _ids(entries: object) -> list[str]:
    return [str(entry["id"]) for entry in _mappings(entries) if "id" in entry]


def _mappings(entries: object) -> list[dict[str, Any]]:
    listed = cast("list[Any]", entries) if isinstance(entries, list) else []
    return [cast("dict[str, Any]", entry) for entry in listed if isinstance(entry, dict)]


def _repeated(raw: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    sessions = [name for day in _mappings(raw.get("days")) for name in _ids(day.get("sessions"))]
    kinds = {"topics": _ids(raw.get("topics")), "rooms": _ids(raw.get("rooms")), "sessions": sessions}
    return frozenset((kind, name) for kind, names in kinds.items() for name, n in Counter(names).items() if n > 1)


def _dates(raw: Mapping[str, Any]) -> dict[str, date]:
    found = [(day, _iso_date(str(day.get("date")))) for day in _mappings(raw.get("days"))]
    return {name: when for day, when in found if when for name in _ids(day.get("sessions"))}


def _iso_date(value: str) -> date | None:
    """`2023-02-20`; pydantic would also take a bare number, for seconds since 1970."""
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else None
    except ValueError:
        return None


def _known(info: ValidationInfo) -> Known:
    return cast("Known", info.context)


def _spread(value: object, info: ValidationInfo) -> object:
    """One plain text stands for the same text in every language of the workshop."""
    return dict.fromkeys(_known(info).languages, value) if isinstance(value, str) else value


def _complete(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = _known(info).languages
    if not languages:
        return value  # that is the fault, and told where it is
    missing = [language for language in languages if not value.get(language, "").strip()]
    surplus = [language for language in value if language not in languages]
    if missing:
        raise ValueError(f"no text in {', '.join(missing)}; the workshop's languages are {', '.join(languages)}")
    if surplus:
        raise ValueError(
            f"text in {', '.join(surplus)}, which the workshop doesn't speak; its languages are {', '.join(languages)}"
        )
    return value


def _readable(most: int) -> Callable[[dict[str, str], ValidationInfo], dict[str, str]]:
    """A rule: something can be seen of the text in each language, and it isn't longer than anybody would read."""

    def check(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for language, words in value.items() if not _known(info).in_force else ():
            if is_blank(words):
                raise ValueError(f"nothing of the text in {language} can be seen; write letters")
            if measure(words) > most:
                raise ValueError(f"{measure(words):,} characters in {language}; shorten it to {most:,} at most")
        return value

    return check


Wording = Annotated[dict[str, str], BeforeValidator(_spread), AfterValidator(_complete)]
#: What stands in one line of a message, and what fills some lines of it.
Title = Annotated[Wording, AfterValidator(_readable(500))]
Prose = Annotated[Wording, AfterValidator(_readable(4000))]


def _clock(value: object) -> object:
    """`09:30`, as a clock on the wall shows it."""
    if isinstance(value, str) and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"'{value}' is not a time of day; write hours and minutes, such as 09:30")
    return value.zfill(5) if isinstance(value, str) else value


WallClock = Annotated[time, BeforeValidator(_clock), PlainSerializer(lambda value: f"{value:%H:%M}")]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]


def _once(kind: str) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        if (kind, value) in _known(info).twice:
            raise ValueError(
                f"'{value}' is used twice; each id must be unique, so that nothing is told of the wrong one"
            )
        return value

    return check


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Series(_Part):
    """The series of workshops that this one belongs to."""

    title: Title
    number: Annotated[int, Field(ge=1, le=1_000)]
    of: Annotated[int, Field(ge=1, le=1_000)]

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.number > self.of:
            raise ValueError(f"number {self.number} of a series of {self.of}; number may be at most {self.of}")
        return self


class TopicEntry(_Part):
    """A subject; it gets a discussion channel of its own."""

    id: Annotated[Id, AfterValidator(_once("topics"))]
    title: Title
    description: Prose


class RoomKind(StrEnum):
    """How people meet in a room. A stage needs a Community server; elsewhere it becomes a voice room."""

    VOICE = "voice"
    STAGE = "stage"


class RoomEntry(_Part):
    """A place where sessions are held."""

    id: Annotated[Id, AfterValidator(_once("rooms"))]
    kind: RoomKind = RoomKind.VOICE
    title: Title


class SpeakerEntry(_Part):
    """Who speaks, by office, not by name."""

    office: Title
    organisation: Title | None = None


class MaterialEntry(_Part):
    """A document or page that goes with a session."""

    title: Title
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=400)]


class SessionEntry(_Part):
    """One item of a day's agenda, with its times on the wall of the workshop's zone."""

    id: Annotated[Id, AfterValidator(_once("sessions"))]
    kind: SessionKind
    start: WallClock
    end: WallClock
    room: str = PLENARY
    topic: str | None = None
    title: Title
    description: Prose | None = None
    speakers: tuple[SpeakerEntry, ...] = ()
    materials: tuple[MaterialEntry, ...] = ()
    chatham_house: bool = False
    """Whether it is held under the Chatham House Rule: exports don't tell who said what in it, or was there."""

    @field_validator("topic", "room")
    @classmethod
    def _refers(cls, value: str | None, info: ValidationInfo) -> str | None:
        allowed = _known(info).topics if info.field_name == "topic" else _known(info).rooms
        if value is not None and value not in allowed:
            listed = ", ".join(sorted(allowed)) or "none yet"
            raise ValueError(f"no such {info.field_name}: '{value}'; the plan has: {listed}")
        return value

    @field_validator("start", "end")
    @classmethod
    def _exists(cls, value: time, info: ValidationInfo) -> time:
        known = _known(info)
        day = known.dates.get(info.data.get("id", ""))
        return _must_exist(value, [day] if day else [], known.zone)

    @field_validator("end")
    @classmethod
    def _after_start(cls, value: time, info: ValidationInfo) -> time:
        start = info.data.get("start")
        if start is not None and value <= start:
            raise ValueError(f"ends at {value:%H:%M}, but starts at {start:%H:%M}; the end must be later that day")
        return value


class Day(_Part):
    """One day of the workshop and its sessions."""

    date: date
    sessions: Annotated[tuple[SessionEntry, ...], Field(min_length=1)]

    @field_validator("date", mode="before")
    @classmethod
    def _is_a_date(cls, value: object) -> object:
        if isinstance(value, str) and _iso_date(value) is None:
            raise ValueError(f"'{value}' is not a date; write year, month and day, such as 2023-02-20")
        return value

    @field_validator("date")
    @classmethod
    def _is_in_our_time(cls, value: date) -> date:
        if not FIRST_DAY <= value <= LAST_DAY:
            raise ValueError(f"found {value}; a workshop is held between {FIRST_DAY} and {LAST_DAY}")
        return value


def _must_exist(clock: time, days: Iterable[date], zone: ZoneInfo | None) -> time:
    """The time, if the zone's clocks show it once on each of the days."""
    if zone is None:
        return clock  # that is the fault, and told where it is
    for day in days:
        try:
            instant(day, clock, zone)
        except LocalTimeError as unclear:
            raise ValueError(_unclear(clock, day, zone, unclear)) from None
    return clock


def _unclear(clock: time, day: date, zone: ZoneInfo, unclear: LocalTimeError) -> str:
    if not unclear.choices:
        return f"{day} is outside the calendar; write the day of the workshop"
    one, other = (f"{choice.astimezone(zone):%H:%M (UTC%z)}" for choice in unclear.choices)
    why = "is skipped" if unclear.args[0] == "skipped" else "comes twice"
    return (
        f"clocks change in {zone.key} on {day}, and {clock:%H:%M} {why}; it may mean {one} or {other}: "
        "write a time outside that hour"
    )


class DailyRule(_Part):
    """Something announced each morning."""

    at: WallClock = time(8, 0)

    @field_validator("at")
    @classmethod
    def _exists(cls, value: time, info: ValidationInfo) -> time:
        known = _known(info)
        return _must_exist(value, known.dates.values(), known.zone)


_ATTENDED_KINDS = tuple(kind for kind in SessionKind if kind is not SessionKind.BREAK)


class SoonRule(_Part):
    """`soon`: so many minutes before the start."""

    kinds: tuple[SessionKind, ...] = _ATTENDED_KINDS
    lead: Annotated[int, Field(ge=1, le=24 * 60)] = 10


class KindsRule(_Part):
    """Announced for these kinds of session."""

    kinds: tuple[SessionKind, ...] = _ATTENDED_KINDS


class FeedbackRule(_Part):
    """After these kinds of session, participants are asked how it was."""

    kinds: tuple[SessionKind, ...] = (SessionKind.PRESENTATION, SessionKind.DISCUSSION, SessionKind.PANEL)


class AnnouncementRules(_Part):
    """What is announced by itself, for which kinds of session, how early (minutes)."""

    agenda: DailyRule = DailyRule()
    soon: SoonRule = SoonRule()
    start: KindsRule = KindsRule()
    end: KindsRule = KindsRule()
    feedback: FeedbackRule = FeedbackRule()
    digest: bool = True
    """Whether each day's end is followed by what happened on it, for those who missed it."""
    ladder: tuple[Annotated[int, Field(ge=6, le=24 * 60)], ...] = (60, 30, 15)
    """So many minutes before each session with speakers, and once more at 5, the team is asked whether they are there;
    none: never."""


class QuestionsRule(_Part):
    """How participants ask."""

    anonymous: bool = False
    """Whether one may ask without the room seeing one's name; moderators see it."""


Months = Annotated[int, Field(ge=0, le=600)]


class RetentionRule(_Part):
    """For how many calendar months after the last day each kind of what is kept is kept; None: for ever."""

    attendance: Months | None = None
    notes: Months | None = None
    questions: Months | None = None
    feedback: Months | None = None
    participants: Months | None = None
    letters: Months | None = None
    audit: Months | None = None


class PledgesRule(_Part):
    """What becomes of pledges."""

    follow_up: tuple[Annotated[int, Field(ge=1, le=24)], ...] = ()
    """So many calendar months after the last day, those who made one are asked how it goes; none: never."""


class AttendanceRule(_Part):
    """Who has attended: a share (percent) of the scheduled minutes of all sessions but the excluded kinds."""

    percent: Annotated[int, Field(ge=1, le=100)] = 80
    excluded: tuple[SessionKind, ...] = (SessionKind.BREAK,)
    opens_before: Minutes = 10
    word: bool = False
    """Whether checking in to a session takes the word that its chair says aloud."""


class Plan(_Part):
    """A workshop as its organisers wrote it. Make one with `Plan.parse`."""

    id: Id
    title: Title
    description: Prose
    series: Series | None = None
    organiser: Title
    region: Title | None = None
    """Whose administrations take part, as an author who is not named is told of."""
    donor: Title | None = None
    zone: str
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    topics: tuple[TopicEntry, ...] = ()
    rooms: tuple[RoomEntry, ...] = ()
    roster: Annotated[str, Field(min_length=1)] | None = None
    """The file with the participants, relative to the plan's."""
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    announcements: AnnouncementRules = AnnouncementRules()
    attendance: AttendanceRule = AttendanceRule()
    questions: QuestionsRule = QuestionsRule()
    pledges: PledgesRule = PledgesRule()
    retention: RetentionRule = RetentionRule()
    chatham_house: bool = False
    """Whether all of it is held under the Chatham House Rule."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Plan:
        """The plan in a mapping as YAML gives it. Raises pydantic.ValidationError with every fault at once."""
        return cls.model_validate(raw, context=Known.in_file(raw))

    @classmethod
    def from_json(cls, told: str) -> Plan:
        """The plan that `as_json` told. Raises pydantic.ValidationError if a plan has other keys by now."""
        raw = json.loads(told)
        return cls.model_validate(raw, context=Known.in_file(raw)._replace(in_force=True))

    def as_json(self) -> str:
        """All that the organisers wrote."""
        return self.model_dump_json(exclude_none=True)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in zones():
            raise ValueError(f"no such time zone: '{value}'; write an IANA name, such as Europe/Brussels")
        return value

    @field_validator("languages")
    @classmethod
    def _languages_spoken(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [language for language in value if language not in LANGUAGES]
        if unknown:
            raise ValueError(f"can't speak {', '.join(unknown)}; the program speaks {', '.join(LANGUAGES)}")
        return value

    @field_validator("days")
    @classmethod
    def _days_in_order(cls, value: tuple[Day, ...]) -> tuple[Day, ...]:
        dates = [day.date for day in value]
        if dates != sorted(set(dates)):
            raise ValueError("the days are not in order, or one comes twice; list each day once, earliest first")
        if (lasts := (dates[-1] - dates[0]).days + 1) > LONGEST:
            raise ValueError(f"found {lasts:,} days from the first to the last; a workshop may last {LONGEST}")
        return value

    @cached_property
    def tz(self) -> ZoneInfo:
        """The workshop's time zone."""
        return ZoneInfo(self.zone)

    @cached_property
    def agenda(self) -> Agenda:
        """The sessions with their instants."""
        return Agenda(tuple(self._session(day, entry) for day in self.days for entry in day.sessions))

    @cached_property
    def stamps(self) -> frozenset[ChathamStamp]:
        """What was held under the Chatham House Rule so far, whatever the plan says today; see `with_stamps`."""
        return frozenset()

    def with_agenda(self, agenda: Agenda) -> Plan:
        """The same plan with another agenda: the one that is held."""
        return self._with("agenda", agenda)

    def with_stamps(self, stamps: frozenset[ChathamStamp]) -> Plan:
        """The same plan with what was held under the Chatham House Rule so far."""
        return self._with("stamps", stamps)

    def _with(self, name: str, value: object) -> Plan:
        changed = self.model_copy()
        for derived in ("wholly_confidential", "confidential_sessions", "confidential_topics", "agenda_stamps"):
            vars(changed).pop(derived, None)
        vars(changed)[name] = value  # where a cached property is kept
        return changed

    def _session(self, day: Day, entry: SessionEntry) -> Session:
        return Session(
            id=entry.id,
            kind=entry.kind,
            day=day.date,
            starts_at=instant(day.date, entry.start, self.tz),
            ends_at=instant(day.date, entry.end, self.tz),
            room=entry.room,
            topic=entry.topic,
            title=entry.title,
            description=entry.description,
            speakers=tuple(
                Speaker(speaker.office, speaker.organisation or dict.fromkeys(self.languages, ""))
                for speaker in entry.speakers
            ),
            materials=tuple(Material(material.title, material.url) for material in entry.materials),
        )

    @cached_property
    def room_names(self) -> Mapping[str, Text]:
        """What each room is called."""
        return {PLENARY: dict.fromkeys(self.languages, PLENARY)} | {room.id: room.title for room in self.rooms}

    @cached_property
    def wholly_confidential(self) -> bool:
        """Whether the whole workshop is under the Chatham House Rule: by the plan, or because it was."""
        return self.chatham_house or any(stamp.id == WHOLE for stamp in self.stamps)

    @cached_property
    def confidential_sessions(self) -> frozenset[str]:
        """The sessions under the Chatham House Rule: by their entry, with the whole workshop, or because they were.

        Also one in whose room a session under the rule was held at the same time: who was in either is one question,
        and a session that an import gave another id is the same session.
        """
        ruled = self._ruled
        known = [*self.stamps, *(_stamp(session) for session in self.agenda if session.id in ruled)]
        shared = (
            s.id for s in self.agenda if any(one.covers(s.room, Interval(s.starts_at, s.ends_at)) for one in known)
        )
        return ruled.union(shared)

    @property
    def _ruled(self) -> frozenset[str]:
        """Those that are under the rule by their id."""
        entries = {entry.id for day in self.days for entry in day.sessions if entry.chatham_house}
        stamped = {stamp.id for stamp in self.stamps} - {WHOLE}
        return frozenset(entries | stamped | ({s.id for s in self.agenda} if self.wholly_confidential else set()))

    @cached_property
    def confidential_topics(self) -> frozenset[str]:
        """The topics of such sessions; every topic, if the whole workshop is under the rule."""
        topics = {s.topic for s in self.agenda if s.id in self.confidential_sessions}
        topics |= {stamp.topic for stamp in self.stamps}
        topics |= {topic.id for topic in self.topics} if self.wholly_confidential else set()
        return frozenset(topic for topic in topics if topic)

    @cached_property
    def agenda_stamps(self) -> frozenset[ChathamStamp]:
        """The stamps of the sessions under the Chatham House Rule that the agenda has."""
        stamps = {_stamp(session) for session in self.agenda if session.id in self.confidential_sessions}
        if self.wholly_confidential and self.agenda.sessions:
            stamps.add(ChathamStamp(WHOLE, None, "", Interval(self.agenda.sessions[0].starts_at, self.agenda.ends_at)))
        return frozenset(stamps)

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, if the plan has it."""
        entry = next((entry for entry in self.topics if entry.id == topic_id), None)
        return Topic(entry.id, entry.title, entry.description) if entry else None

    def morning(self, day: date) -> datetime:
        """The instant (UTC) at which a day of the workshop begins for its participants: its agenda is posted."""
        return instant(day, self.announcements.agenda.at, self.tz)

    @property
    def questions_open_at(self) -> datetime:
        """When the room for questions opens: the first morning."""
        return self.morning(self.agenda.days[0])

    def topic_opens_at(self, topic_id: str) -> datetime:
        """When a topic's channel opens: the morning of its first session (of the first day, if it has none)."""
        days = [session.day for session in self.agenda if session.topic == topic_id]
        return self.morning(min(days, default=self.agenda.days[0]))

    def counts_for_attendance(self, session: Session) -> bool:
        """Whether being there counts: breaks don't."""
        return session.kind not in self.attendance.excluded


def _stamp(session: Session) -> ChathamStamp:
    return ChathamStamp(session.id, session.topic, session.room, Interval(session.starts_at, session.ends_at))
