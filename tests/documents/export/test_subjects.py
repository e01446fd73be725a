"""What the rows of each subject hold: what was kept, to the letter, and of people only what they let be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.documents.export.kinds import Format
from bot.documents.export.subjects import (
    agenda,
    attendance,
    feedback,
    notes,
    participants,
    pledges,
    presence,
    questions,
)
from bot.documents.export.subjects.attendance import AttendanceRecords
from bot.domain.attendance.attendance import CheckIn
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.attendance.presence import Interval, Stay
from bot.domain.contributions.feedback import WORKSHOP, FeedbackAnswer
from bot.domain.contributions.notes import Audience, Detail, Note, NoteKind, Visibility
from bot.domain.contributions.pledges import Pledge
from bot.domain.contributions.questions import Question
from bot.domain.people.access import Role
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.plan import Plan
from bot.importing import roster as rosters
from bot.store.agenda import HeldSession
from tests.documents.export.readers import in_columns, written

Tiny = Callable[..., Plan]
NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return datetime(2023, 2, 20, hour, minute, tzinfo=UTC)


def by_session(plan: Plan, kept: AttendanceRecords) -> list[dict[str, Any]]:
    return in_columns(attendance.BY_SESSION, attendance.session_rows(plan, kept, "en"))


def test_a_note_is_one_row_to_the_letter(example: Plan) -> None:
    """Numbers of people as text, because spreadsheets round them; times with the workshop's offset."""
    note = Note(
        id="12",
        author=1073741824000000001,
        author_name="=Amina",
        topic="blockchain",
        kind=NoteKind.FAILED,
        title="**Seals**",
        did="Line\nbreak",
        learned="@everyone",
        visibility=Visibility.ORGANISERS,
        written_at=datetime(2023, 2, 20, 11, 5, 9, 999999, tzinfo=UTC),
        details={Detail.COST: "-5 %"},
    )
    (row,) = in_columns(notes.COLUMNS, notes.rows(example, [note], Audience.ORGANISERS, {}.get, {"12": 3}))
    assert row == {
        "id": "12",
        "written_at": datetime(2023, 2, 20, 11, 5, 9, tzinfo=UTC),
        "author": "=Amina",
        "author_id": "1073741824000000001",
        "administration": None,
        "country": None,
        "organisation": None,
        "region": None,
        "topic": "blockchain",
        "kind": "failed",
        "title": "**Seals**",
        "did": "Line\nbreak",
        "learned": "@everyone",
        **dict.fromkeys(map(str, Detail)),
        "cost": "-5 %",
        "echoes": 3,
        "visibility": "organisers",
        "attribution": "name",
    }


def test_attendance_has_a_row_for_every_person_and_session_that_counts(tiny: Tiny) -> None:
    """Also for the session to which the person did not come; the break is no row."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [
        CheckIn("talk", 2, "Bilal", talk.starts_at + timedelta(minutes=15)),
        CheckIn("welcome", 1, "Amina", plan.agenda.sessions[0].starts_at),
    ]
    rows = by_session(plan, AttendanceRecords(presences))
    shown = ("person", "person_id", "session", "checked_in_at", "minutes", "percent", "workshop_minutes", "rule_met")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "1", "welcome", at(9), 30, 100.0, 30, False),
        ("Amina", "1", "talk", None, 0, 0.0, 30, False),
        ("Bilal", "2", "welcome", None, 0, 0.0, 60, False),
        ("Bilal", "2", "talk", at(10), 60, 80.0, 60, False),
    ]
    assert {(row["scheduled_minutes"], row["rule_percent"]) for row in rows} == {(30, 80), (75, 80)}


def test_a_correction_is_told_with_who_made_it_and_why_beside_the_check_in(tiny: Tiny) -> None:
    """Also of somebody of whom nothing else is known."""
    plan = tiny()
    _, _, talk = plan.agenda.sessions
    presences = [CheckIn("talk", 1, "Amina", talk.starts_at)]
    said = [
        Correction("1", "talk", 1, "Amina", Mark.ABSENT, "=Left", 9, "Rachid", talk.starts_at),
        Correction("2", "talk", 2, "Bilal", Mark.EXCUSED, "Ill", 9, "Rachid", talk.starts_at),
    ]
    rows = by_session(plan, AttendanceRecords(presences, corrections=said))
    shown = ("person", "session", "checked_in_at", "minutes", "excused_minutes", "percent", "status", "reason")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Amina", "talk", at(9, 45), 0, 0, 0.0, "absent", "=Left"),
        ("Bilal", "welcome", None, 0, 0, 0.0, "absent", None),
        ("Bilal", "talk", None, 0, 75, None, "excused", "Ill"),
    ]
    assert [row["corrected_by"] for row in rows] == [None, "Rachid", None, "Rachid"]


@given(st.text(max_size=200))
def test_a_question_is_one_row_and_who_asked_anonymously_is_not_in_it(example: Plan, text: str) -> None:
    asked = Question("7", 42, "Amina", anonymous=False, session="keynote", text=text, written_at=NOON, votes=3)
    named, hidden = in_columns(questions.COLUMNS, questions.rows(example, [asked, replace(asked, anonymous=True)]))
    assert named == {
        "id": "7",
        "written_at": NOON,
        "session": "keynote",
        "author": "Amina",
        "author_id": "42",
        "anonymous": False,
        "text": text,
        "state": "waiting",
        "votes": 3,
        **dict.fromkeys(("answer", "owner", "due", "merged_into", "hidden_for")),
    }
    assert hidden == named | {"author": None, "author_id": None, "anonymous": True}


def test_feedback_names_nobody_nor_the_sessions_that_few_rated(example: Plan) -> None:
    """In an order that tells nothing of who was first."""

    def pulse(subject: str, person: int, useful: str) -> FeedbackAnswer:
        at = NOON + timedelta(minutes=person)
        return FeedbackAnswer(subject, person, {"useful": useful, "pace": "right", "remark": "=x"}, at)

    evaluation = FeedbackAnswer(WORKSHOP, 9001, {"overall": "5", "recommend": "yes"}, NOON)
    answers = [
        pulse("keynote", 9003, "5"),
        pulse("keynote", 9002, "1"),
        pulse("keynote", 9001, "3"),
        pulse("ai-risk", 9001, "4"),
        pulse("gone", 9001, "2"),
        evaluation,
    ]
    rows = in_columns(feedback.COLUMNS, feedback.rows(example, answers))
    assert [(row["about"], row["session"], row["useful"]) for row in rows] == [
        ("workshop", None, ""),
        ("session", "keynote", "1"),
        ("session", "keynote", "3"),
        ("session", "keynote", "5"),
        ("session", None, "2"),
        ("session", None, "4"),
    ]
    assert rows[0]["overall"] == "5"
    for form in (Format.CSV, Format.JSON, Format.MARKDOWN):
        told = written(form, feedback.COLUMNS, [feedback.rows(example, answers)]).decode()
        assert "900" not in told
        assert "ai-risk" not in told


def test_only_who_agreed_to_be_asked_is_named_beside_a_pledge(example: Plan) -> None:
    pledge = Pledge(42, "Amina", "Publish", date(2023, 6, 30), follow_up=True, written_at=NOON)
    agreed, silent = in_columns(pledges.COLUMNS, pledges.rows(example, [pledge, replace(pledge, follow_up=False)]))
    assert (agreed["person"], agreed["person_id"], agreed["by"]) == ("Amina", "42", date(2023, 6, 30))
    assert (silent["person"], silent["person_id"], silent["text"]) == (None, None, "Publish")


def test_first_in_and_last_out_are_told_of_each_session_however_often_somebody_left(tiny: Tiny) -> None:
    plan = tiny()
    room = "room:plenary"
    stays = [
        Stay(1, "Amina", room, Interval(at(8, 50), at(9, 10))),
        Stay(1, "Amina", room, Interval(at(9, 20), at(9, 25))),
        Stay(2, "Bilal", room, Interval(at(9, 15), at(12))),
    ]
    rows = by_session(plan, AttendanceRecords([CheckIn("talk", 1, "Amina", at(10))], stays))
    assert [(row["person"], row["session"], row["first_in"], row["last_out"], row["minutes"]) for row in rows] == [
        ("Amina", "welcome", at(9), at(9, 25), 15),
        ("Amina", "talk", at(10), at(11), 60),
        ("Bilal", "welcome", at(9, 15), at(9, 30), 15),
        ("Bilal", "talk", at(9, 45), at(11), 75),
    ]


AMINA = Participant("a", "Amina Z", "Douane Z", "TN", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, 1)


def test_a_person_is_one_row_with_all_that_they_attended(tiny: Tiny) -> None:
    kept = AttendanceRecords([CheckIn("talk", 1, "Amina", at(9, 45)), CheckIn("welcome", 2, "Bilal", at(9))])
    rows = in_columns(attendance.BY_PERSON, attendance.person_rows(tiny(), kept, {1: AMINA}.get))
    shown = ("person", "administration", "country", "sessions", "sessions_attended", "minutes", "percent", "rule_met")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("Amina", "Douane Z", "TN", 2, 1, 75, 71.4, False),
        ("Bilal", None, None, 2, 1, 30, 28.6, False),
    ]


def test_an_interval_is_one_row_as_it_was_seen(tiny: Tiny) -> None:
    plan = tiny()
    stay = Stay(
        1,
        "Amina",
        "room:plenary",
        Interval(
            at(8, 50),
            at(
                9,
                10,
            )
            + timedelta(seconds=30),
        ),
    )
    rows = [*presence.stays(plan, [stay]), *presence.check_ins(plan, [CheckIn("talk", 2, "Bilal", at(10, 30))])]
    assert rows == [
        ("Amina", "1", "voice", "room:plenary", at(8, 50), at(9, 10) + timedelta(seconds=30), 20.5),
        ("Bilal", "2", "check-in", "talk", at(10, 30), at(11), 30.0),
    ]


def test_the_list_of_participants_reads_back_as_the_list(example: Plan) -> None:
    row = participants.rows(example, [replace(AMINA, language="fr", joined_at=NOON)])
    content = written(Format.CSV, participants.COLUMNS, [row])
    (again,) = rosters.read_roster(content, "participants.csv", example.languages)
    assert (again.name, again.administration, again.country) == ("Amina Z", "Douane Z", "TN")
    assert (again.organisation, again.language, again.role) == (OrganisationKind.CUSTOMS, "fr", Role.PARTICIPANT)


def agenda_rows(plan: Plan, held: Iterable[HeldSession], begun: dict[str, datetime]) -> list[dict[str, Any]]:
    return in_columns(agenda.columns(plan), agenda.rows(plan, held, plan.agenda, begun, "en"))


def test_the_agendas_table_has_a_row_a_session_in_order(example: Plan) -> None:
    session = example.agenda.sessions[0]
    late = HeldSession(example.agenda.sessions[-1], 4, NOON)
    first, last = agenda_rows(example, [late, HeldSession(session, 0, None)], {"opening": at(9, 0)})
    assert "Director, Compliance and Facilitation (WCO Secretariat)" in first.pop("speakers")
    assert first == {
        "id": "opening",
        "kind": "opening",
        "day": date(2023, 2, 20),
        "starts_at": at(9),
        "ends_at": at(9, 20),
        "room": "Plenary",
        "topic": None,
        "title_en": session.title["en"],
        "title_fr": session.title["fr"],
        "title_ar": session.title["ar"],
        "state": "planned",
        "sequence": 0,
        "planned_starts_at": at(9),
        "planned_ends_at": at(9, 20),
        "planned_room": "Plenary",
        "minutes_late": 0,
        "announced_at": at(9),
    }
    assert (last["state"], last["sequence"], last["announced_at"]) == ("cancelled", 4, None)


def test_what_was_moved_or_added_is_told_beside_what_was_planned(example: Plan) -> None:
    session = example.agenda.sessions[0]
    moved = replace(session, starts_at=at(9, 45), ends_at=at(10, 5))
    added = replace(session, id="extra", starts_at=at(17), ends_at=at(18))
    rows = agenda_rows(example, [HeldSession(moved, 1, None), HeldSession(added, 0, None)], {})
    shown = ("id", "starts_at", "planned_starts_at", "planned_ends_at", "planned_room", "minutes_late")
    assert [tuple(row[column] for column in shown) for row in rows] == [
        ("opening", at(9, 45), at(9), at(9, 20), "Plenary", 45),
        ("extra", at(17), None, None, None, None),
    ]
