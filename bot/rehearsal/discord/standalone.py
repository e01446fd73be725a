"""A simulated Discord served alone, for trying any bot or client: `plenary discord`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.rehearsal.discord.control import Control, RequestedFaults
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.world import World, build

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: the described server with so many more people, at a port (0: a free one)."""

    world: World
    people: int
    port: int
    token: str
    quiet: bool


async def serve(served: Served, now: Callable[[], datetime], tell: Callable[[str], None]) -> None:
    """Serve until cancelled, and tell the address, then each request unless `quiet`. Raises OSError for a taken port.

    Raises WorldFileError if the description contradicts itself.
    """
    faults = RequestedFaults()
    discord = LoopbackDiscord(now, token=served.token, checker=None, draw=faults)
    control = Control(discord, build(discord, served.world, served.people), faults)

    @web.middleware
    async def log(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.path.startswith("/api"):
            tell(f"{response.status} {request.method} {request.path_qs}")
        return response

    def extend(app: web.Application) -> None:
        control.add_to(app)
        if not served.quiet:
            app.middlewares.append(log)

    await discord.start(served.port, extend)
    root = discord.api_base.removesuffix("/api/v10")
    tell(f"API      {discord.api_base}")
    tell(f"gateway  {discord.gateway.address}")
    tell(f"control  {root}/control")
    tell(f"token    {served.token}")
    try:
        await asyncio.Event().wait()
    finally:
        await discord.close()
