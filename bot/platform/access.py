"""Access: the one check behind every command, button, form and suggestion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import discord

from bot.domain.people.access import EntryRules, Home, Role, access_refusal
from bot.domain.people.rates import LimitedAction, Limiter
from bot.messages.errors import TooOftenError, UserError
from bot.messages.post import moment
from bot.platform.interactions import Interaction

#: Interactions with a rate of their own; all others count as presses.
_ACTS = {
    discord.InteractionType.autocomplete: LimitedAction.SUGGEST,
    discord.InteractionType.modal_submit: LimitedAction.WRITE,
}


class Access:
    """Who may do what: the one check behind every command, button, form and suggestion."""

    def __init__(  # noqa: PLR0913, PLR0917 - one parameter a question that it asks
        self,
        role_of: Callable[[discord.Member], Role],
        languages: tuple[str, ...],
        chosen: Callable[[int], str | None],
        home: Callable[[], Home],
        restore: Callable[[discord.Member], Awaitable[Role]],
        entrance: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._role_of = role_of
        self._languages = languages
        self._chosen = chosen
        self._home = home
        self._restore = restore
        """Gives somebody who has a place in the workshop their role again, if they may have it; what they are then."""
        self._entrance = entrance
        """A link to where people join."""
        self._now = now
        self._limiter = Limiter()

    def limit(self, interaction: Interaction) -> None:
        """Count what somebody does. Raises TooOftenError for a participant who does too much in a short time."""
        act = _ACTS.get(interaction.type, LimitedAction.PRESS)
        again_at = self._limiter.take(interaction.user.id, act, self._now())
        if again_at is not None and self.role(interaction) < Role.MODERATOR:
            # Discord shows whole seconds.
            raise TooOftenError("refused.too_often", when=moment(again_at + timedelta(seconds=1), "R"))

    def language(self, interaction: Interaction) -> str:
        """The language to answer in: the one that the person chose, else that of their Discord, else the workshop's.

        NOTE: Discord has no Arabic, so that its locale never says so.
        """
        wanted = (self._chosen(interaction.user.id), interaction.locale.value.split("-")[0])
        return next((code for code in wanted if code in self._languages), self._languages[0])

    def role(self, interaction: Interaction) -> Role:
        """What the person is in the workshop."""
        member = interaction.user
        return self._role_of(member) if isinstance(member, discord.Member) else Role.VISITOR

    def cap(self, interaction: Interaction, most: int) -> int | None:
        """How much of something a participant may have; None for the team, which may write down others' words."""
        return most if self.role(interaction) < Role.MODERATOR else None

    async def require(self, interaction: Interaction, role: Role, rules: EntryRules) -> None:
        """Raises UserError where the entry point may not be used, or the person's role is too low."""
        refused = access_refusal(interaction.guild_id, self._home(), rules)
        if refused:
            raise UserError(f"refused.{refused}")
        member = interaction.user
        if interaction.guild_id is None:
            return
        if not isinstance(member, discord.Member):
            raise UserError("refused.not_in_server")
        # Who left the server and came back has lost the role, and not the place.
        if self._role_of(member) < role and await self._restore(member) < role:
            raise UserError(f"refused.role.{role.name.lower()}", channel=self._entrance())
