"""The workshop as it is held: the plan, with the agenda as it stands after every change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from bot.domain.participants import Participant
from bot.domain.plan import Plan
from bot.store import Store
from bot.store.agenda import HeldSession, agenda_of

_ROSTER_FACT = "roster"


class Programme:
    """The plan in force, in memory; the store has what it is made of."""

    def __init__(self, plan: Plan, store: Store, roster: Sequence[Participant] | None = None) -> None:
        self._plan = plan
        self._roster = roster
        self._store = store
        self._held: tuple[HeldSession, ...] = ()

    async def follow(self, now: datetime) -> None:
        """Take over what the plan's file says anew."""
        await self._store.agenda.follow(self._plan.agenda, now)
        await self.load()
        await self._follow_roster()

    async def _follow_roster(self) -> None:
        """Take over the roster's file if it has changed: what was imported since outlives a start."""
        if self._roster is None:
            return
        digest = hashlib.blake2b(repr(self._roster).encode(), digest_size=8).hexdigest()
        if await self._store.facts.get(_ROSTER_FACT) != digest:
            await self._store.people.follow(self._roster)
            await self._store.facts.put(_ROSTER_FACT, digest)

    async def load(self) -> None:
        """Read the agenda as it is held; that of the plan's file, if none is held yet."""
        self._held = await self._store.agenda.all()
        if self._held:
            self._plan = self._plan.with_agenda(agenda_of(self._held))

    @property
    def plan(self) -> Plan:
        """The plan, with the agenda as it is held."""
        return self._plan

    @property
    def held(self) -> tuple[HeldSession, ...]:
        """Every session with its history in short, the cancelled ones included."""
        return self._held
