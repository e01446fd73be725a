"""The agenda as an iCalendar file: every text and instant reads back, whatever they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bot.documents.export.calendars import calendar
from bot.documents.export.subjects import agenda
from bot.domain.agenda.sessions import Material, SessionKind, Speaker
from bot.domain.languages import LANGUAGES
from bot.domain.plan import Plan
from bot.domain.text import clean
from bot.store.agenda import HeldSession

NOW = datetime(2023, 2, 19, 16, 0, 30, 999999, tzinfo=UTC)
AWKWARD = ("a, b; c\\n d: \\", "سلسلة الكتل " * 30, "👩‍🔬" * 40, "line\nbreak", "a\u2028b", 'BEGIN:VEVENT "quoted"')
TEXTS = (st.text(min_size=1, max_size=300) | st.sampled_from(AWKWARD)).map(clean).filter(bool)
SPANS = st.tuples(st.integers(0, 2**32), st.integers(1, 600_000)).map(
    lambda drawn: (datetime.fromtimestamp(drawn[0], UTC), datetime.fromtimestamp(sum(drawn), UTC))
)


def read(content: bytes) -> tuple[Calendar, list[Event]]:
    """The file as another program has it; each of its lines is folded as RFC 5545 asks."""
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    assert found.errors == []
    return found, found.events


def holding(plan: Plan, **changes: object) -> HeldSession:
    """The example's keynote with some of it changed."""
    session = plan.agenda.find("keynote")
    assert session
    return HeldSession(replace(session, **changes), 3, None)


@given(TEXTS, TEXTS, SPANS, st.sampled_from([None, NOW]))
def test_texts_and_instants_read_back(
    example: Plan, title: str, told: str, span: tuple[datetime, datetime], cancelled_at: datetime | None
) -> None:
    """To the letter and to the second, in UTC."""
    one = holding(
        example,
        title=dict.fromkeys(LANGUAGES, title),
        description=dict.fromkeys(LANGUAGES, told),
        speakers=(),
        materials=(),
        topic=None,
        starts_at=span[0],
        ends_at=span[1],
    )
    _, (event,) = read(calendar(example, [replace(one, cancelled_at=cancelled_at)], NOW, "en"))
    assert (event.summary, event.description) == (title, told)
    assert (event.start, event.end) == span
    assert b"DTSTART:" in event.to_ical()  # a UTC instant, without a zone beside it
    assert event.status == ("CANCELLED" if cancelled_at else "CONFIRMED")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_tells_all_about_its_session_in_one_language(example: Plan, language: str) -> None:
    session = next(s for s in example.agenda if s.topic and s.speakers and s.materials)
    made, (event,) = read(calendar(example, [HeldSession(session, 2, None)], NOW, language))
    topic = example.topic(session.topic or "")
    assert topic
    assert made["X-WR-CALNAME"] == example.title[language]
    assert event.uid == f"{session.id}@wco-mena-2023"
    assert event.sequence == 2
    assert event.stamp == event.LAST_MODIFIED == NOW.replace(microsecond=0)
    assert event.location == example.room_names[session.room][language]
    assert event.categories == [topic.title[language]]
    told = str(event.description)
    for said in (
        topic.title[language],
        *(speaker.office[language] for speaker in session.speakers),
        *(material.title[language] for material in session.materials),
        *(material.url for material in session.materials),
    ):
        assert clean(said) in told
    assert "ORGANIZER" not in event


def test_a_break_doesnt_make_anybody_busy(example: Plan) -> None:
    held = [HeldSession(session, 0, None) for session in example.agenda]
    _, entries = read(calendar(example, held, NOW, "en"))
    kinds = {f"{session.id}@wco-mena-2023": session.kind for session in example.agenda}
    assert {str(e.uid): e["TRANSP"] == "TRANSPARENT" for e in entries} == {
        uid: kind is SessionKind.BREAK for uid, kind in kinds.items()
    }


def test_what_was_cancelled_before_the_workshop_spoke_a_language_is_still_told(example: Plan) -> None:
    """Or before a room or a topic went from the plan."""
    nobody = Speaker({"en": "Chair"}, {"en": ""})
    one = holding(
        example,
        title={"en": "Gone"},
        description=None,
        speakers=(nobody,),
        materials=(Material({"en": "Slides"}, "https://a.example"),),
        room="attic",
        topic="phlogiston",
    )
    gone = replace(one, cancelled_at=NOW)
    _, (event,) = read(calendar(example, [gone], NOW, "ar"))
    assert (event.summary, event.location, event.categories) == ("Gone", "attic", [])
    assert "Chair" in str(event.description)
    (row,) = agenda.agenda_rows(example, [gone], example.agenda, {}, "ar")
    assert dict(zip(agenda.columns(example), row, strict=True))["title_ar"] == "Gone"
