"""Participants: the workshop's places, their holders, and the languages that they chose.

All of it is also in memory, because every answer needs its reader's language: read once, updated after each commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import Announcement
from bot.domain.people import participants
from bot.domain.people.participants import OrganisationKind, Participant, RosterChange
from bot.domain.people.roles import Role, RoleGrant
from bot.store.audit import AuditEntry, record
from bot.store.delivery.deliveries import plan_delivery
from bot.store.engine.database import Database
from bot.store.engine.instants import instant, iso_utc
from bot.store.engine.transaction import Row, Transaction, Work
from bot.store.team_requests import close_request, outdate_requests

_COLUMNS = (
    "id, name, administration, country, organisation, language, role, person, joined_at, granted_role, server_joined_at"
)
#: The audit's word for freeing a place.
RELEASED = "place released"

#: One placeholder a column.
_MARKS = ", ".join("?" * len(_COLUMNS.split(", ")))


def held_by(place: Participant, person: int) -> str:
    """Return the subject of audit entries about a person as the holder of a place."""
    return f"{place.id} {person}"


def _participant(row: Row) -> Participant:
    key, name, administration, country, organisation, language, role, person, joined_at, granted, since = row
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
        RoleGrant(granted, instant(since)) if granted else None,
    )


class Participants:
    """The participant and chosen_language tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places: dict[str, Participant] = {}
        self._by_person: dict[int, Participant] = {}
        self._languages: dict[int, str] = {}

    async def load(self) -> None:
        """Read the tables into memory."""
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
        """Return every place, taken or not."""
        return tuple(self._places.values())

    def of(self, person: int) -> Participant | None:
        """Return the place that a person has taken."""
        return self._by_person.get(person)

    def find(self, place_id: str) -> Participant | None:
        """Return a place by its id."""
        return self._places.get(place_id)

    def language_of(self, person: int) -> str | None:
        """Return the language that a person chose, else that of their place."""
        place = self._by_person.get(person)
        return self._languages.get(person) or (place.language if place else None)

    async def choose_language(self, person: int, language: str) -> None:
        """Store the language that a person chose for answers."""

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "INSERT INTO chosen_language (person, language) VALUES (?, ?)"
                " ON CONFLICT (person) DO UPDATE SET language = excluded.language",
                (person, language),
            )

        await self._database.write(work)
        self._languages[person] = language

    async def put(self, places: Iterable[Participant]) -> None:
        """Store places; they replace those of the same ids."""
        stored = tuple(places)
        await self._database.write(lambda transaction: _put(transaction, stored))
        for place in stored:
            self._remember(place)

    async def take(  # noqa: PLR0913 - all that is stored of it
        self,
        place: Participant,
        person: int,
        now: datetime,
        *,
        under: str | None = None,
        report: Announcement | None = None,
        deed: AuditEntry | None = None,
    ) -> Participant | None:
        """Give a free place to a person, `under` another name if they are a substitute, and report it.

        None, and nothing is changed, if the place is taken, if the person has one, or if there is no such place of that
        role.
        """

        def work(transaction: Transaction) -> Row | None:
            return transaction.fetch_one(
                "UPDATE participant SET person = ?, joined_at = ?, name = coalesce(?, name)"  # noqa: S608 - names only
                " WHERE id = ? AND role = ? AND person IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM participant WHERE person = ?)"
                f" RETURNING {_COLUMNS}",
                (person, iso_utc(now), under, place.id, place.role, person),
            )

        return await self._taken(work, report, deed)

    async def introduce(self, place: Participant, report: Announcement) -> Participant | None:
        """Store the place of a person who isn't on the roster, and report it; None if they have one already."""

        def work(transaction: Transaction) -> Row | None:
            return transaction.fetch_one(
                f"INSERT INTO participant ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - names only
                f" ON CONFLICT DO NOTHING RETURNING {_COLUMNS}",
                _row(place),
            )

        return await self._taken(work, report)

    async def record_grant(self, person: int, grant: RoleGrant) -> None:
        """Store the role that the bot gave to the holder of a place. They may have lost the place meanwhile."""
        place = self._by_person.get(person)
        if place is None or place.grant == grant:
            return

        def work(transaction: Transaction) -> None:
            transaction.execute(
                "UPDATE participant SET granted_role = ?, server_joined_at = ? WHERE person = ?",
                (grant.role_id, iso_utc(grant.since), person),
            )

        await self._database.write(work)
        if place := self._by_person.get(person):
            self._remember(replace(place, grant=grant))

    async def approve(  # noqa: PLR0913, PLR0917 - all that is stored of it
        self, request: str, place: Participant, person: int, now: datetime, deed: AuditEntry, report: Announcement
    ) -> Participant | None:
        """Give a person the place that they asked for, and report it.

        None, and nothing is changed, if the request was decided already, if the place is taken, if they have another,
        or if the place has another role by now.
        """

        def work(transaction: Transaction) -> Row | None:
            row = transaction.fetch_one(
                "UPDATE participant SET person = :person, joined_at = coalesce(joined_at, :now) WHERE id = :place"  # noqa: S608 - names only
                " AND role = :role AND coalesce(person, :person) = :person"
                " AND NOT EXISTS (SELECT 1 FROM participant WHERE person = :person AND id <> :place)"
                f" AND EXISTS (SELECT 1 FROM delivery WHERE id = :request AND subject <> '') RETURNING {_COLUMNS}",
                {
                    "person": person,
                    "now": iso_utc(now),
                    "place": place.id,
                    "role": place.role,
                    "request": request,
                },
            )
            if row:
                close_request(transaction, request)
            return row

        return await self._taken(work, report, deed)

    async def was_released(self, place: Participant, person: int) -> bool:
        """Return whether an organiser ever freed this place of this person."""
        return bool(
            await self._database.read(
                "SELECT 1 FROM audit WHERE what = ? AND subject = ? LIMIT 1", (RELEASED, held_by(place, person))
            )
        )

    async def release(
        self, person: int, deed: AuditEntry | None = None, report: Announcement | None = None
    ) -> Participant | None:
        """Free a person's place and report it; None if they have none.

        A place that they added themselves is deleted.
        """
        place = self._by_person.get(person)
        if place is None:
            return None

        def work(transaction: Transaction) -> bool:
            if participants.is_introduced(place):
                changed = transaction.execute("DELETE FROM participant WHERE person = ?", (person,))
            else:
                changed = transaction.execute(
                    "UPDATE participant SET person = NULL, joined_at = NULL, granted_role = NULL,"
                    " server_joined_at = NULL WHERE person = ?",
                    (person,),
                )
            if changed:
                _report(transaction, deed, report)
            return bool(changed)

        if not await self._database.write(work):
            return None
        self._by_person.pop(person, None)
        if participants.is_introduced(place):
            self._places.pop(place.id, None)
        else:
            self._places[place.id] = replace(place, person=None, joined_at=None, grant=None)
        return place

    def forget(self, person: int) -> None:
        """Drop an erased person from memory, see `vacate`."""
        self._languages.pop(person, None)
        place = self._by_person.pop(person, None)
        if place:
            del self._places[place.id]
            if kept := participants.vacated_place(place):
                self._places[place.id] = kept

    async def _taken(
        self, work: Work[Row | None], report: Announcement | None, deed: AuditEntry | None = None
    ) -> Participant | None:
        def with_report(transaction: Transaction) -> Row | None:
            row = work(transaction)
            if row:
                _report(transaction, deed, report)
            return row

        row = await self._database.write(with_report)
        if row is None:
            return None
        place = _participant(row)
        self._remember(place)
        return place

    async def follow(
        self,
        roster: Iterable[Participant],
        report: Callable[[RosterChange], tuple[AuditEntry | None, Announcement | None]] = lambda _: (None, None),
    ) -> RosterChange:
        """Apply a roster (`participants.roster_change`); `report` returns the audit entry and the line to the team."""
        places = tuple(roster)

        def work(transaction: Transaction) -> RosterChange:
            # Read in the transaction, so that nobody can take a place in between.
            rows = transaction.fetch_all(f"SELECT {_COLUMNS} FROM participant")  # noqa: S608 - names only
            change = participants.roster_change(map(_participant, rows), places)
            transaction.execute_many("DELETE FROM participant WHERE id = ?", [(place.id,) for place in change.gone])
            _put(transaction, (*change.new, *change.changed))
            outdate_requests(transaction)
            _report(transaction, *report(change))
            return change

        change = await self._database.write(work)
        for place in change.gone:
            self._places.pop(place.id, None)
        for place in (*change.new, *change.changed):
            self._remember(place)
        return change


def _report(transaction: Transaction, deed: AuditEntry | None, report: Announcement | None) -> None:
    """Record an action in the audit and plan its report to the team."""
    if deed:
        record(transaction, deed)
    if report:
        plan_delivery(transaction, report)


def _row(place: Participant) -> Row:
    return (
        place.id,
        place.name,
        place.administration,
        place.country,
        place.organisation,
        place.language,
        place.role,
        place.person,
        iso_utc(place.joined_at) if place.joined_at else None,
        place.grant.role_id if place.grant else None,
        iso_utc(place.grant.since) if place.grant else None,
    )


def vacate(transaction: Transaction, person: int) -> None:
    """Remove a person from their place, in the transaction that erases everything else of theirs."""
    for row in transaction.fetch_all(f"SELECT {_COLUMNS} FROM participant WHERE person = ?", (person,)):  # noqa: S608 - names only
        place = _participant(row)
        transaction.execute("DELETE FROM participant WHERE id = ?", (place.id,))
        if kept := participants.vacated_place(place):
            _put(transaction, (kept,))


def _put(transaction: Transaction, places: Iterable[Participant]) -> None:
    transaction.execute_many(
        f"INSERT INTO participant ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - names only
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, administration = excluded.administration,"
        " country = excluded.country, organisation = excluded.organisation, language = excluded.language,"
        " role = excluded.role, person = excluded.person, joined_at = excluded.joined_at,"
        " granted_role = excluded.granted_role, server_joined_at = excluded.server_joined_at",
        map(_row, places),
    )
