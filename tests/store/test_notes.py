"""Notes: kept to the letter with all that they said before, shown as their authors agreed, and found again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement, DeliveryState
from bot.domain.contributions.contacts import NoteRequest
from bot.domain.contributions.notes import (
    Attribution,
    Audience,
    Consent,
    Detail,
    Note,
    NoteKind,
    Visibility,
    visibilities_reaching,
)
from bot.domain.people.direct_messages import DirectMessageKind, direct_message
from bot.domain.text import clean, fold
from bot.store import Store
from bot.store.delivery.deliveries import Delivery
from bot.store.engine.database import Database

NOON = datetime(2023, 2, 20, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SNOWFLAKE = 2**63 - 1
AWKWARD = 'الجمارك 🇲🇦 \'; DROP TABLE note; -- %s ? :name\n\ttab \\ "quoted" é e\u0301 👩‍🔬 \x00 end'
NOTE = Note("77", 1, "Amina", "blockchain", NoteKind.WORKED, "T", "D", "L", Visibility.ORGANISERS, NOON)
DETAILS = {Detail.RESULTS: AWKWARD, Detail.MATURITY: "pilot", Detail.LINKS: "https://a.example/%_"}


def card(note: Note) -> Announcement:
    return Announcement("workshop", Kind.CARD, note.id, f"topic:{note.topic}", NOON, NOON + 60 * MINUTE)


def consent(visibility: Visibility, attribution: Attribution = Attribution.NAME, note: Note = NOTE) -> Consent:
    return Consent(note.id, note.author, visibility, attribution, "consent.access", "ar", AWKWARD, NOON)


async def delivery_of(store: Store, note: Note = NOTE) -> Delivery:
    found = await store.deliveries.find(card(note).id)
    assert found
    return found


# --- what it says ------------------------------------------------------------------------------------------------


async def test_a_note_is_kept_to_the_letter(store: Store) -> None:
    note = replace(
        NOTE, author=SNOWFLAKE, author_name=AWKWARD, title=AWKWARD, did=AWKWARD * 50, learned=AWKWARD, details=DETAILS
    )
    assert await store.notes.submit(note, card(note)) == note
    assert await store.notes.find(note.id) == note
    assert await store.notes.all() == [note]
    assert await store.notes.of(SNOWFLAKE) == [note]


async def test_a_note_submitted_again_is_the_same_note_reworded(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    again = replace(
        NOTE, topic="iot", kind=NoteKind.MIXED, title="T2", did="D2", learned="L2", written_at=NOON + MINUTE
    )
    assert await store.notes.submit(again, card(again)) == replace(again, written_at=NOON)
    assert await store.notes.all() == [replace(again, written_at=NOON)]


async def test_what_it_said_before_is_kept_with_its_time_and_saying_the_same_again_is_no_change(
    store: Store, database: Database
) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    for said in ("T", "T2", "T2", "T3"):
        await store.notes.submit(replace(NOTE, title=said, written_at=NOON + MINUTE), card(NOTE))
    await store.notes.add_details(NOTE.id, {Detail.COST: "Little"}, NOON + 2 * MINUTE, card(NOTE))
    before = await database.read("SELECT number, revised_at, title, details FROM note_revision ORDER BY number")
    assert [(number, title, details) for number, _, title, details in before] == [
        (0, "T", "{}"),
        (1, "T2", "{}"),
        (2, "T3", "{}"),
    ]
    assert [at for _, at, _, _ in before] == ["2023-02-20T12:01:00.123456Z"] * 2 + ["2023-02-20T12:02:00.123456Z"]


async def test_details_are_added_changed_and_taken_out_and_outlive_a_change_of_the_rest(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    await store.notes.add_details(NOTE.id, DETAILS, NOON, card(NOTE))
    kept = await store.notes.add_details(NOTE.id, {Detail.RESULTS: "", Detail.COST: "Little"}, NOON, card(NOTE))
    wanted = {Detail.MATURITY: "pilot", Detail.COST: "Little", Detail.LINKS: DETAILS[Detail.LINKS]}
    assert kept
    assert kept == replace(NOTE, details=wanted)
    assert await store.notes.submit(replace(NOTE, title="T2"), card(NOTE)) == replace(kept, title="T2")
    assert await store.notes.add_details("none", DETAILS, NOON, card(NOTE)) is None


async def test_nobody_rewords_or_shows_the_note_of_somebody_else(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    assert await store.notes.submit(replace(NOTE, author=2, title="Mine now"), card(NOTE)) is None
    assert await store.notes.open_to(replace(consent(Visibility.PUBLIC), person=2), card(NOTE)) is None
    assert await store.notes.all() == [NOTE]
    assert await store.deliveries.find(card(NOTE).id) is None


async def test_notes_are_listed_by_time(store: Store) -> None:
    notes = [replace(NOTE, id=f"{n}", written_at=NOON + n % 3 * MINUTE) for n in range(6)]
    await asyncio.gather(*(store.notes.submit(note, card(note)) for note in notes))
    assert await store.notes.all() == sorted(notes, key=lambda note: (note.written_at, note.id))
    assert await store.notes.of(1) == sorted(notes, key=lambda note: (note.written_at, note.id), reverse=True)
    assert await store.notes.find("none") is None


# --- who sees it -------------------------------------------------------------------------------------------------


async def test_showing_a_note_plans_its_card_once_and_records_the_words_of_each_consent(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    given = [consent(Visibility.PARTICIPANTS), consent(Visibility.PUBLIC, Attribution.ANONYMOUS)]
    for one in given:
        await store.notes.open_to(one, card(NOTE))
    found = await store.notes.find(NOTE.id)
    assert found
    assert found == replace(NOTE, visibility=Visibility.PUBLIC, attribution=Attribution.ANONYMOUS)
    assert [one.id for one in await store.deliveries.planned(Kind.CARD)] == [card(NOTE).id]
    assert await store.notes.consents(NOTE.id) == given
    kept = await store.notes.submit(replace(NOTE, title="T2"), card(NOTE))
    assert kept == replace(found, title="T2")


async def test_a_note_whose_card_cannot_be_planned_is_not_shown(store: Store, database: Database) -> None:
    """Note, consent and card: all or nothing."""
    await store.notes.submit(NOTE, card(NOTE))
    await database.write(lambda transaction: transaction.execute("ALTER TABLE delivery RENAME TO away"))
    with pytest.raises(Exception, match="delivery"):
        await store.notes.open_to(consent(Visibility.PARTICIPANTS), card(NOTE))
    assert await store.notes.all() == [NOTE]
    assert await store.notes.consents(NOTE.id) == []


async def shown_and_sent(store: Store) -> Delivery:
    await store.notes.submit(NOTE, card(NOTE))
    await store.notes.open_to(consent(Visibility.PARTICIPANTS), card(NOTE))
    (taken,) = await store.deliveries.take(NOON, 1)
    await store.deliveries.settle_sent(taken.id, NOON, 5, 6, "look")
    return await delivery_of(store)


async def test_whatever_changes_a_card_has_it_looked_at_again(store: Store) -> None:
    sent = await shown_and_sent(store)
    await store.deliveries.record_shown(sent, "look")
    changes = (
        lambda: store.notes.submit(replace(NOTE, title="T2"), card(NOTE)),
        lambda: store.notes.add_details(NOTE.id, DETAILS, NOON, card(NOTE)),
        lambda: store.notes.open_to(consent(Visibility.PRIVATE), card(NOTE)),
        lambda: store.contacts.echo(NOTE.id, 2, NOON, card(NOTE), too=True),
        lambda: store.contacts.echo(NOTE.id, 2, NOON, card(NOTE), too=False),
    )
    for change in changes:
        await change()
        (outdated,) = await store.deliveries.outdated()
        await store.deliveries.record_shown(outdated, "new look")
        assert await store.deliveries.outdated() == []


async def test_a_card_taken_back_comes_again_as_another_message(store: Store) -> None:
    """Discord would take one of the same nonce for the message that was deleted."""
    sent = await shown_and_sent(store)
    await store.deliveries.take_back(sent, None, NOON, NOON + MINUTE, was_there=True)
    gone = await delivery_of(store)
    assert (gone.state, gone.message_id, gone.unshown) == (DeliveryState.CANCELLED, None, 0)
    await store.notes.open_to(consent(Visibility.SERIES), card(NOTE))
    again = await delivery_of(store)
    assert again.state is DeliveryState.PLANNED
    assert len({sent.nonce, again.nonce}) == 2
    assert all(len(each) <= 25 for each in (sent.nonce, again.nonce))


async def test_a_card_shown_again_while_it_is_taken_away_is_planned_and_looked_at_again(store: Store) -> None:
    """Its author changes their mind between the decision and the record of it."""
    sent = await shown_and_sent(store)
    await store.notes.open_to(consent(Visibility.PARTICIPANTS), card(NOTE))
    await store.deliveries.take_back(sent, None, NOON, NOON + MINUTE, was_there=True)
    assert (await delivery_of(store)).state is DeliveryState.PLANNED


async def test_a_card_moves_to_another_room(store: Store) -> None:
    sent = await shown_and_sent(store)
    await store.deliveries.take_back(sent, "topic:iot", NOON, NOON + MINUTE, was_there=True)
    moved = await delivery_of(store)
    assert (moved.state, moved.room, moved.due, moved.expires) == (
        DeliveryState.PLANNED,
        "topic:iot",
        NOON,
        NOON + MINUTE,
    )


# --- finding it --------------------------------------------------------------------------------------------------

TEXTS = st.text("aÀàئإأاىيةه🚢 @%_-*", max_size=12) | st.text(max_size=20)  # noqa: RUF001 - letters that look alike


@given(words=TEXTS, title=TEXTS, did=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
async def test_a_search_finds_what_holds_each_word_and_nothing_else(
    store: Store, words: str, title: str, did: str
) -> None:
    await store.notes.submit(replace(NOTE, title="other", did="other", learned="other"), card(NOTE))
    note = replace(NOTE, id="78", title=title, did=did)
    await store.notes.submit(note, card(note))
    found = await store.notes.search(words, 1, Audience.PARTICIPANTS, 9)
    kept = await store.notes.all()
    assert found == [one for one in reversed(kept) if all(word in one.folded for word in fold(words).split())]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Évaluation À RÉSEAU", "evaluation reseau"),
        ("إدارة المخاطر في الموانئ", "اداره موانئ"),
        ("التَّعَرُّف على الحمولة ـــ", "التعرف علي حموله"),
        ("Ledger №2 of “GS1”", "ledger gs1"),
    ],
)
async def test_accents_case_and_the_ways_to_write_arabic_do_not_matter(store: Store, typed: str, words: str) -> None:
    note = replace(NOTE, learned=typed)
    await store.notes.submit(note, card(note))
    assert await store.notes.search(words, 1, Audience.PARTICIPANTS, 9) == [note]


async def test_details_are_searched_too(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    kept = await store.notes.add_details(NOTE.id, {Detail.STANDARDS: "Modèle"}, NOON, card(NOTE))
    assert await store.notes.search("modele", 1, Audience.ORGANISERS, 9) == [kept]


@pytest.mark.parametrize("audience", Audience)
async def test_nobody_finds_what_they_may_not_see(store: Store, audience: Audience) -> None:
    for seen in Visibility:
        note = replace(NOTE, id=seen, visibility=seen)
        await store.notes.submit(note, card(note))
    others = await store.notes.search("d", 2, audience, 9)
    assert {note.visibility for note in others} == set(visibilities_reaching(audience))
    assert len(await store.notes.search("d", NOTE.author, audience, 9)) == len(Visibility)


async def test_what_was_kept_before_there_was_a_search_is_found(store: Store, database: Database) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    await database.write(lambda transaction: transaction.execute("UPDATE note SET folded = NULL"))
    assert await store.notes.search("d", 1, Audience.ORGANISERS, 9) == []
    await store.notes.fold()
    assert await store.notes.search("d", 1, Audience.ORGANISERS, 9) == [NOTE]


# --- what others make of it --------------------------------------------------------------------------------------


async def test_everybody_who_does_it_too_counts_once(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    pressed = [store.contacts.echo(NOTE.id, person, NOON, card(NOTE), too=True) for person in (2, 3, 2, 2)]
    await asyncio.gather(*pressed)
    assert await store.contacts.echoes_of(NOTE.id) == {2, 3}
    for _ in range(2):
        await store.contacts.echo(NOTE.id, 3, NOON, card(NOTE), too=False)
    assert await store.contacts.echoes() == {NOTE.id: 1}


async def test_a_contact_is_the_authors_to_grant_and_once_granted_stays(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE))
    for name in ("Basim", "Basim again"):
        told = direct_message("w", DirectMessageKind.CONTACT, f"{NOTE.id}/2", NOTE.author, name, NOON, 2)
        await store.contacts.ask(NOTE.id, 2, name, NOON, told)
    sent = await store.direct_messages.next(NOON)
    assert sent
    assert (sent.person, sent.text) == (NOTE.author, "Basim")
    await store.direct_messages.settle_sent(sent.id, 5)
    assert await store.direct_messages.next(NOON) is None
    assert await store.contacts.answer(NOTE.id, 2, 2, agreed=True) is None
    assert await store.contacts.answer(NOTE.id, 1, 9, agreed=True) is None
    (asked,) = await store.contacts.asked_by(2)
    assert (asked.author, asked.asker_name, asked.agreed) == (1, "Basim", None)
    for agreed, kept in ((False, False), (True, True), (False, True)):
        answered = await store.contacts.answer(NOTE.id, 1, 2, agreed=agreed)
        assert answered == replace(asked, agreed=kept)
    assert await store.contacts.asked_of(1) == await store.contacts.asked_by(2) == [replace(asked, agreed=True)]


REQUEST = NoteRequest("77", 5, 1, 2, AWKWARD, NOON)
QUESTION = Announcement("workshop", Kind.REQUEST, "77", "topic:iot", NOON, NOON + MINUTE)


async def test_a_question_is_asked_once_and_gone_with_its_text_once_it_is_answered(
    store: Store, database: Database
) -> None:
    for text in (AWKWARD, "other"):
        await store.contacts.request(replace(REQUEST, text=text), QUESTION)
    assert await store.contacts.requested("77") == REQUEST
    await store.contacts.decline("77", QUESTION)
    await store.contacts.request(REQUEST, QUESTION)
    assert await store.contacts.requested("77") == replace(REQUEST, text=None)
    await store.notes.submit(NOTE, card(NOTE))
    assert await store.contacts.requested("77") is None
    assert await database.read("SELECT unshown FROM delivery WHERE id = ?", (QUESTION.id,)) == [(2,)]


@given(typed=st.text(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
async def test_any_text_comes_out_as_it_went_in(store: Store, typed: str) -> None:
    note = replace(NOTE, title=clean(typed), did=clean(typed), details={Detail.SUPPORT: clean(typed) or "-"})
    await store.notes.submit(note, card(note))
    await store.notes.add_details(note.id, note.details, NOON, card(note))
    assert await store.notes.find(note.id) == note
