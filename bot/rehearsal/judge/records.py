"""How much of what was acknowledged to the cast is stored, word for word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.contributions import feedback
from bot.domain.contributions.feedback import FeedbackAnswer
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.people.participants import Participant, same_name
from bot.domain.text import clean
from bot.rehearsal.cast.acknowledged import Acknowledged

Exported = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by subject, `notes` and `attendance`, as exported in JSON."""


def stored_notes(acknowledged: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> int:
    """How many of the acknowledged notes are stored as they were typed.

    Notes are compared by their words, because an export changes the ids of notes without a named author. A private note
    counts as stored if it is not exported to the organisers.
    """
    parts = ("topic", "kind", "title", "did", "learned")
    stored = Counter(tuple(str(row[part]) for part in parts) for row in exported)
    shared: Counter[tuple[str, ...]] = Counter()
    private = 0
    for note in acknowledged.notes.values():
        words = tuple(clean(note.words[part]) for part in parts)
        if note.private:
            private += words not in stored
        else:
            shared[words] += 1
    return (shared & stored).total() + private


def stored_records(
    acknowledged: Acknowledged,
    participants: Iterable[Participant],
    questions: Iterable[Question],
    answers: Iterable[FeedbackAnswer],
    pledges: Iterable[Pledge],
) -> dict[str, dict[str, int]]:
    """How many places, questions, feedback answers and pledges were acknowledged, and how many are stored."""
    answered = {(answer.person, answer.subject): answer.values for answer in answers}
    pledged = {pledge.person: pledge.text for pledge in pledges}
    asked = Counter((question.author, question.text) for question in questions)
    stored = {
        "places": _stored_places(acknowledged, participants),
        "questions": (Counter(acknowledged.questions) & asked).total(),
        "feedback": sum(
            answered.get(key) == feedback.parse_answers(key[1], values) for key, values in acknowledged.feedback.items()
        ),
        "pledges": sum(pledged.get(person) == text for person, text in acknowledged.pledges.items()),
    }
    counts = {
        "places": len(acknowledged.joined),
        "questions": len(acknowledged.questions),
        "feedback": len(acknowledged.feedback),
        "pledges": len(acknowledged.pledges),
    }
    return {name: {"acknowledged": counts[name], "stored": n} for name, n in stored.items()}


def _stored_places(acknowledged: Acknowledged, participants: Iterable[Participant]) -> int:
    """How many of the people who joined have a place under their name."""
    names = {participant.person: participant.name for participant in participants}
    return sum(same_name(names.get(person, ""), name) for person, name in acknowledged.joined.items())


def stored_corrections(acknowledged: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many corrections of attendance were acknowledged, and how many the exported attendance shows."""
    shown = {(int(row["person_id"]), row["session"], row["status"]) for row in exported if row["corrected_by"]}
    stored = sum((*key, status) in shown for key, status in acknowledged.corrections.items())
    return {"acknowledged": len(acknowledged.corrections), "stored": stored}


def stored_check_ins(acknowledged: Acknowledged, exported: Iterable[Mapping[str, Any]]) -> int:
    """How many of the acknowledged check-ins are stored."""
    stored = {(int(row["person_id"]), row["session"]) for row in exported if row["checked_in_at"]}
    return len(acknowledged.check_ins & stored)
