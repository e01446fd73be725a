"""The workshop's database, opened for a command of the shell."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.importing import plan_file
from bot.settings import Settings, SettingsError
from bot.store import Store, plan_in_force
from bot.store.plan_in_force import PlanInForce


@asynccontextmanager
async def opened(chosen: Settings, *, to_read: bool = True) -> AsyncGenerator[tuple[PlanInForce, Store]]:
    """Open the workshop as its database holds it, with the plan that the bot last started with.

    Raises SettingsError if there is no database, WrongWorkshopError if the plan of the settings is another workshop's.
    """
    expected = plan_file.load_plan(chosen.plan).plan if chosen.plan else None
    if not chosen.database.exists():
        raise SettingsError(f"There is no database at {chosen.database}. Set PLENARY_DATABASE to the bot's.")
    async with plan_in_force.opened(chosen.database, expected, to_read=to_read) as workshop:
        yield workshop
