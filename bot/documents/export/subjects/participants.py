"""Participants: the list, with who has come. Its columns are those of the list's own file, so that it reads back."""

from __future__ import annotations

from collections.abc import Iterable

from bot.documents.export.table import Row, Source, Table, local, whole
from bot.domain.contributions import chatham
from bot.domain.people.participants import Participant, sorted_places
from bot.domain.plan import Plan

COLUMNS = ("name", "administration", "country", "kind of organisation", "language", "role", "joined_at")


async def table(source: Source) -> Table:
    """One row a place."""
    return whole(COLUMNS, rows(source.plan, sorted_places(source.store.participants.all())))


def rows(plan: Plan, places: Iterable[Participant]) -> list[Row]:
    """One row a place, in the order in which they come.

    Where the whole workshop is under the Chatham House Rule: country and kind of organisation, of which those that
    fewer than three have together are not told.
    """
    every = tuple(places)
    if not plan.wholly_confidential:
        return [listed(plan, place) for place in every]
    told = chatham.nameable_groups((f"{place.country} {place.organisation}", place.id) for place in every)
    return chatham.shuffled(_bare(place, told=f"{place.country} {place.organisation}" in told) for place in every)


def listed(plan: Plan, place: Participant) -> Row:
    """A place with all that is known of it."""
    return (
        place.name,
        place.administration,
        place.country,
        str(place.organisation),
        place.language,
        place.role.name.lower(),
        local(plan, place.joined_at) if place.joined_at else None,
    )


def _bare(place: Participant, *, told: bool) -> Row:
    return (None, None, place.country if told else None, str(place.organisation) if told else None, None, None, None)
