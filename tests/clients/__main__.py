"""Try a client library on the simulated Discord: `make clients`. Prints a line for each feature.

Each library has a small bot (discord_js.js, hikari_bot.py). People are driven over the control API, so that the same
list tries any library.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.rehearsal.discord.control import Control, RequestedFaults
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.world import World, build

Json = dict[str, Any]

_HERE = Path(__file__).parent
_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.simulated.token"  # noqa: S105 - a simulated Discord's own; hikari reads an id in it
_CLIENTS = {
    "discord.js": ("node", str(_HERE / "discord_js.js")),
    "hikari": (str(_HERE.parents[1] / ".cache/clients/venv/bin/python"), str(_HERE / "hikari_bot.py")),
}
_COMMANDS = 7
_PATIENCE = 30


@dataclass
class Trial:
    """One library against one simulated Discord; each step raises AssertionError or ClientResponseError."""

    client: aiohttp.ClientSession
    root: str

    async def state(self) -> Json:
        async with self.client.get(self.root) as reply:
            return await reply.json()

    async def until(self, true: Callable[[Json], bool]) -> None:
        """Wait until the state is as asked. Raises TimeoutError after half a minute."""
        async with asyncio.timeout(_PATIENCE):
            while not true(await self.state()):  # noqa: ASYNC110 - the state is at the other end of a connection
                await asyncio.sleep(0.1)

    async def post(self, address: str, /, **body: object) -> Json:
        async with self.client.post(f"{self.root}/{address}", json=body) as reply:
            answer = await reply.json()
            assert reply.status == 200, answer
            return answer

    async def act(self, action: str, /, **body: object) -> Json:
        return await self.post(f"people/person-1/{action}", channel="general", **body)

    async def login(self) -> None:
        await self.until(lambda state: state["online"])

    async def registration(self) -> None:
        await self.until(lambda state: len(state["commands"]) == _COMMANDS)

    async def ephemeral(self) -> None:
        answer = await self.act("slash", command="quick")
        assert (answer["text"], answer["ephemeral"]) == ("quick", True), answer

    async def deferred(self) -> None:
        assert (await self.act("slash", command="late"))["text"] == "late"

    async def modal(self) -> None:
        assert (await self.act("slash", command="form"))["modal"]["custom_id"] == "form"
        assert (await self.act("submit", custom_id="form", values={"text": "this"}))["text"] == "wrote this"

    async def components(self) -> None:
        message = (await self.act("slash", command="panel"))["message"]
        chosen = await self.act("choose", message=message, custom_id="select", values=["b"])
        assert chosen["text"] == "chose b", chosen
        assert (await self.act("press", message=message, custom_id="button"))["text"] == "pressed"

    async def upload(self) -> None:
        assert (await self.act("slash", command="file"))["files"][0]["filename"] == "a.csv"

    async def thread(self) -> None:
        assert (await self.act("slash", command="thread"))["text"] == "thread"

    async def role(self) -> None:
        assert (await self.act("slash", command="role"))["text"] == "role"

    async def rate_limit(self) -> None:
        await self.post("faults", fault="RATE_LIMIT", method="POST", path="/channels/*/threads")
        await self.thread()

    async def resume(self) -> None:
        await self.post("gateway/reconnect")
        await asyncio.sleep(2)
        await self.login()
        await self.ephemeral()

    async def nothing_missing(self) -> None:
        assert (await self.state())["not_simulated"] == []


_STEPS: tuple[Callable[[Trial], Awaitable[None]], ...] = (
    Trial.login, Trial.registration, Trial.ephemeral, Trial.deferred, Trial.modal, Trial.components, Trial.upload,
    Trial.thread, Trial.role, Trial.rate_limit, Trial.resume, Trial.nothing_missing,
)  # fmt: skip


async def _try(command: tuple[str, ...]) -> dict[str, str]:
    """Run every step of a library; what went wrong by step, "" for a step that went well."""
    faults = RequestedFaults()
    discord = LoopbackDiscord(lambda: datetime.now(UTC), token=_TOKEN, checker=None, draw=faults)
    control = Control(discord, build(discord, World(), people=2), faults)
    await discord.start(extend=control.add_to)
    root = discord.api_base.removesuffix("/v10")
    environment = {**os.environ, "API": root, "TOKEN": _TOKEN, "SERVER": str(next(iter(discord.backend.guilds)))}
    bot = await asyncio.create_subprocess_exec(*command, env=environment)
    seen: dict[str, str] = {}
    try:
        async with aiohttp.ClientSession() as client:
            trial = Trial(client, root.removesuffix("/api") + "/control")
            for step in _STEPS:
                name: str = step.__name__  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
                try:
                    await step(trial)
                    seen[name] = ""
                except (AssertionError, TimeoutError, aiohttp.ClientError) as fault:
                    seen[name] = f"{type(fault).__name__}: {fault}"
    finally:
        if bot.returncode is None:
            bot.kill()
        await bot.wait()
        await discord.close()
    return seen


def main() -> int:
    """Try the libraries; 1 if a step failed."""
    failed = 0
    for name, command in _CLIENTS.items():
        if shutil.which(command[0]) is None:
            print(f"{name:12} left out: there is no {command[0]}")  # noqa: T201 - the same
            continue
        for step, fault in asyncio.run(_try(command)).items():
            print(f"{name:12} {step:16} {fault or 'ok'}")  # noqa: T201 - the table is the output
            failed |= bool(fault)
    return failed


if __name__ == "__main__":
    sys.exit(main())
