"""Places and languages: each place has one person and each person one place, also when all come at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import store as stores
from bot.domain import announcements
from bot.domain.announcements import Kind
from bot.domain.people.access import Role
from bot.domain.people.participants import OrganisationKind, Participant, introduced_id, roster_id
from bot.store import Store

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


def place(name: str, **more: object) -> Participant:
    made = Participant(roster_id(name, "C"), name, "C", "TN", OrganisationKind.CUSTOMS, "fr", Role.PARTICIPANT)
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


AMINA, KARIM = place("Amina"), place("Karim")


async def test_of_many_who_take_one_place_at_once_one_has_it(store: Store) -> None:
    await store.people.follow([AMINA])
    told = await asyncio.gather(*(store.people.take(AMINA, person, NOON) for person in range(1, 21)))
    [winner] = [one for one in told if one is not None]
    assert winner.person is not None
    assert store.people.all() == (winner,)
    assert store.people.of(winner.person) == winner
    assert [person for person in range(1, 21) if store.people.of(person)] == [winner.person]


async def test_somebody_who_takes_many_places_at_once_has_one(store: Store) -> None:
    every = [place(name) for name in "ABCDEFGH"]
    await store.people.follow(every)
    guest = place("Guest", id=introduced_id(1), person=1, joined_at=NOON)
    report = announcements.report("w", "A guest", NOON)
    told = await asyncio.gather(
        *(store.people.take(one, 1, NOON) for one in every), store.people.introduce(guest, report)
    )
    assert len([one for one in told if one]) == 1
    assert len([one for one in store.people.all() if one.person == 1]) == 1


async def test_what_is_in_memory_is_what_is_on_disk(path: Path) -> None:
    async with stores.opened(path) as opened:
        await opened.people.follow([AMINA, KARIM, place("Gone")])
        await opened.people.take(AMINA, 1, NOON, under="Amina's substitute")
        guest = place("Guest", id=introduced_id(2), person=2, joined_at=NOON)
        await opened.people.introduce(guest, announcements.report("w", "A guest", NOON))
        await opened.people.take(KARIM, 3, NOON)
        await opened.people.release(3)
        await opened.people.follow([replace(AMINA, country="DZ"), KARIM, place("New")])
        await opened.people.choose_language(7, "ar")
        before = set(opened.people.all())
    async with stores.opened(path) as opened:
        assert set(opened.people.all()) == before
        assert {one.name for one in before} == {"Amina's substitute", "Karim", "Guest", "New"}
        assert [opened.people.of(person) is not None for person in (1, 2, 3)] == [True, True, False]
        assert [opened.people.language_of(person) for person in (1, 2, 3, 7)] == ["fr", "fr", None, "ar"]


async def test_a_report_is_planned_with_the_place_or_not_at_all(store: Store) -> None:
    await store.people.follow([AMINA])
    first, second = (announcements.report("w", f"{n} came", NOON) for n in (1, 2))
    await store.people.take(AMINA, 1, NOON, report=first)
    await store.people.take(AMINA, 2, NOON, report=second)
    assert [one.subject for one in await store.deliveries.planned(Kind.REPORT)] == ["1 came"]


async def test_a_place_given_back_can_be_taken_again_and_an_introduced_one_is_gone(store: Store) -> None:
    await store.people.follow([AMINA])
    assert await store.people.release(1) is None
    await store.people.take(AMINA, 1, NOON)
    await store.people.release(1)
    assert store.people.all() == (AMINA,)
    taken = await store.people.take(AMINA, 2, NOON)
    assert taken == replace(AMINA, person=2, joined_at=NOON)
    guest = place("Guest", id=introduced_id(3), person=3, joined_at=NOON)
    await store.people.introduce(guest, announcements.report("w", "A guest", NOON))
    await store.people.release(3)
    assert store.people.all() == (taken,)
