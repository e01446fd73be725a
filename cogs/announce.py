"""/announce: what moderators announce, shown first; and which automatic announcements are sent."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import limits
from bot.domain.announcement_kinds import QUIETABLE, Kind
from bot.domain.announcements import NotifiedRole
from bot.domain.announcements import custom as custom_announcement
from bot.domain.people.access import Role
from bot.domain.text import clean, measure, shorten_markdown
from bot.domain.venue import AGENDA, QUESTIONS, TEAM
from bot.messages import announcements as announcements_messages
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id, label
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.interactions import Interaction, parse_local_time
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from bot.store.delivery.announcements import CustomAnnouncement
from bot.store.delivery.deliveries import Delivery

#: Characters that a message has for the sign and the mention in front of the text.
_IN_FRONT = 40
#: How many one list names.
_LISTED = 10


class AnnounceCog(commands.GroupCog, group_name="announce", group_description="Announcements of the moderators"):
    """What moderators announce."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    # --- written, shown, confirmed -----------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(name="new", description="Announce something, at a time of the workshop's zone")
    @app_commands.describe(
        text="What to announce",
        channel="Where: the announcements or a topic's channel",
        when="A time of the workshop's zone: 14:30, tomorrow 09:00, 2023-02-21 14:30",
        notify="Whom to notify (nobody, if you leave it out)",
        daily="Whether it comes again at this time each day until the workshop ends",
    )
    async def new(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, 2000],
        channel: discord.TextChannel,
        when: str,
        notify: NotifiedRole | None = None,
        daily: bool = False,  # noqa: FBT001, FBT002 - Discord's own kind of option
    ) -> None:
        """Show an announcement. The same text for the same place, instant and people is the same announcement."""
        plan, now = self._parts.plan, self._parts.clock.now()
        custom = CustomAnnouncement(
            "", _words(text), self._room(channel), parse_local_time(when, now, plan), plan.zone, interaction.user.id,
            now,
            notify, daily,
        )  # fmt: skip
        await self._show(interaction, custom)

    @needs(Role.MODERATOR)
    @app_commands.command(description="Change the text or the time of something that is still to be announced")
    @app_commands.describe(
        announcement="Which one: begin to type its text",
        text="What to announce instead",
        when="When instead, in the workshop's zone: 14:30, tomorrow 09:00, 2023-02-21 14:30",
    )
    async def edit(
        self,
        interaction: Interaction,
        announcement: str,
        text: app_commands.Range[str, 1, 2000] | None = None,
        when: str | None = None,
    ) -> None:
        """Show what would be announced in place of another."""
        former, plan, now = await self._found(announcement), self._parts.plan, self._parts.clock.now()
        to_come = [one.due for one, custom in await self._planned() if custom.id == former.id]
        if not to_come:
            raise UserError("refused.announce.too_late")
        words = _words(text) if text else former.text
        due = parse_local_time(when, now, plan) if when else min(to_come)
        custom = replace(former, text=words, due=due, author=interaction.user.id, written_at=now)
        if (words, due) == (former.text, min(to_come)):
            raise UserError("refused.announce.nothing")
        await self._show(interaction, custom, instead_of=former.id)

    async def _show(self, interaction: Interaction, custom: CustomAnnouncement, instead_of: str = "") -> None:
        """As it will look, with the button that plans it."""
        language = self._parts.access.language(interaction)
        draft = replace(custom, id=_key(custom))
        await self._parts.store.announcements.draft(draft)
        planned = text(language, "announce.preview", **self._values(draft))
        confirm = Button(
            custom_id("announce", draft.id, instead_of), label((language,), "button.announce"), primary=True
        )
        await answer(
            interaction, Post((*self._post(draft).blocks, *self._repeats(draft, language), planned), (confirm,))
        )

    @pressed("announce", Role.MODERATOR)
    async def confirm(self, interaction: Interaction, draft: str, instead_of: str = "") -> None:
        """Plan what was shown; pressed again, it is planned once."""
        custom, now = await self._found(draft), self._parts.clock.now()
        language = self._parts.access.language(interaction)
        what = "announcement edited" if instead_of else "announcement planned"
        former = await self._parts.store.announcements.find(instead_of) if instead_of else None
        deed = self._deed(interaction, what, draft, former.text if former else None, custom.text)
        wanted = custom_announcement(self._parts.plan, custom.id, custom.room, custom.due, now, daily=custom.daily)
        if not wanted:
            raise UserError("refused.announce.passed")
        try:
            fresh = await self._parts.store.announcements.plan(wanted, deed, instead_of or None)
        except LookupError:
            raise UserError("refused.announce.too_late") from None
        self._parts.dispatcher.stir()
        told = text(language, "announce.planned" if fresh else "announce.already", **self._values(custom))
        await answer(interaction, " ".join([DONE, told, *self._repeats(custom, language)]))

    # --- listed, sent, taken back ------------------------------------------------------------------------------

    @needs(Role.MODERATOR)
    @app_commands.command(name="list", description="What you and the other moderators have still to announce")
    async def list_planned(self, interaction: Interaction) -> None:
        """What is still to be sent, and which kinds are switched off."""
        language = self._parts.access.language(interaction)
        planned = await self._planned()
        lines = [self._line(delivery, custom, language) for delivery, custom in planned[:_LISTED]]
        quiet = (await self._parts.store.restraints.all()).quiet
        if quiet:
            named = ", ".join(text(language, f"kind.{kind}") for kind in quiet)
            lines.append("🔕 " + text(language, "announce.quiet", kinds=named))
        await answer(interaction, Post((f"{DONE} {text(language, 'announce.list', n=len(planned))}", *lines)))

    def _line(self, delivery: Delivery, custom: CustomAnnouncement, language: str) -> str:
        facts = [post.moment(delivery.due, "F"), f"<#{self._parts.venue.rooms.get(delivery.room, 0)}>"]
        facts += [text(language, f"audience.{custom.audience}")] if custom.audience else []
        facts += [text(language, "announce.daily")] if custom.daily else []
        return f"{' · '.join(facts)}\n> " + shorten_markdown(custom.text, 200).replace("\n", "\n> ")

    @needs(Role.MODERATOR)
    @app_commands.command(description="Announce at once something that is still to be announced")
    @app_commands.describe(announcement="Which one: begin to type its text")
    async def send(self, interaction: Interaction, announcement: str) -> None:
        """Send one now; of one that comes daily, the next."""
        custom = await self._found(announcement)
        deed = self._deed(interaction, "announcement sent at once", custom.id)
        if not await self._parts.store.announcements.send_now(custom.id, deed):
            raise UserError("refused.announce.too_late")
        self._parts.dispatcher.stir()
        await self._tell(interaction, "announce.sent", channel=f"<#{self._parts.venue.rooms.get(custom.room, 0)}>")

    @needs(Role.MODERATOR)
    @app_commands.command(description="Take back something that is still to be announced")
    @app_commands.describe(announcement="Which one: begin to type its text")
    async def cancel(self, interaction: Interaction, announcement: str) -> None:
        """Take one back; of one that comes daily, all that is to come."""
        custom = await self._found(announcement)
        deed = self._deed(interaction, "announcement taken back", custom.id, custom.text)
        if not await self._parts.store.announcements.cancel(custom.id, deed):
            raise UserError("refused.announce.too_late")
        self._parts.dispatcher.stir()
        await self._tell(interaction, "announce.cancelled", when=post.moment(custom.due, "F"))

    @needs(Role.MODERATOR)
    @app_commands.command(description="Switch a kind of automatic announcement off, or on again")
    @app_commands.describe(kind="Which kind", on="Whether it is quiet: not announced until you switch it on again")
    async def quiet(self, interaction: Interaction, kind: str, on: bool) -> None:  # noqa: FBT001 - Discord's own kind of option
        """Switch a kind off or on; what is planned follows."""
        if kind not in QUIETABLE:
            raise UserError("refused.announce.kind")
        deed = self._deed(interaction, "kind switched off" if on else "kind switched on", kind)
        await self._parts.store.restraints.switch(Kind(kind), deed, quiet=on)
        await self._parts.dispatcher.replan()
        named = text(self._parts.access.language(interaction), f"kind.{Kind(kind)}")
        await self._tell(interaction, "announce.off" if on else "announce.on", kind=named)

    # --- suggestions -------------------------------------------------------------------------------------------

    @edit.autocomplete("announcement")
    @send.autocomplete("announcement")
    @cancel.autocomplete("announcement")
    async def suggest_planned(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What is still to be sent, by its next wall time and first words."""
        tz = self._parts.plan.tz
        following = {custom.id: (delivery, custom) for delivery, custom in reversed(await self._planned())}
        ordered = sorted(following.values(), key=lambda one: one[0].due)
        named = ((c.id, " ".join(f"{d.due.astimezone(tz):%d.%m. %H:%M} · {c.text}".split())) for d, c in ordered)
        return suggestions(typed, named)

    @quiet.autocomplete("kind")
    async def suggest_kinds(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What can be switched off."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((str(kind), text(language, f"kind.{kind}")) for kind in QUIETABLE))

    # --- what they share ---------------------------------------------------------------------------------------

    async def _planned(self) -> list[tuple[Delivery, CustomAnnouncement]]:
        planned = await self._parts.store.deliveries.planned(Kind.CUSTOM)
        found = [(delivery, await self._parts.store.announcements.find(delivery.subject)) for delivery in planned]
        return [(delivery, custom) for delivery, custom in found if custom is not None]

    async def _found(self, announcement: str) -> CustomAnnouncement:
        custom = await self._parts.store.announcements.find(announcement)
        if custom is None:
            raise UserError("refused.announce.unknown")
        return custom

    def _room(self, channel: discord.TextChannel) -> str:
        keys = {discord_id: key for key, discord_id in self._parts.venue.rooms.items()}
        room = keys.get(channel.id)
        if room is None or room in {AGENDA, QUESTIONS, TEAM}:
            raise UserError("refused.announce.channel", channel=channel.mention)
        return room

    def _post(self, custom: CustomAnnouncement) -> Post:
        notifies = self._parts.venue.role_id(custom.audience) if custom.audience else None
        return announcements_messages.custom(self._parts.plan, custom.text, "", notifies)

    def _values(self, custom: CustomAnnouncement) -> dict[str, str]:
        """When and where, as the sentences about it say."""
        plan = self._parts.plan
        return {
            "when": post.moment(custom.due, "F"),
            "wall": f"{custom.due.astimezone(plan.tz):%Y-%m-%d %H:%M}",
            "zone": plan.zone,
            "channel": f"<#{self._parts.venue.rooms.get(custom.room, 0)}>",
        }

    def _repeats(self, custom: CustomAnnouncement, language: str) -> tuple[str, ...]:
        return (text(language, "announce.each_day"),) if custom.daily else ()

    def _deed(
        self, interaction: Interaction, what: str, subject: str, former: str | None = None, latter: str | None = None
    ) -> AuditEntry:
        now = self._parts.clock.now()
        return AuditEntry(f"announce/{interaction.id}", now, interaction.user.id, what, subject, former, latter)

    async def _tell(self, interaction: Interaction, key: str, **values: object) -> None:
        language = self._parts.access.language(interaction)
        await answer(interaction, f"{DONE} {text(language, key, **values)}")


def _words(typed: str) -> str:
    words = clean(typed)
    if not words or measure(words) > limits.MESSAGE_TEXT - _IN_FRONT:
        raise UserError("refused.announce.empty")
    return words


def _key(custom: CustomAnnouncement) -> str:
    """The same for the same text at the same place and instant, for the same people, as often."""
    what = f"{custom.room}|{custom.due.isoformat()}|{custom.text}"
    if custom.audience or custom.daily:
        what += f"|{custom.audience or ''}|{custom.daily}"
    return hashlib.blake2b(what.encode(), digest_size=8).hexdigest()


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AnnounceCog(client))
