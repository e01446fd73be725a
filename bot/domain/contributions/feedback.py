"""Feedback: what participants are asked about a session and about the workshop, and the summary of the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import discord_limits
from bot.domain.attendance.attendance import AttendanceRecord
from bot.domain.contributions.notes import tidy

#: The subject of the evaluation of the workshop; no session's id has an underscore.
WORKSHOP = "_workshop"

#: Answers of fewer people are not broken down: somebody could be recognised in them.
SMALLEST_GROUP = 3

#: From the best to the worst.
SCALE = ("5", "4", "3", "2", "1")


@dataclass(frozen=True, slots=True)
class FeedbackQuestion:
    """One part of a form: a choice, or, without choices, a text that may be left out."""

    name: str
    choices: tuple[str, ...] = ()


PULSE = (
    FeedbackQuestion("useful", SCALE),
    FeedbackQuestion("pace", ("slow", "right", "fast")),
    FeedbackQuestion("remark"),
)
EVALUATION = (
    FeedbackQuestion("overall", SCALE),
    FeedbackQuestion("objectives", ("fully", "partly", "hardly")),
    FeedbackQuestion("helps"),
    FeedbackQuestion("changes"),
    FeedbackQuestion("recommend", ("yes", "perhaps", "no")),
)


def feedback_form(subject: str) -> tuple[FeedbackQuestion, ...]:
    """The form about a session or about the workshop."""
    return EVALUATION if subject == WORKSHOP else PULSE


@dataclass(frozen=True, slots=True)
class FeedbackAnswer:
    """One person's answer about a session (by its id) or the workshop; a second answer replaces the first."""

    subject: str
    person: int
    values: Mapping[str, str]
    """By the name of what was asked."""
    written_at: datetime
    """UTC."""


def parse_answers(subject: str, typed: Mapping[str, str]) -> dict[str, str] | None:
    """The answer as it is stored; None if a choice is not among those on offer."""
    values = {
        asked.name: typed.get(asked.name, "")
        if asked.choices
        else tidy(typed.get(asked.name, ""), discord_limits.TEXT_INPUT)
        for asked in feedback_form(subject)
    }
    offered = all(values[asked.name] in asked.choices for asked in feedback_form(subject) if asked.choices)
    return {name: value or "" for name, value in values.items()} if offered else None


@dataclass(frozen=True, slots=True)
class FeedbackSummary:
    """The summary of the answers about one subject; it names nobody."""

    subject: str
    attended: int
    """The number of people who attended."""
    answered: int
    """The number of them who answered."""
    counts: Mapping[str, Mapping[str, int]] | None
    """How often each choice was made; None if fewer than SMALLEST_GROUP people answered."""

    @property
    def response_rate(self) -> float | None:
        """Answers in percent of the people who attended, one decimal; None if nobody attended."""
        return round(100 * self.answered / self.attended, 1) if self.attended else None

    def mean(self, name: str) -> float | None:
        """The mean of the choices on the scale, one decimal; None if it is withheld."""
        if self.counts is None:
            return None
        counts = self.counts[name]
        return round(sum(int(choice) * times for choice, times in counts.items()) / sum(counts.values()), 1)


def attendees(records: Iterable[AttendanceRecord], subject: str) -> frozenset[int]:
    """The people who were in a session, or at the workshop at all."""
    return frozenset(
        record.person
        for record in records
        if (record.minutes if subject == WORKSHOP else record.minutes_by_session.get(subject, 0)) > 0
    )


def feedback_summary(subject: str, answers: Iterable[FeedbackAnswer], attended: Collection[int]) -> FeedbackSummary:
    """The response rate counts answers of those who attended; the choices are everybody's."""
    mine = [answer for answer in answers if answer.subject == subject]
    counts = {
        asked.name: Counter(answer.values[asked.name] for answer in mine)
        for asked in feedback_form(subject)
        if asked.choices
    }
    answered = sum(answer.person in attended for answer in mine)
    return FeedbackSummary(subject, len(attended), answered, counts if len(mine) >= SMALLEST_GROUP else None)
