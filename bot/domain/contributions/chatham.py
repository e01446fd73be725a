"""The Chatham House Rule: what was said may be told, by whom may not; and groups in which nobody can be recognised."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.domain.contributions.feedback import (
    SMALLEST_GROUP,
    WORKSHOP,
    FeedbackAnswer,
    FeedbackSummary,
    feedback_summary,
)
from bot.domain.contributions.notes import Note
from bot.domain.contributions.questions import Question
from bot.domain.plan import Plan

T = TypeVar("T")

#: An address, or somebody whom Discord shows by name.
_LINK = re.compile(r"<@!?\d+>|(?:https?://|www\.)\S+", re.IGNORECASE)
#: An id of Discord's, or a veiled one.
_ID = re.compile(r"\b(?:\d{15,20}|[0-9a-f]{16})\b")


def is_confidential(plan: Plan, said: Note | Question) -> bool:
    """Whether a note or a question is under the rule: since it was made, or by the plan in force."""
    if isinstance(said, Note):
        return said.confidential or said.topic in plan.confidential_topics
    return said.confidential or said.session in plan.confidential_sessions


def veiled_id(secret: str, key: str) -> str:
    """The id under which others see a note or a question: always the same, and it doesn't lead back.

    The id in the store may be that of the Discord message from which the note was saved, which shows its author.
    """
    return hashlib.blake2b(key.encode(), digest_size=8, key=bytes.fromhex(secret)).hexdigest()


def veil_ids(told: str, veil: Callable[[str], str], named: Collection[str] = ()) -> str:
    """A text in which every id is veiled, but for those of what may be told by name."""
    return _ID.sub(lambda found: found[0] if found[0] in named else veil(found[0]), told)


def without_links(told: str) -> str:
    """A text without the addresses and accounts in it, which may lead to whoever wrote it."""
    return _LINK.sub("[…]", told)


def shuffled(rows: Iterable[T]) -> list[T]:
    """The rows in an order that tells nothing of when each was written: the same each time, for the same rows."""
    return sorted(rows, key=lambda row: hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=8).digest())


def named_part(plan: Plan) -> Plan | None:
    """The plan with the sessions alone that are not under the rule; None if there are none."""
    return _part(plan, under=False)


def confidential_part(plan: Plan) -> Plan | None:
    """The plan with the sessions alone that are under the rule; None if there are none."""
    return _part(plan, under=True)


def _part(plan: Plan, *, under: bool) -> Plan | None:
    sessions = tuple(s for s in plan.agenda if (s.id in plan.confidential_sessions) is under)
    return plan.with_agenda(replace(plan.agenda, sessions=sessions)) if sessions else None


def nameable_groups(members: Iterable[tuple[str, Hashable]]) -> frozenset[str]:
    """The groups that may be named: those of at least SMALLEST_GROUP. `members`: each with the group that it is in.

    Where only one group is smaller, the smallest of the others isn't named either: what is left unnamed would else be
    known to be that group's.
    """
    groups: dict[str, set[Hashable]] = {}
    for group, member in members:
        groups.setdefault(group, set()).add(member)
    by_size = sorted(groups, key=lambda name: (len(groups[name]), name))
    small = sum(len(groups[name]) < SMALLEST_GROUP for name in by_size)
    return frozenset(by_size[2 if small == 1 else small :])


def protected_summary(subject: str, answers: Collection[FeedbackAnswer], attended: Collection[int]) -> FeedbackSummary:
    """What the answers about a session, or the workshop, add up to.

    The choices are told of no session that `nameable_groups` leaves unnamed: an export has its answers all the same.
    """
    told = nameable_groups((answer.subject, answer.person) for answer in answers if answer.subject != WORKSHOP)
    found = feedback_summary(subject, answers, attended)
    return found if subject == WORKSHOP or subject in told else replace(found, counts=None)


def merge_small_groups(
    groups: Mapping[str, Sequence[T]], person: Callable[[T], Hashable]
) -> tuple[tuple[str | None, tuple[T, ...]], ...]:
    """The groups in their order, those of fewer than SMALLEST_GROUP persons as one, without a name, at the end.

    If those are still too few together, the smallest of the others joins them: what is left out could else be worked
    out from the sum. Nothing at all is told of fewer than SMALLEST_GROUP.
    """

    def size(members: Iterable[T]) -> int:
        return len({person(member) for member in members})

    kept = {name: tuple(members) for name, members in groups.items() if size(members) >= SMALLEST_GROUP}
    pooled = tuple(member for name, members in groups.items() if name not in kept for member in members)
    while pooled and size(pooled) < SMALLEST_GROUP and kept:
        smallest = min(kept, key=lambda name: (size(kept[name]), name))
        pooled += kept.pop(smallest)
    return (*kept.items(), *(((None, pooled),) if size(pooled) >= SMALLEST_GROUP else ()))
