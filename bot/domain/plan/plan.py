"""The plan in use: what its file says, and what follows from it, such as the agenda with its instants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.agenda.sessions import Agenda, Material, Session, Speaker, Topic
from bot.domain.attendance.presence import Interval
from bot.domain.contributions.chatham_stamps import WHOLE, ChathamStamp
from bot.domain.local_time import instant
from bot.domain.plan.entries import DayEntry, SessionEntry
from bot.domain.plan.references import PLENARY, References
from bot.domain.plan.written_plan import WrittenPlan
from bot.domain.text import Text


class Plan(WrittenPlan):
    """A workshop as its organisers wrote it. Make one with `Plan.parse`."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Plan:
        """Return the plan in a mapping as YAML gives it. Raises pydantic.ValidationError with every fault at once."""
        return cls.model_validate(raw, context=References.in_file(raw))

    @classmethod
    def from_json(cls, stored: str) -> Plan:
        """Return the plan that `as_json` wrote. Raises pydantic.ValidationError if the keys of plans changed since."""
        raw = json.loads(stored)
        return cls.model_validate(raw, context=References.in_file(raw)._replace(in_force=True))

    def as_json(self) -> str:
        """Return all that the organisers wrote."""
        return self.model_dump_json(exclude_none=True)

    @cached_property
    def tz(self) -> ZoneInfo:
        """The workshop's time zone."""
        return ZoneInfo(self.zone)

    # --- agenda --------------------------------------------------------------------------------------------------

    @cached_property
    def agenda(self) -> Agenda:
        """The sessions with their instants."""
        return Agenda(tuple(self._session(day, entry) for day in self.days for entry in day.sessions))

    def with_agenda(self, agenda: Agenda) -> Plan:
        """Return the same plan with the agenda that is held today, after changes by moderators."""
        return self._with("agenda", agenda)

    def _session(self, day: DayEntry, entry: SessionEntry) -> Session:
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

    def morning(self, day: date) -> datetime:
        """The instant (UTC) at which a day of the workshop begins for its participants: its agenda is posted."""
        return instant(day, self.announcements.agenda.at, self.tz)

    def counts_for_attendance(self, session: Session) -> bool:
        """Whether being there counts: breaks don't."""
        return session.kind not in self.attendance.excluded

    # --- rooms and topics ----------------------------------------------------------------------------------------

    @cached_property
    def room_names(self) -> Mapping[str, Text]:
        """The name of each room by its id."""
        return {PLENARY: dict.fromkeys(self.languages, PLENARY)} | {room.id: room.title for room in self.rooms}

    @property
    def questions_open_at(self) -> datetime:
        """The instant (UTC) at which the room for questions opens: the first morning."""
        return self.morning(self.agenda.days[0])

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, if the plan has it."""
        entry = next((entry for entry in self.topics if entry.id == topic_id), None)
        return Topic(entry.id, entry.title, entry.description) if entry else None

    def topic_opens_at(self, topic_id: str) -> datetime:
        """The instant (UTC) at which a topic's channel opens: the morning of its first session, else the first."""
        days = [session.day for session in self.agenda if session.topic == topic_id]
        return self.morning(min(days, default=self.agenda.days[0]))

    # --- the Chatham House Rule ----------------------------------------------------------------------------------

    @cached_property
    def stamps(self) -> frozenset[ChathamStamp]:
        """What was held under the Chatham House Rule so far, whatever the plan says today; see `with_stamps`."""
        return frozenset()

    def with_stamps(self, stamps: frozenset[ChathamStamp]) -> Plan:
        """Return the same plan with what was held under the Chatham House Rule so far."""
        return self._with("stamps", stamps)

    @cached_property
    def wholly_confidential(self) -> bool:
        """Whether the whole workshop is under the Chatham House Rule: by the plan, or because it was."""
        return self.chatham_house or any(stamp.id == WHOLE for stamp in self.stamps)

    @cached_property
    def confidential_sessions(self) -> frozenset[str]:
        """The sessions under the Chatham House Rule: by their entry, with the whole workshop, or because they were.

        Also a session in whose room one under the rule was held at the same time: their participants can't be
        distinguished; and a session that an import gave another id is the same session.
        """
        ruled = self._ruled
        known = [*self.stamps, *(_stamp(session) for session in self.agenda if session.id in ruled)]
        shared = (
            s.id for s in self.agenda if any(stamp.covers(s.room, Interval(s.starts_at, s.ends_at)) for stamp in known)
        )
        return ruled.union(shared)

    @property
    def _ruled(self) -> frozenset[str]:
        """The sessions that are under the rule by their id."""
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
        """The stamps of the agenda's sessions that are under the Chatham House Rule."""
        stamps = {_stamp(session) for session in self.agenda if session.id in self.confidential_sessions}
        if self.wholly_confidential and self.agenda.sessions:
            stamps.add(ChathamStamp(WHOLE, None, "", Interval(self.agenda.sessions[0].starts_at, self.agenda.ends_at)))
        return frozenset(stamps)

    def _with(self, name: str, value: object) -> Plan:
        changed = self.model_copy()
        for derived in ("wholly_confidential", "confidential_sessions", "confidential_topics", "agenda_stamps"):
            vars(changed).pop(derived, None)
        vars(changed)[name] = value  # functools.cached_property keeps its value there
        return changed


def _stamp(session: Session) -> ChathamStamp:
    return ChathamStamp(session.id, session.topic, session.room, Interval(session.starts_at, session.ends_at))
