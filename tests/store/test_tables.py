"""Attendance, moderators' announcements, the venue and single facts: kept to the letter, and read back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import store as stores
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import DeliveryState, announce
from bot.domain.attendance.attendance import CheckIn
from bot.domain.contributions.notes import Note, NoteKind, Visibility
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.delivery.announcements import CustomAnnouncement

NOON = datetime(2023, 2, 20, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SNOWFLAKE = 2**63 - 1

#: Everything that could be taken for something else, or get lost on the way.
AWKWARD = 'الجمارك 🇲🇦 \'; DROP TABLE note; -- %s ? :name\n\ttab \\ "quoted" é e\u0301 👩‍🔬 \x00 end'


# --- attendance ------------------------------------------------------------------------------------------------


async def test_the_first_check_in_counts(store: Store) -> None:
    first = CheckIn("opening", 1, "Amina", NOON)
    again = CheckIn("opening", 1, "Amina B.", NOON + MINUTE)
    assert await store.attendance.check_in(first) == first
    assert await store.attendance.check_in(again) == first
    assert await store.attendance.all() == [first]


async def test_of_many_check_ins_at_once_one_counts_and_all_hear_which(store: Store) -> None:
    tries = [CheckIn("opening", 1, "Amina", NOON + n * MINUTE) for n in range(20)]
    told = await asyncio.gather(*map(store.attendance.check_in, tries))
    assert set(told) == set(await store.attendance.all())
    assert len(set(told)) == 1


async def test_presences_are_found_by_person_and_listed_by_time(store: Store) -> None:
    late = CheckIn("opening", 1, "Amina", NOON + MINUTE)
    early = CheckIn("opening", SNOWFLAKE, AWKWARD, NOON)
    other = CheckIn("panel", 1, "Amina", NOON + 2 * MINUTE)
    for presence in (other, late, early):
        await store.attendance.check_in(presence)
    assert await store.attendance.all() == [early, late, other]
    assert await store.attendance.of(1) == {"opening": late, "panel": other}
    assert await store.attendance.of(SNOWFLAKE) == {"opening": early}
    assert await store.attendance.of(2) == {}


async def proved(store: Store, tried: str, *, right: bool = False, person: int = 1) -> CheckIn | int:
    return await store.attendance.prove(CheckIn("opening", person, "Amina", NOON), tried, right=right, tries=5)


async def test_a_wrong_word_costs_a_try_once_and_the_right_one_none(store: Store) -> None:
    assert await proved(store, "a") == 4
    assert await proved(store, "a") == 4
    assert await proved(store, "b") == 3
    assert await proved(store, "b", person=2) == 4
    assert await store.attendance.tried("opening", 1) == 2
    assert await store.attendance.tried("panel", 1) == 0
    first = await proved(store, "c", right=True)
    assert first == CheckIn("opening", 1, "Amina", NOON)
    # Who is checked in is checked in, whatever they say then.
    assert await proved(store, "d") == first
    assert await store.attendance.tried("opening", 1) == 2


async def test_of_words_tried_at_once_five_count_and_the_right_one_after_them_comes_too_late(store: Store) -> None:
    told = await asyncio.gather(*(proved(store, str(n)) for n in range(50)), proved(store, "right", right=True))
    assert told == [4, 3, 2, 1, *[0] * 47]
    assert await store.attendance.tried("opening", 1) == 5
    assert await store.attendance.all() == []


# --- moderators' announcements ---------------------------------------------------------------------------------

CUSTOM = CustomAnnouncement("c0ffee", AWKWARD, "announcements", NOON, "Europe/Brussels", SNOWFLAKE, NOON - MINUTE)
DUE = announce("workshop", Kind.CUSTOM, CUSTOM.id, CUSTOM.due, room=CUSTOM.room)


def deed(number: int = 0) -> AuditEntry:
    return AuditEntry(f"announce/{number}", NOON, SNOWFLAKE, "announcement planned", CUSTOM.id)


async def test_an_announcement_is_kept_to_the_letter_and_planned_once_it_is_confirmed(store: Store) -> None:
    await store.announcements.draft(CUSTOM)
    assert await store.deliveries.planned(Kind.CUSTOM) == []
    assert await store.announcements.plan([DUE], deed())
    assert await store.announcements.find(CUSTOM.id) == CUSTOM
    assert await store.announcements.find("none") is None
    (planned,) = await store.deliveries.planned(Kind.CUSTOM)
    assert (planned.id, planned.subject, planned.due, planned.expires) == (DUE.id, CUSTOM.id, DUE.due, DUE.expires)


async def test_whoever_asks_for_an_announcement_at_the_same_time_gets_their_own_as_it_is_then(store: Store) -> None:
    """They are read together, also those that are asked for while the former ones are read."""
    many = [replace(CUSTOM, id=f"c{number}", text=f"Number {number}") for number in range(4)]
    for one in many[:3]:
        await store.announcements.draft(one)
    early = asyncio.gather(*(store.announcements.find(one.id) for one in many))
    await asyncio.sleep(0)
    await store.announcements.draft(many[3])
    late = await asyncio.gather(*(store.announcements.find(one.id) for one in many))
    assert (await early)[:3] == late[:3] == many[:3]
    assert late[3] == many[3]


async def test_the_same_announcement_is_added_once(store: Store) -> None:
    added = await asyncio.gather(*(store.announcements.plan([DUE], deed(number)) for number in range(4)))
    assert sorted(added) == [False, False, False, True]
    assert len(await store.audit.all()) == 1


async def test_a_cancelled_announcement_can_be_made_again(store: Store) -> None:
    await store.announcements.plan([DUE], deed())
    assert await store.announcements.cancel(CUSTOM.id, deed(1))
    assert await store.announcements.cancel(CUSTOM.id, deed(2))  # who asks again is told again that it is
    assert await store.announcements.plan([DUE], deed(3))
    assert [one.id for one in await store.deliveries.take(NOON, 10)] == [DUE.id]
    assert [one.id for one in await store.audit.all()] == ["announce/0", "announce/1", "announce/3"]


async def test_an_announcement_that_was_sent_is_not_made_again_or_taken_back(store: Store) -> None:
    await store.announcements.plan([DUE], deed())
    await store.deliveries.take(NOON, 10)
    assert not await store.announcements.plan([DUE], deed(1))
    await store.deliveries.settle(DUE.id, DeliveryState.SENT, NOON)
    assert not await store.announcements.plan([DUE], deed(2))
    assert not await store.announcements.cancel(CUSTOM.id, deed(3))
    assert not await store.announcements.send_now(CUSTOM.id, deed(4))
    assert await store.deliveries.take(NOON + MINUTE, 10) == []


async def test_one_takes_another_ones_place_or_nothing_is_done(store: Store) -> None:
    other = replace(DUE, subject="decaf")
    await store.announcements.plan([DUE], deed())
    assert await store.announcements.plan([other], deed(1), CUSTOM.id)
    assert [one.id for one in await store.deliveries.planned(Kind.CUSTOM)] == [other.id]
    with pytest.raises(LookupError):
        await store.announcements.plan([replace(DUE, subject="tea")], deed(2), CUSTOM.id)
    assert [one.id for one in await store.deliveries.planned(Kind.CUSTOM)] == [other.id]


# --- the venue and facts ---------------------------------------------------------------------------------------


async def test_the_venue_is_remembered(store: Store) -> None:
    assert await store.venue.ids() == {}
    await store.venue.keep("role:organiser", 1, NOON)
    await store.venue.keep("topic:blockchain", SNOWFLAKE, NOON)
    await store.venue.keep("role:organiser", 2, NOON)
    assert await store.venue.ids() == {"role:organiser": 2, "topic:blockchain": SNOWFLAKE}


async def test_a_fact_is_remembered(store: Store) -> None:
    assert await store.facts.get("guild") is None
    for value in ("1", AWKWARD):
        await store.facts.put("guild", value)
        assert await store.facts.get("guild") == value
    assert await store.facts.get("other") is None


async def test_a_fact_that_is_made_once_stays_as_it_was_made_first(store: Store) -> None:
    told = await asyncio.gather(*(store.facts.once("secret", value) for value in "abc"))
    assert set(told) == {"a"}
    assert await store.facts.get("secret") == "a"


# --- all of it -------------------------------------------------------------------------------------------------


NOTE = Note("77", 1, "Amina", "blockchain", NoteKind.WORKED, "T", "D", "L", Visibility.ORGANISERS, NOON)


async def everything(store: Store) -> list[object]:
    return [
        await store.attendance.all(),
        await store.notes.all(),
        await store.announcements.find(CUSTOM.id),
        await store.deliveries.find(DUE.id),
        await store.venue.ids(),
        await store.facts.get("guild"),
    ]


async def test_everything_is_there_after_a_restart_and_for_a_reader_beside(path: Path) -> None:
    async with stores.opened(path) as store:
        await store.attendance.check_in(CheckIn("opening", 1, "Amina", NOON))
        await store.notes.submit(NOTE, DUE)
        await store.announcements.draft(CUSTOM)
        await store.announcements.plan([DUE], deed())
        await store.venue.keep("agenda", 5, NOON)
        await store.facts.put("guild", "9")
        kept = await everything(store)
        async with stores.opened(path, to_read=True) as beside:
            assert await everything(beside) == kept
    assert all(kept)
    async with stores.opened(path) as store:
        assert await everything(store) == kept
