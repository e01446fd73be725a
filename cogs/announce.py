"""/announce: what moderators announce, now or at a wall time of the workshop's zone."""

from __future__ import annotations

import hashlib

import discord
from discord import app_commands
from discord.ext import commands

from bot import posts
from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain import limits
from bot.domain.access import Role
from bot.domain.announcements import CUSTOM_LIFETIME, Announcement, Kind
from bot.domain.text import clean, measure, shorten
from bot.domain.venue import AGENDA, TEAM
from bot.i18n import text
from bot.posts import Post
from bot.store.announcements import CustomAnnouncement
from bot.store.deliveries import Delivery
from bot.ui import DONE, Interaction, RefusalError, answer, meant, suggestions


class Announce(commands.GroupCog, group_name="announce", group_description="Announcements of the moderators"):
    """What moderators announce."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.MODERATOR)
    @app_commands.command(name="new", description="Announce something, at a time of the workshop's zone")
    @app_commands.describe(
        text="What to announce",
        channel="Where: the announcements or a topic's channel",
        when="A time of the workshop's zone: 14:30, tomorrow 09:00, 2023-02-21 14:30",
    )
    async def new(
        self, interaction: Interaction, text: app_commands.Range[str, 1, 2000], channel: discord.TextChannel, when: str
    ) -> None:
        """Plan an announcement. The same text for the same place and instant is the same announcement."""
        plan, now = self._parts.plan, self._parts.clock.now()
        words = clean(text)
        if not words or measure(words) > limits.MESSAGE_TEXT - 10:
            raise RefusalError("refused.announce.empty")
        room, due = self._room(channel), meant(when, now, plan)
        key = hashlib.blake2b(f"{room}|{due.isoformat()}|{words}".encode(), digest_size=8).hexdigest()
        custom = CustomAnnouncement(key, words, room, due, plan.zone, interaction.user.id, now)
        announcement = _announcement(plan.id, custom)
        fresh = await self._parts.store.announcements.add(custom, announcement)
        self._parts.courier.stir()
        await self._tell(
            interaction,
            "announce.planned" if fresh else "announce.already",
            when=posts.moment(due, "F"),
            wall=f"{due.astimezone(plan.tz):%Y-%m-%d %H:%M}",
            zone=plan.zone,
            channel=channel.mention,
        )

    @needs(Role.MODERATOR)
    @app_commands.command(name="list", description="What you and the other moderators have still to announce")
    async def list_planned(self, interaction: Interaction) -> None:
        """What is still to be sent."""
        language = self._parts.access.language(interaction)
        lines = [
            f"{posts.moment(delivery.due, 'F')} · <#{self._parts.venue.rooms.get(delivery.room, 0)}>\n> "
            + shorten(custom.text, 200).replace("\n", "\n> ")
            for delivery, custom in (await self._planned())[:10]
        ]
        heading = text(language, "announce.list", n=len(lines))
        await answer(interaction, Post((f"{DONE} {heading}", *lines)))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Take back something that is still to be announced")
    @app_commands.describe(announcement="Which one: begin to type its text")
    async def cancel(self, interaction: Interaction, announcement: str) -> None:
        """Take one back."""
        custom = await self._parts.store.announcements.find(announcement)
        if custom is None:
            raise RefusalError("refused.announce.unknown")
        delivery = _announcement(self._parts.plan.id, custom)
        if not await self._parts.store.deliveries.cancel(delivery.id, self._parts.clock.now()):
            raise RefusalError("refused.announce.too_late")
        self._parts.courier.stir()
        await self._tell(interaction, "announce.cancelled", when=posts.moment(custom.due, "F"))

    @cancel.autocomplete("announcement")
    async def suggest_planned(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What is still to be sent, by its wall time and first words."""
        tz = self._parts.plan.tz
        planned = await self._planned()
        named = ((c.id, " ".join(f"{d.due.astimezone(tz):%d.%m. %H:%M} · {c.text}".split())) for d, c in planned)
        return suggestions(typed, named)

    async def _planned(self) -> list[tuple[Delivery, CustomAnnouncement]]:
        planned = await self._parts.store.deliveries.planned(Kind.CUSTOM)
        found = [(delivery, await self._parts.store.announcements.find(delivery.subject)) for delivery in planned]
        return [(delivery, custom) for delivery, custom in found if custom is not None]

    def _room(self, channel: discord.TextChannel) -> str:
        keys = {discord_id: key for key, discord_id in self._parts.venue.rooms.items()}
        room = keys.get(channel.id)
        if room is None or room in {AGENDA, TEAM}:
            raise RefusalError("refused.announce.channel", channel=channel.mention)
        return room

    async def _tell(self, interaction: Interaction, key: str, **values: object) -> None:
        language = self._parts.access.language(interaction)
        await answer(interaction, f"{DONE} {text(language, key, **values)}")


def _announcement(workshop: str, custom: CustomAnnouncement) -> Announcement:
    return Announcement(workshop, Kind.CUSTOM, custom.id, custom.room, custom.due, custom.due + CUSTOM_LIFETIME)


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Announce(client))
