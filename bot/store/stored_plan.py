"""The stored plan. A database belongs to one workshop."""

from __future__ import annotations

import json

from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.plan import Plan
from bot.store.engine.database import Database
from bot.store.engine.errors import DatabaseUnusableError, WrongWorkshopError
from bot.store.engine.instants import instant
from bot.store.facts import Facts

#: The fact that holds the plan, as Plan.as_json writes it.
PLAN_FACT = "plan"


class Plans:
    """The plan fact, and which workshop the database belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facts = Facts(database)

    async def held(self, given: Plan | None = None) -> Plan:
        """Return the plan that the bot last started with; if none is stored (an older database), `given`.

        Raises WrongWorkshopError if `given` is another workshop's, DatabaseUnusableError if there is no plan.
        """
        if given is not None:
            await self.require(given)
        stored = await self._facts.get(PLAN_FACT)
        plan = given if stored is None else _plan(stored)
        if plan is None:
            raise DatabaseUnusableError(
                f"{self._database.path} doesn't hold a plan that this Plenary knows, and without one nobody can tell "
                "what may be told of it. Start the bot once with PLENARY_PLAN set to the workshop's plan: it keeps the "
                "plan in the database."
            )
        return plan

    async def require(self, plan: Plan) -> None:
        """Raise WrongWorkshopError if the database holds another workshop than the plan's."""
        stored = await self._facts.get(PLAN_FACT)
        held = workshop_of(stored) if stored else ""
        if held and held != plan.id:
            raise WrongWorkshopError(self._database.path, held, plan.id)
        if not held and not await self._may_be_of(plan):
            raise WrongWorkshopError(self._database.path, "", plan.id)

    async def follow(self, plan: Plan) -> None:
        """Store the plan that the bot starts with. Raises as `require` does."""
        await self.require(plan)
        if await self._facts.get(PLAN_FACT) != (written := plan.as_json()):
            await self._facts.put(PLAN_FACT, written)

    async def _may_be_of(self, plan: Plan) -> bool:
        """Return whether a database without a plan (an older one) may be the plan's, by the ids of its deliveries."""
        rows = await self._database.read("SELECT id, kind, subject, due FROM delivery WHERE length(id) = 24")
        if rows:
            return any(_announced(plan.id, *row) for row in rows)
        rows = await self._database.read("SELECT id FROM session WHERE planned IS NOT NULL")
        return not rows or any(plan.agenda.find(session) for (session,) in rows)


def _announced(workshop: str, key: str, kind: str, subject: str, due: str) -> bool:
    at = instant(due)
    return key in {Announcement(workshop, Kind(kind), subject, "", at, at, again).id for again in (False, True)}


def workshop_of(stored: str) -> str:
    """Return the workshop's id from a stored plan; empty if it can't be read."""
    try:
        return str(json.loads(stored)["id"])
    except (ValueError, TypeError, KeyError):
        return ""


def _plan(stored: str) -> Plan | None:
    try:
        return Plan.from_json(stored)
    except ValueError:
        return None
