"""Pledges: what a person will apply at home, and by when; made from the last day on, and changeable."""

from __future__ import annotations

from collections.abc import Mapping

from discord.ext import commands

from bot.domain import local_time
from bot.domain.contributions import pledges
from bot.domain.contributions.notes import tidy
from bot.domain.contributions.pledges import Pledge, PledgeProgress, PledgeState
from bot.domain.local_time import LocalTimeError
from bot.domain.people.roles import Role
from bot.domain.text import clean, escape, escape_within, shorten
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.i18n import day_name
from bot.messages.post import custom_id
from bot.platform.answers import DONE
from bot.platform.forms import FormPart, checkbox, line, paragraph, radio
from bot.platform.interactions import TICKED
from bot.platform.router import command, pressed

#: Characters of a pledge that the form of its progress quotes; it may be as long as a whole message.
_QUOTED = 1000
#: Characters of a date as somebody may type it.
_DATE = 20


class PledgeCog(commands.Cog, description="Applying what you learnt"):
    """Handles pledges and their follow-ups."""

    @command(Role.PARTICIPANT, "Say what you will apply at home, and by when; or change what you said")
    async def pledge(self, context: Context) -> None:
        """Open the form."""
        await self.open_form(context)

    @pressed("pledge", Role.PARTICIPANT)
    async def open_form(self, context: Context, _mark: str = "") -> None:
        """Open the form from the last day's button, with an earlier pledge filled in."""
        plan = context.plan
        opens = pledges.pledges_open_at(plan)
        if context.now < opens:
            context.refuse("refused.pledge.not_yet", when=post.moment(opens, "f"))
        before = await context.store.pledges.of(context.person.id)
        by = line("by", _DATE, before.by.isoformat() if before else "", placeholder="2023-06-30")
        fields = {
            "text": paragraph("text", before.text if before else ""),
            "by": by,
            "contact": checkbox("contact", ticked=before is not None and before.follow_up),
        }
        named = ((context.say(f"pledge.{n}"), context.say(f"pledge.{n}_hint"), f) for n, f in fields.items())
        await context.show_form(custom_id("pledged"), context.say("pledge.heading"), named)

    @pressed("pledged", Role.PARTICIPANT)
    async def keep(self, context: Context) -> None:
        """Store a pledge, then confirm. If it can't be stored, its author gets the text back."""
        typed = context.submitted()
        async with context.given_back(typed["text"]):
            pledge = _read(context, typed)
            await context.store.pledges.put(pledge)
            await context.done("pledge.kept", by=day_name(context.language, pledge.by))

    # Also in direct messages and for people who have left the server months later: having made a pledge is enough.

    @pressed("progress", Role.VISITOR, private=True)
    async def open_progress(self, context: Context, months: str, _mark: str = "") -> None:
        """Open the form from the reminder's button, with an earlier answer for this follow-up filled in."""
        store, person = context.store, context.person.id
        pledge = await _pledge_of(context, person, months)
        before = await store.pledges.reported(person, int(months))
        offered = [(str(state), context.say(f"progress.state.{state}")) for state in PledgeState]
        fields = {
            "state": radio("state", offered, before.state if before else ""),
            "text": paragraph("text", before.text if before else "", required=False),
        }
        parts: list[FormPart] = [f">>> {escape_within(pledge.text, _QUOTED)}"]
        parts += ((context.say(f"progress.{n}"), context.say(f"progress.{n}_hint"), f) for n, f in fields.items())
        parts.append(f"-# {_readers(context, pledge)}")
        await context.show_form(custom_id("progressed", months), context.say("progress.heading"), parts)

    @pressed("progressed", Role.VISITOR, private=True)
    async def keep_progress(self, context: Context, months: str) -> None:
        """Store the progress, then confirm and say who sees it. On failure, the author gets the text back."""
        person = context.person.id
        typed = context.submitted()
        async with context.given_back(typed["text"]):
            pledge = await _pledge_of(context, person, months)
            words = tidy(typed["text"], pledges.TEXT_LENGTH) or ""
            await context.store.pledges.report(
                PledgeProgress(person, int(months), PledgeState(typed["state"]), words, context.now)
            )
            await context.reply(f"{DONE} {context.say('progress.kept')}\n-# {_readers(context, pledge)}")


def _readers(context: Context, pledge: Pledge) -> str:
    return context.say("follow_up.named" if pledge.follow_up else "follow_up.unnamed")


async def _pledge_of(context: Context, person: int, months: str) -> Pledge:
    if not months.isdecimal():
        context.refuse("refused.gone")
    pledge = await context.store.pledges.of(person)
    if pledge is None:
        context.refuse("refused.pledge.none")
    return pledge


def _read(context: Context, typed: Mapping[str, str]) -> Pledge:
    today = local_time.day_of(context.now, context.plan.tz)
    words = tidy(typed["text"], pledges.TEXT_LENGTH)
    if words is None:
        context.refuse("refused.pledge.empty")
    try:
        by = local_time.parse_date(typed["by"], today)
    except LocalTimeError as unclear:
        raise UserError(
            f"refused.pledge.{unclear.args[0]}",
            typed=f"“{escape(shorten(clean(typed['by']), _DATE))}”",
            today=today.isoformat(),
        ) from None
    return Pledge(context.person.id, context.name, words, by, typed["contact"] == TICKED, context.now)


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(PledgeCog())
