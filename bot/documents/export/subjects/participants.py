"""Participants: the list, with who has joined. Its columns are a roster's, so that it can be imported again."""

from __future__ import annotations

from collections.abc import Iterable

from bot.documents.export.subject import ChathamRule, ExportSubject
from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.contributions.notes import Audience
from bot.domain.people.participants import Participant, sorted_places
from bot.domain.people.roles import Role
from bot.domain.plan import Plan

COLUMNS = ("name", "administration", "country", "kind of organisation", "language", "role", "joined_at")


def participants_rows(plan: Plan, places: Iterable[Participant]) -> list[Row]:
    """One row per place, in the order of `places`.

    Where the whole workshop is under the Chatham House Rule, only country and kind of organisation, and only those
    that at least three people share, shuffled.
    """
    places = tuple(places)
    if not plan.wholly_confidential:
        return [participant_row(plan, place) for place in places]
    shown = chatham.nameable_groups((_group(place), place.id) for place in places)
    return chatham.shuffled(_anonymous_row(place, shown=_group(place) in shown) for place in places)


def participant_row(plan: Plan, place: Participant) -> Row:
    """A place with all its details."""
    return (
        place.name,
        place.administration,
        place.country,
        str(place.organisation),
        place.language,
        place.role.name.lower(),
        local(plan, place.joined_at) if place.joined_at else None,
    )


def _group(place: Participant) -> str:
    return f"{place.country} {place.organisation}"


def _anonymous_row(place: Participant, *, shown: bool) -> Row:
    country, organisation = (place.country, str(place.organisation)) if shown else (None, None)
    return (None, None, country, organisation, None, None, None)


async def _table(source: Source) -> Table:
    return whole(COLUMNS, participants_rows(source.plan, sorted_places(source.store.participants.all())))


PARTICIPANTS = ExportSubject(
    name="participants",
    description="The list of participants with who has joined, as a file",
    role=Role.ORGANISER,
    audiences=(Audience.ORGANISERS,),
    chatham=ChathamRule.ANONYMOUS,
    table=_table,
)
