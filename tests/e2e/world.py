"""A simulated server with people, the real bot in its own process, its database, and time that a test moves."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import discord
from simcord.backend import serializers
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.domain.plan import Plan
from bot.rehearsal.cast.script import wall
from bot.rehearsal.discord.calls import ReceivedAnswer, SeenMessage
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.people import Person
from bot.rehearsal.timekeeper import Timekeeper
from tests.e2e.shell import Ran
from tests.e2e.witness import Witness
from tests.warm import Forked, WarmBot, plenary_command

TOKEN: Final = "end-to-end.token"  # noqa: S105 - of a simulated Discord, which knows no other


# Clocks are put forward on the Sunday between its two days.
PLAN: Final = """
id: customs-lab
title: {en: Customs lab, fr: Atelier des douanes, ar: مختبر الجمارك}
description: {en: Two days of trying out, fr: Deux jours pour essayer, ar: يومان من التجارب}
organiser: World Customs Organization
zone: Europe/Brussels
languages: [en, fr, ar]
topics:
  - id: ledgers
    title: {en: Shared ledgers, fr: Registres partagés, ar: السجلات المشتركة}
    description: {en: Who may write, fr: Qui peut écrire, ar: من يحق له الكتابة}
  - id: sensors
    title: {en: Sensors, fr: Capteurs, ar: أجهزة الاستشعار}
    description: {en: What they see, fr: Leur regard, ar: ما تراه}
days:
  - date: 2023-03-25
    sessions:
      - id: welcome
        kind: opening
        start: "09:00"
        end: "09:30"
        title: {en: Welcome, fr: Bienvenue, ar: ترحيب}
      - id: cases
        kind: presentation
        start: "09:30"
        end: "10:30"
        topic: ledgers
        title: {en: Ledgers at work, fr: Registres au travail, ar: السجلات في العمل}
      - id: pause
        kind: break
        start: "10:30"
        end: "10:45"
        title: {en: Coffee, fr: Café, ar: قهوة}
      - id: talk
        kind: discussion
        start: "10:45"
        end: "11:30"
        topic: ledgers
        title: {en: Questions, fr: Questions, ar: أسئلة}
  - date: 2023-03-27
    sessions:
      - id: panel
        kind: panel
        start: "09:00"
        end: "10:00"
        topic: sensors
        title: {en: Sensor panel, fr: Table ronde, ar: حلقة نقاش}
      - id: farewell
        kind: closing
        start: "10:00"
        end: "10:30"
        title: {en: Farewell, fr: Au revoir, ar: وداعا}
announcements:
  soon:
    lead: 10
    kinds: [opening, presentation, discussion, panel, closing]
  start:
    kinds: [opening, presentation, discussion, panel, break, closing]
  end:
    kinds: [presentation, discussion, panel, closing]
questions:
  anonymous: true
"""


BEGINS: Final = "2023-03-24 12:00"


ROOMS: Final = (
    "Customs lab", "welcome", "help-desk", "team", "agenda", "announcements", "questions", "plenary", "ledgers",
    "sensors",
)  # fmt: skip


ROLES: Final = ("Organiser", "Moderator", "Participant")


async def eventually(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait until a condition holds; fails with `what` if it does not within the real seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        await asyncio.sleep(0.005)


@dataclass(repr=False)
class World:
    """A server with people, the bot's process and database, and the time of both."""

    folder: Path
    plan: Plan
    discord: LoopbackDiscord
    keeper: Timekeeper
    witness: Witness
    guild_id: int
    general: int
    people: dict[str, Person]
    bot: WarmBot
    running: bool = False
    settings: dict[str, str] = field(default_factory=dict[str, str])
    """Further settings of the bot."""
    forgiven: set[str] = field(default_factory=set[str])
    """Kinds of faults that the test provokes on purpose; see `faults`."""

    # --- time

    def at(self, moment: str) -> datetime:
        """The instant of a wall time in the workshop's zone, such as 2023-03-25 09:30."""
        return wall(moment, self.plan.tz)

    async def until(self, moment: str | datetime) -> None:
        """Move time to an instant, and wait until the bot has done everything due by then."""
        await self.keeper.sleep_until(self.at(moment) if isinstance(moment, str) else moment)
        await self.settle()

    async def settle(self) -> None:
        """Let three seconds of the rehearsal's time pass, so that the bot does its work and rests."""
        await self.keeper.sleep_until(self.keeper.now() + timedelta(seconds=3))

    async def jump(self, moment: str | datetime) -> None:
        """Move time while no bot runs."""
        assert not self.running
        await self.keeper._move_to(  # noqa: SLF001 - time is moved for a bot that rests; here there is none
            self.at(moment) if isinstance(moment, str) else moment
        )

    eventually = staticmethod(eventually)

    # --- the bot

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": TOKEN,
            "PLENARY_PLAN": str(self.folder / "plan.yaml"),
            "PLENARY_DATABASE": str(self.database),
            "PLENARY_BACKUPS": str(self.folder / "backups"),
            "PLENARY_HEALTH": str(self.folder / "plenary.health"),
            "PLENARY_API_BASE": self.discord.api_base,
            "PLENARY_CLOCK": self.keeper.address,
            **self.settings,
        }

    @property
    def database(self) -> Path:
        return self.folder / "data" / "plenary.db"

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text("utf-8")

    async def start_bot(self) -> None:
        """Start the bot, and wait until it is online and has done its work."""
        self.bot = WarmBot(self.environment, self.folder / "bot.log")
        await self.bot.start()
        self.running = True
        async with asyncio.timeout(30):
            await self.discord.wait_online()
        await self.settle()

    async def stop_bot(self) -> int:
        """Send SIGTERM, and return the exit code; may take 8 s."""
        code = await self.bot.stop()
        await self._offline()
        return code

    async def kill_bot(self) -> None:
        """Send SIGKILL, and wait until Discord has noticed."""
        await self.bot.abandon()
        await self._offline()

    def kill_in_the_act(self) -> None:
        """Send SIGKILL during a request of the bot: Discord handles the request, but the bot never gets the answer."""
        process = self.bot._process  # noqa: SLF001 - to wait would let the bot get the answer
        assert process is not None
        process.kill()

    async def cut(self) -> None:
        """Break the bot's connection to the gateway, as a network failure does; the bot reconnects."""
        self.discord.gateway.cut()
        async with asyncio.timeout(20):
            while self.discord.online:  # noqa: ASYNC110 - it may reconnect within milliseconds
                await asyncio.sleep(0)

    async def _offline(self) -> None:
        await eventually(lambda: not self.discord.online, "the end of the bot's connection")
        self.running = False

    async def plenary(self, *arguments: str, **environment: str) -> Ran:
        """Run a shell command with the bot's settings, some replaced by those given."""
        with NamedTemporaryFile() as out, NamedTemporaryFile() as err:
            forked = Forked(plenary_command, arguments, {**self.environment, **environment}, out.name, err.name)
            try:
                async with asyncio.timeout(90):
                    code = await forked.wait()
            finally:
                forked.kill()
            return Ran(code, out.read(), err.read().decode())

    # --- people

    @property
    def organiser(self) -> Person:
        return self.people["organiser"]

    @property
    def moderator(self) -> Person:
        return self.people["moderator"]

    @property
    def amina(self) -> Person:
        """A participant whose Discord speaks English."""
        return self.people["amina"]

    @property
    def karim(self) -> Person:
        """A participant whose Discord speaks French."""
        return self.people["karim"]

    @property
    def visitor(self) -> Person:
        """A person in the server who is not in the workshop."""
        return self.people["visitor"]

    async def setup(self) -> ReceivedAnswer:
        """The organiser runs `/workshop setup` and gives people their roles."""
        answer = await self.organiser.slash(self.general, "workshop setup")
        self.hand_out_roles()
        await self.settle()
        return answer

    def hand_out_roles(self) -> None:
        roles = {role.name: role.id for role in self.discord.backend.guilds[self.guild_id].roles.values()}
        given = {"organiser": "Organiser", "moderator": "Moderator", "amina": "Participant", "karim": "Participant"}
        for name, role in given.items():
            self.discord.give_role(self.people[name], roles[role])

    def allow(self, channel_id: int, role_id: int, permission: str) -> None:
        """Grant a role a permission in a channel, as an administrator would."""
        overwrites = self.discord.backend.get_channel(channel_id).overwrites
        overwrite = next((overwrite for overwrite in overwrites if overwrite.target_id == role_id), None)
        bit = discord.Permissions(**{permission: True}).value
        allowed, denied = (overwrite.allow, overwrite.deny) if overwrite else (0, 0)
        self.discord.backend.set_overwrite(
            channel_id, Overwrite(role_id, OverwriteType.ROLE, allowed | bit, denied & ~bit)
        )

    async def press(self, person: Person, channel: str, button: str) -> ReceivedAnswer:
        """Press the button whose custom id begins with `button`, under the latest message that has one."""
        for message in reversed(self.messages(channel)):
            for custom_id in message.custom_ids:
                if custom_id.startswith(button):
                    return await person.press(message.id, message.channel_id, custom_id)
        raise AssertionError(f"no button {button} in #{channel}")

    async def press_in(self, person: Person, answer: ReceivedAnswer, channel: str, button: str) -> ReceivedAnswer:
        """Press a button of an ephemeral answer."""
        assert answer.message_id is not None
        custom_id = next(custom_id for custom_id in buttons(answer) if custom_id.startswith(button))
        return await person.press(answer.message_id, self.channel(channel), custom_id)

    def plant(self, channel_id: int, custom_id: str) -> SeenMessage:
        """Post a message of the bot with one button, as an earlier version may have left it."""
        button = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id}
        backend = self.discord.backend
        row = {"type": 1, "components": [button]}
        made = backend.create_message(channel_id, backend.bot_user.id, "From long ago", components=[row])
        return next(message for message in self.discord.messages(channel_id) if message.id == made.id)

    # --- what is there

    def channels(self) -> list[str]:
        """The names of the workshop's category and its channels, and of whatever else looks like them, in order."""
        return [name for each in self._channels() if (name := each.name or "") != "general"]

    def _channels(self) -> list[Any]:
        return [each for each in self.discord.backend.channels.values() if each.guild_id == self.guild_id]

    def channel(self, name: str) -> int:
        found = [each.id for each in self._channels() if each.name == name]
        assert len(found) == 1, f"{len(found)} channels named {name}"
        return found[0]

    def roles(self) -> list[str]:
        """The names of the workshop's roles, doubles included."""
        every = [role.name for role in self.discord.backend.guilds[self.guild_id].roles.values()]
        return sorted(name for name in every if name in ROLES)

    def role(self, name: str) -> int:
        found = [r.id for r in self.discord.backend.guilds[self.guild_id].roles.values() if r.name == name]
        assert len(found) == 1, f"{len(found)} roles named {name}"
        return found[0]

    def may(self, person: Person, channel: str, permission: str) -> bool:
        """Whether somebody has a permission in a channel, as Discord computes it."""
        held = self.discord.backend.compute_permissions(self.guild_id, person.id, self.channel(channel))
        return bool(getattr(discord.Permissions(held), permission))

    def picture(self) -> str:
        """Everything about the server's channels and roles, as Discord tells it to bots."""
        backend = self.discord.backend
        channels = [dict(serializers.channel_payload(backend, each)) for each in self._channels()]
        for each in channels:
            each.pop("last_message_id", None)
        roles = [serializers.role_payload(role) for role in backend.guilds[self.guild_id].roles.values()]
        return json.dumps({"channels": channels, "roles": roles}, sort_keys=True)

    def messages(self, channel: str) -> list[SeenMessage]:
        """What everyone in a channel sees, oldest first."""
        return self.discord.messages(self.channel(channel))

    def titles(self, channel: str) -> list[str]:
        """The first line of each message of a channel, oldest first."""
        return [message.text.splitlines()[0] for message in self.messages(channel)]

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the database holds on disk, read beside the bot."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def rewrite(self, sql: str, *parameters: object) -> int:
        """Change the database by hand, while no bot runs; how many rows were changed."""
        assert not self.running
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(sql, parameters).rowcount

    # --- the end

    def faults(self) -> list[str]:
        """What must not have happened, whatever the test was about, unless it is forgiven."""
        found = {
            "gap": self.discord.faults_of_ours,
            "violation": self.witness.violations,
            "invalid": [f"{self.discord.requests_invalid} requests were invalid"]
            if self.discord.requests_invalid
            else [],
            "error": self._logged_errors(),
        }
        return [fault for kind, faults in found.items() if kind not in self.forgiven for fault in faults]

    def _logged_errors(self) -> list[str]:
        """The bot's log from the first error on: that of a failure of ours, not of Discord's or of the network."""
        path = self.folder / "bot.log"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        wrong = [n for n, line in enumerate(lines) if " ERROR " in line[:40] or " CRITICAL " in line[:40]]
        return lines[wrong[0] :] if wrong else []


def buttons(answer: ReceivedAnswer) -> list[str]:
    """The custom ids of the buttons in an answer."""
    rows = [row for row in answer.components if "components" in row]
    return [part["custom_id"] for row in rows for part in row["components"] if "custom_id" in part]


def stamp(moment: datetime, style: str = "t") -> str:
    """An instant as Discord's clients are told to show it."""
    return f"<t:{int(moment.timestamp())}:{style}>"
