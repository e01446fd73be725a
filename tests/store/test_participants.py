"""People: what is in memory is what is on disk, before and after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.store import Store
from bot.store.engine.database import Database

AMINA = Participant("amina", "Amina", "Customs Affairs", "BH", OrganisationKind.CUSTOMS, "ar", Role.PARTICIPANT)
KARIM = Participant("karim", "Karim", "Douanes", "DZ", OrganisationKind.CUSTOMS, "fr", Role.MODERATOR)
NOON = datetime(2023, 2, 20, 12, tzinfo=UTC)


async def read_again(database: Database) -> Store:
    """As after a restart."""
    again = Store(database)
    await again.participants.load()
    return again


async def test_a_place_is_kept_whole_and_taken_by_one_person(store: Store, database: Database) -> None:
    await store.participants.put([KARIM, AMINA])
    taken = replace(AMINA, person=7, joined_at=NOON)
    await store.participants.put([taken])
    for kept in (store, await read_again(database)):
        assert sorted(kept.participants.all(), key=lambda place: place.id) == [taken, KARIM]
        assert kept.participants.of(7) == taken
        assert kept.participants.of(8) is None
    # Somebody else takes it over: who had it has none.
    await store.participants.put([replace(taken, person=8)])
    for kept in (store, await read_again(database)):
        assert kept.participants.of(7) is None
        assert kept.participants.of(8) == replace(taken, person=8)


async def test_a_language_that_was_chosen_comes_before_that_of_the_place(store: Store, database: Database) -> None:
    await store.participants.put([replace(AMINA, person=7)])
    assert store.participants.language_of(7) == "ar"
    assert store.participants.language_of(9) is None
    for chosen in ("en", "fr"):
        await store.participants.choose_language(7, chosen)
        await store.participants.choose_language(9, chosen)
        for kept in (store, await read_again(database)):
            assert (kept.participants.language_of(7), kept.participants.language_of(9)) == (chosen, chosen)
