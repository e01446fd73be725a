"""/announce: moderators' own announcements, previewed first; and the switches of automatic ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import discord_limits
from bot.domain.announcement_kinds import QUIETABLE, Kind
from bot.domain.announcements import NotifiedRole
from bot.domain.announcements import custom as custom_announcement
from bot.domain.people.roles import Role
from bot.domain.text import clean, measure, shorten_markdown
from bot.domain.venue import AGENDA, QUESTIONS, TEAM
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import announcements as announcements_messages
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.post import Button, Post, custom_id, label
from bot.platform.answers import DONE
from bot.platform.router import command, pressed, suggests
from bot.store.delivery.announcements import CustomAnnouncement
from bot.store.delivery.deliveries import Delivery

#: Characters reserved in a message for the sign and the mention in front of the text.
_IN_FRONT = 40
#: Announcements that one list names.
_LISTED = 10


class AnnounceCog(commands.GroupCog, group_name="announce", group_description="Announcements of the moderators"):
    """Handles moderators' announcements."""

    # --- written, shown, confirmed -----------------------------------------------------------------------------

    @command(Role.MODERATOR, "Announce something, at a time of the workshop's zone", name="new")
    @app_commands.describe(
        text="What to announce",
        channel="Where: the announcements or a topic's channel",
        when="A time of the workshop's zone: 14:30, tomorrow 09:00, 2023-02-21 14:30",
        notify="Whom to notify (nobody, if you leave it out)",
        daily="Whether it comes again at this time each day until the workshop ends",
    )
    async def new(  # noqa: PLR0913, PLR0917 - one parameter an option
        self,
        context: Context,
        text: app_commands.Range[str, 1, 2000],
        channel: discord.TextChannel,
        when: str,
        notify: NotifiedRole | None = None,
        daily: bool = False,  # noqa: FBT001, FBT002 - Discord's own kind of option
    ) -> None:
        """Preview an announcement. The same text for the same place, instant and people is the same announcement."""
        custom = CustomAnnouncement(
            "", _words(text), _room(context, channel), context.parse_time(when), context.plan.zone, context.person.id,
            context.now, notify, daily,
        )  # fmt: skip
        await _show(context, custom)

    @command(Role.MODERATOR, "Change the text or the time of something that is still to be announced")
    @app_commands.describe(
        announcement="Which one: begin to type its text",
        text="What to announce instead",
        when="When instead, in the workshop's zone: 14:30, tomorrow 09:00, 2023-02-21 14:30",
    )
    async def edit(
        self,
        context: Context,
        announcement: str,
        text: app_commands.Range[str, 1, 2000] | None = None,
        when: str | None = None,
    ) -> None:
        """Preview the replacement of an announcement."""
        former = await _found(context, announcement)
        to_come = [one.due for one, custom in await _planned(context) if custom.id == former.id]
        if not to_come:
            context.refuse("refused.announce.too_late")
        words = _words(text) if text else former.text
        due = context.parse_time(when) if when else min(to_come)
        custom = replace(former, text=words, due=due, author=context.person.id, written_at=context.now)
        if (words, due) == (former.text, min(to_come)):
            context.refuse("refused.announce.nothing")
        await _show(context, custom, instead_of=former.id)

    @pressed("announce", Role.MODERATOR)
    async def confirm(self, context: Context, draft: str, instead_of: str = "") -> None:
        """Plan the previewed announcement, once however often it is pressed."""
        custom = await _found(context, draft)
        what = "announcement edited" if instead_of else "announcement planned"
        former = await context.store.announcements.find(instead_of) if instead_of else None
        deed = context.audit_entry("announce", what, draft, former.text if former else None, custom.text)
        wanted = custom_announcement(context.plan, custom.id, custom.room, custom.due, context.now, daily=custom.daily)
        if not wanted:
            context.refuse("refused.announce.passed")
        try:
            fresh = await context.store.announcements.plan(wanted, deed, instead_of or None)
        except LookupError:
            raise UserError("refused.announce.too_late") from None
        context.workshop.dispatcher.stir()
        told = context.say("announce.planned" if fresh else "announce.already", **_values(context, custom))
        await context.reply(" ".join([DONE, told, *_repeats(context, custom)]))

    # --- listed, sent, taken back ------------------------------------------------------------------------------

    @command(Role.MODERATOR, "What you and the other moderators have still to announce", name="list")
    async def list_planned(self, context: Context) -> None:
        """List the announcements to come, and the kinds that are switched off."""
        planned = await _planned(context)
        lines = [_line(context, delivery, custom) for delivery, custom in planned[:_LISTED]]
        quiet = (await context.store.restraints.all()).quiet
        if quiet:
            named = ", ".join(context.say(f"kind.{kind}") for kind in quiet)
            lines.append("🔕 " + context.say("announce.quiet", kinds=named))
        await context.reply(Post((f"{DONE} {context.say('announce.list', n=len(planned))}", *lines)))

    @command(Role.MODERATOR, "Announce at once something that is still to be announced")
    @app_commands.describe(announcement="Which one: begin to type its text")
    async def send(self, context: Context, announcement: str) -> None:
        """Send an announcement now; of a daily one, the next."""
        custom = await _found(context, announcement)
        deed = context.audit_entry("announce", "announcement sent at once", custom.id)
        if not await context.store.announcements.send_now(custom.id, deed):
            context.refuse("refused.announce.too_late")
        context.workshop.dispatcher.stir()
        await context.done("announce.sent", channel=context.workshop.channel(custom.room))

    @command(Role.MODERATOR, "Take back something that is still to be announced")
    @app_commands.describe(announcement="Which one: begin to type its text")
    async def cancel(self, context: Context, announcement: str) -> None:
        """Withdraw an announcement; of a daily one, all to come."""
        custom = await _found(context, announcement)
        deed = context.audit_entry("announce", "announcement taken back", custom.id, custom.text)
        if not await context.store.announcements.cancel(custom.id, deed):
            context.refuse("refused.announce.too_late")
        context.workshop.dispatcher.stir()
        await context.done("announce.cancelled", when=post.moment(custom.due, "F"))

    @command(Role.MODERATOR, "Switch a kind of automatic announcement off, or on again")
    @app_commands.describe(kind="Which kind", on="Whether it is quiet: not announced until you switch it on again")
    async def quiet(self, context: Context, kind: str, on: bool) -> None:  # noqa: FBT001 - Discord's own kind of option
        """Switch a kind off or on; its planned deliveries follow."""
        if kind not in QUIETABLE:
            context.refuse("refused.announce.kind")
        deed = context.audit_entry("announce", "kind switched off" if on else "kind switched on", kind)
        await context.store.restraints.switch(Kind(kind), deed, quiet=on)
        await context.workshop.dispatcher.replan()
        named = context.say(f"kind.{Kind(kind)}")
        await context.done("announce.off" if on else "announce.on", kind=named)

    # --- suggestions -------------------------------------------------------------------------------------------

    @suggests("announcement", edit, send, cancel)
    async def suggest_planned(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the announcements to come, by next wall time (workshop's zone) and first words."""
        tz = context.plan.tz
        following = {custom.id: (delivery, custom) for delivery, custom in reversed(await _planned(context))}
        ordered = sorted(following.values(), key=lambda one: one[0].due)
        return ((c.id, " ".join(f"{d.due.astimezone(tz):%d.%m. %H:%M} · {c.text}".split())) for d, c in ordered)

    @suggests("kind", quiet)
    async def suggest_kinds(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the kinds that can be switched off."""
        return ((str(kind), context.say(f"kind.{kind}")) for kind in QUIETABLE)


async def _show(context: Context, custom: CustomAnnouncement, instead_of: str = "") -> None:
    """Render the preview, with the button that plans the announcement."""
    draft = replace(custom, id=_key(custom))
    await context.store.announcements.draft(draft)
    planned = context.say("announce.preview", **_values(context, draft))
    confirm = Button(
        custom_id("announce", draft.id, instead_of), label((context.language,), "button.announce"), primary=True
    )
    await context.reply(Post((*_post(context, draft).blocks, *_repeats(context, draft), planned), (confirm,)))


async def _planned(context: Context) -> list[tuple[Delivery, CustomAnnouncement]]:
    planned = await context.store.deliveries.planned(Kind.CUSTOM)
    found = [(delivery, await context.store.announcements.find(delivery.subject)) for delivery in planned]
    return [(delivery, custom) for delivery, custom in found if custom is not None]


async def _found(context: Context, announcement: str) -> CustomAnnouncement:
    custom = await context.store.announcements.find(announcement)
    if custom is None:
        context.refuse("refused.announce.unknown")
    return custom


def _room(context: Context, channel: discord.TextChannel) -> str:
    keys = {discord_id: key for key, discord_id in context.workshop.venue.rooms.items()}
    room = keys.get(channel.id)
    if room is None or room in {AGENDA, QUESTIONS, TEAM}:
        context.refuse("refused.announce.channel", channel=channel.mention)
    return room


def _post(context: Context, custom: CustomAnnouncement) -> Post:
    notifies = context.workshop.venue.role_id(custom.audience) if custom.audience else None
    return announcements_messages.custom(context.plan, custom.text, "", notifies)


def _values(context: Context, custom: CustomAnnouncement) -> dict[str, str]:
    """Return when and where, as values for the sentences."""
    plan = context.plan
    return {
        "when": post.moment(custom.due, "F"),
        "wall": f"{custom.due.astimezone(plan.tz):%Y-%m-%d %H:%M}",
        "zone": plan.zone,
        "channel": context.workshop.channel(custom.room),
    }


def _repeats(context: Context, custom: CustomAnnouncement) -> tuple[str, ...]:
    return (context.say("announce.each_day"),) if custom.daily else ()


def _line(context: Context, delivery: Delivery, custom: CustomAnnouncement) -> str:
    facts = [post.moment(delivery.due, "F"), context.workshop.channel(delivery.room)]
    facts += [context.say(f"audience.{custom.audience}")] if custom.audience else []
    facts += [context.say("announce.daily")] if custom.daily else []
    return f"{' · '.join(facts)}\n> " + shorten_markdown(custom.text, 200).replace("\n", "\n> ")


def _words(typed: str) -> str:
    words = clean(typed)
    if not words or measure(words) > discord_limits.MESSAGE_TEXT - _IN_FRONT:
        raise UserError("refused.announce.empty")
    return words


def _key(custom: CustomAnnouncement) -> str:
    """Return an id that is equal for the same text, place, instant, audience and repetition."""
    what = f"{custom.room}|{custom.due.isoformat()}|{custom.text}"
    if custom.audience or custom.daily:
        what += f"|{custom.audience or ''}|{custom.daily}"
    return hashlib.blake2b(what.encode(), digest_size=8).hexdigest()


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(AnnounceCog())
