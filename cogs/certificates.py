"""/certificates: who has earned one, and how far handing them out privately has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from discord import app_commands
from discord.ext import commands

from bot.app import Parts, Workshop
from bot.client import needs
from bot.domain.access import Role
from bot.domain.certificates import Award
from bot.domain.letters import Letter, LetterKind, LetterState, letter
from bot.domain.text import escape
from bot.i18n import text
from bot.posts import Button, Post, custom_id
from bot.store.audit import Deed
from bot.ui import DONE, Interaction, answer, pressed

#: Of those whom no message reaches, so many are named at a time.
_NAMED = 30


class Certificates(commands.Cog, description="Certificates"):
    """Each is sent once, as a private message with the PDF; the messages outlive a restart."""

    def __init__(self, client: Workshop) -> None:
        self._parts: Parts = client.parts

    @needs(Role.ORGANISER)
    @app_commands.command(name="certificates", description="Who has earned a certificate; hand them out privately")
    async def show(self, interaction: Interaction) -> None:
        """How many there are, and how far handing them out has come."""
        await self._tell(interaction)

    @pressed("awards", Role.ORGANISER)
    async def look_again(self, interaction: Interaction) -> None:
        """The same, as it is by now."""
        await self._tell(interaction)

    @pressed("award", Role.ORGANISER)
    async def hand_out(self, interaction: Interaction) -> None:
        """Write to everybody who has earned one and wasn't written to yet."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        plan, store, now = self._parts.plan, self._parts.store, self._parts.clock.now()
        letters = [
            letter(plan.id, LetterKind.CERTIFICATE, "", person, self._words(person), now)
            for person in await self._entitled()
        ]
        deed = Deed(f"certificates/{interaction.id}", now, interaction.user.id, "certificates handed out", "workshop")
        await store.letters.write(letters, deed)
        self._parts.courier.stir()
        await self._tell(interaction)

    def _words(self, person: int) -> str:
        language = self._parts.language_of(person)
        return text(language, "letter.certificate", workshop=escape(self._parts.plan.title[language]))

    async def _entitled(self) -> list[int]:
        earned = await self._parts.awards.earned(self._parts.clock.now())
        return [one.place.person for one in earned if one.award is Award.COMPLETION and one.place.person is not None]

    async def _tell(self, interaction: Interaction) -> None:
        if not interaction.response.is_done():
            await interaction.response.defer(ephemeral=True, thinking=True)
        language = self._parts.access.language(interaction)
        written = [one for one in await self._parts.store.letters.all() if one.kind is LetterKind.CERTIFICATE]
        entitled = await self._entitled()
        fresh = len(set(entitled) - {one.person for one in written})
        waiting = sum(one.state in {LetterState.PLANNED, LetterState.SENDING} for one in written)
        heading = text(language, "awards.heading", n=len(entitled), rule=self._parts.plan.attendance.percent)
        lines = "\n".join(self._standing(written, waiting, language))
        award = Button(custom_id("award"), text(language, "button.award", n=fresh), primary=True)
        again = Button(custom_id("awards"), text(language, "button.awards"))
        buttons = (*((award,) if fresh else ()), *((again,) if waiting else ()))
        await answer(interaction, Post((f"{DONE} {heading}", lines) if lines else (f"{DONE} {heading}",), buttons))

    def _standing(self, written: list[Letter], waiting: int, language: str) -> Iterator[str]:
        plan = self._parts.plan
        if written:
            sent = Counter(one.state for one in written)[LetterState.SENT]
            yield text(language, "awards.sent", sent=sent, of=len(written), waiting=waiting)
        refused = [one.person for one in written if one.state is LetterState.REFUSED]
        if refused:
            names = ", ".join(f"<@{person}>" for person in refused[:_NAMED])
            yield text(language, "awards.refused", n=len(refused), names=names)
        dropped = sum(one.state is LetterState.DROPPED for one in written)
        if dropped:
            yield text(language, "awards.dropped", n=dropped)
        if self._parts.clock.now() < plan.agenda.ends_at:
            yield text(language, "awards.early")


async def setup(client: Workshop) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(Certificates(client))
