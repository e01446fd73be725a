"""What moderators do: what is done twice is done once, what they speak of that isn't there is refused, all audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.agenda.breakouts import Breakout, BreakoutGroup, GroupMember
from bot.domain.agenda.run_of_show import Hold
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.attendance.corrections import Correction, Mark
from bot.domain.contributions.note_reviews import NoteWording
from bot.domain.contributions.notes import Attribution, Consent, Note, NoteKind, Visibility
from bot.store import Store
from bot.store.agenda_changes import VALID, AgendaChange, TooLateError
from bot.store.audit import AuditEntry
from bot.store.breakouts import OtherBreakoutError

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MODERATOR = 9
AMINA, KARIM = GroupMember(1, "Amina", "BH"), GroupMember(2, "Karim", "DZ")
BREAKOUT = Breakout("talk.1", None, 20, MODERATOR, NOON, (BreakoutGroup(1, (AMINA,)), BreakoutGroup(2, (KARIM,))))
NOTE = Note("77", 1, "Amina", "iot", NoteKind.WORKED, "T", "D", "L", Visibility.PARTICIPANTS, NOON)


def deed(what: str, at: datetime = NOON, who: int = MODERATOR) -> AuditEntry:
    return AuditEntry(f"test/{what}/{at.isoformat()}", at, who, what, "")


async def audited(store: Store) -> list[str]:
    return [row.what for row in await store.audit.all()]


def card(note: str) -> Announcement:
    return Announcement("workshop", Kind.CARD, note, "topic:iot", NOON, NOON + 60 * MINUTE)


async def test_a_correction_sent_or_taken_back_twice_is_one_and_the_latest_that_stands_counts(store: Store) -> None:
    excused = Correction("a", "talk", 1, "Amina", Mark.EXCUSED, "Customs court", MODERATOR, "Huda", NOON)
    absent = replace(excused, id="b", mark=Mark.ABSENT, reason="Left", at=NOON + MINUTE)
    for one in (excused, excused, absent):
        await store.corrections.add(one)
    assert await store.corrections.of(1) == {"talk": absent}
    for _ in range(2):
        assert (await store.corrections.undo("b", MODERATOR, NOON + 2 * MINUTE)).id == "b"
        assert await store.corrections.of(1) == {"talk": excused}
        assert await store.corrections.standing() == [excused]
    with pytest.raises(LookupError):
        await store.corrections.undo("c", MODERATOR, NOON)
    assert await audited(store) == ["attendance corrected", "attendance corrected", "correction undone"]


async def test_groups_are_set_to_work_once_and_not_beside_others_nor_long_after_they_were_proposed(
    store: Store,
) -> None:
    other = replace(BREAKOUT, id="talk.2")
    for one in (BREAKOUT, other):
        await store.breakouts.propose(one)
    opened = await store.breakouts.open(BREAKOUT.id, deed("opened"))
    assert opened.ends_at == NOON + 20 * MINUTE
    assert await store.breakouts.open(BREAKOUT.id, deed("opened", NOON + MINUTE)) == opened
    with pytest.raises(OtherBreakoutError) as refused:
        await store.breakouts.open(other.id, deed("opened", NOON + 2 * MINUTE))
    assert refused.value.other == opened
    with pytest.raises(TooLateError):
        await store.breakouts.open(other.id, deed("opened", NOON + VALID + 20 * MINUTE))
    with pytest.raises(LookupError):
        await store.breakouts.open("talk.3", deed("opened"))
    assert await store.breakouts.opened() == (opened,)
    assert await audited(store) == ["opened"]


async def test_who_is_moved_speaks_for_no_group_that_they_left_and_groups_that_are_over_stay_so(store: Store) -> None:
    await store.breakouts.propose(BREAKOUT)
    await store.breakouts.open(BREAKOUT.id, deed("opened"))
    await store.breakouts.appoint(BREAKOUT.id, 1, deed("appointed", who=AMINA.person))
    await store.breakouts.move(BREAKOUT.id, 2, AMINA, deed("moved"))
    (found,) = await store.breakouts.standing()
    assert found.groups == (BreakoutGroup(1, ()), BreakoutGroup(2, (AMINA, KARIM)))
    assert await store.breakouts.end_at(BREAKOUT.id, NOON + 30 * MINUTE, deed("moved the end", NOON + 19 * MINUTE))
    assert not await store.breakouts.end_at(BREAKOUT.id, NOON + 99 * MINUTE, deed("moved the end", NOON + 31 * MINUTE))
    await store.breakouts.archive(BREAKOUT.id, NOON + 31 * MINUTE)
    assert await store.breakouts.standing() == ()
    assert (await store.breakouts.opened())[0].ends_at == NOON + 30 * MINUTE


async def test_a_day_is_held_once_and_held_again_goes_on_being_held_since_then(store: Store) -> None:
    first = Hold("1", NOON)
    for hold in (first, first, Hold("2", NOON + MINUTE)):
        await store.restraints.begin_hold("workshop", hold, MODERATOR)
    assert await store.restraints.hold() == first
    assert [one.subject for one in await store.deliveries.planned(Kind.HOLD)] == ["1"]
    assert await audited(store) == ["day held"]


async def test_a_note_becomes_a_part_of_one_other_only_and_of_none_that_is_not_shown(store: Store) -> None:
    hidden = replace(NOTE, id="80", visibility=Visibility.ORGANISERS)
    for note in (NOTE, replace(NOTE, id="78"), replace(NOTE, id="79"), hidden):
        await store.notes.submit(note, card(note.id))

    async def merge(note: str, into: str) -> bool:
        return await store.note_reviews.merge(note, into, deed(f"merged {note}"), (card(note), card(into))) is not None

    refused = [("77", "77"), ("77", "80"), ("80", "77"), ("77", "81"), ("81", "77")]
    assert [await merge(*pair) for pair in refused] == [False] * len(refused)
    assert await merge("77", "78")
    assert [await merge(*pair) for pair in (("77", "79"), ("79", "77"))] == [False, False]
    # Shown again by its author, it stands alone.
    shown_again = Consent("77", NOTE.author, Visibility.PUBLIC, Attribution.NAME, "consent.access", "en", "Yes", NOON)
    assert await store.notes.open_to(shown_again, card("77"))
    assert await store.note_reviews.merged_into("78") == []
    assert await merge("77", "78")
    # What had become a part of it goes with it.
    assert await merge("78", "79")
    assert await store.note_reviews.merged_into("79") == ["77", "78"]
    assert await audited(store) == ["merged 77", "merged 78"]


async def test_only_its_author_decides_on_another_wording_and_once(store: Store) -> None:
    await store.notes.submit(NOTE, card(NOTE.id))
    wording = NoteWording("Better", "We did", "Learn")

    async def decide(author: int, *, accepted: bool) -> bool:
        return await store.note_reviews.decide(NOTE.id, author, card(NOTE.id), NOON + MINUTE, accepted=accepted)

    assert not await decide(NOTE.author, accepted=True)
    for accepted in (False, True):
        await store.note_reviews.change(
            NOTE.id, lambda review: replace(review, proposal=wording), deed(f"proposed {accepted}")
        )
        assert not await decide(MODERATOR, accepted=accepted)
        assert await decide(NOTE.author, accepted=accepted)
        assert not await decide(NOTE.author, accepted=accepted)
        found = await store.notes.find(NOTE.id)
        assert found
        assert (found.title == "Better") is accepted


async def test_a_change_of_the_agenda_that_nobody_proposed_or_that_is_old_is_not_made(store: Store) -> None:
    await store.agenda_changes.propose(AgendaChange("1", MODERATOR, NOON, ()))
    for do in (store.agenda_changes.apply, store.agenda_changes.undo):
        with pytest.raises(LookupError):
            await do("workshop", "2", MODERATOR, NOON)
        with pytest.raises(TooLateError):
            await do("workshop", "1", MODERATOR, NOON + VALID + MINUTE)
    assert await store.agenda_changes.applied() == ()
