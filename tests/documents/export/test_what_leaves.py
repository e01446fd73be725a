"""What leaves by any export: every subject, every format, every visibility, every attribution, from a real database.

Each author's names, account and administration are found nowhere else, so that wherever they are, they are told.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.documents.export import files
from bot.documents.export.kinds import TABULAR, Format, Subject, takes
from bot.documents.export.subjects import rule_told
from bot.documents.export.table import Source
from bot.domain.attendance.attendance import CheckIn
from bot.domain.contributions.notes import Audience
from bot.domain.plan import Plan
from bot.domain.venue import TEAM
from bot.store.programme import PlanInForce
from tests.documents.export.authors import AUTHORS, NOON, TOLD, WHO, known, may_read, workshop
from tests.documents.export.readers import every_word, read_back

Tiny = Callable[..., Plan]
PATHS = [(subject, form) for subject in Subject for form in Format if takes(subject, form)]


async def file_of(source: Source, subject: Subject, form: Format) -> bytes:
    made = io.BytesIO()
    await files.write(subject, form, source, made)
    return made.getvalue()


async def test_no_note_leaves_that_its_author_did_not_allow_nor_more_of_them_than_they_did(
    tmp_path: Path, tiny: Tiny
) -> None:
    """Every subject in every format for every audience; of notes, every visibility and attribution."""
    async with workshop(tmp_path, tiny(region="MENA")) as source:
        for (subject, form), audience in itertools.product(PATHS, Audience):
            content = await file_of(replace(source, audience=audience), subject, form)
            words = every_word(form, content)
            if subject is not Subject.NOTES:
                assert "Said" not in words, (subject, form)
                continue
            rows = {row["title"][4:7]: row for row in read_back(form, content)}
            allowed = [author for author in AUTHORS if may_read(audience, author.visibility)]
            assert rows.keys() == {str(author.number) for author in allowed}
            for author in AUTHORS:
                told = set(TOLD[author.attribution]) if author in allowed else set[str]()
                found = rows.get(str(author.number), {})
                assert {column for column in WHO if column in found} == told, (form, audience, author)
                for name, secret in author.secrets.items():
                    assert (secret in words) is (name in told), (form, audience, author, name)


async def test_who_asks_rates_or_pledges_without_a_name_is_in_no_file(tmp_path: Path, tiny: Tiny) -> None:
    async with workshop(tmp_path, tiny()) as source:
        for subject, form in itertools.product((Subject.QUESTIONS, Subject.FEEDBACK, Subject.PLEDGES), TABULAR):
            words = every_word(form, await file_of(source, subject, form))
            found = [secret for author in AUTHORS for secret in author.secrets.values() if secret in words]
            assert found == [], (subject, form)


async def test_of_who_wrote_in_a_channel_there_is_their_places_name_and_not_what_they_typed(
    tmp_path: Path, tiny: Tiny
) -> None:
    async with workshop(tmp_path, tiny()) as source:
        for form in TABULAR:
            rows = read_back(form, await file_of(source, Subject.TRANSCRIPTS, form))
            typed = [row for row in rows if row["channel"] == "topic:ledgers"]
            assert [(row["author"], str(row["author_id"])) for row in typed] == [
                (author.place.name, str(author.person)) for author in AUTHORS
            ]
            assert all("withholds" in row["text"] and row["withheld"] in {True, "yes"} for row in typed), form
            posted = [row for row in rows if row["channel"] == TEAM]
            assert f"@{AUTHORS[0].place.name} http" in posted[0]["text"], form
            assert not any("author_id" in row for row in posted)
            assert all(row["withheld"] in {False, "no"} for row in posted), form


async def test_figures_tell_of_nobody(tmp_path: Path, tiny: Tiny) -> None:
    async with workshop(tmp_path, tiny()) as source:
        for form in TABULAR:
            content = await file_of(source, Subject.STATISTICS, form)
            words = every_word(form, content)
            assert [s for author in AUTHORS for s in author.secrets.values() if s in words] == []
            assert all(int(row["people"]) >= 3 for row in read_back(form, content))


#: What tells of nobody in any workshop.
UNNAMED = {Subject.AGENDA, Subject.STATISTICS}


async def test_without_the_rule_every_subject_would_tell_of_somebody(tmp_path: Path, tiny: Tiny) -> None:
    """So that the tests of the rule below hold of something, whatever subjects there are."""
    async with workshop(tmp_path, tiny(), named=True) as source:
        telling = {
            subject
            for subject in Subject
            if known(every_word(Format.JSON, await file_of(source, subject, Format.JSON)))
        }
        assert telling == set(Subject) - UNNAMED


@pytest.mark.parametrize("audience", Audience)
async def test_under_the_chatham_house_rule_nobody_is_in_any_file(
    tmp_path: Path, tiny: Tiny, audience: Audience
) -> None:
    """Neither names, accounts and administrations, nor links, nor the ids that hold the time, nor the time itself."""
    async with workshop(tmp_path, tiny(chatham_house=True), named=True) as source:
        for subject, form in PATHS:
            content = await file_of(replace(source, audience=audience), subject, form)
            assert known(every_word(form, content)) == [], (subject, form)
            if subject is Subject.NOTES:
                rows = read_back(form, content)
                assert sorted(row["title"][4:7] for row in rows) == [
                    str(author.number) for author in AUTHORS if may_read(audience, author.visibility)
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
    async with workshop(tmp_path, ruled, named=True) as source:
        renamed = [{**session, "id": f"{session['id']}-b", "chatham_house": False} for session in SESSIONS]
        for sessions in (renamed, renamed[:1]):
            plan = tiny(days=[{"date": "2023-02-20", "sessions": sessions}])
            programme = PlanInForce(plan, source.store)
            await programme.follow(NOON)
            for subject in Subject:
                if whole or subject not in {Subject.PARTICIPANTS, Subject.PLEDGES}:
                    content = await file_of(replace(source, programme=programme), subject, Format.JSON)
                    assert known(every_word(Format.JSON, content)) == [], subject


async def test_of_one_session_under_the_rule_nobody_is_told_though_others_are(tmp_path: Path, tiny: Tiny) -> None:
    """Not even by what the sums would give away."""
    plan = tiny(days=[{"date": "2023-02-20", "sessions": SESSIONS}])
    async with workshop(tmp_path, plan, named=True) as source:
        await source.store.attendance.check_in(CheckIn("welcome", AUTHORS[0].person, "Displayname100", NOON))
        for subject, form in PATHS:
            if subject in {Subject.PARTICIPANTS, Subject.PLEDGES}:
                continue  # of the workshop, in which nobody's presence is a secret
            content = await file_of(source, subject, form)
            words = every_word(form, content)
            secrets = [s for author in AUTHORS[1:] for s in (*author.secrets.values(), author.note.id) if s in words]
            assert secrets == [], (subject, form)
        rows: list[dict[str, Any]] = read_back(Format.JSON, await file_of(source, Subject.ATTENDANCE, Format.JSON))
        assert [row["session"] for row in rows] == ["welcome"] + ["talk"] * len(AUTHORS)
        assert (rows[0]["person"], rows[0]["workshop_minutes"]) == ("Displayname100", 0)
        assert {frozenset(row) for row in rows[1:]} == {
            frozenset({"session", "title", "scheduled_minutes", "status", "rule_percent"})
        }


SESSIONS = (
    {"id": "welcome", "kind": "opening", "start": "10:00", "end": "10:30", "title": "Welcome"},
    {
        "id": "talk", "kind": "panel", "start": "10:45", "end": "12:00", "topic": "ledgers", "title": "Talk",
        "chatham_house": True,
    },
)  # fmt: skip


async def test_every_file_says_which_rule_it_obeys(tmp_path: Path, tiny: Tiny) -> None:
    """But for a CSV, which has no place for it."""
    async with workshop(tmp_path, tiny(chatham_house=True, languages=["en"])) as source:
        for (subject, form), audience in itertools.product(PATHS, Audience):
            made = io.BytesIO()
            exported = await files.write(subject, form, replace(source, audience=audience), made)
            assert exported.rule == rule_told(subject, audience, source.plan, "en")
            assert ("Chatham" in exported.rule) is (subject not in {Subject.AGENDA, Subject.STATISTICS})
            if form is not Format.CSV:
                words = every_word(form, made.getvalue()).replace("\r\n ", "").replace("\\", "")
                assert exported.rule in words, (subject, form)
