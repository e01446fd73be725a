"""Places and languages: each place has one person and each person one place, also when all come at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import store as stores
from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.people.participants import OrganisationKind, Participant, introduced_id, roster_id
from bot.domain.people.roles import Role
from bot.store import Store

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def place(name: str, **more: object) -> Participant:
    made = Participant(roster_id(name, "C"), name, "C", "TN", OrganisationKind.CUSTOMS, "fr", Role.PARTICIPANT)
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


AMINA, KARIM = place("Amina"), place("Karim")


async def test_of_many_who_take_one_place_at_once_one_has_it(store: Store) -> None:
    await store.participants.follow([AMINA])
    told = await asyncio.gather(*(store.participants.take(AMINA, person, NOON) for person in range(1, 21)))
    [winner] = [one for one in told if one is not None]
    assert winner.person is not None
    assert store.participants.all() == (winner,)
    assert store.participants.of(winner.person) == winner
    assert [person for person in range(1, 21) if store.participants.of(person)] == [winner.person]


async def test_somebody_who_takes_many_places_at_once_has_one(store: Store) -> None:
    every = [place(name) for name in "ABCDEFGH"]
    await store.participants.follow(every)
    guest = place("Guest", id=introduced_id(1), person=1, joined_at=NOON)
    report = announcements.report("w", "A guest", NOON)
    told = await asyncio.gather(
        *(store.participants.take(one, 1, NOON) for one in every), store.participants.introduce(guest, report)
    )
    assert len([one for one in told if one]) == 1
    assert len([one for one in store.participants.all() if one.person == 1]) == 1


async def test_what_is_in_memory_is_what_is_on_disk(path: Path) -> None:
    async with stores.opened(path) as opened:
        await opened.participants.follow([AMINA, KARIM, place("Gone")])
        await opened.participants.take(AMINA, 1, NOON, under="Amina's substitute")
        guest = place("Guest", id=introduced_id(2), person=2, joined_at=NOON)
        await opened.participants.introduce(guest, announcements.report("w", "A guest", NOON))
        await opened.participants.take(KARIM, 3, NOON)
        await opened.participants.release(3)
        await opened.participants.follow([replace(AMINA, country="DZ"), KARIM, place("New")])
        await opened.participants.choose_language(7, "ar")
        before = set(opened.participants.all())
    async with stores.opened(path) as opened:
        assert set(opened.participants.all()) == before
        assert {one.name for one in before} == {"Amina's substitute", "Karim", "Guest", "New"}
        assert [opened.participants.of(person) is not None for person in (1, 2, 3)] == [True, True, False]
        assert [opened.participants.language_of(person) for person in (1, 2, 3, 7)] == ["fr", "fr", None, "ar"]


async def test_a_report_is_planned_with_the_place_or_not_at_all(store: Store) -> None:
    await store.participants.follow([AMINA])
    first, second = (announcements.report("w", f"{n} came", NOON) for n in (1, 2))
    await store.participants.take(AMINA, 1, NOON, report=first)
    await store.participants.take(AMINA, 2, NOON, report=second)
    assert [one.subject for one in await store.deliveries.planned(Kind.REPORT)] == ["1 came"]


async def test_a_place_given_back_can_be_taken_again_and_an_introduced_one_is_gone(store: Store) -> None:
    await store.participants.follow([AMINA])
    assert await store.participants.release(1) is None
    await store.participants.take(AMINA, 1, NOON)
    await store.participants.release(1)
    assert store.participants.all() == (AMINA,)
    taken = await store.participants.take(AMINA, 2, NOON)
    assert taken == replace(AMINA, person=2, joined_at=NOON)
    guest = place("Guest", id=introduced_id(3), person=3, joined_at=NOON)
    await store.participants.introduce(guest, announcements.report("w", "A guest", NOON))
    await store.participants.release(3)
    assert store.participants.all() == (taken,)
