"""Who waits for a review, what tags are, and whose administration has shared nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contributions.coverage import CoverageRow, as_shared, coverage_rows, silent_participants
from bot.domain.contributions.note_reviews import TAG_LENGTH, TAGS, Review, ReviewState, parse_tags, review_queue
from bot.domain.contributions.notes import Attribution, Audience, Note, NoteKind, Visibility
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.text import fold

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def note(key: str, author: int = 1, minutes: int = 0, visibility: Visibility = Visibility.PARTICIPANTS) -> Note:
    at = NOON + timedelta(minutes=minutes)
    return Note(key, author, "A", "iot", NoteKind.WORKED, "T", "D", "L", visibility, at)


def place(person: int | None, administration: str, role: Role = Role.PARTICIPANT) -> Participant:
    key = f"{person}/{administration}"
    return Participant(key, "N", administration, "TN", OrganisationKind.CUSTOMS, None, role, person)


def test_the_queue_has_what_waits_and_may_be_read_the_earliest_first() -> None:
    every = [
        note("late", minutes=9),
        note("early"),
        note("hidden", visibility=Visibility.ORGANISERS),
        note("draft", visibility=Visibility.PRIVATE),
        note("cleared"),
        note("merged"),
    ]
    reviews = {
        "cleared": Review(ReviewState.CLEARED),
        "merged": Review(merged_into="early"),
        "late": Review(tags=("a",)),
    }
    assert [one.id for one in review_queue(every, reviews, Audience.PARTICIPANTS)] == ["early", "late"]
    assert [one.id for one in review_queue(every, reviews, Audience.ORGANISERS)] == ["early", "hidden", "late"]


@given(st.text())
def test_tags_are_few_short_and_each_there_once(typed: str) -> None:
    tags = parse_tags(typed)
    if tags is not None:
        assert len(tags) <= TAGS
        assert all(0 < len(tag) <= TAG_LENGTH for tag in tags)
        assert len({fold(tag) for tag in tags}) == len(tags)


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("Façade,  two   words،ميناء, facade", ("facade", "two words", "ميناء")),
        ("", ()),
        ("a,b,c,d,e,f", None),
        ("x" * 41, None),
    ],
)
def test_tags_are_read_as_they_are_typed(typed: str, tags: tuple[str, ...] | None) -> None:
    assert parse_tags(typed) == tags


def test_the_table_tells_no_more_than_the_notes_do() -> None:
    """Anonymous notes, and those that the reader may not read, count for nobody; their authors are not reminded."""
    places = [place(n, f"A{n}") for n in range(1, 6)] + [place(None, "A6"), place(7, "WCO", Role.ORGANISER)]
    notes = [
        note("1", author=1),
        replace(note("2", author=2), attribution=Attribution.ANONYMOUS),
        note("3", author=3, visibility=Visibility.ORGANISERS),
        note("4", author=4, visibility=Visibility.PRIVATE),
    ]
    shown = coverage_rows(places, notes, Audience.PARTICIPANTS)
    empty = [CoverageRow(name, Counter()) for name in ("A2", "A3", "A4", "A5", "A6")]
    assert shown == [*empty, CoverageRow("A1", Counter(iot=1))]
    assert silent_participants(places, notes) == (4, 5)
    assert silent_participants([*places, place(8, "A1")], notes) == (4, 5)


def test_who_shared_what_became_a_part_of_another_note_has_shared_something() -> None:
    """It is private by then, and its author would else be reminded that they have shared nothing."""
    places, notes = [place(1, "A1"), place(2, "A2")], [note("1", author=1), note("2", author=2)]
    notes[0] = replace(notes[0], visibility=Visibility.PRIVATE)
    counted = as_shared(notes, {"1": Review(merged_into="2")})
    assert silent_participants(places, notes) == (1,)
    assert silent_participants(places, counted) == ()
    assert [row.notes["iot"] for row in coverage_rows(places, counted, Audience.PARTICIPANTS)] == [1, 1]
