"""Erasing a person: everything of theirs, to the last byte, nothing of anybody else's, and again after a restore."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import store as stores
from bot.documents.export import personal_data
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, DeliveryState
from bot.domain.contributions.note_reviews import NoteWording, Review, ReviewState
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.domain.people.direct_messages import DirectMessageKind, direct_message
from bot.domain.people.participants import OrganisationKind, Participant, introduced_id, roster_id, vacated_place
from bot.domain.people.personal_data import PersonalDataPart
from bot.domain.people.roles import Role
from bot.domain.text import writable
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.engine.backup import backup, restore
from bot.store.engine.database import Database
from bot.store.engine.errors import DatabaseUnusableError
from bot.store.engine.transaction import Transaction
from bot.store.privacy.erasures import ErasedList, Erasure
from tests.store.rows import INSTANT, columns, files_with, insert

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
ME, OTHER = 4711, 4712
WORDS = "zebrafish"
ERASURE = Erasure("99", ME, NOON)
#: Columns that hold a person.
PERSONS = {"person", "author", "asker", "who", "rapporteur"}
#: What stays: who led the workshop, and what they did.
STAYS = {("audit", "who")}


async def fill(database: Database, person: int, words: str) -> None:
    """A row in every table that holds a person, with words in each of its texts."""

    def work(transaction: Transaction) -> None:
        for table, types in columns(transaction).items():
            names = {name for name, _ in types}
            if not names & PERSONS:
                continue
            row: dict[str, object] = {name: 1 if kind == "INTEGER" else words for name, kind in types}
            row |= dict.fromkeys(names & PERSONS, person)
            row |= dict.fromkeys(["at", "due", "since", "until", *(n for n in names if n.endswith("_at"))], INSTANT)
            row |= {"note": str(person), "question": str(person), "message": str(person)} if table != "note" else {}
            row |= {"id": str(person)} if "id" in names else {}
            row |= {"state": "waiting", "organisation": "other", "language": "en", "role": 1, "details": "{}"}
            row |= {"what": "agenda changed", "subject": str(person), "applied_at": None}
            row |= {"session": "opening", "room": "plenary", "status": "present", "number": 1, "breakout": str(person)}
            row |= {"topic": "ledgers"}
            row |= {"id": introduced_id(person)} if table == "participant" else {}
            insert(transaction, table, {name: value for name, value in row.items() if name in names})
        transaction.execute(
            "INSERT INTO note_file VALUES (?, 1, ?, 'pdf', ?, 1, ?)", (str(person), words, words, INSTANT)
        )
        transaction.execute(
            "INSERT INTO note_revision VALUES (?, 1, ?, 't', 'worked', ?, ?, ?, '{}', NULL)",
            (str(person), INSTANT, words, words, words),
        )
        transaction.execute(
            "INSERT INTO note_review (note, asked, tags, folded, proposal) VALUES (?, ?, ?, ?, ?)",
            (str(person), *[words] * 4),
        )
        transaction.execute("INSERT INTO transcript (channel, room, name) VALUES (1, '', '') ON CONFLICT DO NOTHING")
        line = f"{words} <@{person}> came"
        transaction.execute(
            "INSERT INTO delivery (id, kind, subject, room, due, expires, state)"
            " VALUES (?, 'report', ?, '', ?, ?, 'sent')",
            (f"report-{person}", line, INSTANT, INSTANT),
        )

    await database.write(work)


async def held(database: Database, person: int) -> set[tuple[str, str]]:
    """Where a person is named."""

    def work(transaction: Transaction) -> set[tuple[str, str]]:
        return {
            (table, name)
            for table, types in columns(transaction).items()
            for name, _ in types
            if name in PERSONS and transaction.fetch_one(f"SELECT 1 FROM {table} WHERE {name} = ?", (person,))  # noqa: S608 - names only
        }

    return await database.write(work)


async def test_nothing_of_a_person_stays_and_everything_of_others(database: Database, store: Store, path: Path) -> None:
    await fill(database, ME, WORDS)
    await fill(database, OTHER, "axolotl")
    await store.participants.load()
    before = await held(database, OTHER)
    assert before == await held(database, ME)
    assert len(before) >= 18
    assert files_with(path, WORDS)
    await store.erasures.erase(ERASURE)
    assert await held(database, ME) == STAYS
    assert await held(database, OTHER) == before
    assert files_with(path, WORDS) == []
    assert files_with(path, "axolotl")
    assert store.participants.of(ME) is None
    assert store.participants.of(OTHER)


def note(key: str, author: int, words: str) -> Note:
    return Note(key, author, words, "t", NoteKind.WORKED, words, words, words, Visibility.PARTICIPANTS, NOON)


def card(key: str) -> Announcement:
    return Announcement("w", Kind.CARD, key, "topic:t", NOON, NOON + timedelta(days=1))


async def test_what_became_a_part_of_anothers_note_is_gone_from_it(store: Store, path: Path) -> None:
    """The other note keeps its own revisions, can be changed again, and its card names nobody who was erased."""
    mine, kept, third = note("1", ME, WORDS), note("2", OTHER, "axolotl"), note("3", OTHER, "gecko")
    await store.notes.submit(kept, card("2"))
    await store.notes.submit(replace(kept, title="axolotl again"), card("2"))
    for one in (mine, third):
        await store.notes.submit(one, card(one.id))
        deed = AuditEntry(f"review/{one.id}", NOON, OTHER, "notes merged", one.id)
        assert await store.note_reviews.merge(one.id, "2", deed, (card(one.id), card("2")))
    await store.deliveries.add(card("2"))
    await store.deliveries.settle_sent(card("2").id, NOON, 1, 1, "")
    mine_only = {one.part: one.rows for one in await store.personal_data.of(ME)}[PersonalDataPart.REVISIONS]
    assert [row[5] for row in mine_only] == [WORDS]
    assert WORDS not in personal_data.as_json(await store.personal_data.of(OTHER)).decode()
    await store.erasures.erase(ERASURE)
    assert files_with(path, WORDS) == []
    assert await store.note_reviews.merged_into("2") == ["3"]
    assert [one.subject for one in await store.deliveries.outdated()] == ["2"]
    assert await store.notes.submit(replace(kept, title="axolotl for ever"), card("2"))
    await store.erasures.erase(replace(ERASURE, id="98", person=OTHER))
    assert files_with(path, "axolotl") == []


async def test_whose_note_was_a_part_of_an_erased_one_has_their_own_alone(store: Store) -> None:
    for one in (note("1", ME, WORDS), note("2", OTHER, "axolotl")):
        await store.notes.submit(one, card(one.id))
    deed = AuditEntry("review/1", NOON, ME, "notes merged", "2")
    assert await store.note_reviews.merge("2", "1", deed, (card("2"), card("1")))
    await store.erasures.erase(ERASURE)
    assert (await store.note_reviews.of("2")).merged_into is None
    assert [one.id for one in await store.notes.all()] == ["2"]


async def test_what_a_reviewer_wrote_of_others_notes_is_gone(store: Store, path: Path) -> None:
    await store.notes.submit(note("2", OTHER, "axolotl"), card("2"))
    asked = direct_message("w", DirectMessageKind.CHANGES, "2", OTHER, WORDS, NOON, ME)
    sent_back = AuditEntry("review/1", NOON, ME, "note sent back", "2")
    proposed = AuditEntry("review/2", NOON, ME, "edit proposed", "2")
    tagged = AuditEntry("review/3", NOON, OTHER, "note tagged", "2")
    wording = NoteWording(WORDS, WORDS, WORDS)
    change = store.note_reviews.change
    await change("2", lambda one: replace(one, state=ReviewState.CHANGES, asked=WORDS), sent_back, letter=asked)
    await change("2", lambda one: replace(one, proposal=wording), proposed)
    await change("2", lambda one: replace(one, tags=("port",)), tagged)
    await store.erasures.erase(ERASURE)
    assert files_with(path, WORDS) == []
    assert await store.note_reviews.of("2") == Review(tags=("port",))
    assert [one.what for one in await store.audit.all()] == ["note sent back", "edit proposed", "note tagged"]


async def test_figures_stay_under_a_number_that_is_nobodys(database: Database, store: Store) -> None:
    await fill(database, ME, WORDS)
    await store.erasures.erase(ERASURE)
    [presence], [stay] = await store.attendance.all(), await store.presence.all()
    assert presence.person == stay.person
    assert presence.person not in {ME, 0}
    assert (presence.name, stay.name) == ("", "")


async def test_bytes_are_gone_however_often_pages_were_split(database: Database, store: Store, path: Path) -> None:
    """Texts of many lengths in an index, in random order: cells move between pages, and leave copies behind."""
    chance = random.Random(1)  # noqa: S311 - a test, seeded
    numbers = range(600)

    for number in chance.sample(numbers, len(numbers)):
        person, word = (ME, WORDS) if number % 3 else (OTHER, "axolotl")
        row = f"{number:05}", person, word * chance.randint(1, 200)
        await database.write(
            lambda transaction, row=row: transaction.execute("INSERT INTO word_try VALUES (?, ?, ?)", row)
        )
    await store.erasures.erase(ERASURE)
    assert files_with(path, WORDS) == []
    assert files_with(path, "axolotl")


async def test_asked_twice_it_is_done_once_and_what_came_after_it_stays(database: Database, store: Store) -> None:
    await store.erasures.erase(ERASURE)
    await fill(database, ME, WORDS)
    await store.erasures.erase(ERASURE)
    await store.erasures.catch_up()
    assert ("note", "author") in await held(database, ME)


async def test_a_restored_backup_erases_again_before_anything_is_served(path: Path, tmp_path: Path) -> None:
    saved = tmp_path / "backup.db"
    database = await Database.open(path)
    await fill(database, ME, WORDS)
    await database.close()
    backup(path, saved)
    async with stores.opened(path) as store:
        await store.erasures.erase(ERASURE)
    restore(saved, path, NOON)
    assert files_with(path, WORDS)
    with pytest.raises(DatabaseUnusableError, match="Start the bot once"):
        async with stores.opened(path, to_read=True):
            pass
    async with stores.opened(path) as store:
        assert store.participants.of(ME) is None
        assert await store.notes.all() == []
        assert files_with(path, WORDS) == []
    async with stores.opened(path, to_read=True):
        pass


async def test_who_was_put_on_the_list_is_erased_though_the_process_ended_there(path: Path) -> None:
    database = await Database.open(path)
    await fill(database, ME, WORDS)
    await database.close()
    ErasedList(path.with_name("plenary.db.erased")).add(ERASURE)
    async with stores.opened(path) as store:
        assert await store.notes.all() == []
        assert files_with(path, WORDS) == []


async def test_bytes_that_a_reader_kept_from_being_overwritten_are_at_the_next_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kept(_database: Database) -> bool:
        return False

    database = await Database.open(path)
    await fill(database, ME, WORDS)
    await database.close()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "scrub", kept)
        meanwhile.setattr("bot.store.privacy.erasures._APART", 0)
        async with stores.opened(path) as store:
            await store.erasures.erase(ERASURE)
    async with stores.opened(path):
        assert files_with(path, WORDS) == []


def test_half_a_line_that_a_killed_process_left_is_no_one(tmp_path: Path) -> None:
    listed = ErasedList(tmp_path / "list")
    assert listed.read() == {}
    listed.add(ERASURE)
    with (tmp_path / "list").open("a") as file:
        file.write("\n12 34")
    listed.add(Erasure("5", 6, NOON))
    assert listed.read() == {"99": ME, "5": 6}


def test_a_place_stays_without_its_holder() -> None:
    name, of = "Amina Haddad", "Customs of Bahrain"
    place = Participant(roster_id(name, of), name, of, "BH", OrganisationKind.CUSTOMS, None, Role.PARTICIPANT, ME, NOON)
    assert vacated_place(place) == Participant(place.id, name, of, "BH", place.organisation, None, place.role)
    substitute = Participant(place.id, "Somebody Else", of, "BH", place.organisation, None, place.role, ME, NOON)
    assert vacated_place(substitute) == Participant(place.id, of, of, "BH", place.organisation, None, place.role)
    assert vacated_place(Participant(introduced_id(ME), name, of, "", place.organisation, None, place.role, ME)) is None


async def test_reports_that_name_them_are_taken_away(database: Database, store: Store) -> None:
    await fill(database, ME, WORDS)
    await store.deliveries.add(
        Announcement("w", Kind.REPORT, f"about <@{ME}1>", "team", NOON, NOON + timedelta(days=1))
    )
    await store.erasures.erase(ERASURE)
    [gone] = await store.deliveries.outdated()
    assert (gone.kind, gone.subject, gone.state) == (Kind.REPORT, "", DeliveryState.SENT)
    assert [one.subject for one in await store.deliveries.planned(Kind.REPORT)] == [f"about <@{ME}1>"]


async def test_a_person_gets_everything_of_theirs(database: Database, store: Store) -> None:
    await fill(database, ME, WORDS)
    await fill(database, OTHER, "axolotl")
    kept = await store.personal_data.of(ME)
    assert [one.part for one in kept] == list(PersonalDataPart)
    assert [one.part for one in kept if not one.rows] == []
    told = personal_data.as_json(kept).decode()
    assert WORDS in told
    assert "axolotl" not in told
    read = json.loads(told)
    assert read["wrong_words"] == [{"session": "opening", "tries": 1}]
    assert read["questions"][0]["text"] == WORDS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@example(words="two lines\rof an old Macintosh")
async def test_any_text_comes_out_as_it_was_kept(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    async with stores.opened(tmp_path_factory.mktemp("any") / "plenary.db") as store:
        await store.participants.choose_language(ME, words)
        kept = await store.personal_data.of(ME)
        assert json.loads(personal_data.as_json(kept))["language"] == [{"language": writable(words)}]
        assert writable(words).replace("\n", "\n  ") in personal_data.as_markdown(kept, "Workshop", "ar").decode()
