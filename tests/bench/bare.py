"""The yardstick: a discord.py bot that answers whatever is pressed with "pong" and keeps nothing.

`python -m tests.bench.bare` runs it as it comes; with `--floor`, on the loop and with the settings that Plenary has.
BARE_API and BARE_TOKEN tell where and as whom. BARE_DUE, if given, is a JSON list of [instant, channel]: so many
messages are sent by the loop's `call_later` once it is ready.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot import runtime

Interaction = discord.Interaction["Pong"]


class Pong(discord.Client):
    """Answers "pong"."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - discord.py's own
        super().__init__(intents=discord.Intents.default(), **settings)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(agenda)
        self.tree.add_command(checkin)
        self._tasks: set[asyncio.Task[object]] = set()

    async def setup_hook(self) -> None:
        """Answer the button after a restart, too."""
        self.add_view(Panel())

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer forms: discord.py itself answers only those that it has sent."""
        if interaction.type is discord.InteractionType.modal_submit:
            await interaction.response.send_message("pong", ephemeral=True)

    async def on_ready(self) -> None:
        """Have what is due sent when it is."""
        for due, channel in json.loads(os.environ.get("BARE_DUE", "[]")):
            self.loop.call_later(due - time.time(), self._send, self.get_partial_messageable(channel))

    def _send(self, channel: discord.PartialMessageable) -> None:
        task: asyncio.Task[object] = asyncio.create_task(channel.send("The session begins."))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Panel(ui.View):
    """A message's button."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Ping", custom_id="ping")
    async def ping(self, interaction: Interaction, _: ui.Button[Panel]) -> None:
        """Answer a press."""
        await interaction.response.send_message("pong", ephemeral=True)


@app_commands.command(description="Says pong")
async def agenda(interaction: Interaction) -> None:
    """Answer a command."""
    await interaction.response.send_message("pong", ephemeral=True)


@app_commands.command(description="Says pong")
async def checkin(interaction: Interaction, session: str) -> None:
    """Answer a command that suggests."""
    await interaction.response.send_message(f"pong {session}", ephemeral=True)


@checkin.autocomplete("session")
async def suggest(_: Interaction, _typed: str) -> list[app_commands.Choice[str]]:
    """Suggest something."""
    return [app_commands.Choice(name="pong", value="pong")]


async def _on_our_floor(token: str) -> None:
    runtime.collect_rarely()
    async with Pong(connector=aiohttp.TCPConnector(limit=runtime.CONNECTIONS)) as client:
        await client.start(token)


def main() -> None:
    """Run until stopped."""
    Route.BASE = os.environ["BARE_API"]
    gateway = URL(Route.BASE).origin()
    DiscordWebSocket.DEFAULT_GATEWAY = gateway.with_scheme("wss" if gateway.scheme == "https" else "ws")
    token = os.environ["BARE_TOKEN"]
    if "--floor" in sys.argv:
        runtime.run(_on_our_floor(token))
    else:
        Pong().run(token)


if __name__ == "__main__":
    main()
