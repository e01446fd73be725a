"""The entries of a plan: its series, topics, rooms, days and sessions, as organisers write them."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from bot.domain.agenda.sessions import SessionKind
from bot.domain.local_time import FIRST_DAY, LAST_DAY
from bot.domain.plan.fields import Id, PlanPart, Prose, Title, WallClock, must_exist, unique_in
from bot.domain.plan.references import PLENARY, iso_date, references


class Series(PlanPart):
    """The series of workshops that this one belongs to."""

    title: Title
    number: Annotated[int, Field(ge=1, le=1_000)]
    of: Annotated[int, Field(ge=1, le=1_000)]

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.number > self.of:
            raise ValueError(f"number {self.number} of a series of {self.of}; number may be at most {self.of}")
        return self


class TopicEntry(PlanPart):
    """A subject; it gets a discussion channel of its own."""

    id: Annotated[Id, AfterValidator(unique_in("topics"))]
    title: Title
    description: Prose


class RoomKind(StrEnum):
    """How people meet in a room. A stage needs a Community server; elsewhere it becomes a voice room."""

    VOICE = "voice"
    STAGE = "stage"


class RoomEntry(PlanPart):
    """A place where sessions are held."""

    id: Annotated[Id, AfterValidator(unique_in("rooms"))]
    kind: RoomKind = RoomKind.VOICE
    title: Title


class SpeakerEntry(PlanPart):
    """A speaker, by office, not by name."""

    office: Title
    organisation: Title | None = None


class MaterialEntry(PlanPart):
    """A document or page that goes with a session."""

    title: Title
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=400)]


class SessionEntry(PlanPart):
    """One item of a day's agenda. Its times are wall times of the workshop's zone."""

    id: Annotated[Id, AfterValidator(unique_in("sessions"))]
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
    """Whether it is held under the Chatham House Rule: exports don't show who said what in it, or who attended."""

    @field_validator("topic", "room")
    @classmethod
    def _is_in_the_plan(cls, value: str | None, info: ValidationInfo) -> str | None:
        allowed = references(info).topics if info.field_name == "topic" else references(info).rooms
        if value is not None and value not in allowed:
            listed = ", ".join(sorted(allowed)) or "none yet"
            raise ValueError(f"no such {info.field_name}: '{value}'; the plan has: {listed}")
        return value

    @field_validator("start", "end")
    @classmethod
    def _exists(cls, value: time, info: ValidationInfo) -> time:
        known = references(info)
        day = known.dates.get(info.data.get("id", ""))
        return must_exist(value, [day] if day else [], known.zone)

    @field_validator("end")
    @classmethod
    def _after_start(cls, value: time, info: ValidationInfo) -> time:
        start = info.data.get("start")
        if start is not None and value <= start:
            raise ValueError(f"ends at {value:%H:%M}, but starts at {start:%H:%M}; the end must be later that day")
        return value


class DayEntry(PlanPart):
    """One day of the workshop and its sessions."""

    date: date
    sessions: Annotated[tuple[SessionEntry, ...], Field(min_length=1)]

    @field_validator("date", mode="before")
    @classmethod
    def _is_a_date(cls, value: object) -> object:
        if isinstance(value, str) and iso_date(value) is None:
            raise ValueError(f"'{value}' is not a date; write year, month and day, such as 2023-02-20")
        return value

    @field_validator("date")
    @classmethod
    def _is_in_our_time(cls, value: date) -> date:
        if not FIRST_DAY <= value <= LAST_DAY:
            raise ValueError(f"found {value}; a workshop is held between {FIRST_DAY} and {LAST_DAY}")
        return value
