"""The schema of a plan's file: its keys, and the rules that hold between them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from bot.domain.languages import LANGUAGES
from bot.domain.local_time import zones
from bot.domain.plan.entries import DayEntry, RoomEntry, Series, TopicEntry
from bot.domain.plan.fields import Id, PlanPart, Prose, Title
from bot.domain.plan.rules import AnnouncementRules, AttendanceRule, PledgesRule, QuestionsRule, RetentionRule

#: Days from the first to the last: what is planned for each day must stay few.
LONGEST = 366


class WrittenPlan(PlanPart):
    """A plan as its file has it."""

    id: Id
    title: Title
    description: Prose
    series: Series | None = None
    organiser: Title
    region: Title | None = None
    """The region whose administrations take part; shown instead of an author who chose to be named by region."""
    donor: Title | None = None
    zone: str
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    topics: tuple[TopicEntry, ...] = ()
    rooms: tuple[RoomEntry, ...] = ()
    roster: Annotated[str, Field(min_length=1)] | None = None
    """The file with the participants, relative to the plan's."""
    days: Annotated[tuple[DayEntry, ...], Field(min_length=1)]
    announcements: AnnouncementRules = AnnouncementRules()
    attendance: AttendanceRule = AttendanceRule()
    questions: QuestionsRule = QuestionsRule()
    pledges: PledgesRule = PledgesRule()
    retention: RetentionRule = RetentionRule()
    chatham_house: bool = False
    """Whether the whole workshop is held under the Chatham House Rule."""

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
    def _days_in_order(cls, value: tuple[DayEntry, ...]) -> tuple[DayEntry, ...]:
        dates = [day.date for day in value]
        if dates != sorted(set(dates)):
            raise ValueError("the days are not in order, or one comes twice; list each day once, earliest first")
        if (lasts := (dates[-1] - dates[0]).days + 1) > LONGEST:
            raise ValueError(f"found {lasts:,} days from the first to the last; a workshop may last {LONGEST}")
        return value
