"""The Chatham House Rule: what was said may be reported, but not who said it or who attended.

Also groups so small that somebody could be recognised in them. Source of the rule: Chatham House,
https://www.chathamhouse.org/about-us/chatham-house-rule.
"""

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


def is_confidential(plan: Plan, contribution: Note | Question) -> bool:
    """Return whether a note or a question is under the rule: since it was made, or by the plan in force."""
    if isinstance(contribution, Note):
        return contribution.confidential or contribution.topic in plan.confidential_topics
    return contribution.confidential or contribution.session in plan.confidential_sessions


def veiled_id(secret: str, key: str) -> str:
    """Return the id under which others see a note or a question: always the same, and it doesn't lead back.

    The id in the store may be that of the Discord message from which the note was saved, which shows its author.
    """
    return hashlib.blake2b(key.encode(), digest_size=8, key=bytes.fromhex(secret)).hexdigest()


def veil_ids(text: str, veil: Callable[[str], str], named: Collection[str] = ()) -> str:
    """Return the text with every id veiled, except the ids in `named`, which may be shown."""
    return _ID.sub(lambda match: match[0] if match[0] in named else veil(match[0]), text)


def without_links(text: str) -> str:
    """Return the text without its addresses and accounts, which may lead to its author."""
    return _LINK.sub("[…]", text)


def shuffled(rows: Iterable[T]) -> list[T]:
    """Return the rows in an order that doesn't show when each was written; the same rows always get the same order."""
    return sorted(rows, key=lambda row: hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=8).digest())


def named_part(plan: Plan) -> Plan | None:
    """Return the plan with only the sessions that are not under the rule; None if there are none."""
    return _part(plan, under=False)


def confidential_part(plan: Plan) -> Plan | None:
    """Return the plan with only the sessions that are under the rule; None if there are none."""
    return _part(plan, under=True)


def _part(plan: Plan, *, under: bool) -> Plan | None:
    sessions = tuple(s for s in plan.agenda if (s.id in plan.confidential_sessions) is under)
    return plan.with_agenda(replace(plan.agenda, sessions=sessions)) if sessions else None


def nameable_groups(members: Iterable[tuple[str, Hashable]]) -> frozenset[str]:
    """Return the groups that may be named: those of at least SMALLEST_GROUP. `members`: (group, member) pairs.

    Where only one group is smaller, the smallest of the others isn't named either: otherwise everything unnamed would
    be known to belong to that group.
    """
    groups: dict[str, set[Hashable]] = {}
    for group, member in members:
        groups.setdefault(group, set()).add(member)
    by_size = sorted(groups, key=lambda name: (len(groups[name]), name))
    small = sum(len(groups[name]) < SMALLEST_GROUP for name in by_size)
    return frozenset(by_size[2 if small == 1 else small :])


def protected_summary(subject: str, answers: Collection[FeedbackAnswer], attended: Collection[int]) -> FeedbackSummary:
    """Summarise the answers about a session or the workshop.

    The choices are left out for a session that `nameable_groups` leaves unnamed: an export lists its answers anyway.
    """
    nameable = nameable_groups((answer.subject, answer.person) for answer in answers if answer.subject != WORKSHOP)
    summary = feedback_summary(subject, answers, attended)
    return summary if subject == WORKSHOP or subject in nameable else replace(summary, counts=None)


def merge_small_groups(
    groups: Mapping[str, Sequence[T]], person: Callable[[T], Hashable]
) -> tuple[tuple[str | None, tuple[T, ...]], ...]:
    """Return the groups in their order, with those of fewer than SMALLEST_GROUP persons merged, unnamed, at the end.

    If those are still too few together, the smallest of the others joins them: otherwise the rest could be worked out
    from the sum. Fewer than SMALLEST_GROUP persons in all give nothing.
    """

    def size(members: Iterable[T]) -> int:
        return len({person(member) for member in members})

    kept = {name: tuple(members) for name, members in groups.items() if size(members) >= SMALLEST_GROUP}
    pooled = tuple(member for name, members in groups.items() if name not in kept for member in members)
    while pooled and size(pooled) < SMALLEST_GROUP and kept:
        smallest = min(kept, key=lambda name: (size(kept[name]), name))
        pooled += kept.pop(smallest)
    return (*kept.items(), *(((None, pooled),) if size(pooled) >= SMALLEST_GROUP else ()))
