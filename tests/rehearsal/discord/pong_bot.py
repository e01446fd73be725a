"""A small discord.py bot for the tests of the simulated Discord, run in a process of its own.

On command it does each thing that Plenary does on Discord. Environment: PONG_API (".../api/v10"), PONG_GATEWAY
("ws://..."), PONG_TOKEN. It exits with 3 if it can't log in.
"""

import asyncio
import io
import os
import sys
from typing import Any

import discord
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

Interaction = discord.Interaction["Pong"]

Route.BASE = os.environ["PONG_API"]
DiscordWebSocket.DEFAULT_GATEWAY = URL(os.environ["PONG_GATEWAY"])


class Pong(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        for command in (
            ping,
            think,
            silent,
            slow,
            form,
            suggest,
            post,
            edit,
            build,
            crowd,
            plant,
            history,
            choose,
            roles,
        ):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_view(Card())
        await self.tree.sync()


class Card(ui.LayoutView):
    """A Components V2 message with two buttons."""

    def __init__(self, text: str = "Check in here") -> None:
        super().__init__(timeout=None)
        here: ui.Button[Card] = ui.Button(label="I'm here", custom_id="here:1", style=discord.ButtonStyle.success)
        gone: ui.Button[Card] = ui.Button(label="Gone", custom_id="gone:1", disabled=True)
        here.callback = pressed
        self.add_item(ui.Container(ui.TextDisplay(text), ui.ActionRow(here, gone), accent_colour=0x004488))


async def pressed(interaction: Interaction) -> None:
    view = ui.LayoutView()
    view.add_item(ui.TextDisplay(f"Noted, {interaction.user.display_name}"))
    await interaction.response.send_message(view=view, ephemeral=True)


class Form(ui.Modal, title="Share a note"):
    hint = ui.TextDisplay("Two minutes are enough.")
    lesson = ui.Label(text="Lesson", component=ui.TextInput(custom_id="lesson", max_length=20))
    topic = ui.Label(
        text="Topic",
        component=ui.Select(
            custom_id="topic",
            options=[discord.SelectOption(label="AI", value="ai"), discord.SelectOption(label="IoT", value="iot")],
        ),
    )
    shown = ui.Label(
        text="Who may read it",
        component=ui.RadioGroup(
            custom_id="shown",
            options=[
                discord.RadioGroupOption(label="All", value="all"),
                discord.RadioGroupOption(label="Me", value="me"),
            ],
        ),
    )
    agreed = ui.Label(text="I agree", component=ui.Checkbox(custom_id="agreed"))

    def __init__(self) -> None:
        super().__init__(custom_id="note:new", timeout=None)

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        values = [
            part.component.value if isinstance(part.component, (ui.TextInput, ui.RadioGroup, ui.Checkbox)) else
            part.component.values
            for part in (self.lesson, self.topic, self.shown, self.agreed)
            if isinstance(part.component, (ui.TextInput, ui.RadioGroup, ui.Checkbox, ui.Select))
        ]  # fmt: skip
        await interaction.response.send_message(f"{values} {interaction.locale}", ephemeral=True)


@app_commands.command(description="Answers at once")
@app_commands.describe(word="What to say", times="How often")
async def ping(interaction: Interaction, word: str = "pong", times: app_commands.Range[int, 1, 3] = 1) -> None:
    await interaction.response.send_message(" ".join([word] * times), ephemeral=True)


@app_commands.command(description="Thinks, then answers with a file, and sends another")
async def think(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    first = discord.File(io.BytesIO(b"a,b\n1,2\n"), "report.csv", description="The report")
    await interaction.edit_original_response(content="Here it is", attachments=[first])
    await interaction.followup.send("And more", file=discord.File(io.BytesIO(b"x"), "more.txt"), ephemeral=True)


@app_commands.command(description="Never answers")
async def silent(_: Interaction) -> None:
    await asyncio.sleep(60)


@app_commands.command(description="Answers too late")
async def slow(interaction: Interaction) -> None:
    await asyncio.sleep(3.2)
    await interaction.response.send_message("late")


@app_commands.command(description="Shows a form")
async def form(interaction: Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="Suggests words")
async def suggest(interaction: Interaction, word: str) -> None:
    await interaction.response.send_message(word, file=discord.File(io.BytesIO(b"1"), "one.txt"))


@suggest.autocomplete("word")
async def suggestions(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=word, value=word) for word in ("blockchain", "bread") if word.startswith(typed)]


@app_commands.command(description="Says what was chosen")
async def choose(
    interaction: Interaction, who: discord.Member, where: discord.TextChannel, role: discord.Role, *, sure: bool
) -> None:
    await interaction.response.send_message(f"{who.display_name} {where.name} {role.name} {sure}", ephemeral=True)


@app_commands.command(description="Names the roles the bot has heard of, newest last")
async def roles(interaction: Interaction) -> None:
    assert interaction.guild is not None
    known = sorted(interaction.guild.roles, key=lambda role: role.id)
    await interaction.response.send_message(" ".join(role.name for role in known), ephemeral=True)


@app_commands.command(description="Posts twice with one nonce")
async def post(interaction: Interaction) -> None:
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    first = await channel.send(view=Card(), nonce="delivery-1")
    again = await channel.send(view=Card(), nonce="delivery-1")
    other = await channel.send(view=Card(), nonce="delivery-2")
    await interaction.response.send_message(f"{first.id == again.id} {first.id == other.id}", ephemeral=True)


@app_commands.command(description="Edits the last message")
async def edit(interaction: Interaction) -> None:
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    async for message in channel.history(limit=1):
        await message.edit(view=Card("Check in is closed"))
    await interaction.response.send_message("edited", ephemeral=True)


@app_commands.command(description="Builds a venue")
async def build(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    guild, member = interaction.guild, interaction.user
    assert guild is not None
    assert isinstance(member, discord.Member)
    role = await guild.create_role(name="Participants", permissions=discord.Permissions.none(), mentionable=True)
    hidden: dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite] = {
        guild.default_role: discord.PermissionOverwrite(view_channel=False),
        role: discord.PermissionOverwrite(view_channel=True),
        guild.me: discord.PermissionOverwrite(view_channel=True, manage_channels=True),
    }
    category = await guild.create_category("Workshop", overwrites=hidden)
    agenda = await guild.create_text_channel("agenda", category=category, overwrites=hidden, topic="Agenda")
    await guild.create_voice_channel("hall", category=category)
    await guild.create_stage_channel(
        "stage", category=category, overwrites={role: discord.PermissionOverwrite(connect=True)}
    )
    await agenda.set_permissions(role, view_channel=True, send_messages=False)
    await agenda.set_permissions(role, overwrite=None)
    await member.add_roles(role, reason="registered")
    names = [channel.name for channel in await guild.fetch_channels()]
    roles = [each.name for each in await guild.fetch_roles()]
    await interaction.followup.send(f"{names} {roles}", ephemeral=True)


@app_commands.command(description="Fills a category")
async def crowd(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild is not None
    category = await interaction.guild.create_category("crowd")
    code = 0
    try:
        for number in range(51):
            await category.create_text_channel(f"room-{number}")
    except discord.HTTPException as error:
        code = error.code
    await interaction.followup.send(f"{len(category.channels)} {code}", ephemeral=True)


@app_commands.command(description="Sends something Discord refuses")
async def plant(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=interaction.channel_id)
    bare = {"type": 1, "components": [{"type": 2, "custom_id": "x", "label": "No style"}]}
    try:
        await interaction.client.http.request(route, json={"content": "x", "components": [bare]})
    except discord.HTTPException as error:
        await interaction.followup.send(f"{error.status} {error.code}", ephemeral=True)


@app_commands.command(description="Reads the channel")
async def history(interaction: Interaction) -> None:
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    found = [message.id async for message in channel.history(limit=50)]
    await interaction.response.send_message(f"{len(found)} messages", ephemeral=True)


if __name__ == "__main__":
    try:
        Pong().run(os.environ["PONG_TOKEN"])
    except discord.LoginFailure:
        sys.exit(3)
