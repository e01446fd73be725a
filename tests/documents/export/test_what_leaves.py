"""What leaves by any export: every subject, every format, every visibility, every attribution, from a real database.

The promises hold for any subject in the table, because `full_workshop` must have rows of each.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.documents.export import files
from bot.documents.export.subject import TABULAR, ChathamRule, ExportSubject, Format
from bot.documents.export.subjects import (
    AGENDA,
    ATTENDANCE,
    FEEDBACK,
    NOTES,
    PARTICIPANTS,
    PLEDGES,
    QUESTIONS,
    STATISTICS,
    SUBJECTS,
    TRANSCRIPTS,
)
from bot.domain.attendance.attendance import CheckIn
from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.domain.venue import TEAM
from bot.store.plan_in_force import PlanInForce
from tests.documents.export.full_workshop import (
    AUTHOR_COLUMNS,
    AUTHORS,
    NOON,
    SHOWN,
    file_of,
    full_workshop,
    named_in,
    readable,
    rows_of,
    words_of,
)
from tests.documents.export.readers import every_word, read_back

Tiny = Callable[..., Plan]

FILL = "`fill` of tests/documents/export/full_workshop.py"

#: Every file that can leave: subject, format and audience.
FILES = [
    (subject, form, audience)
    for subject in SUBJECTS.values()
    for form in subject.formats
    for audience in subject.audiences
]

#: What names nobody in any workshop.
NAMELESS = {name for name, subject in SUBJECTS.items() if subject.chatham is ChathamRule.NOTHING}

#: What is of the workshop as a whole: a rule for one of its sessions hides nobody in it. A subject whose rows belong to
#: sessions is never one of these: its names would leave unseen.
OF_THE_WORKSHOP = {PARTICIPANTS.name, PLEDGES.name}

SESSIONS = (
    {"id": "welcome", "kind": "opening", "start": "10:00", "end": "10:30", "title": "Welcome"},
    {
        "id": "talk", "kind": "panel", "start": "10:45", "end": "12:00", "topic": "ledgers", "title": "Talk",
        "chatham_house": True,
    },
)  # fmt: skip


# --- that the promises below are about something ---------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
async def test_every_subject_has_rows_for_every_audience(tmp_path: Path, tiny: Tiny, *, named: bool) -> None:
    async with full_workshop(tmp_path, tiny(), named=named) as source:
        empty = [
            f"{subject} for {audience}"
            for subject in SUBJECTS.values()
            for audience in subject.audiences
            if not await rows_of(replace(source, audience=audience), subject)
        ]
    assert empty == [], f"no rows to try the rules on: add some to {FILL}"


async def test_without_the_chatham_house_rule_every_subject_names_everybody_it_can(tmp_path: Path, tiny: Tiny) -> None:
    """So that the tests of the rule are of names that are really there, whatever subjects there are."""
    async with full_workshop(tmp_path, tiny(), named=True) as source:
        for subject in SUBJECTS.values():
            for audience in subject.audiences:
                words = await words_of(replace(source, audience=audience), subject, Format.JSON)
                if subject.name in NAMELESS:
                    assert named_in(words) == [], f"{subject} names people: it obeys another rule than NOTHING"
                else:
                    assert named_in(words), f"{subject} for {audience} names nobody: name authors of its rows in {FILL}"


def test_only_notes_are_for_several_audiences() -> None:
    """A second subject for several audiences needs a test of what each may read, as notes have below."""
    assert [name for name, subject in SUBJECTS.items() if len(subject.audiences) > 1] == [NOTES.name]


async def test_a_subject_is_written_only_for_its_audiences_and_in_its_formats(tmp_path: Path, tiny: Tiny) -> None:
    async with full_workshop(tmp_path, tiny()) as source:
        for subject in SUBJECTS.values():
            for form in set(Format) - set(subject.formats):
                with pytest.raises(ValueError, match=f"{subject} can't be written as {form}; ask for"):
                    await file_of(source, subject, form)
            for audience in set(Audience) - set(subject.audiences):
                with pytest.raises(ValueError, match=f"{subject} can't be written for {audience}"):
                    await file_of(replace(source, audience=audience), subject, Format.CSV)


# --- what authors chose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", Audience)
async def test_a_note_leaves_as_its_author_allowed_and_names_no_more_of_them(
    tmp_path: Path, tiny: Tiny, audience: Audience
) -> None:
    """Every visibility and every attribution, in every format."""
    allowed = readable(audience)
    assert allowed
    async with full_workshop(tmp_path, tiny(region="MENA")) as source:
        for form in NOTES.formats:
            content = await file_of(replace(source, audience=audience), NOTES, form)
            words, rows = every_word(form, content), {row["title"][4:7]: row for row in read_back(form, content)}
            assert rows.keys() == {str(author.number) for author in allowed}
            for author in AUTHORS:
                shown = set(SHOWN[author.attribution]) if author in allowed else set[str]()
                row = rows.get(str(author.number), {})
                assert {column for column in AUTHOR_COLUMNS if column in row} == shown, (form, author)
                for name, secret in author.secrets.items():
                    assert (secret in words) is (name in shown), (form, author, name)


async def test_no_other_subject_holds_a_note(tmp_path: Path, tiny: Tiny) -> None:
    async with full_workshop(tmp_path, tiny()) as source:
        holding = {str(subject) for subject, form, _ in FILES if "Said" in await words_of(source, subject, form)}
    assert holding == {NOTES.name}


@pytest.mark.parametrize("subject", [QUESTIONS, FEEDBACK, PLEDGES], ids=str)
async def test_who_asks_rates_or_pledges_without_a_name_is_in_no_file(
    tmp_path: Path, tiny: Tiny, subject: ExportSubject
) -> None:
    async with full_workshop(tmp_path, tiny()) as source:
        assert len(await rows_of(source, subject)) >= len(AUTHORS)
        for form in subject.formats:
            words = await words_of(source, subject, form)
            assert [secret for author in AUTHORS for secret in author.secrets.values() if secret in words] == [], form


async def test_a_transcript_names_authors_by_their_places_and_withholds_what_they_typed(
    tmp_path: Path, tiny: Tiny
) -> None:
    async with full_workshop(tmp_path, tiny()) as source:
        for form in TABULAR:
            rows = read_back(form, await file_of(source, TRANSCRIPTS, form))
            typed = [row for row in rows if row["channel"] == "topic:ledgers"]
            assert [(row["author"], str(row["author_id"])) for row in typed] == [
                (author.place.name, str(author.person)) for author in AUTHORS
            ]
            assert all("withholds" in row["text"] and row["withheld"] in {True, "yes"} for row in typed), form
            posted = [row for row in rows if row["channel"] == TEAM]
            assert len(posted) == len(AUTHORS)
            assert f"@{AUTHORS[0].place.name} http" in posted[0]["text"], form
            assert not any("author_id" in row for row in posted)
            assert all(row["withheld"] in {False, "no"} for row in posted), form


async def test_statistics_name_nobody_and_no_group_under_three(tmp_path: Path, tiny: Tiny) -> None:
    async with full_workshop(tmp_path, tiny()) as source:
        for form in TABULAR:
            content = await file_of(source, STATISTICS, form)
            words, rows = every_word(form, content), read_back(form, content)
            assert [secret for author in AUTHORS for secret in author.secrets.values() if secret in words] == []
            assert rows
            assert all(int(row["people"]) >= 3 for row in rows)


# --- the Chatham House Rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", Audience)
async def test_under_the_chatham_house_rule_nobody_is_in_any_file(
    tmp_path: Path, tiny: Tiny, audience: Audience
) -> None:
    """Neither names, accounts and administrations, nor links, nor the ids that hold the time, nor the time itself."""
    mine = [(subject, form) for subject, form, readers in FILES if readers is audience]
    assert mine
    async with full_workshop(tmp_path, tiny(chatham_house=True), named=True) as source:
        for subject, form in mine:
            content = await file_of(replace(source, audience=audience), subject, form)
            assert named_in(every_word(form, content)) == [], (str(subject), form)
            if subject is NOTES:
                rows = read_back(form, content)
                assert sorted(row["title"][4:7] for row in rows) == [
                    str(author.number) for author in readable(audience)
                ]
                assert [row["title"] for row in rows] != sorted(row["title"] for row in rows)
                assert all(not row.keys() & {"written_at", "id", "links"} for row in rows)
                assert {row["topic"] for row in rows} == {"ledgers"}


@pytest.mark.parametrize("whole", [True, False])
async def test_a_rule_that_the_plan_drops_holds_of_what_was_said_under_it(
    tmp_path: Path, tiny: Tiny, *, whole: bool
) -> None:
    """Also where the plan gives the session another id, or drops it."""
    ruled = tiny(chatham_house=True) if whole else tiny(days=[{"date": "2023-02-20", "sessions": SESSIONS}])
    async with full_workshop(tmp_path, ruled, named=True) as source:
        renamed = [{**session, "id": f"{session['id']}-b", "chatham_house": False} for session in SESSIONS]
        for sessions in (renamed, renamed[:1]):
            programme = PlanInForce(tiny(days=[{"date": "2023-02-20", "sessions": sessions}]), source.store)
            await programme.follow(NOON)
            for name, subject in SUBJECTS.items():
                if whole or name not in OF_THE_WORKSHOP:
                    words = await words_of(replace(source, programme=programme), subject, Format.JSON)
                    assert named_in(words) == [], name


async def test_of_one_session_under_the_rule_nobody_is_named_though_others_are(tmp_path: Path, tiny: Tiny) -> None:
    """Not even by what the sums would give away."""
    plan = tiny(days=[{"date": "2023-02-20", "sessions": SESSIONS}])
    async with full_workshop(tmp_path, plan, named=True) as source:
        await source.store.attendance.check_in(CheckIn("welcome", AUTHORS[0].person, "Displayname100", NOON))
        for subject, form, _ in FILES:
            if subject.name not in OF_THE_WORKSHOP:
                words = await words_of(source, subject, form)
                secrets = [s for one in AUTHORS[1:] for s in (*one.secrets.values(), one.note.id) if s in words]
                assert secrets == [], (str(subject), form)
        rows: list[dict[str, Any]] = read_back(Format.JSON, await file_of(source, ATTENDANCE, Format.JSON))
        assert [row["session"] for row in rows] == ["welcome"] + ["talk"] * len(AUTHORS)
        assert (rows[0]["person"], rows[0]["workshop_minutes"]) == ("Displayname100", 0)
        assert {frozenset(row) for row in rows[1:]} == {
            frozenset({"session", "title", "scheduled_minutes", "status", "rule_percent"})
        }


async def test_every_file_says_which_rule_it_obeys(tmp_path: Path, tiny: Tiny) -> None:
    """But for a CSV, which has no place for it."""
    async with full_workshop(tmp_path, tiny(chatham_house=True, languages=["en"])) as source:
        for subject, form, audience in FILES:
            content = io.BytesIO()
            exported = await files.write(subject, form, replace(source, audience=audience), content)
            assert exported.rule == subject.rule(audience, source.plan, "en")
            assert ("Chatham" in exported.rule) is (subject not in {AGENDA, STATISTICS})
            if form is not Format.CSV:
                words = every_word(form, content.getvalue()).replace("\r\n ", "").replace("\\", "")
                assert exported.rule in words, (str(subject), form)
