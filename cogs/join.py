"""Joining: by the button in the welcome room or /join; on the roster, introduced, or in somebody's place."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import announcements, limits
from bot.domain.people import participants
from bot.domain.people.access import Role, needs_approval
from bot.domain.people.participants import ADMINISTRATION_LENGTH, NAME_LENGTH, OrganisationKind, Participant
from bot.domain.text import escape, fold, one_line, shorten
from bot.messages.errors import UserError
from bot.messages.i18n import country, country_name, text
from bot.messages.post import Button, Post, custom_id
from bot.platform.answers import DONE, REFUSED, answer
from bot.platform.client import needs
from bot.platform.forms import Field, choices, form, line
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed
from bot.store.audit import AuditEntry
from bot.store.participants import held_by

#: How many people of the roster are offered to choose from; more buttons don't fit in a row beside the other two.
_OFFERED = 3


class JoinCog(commands.Cog, description="Coming in"):
    """How people come into the workshop."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.VISITOR)
    @app_commands.command(description="Join the workshop, or have your role and name back")
    async def join(self, interaction: Interaction) -> None:
        """The same as the button."""
        await self.open_door(interaction)

    @pressed("join", Role.VISITOR)
    async def open_door(self, interaction: Interaction, _mark: str = "") -> None:
        """Ask for the name; who has a place gets back what they lack of it, or asks the organisers for it."""
        if await self._is_in(interaction):
            return
        language = self._parts.access.language(interaction)
        await interaction.response.send_modal(
            form(custom_id("joined"), text(language, "join.heading"), [_name_field(language)])
        )

    @pressed("joined", Role.VISITOR)
    async def find(self, interaction: Interaction) -> None:
        """Look for the name on the roster; who is there and nobody else takes their place at once."""
        if await self._is_in(interaction):
            return
        typed = _required(submitted(interaction)["name"])
        found = participants.matching_places(self._parts.store.participants.all(), typed)
        if len(found) == 1 and participants.same_name(found[0].name, typed):
            await self.take(interaction, found[0].id)
            return
        language = self._parts.access.language(interaction)
        free = [place for place in found if place.person is None]
        if 0 < len(free) <= _OFFERED:
            offered = [Button(custom_id("take", place.id), _called(place), primary=True) for place in free]
            await answer(interaction, Post((text(language, "join.found"),), (*offered, *_other_ways(language))))
        else:
            key = "refused.join.many" if free else "refused.join.unknown"
            told = text(language, key, typed=f"“{escape(shorten(typed, NAME_LENGTH))}”")
            await answer(interaction, Post((f"{REFUSED} {told}",), _other_ways(language)))

    @pressed("take", Role.VISITOR)
    async def take(self, interaction: Interaction, place_id: str) -> None:
        """Take a place of the roster: the first who does has it.

        One of the team is only asked for, and so is one that an organiser took from them.
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        people, person, now = self._parts.store.participants, interaction.user.id, self._parts.clock.now()
        if await self._is_in(interaction):
            return
        free = people.find(place_id)
        if free is None:
            raise UserError("refused.gone")
        released, own = await people.was_released(free, person), self._parts.access.role(interaction)
        if free.person is None and needs_approval(free.role, own, released=released):
            await self._ask_the_team(interaction, free)
            return
        report, deed = None, None
        if free.role > Role.PARTICIPANT:
            role = free.role.name.capitalize()
            report = self._parts.team_line("team.lead", name=escape(free.name), role=role, person=f"<@{person}>")
            deed = AuditEntry(
                f"place/{interaction.id}", now, person, "team place taken", held_by(free, person), None, role
            )
        place = await people.take(free, person, now, report=report, deed=deed)
        if place:
            await self._let_in(interaction, place)
        elif not await self._is_in(interaction):
            language = self._parts.access.language(interaction)
            told = text(language, "refused.join.taken", name=escape(free.name))
            await answer(interaction, Post((f"{REFUSED} {told}",), _other_ways(language)))

    async def _ask_the_team(self, interaction: Interaction, place: Participant) -> None:
        """Whoever types a name may be anybody: an organiser decides who is of the team, or has a place again."""
        parts = self._parts
        request = announcements.team_request(parts.plan.id, place.id, interaction.user.id, parts.clock.now())
        await parts.store.team_requests.ask(request)
        parts.dispatcher.stir()
        role, language = place.role.name.capitalize(), parts.access.language(interaction)
        await answer(interaction, f"{DONE} {text(language, 'join.asked', name=escape(place.name), role=role)}")

    # --- who is not on the roster ------------------------------------------------------------------------------

    @pressed("introduce", Role.VISITOR)
    async def ask_who(self, interaction: Interaction) -> None:
        """Who they are, for whom they speak, from where."""
        language = self._parts.access.language(interaction)

        def said(key: str) -> str:
            return text(language, key)

        kinds = ((str(kind), said(f"organisation.{kind}")) for kind in OrganisationKind)
        fields = [
            _name_field(language),
            (said("join.administration"), said("join.administration_hint"),
             line("administration", ADMINISTRATION_LENGTH)),
            (said("join.country"), said("join.country_hint"),
             line("country", NAME_LENGTH, required=False)),
            (said("join.kind"), None, choices("kind", kinds)),
        ]  # fmt: skip
        await interaction.response.send_modal(form(custom_id("introduced"), said("button.introduce"), fields))

    @pressed("introduced", Role.VISITOR)
    async def introduce(self, interaction: Interaction) -> None:
        """Keep who they say that they are; the organisers read of it."""
        if await self._is_in(interaction):
            return
        typed, person = submitted(interaction), interaction.user.id
        name, administration = _required(typed["name"]), _required(typed["administration"])
        where = one_line(typed["country"])
        code = country(where) if where else ""
        if code is None:
            raise UserError("refused.join.country", typed=f"“{escape(where)}”")
        await interaction.response.defer(ephemeral=True, thinking=True)
        now = self._parts.clock.now()
        place = Participant(
            participants.introduced_id(person), name, administration, code, OrganisationKind(typed["kind"]),
            None, Role.PARTICIPANT, person, now,
        )  # fmt: skip
        report = self._parts.team_line(
            "team.introduced", name=escape(name), administration=self._of(place), person=f"<@{person}>"
        )
        kept = await self._parts.store.participants.introduce(place, report)
        if kept:
            await self._let_in(interaction, kept)
        else:
            await self._is_in(interaction)

    @pressed("replace", Role.VISITOR)
    async def ask_whom(self, interaction: Interaction) -> None:
        """Their own name, and whose place they take."""
        language = self._parts.access.language(interaction)
        absent = line("absent", NAME_LENGTH)
        fields = [_name_field(language), (text(language, "join.absent"), text(language, "join.absent_hint"), absent)]
        await interaction.response.send_modal(form(custom_id("replaced"), text(language, "button.replace"), fields))

    @pressed("replaced", Role.VISITOR)
    async def replace(self, interaction: Interaction) -> None:
        """Take a participant's place under another name; the organisers read of it."""
        if await self._is_in(interaction):
            return
        typed, person = submitted(interaction), interaction.user.id
        name, meant = _required(typed["name"]), _required(typed["absent"])
        # Nobody comes in as a moderator or organiser whom the roster doesn't name.
        free = [p for p in self._parts.store.participants.all() if p.person is None and p.role is Role.PARTICIPANT]
        found = participants.matching_places(free, meant)
        if len(found) != 1:
            key = "refused.join.many" if found else "refused.join.no_absent"
            raise UserError(key, typed=f"“{escape(shorten(meant, NAME_LENGTH))}”")
        await interaction.response.defer(ephemeral=True, thinking=True)
        [absent] = found
        report = self._parts.team_line(
            "team.substitute",
            name=escape(name),
            absent=escape(absent.name),
            administration=self._of(absent),
            person=f"<@{person}>",
        )
        now = self._parts.clock.now()
        place = await self._parts.store.participants.take(absent, person, now, under=name, report=report)
        if place:
            await self._let_in(interaction, place)
        elif not await self._is_in(interaction):
            raise UserError("refused.join.taken", name=escape(absent.name))

    # --- what they are told ------------------------------------------------------------------------------------

    async def _is_in(self, interaction: Interaction) -> bool:
        """Whether they have a place already: then they get what they lack of it, or ask the organisers for it."""
        place, member = self._parts.store.participants.of(interaction.user.id), interaction.user
        if place is None:
            return False
        if not interaction.response.is_done():
            await interaction.response.defer(ephemeral=True, thinking=True)
        if isinstance(member, discord.Member) and not self._parts.venue.may_admit(member, place):
            await self._ask_the_team(interaction, place)
        else:
            await self._welcome(interaction, place, "join.already", name=escape(place.name))
        return True

    async def _let_in(self, interaction: Interaction, place: Participant) -> None:
        self._parts.dispatcher.stir()
        administration = self._of(place)
        await self._welcome(interaction, place, "join.done", name=escape(place.name), administration=administration)

    async def _welcome(self, interaction: Interaction, place: Participant, key: str, **values: object) -> None:
        """Role and name follow; where Discord refuses them, the place is taken all the same."""
        refused = ()
        if isinstance(interaction.user, discord.Member):
            refused = await self._parts.venue.admit(interaction.user, place)
        language = self._parts.access.language(interaction)
        lines = [f"{DONE} {text(language, key, **values)}"]
        shown = {"role": place.role.name.capitalize(), "nickname": escape(place.nickname)}
        lines += [text(language, f"join.refused.{what}", **{what: shown[what]}) for what in refused]
        await answer(interaction, "\n".join(lines))

    def _of(self, place: Participant) -> str:
        """For whom they speak, and from where, as the team reads it."""
        where = country_name(self._parts.plan.languages[0], place.country) if place.country else ""
        return ", ".join(filter(None, (escape(place.administration), where)))


def _name_field(language: str) -> tuple[str, str | None, Field]:
    return text(language, "join.name"), text(language, "join.name_hint"), line("name", NAME_LENGTH)


def _other_ways(language: str) -> tuple[Button, ...]:
    return tuple(Button(custom_id(kind), text(language, f"button.{kind}")) for kind in ("introduce", "replace"))


def _called(place: Participant) -> str:
    return shorten(f"{place.name} ({place.administration})", limits.BUTTON_LABEL)


def _required(typed: str) -> str:
    """A name that can be read. Raises UserError if there is none."""
    words = one_line(typed)
    if not fold(words):
        raise UserError("refused.join.unreadable")
    return words


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(JoinCog(client))
