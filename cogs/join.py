"""Joining: by the button in the welcome room or /join; on the roster, introduced, or in somebody's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord
from discord.ext import commands

from bot.domain import announcements, discord_limits
from bot.domain.people import participants
from bot.domain.people.participants import ADMINISTRATION_LENGTH, NAME_LENGTH, OrganisationKind, Participant
from bot.domain.people.roles import Role, needs_approval
from bot.domain.text import escape, fold, one_line, shorten
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.messages.i18n import country, country_name, language_name, text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED
from bot.platform.forms import FormPart, line, radio
from bot.platform.router import command, pressed
from bot.store.participants import held_by

#: How many people of the roster are offered to choose from; more buttons don't fit in a row next to the other two.
_OFFERED = 3


class JoinCog(commands.Cog, description="Coming in"):
    """Handles joining the workshop."""

    @command(Role.VISITOR, "Join the workshop, or have your role and name back")
    async def join(self, context: Context) -> None:
        """Join by the command, as by the button."""
        await self.open_door(context)

    @pressed("join", Role.VISITOR)
    async def open_door(self, context: Context, _mark: str = "") -> None:
        """Ask for the name; restore the role of a person with a place, or ask the organisers for it."""
        if await _is_in(context):
            return
        fields = (_name_field(context.language), *_language_field(context))
        await context.show_form(custom_id("joined"), context.say("join.heading"), fields)

    @pressed("joined", Role.VISITOR)
    async def find(self, context: Context) -> None:
        """Look the name up on the roster; a single exact match takes its place at once."""
        fields = context.submitted()
        await _choose_language(context, fields)
        if await _is_in(context):
            return
        typed = _required(fields["name"])
        found = participants.matching_places(context.store.participants.all(), typed)
        if len(found) == 1 and participants.same_name(found[0].name, typed):
            await self.take(context, found[0].id)
            return
        free = [place for place in found if place.person is None]
        if 0 < len(free) <= _OFFERED:
            offered = [Button(custom_id("take", place.id), _called(place), primary=True) for place in free]
            await context.reply(Post((context.say("join.found"),), (*offered, *_other_ways(context.language))))
        else:
            key = "refused.join.many" if free else "refused.join.unknown"
            sentence = context.say(key, typed=f"“{escape(shorten(typed, NAME_LENGTH))}”")
            await context.reply(Post((f"{REFUSED} {sentence}",), _other_ways(context.language)))

    @pressed("take", Role.VISITOR)
    async def take(self, context: Context, place_id: str) -> None:
        """Take a place of the roster; the first press wins.

        An organiser must approve a place of the team, and one that an organiser took away from the person.
        """
        await context.defer()
        people, person = context.store.participants, context.person.id
        if await _is_in(context):
            return
        free = people.find(place_id)
        if free is None:
            context.refuse("refused.gone")
        released, own = await people.was_released(free, person), context.role
        if free.person is None and needs_approval(free.role, own, released=released):
            await _ask_the_team(context, free)
            return
        report, deed = None, None
        if free.role > Role.PARTICIPANT:
            role = free.role.name.capitalize()
            report = context.workshop.team_line("team.lead", name=escape(free.name), role=role, person=f"<@{person}>")
            deed = context.audit_entry("place", "team place taken", held_by(free, person), None, role)
        place = await people.take(free, person, context.now, report=report, deed=deed)
        if place:
            await _let_in(context, place)
        elif not await _is_in(context):
            sentence = context.say("refused.join.taken", name=escape(free.name))
            await context.reply(Post((f"{REFUSED} {sentence}",), _other_ways(context.language)))

    # --- who is not on the roster ------------------------------------------------------------------------------

    @pressed("introduce", Role.VISITOR)
    async def ask_who(self, context: Context) -> None:
        """Show the form for a person who is not on the roster."""
        kinds = ((str(kind), context.say(f"organisation.{kind}")) for kind in OrganisationKind)
        fields: list[FormPart] = [
            _name_field(context.language),
            (context.say("join.administration"), context.say("join.administration_hint"),
             line("administration", ADMINISTRATION_LENGTH)),
            (context.say("join.country"), context.say("join.country_hint"),
             line("country", NAME_LENGTH, required=False)),
            (context.say("join.kind"), None, radio("kind", kinds)),
        ]  # fmt: skip
        await context.show_form(custom_id("introduced"), context.say("button.introduce"), fields)

    @pressed("introduced", Role.VISITOR)
    async def introduce(self, context: Context) -> None:
        """Store the introduction; the organisers are notified."""
        if await _is_in(context):
            return
        typed, person = context.submitted(), context.person.id
        name, administration = _required(typed["name"]), _required(typed["administration"])
        where = one_line(typed["country"])
        code = country(where) if where else ""
        if code is None:
            context.refuse("refused.join.country", typed=f"“{escape(where)}”")
        await context.defer()
        place = Participant(
            participants.introduced_id(person), name, administration, code, OrganisationKind(typed["kind"]),
            None, Role.PARTICIPANT, person, context.now,
        )  # fmt: skip
        report = context.workshop.team_line(
            "team.introduced", name=escape(name), administration=_of(context, place), person=f"<@{person}>"
        )
        kept = await context.store.participants.introduce(place, report)
        if kept:
            await _let_in(context, kept)
        else:
            await _is_in(context)

    @pressed("replace", Role.VISITOR)
    async def ask_whom(self, context: Context) -> None:
        """Show the form for the person's own name, and the name of the person they replace."""
        absent = line("absent", NAME_LENGTH)
        fields: list[FormPart] = [_name_field(context.language)]
        fields.append((context.say("join.absent"), context.say("join.absent_hint"), absent))
        await context.show_form(custom_id("replaced"), context.say("button.replace"), fields)

    @pressed("replaced", Role.VISITOR)
    async def replace(self, context: Context) -> None:
        """Take a participant's place under another name; the organisers are notified."""
        if await _is_in(context):
            return
        typed, person = context.submitted(), context.person.id
        name, meant = _required(typed["name"]), _required(typed["absent"])
        # Only people whom the roster names can become moderators or organisers.
        free = [p for p in context.store.participants.all() if p.person is None and p.role is Role.PARTICIPANT]
        found = participants.matching_places(free, meant)
        if len(found) != 1:
            key = "refused.join.many" if found else "refused.join.no_absent"
            context.refuse(key, typed=f"“{escape(shorten(meant, NAME_LENGTH))}”")
        await context.defer()
        [absent] = found
        report = context.workshop.team_line(
            "team.substitute",
            name=escape(name),
            absent=escape(absent.name),
            administration=_of(context, absent),
            person=f"<@{person}>",
        )
        place = await context.store.participants.take(absent, person, context.now, under=name, report=report)
        if place:
            await _let_in(context, place)
        elif not await _is_in(context):
            context.refuse("refused.join.taken", name=escape(absent.name))


def _name_field(language: str) -> FormPart:
    return text(language, "join.name"), text(language, "join.name_hint"), line("name", NAME_LENGTH)


def _language_field(context: Context) -> Iterable[FormPart]:
    """Ask for the language: Discord itself has no Arabic."""
    spoken = [(code, language_name(code)) for code in context.plan.languages]
    if 1 < len(spoken) <= discord_limits.RADIO_OPTIONS:
        hint = context.say("join.language_hint")
        yield context.say("join.language"), hint, radio("language", spoken, context.language)


async def _choose_language(context: Context, typed: Mapping[str, str]) -> None:
    """Store the language if it is another than that of the form; one on the roster counts otherwise."""
    code, shown = typed.get("language", ""), context.workshop.access.language(context.interaction)
    if code in context.plan.languages and code != shown:
        await context.choose_language(code)


def _other_ways(language: str) -> tuple[Button, ...]:
    return tuple(Button(custom_id(kind), text(language, f"button.{kind}")) for kind in ("introduce", "replace"))


def _called(place: Participant) -> str:
    return shorten(f"{place.name} ({place.administration})", discord_limits.BUTTON_LABEL)


def _required(typed: str) -> str:
    """Return a readable name. Raises UserError if there is none."""
    words = one_line(typed)
    if not fold(words):
        raise UserError("refused.join.unreadable")
    return words


async def _ask_the_team(context: Context, place: Participant) -> None:
    """Ask the organisers: a typed name proves nothing, so they approve team roles and returning people."""
    request = announcements.team_request(context.plan.id, place.id, context.person.id, context.now)
    await context.store.team_requests.ask(request)
    context.workshop.dispatcher.stir()
    await context.done("join.asked", name=escape(place.name), role=place.role.name.capitalize())


async def _is_in(context: Context) -> bool:
    """Return whether the person has a place already; if so, restore its role, or ask the organisers."""
    place, member = context.place, context.person
    if place is None:
        return False
    if not context.interaction.response.is_done():
        await context.defer()
    if isinstance(member, discord.Member) and not context.workshop.venue.may_admit(member, place):
        await _ask_the_team(context, place)
    else:
        await _welcome(context, place, "join.already", name=escape(place.name))
    return True


async def _let_in(context: Context, place: Participant) -> None:
    context.workshop.dispatcher.stir()
    administration = _of(context, place)
    await _welcome(context, place, "join.done", name=escape(place.name), administration=administration)


async def _welcome(context: Context, place: Participant, key: str, **values: object) -> None:
    """Give the role and the name of the place; if Discord refuses them, the person keeps the place."""
    refused = ()
    if isinstance(context.person, discord.Member):
        refused = await context.workshop.venue.admit(context.person, place)
    lines = [f"{DONE} {context.say(key, **values)}"]
    shown = {"role": place.role.name.capitalize(), "nickname": escape(place.nickname)}
    lines += [context.say(f"join.refused.{what}", **{what: shown[what]}) for what in refused]
    await context.reply("\n".join(lines))


def _of(context: Context, place: Participant) -> str:
    """Return the person's administration and country, for the team."""
    where = country_name(context.plan.languages[0], place.country) if place.country else ""
    return ", ".join(filter(None, (escape(place.administration), where)))


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(JoinCog())
