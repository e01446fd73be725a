"""Stays in rooms and watches: what is on disk after whatever happened, killed at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.attendance.presence import Interval, Stay
from bot.store import Store
from bot.store.engine import sqlite
from bot.store.engine.database import Database
from bot.store.presence import Whereabouts

NINE = datetime(2023, 2, 20, 9, tzinfo=UTC)
HALL, ANNEX = "room:plenary", "room:annex"


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


def amina(room: str | None = HALL) -> Whereabouts:
    return Whereabouts(1, "Amina", room)


def karim(room: str | None = HALL) -> Whereabouts:
    return Whereabouts(2, "Karim", room)


async def stays(store: Store) -> list[tuple[str, str, Interval]]:
    return [(stay.name, stay.room, stay.time) for stay in await store.presence.all()]


def span(since: float, until: float) -> Interval:
    return Interval(at(since), at(until))


async def test_nothing_was_seen_before_the_first_watch(store: Store) -> None:
    assert await store.presence.all() == []
    assert await store.presence.watches() == []


async def test_who_is_there_when_a_watch_begins_stays_until_seen_to_leave(store: Store) -> None:
    await store.presence.begin_watch([amina(), karim(ANNEX)], at(0))
    await store.presence.moved(amina(None), at(10), seen=True)
    await store.presence.keep_alive(at(20))
    assert await stays(store) == [("Amina", HALL, span(0, 10)), ("Karim", ANNEX, span(0, 20))]
    assert await store.presence.watches() == [span(0, 20)]


async def test_what_is_seen_is_a_sign_of_life(store: Store) -> None:
    await store.presence.begin_watch([], at(0))
    await store.presence.moved(amina(), at(3), seen=True)
    assert await store.presence.watches() == [span(0, 3)]
    await store.presence.keep_alive(at(2))  # a clock that was set back takes nothing away
    assert await store.presence.watches() == [span(0, 3)]


async def test_a_change_of_rooms_ends_one_stay_and_begins_another(store: Store) -> None:
    await store.presence.begin_watch([amina()], at(0))
    await store.presence.moved(amina(ANNEX), at(5), seen=True)
    await store.presence.moved(amina(None), at(9), seen=True)
    assert await stays(store) == [("Amina", HALL, span(0, 5)), ("Amina", ANNEX, span(5, 9))]


async def test_a_stay_that_was_open_ends_with_its_watch_and_the_next_watch_begins_another(store: Store) -> None:
    await store.presence.begin_watch([amina(), karim()], at(0))
    await store.presence.keep_alive(at(10))
    await store.presence.begin_watch([amina()], at(30))
    await store.presence.keep_alive(at(40))
    assert await stays(store) == [
        ("Amina", HALL, span(0, 10)),
        ("Karim", HALL, span(0, 10)),
        ("Amina", HALL, span(30, 40)),
    ]
    assert await store.presence.watches() == [span(0, 10), span(30, 40)]


async def test_after_a_resume_who_was_not_told_to_have_moved_was_there_throughout(store: Store) -> None:
    """Of who did move, nobody knows when: they were last seen before, or first seen after."""
    await store.presence.begin_watch([amina(), karim()], at(0))
    await store.presence.keep_alive(at(10))
    await store.presence.moved(karim(None), at(30), seen=False)
    await store.presence.moved(Whereabouts(3, "Sara", HALL), at(30), seen=False)
    await store.presence.resume_watch(at(30))
    await store.presence.keep_alive(at(40))
    assert await stays(store) == [
        ("Amina", HALL, span(0, 40)),
        ("Karim", HALL, span(0, 10)),
        ("Sara", HALL, span(30, 40)),
    ]
    assert await store.presence.watches() == [span(0, 10), span(30, 40)]


async def test_to_enter_again_at_the_same_instant_is_to_be_there(store: Store) -> None:
    """A coarse clock must not end a stay that goes on."""
    await store.presence.begin_watch([amina()], at(0))
    await store.presence.begin_watch([amina()], at(0))
    await store.presence.keep_alive(at(10))
    assert await stays(store) == [("Amina", HALL, span(0, 10))]


async def test_the_tables_hold_no_more_than_they_must(store: Store, database: Database) -> None:
    """Signs of life are told four times a minute, for days: each writes over the one before."""
    await store.presence.begin_watch([amina()], at(0))
    for minute in range(100):
        await store.presence.keep_alive(at(minute))
    assert await database.read("SELECT count(*) FROM watch") == [(1,)]
    assert await database.read("SELECT count(*) FROM voice_stay") == [(1,)]


async def test_one_persons_stays_are_read_without_the_others(store: Store) -> None:
    await store.presence.begin_watch([amina(), karim(ANNEX)], at(0))
    await store.presence.moved(amina(ANNEX), at(10), seen=True)
    await store.presence.keep_alive(at(20))
    assert [(stay.room, stay.time) for stay in await store.presence.of(1)] == [
        (HALL, span(0, 10)),
        (ANNEX, span(10, 20)),
    ]
    assert [stay.room for stay in await store.presence.of(2)] == [ANNEX]
    assert await store.presence.of(3) == []


async def test_stays_come_in_pages_as_they_are_all_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what is still open; what happens meanwhile is in none of the later pages."""
    monkeypatch.setattr(sqlite, "_PAGE", 3)
    everybody = [Whereabouts(n, f"P{n}", HALL) for n in range(8)]
    await store.presence.begin_watch(everybody, at(0))
    await store.presence.keep_alive(at(5))
    before = await store.presence.all()
    pages: list[list[Stay]] = []
    async for page in store.presence.pages():
        pages.append(list(page))
        await store.presence.moved(Whereabouts(100 + len(pages), "Late", HALL), at(9), seen=True)
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [stay for page in pages for stay in page] == before
