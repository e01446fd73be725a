"""Breakouts: a session's people in small groups, each in a room of its own, for some minutes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.announcement_kinds import KINDS, Kind
from bot.domain.announcements import Announcement, announce
from bot.domain.venue import Room, RoomForm, breakout_room

#: How many groups there can be: each is one of a select's options.
FEWEST, MOST = 2, 25
#: The time before the end at which each group gets a warning.
LEFT = timedelta(minutes=2)
#: How long after the end people are still called back; then the rooms are left as they are.
CALLING = KINDS[Kind.BACK].lifetime


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A participant of a breakout. Unknown fields are empty."""

    person: int
    name: str
    administration: str = ""
    organisation: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class BreakoutGroup:
    """One group; `number` counts from 1."""

    number: int
    members: tuple[GroupMember, ...]
    rapporteur: int | None = None
    """The Discord id of the member who speaks for the group."""

    def has(self, person: int) -> bool:
        """Whether somebody is in the group."""
        return any(member.person == person for member in self.members)

    @property
    def speaker(self) -> GroupMember | None:
        """The rapporteur, as long as they are in the group."""
        return next((member for member in self.members if member.person == self.rapporteur), None)


@dataclass(frozen=True, slots=True)
class Breakout:
    """A session's groups: proposed, and open once somebody has confirmed them. Instants are UTC."""

    id: str
    """The session's id, a dot, and a part that distinguishes its breakouts."""
    topic: str | None
    """The topic of the groups; None: the session's own subject."""
    minutes: int
    author: int
    proposed_at: datetime
    groups: tuple[BreakoutGroup, ...]
    opened_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def session(self) -> str:
        """The id of the session that it belongs to."""
        return self.id.partition(".")[0]

    def open(self, now: datetime) -> bool:
        """Whether the groups are at work."""
        return self.ends_at is not None and now < self.ends_at

    def group(self, number: int) -> BreakoutGroup | None:
        """The group of that number."""
        return next((group for group in self.groups if group.number == number), None)

    def group_of(self, person: int) -> BreakoutGroup | None:
        """The group that somebody is in."""
        return next((group for group in self.groups if group.has(person)), None)


def breakout_id(session: str, mark: str) -> str:
    """The id of one of a session's breakouts."""
    return f"{session}.{mark}"


# --- who is in which group -------------------------------------------------------------------------------------


def balanced_groups(people: Iterable[GroupMember], n: int, seed: str) -> tuple[tuple[GroupMember, ...], ...]:
    """Everybody in one of `n` groups, balanced; for the same people and seed always the same, in whatever order.

    People are dealt like cards from a sorted pack: of a run of k alike, no group gets more than k/n, rounded up. An
    administration is one run in the pack, and so is each kind of organisation; within these, languages are.
    """
    pack = sorted({member.person: member for member in people}.values(), key=lambda member: member.person)
    kinds = {
        name: _commonest(member.organisation for member in pack if member.administration == name) for name in _of(pack)
    }
    tongues = {
        name: _commonest(member.language for member in pack if member.administration == name) for name in _of(pack)
    }

    def place(member: GroupMember) -> tuple[str, ...]:
        home = member.administration
        sorted_by = (kinds[home], tongues[home], home, member.organisation, member.language, str(member.person))
        return tuple(_shuffled(seed, part) for part in sorted_by)

    pack.sort(key=place)
    return tuple(tuple(pack[number::n]) for number in range(n))


def _of(pack: Iterable[GroupMember]) -> set[str]:
    return {member.administration for member in pack}


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(values)
    return min(counted, key=lambda value: (-counted[value], value))


def _shuffled(seed: str, part: str) -> str:
    """A place in an order that only the seed decides."""
    return hashlib.blake2b(f"{seed}/{part}".encode(), digest_size=8).hexdigest()


# --- its rooms and messages ------------------------------------------------------------------------------------


def breakout_rooms(breakout: Breakout, names: Sequence[str], now: datetime) -> Iterator[Room]:
    """A breakout's rooms as they must be at `now`. `names`: their names at that time."""
    everybody = {member.person for group in breakout.groups for member in group.members}
    for group, name in zip(breakout.groups, names, strict=True):
        inside = frozenset(member.person for member in group.members)
        yield Room(
            breakout_room(breakout.id, group.number),
            RoomForm.VOICE,
            name,
            None,
            closes_at=breakout.ends_at,
            members=inside,
            strangers=frozenset(everybody - inside),
            wanted=breakout.open(now),
        )


def breakout_announcements(workshop: str, breakout: Breakout) -> Iterator[Announcement]:
    """The messages in the rooms of an open breakout: the group's members, the warning before the end, and the end."""
    if breakout.opened_at is None or breakout.ends_at is None:
        return
    opens, ends = breakout.opened_at, breakout.ends_at
    for group in breakout.groups:
        subject, room = f"{breakout.id}:{group.number}", breakout_room(breakout.id, group.number)
        yield announce(workshop, Kind.GROUP, subject, opens, ends=ends, room=room)
        if ends - LEFT > opens:
            yield announce(workshop, Kind.LEFT, subject, ends - LEFT, ends=ends, room=room)
        yield announce(workshop, Kind.BACK, subject, ends, room=room)
