"""Which administration has shared what, topic by topic, and who is to be reminded while there is time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.domain.contributions.note_reviews import UNSEEN, Review
from bot.domain.contributions.notes import Attribution, Audience, Note, Visibility, visible_to
from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role

#: Attributions that show the author's administration.
_TELLING = (Attribution.NAME, Attribution.ADMINISTRATION)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One administration, and the number of notes that it has shared, by the topic's id."""

    administration: str
    notes: Counter[str]


def as_shared(notes: Iterable[Note], reviews: Mapping[str, Review]) -> list[Note]:
    """The notes as they count here: one that has become a part of another was shared with all participants."""
    return [
        replace(note, visibility=Visibility.PARTICIPANTS) if reviews.get(note.id, UNSEEN).merged_into else note
        for note in notes
    ]


def coverage_rows(places: Iterable[Participant], notes: Iterable[Note], audience: Audience) -> list[CoverageRow]:
    """A row an administration, those that have shared nothing first; each by its name.

    Only what a reader of that audience may read counts, and only where its author wants to be known by their
    administration: a count must not disclose more than the note.
    """
    delegates = [place for place in places if place.role is Role.PARTICIPANT and place.administration]
    of_person = {place.person: place.administration for place in delegates if place.person is not None}
    counts: dict[str, Counter[str]] = {place.administration: Counter() for place in delegates}
    for note in notes:
        administration = of_person.get(note.author)
        telling = note.attribution in _TELLING and not note.confidential
        if administration and telling and visible_to(note, audience):
            counts[administration][note.topic] += 1
    return [CoverageRow(name, counts[name]) for name in sorted(counts, key=lambda name: (bool(counts[name]), name))]


def silent_participants(places: Iterable[Participant], notes: Iterable[Note]) -> tuple[int, ...]:
    """The Discord ids of those who have joined for an administration that has truly shared nothing, in any way."""
    all_places = tuple(places)
    sharers = {note.author for note in notes if note.visibility is not Visibility.PRIVATE}
    heard = {place.administration for place in all_places if place.person in sharers}
    return tuple(
        place.person
        for place in all_places
        if place.person is not None
        and place.role is Role.PARTICIPANT
        and place.administration
        and place.administration not in heard
    )
