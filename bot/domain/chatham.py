"""The Chatham House Rule: what was said may be told, by whom may not; and groups in which nobody can be recognised."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.domain.feedback import SMALLEST_GROUP
from bot.domain.plan import Plan

T = TypeVar("T")

#: An address, or somebody whom Discord shows by name.
_LINK = re.compile(r"<@!?\d+>|(?:https?://|www\.)\S+", re.IGNORECASE)


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


def told_groups(members: Iterable[tuple[str, Hashable]]) -> frozenset[str]:
    """The groups that may be named: those of at least SMALLEST_GROUP. `members`: each with the group that it is in."""
    groups: dict[str, set[Hashable]] = {}
    for group, member in members:
        groups.setdefault(group, set()).add(member)
    return frozenset(group for group, inside in groups.items() if len(inside) >= SMALLEST_GROUP)


def merged(
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
