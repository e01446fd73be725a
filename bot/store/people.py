"""People: the workshop's places, who has taken which, and the languages that they chose.

All of it is also in memory, because every answer needs its reader's language: read once, and kept true after each
commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bot.domain.access import Role
from bot.domain.participants import OrganisationKind, Participant
from bot.store.database import Database, Row, instant, written

_COLUMNS = "id, name, administration, country, organisation, language, role, person, joined_at"


def _participant(row: Row) -> Participant:
    key, name, administration, country, organisation, language, role, person, joined_at = row
    return Participant(
        key,
        name,
        administration,
        country,
        OrganisationKind(organisation),
        language,
        Role(role),
        person,
        instant(joined_at) if joined_at else None,
    )


class People:
    """The participant and chosen_language tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places: dict[str, Participant] = {}
        self._by_person: dict[int, Participant] = {}
        self._languages: dict[int, str] = {}

    async def load(self) -> None:
        """Read everything into memory."""
        self._languages = dict(await self._database.read("SELECT person, language FROM chosen_language"))
        for row in await self._database.read(f"SELECT {_COLUMNS} FROM participant ORDER BY name, id"):  # noqa: S608 - names only
            self._remember(_participant(row))

    def _remember(self, place: Participant) -> None:
        former = self._places.get(place.id)
        if former and former.person is not None:
            self._by_person.pop(former.person, None)
        self._places[place.id] = place
        if place.person is not None:
            self._by_person[place.person] = place

    def all(self) -> tuple[Participant, ...]:
        """Every place, taken or not."""
        return tuple(self._places.values())

    def of(self, person: int) -> Participant | None:
        """The place that somebody has taken."""
        return self._by_person.get(person)

    def language_of(self, person: int) -> str | None:
        """The language that somebody chose, else the one of the place that they took."""
        place = self._by_person.get(person)
        return self._languages.get(person) or (place.language if place else None)

    async def choose_language(self, person: int, language: str) -> None:
        """Keep the language that somebody wants to be answered in."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO chosen_language (person, language) VALUES (?, ?)"
                " ON CONFLICT (person) DO UPDATE SET language = excluded.language",
                (person, language),
            )

        await self._database.write(work)
        self._languages[person] = language

    async def put(self, places: Iterable[Participant]) -> None:
        """Keep places as they are given, all or none; those of the same ids are replaced."""
        every = tuple(places)

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                f"INSERT INTO participant ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
                " ON CONFLICT (id) DO UPDATE SET name = excluded.name, administration = excluded.administration,"
                " country = excluded.country, organisation = excluded.organisation, language = excluded.language,"
                " role = excluded.role, person = excluded.person, joined_at = excluded.joined_at",
                [
                    (
                        one.id,
                        one.name,
                        one.administration,
                        one.country,
                        one.organisation,
                        one.language,
                        one.role,
                        one.person,
                        written(one.joined_at) if one.joined_at else None,
                    )
                    for one in every
                ],
            )

        await self._database.write(work)
        for place in every:
            self._remember(place)
