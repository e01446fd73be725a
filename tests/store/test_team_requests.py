"""Requests for places of the team: one a person, decided once, with what is recorded and told of it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import store as stores
from bot.domain import announcements
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.people.participants import OrganisationKind, Participant, roster_id
from bot.domain.people.roles import Role, RoleGrant
from bot.store import Store
from bot.store.audit import AuditEntry
from bot.store.privacy.erasures import Erasure

NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LED = Participant(roster_id("Fatima", "W"), "Fatima", "W", "", OrganisationKind.INTERNATIONAL, None, Role.ORGANISER)
OTHER = replace(LED, id=roster_id("Marc", "W"), name="Marc", role=Role.MODERATOR)


def request(person: int, place: Participant = LED, after: timedelta = timedelta(0)) -> Announcement:
    return announcements.team_request("w", place.id, person, NOON + after)


def deed(number: int) -> AuditEntry:
    return AuditEntry(f"place/{number}", NOON, 9, "place approved", f"{LED.id} 1")


def line(words: str) -> Announcement:
    return announcements.report("w", words, NOON)


async def waiting(store: Store) -> set[str]:
    return {delivery.id for delivery in await store.deliveries.planned(Kind.TEAM_REQUEST) if delivery.subject}


async def test_a_person_asks_for_one_place_at_a_time(store: Store) -> None:
    await store.participants.follow([LED, OTHER])
    first = request(1)
    for announcement in (first, request(1, after=MINUTE), request(2)):
        await store.team_requests.ask(announcement)
    assert await waiting(store) == {first.id, request(2).id}
    later, another = request(1, after=11 * MINUTE), request(1, OTHER, 12 * MINUTE)
    await store.team_requests.ask(later)
    assert await waiting(store) == {later.id, request(2).id}
    await store.team_requests.ask(another)
    assert await waiting(store) == {another.id, request(2).id}
    assert await store.team_requests.find(another.id) == (OTHER.id, 1)
    assert await store.team_requests.find(first.id) is None


async def test_of_many_decisions_one_counts(store: Store) -> None:
    await store.participants.follow([LED])
    asked = request(1)
    await store.team_requests.ask(asked)
    told = await asyncio.gather(
        *(store.participants.approve(asked.id, LED, 1, NOON, deed(n), line(f"approved {n}")) for n in range(3)),
        store.team_requests.reject(asked.id, deed(7), line("refused")),
    )
    assert [bool(each) for each in told] == [True, False, False, False]
    assert [each.id for each in await store.audit.all()] == ["place/0"]
    assert [each.subject for each in await store.deliveries.planned(Kind.REPORT)] == ["approved 0"]
    assert await waiting(store) == set()
    assert store.participants.of(1) == replace(LED, person=1, joined_at=NOON)


async def test_a_place_that_is_taken_or_a_person_who_has_one_is_not_approved(store: Store) -> None:
    await store.participants.follow([LED, OTHER])
    for person in (1, 2):
        await store.team_requests.ask(request(person))
    assert await store.participants.approve(request(1).id, LED, 1, NOON, deed(1), line("1"))
    assert await store.participants.approve(request(2).id, LED, 2, NOON, deed(2), line("2")) is None
    await store.team_requests.ask(request(1, OTHER))
    assert await store.participants.approve(request(1, OTHER).id, OTHER, 1, NOON, deed(3), line("3")) is None
    # Their own place again, because its role was taken away.
    await store.team_requests.ask(request(1, LED, 11 * MINUTE))
    again = await store.participants.approve(request(1, LED, 11 * MINUTE).id, LED, 1, NOON + MINUTE, deed(4), line("4"))
    assert again == replace(LED, person=1, joined_at=NOON)


async def test_a_place_that_has_another_role_meanwhile_is_neither_taken_nor_approved(store: Store) -> None:
    was = replace(LED, role=Role.PARTICIPANT)
    await store.participants.follow([was])
    await store.team_requests.ask(request(1))
    await store.participants.follow([LED])
    assert await store.participants.take(was, 1, NOON) is None
    assert await store.participants.approve(request(1).id, was, 1, NOON, deed(1), line("1")) is None
    assert store.participants.of(1) is None
    assert await store.participants.approve(request(1).id, LED, 1, NOON, deed(2), line("2"))


async def test_who_is_erased_asks_for_nothing_any_more(store: Store) -> None:
    await store.participants.follow([LED])
    await store.team_requests.ask(request(1))
    await store.erasures.erase(Erasure("e", 1, NOON))
    assert await store.team_requests.find(request(1).id) is None


async def test_a_grant_lasts_as_long_as_the_place_is_held(path: Path) -> None:
    grant = RoleGrant(5, NOON)
    async with stores.opened(path) as store:
        await store.participants.follow([LED])
        await store.participants.record_grant(1, grant)
        await store.participants.take(LED, 1, NOON)
        await store.participants.record_grant(1, grant)
        await store.participants.follow([replace(LED, country="BE")])
    async with stores.opened(path) as store:
        assert store.participants.of(1) == replace(LED, country="BE", person=1, joined_at=NOON, grant=grant)
        await store.participants.release(1)
        assert store.participants.find(LED.id) == replace(LED, country="BE")
    async with stores.opened(path) as store:
        assert store.participants.find(LED.id) == replace(LED, country="BE")


async def test_who_has_a_place_in_an_older_database_was_given_its_role_when_they_took_it(path: Path) -> None:
    """So that what an administrator has taken away stays away there, too."""
    scripts = sorted((Path(stores.__file__).parent / "engine" / "migrations").glob("*.sql"))
    older = [script for script in scripts if script.name < next(s.name for s in scripts if "_grants" in s.name)]
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in older:
            connection.executescript(script.read_text("utf-8"))
        connection.execute("INSERT INTO venue VALUES ('role:moderator', 77)")
        connection.execute(
            "INSERT INTO participant VALUES ('x', 'N', 'A', '', 'other', NULL, 2, 1, '2023-02-20T12:00:00.000000Z')"
        )
        connection.execute(f"PRAGMA user_version = {len(older)}")
    async with stores.opened(path) as store:
        place = store.participants.of(1)
        assert place
        assert place.grant == RoleGrant(77, NOON)
