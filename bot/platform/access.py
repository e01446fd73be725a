"""Access: the one check behind every command, button, form and suggestion."""

from __future__ import annotations

from datetime import timedelta

import discord

from bot.clock import Clock
from bot.domain.people.rates import LimitedAction, Limiter
from bot.domain.people.roles import EntryRules, Home, Role, access_refusal
from bot.domain.venue import WELCOME
from bot.messages.errors import TooOftenError, UserError
from bot.messages.post import moment
from bot.platform.guild import reachable_guild
from bot.platform.interactions import Interaction
from bot.platform.venue import Venue
from bot.store import Store
from bot.store.plan_in_force import PlanInForce

#: Interactions with a rate of their own; all others count as presses.
_ACTS = {
    discord.InteractionType.autocomplete: LimitedAction.SUGGEST,
    discord.InteractionType.modal_submit: LimitedAction.WRITE,
}


class Access:
    """Checks rates and roles for one workshop, before any handler runs."""

    def __init__(
        self, programme: PlanInForce, store: Store, venue: Venue, clock: Clock, client: discord.Client
    ) -> None:
        self._languages = programme.plan.languages
        self._participants = store.participants
        self._venue = venue
        self._clock = clock
        self._client = client
        self._limiter = Limiter()

    def limit(self, interaction: Interaction) -> None:
        """Count an interaction. Raises TooOftenError for a participant above the rate limit; the team has none."""
        act = _ACTS.get(interaction.type, LimitedAction.PRESS)
        again_at = self._limiter.take(interaction.user.id, act, self._clock.now())
        if again_at is not None and self.role(interaction) < Role.MODERATOR:
            # Discord shows whole seconds.
            raise TooOftenError("refused.too_often", when=moment(again_at + timedelta(seconds=1), "R"))

    def language(self, interaction: Interaction) -> str:
        """Return the language to answer in: the person's choice, else their Discord locale, else the workshop's first.

        NOTE: Discord has no Arabic locale, so readers of Arabic must choose it.
        """
        wanted = (self._participants.language_of(interaction.user.id), interaction.locale.value.split("-")[0])
        return next((code for code in wanted if code in self._languages), self._languages[0])

    def role(self, interaction: Interaction) -> Role:
        """Return the person's role in the workshop; visitor outside its server."""
        member = interaction.user
        return self._venue.role_of(member) if isinstance(member, discord.Member) else Role.VISITOR

    def cap(self, interaction: Interaction, most: int) -> int | None:
        """Return a participant's limit; None for the team, which may also write down what others said."""
        return most if self.role(interaction) < Role.MODERATOR else None

    async def require(self, interaction: Interaction, role: Role, rules: EntryRules) -> None:
        """Raise UserError if the entry point may not be used here, or the person's role is too low."""
        refused = access_refusal(interaction.guild_id, self._home, rules)
        if refused:
            raise UserError(f"refused.{refused}")
        member = interaction.user
        if interaction.guild_id is None:
            return
        if not isinstance(member, discord.Member):
            raise UserError("refused.not_in_server")
        # People who left the server and came back have lost the role but still hold the place.
        if self._venue.role_of(member) < role and await self._restore(member) < role:
            raise UserError(f"refused.role.{role.name.lower()}", channel=self._venue.link(WELCOME))

    @property
    def _home(self) -> Home:
        """Return the workshop's server, and whether Discord reaches it."""
        return Home(self._venue.guild_id, visible=reachable_guild(self._client, self._venue.guild_id) is not None)

    async def _restore(self, member: discord.Member) -> Role:
        """Give the holder of a place their role again if the rules allow it; return the resulting role."""
        place = self._participants.of(member.id)
        return await self._venue.restore(member, place) if place else Role.VISITOR
