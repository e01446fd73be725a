"""The context of one interaction: everything that a handler needs to answer it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NoReturn

import discord

from bot.domain.people.participants import Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.hosting.workshop import Workshop
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Post
from bot.platform import interactions
from bot.platform.answers import DONE, answer, answer_all
from bot.platform.errors import returning_text
from bot.platform.forms import FormPart, form
from bot.platform.interactions import Interaction, SentFile
from bot.store import Store
from bot.store.audit import AuditEntry


class Context:
    """One interaction in one workshop: the person, the data, and the ways to answer.

    Thousands of interactions may come at once, so each value is computed only when a handler reads it.
    """

    __slots__ = ("_language", "interaction", "now", "workshop")

    def __init__(self, workshop: Workshop, interaction: Interaction) -> None:
        self.workshop = workshop
        self.interaction = interaction
        """Discord's own object, for rare needs."""
        self.now: datetime = workshop.clock.now()
        """The instant (UTC) at which the interaction was accepted."""
        self._language: str | None = None

    # --- where and who -----------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.workshop.programme.plan

    @property
    def store(self) -> Store:
        """The workshop's database."""
        return self.workshop.store

    @property
    def person(self) -> discord.User | discord.Member:
        """The person who pressed or typed: `id`, `display_name` and `mention`; a member, unless in a direct message."""
        return self.interaction.user

    @property
    def place(self) -> Participant | None:
        """The person's place on the roster."""
        return self.store.participants.of(self.person.id)

    @property
    def name(self) -> str:
        """The person's name on the roster; without a place there, their name on Discord."""
        return self.workshop.name_of(self.person.id, self.person.display_name)

    @property
    def role(self) -> Role:
        """The person's role in the workshop."""
        return self.workshop.access.role(self.interaction)

    @property
    def guild(self) -> discord.Guild:
        """The server. Raises UserError in a direct message."""
        if self.interaction.guild is None:
            self.refuse("refused.not_in_server")
        return self.interaction.guild

    # --- answers -----------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The language in which the person is answered."""
        if self._language is None:
            self._language = self.workshop.access.language(self.interaction)
        return self._language

    async def choose_language(self, code: str) -> None:
        """Store the language that the person chose, and answer in it from now on."""
        await self.store.participants.choose_language(self.person.id, code)
        self._language = code

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key in the person's language."""
        return text(self.language, key, **values)

    def refuse(self, key: str, **values: object) -> NoReturn:
        """Raise the UserError that shows the person the reason, and what to do instead."""
        raise UserError(key, **values)

    async def reply(self, post: Post | str, *files: discord.File) -> None:
        """Answer the person; nobody else sees it."""
        await answer(self.interaction, post, *files)

    async def reply_all(self, posts: Iterable[Post]) -> None:
        """Answer with several posts, each with its own buttons."""
        await answer_all(self.interaction, posts)

    async def done(self, key: str, *files: discord.File, **values: object) -> None:
        """Confirm success with the sentence of that key."""
        await answer(self.interaction, f"{DONE} {self.say(key, **values)}", *files)

    async def defer(self) -> None:
        """Show the person that the answer takes a while; without this, Discord gives up after 3 s."""
        await self.interaction.response.defer(ephemeral=True, thinking=True)

    # --- forms -------------------------------------------------------------------------------------------------

    async def show_form(self, custom_id: str, heading: str, parts: Iterable[FormPart]) -> None:
        """Open a form of fields, each with its label and hint, and of texts between them."""
        await self.show_modal(form(custom_id, heading, parts))

    async def show_modal(self, modal: discord.ui.Modal) -> None:
        """Open a form that the caller built."""
        await self.interaction.response.send_modal(modal)

    def submitted(self) -> dict[str, str]:
        """Return the typed and chosen values of the form, by the custom id of each field."""
        return interactions.submitted(self.interaction)

    def uploaded(self, name: str) -> list[SentFile]:
        """Return the files that were uploaded in one field of the form."""
        return interactions.uploaded(self.interaction, name)

    def all_chosen(self, name: str) -> list[str]:
        """Return every value that was chosen in one field of the form."""
        return interactions.all_chosen(self.interaction, name)

    def given_back(
        self, words: str, key: str = "refused.not_kept", filename: str = "text.txt"
    ) -> AbstractAsyncContextManager[None]:
        """Give the typed words back to the person if the block can't store them, with the reason.

        `key`: the sentence for a failure of the database, which says nothing to the person.
        """
        return returning_text(self.interaction, self.language, words, UserError(key), filename)

    # --- rules -------------------------------------------------------------------------------------------------

    def parse_time(self, typed: str) -> datetime:
        """Parse a wall time of the workshop's zone into an instant (UTC). Raises UserError."""
        return interactions.parse_local_time(typed, self.now, self.plan)

    def cap(self, most: int) -> int | None:
        """Return how many of something a participant may have; None for the team, who may record others' words."""
        return self.workshop.access.cap(self.interaction, most)

    def audit_entry(
        self, area: str, action: str, subject: str, former: str | None = None, latter: str | None = None
    ) -> AuditEntry:
        """Return an audit entry for this interaction; `area` distinguishes the entries of one interaction."""
        key = f"{area}/{self.interaction.id}"
        return AuditEntry(key, self.now, self.person.id, action, subject, former, latter)
