"""The roles and rooms of a workshop: the question about existing roles, setup, and the archive."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.domain.text import escape
from bot.domain.venue_permissions import DISPENSABLE, PERMISSIONS, permission_words
from bot.domain.venue_steps import Namesake, Step
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.messages.post import Button, Post, custom_id
from bot.messages.venue import names_made, namesakes_told
from bot.platform.answers import DONE, REFUSED
from cogs.workshop.progress import progress

#: The choice to make existing roles the workshop's.
ADOPT = "adopt"


def require_permissions(guild: discord.Guild) -> None:
    """Raise UserError if the bot lacks a permission that it can't do without."""
    held = guild.me.guild_permissions
    missing = [name for name in PERMISSIONS if name not in DISPENSABLE and not getattr(held, name)]
    if missing:
        raise UserError("refused.permissions", names=", ".join(map(permission_words, missing)))


def ids_of(namesakes: Sequence[Namesake]) -> str:
    """Return the roles of a question, as its button's custom id carries them."""
    return ".".join(str(role.id) for role in namesakes)


async def ask_about(context: Context, namesakes: Sequence[Namesake]) -> None:
    """Ask whether the server's own roles become the workshop's: their holders would join without approval."""
    question = context.say("setup.namesakes", roles=namesakes_told(namesakes, context.language, escape))
    adopt = Button(custom_id("roles", ADOPT, ids_of(namesakes)), context.say("button.roles.adopt"))
    new = Button(custom_id("roles", "new"), context.say("button.roles.new"), primary=True)
    await context.reply(Post((f"{REFUSED} {question}",), (new, adopt)))


async def open_rooms(context: Context, adopted: Sequence[Namesake] = ()) -> None:
    """Make the server the workshop's, with the roles that were adopted; then make the missing rooms, and confirm."""
    guild, workshop = context.guild, context.workshop
    if not await workshop.venue.adopt(guild.id):
        context.refuse("refused.other_server")
    if adopted:
        await _adopt_roles(context, adopted)
    steps = await ensure(context, guild, archived=False)
    await workshop.dispatcher.replan()
    await context.reply(f"{DONE} {_summary(context, steps)}")


async def _adopt_roles(context: Context, adopted: Sequence[Namesake]) -> None:
    workshop = context.workshop
    await workshop.venue.adopt_roles(adopted, context.now)
    names = ", ".join(role.name for role in adopted)
    await context.store.audit.record(context.audit_entry("roles", "roles adopted", names, None, ids_of(adopted)))
    roles = namesakes_told(adopted, context.plan.languages[0], escape)
    line = workshop.team_line("team.roles_adopted", who=context.person.mention, roles=roles)
    await context.store.deliveries.add(line)


async def ensure(context: Context, guild: discord.Guild, *, archived: bool) -> Sequence[Step]:
    """Make or repair roles and rooms; return the steps taken. Raises UserError if Discord forbids one."""
    report = progress(context, lambda done, of: context.say("rooms.progress", done=done, of=of))
    try:
        return await context.workshop.venue.ensure(guild, context.now, archived=archived, told=report)
    except discord.Forbidden as failure:
        raise UserError("refused.setup", problem=failure.text) from None


def _summary(context: Context, steps: Sequence[Step]) -> str:
    made = names_made(steps)
    if made:
        return context.say("setup.made", n=len(made), names=", ".join(made))
    return context.say("setup.mended", n=len(steps)) if steps else context.say("setup.unchanged")
